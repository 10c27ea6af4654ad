/* standard_test.c - a whole login by the standards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

#define METADATA "/.well-known/oauth-authorization-server"
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

static const char *as(ma_sandbox *sandbox)
{
    return ma_sandbox_origin(sandbox, MA_SANDBOX_STANDARD);
}

static void metadata_is_complete(void **state)
{
    MA_SCOPED(answer) got = call(as(*state), "GET", METADATA, "", NULL);
    MA_AUTO(ma_json) json = json_of(&got);
    assert_string_equal(ma_json_text(json, "issuer"), as(*state));
    assert_true(ma_json_has(
        ma_json_get_array(json, "code_challenge_methods_supported"), "S256"));
    assert_non_null(ma_json_text(json, "registration_endpoint"));
    assert_true(
        ma_json_true(json, "authorization_response_iss_parameter_supported"));
}

static void faults_take_members_away_S_030(void **state)
{
    static const char *const rows[][2] = {
        {"no-s256", "code_challenge_methods_supported"},
        {"no-registration", "registration_endpoint"},
        {"no-domain", "token_endpoint\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        set_fault(*state, rows[i][0]);
        MA_SCOPED(answer) got = call(as(*state), "GET", METADATA, "", NULL);
        assert_null(strstr(got.body, rows[i][1]));
        clear_faults(*state);
        MA_SCOPED(answer) whole = call(as(*state), "GET", METADATA, "", NULL);
        assert_non_null(strstr(whole.body, rows[i][1]));
    }
}

static char *enrol(ma_sandbox *sandbox)
{
    MA_SCOPED(answer)
    got = call(as(sandbox), "POST", "/register", "",
        "{\"redirect_uris\":[\"http://127.0.0.1:1/callback\"],"
        "\"token_endpoint_auth_method\":\"none\"}");
    assert_int_equal(got.status, 201);
    return member_of(&got, "client_id");
}

static answer authorize(
    ma_sandbox *sandbox, const char *client, const char *resource)
{
    MA_SCOPED(ma_buf) target = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_add_text(&target, "/authorize?response_type=code&state=s");
    ma_form_add(&target, "client_id", ma_span_of(client));
    ma_form_add(&target, "resource", ma_span_of(resource));
    ma_form_add(
        &target, "redirect_uri", ma_span_of("http://127.0.0.1:54321/callback"));
    ma_form_add(&target, "code_challenge_method", ma_span_of("S256"));
    ma_form_add(&target, "code_challenge",
        ma_span_of("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    return call(as(sandbox), "GET", ma_buf_text(&target), "", NULL);
}

static answer redeem(ma_sandbox *sandbox, const char *client, const char *code)
{
    MA_SCOPED(ma_buf) form = ma_buf_init(CALLER_TEXT_MAX);
    ma_form_add(&form, "grant_type", ma_span_of("authorization_code"));
    ma_form_add(&form, "client_id", ma_span_of(client));
    ma_form_add(&form, "code", ma_span_of(code));
    ma_form_add(&form, "code_verifier", ma_span_of(VERIFIER));
    ma_form_add(
        &form, "redirect_uri", ma_span_of("http://127.0.0.1:54321/callback"));
    return ask_token(sandbox, MA_SANDBOX_STANDARD, ma_buf_text(&form));
}

static answer refresh(
    ma_sandbox *sandbox, const char *client, const char *token)
{
    MA_SCOPED(ma_buf) form = ma_buf_init(CALLER_TEXT_MAX);
    ma_form_add(&form, "grant_type", ma_span_of("refresh_token"));
    ma_form_add(&form, "client_id", ma_span_of(client));
    ma_form_add(&form, "refresh_token", ma_span_of(token));
    return ask_token(sandbox, MA_SANDBOX_STANDARD, ma_buf_text(&form));
}

/* The token answer of a login for resource. */
static answer log_in(
    ma_sandbox *sandbox, const char *client, const char *resource)
{
    MA_SCOPED(answer) consent = authorize(sandbox, client, resource);
    MA_AUTO(ma_text) code = parameter_of(&consent, "code");
    assert_non_null(code);
    return redeem(sandbox, client, code);
}

static void the_redirect_names_the_issuer_at_any_port_S_025(void **state)
{
    MA_AUTO(ma_text) client = enrol(*state);
    MA_SCOPED(answer) got = authorize(*state, client, "http://x");
    assert_int_equal(got.status, 302);
    MA_AUTO(ma_text) iss = parameter_of(&got, "iss");
    assert_string_equal(iss, as(*state));
}

static void refresh_tokens_rotate_and_reuse_ends_all_S_042(void **state)
{
    MA_AUTO(ma_text) client = enrol(*state);
    MA_SCOPED(answer) first = log_in(*state, client, "http://x");
    MA_AUTO(ma_text) old = member_of(&first, "refresh_token");
    MA_AUTO(ma_text) scope = member_of(&first, "scope");
    assert_non_null(scope);
    MA_SCOPED(answer) second = refresh(*state, client, old);
    assert_int_equal(second.status, 200);
    MA_AUTO(ma_text) fresh = member_of(&second, "refresh_token");
    MA_SCOPED(answer) reuse = refresh(*state, client, old);
    assert_int_equal(reuse.status, 400);
    MA_SCOPED(answer) after = refresh(*state, client, fresh);
    MA_AUTO(ma_text) error = member_of(&after, "error");
    assert_string_equal(error, "invalid_grant");
}

static void a_token_is_bound_to_its_resource_S_027(void **state)
{
    static const char *const others[] = {NULL, "http://127.0.0.1:1/other"};
    const char *good = ma_sandbox_mcp_url(*state, MA_SANDBOX_RESOURCE);
    MA_AUTO(ma_text) client = enrol(*state);
    for (int i = 0; i < 2; i++) {
        MA_SCOPED(answer)
        got = log_in(*state, client, others[i] ? others[i] : good);
        MA_AUTO(ma_text) token = member_of(&got, "access_token");
        MA_SCOPED(ma_buf) field = ma_buf_init(CALLER_TEXT_MAX);
        ma_buf_addf(&field, "Authorization: Bearer %s\r\n", token);
        MA_SCOPED(answer)
        init = post_mcp(*state, MA_SANDBOX_RESOURCE, ma_buf_text(&field), "",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}");
        assert_int_equal(init.status, others[i] ? 401 : 200);
    }
}

static void a_bad_client_gets_401(void **state)
{
    MA_SCOPED(answer)
    got = ask_token(*state, MA_SANDBOX_STANDARD,
        "grant_type=client_credentials&client_id=sandbox-m2m&client_secret=x");
    assert_int_equal(got.status, 401);
    assert_string_equal(got.body,
        "{\"error\":\"invalid_client\",\"error_description\":"
        "\"client authentication failed\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_is_complete),
        cmocka_unit_test(faults_take_members_away_S_030),
        cmocka_unit_test(the_redirect_names_the_issuer_at_any_port_S_025),
        cmocka_unit_test(refresh_tokens_rotate_and_reuse_ends_all_S_042),
        cmocka_unit_test(a_token_is_bound_to_its_resource_S_027),
        cmocka_unit_test(a_bad_client_gets_401),
    };
    return cmocka_run_group_tests(tests, start_sandbox, stop_sandbox);
}
