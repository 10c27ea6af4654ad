/* tokens_test.c - the token endpoint as Cognito has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define AUTHORIZE                                                              \
    "/oauth2/authorize?response_type=code&client_id=sandbox-public&state=s"    \
    "&redirect_uri=http%3A%2F%2Flocalhost%3A3000&scope=openid"                 \
    "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"              \
    "&code_challenge_method=S256"
#define M2M                                                                    \
    "grant_type=client_credentials&client_id=sandbox-m2m&client_"              \
    "secret=" MA_WORLD_M2M_SECRET

static answer ask(ma_sandbox *sandbox, const char *form)
{
    return ask_token(sandbox, MA_SANDBOX_COGNITO, form);
}

static char *get_code(ma_sandbox *sandbox)
{
    MA_SCOPED(answer)
    got = call(ma_sandbox_origin(sandbox, MA_SANDBOX_COGNITO), "GET", AUTHORIZE,
        "", NULL);
    return parameter_of(&got, "code");
}

static answer redeem(ma_sandbox *sandbox, const char *code, const char *rest)
{
    MA_SCOPED(ma_buf) form = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&form,
        "grant_type=authorization_code&client_id=sandbox-public&code=%s%s",
        code, rest);
    return ask(sandbox, ma_buf_text(&form));
}

static answer refresh(ma_sandbox *sandbox, const char *token)
{
    MA_SCOPED(ma_buf) form = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&form,
        "grant_type=refresh_token&client_id=sandbox-public&refresh_token=%s",
        token);
    return ask(sandbox, ma_buf_text(&form));
}

#define GOOD_REST                                                              \
    "&redirect_uri=http%3A%2F%2Flocalhost%3A3000&code_verifier=" VERIFIER

static char *log_in(ma_sandbox *sandbox)
{
    MA_AUTO(ma_text) code = get_code(sandbox);
    MA_SCOPED(answer) got = redeem(sandbox, code, GOOD_REST);
    assert_int_equal(got.status, 200);
    return member_of(&got, "refresh_token");
}

static void assert_error(const answer *got, int status, const char *body)
{
    assert_int_equal(got->status, status);
    assert_string_equal(got->body, body);
}

static void machine_tokens_come_without_refresh_or_scope_seed_05(void **state)
{
    MA_SCOPED(answer) got = ask(*state, M2M);
    assert_int_equal(got.status, 200);
    MA_AUTO(ma_json) json = json_of(&got);
    assert_int_equal(ma_json_count(json), 3);
    assert_non_null(ma_json_text(json, "access_token"));
    assert_int_equal(ma_json_int(json, "expires_in", 0), 3600);
    assert_string_equal(ma_json_text(json, "token_type"), "Bearer");
}

static void basic_and_post_are_both_taken_seed_06(void **state)
{
    /* sandbox-m2m:m2m-secret-CANARY-51c8 */
    static const char fields[] =
        FORM "Authorization: Basic "
             "c2FuZGJveC1tMm06bTJtLXNlY3JldC1DQU5BUlktNTFjOA==\r\n";
    const char *origin = ma_sandbox_origin(*state, MA_SANDBOX_COGNITO);
    const char *form = "grant_type=client_credentials";
    MA_SCOPED(answer)
    basic = call(origin, "POST", "/oauth2/token", fields, form);
    assert_int_equal(basic.status, 200);
    set_fault(*state, "post-only");
    MA_SCOPED(answer)
    refused = call(origin, "POST", "/oauth2/token", fields, form);
    assert_error(&refused, 400, "{\"error\":\"invalid_client\"}");
    set_fault(*state, "basic-only");
    MA_SCOPED(answer) post = ask(*state, M2M);
    assert_error(&post, 400, "{\"error\":\"invalid_client\"}");
    clear_faults(*state);
}

static void refusals_are_400_seed_41(void **state)
{
    static const struct {
        const char *form;
        const char *body;
    } rows[] = {
        {"grant_type=client_credentials&client_id=sandbox-m2m&"
         "client_secret=no",
            "{\"error\":\"invalid_client\"}"},
        {"grant_type=client_credentials&client_id=nobody",
            "{\"error\":\"invalid_client\"}"},
        {"grant_type=client_credentials&client_id=sandbox-public",
            "{\"error\":\"unauthorized_client\"}"},
        {"grant_type=password&client_id=sandbox-public",
            "{\"error\":\"unsupported_grant_type\"}"},
        {"client_id=sandbox-public", "{\"error\":\"invalid_request\"}"},
        {M2M "&scope=openid", "{\"error\":\"invalid_scope\"}"},
        {"grant_type=refresh_token&client_id=sandbox-public&refresh_token=x",
            "{\"error\":\"invalid_grant\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(answer) got = ask(*state, rows[i].form);
        assert_error(&got, 400, rows[i].body);
    }
}

static void unknown_parameters_are_ignored_seed_50(void **state)
{
    MA_SCOPED(answer) got = ask(*state, M2M "&resource=https%3A%2F%2Fx");
    assert_int_equal(got.status, 200);
}

static void a_code_works_once_with_its_verifier_seed_09(void **state)
{
    MA_AUTO(ma_text) code = get_code(*state);
    MA_SCOPED(answer)
    first = redeem(*state, code, GOOD_REST);
    assert_int_equal(first.status, 200);
    MA_AUTO(ma_text) id_token = member_of(&first, "id_token");
    MA_AUTO(ma_text) refresh_token = member_of(&first, "refresh_token");
    assert_non_null(id_token);
    assert_non_null(refresh_token);
    MA_SCOPED(answer) second = redeem(*state, code, GOOD_REST);
    assert_error(&second, 400, "{\"error\":\"invalid_grant\"}");
}

static void a_code_needs_verifier_uri_and_haste(void **state)
{
    MA_AUTO(ma_text) one = get_code(*state);
    MA_SCOPED(answer)
    unverified =
        redeem(*state, one, "&redirect_uri=http%3A%2F%2Flocalhost%3A3000");
    assert_error(&unverified, 400, "{\"error\":\"invalid_grant\"}");
    MA_AUTO(ma_text) other = get_code(*state);
    MA_SCOPED(answer)
    misverified = redeem(*state, other, GOOD_REST "x");
    assert_error(&misverified, 400, "{\"error\":\"invalid_grant\"}");
    MA_AUTO(ma_text) two = get_code(*state);
    MA_SCOPED(answer)
    elsewhere = redeem(*state, two,
        "&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2F&code_"
        "verifier=" VERIFIER);
    assert_error(&elsewhere, 400, "{\"error\":\"unauthorized_client\"}");
    MA_AUTO(ma_text) three = get_code(*state);
    MA_SCOPED(answer)
    moved = call_control(*state, "POST", "/_sandbox/clock?advance_s=301");
    assert_int_equal(moved.status, 204);
    MA_SCOPED(answer) late = redeem(*state, three, GOOD_REST);
    assert_error(&late, 400, "{\"error\":\"invalid_grant\"}");
}

static void a_refresh_keeps_the_old_token_seed_10(void **state)
{
    MA_AUTO(ma_text) token = log_in(*state);
    for (int i = 0; i < 2; i++) {
        MA_SCOPED(answer) got = refresh(*state, token);
        assert_int_equal(got.status, 200);
        MA_AUTO(ma_text) none = member_of(&got, "refresh_token");
        assert_null(none);
    }
}

static void rotation_ends_a_login_that_reuses_S_042(void **state)
{
    set_fault(*state, "rotate");
    MA_AUTO(ma_text) old = log_in(*state);
    MA_SCOPED(answer) first = refresh(*state, old);
    MA_AUTO(ma_text) fresh = member_of(&first, "refresh_token");
    assert_non_null(fresh);
    assert_string_not_equal(fresh, old);
    MA_SCOPED(answer) reuse = refresh(*state, old);
    assert_error(&reuse, 400, "{\"error\":\"invalid_grant\"}");
    MA_SCOPED(answer) after = refresh(*state, fresh);
    assert_error(&after, 400, "{\"error\":\"invalid_grant\"}");
    clear_faults(*state);
}

static void revocation_follows_rfc7009(void **state)
{
    const char *origin = ma_sandbox_origin(*state, MA_SANDBOX_COGNITO);
    MA_AUTO(ma_text) token = log_in(*state);
    MA_SCOPED(ma_buf) form = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&form, "client_id=sandbox-public&token=%s", token);
    MA_SCOPED(answer)
    got = call(origin, "POST", "/oauth2/revoke", FORM, ma_buf_text(&form));
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body, "");
    MA_SCOPED(answer) after = refresh(*state, token);
    assert_error(&after, 400, "{\"error\":\"invalid_grant\"}");
    MA_SCOPED(answer)
    access = call(origin, "POST", "/oauth2/revoke", FORM,
        "client_id=sandbox-public&token=eyJhbGciOiJub25lIn0");
    assert_error(&access, 400, "{\"error\":\"unsupported_token_type\"}");
    MA_SCOPED(answer)
    stranger = call(
        origin, "POST", "/oauth2/revoke", FORM, "client_id=nobody&token=x");
    assert_error(&stranger, 401, "{\"error\":\"invalid_client\"}");
}

static void faults_of_the_endpoint_S_007_S_019_S_067(void **state)
{
    set_fault(*state, "token-429=1");
    MA_SCOPED(answer) busy = ask(*state, M2M);
    assert_int_equal(busy.status, 429);
    assert_field(&busy, "Retry-After", "1");
    set_fault(*state, "token-5xx=1");
    MA_SCOPED(answer) down = ask(*state, M2M);
    assert_int_equal(down.status, 503);
    set_fault(*state, "redirect-token");
    MA_SCOPED(answer) moved = ask(*state, M2M);
    assert_int_equal(moved.status, 307);
    clear_faults(*state);
    set_fault(*state, "expires-in=\"3600\"");
    MA_SCOPED(answer) text = ask(*state, M2M);
    assert_non_null(strstr(text.body, "\"expires_in\":\"3600\""));
    set_fault(*state, "token-type=mac");
    MA_SCOPED(answer) mac = ask(*state, M2M);
    assert_non_null(strstr(mac.body, "\"token_type\":\"mac\""));
    clear_faults(*state);
}

static void a_careless_server_echoes_the_secret_S_054(void **state)
{
    set_fault(*state, "echo-secret");
    MA_SCOPED(answer) got = ask(*state, M2M);
    assert_error(&got, 400,
        "{\"error\":\"invalid_client\",\"error_description\":"
        "\"" MA_WORLD_M2M_SECRET "\"}");
    clear_faults(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machine_tokens_come_without_refresh_or_scope_seed_05),
        cmocka_unit_test(basic_and_post_are_both_taken_seed_06),
        cmocka_unit_test(refusals_are_400_seed_41),
        cmocka_unit_test(unknown_parameters_are_ignored_seed_50),
        cmocka_unit_test(a_code_works_once_with_its_verifier_seed_09),
        cmocka_unit_test(a_code_needs_verifier_uri_and_haste),
        cmocka_unit_test(a_refresh_keeps_the_old_token_seed_10),
        cmocka_unit_test(rotation_ends_a_login_that_reuses_S_042),
        cmocka_unit_test(revocation_follows_rfc7009),
        cmocka_unit_test(faults_of_the_endpoint_S_007_S_019_S_067),
        cmocka_unit_test(a_careless_server_echoes_the_secret_S_054),
    };
    return cmocka_run_group_tests(tests, start_sandbox, stop_sandbox);
}
