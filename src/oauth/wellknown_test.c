/* wellknown_test.c - the tables of places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/wellknown.h"

static void assert_urls(
    const ma_wellknown *list, const char *const expected[MA_WELLKNOWN_MAX])
{
    for (size_t i = 0; i < MA_WELLKNOWN_MAX; i++) {
        if (!expected[i]) {
            assert_int_equal(list->count, i);
            assert_null(list->urls[i]);
            return;
        }
        assert_true(i < list->count);
        assert_string_equal(list->urls[i], expected[i]);
    }
}

static void resource_documents_in_order_A_031(void **state)
{
    (void)state;
#define PRM "/.well-known/oauth-protected-resource"
    static const struct {
        const char *server;
        const char *urls[MA_WELLKNOWN_MAX];
    } rows[] = {
        {"https://e.com/public/mcp",
            {"https://e.com" PRM "/public/mcp", "https://e.com" PRM}},
        {"https://e.com:8443/mcp/",
            {"https://e.com:8443" PRM "/mcp/", "https://e.com:8443" PRM "/mcp",
                "https://e.com:8443" PRM}},
        {"https://e.com/mcp?t=1",
            {"https://e.com" PRM "/mcp?t=1", "https://e.com" PRM}},
        {"https://e.com/?t=1",
            {"https://e.com" PRM "?t=1", "https://e.com" PRM}},
        {"https://e.com", {"https://e.com" PRM}},
        {"https://e.com/", {"https://e.com" PRM}},
        {"HTTPS://E.com:443/mcp",
            {"https://e.com" PRM "/mcp", "https://e.com" PRM}},
        {"http://[::1]:3000/a%3Ab",
            {"http://[::1]:3000" PRM "/a%3Ab", "http://[::1]:3000" PRM}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_url) server = {0};
        MA_SCOPED(ma_wellknown) list = {0};
        assert_int_equal(
            ma_url_parse(ma_span_of(rows[i].server), &server, NULL),
            MCPAUTH_OK);
        assert_int_equal(
            ma_wellknown_resource(&server, &list, NULL), MCPAUTH_OK);
        assert_urls(&list, rows[i].urls);
    }
}

#define AS   "/.well-known/oauth-authorization-server"
#define OIDC "/.well-known/openid-configuration"

/* A row that A-051 forbids would show as one URL too many. */
static void issuer_documents_in_order_A_050_A_051(void **state)
{
    (void)state;
    static const struct {
        const char *issuer;
        const char *urls[MA_WELLKNOWN_MAX];
    } rows[] = {
        {"https://a.com", {"https://a.com" AS, "https://a.com" OIDC}},
        {"https://a.com/", {"https://a.com" AS, "https://a.com" OIDC}},
        {"https://a.com/t1",
            {"https://a.com" AS "/t1", "https://a.com" OIDC "/t1",
                "https://a.com/t1" OIDC}},
        {"https://a.com/t1/",
            {"https://a.com" AS "/t1", "https://a.com" OIDC "/t1",
                "https://a.com/t1" OIDC}},
        {"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC",
            {"https://cognito-idp.us-east-1.amazonaws.com" AS "/us-east-1_AbC",
                "https://cognito-idp.us-east-1.amazonaws.com" OIDC
                "/us-east-1_AbC",
                "https://cognito-idp.us-east-1.amazonaws.com/"
                "us-east-1_AbC" OIDC}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_wellknown) list = {0};
        assert_int_equal(
            ma_wellknown_issuer(ma_span_of(rows[i].issuer), &list, NULL),
            MCPAUTH_OK);
        assert_urls(&list, rows[i].urls);
    }
}

static void discovery_url_stands_for_an_issuer_seed_22(void **state)
{
    (void)state;
    static const struct {
        const char *discovery_url;
        const char *issuer;
        const char *urls[MA_WELLKNOWN_MAX];
    } rows[] = {
        {"https://a.com/p" OIDC, "https://a.com/p",
            {"https://a.com/p" OIDC, "https://a.com" AS "/p",
                "https://a.com" OIDC "/p"}},
        {"https://a.com/p/.well-known/openid_configuration", "https://a.com/p",
            {"https://a.com/p" OIDC, "https://a.com" AS "/p",
                "https://a.com" OIDC "/p"}},
        {"https://a.com/p", "https://a.com/p",
            {"https://a.com" AS "/p", "https://a.com" OIDC "/p",
                "https://a.com/p" OIDC}},
        {"https://a.com" OIDC, "https://a.com",
            {"https://a.com" OIDC, "https://a.com" AS}},
        {"https://a.com" OIDC "/", "https://a.com",
            {"https://a.com" OIDC, "https://a.com" AS}},
        {"https://a.com" AS "/t1", "https://a.com/t1",
            {"https://a.com" AS "/t1", "https://a.com" OIDC "/t1",
                "https://a.com/t1" OIDC}},
        {"https://a.com/.well-known/openid_configuration/t1",
            "https://a.com/t1",
            {"https://a.com" OIDC "/t1", "https://a.com" AS "/t1",
                "https://a.com/t1" OIDC}},
        {"https://a.com/t1" AS, "https://a.com/t1",
            {"https://a.com/t1" AS, "https://a.com" AS "/t1",
                "https://a.com" OIDC "/t1", "https://a.com/t1" OIDC}},
        {"https://a.com/", "https://a.com/",
            {"https://a.com" AS, "https://a.com" OIDC}},
        {"https://a.com/x" OIDC "/y", "https://a.com/x" OIDC "/y",
            {"https://a.com" AS "/x" OIDC "/y",
                "https://a.com" OIDC "/x" OIDC "/y",
                "https://a.com/x" OIDC "/y" OIDC}},
        {"https://a.com/x/.well-known/other",
            "https://a.com/x/.well-known/other",
            {"https://a.com" AS "/x/.well-known/other",
                "https://a.com" OIDC "/x/.well-known/other",
                "https://a.com/x/.well-known/other" OIDC}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_span given = ma_span_of(rows[i].discovery_url);
        MA_SCOPED(ma_buf) issuer = ma_buf_init(MA_URL_MAX);
        MA_SCOPED(ma_wellknown) list = {0};
        assert_int_equal(
            ma_wellknown_issuer_of(given, &issuer, NULL), MCPAUTH_OK);
        assert_string_equal(ma_buf_text(&issuer), rows[i].issuer);
        assert_int_equal(
            ma_wellknown_discovery(given, &list, NULL), MCPAUTH_OK);
        assert_urls(&list, rows[i].urls);
    }
}

static void underscore_is_noticed_seed_22(void **state)
{
    (void)state;
    static const struct {
        const char *discovery_url;
        bool underscored;
    } rows[] = {
        {"https://a.com/p/.well-known/openid_configuration", true},
        {"https://a.com/p" OIDC, false},
        {"https://a.com/openid_configuration", false},
        {"nonsense", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            ma_wellknown_is_underscored(ma_span_of(rows[i].discovery_url)),
            rows[i].underscored);
}

static void what_is_no_issuer_is_refused_A_037(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "a.com", "ftp://a.com",
        "https://u:p@a.com", "https://a.com/?p=1", "https://a.com/#x",
        "https://a.com" OIDC "?p=1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_buf) issuer = ma_buf_init(MA_URL_MAX);
        MA_SCOPED(ma_wellknown) list = {0};
        ma_span given = ma_span_of(bad[i]);
        assert_int_equal(
            ma_wellknown_issuer_of(given, &issuer, err), MCPAUTH_E_USAGE);
        assert_int_equal(
            ma_wellknown_issuer(given, &list, err), MCPAUTH_E_USAGE);
        assert_int_equal(
            ma_wellknown_discovery(given, &list, err), MCPAUTH_E_USAGE);
        assert_int_equal(issuer.len, 0);
        assert_int_equal(list.count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resource_documents_in_order_A_031),
        cmocka_unit_test(issuer_documents_in_order_A_050_A_051),
        cmocka_unit_test(discovery_url_stands_for_an_issuer_seed_22),
        cmocka_unit_test(underscore_is_noticed_seed_22),
        cmocka_unit_test(what_is_no_issuer_is_refused_A_037),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
