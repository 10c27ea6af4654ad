/* nonces_test.c - the newest nonce counts, and only where it came from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"
#include "oauth/nonces.h"

static void note(
    ma_nonces *nonces, ma_nonces_role role, const char *url, const char *nonce)
{
    MA_SCOPED(ma_url) parsed = {0};
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(ma_url_parse(ma_span_of(url), &parsed, NULL), MCPAUTH_OK);
    if (nonce)
        assert_int_equal(
            mcpauth_headers_add(headers, "dpop-nonce", nonce, NULL),
            MCPAUTH_OK);
    assert_int_equal(
        ma_nonces_note(nonces, role, &parsed, headers, NULL), MCPAUTH_OK);
}

static void assert_nonce(const ma_nonces *nonces, ma_nonces_role role,
    const char *url, const char *expected)
{
    MA_SCOPED(ma_url) parsed = {0};
    const char *nonce = "untouched";
    assert_int_equal(ma_url_parse(ma_span_of(url), &parsed, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_nonces_get(nonces, role, &parsed, &nonce, NULL), MCPAUTH_OK);
    if (!expected)
        assert_null(nonce);
    else
        assert_string_equal(nonce ? nonce : "none", expected);
}

static void each_origin_and_role_has_its_own_A_208(void **state)
{
    (void)state;
    MA_SCOPED(ma_nonces) nonces = {0};
    assert_nonce(&nonces, MA_NONCES_RESOURCE, "https://a.example/mcp", NULL);
    note(&nonces, MA_NONCES_RESOURCE, "https://A.example:443/mcp?q", "one");
    note(&nonces, MA_NONCES_AUTHORIZATION, "https://a.example/token", "two");
    note(&nonces, MA_NONCES_RESOURCE, "https://b.example/mcp", "three");
    assert_nonce(&nonces, MA_NONCES_RESOURCE, "https://a.example/other", "one");
    assert_nonce(
        &nonces, MA_NONCES_AUTHORIZATION, "https://a.example/par", "two");
    assert_nonce(&nonces, MA_NONCES_RESOURCE, "https://b.example/mcp", "three");
    assert_nonce(
        &nonces, MA_NONCES_AUTHORIZATION, "https://b.example/mcp", NULL);
    assert_nonce(
        &nonces, MA_NONCES_RESOURCE, "https://a.example:8443/mcp", NULL);
    assert_nonce(&nonces, MA_NONCES_RESOURCE, "http://a.example/mcp", NULL);
}

static void a_newer_one_replaces_it_and_none_does_not_A_208(void **state)
{
    (void)state;
    MA_SCOPED(ma_nonces) nonces = {0};
    note(&nonces, MA_NONCES_RESOURCE, "https://a.example/mcp", "one");
    note(&nonces, MA_NONCES_RESOURCE, "https://a.example/mcp", "two");
    assert_nonce(&nonces, MA_NONCES_RESOURCE, "https://a.example/mcp", "two");
    note(&nonces, MA_NONCES_RESOURCE, "https://a.example/mcp", NULL);
    assert_nonce(&nonces, MA_NONCES_RESOURCE, "https://a.example/mcp", "two");
    assert_int_equal(nonces.count, 1);
}

static void an_unusable_one_counts_as_none_A_208(void **state)
{
    (void)state;
    static const char *const unusable[] = {
        "", "a b", "a\"b", "a\\b", "a\tb", "\xC3\xA4"};
    MA_SCOPED(ma_nonces) nonces = {0};
    note(&nonces, MA_NONCES_RESOURCE, "https://a.example/mcp", "good-._~!#[]");
    for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++)
        note(&nonces, MA_NONCES_RESOURCE, "https://a.example/mcp", unusable[i]);
    assert_nonce(
        &nonces, MA_NONCES_RESOURCE, "https://a.example/mcp", "good-._~!#[]");
}

static void one_that_is_too_long_or_not_alone_counts_as_none_A_208(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_SCOPED(ma_buf) text = ma_buf_init(2 * MA_NONCES_LEN_MAX);
    for (size_t i = 0; i <= MA_NONCES_LEN_MAX; i++)
        ma_buf_add_byte(&text, 'x');
    assert_int_equal(
        mcpauth_headers_add(headers, "DPoP-Nonce", ma_buf_text(&text), NULL),
        MCPAUTH_OK);
    assert_null(ma_nonces_find(headers));
    assert_int_equal(
        ma_headers_set(headers, "DPoP-Nonce", ma_buf_text(&text) + 1, NULL),
        MCPAUTH_OK);
    assert_non_null(ma_nonces_find(headers));
    assert_int_equal(
        mcpauth_headers_add(headers, "DPoP-Nonce", "x", NULL), MCPAUTH_OK);
    assert_null(ma_nonces_find(headers));
    assert_null(ma_nonces_find(NULL));
}

static void the_longest_unused_goes_first_A_208(void **state)
{
    (void)state;
    MA_SCOPED(ma_nonces) nonces = {0};
    char url[64];
    for (int i = 0; i < MA_NONCES_MAX; i++) {
        snprintf(url, sizeof url, "https://%c.example", 'a' + i);
        note(&nonces, MA_NONCES_RESOURCE, url, url);
    }
    note(&nonces, MA_NONCES_RESOURCE, "https://a.example", "again");
    note(&nonces, MA_NONCES_RESOURCE, "https://z.example", "new");
    assert_int_equal(nonces.count, MA_NONCES_MAX);
    assert_nonce(&nonces, MA_NONCES_RESOURCE, "https://a.example", "again");
    assert_nonce(&nonces, MA_NONCES_RESOURCE, "https://z.example", "new");
    assert_nonce(&nonces, MA_NONCES_RESOURCE, "https://b.example", NULL);
    assert_nonce(
        &nonces, MA_NONCES_RESOURCE, "https://c.example", "https://c.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_origin_and_role_has_its_own_A_208),
        cmocka_unit_test(a_newer_one_replaces_it_and_none_does_not_A_208),
        cmocka_unit_test(an_unusable_one_counts_as_none_A_208),
        cmocka_unit_test(
            one_that_is_too_long_or_not_alone_counts_as_none_A_208),
        cmocka_unit_test(the_longest_unused_goes_first_A_208),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
