/* Tests of redirect.c. */
#include "net/redirect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define FROM "https://a.example/p/q?t=CANARY"

static void same_origin_alone_is_followed_S_006(void **state)
{
    static const struct {
        const char *location;
        const char *next; /* NULL: refused */
    } rows[] = {
        {"/x?y", "https://a.example/x?y"},
        {"x", "https://a.example/p/x"},
        {"https://a.example:443/", "https://a.example:443/"},
        {"HTTPS://A.EXAMPLE/z", "HTTPS://A.EXAMPLE/z"},
        {"http://a.example/", NULL},
        {"https://a.example:8443/", NULL},
        {"https://b.example/", NULL},
        {"//b.example/", NULL},
        {"https://a.example@b.example/", NULL},
        {"https://a.example.b.example/", NULL},
        {"\\\\b.example/", NULL},
        {"javascript:alert(1)", NULL},
        {"file:///etc/passwd", NULL},
        {NULL, NULL},
    };
    MA_SCOPED(ma_url) from = {0};
    (void)state;
    assert_int_equal(ma_url_parse(ma_span_of(FROM), &from, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_url) next = {0};
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        mcpauth_status st =
            ma_redirect_judge(&from, 302, rows[i].location, 1, &next, err);
        assert_int_equal(st, rows[i].next ? MCPAUTH_OK : MCPAUTH_E_UNTRUSTED);
        if (st)
            assert_non_null(
                strstr(mcpauth_error_message(err), "redirect not followed"));
        else
            assert_string_equal(next.text, rows[i].next);
    }
}

static void refusal_names_both_origins_and_no_query_S_007(void **state)
{
    MA_SCOPED(ma_url) from = {0};
    MA_SCOPED(ma_url) next = {0};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(ma_url_parse(ma_span_of(FROM), &from, NULL), 0);
    assert_int_equal(ma_redirect_judge(&from, 307,
                         "https://b.example/?t=CANARY", 3, &next, err),
        MCPAUTH_E_UNTRUSTED);
    assert_string_equal(mcpauth_error_message(err),
        "redirect not followed: https://a.example answered 307 towards "
        "https://b.example");
    assert_int_equal(mcpauth_error_http_status(err), 307);
    assert_int_equal(ma_redirect_judge(&from, 302, "/x", 0, &next, NULL),
        MCPAUTH_E_UNTRUSTED);
    assert_null(next.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_origin_alone_is_followed_S_006),
        cmocka_unit_test(refusal_names_both_origins_and_no_query_S_007),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
