/* signin_test.c - InitiateAuth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "sandbox/caller.h"

#define API                                                                    \
    "Content-Type: application/x-amz-json-1.1\r\n"                             \
    "X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\n"

static answer initiate(ma_sandbox *sandbox, const char *body)
{
    return call(
        ma_sandbox_origin(sandbox, MA_SANDBOX_COGNITO), "POST", "/", API, body);
}

static answer log_in(ma_sandbox *sandbox, const char *client, const char *user,
    const char *password, const char *hash)
{
    MA_SCOPED(ma_buf) body = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&body,
        "{\"AuthFlow\":\"USER_PASSWORD_AUTH\",\"ClientId\":\"%s\","
        "\"AuthParameters\":{\"USERNAME\":\"%s\",\"PASSWORD\":\"%s\"%s%s%s}}",
        client, user, password, *hash ? ",\"SECRET_HASH\":\"" : "", hash,
        *hash ? "\"" : "");
    return initiate(sandbox, ma_buf_text(&body));
}

static void a_test_user_gets_three_tokens_seed_29(void **state)
{
    MA_SCOPED(answer)
    got = log_in(
        *state, "sandbox-public", MA_WORLD_USERNAME, MA_WORLD_PASSWORD, "");
    assert_int_equal(got.status, 200);
    assert_field(&got, "Content-Type", "application/x-amz-json-1.1");
    MA_AUTO(ma_json) json = json_of(&got);
    const ma_json *result = ma_json_get_object(json, "AuthenticationResult");
    assert_non_null(ma_json_text(result, "AccessToken"));
    assert_non_null(ma_json_text(result, "IdToken"));
    assert_non_null(ma_json_text(result, "RefreshToken"));
    assert_int_equal(ma_json_int(result, "ExpiresIn", 0), 3600);
    assert_string_equal(ma_json_text(result, "TokenType"), "Bearer");
}

static void a_secret_needs_its_hash_seed_30(void **state)
{
    MA_SCOPED(answer)
    bare =
        log_in(*state, "sandbox-web", MA_WORLD_USERNAME, MA_WORLD_PASSWORD, "");
    assert_string_equal(bare.body,
        "{\"__type\":\"NotAuthorizedException\",\"message\":\"Client "
        "sandbox-web is configured with secret but SECRET_HASH was not "
        "received\"}");
    MA_SCOPED(answer)
    wrong = log_in(
        *state, "sandbox-web", MA_WORLD_USERNAME, MA_WORLD_PASSWORD, "AAAA");
    assert_int_equal(wrong.status, 400);
    unsigned char mac[MA_SHA256_LEN];
    assert_int_equal(
        ma_crypto_hmac_sha256(ma_span_of(MA_WORLD_WEB_SECRET),
            ma_span_of(MA_WORLD_USERNAME "sandbox-web"), mac, NULL),
        MCPAUTH_OK);
    MA_SCOPED(ma_buf) hash = ma_buf_init(128);
    ma_base64_write(&hash, ma_span_make((const char *)mac, sizeof mac));
    MA_SCOPED(answer)
    good = log_in(*state, "sandbox-web", MA_WORLD_USERNAME, MA_WORLD_PASSWORD,
        ma_buf_text(&hash));
    assert_int_equal(good.status, 200);
}

static void refusals_name_their_exception(void **state)
{
    static const struct {
        const char *client;
        const char *user;
        const char *password;
        const char *body;
    } rows[] = {
        {"sandbox-public", MA_WORLD_USERNAME, "wrong",
            "{\"__type\":\"NotAuthorizedException\","
            "\"message\":\"Incorrect username or password.\"}"},
        {"sandbox-public", "sandbox-unconfirmed", MA_WORLD_PASSWORD,
            "{\"__type\":\"UserNotConfirmedException\","
            "\"message\":\"User is not confirmed.\"}"},
        {"sandbox-public", "sandbox-reset", MA_WORLD_PASSWORD,
            "{\"__type\":\"PasswordResetRequiredException\","
            "\"message\":\"Password reset required for the user\"}"},
        {"nobody", MA_WORLD_USERNAME, MA_WORLD_PASSWORD,
            "{\"__type\":\"ResourceNotFoundException\","
            "\"message\":\"User pool client does not exist.\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(answer)
        got =
            log_in(*state, rows[i].client, rows[i].user, rows[i].password, "");
        assert_int_equal(got.status, 400);
        assert_string_equal(got.body, rows[i].body);
    }
}

static void special_users_are_challenged(void **state)
{
    static const char *const rows[][2] = {
        {"sandbox-new", "NEW_PASSWORD_REQUIRED"},
        {"sandbox-mfa", "SOFTWARE_TOKEN_MFA"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(answer)
        got =
            log_in(*state, "sandbox-public", rows[i][0], MA_WORLD_PASSWORD, "");
        MA_AUTO(ma_text) name = member_of(&got, "ChallengeName");
        MA_AUTO(ma_text) session = member_of(&got, "Session");
        assert_int_equal(got.status, 200);
        assert_string_equal(name, rows[i][1]);
        assert_non_null(session);
    }
}

static answer refresh(ma_sandbox *sandbox, const char *token)
{
    MA_SCOPED(ma_buf) body = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&body,
        "{\"AuthFlow\":\"REFRESH_TOKEN_AUTH\",\"ClientId\":\"sandbox-public\","
        "\"AuthParameters\":{\"REFRESH_TOKEN\":\"%s\"}}",
        token);
    return initiate(sandbox, ma_buf_text(&body));
}

static void a_refresh_brings_no_refresh_token(void **state)
{
    MA_SCOPED(answer)
    first = log_in(
        *state, "sandbox-public", MA_WORLD_USERNAME, MA_WORLD_PASSWORD, "");
    MA_AUTO(ma_json) json = json_of(&first);
    const char *token = ma_json_text(
        ma_json_get_object(json, "AuthenticationResult"), "RefreshToken");
    MA_SCOPED(answer) again = refresh(*state, token);
    assert_int_equal(again.status, 200);
    assert_non_null(strstr(again.body, "\"AccessToken\":\""));
    assert_null(strstr(again.body, "RefreshToken"));
    set_fault(*state, "rotate");
    MA_SCOPED(answer) refused = refresh(*state, token);
    assert_int_equal(refused.status, 400);
    clear_faults(*state);
}

static void another_operation_is_unknown(void **state)
{
    MA_SCOPED(answer)
    got = call(
        ma_sandbox_origin(*state, MA_SANDBOX_COGNITO), "POST", "/", "", "{}");
    assert_int_equal(got.status, 400);
    assert_non_null(strstr(got.body, "UnknownOperationException"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_test_user_gets_three_tokens_seed_29),
        cmocka_unit_test(a_secret_needs_its_hash_seed_30),
        cmocka_unit_test(refusals_name_their_exception),
        cmocka_unit_test(special_users_are_challenged),
        cmocka_unit_test(a_refresh_brings_no_refresh_token),
        cmocka_unit_test(another_operation_is_unknown),
    };
    return cmocka_run_group_tests(tests, start_sandbox, stop_sandbox);
}
