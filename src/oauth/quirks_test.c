/* quirks_test.c - who gets which row, and what it advises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/span.h"
#include "oauth/quirks.h"

#define POOL "/us-east-1_AbC"

static void row_is_found_by_issuer_seed_15(void **state)
{
    (void)state;
    static const struct {
        const char *issuer;
        const char *name;
    } rows[] = {
        {"https://cognito-idp.us-east-1.amazonaws.com" POOL, "cognito"},
        {"https://Cognito-IDP.us-east-1.amazonaws.com" POOL, "cognito"},
        {"https://cognito-idp.cn-north-1.amazonaws.com.cn" POOL, "cognito"},
        {"https://cognito-idp.us-gov-west-1.amazonaws.com" POOL, "cognito"},
        {"https://login.microsoftonline.com/tid/v2.0", "entra"},
        {"https://sts.windows.net/tid/", "entra"},
        {"https://login.microsoftonline.us/tid/v2.0", "entra"},
        {"https://login.partner.microsoftonline.cn/tid/v2.0", "entra"},
        {"https://tid.ciamlogin.com/tid/v2.0", "entra"},
        {"https://ciamlogin.com/tid/v2.0", "standard"},
        {"https://tid.ciamlogin.com.evil.com/tid/v2.0", "standard"},
        {"https://d.auth.us-east-1.amazoncognito.com", "standard"},
        {"https://cognito-idp.us-east-1.amazonaws.com.evil.com", "standard"},
        {"https://evil.com/cognito-idp.us-east-1.amazonaws.com", "standard"},
        {"https://login.microsoftonline.com.evil.com/tid", "standard"},
        {"https://xlogin.microsoftonline.com/tid", "standard"},
        {"nonsense", "standard"},
        {"", "standard"},
        {NULL, "standard"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(
            ma_quirks_find(NULL, rows[i].issuer)->name, rows[i].name);
}

static void users_word_goes_before_the_issuer(void **state)
{
    (void)state;
    const char *cognito = "https://cognito-idp.us-east-1.amazonaws.com" POOL;
    assert_string_equal(
        ma_quirks_find("cognito", "https://my.example")->name, "cognito");
    assert_string_equal(ma_quirks_find("standard", cognito)->name, "standard");
    assert_string_equal(ma_quirks_find("nobody", cognito)->name, "standard");
}

static void names_are_known_and_listed_once(void **state)
{
    (void)state;
    size_t count = 0;
    for (; ma_quirks_name(count); count++) {
        assert_true(ma_quirks_known(ma_quirks_name(count)));
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(ma_quirks_name(i), ma_quirks_name(count));
    }
    assert_string_equal(ma_quirks_name(count - 1), "standard");
    assert_false(ma_quirks_known("Cognito"));
    assert_false(ma_quirks_known(""));
}

static void cognito_row_seed_15_seed_34_seed_50(void **state)
{
    (void)state;
    const ma_quirks *row = ma_quirks_find("cognito", NULL);
    assert_true(row->s256_unadvertised);
    assert_string_equal(
        row->interactive_scope, "openid email aws.cognito.signin.user.admin");
    assert_string_equal(row->default_redirect_uri, "http://localhost:3000");
    assert_true(row->resource & MA_RESOURCE_AUTHORIZE);
    assert_false(row->resource & MA_RESOURCE_CLIENT_CREDENTIALS);
    assert_non_null(strstr(row->no_endpoint_hint, "domain"));
    assert_non_null(strstr(row->redirect_hint, "redirect_mismatch"));
}

static void entra_never_gets_resource(void **state)
{
    (void)state;
    const ma_quirks *row = ma_quirks_find("entra", NULL);
    assert_int_equal(row->resource, 0);
    assert_true(row->s256_unadvertised);
}

static void standard_row_is_the_specification_A_091_A_130(void **state)
{
    (void)state;
    const ma_quirks *row = ma_quirks_find("standard", NULL);
    assert_false(row->s256_unadvertised);
    assert_int_equal(row->resource, MA_RESOURCE_ALL);
    assert_null(row->interactive_scope);
    assert_null(row->default_redirect_uri);
}

static void hints_say_what_to_do_seed_41_seed_42_seed_43(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        const char *error;
        mcpauth_mode mode;
        const char *said; /* NULL: no hint at all */
    } rows[] = {
        {"cognito", "unauthorized_client", MCPAUTH_MODE_M2M,
            "--allowed-o-auth-flows client_credentials "
            "--allowed-o-auth-flows-user-pool-client"},
        {"cognito", "unauthorized_client", MCPAUTH_MODE_M2M,
            "create-user-pool-client --generate-secret"},
        {"cognito", "unauthorized_client", MCPAUTH_MODE_INTERACTIVE,
            "--allowed-o-auth-flows code"},
        {"cognito", "invalid_scope", MCPAUTH_MODE_M2M, "OAUTH_M2M_SCOPES"},
        {"cognito", "invalid_scope", MCPAUTH_MODE_INTERACTIVE,
            "aws.cognito.signin.user.admin"},
        {"cognito", "invalid_client", MCPAUTH_MODE_M2M, "OAUTH_CLIENT_SECRET"},
        {"cognito", "invalid_grant", MCPAUTH_MODE_INTERACTIVE, "log in again"},
        {"cognito", "invalid_target", MCPAUTH_MODE_INTERACTIVE,
            "resource_policy"},
        {"entra", "invalid_scope", MCPAUTH_MODE_M2M, "/.default"},
        {"entra", "invalid_scope", MCPAUTH_MODE_INTERACTIVE, "api://APP/SCOPE"},
        {"standard", "invalid_scope", MCPAUTH_MODE_M2M, "OAUTH_M2M_SCOPES"},
        {"standard", "invalid_scope", MCPAUTH_MODE_INTERACTIVE, "--scope"},
        {"standard", "invalid_client", MCPAUTH_MODE_M2M, "client secret"},
        {"standard", "server_error", MCPAUTH_MODE_M2M, NULL},
        {"standard", "", MCPAUTH_MODE_M2M, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *hint = ma_quirks_find_hint(
            ma_quirks_find(rows[i].row, NULL), rows[i].error, rows[i].mode);
        assert_int_equal(hint != NULL, rows[i].said != NULL);
        if (hint && !strstr(hint, rows[i].said))
            fail_msg("%s", hint);
    }
}

/* `update-user-pool-client --generate-secret` does not exist. */
static void no_hint_names_an_option_that_is_not_there_seed_42(void **state)
{
    (void)state;
    const ma_quirks *row = ma_quirks_find("cognito", NULL);
    for (size_t i = 0; row->hints[i].error; i++) {
        ma_span hint = ma_span_of(row->hints[i].hint);
        while (hint.at) {
            ma_span piece = ma_span_cut(&hint, '`');
            const char *update = memmem(piece.at, piece.len, "update-user", 11);
            const char *secret =
                memmem(piece.at, piece.len, "--generate-secret", 17);
            assert_false(update && secret);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_is_found_by_issuer_seed_15),
        cmocka_unit_test(users_word_goes_before_the_issuer),
        cmocka_unit_test(names_are_known_and_listed_once),
        cmocka_unit_test(cognito_row_seed_15_seed_34_seed_50),
        cmocka_unit_test(entra_never_gets_resource),
        cmocka_unit_test(standard_row_is_the_specification_A_091_A_130),
        cmocka_unit_test(hints_say_what_to_do_seed_41_seed_42_seed_43),
        cmocka_unit_test(no_hint_names_an_option_that_is_not_there_seed_42),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
