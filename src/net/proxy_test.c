/* Tests of proxy.c. */
#include "net/proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void no_proxy_names_hosts_and_networks_S_078(void **state)
{
    static const struct {
        const char *list;
        const char *host;
        bool exempt;
    } rows[] = {
        {"*", "a.example", true},
        {"", "a.example", false},
        {"a.example", "a.example", true},
        {"A.Example", "a.example", true},
        {"example", "a.example", true},
        {".example", "a.example", true},
        {".a.example", "a.example", true},
        {"xample", "a.example", false},
        {"a.example", "example", false},
        {"b.example, a.example", "a.example", true},
        {"b.example a.example", "a.example", true},
        {"10.0.0.1", "10.0.0.1", true},
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.1", false},
        {"10.128.0.0/9", "10.127.0.1", false},
        {"0.0.0.0/0", "8.8.8.8", true},
        {"10.0.0.0/33", "10.0.0.0", false},
        {"10.0.0.0/x", "10.0.0.0", false},
        {"10.0.0.0/8", "10.example", false},
        {"fd00::/8", "fd12::1", true},
        {"fd00::/8", "fe80::1", false},
        {"0.0.0.0/0", "::1", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            ma_proxy_exempts(ma_span_of(rows[i].list), rows[i].host),
            rows[i].exempt);
}

static const char *find(const char *text)
{
    MA_SCOPED(ma_url) url = {0};
    assert_int_equal(ma_url_parse(ma_span_of(text), &url, NULL), 0);
    return ma_proxy_find(&url);
}

static void https_alone_goes_through_a_proxy_S_078(void **state)
{
    (void)state;
    assert_null(find("https://a.example/"));
    setenv("http_proxy", "http://h:1", 1);
    assert_null(find("https://a.example/"));
    setenv("ALL_PROXY", "http://a:1", 1);
    assert_string_equal(find("https://a.example/"), "http://a:1");
    setenv("HTTPS_PROXY", "http://p:1", 1);
    assert_string_equal(find("https://a.example/"), "http://p:1");
    setenv("https_proxy", "http://q:1", 1);
    assert_string_equal(find("https://a.example/"), "http://q:1");
    assert_null(find("http://a.example/"));
    assert_null(find("https://localhost/"));
    assert_null(find("https://127.0.0.1:8443/"));
    setenv("NO_PROXY", "a.example", 1);
    assert_null(find("https://a.example/"));
    assert_non_null(find("https://b.example/"));
}

static int clear_environment(void **state)
{
    (void)state;
    return clearenv();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_proxy_names_hosts_and_networks_S_078),
        cmocka_unit_test(https_alone_goes_through_a_proxy_S_078),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
