/* consent_test.c - the browser's way through Cognito and the standard pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

#define PKCE                                                                   \
    "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"              \
    "&code_challenge_method=S256"
#define PUBLIC   "response_type=code&client_id=sandbox-public&state=xyz"
#define CALLBACK "&redirect_uri=http%3A%2F%2Flocalhost%3A3000"

static answer authorize(ma_sandbox *sandbox, const char *query)
{
    MA_SCOPED(ma_buf) target = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&target, "/oauth2/authorize?%s", query);
    return call(ma_sandbox_origin(sandbox, MA_SANDBOX_COGNITO), "GET",
        ma_buf_text(&target), "", NULL);
}

static void consent_is_given_at_once_seed_09(void **state)
{
    MA_SCOPED(answer) got = authorize(*state, PUBLIC CALLBACK PKCE);
    assert_int_equal(got.status, 302);
    MA_AUTO(ma_text) location = field_of(&got, "Location");
    assert_true(
        ma_span_starts(ma_span_of(location), "http://localhost:3000?code="));
    MA_AUTO(ma_text) came = parameter_of(&got, "state");
    MA_AUTO(ma_text) iss = parameter_of(&got, "iss");
    assert_string_equal(came, "xyz");
    assert_null(iss);
}

static void another_redirect_uri_never_reaches_the_client(void **state)
{
    static const char *const uris[] = {
        "&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2F",
        "&redirect_uri=http%3A%2F%2Flocalhost%3A3001",
        "&redirect_uri=http%3A%2F%2F127.0.0.1%3A3000",
        "",
    };
    MA_SCOPED(ma_buf) expected = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&expected,
        "%s/error?error=redirect_mismatch&client_id=sandbox-public",
        ma_sandbox_origin(*state, MA_SANDBOX_COGNITO));
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        MA_SCOPED(ma_buf) query = ma_buf_init(CALLER_TEXT_MAX);
        ma_buf_addf(&query, PUBLIC "%s", uris[i]);
        MA_SCOPED(answer) got = authorize(*state, ma_buf_text(&query));
        assert_int_equal(got.status, 302);
        assert_field(&got, "Location", ma_buf_text(&expected));
    }
}

static void what_is_wrong_is_redirected(void **state)
{
    static const struct {
        const char *query;
        const char *error;
    } rows[] = {
        {PUBLIC CALLBACK "&code_challenge=a&code_challenge_method=plain",
            "invalid_request"},
        {PUBLIC CALLBACK "&code_challenge=a", "invalid_request"},
        {PUBLIC CALLBACK "&scope=openid+profile", "invalid_scope"},
        {"response_type=token&client_id=sandbox-public" CALLBACK,
            "invalid_request"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(answer) got = authorize(*state, rows[i].query);
        MA_AUTO(ma_text) error = parameter_of(&got, "error");
        assert_string_equal(error, rows[i].error);
    }
}

static void a_fault_forges_what_comes_back_S_029(void **state)
{
    set_fault(*state, "wrong-state");
    MA_SCOPED(answer) forged = authorize(*state, PUBLIC CALLBACK PKCE);
    MA_AUTO(ma_text) came = parameter_of(&forged, "state");
    assert_string_equal(came, "forged");
    clear_faults(*state);
    set_fault(*state, "refused-login");
    MA_SCOPED(answer) refused = authorize(*state, PUBLIC CALLBACK PKCE);
    MA_AUTO(ma_text) error = parameter_of(&refused, "error");
    MA_AUTO(ma_text) code = parameter_of(&refused, "code");
    assert_string_equal(error, "access_denied");
    assert_null(code);
    clear_faults(*state);
}

static void a_foreign_iss_can_come_back_S_025(void **state)
{
    set_fault(*state, "wrong-iss");
    MA_SCOPED(answer) got = authorize(*state, PUBLIC CALLBACK PKCE);
    MA_AUTO(ma_text) iss = parameter_of(&got, "iss");
    assert_string_equal(iss, "https://attacker.example");
    clear_faults(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(consent_is_given_at_once_seed_09),
        cmocka_unit_test(another_redirect_uri_never_reaches_the_client),
        cmocka_unit_test(what_is_wrong_is_redirected),
        cmocka_unit_test(a_fault_forges_what_comes_back_S_029),
        cmocka_unit_test(a_foreign_iss_can_come_back_S_025),
    };
    return cmocka_run_group_tests(tests, start_sandbox, stop_sandbox);
}
