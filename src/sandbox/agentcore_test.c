/* agentcore_test.c - Runtime and Gateway before anybody is let in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

#define INIT                                                                   \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}"
#define PRM "/.well-known/oauth-protected-resource"
#define MISMATCH                                                               \
    "{\"message\":\"Authorization method mismatch. The agent is configured "   \
    "for a different authorization method than what was used in your "         \
    "request. Check the agent's authorization configuration and ensure your "  \
    "request uses the matching method (OAuth or SigV4)\"}"

static const char missing[] = "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32001,"
                              "\"message\":\"Missing Authentication Token\"}}";

static answer post(
    ma_sandbox *sandbox, ma_sandbox_server server, const char *authorization)
{
    return post_mcp(sandbox, server, authorization, "", INIT);
}

static answer get(
    ma_sandbox *sandbox, ma_sandbox_server server, const char *target)
{
    return call(ma_sandbox_origin(sandbox, server), "GET", target, "", NULL);
}

static void assert_runtime_challenge(ma_sandbox *sandbox, const answer *got)
{
    MA_SCOPED(ma_buf) challenge = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&challenge,
        "Bearer resource_metadata=\"%s%s?qualifier=DEFAULT\"",
        ma_sandbox_origin(sandbox, MA_SANDBOX_RUNTIME),
        MA_WORLD_RUNTIME_PATH PRM);
    assert_int_equal(got->status, 401);
    assert_string_equal(got->body, missing);
    assert_field(got, "WWW-Authenticate", ma_buf_text(&challenge));
}

/* --- Runtime ------------------------------------------------------------- */

static void a_missing_token_is_challenged_seed_49(void **state)
{
    static const char *const fields[] = {"", "Authorization: \r\n",
        "Authorization: Bearer undefined\r\n", "Authorization: Bearer \r\n"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        MA_SCOPED(answer) got = post(*state, MA_SANDBOX_RUNTIME, fields[i]);
        assert_runtime_challenge(*state, &got);
    }
}

static void what_is_no_jwt_gets_403_seed_49(void **state)
{
    MA_SCOPED(answer)
    got = post(*state, MA_SANDBOX_RUNTIME, "Authorization: Bearer opaque\r\n");
    assert_int_equal(got.status, 403);
    assert_string_equal(got.body, "{\"message\":\"OAuth authorization failed: "
                                  "Failed to parse token\"}");
    assert_field(&got, "WWW-Authenticate", NULL);
}

static void a_wrong_client_gets_401_seed_49(void **state)
{
    MA_AUTO(ma_text)
    stranger = machine_field(*state, MA_SANDBOX_COGNITO, "sandbox-stranger");
    MA_SCOPED(answer) got = post(*state, MA_SANDBOX_RUNTIME, stranger);
    assert_int_equal(got.status, 401);
    assert_string_equal(got.body,
        "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32001,\"message\":"
        "\"Claim 'client_id' value mismatch with configuration.\"}}");
    assert_field(&got, "WWW-Authenticate", NULL);
}

static void sigv4_to_an_oauth_runtime_gets_403_seed_49(void **state)
{
    MA_SCOPED(answer)
    got = post(*state, MA_SANDBOX_RUNTIME,
        "Authorization: AWS4-HMAC-SHA256 Credential=x\r\n");
    assert_int_equal(got.status, 403);
    assert_string_equal(got.body, MISMATCH);
}

static void a_good_token_is_let_in_seed_45(void **state)
{
    MA_AUTO(ma_text)
    field = machine_field(*state, MA_SANDBOX_COGNITO, "sandbox-m2m");
    MA_SCOPED(answer) runtime = post(*state, MA_SANDBOX_RUNTIME, field);
    MA_SCOPED(answer) gateway = post(*state, MA_SANDBOX_GATEWAY, field);
    assert_int_equal(runtime.status, 200);
    assert_int_equal(gateway.status, 200);
}

static void only_the_encoded_arn_is_found_seed_25(void **state)
{
    static const char *const targets[] = {
        "/runtimes/" MA_WORLD_RUNTIME_ARN "/invocations?qualifier=DEFAULT",
        MA_WORLD_RUNTIME_PATH "?qualifier=other",
        MA_WORLD_RUNTIME_PATH "/more",
    };
    MA_AUTO(ma_text)
    field = machine_field(*state, MA_SANDBOX_COGNITO, "sandbox-m2m");
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        MA_SCOPED(answer)
        got = call(ma_sandbox_origin(*state, MA_SANDBOX_RUNTIME), "POST",
            targets[i], field, INIT);
        assert_int_equal(got.status, 404);
    }
}

static void metadata_stands_behind_the_path_seed_48(void **state)
{
    MA_SCOPED(ma_buf) expected = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&expected,
        "{\"authorization_servers\":[\"%s/us-east-1_Sandbox\"],"
        "\"resource\":\"%s%s?qualifier=DEFAULT\"}",
        ma_sandbox_origin(*state, MA_SANDBOX_COGNITO),
        ma_sandbox_origin(*state, MA_SANDBOX_RUNTIME), MA_WORLD_RUNTIME_PATH);
    MA_SCOPED(answer)
    got = get(*state, MA_SANDBOX_RUNTIME,
        MA_WORLD_RUNTIME_PATH PRM "?qualifier=DEFAULT");
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body, ma_buf_text(&expected));
    MA_SCOPED(answer) root = get(*state, MA_SANDBOX_RUNTIME, PRM);
    assert_int_equal(root.status, 404);
    MA_SCOPED(answer)
    inserted = get(*state, MA_SANDBOX_RUNTIME, PRM MA_WORLD_RUNTIME_PATH);
    assert_int_equal(inserted.status, 404);
}

static void a_short_runtime_session_gets_400(void **state)
{
    MA_AUTO(ma_text)
    field = machine_field(*state, MA_SANDBOX_COGNITO, "sandbox-m2m");
    MA_SCOPED(answer)
    got = post_mcp(*state, MA_SANDBOX_RUNTIME, field,
        "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id: short\r\n", INIT);
    assert_int_equal(got.status, 400);
    assert_non_null(strstr(got.body, "greater than or equal to 33"));
}

static void in_2025_a_missing_token_got_403_seed_02(void **state)
{
    set_fault(*state, "403-missing");
    MA_SCOPED(answer) got = post(*state, MA_SANDBOX_RUNTIME, "");
    assert_int_equal(got.status, 403);
    assert_string_equal(
        got.body, "{\"message\":\"Missing Authentication Token\"}");
    assert_field(&got, "WWW-Authenticate", NULL);
    clear_faults(*state);
}

/* --- Gateway ------------------------------------------------------------- */

static void assert_gateway_challenge(
    ma_sandbox *sandbox, const answer *got, int status, const char *error)
{
    MA_SCOPED(ma_buf) challenge = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&challenge,
        "Bearer error=\"%s\", scope=\"mcp-server/read mcp-server/write\", "
        "resource_metadata=\"%s" PRM "\"",
        error, ma_sandbox_origin(sandbox, MA_SANDBOX_GATEWAY));
    assert_int_equal(got->status, status);
    assert_field(got, "WWW-Authenticate", ma_buf_text(&challenge));
}

static void a_gateway_calls_every_bad_token_invalid_seed_45(void **state)
{
    static const char *const fields[] = {
        "", "Authorization: Bearer opaque\r\n"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        MA_SCOPED(answer) got = post(*state, MA_SANDBOX_GATEWAY, fields[i]);
        assert_gateway_challenge(*state, &got, 401, "invalid_token");
    }
}

static void a_gateway_wants_a_scope_seed_49(void **state)
{
    static const char sign_in[] =
        "{\"AuthFlow\":\"USER_PASSWORD_AUTH\",\"ClientId\":\"sandbox-public\","
        "\"AuthParameters\":{\"USERNAME\":\"" MA_WORLD_USERNAME
        "\",\"PASSWORD\":\"" MA_WORLD_PASSWORD "\"}}";
    MA_SCOPED(answer)
    tokens = call(ma_sandbox_origin(*state, MA_SANDBOX_COGNITO), "POST", "/",
        "X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\n",
        sign_in);
    MA_AUTO(ma_json) json = json_of(&tokens);
    const ma_json *result = ma_json_get_object(json, "AuthenticationResult");
    MA_SCOPED(ma_buf) access = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&access, "Authorization: Bearer %s\r\n",
        ma_json_text(result, "AccessToken"));
    MA_SCOPED(answer)
    got = post(*state, MA_SANDBOX_GATEWAY, ma_buf_text(&access));
    assert_gateway_challenge(*state, &got, 403, "insufficient_scope");
    MA_SCOPED(answer)
    runtime = post(*state, MA_SANDBOX_RUNTIME, ma_buf_text(&access));
    assert_int_equal(runtime.status, 200);
    /* An ID token has no client_id. */
    MA_SCOPED(ma_buf) id = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(
        &id, "Authorization: Bearer %s\r\n", ma_json_text(result, "IdToken"));
    MA_SCOPED(answer)
    refused = post(*state, MA_SANDBOX_RUNTIME, ma_buf_text(&id));
    assert_int_equal(refused.status, 401);
    assert_non_null(strstr(refused.body, "Claim 'client_id'"));
}

static void gateway_metadata_stands_at_the_root(void **state)
{
    MA_SCOPED(ma_buf) expected = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&expected,
        "{\"authorization_servers\":[\"%s/us-east-1_Sandbox\"],"
        "\"resource\":\"%s/mcp\",\"scopes_supported\":"
        "[\"mcp-server/read\",\"mcp-server/write\"]}",
        ma_sandbox_origin(*state, MA_SANDBOX_COGNITO),
        ma_sandbox_origin(*state, MA_SANDBOX_GATEWAY));
    MA_SCOPED(answer) got = get(*state, MA_SANDBOX_GATEWAY, PRM);
    assert_string_equal(got.body, ma_buf_text(&expected));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_token_is_challenged_seed_49),
        cmocka_unit_test(what_is_no_jwt_gets_403_seed_49),
        cmocka_unit_test(a_wrong_client_gets_401_seed_49),
        cmocka_unit_test(sigv4_to_an_oauth_runtime_gets_403_seed_49),
        cmocka_unit_test(a_good_token_is_let_in_seed_45),
        cmocka_unit_test(only_the_encoded_arn_is_found_seed_25),
        cmocka_unit_test(metadata_stands_behind_the_path_seed_48),
        cmocka_unit_test(a_short_runtime_session_gets_400),
        cmocka_unit_test(in_2025_a_missing_token_got_403_seed_02),
        cmocka_unit_test(a_gateway_calls_every_bad_token_invalid_seed_45),
        cmocka_unit_test(a_gateway_wants_a_scope_seed_49),
        cmocka_unit_test(gateway_metadata_stands_at_the_root),
    };
    return cmocka_run_group_tests(tests, start_sandbox, stop_sandbox);
}
