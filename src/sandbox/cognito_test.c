/* cognito_test.c - the documents of the user pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

#define DISCOVERY MA_WORLD_POOL_PATH "/.well-known/openid-configuration"

static answer get(ma_sandbox *sandbox, const char *target)
{
    return call(ma_sandbox_origin(sandbox, MA_SANDBOX_COGNITO), "GET", target,
        "", NULL);
}

/* template with every '@' replaced by the pool's origin. */
static void assert_body(
    ma_sandbox *sandbox, const answer *got, const char *template)
{
    MA_SCOPED(ma_buf) expected = ma_buf_init(CALLER_TEXT_MAX);
    ma_span rest = ma_span_of(template);
    ma_buf_add_span(&expected, ma_span_cut(&rest, '@'));
    while (rest.at) {
        ma_buf_add_text(
            &expected, ma_sandbox_origin(sandbox, MA_SANDBOX_COGNITO));
        ma_buf_add_span(&expected, ma_span_cut(&rest, '@'));
    }
    assert_string_equal(got->body, ma_buf_text(&expected));
}

static void discovery_has_the_members_of_cognito_and_no_other(void **state)
{
    MA_SCOPED(answer) got = get(*state, DISCOVERY);
    assert_int_equal(got.status, 200);
    assert_field(&got, "Content-Type", "application/json");
    assert_body(*state, &got,
        "{\"authorization_endpoint\":\"@/oauth2/authorize\","
        "\"end_session_endpoint\":\"@/logout\","
        "\"id_token_signing_alg_values_supported\":[\"RS256\"],"
        "\"issuer\":\"@/us-east-1_Sandbox\","
        "\"jwks_uri\":\"@/us-east-1_Sandbox/.well-known/jwks.json\","
        "\"response_types_supported\":[\"code\",\"token\"],"
        "\"revocation_endpoint\":\"@/oauth2/revoke\","
        "\"scopes_supported\":[\"openid\",\"email\",\"phone\",\"profile\"],"
        "\"subject_types_supported\":[\"public\"],"
        "\"token_endpoint\":\"@/oauth2/token\","
        "\"token_endpoint_auth_methods_supported\":"
        "[\"client_secret_basic\",\"client_secret_post\"],"
        "\"userinfo_endpoint\":\"@/oauth2/userInfo\"}");
}

static void other_metadata_places_answer_400_seed_23(void **state)
{
    MA_SCOPED(answer)
    got = get(
        *state, MA_WORLD_POOL_PATH "/.well-known/oauth-authorization-server");
    assert_int_equal(got.status, 400);
    MA_SCOPED(answer)
    underscore =
        get(*state, MA_WORLD_POOL_PATH "/.well-known/openid_configuration");
    assert_int_equal(underscore.status, 404);
}

static void a_pool_without_a_domain_names_no_endpoints(void **state)
{
    set_fault(*state, "no-domain");
    MA_SCOPED(answer) got = get(*state, DISCOVERY);
    assert_body(*state, &got,
        "{\"id_token_signing_alg_values_supported\":[\"RS256\"],"
        "\"issuer\":\"@/us-east-1_Sandbox\","
        "\"jwks_uri\":\"@/us-east-1_Sandbox/.well-known/jwks.json\","
        "\"response_types_supported\":[\"code\",\"token\"],"
        "\"scopes_supported\":[\"openid\",\"email\",\"phone\",\"profile\"],"
        "\"subject_types_supported\":[\"public\"],"
        "\"token_endpoint_auth_methods_supported\":"
        "[\"client_secret_basic\",\"client_secret_post\"]}");
    clear_faults(*state);
}

static void a_bad_issuer_is_another_one_seed_44_S_026(void **state)
{
    set_fault(*state, "bad-issuer");
    MA_SCOPED(answer) got = get(*state, DISCOVERY);
    assert_non_null(strstr(got.body, "/us-east-1_Other\""));
    clear_faults(*state);
}

static void redirected_metadata_leaves_the_origin_S_006(void **state)
{
    set_fault(*state, "redirect-metadata");
    MA_SCOPED(answer) got = get(*state, DISCOVERY);
    assert_int_equal(got.status, 302);
    MA_AUTO(ma_text) location = field_of(&got, "Location");
    assert_true(ma_span_starts(
        ma_span_of(location), ma_sandbox_origin(*state, MA_SANDBOX_GATEWAY)));
    clear_faults(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discovery_has_the_members_of_cognito_and_no_other),
        cmocka_unit_test(other_metadata_places_answer_400_seed_23),
        cmocka_unit_test(a_pool_without_a_domain_names_no_endpoints),
        cmocka_unit_test(a_bad_issuer_is_another_one_seed_44_S_026),
        cmocka_unit_test(redirected_metadata_leaves_the_origin_S_006),
    };
    return cmocka_run_group_tests(tests, start_sandbox, stop_sandbox);
}
