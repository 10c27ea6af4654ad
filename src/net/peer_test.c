/* Tests of peer.c. */
#include "net/peer.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

struct row {
    const char *url;
    const char *address; /* IPv4; NULL: only the URL is judged */
    mcpauth_address_rule rule;
    bool allow_private;
    const char *allow_http;
    const char *proxy;
    bool good;
};

#define ANY  MCPAUTH_ADDRESS_ANY
#define PUB  MCPAUTH_ADDRESS_PUBLIC
#define NEAR MCPAUTH_ADDRESS_NEAR

static const struct row rows[] = {
    {"https://a.example/", "93.184.216.34", PUB, false, NULL, NULL, true},
    {"https://a.example/", "10.0.0.1", ANY, false, NULL, NULL, true},
    {"https://a.example/", "10.0.0.1", PUB, false, NULL, NULL, false},
    {"https://a.example/", "127.0.0.1", PUB, false, NULL, NULL, false},
    {"https://a.example/", "169.254.169.254", PUB, false, NULL, NULL, false},
    {"https://a.example/", "10.0.0.1", PUB, true, NULL, NULL, true},
    {"http://a.example/", NULL, ANY, false, NULL, NULL, false},
    {"http://a.example/", NULL, ANY, true, NULL, NULL, false},
    {"http://a.example/", NULL, ANY, false, "b.example", NULL, false},
    {"http://a.example/", "10.0.0.1", ANY, false, "A.example", NULL, true},
    {"http://a.example/", "10.0.0.1", PUB, false, "a.example", NULL, false},
    {"http://localhost/", "127.0.0.1", ANY, false, NULL, NULL, true},
    {"http://x.localhost/", "93.184.216.34", ANY, false, NULL, NULL, false},
    {"https://a.example/", "10.0.0.1", PUB, false, NULL, "http://p", true},
    {"https://10.0.0.1/", NULL, PUB, false, NULL, "http://p", false},
    {"https://localhost/", NULL, PUB, false, NULL, "http://p", false},
    {"https://10.0.0.1/", "10.0.0.9", ANY, false, NULL, "http://p", true},
    {"http://169.254.169.254/", "169.254.169.254", NEAR, false, NULL, NULL,
        true},
    {"http://metadata.example/", "169.254.169.254", NEAR, false, NULL, NULL,
        true},
    {"http://metadata.example/", "93.184.216.34", NEAR, false, NULL, NULL,
        false},
    {"http://metadata.example/", "10.0.0.1", NEAR, false, NULL, NULL, false},
    {"http://169.254.169.254/", "169.254.169.254", ANY, false, NULL, NULL,
        false},
    {"https://a.example/", "10.0.0.1", NEAR, false, NULL, NULL, true},
};

static bool judge(const struct row *row)
{
    MA_SCOPED(ma_url) url = {0};
    struct sockaddr_in at = {.sin_family = AF_INET};
    const mcpauth_curl_options options = {
        .allow_private = row->allow_private, .allow_http = row->allow_http};
    const ma_peer peer = {&options, &url, row->rule, row->proxy};
    assert_int_equal(ma_url_parse(ma_span_of(row->url), &url, NULL), 0);
    mcpauth_status st = ma_peer_judge(&peer, NULL);
    if (st || !row->address) {
        assert_true(!st || st == MCPAUTH_E_UNTRUSTED);
        return !st;
    }
    assert_int_equal(inet_pton(AF_INET, row->address, &at.sin_addr), 1);
    return ma_peer_allows(&peer, (const struct sockaddr *)&at);
}

static void rules_hold_for_text_and_address_S_003_S_009(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (judge(&rows[i]) != rows[i].good)
            print_message("row %zu: %s\n", i, rows[i].url);
        assert_int_equal(judge(&rows[i]), rows[i].good);
    }
}

static void clear_text_is_refused_with_a_remedy_S_009(void **state)
{
    MA_SCOPED(ma_url) url = {0};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    const mcpauth_curl_options options = {0};
    const ma_peer peer = {&options, &url, ANY, NULL};
    (void)state;
    assert_int_equal(
        ma_url_parse(ma_span_of("http://a.example/"), &url, NULL), 0);
    assert_int_equal(ma_peer_judge(&peer, err), MCPAUTH_E_UNTRUSTED);
    assert_non_null(strstr(mcpauth_error_hint(err), "--allow-http a.example"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_hold_for_text_and_address_S_003_S_009),
        cmocka_unit_test(clear_text_is_refused_with_a_remedy_S_009),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
