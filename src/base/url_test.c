/* url_test.c - one parser, its verdicts, and RFC 3986 on references. */
#include "base/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

/* What becomes of a text: refused, or accepted as a host of that kind. */
typedef enum { REFUSED, NAME, LOOPBACK, PRIVATE, PUBLIC_IP } verdict;

static const struct {
    const char *text;
    verdict verdict;
} spellings[] = {
    {"https://a.example", NAME},
    {"https://a.example/", NAME},
    {"HTTPS://A.Example/mcp", NAME},
    {"http://a.example:8080/mcp?x=1#f", NAME},
    {"https://a.example./", NAME},
    {"https://a_b.example/", NAME},
    {"https://xn--bcher-kva.example/", NAME},
    {"https://a.example/%2F%41?q=%20", NAME},
    {"https://a.example/(x);y='z'?a[]=1", NAME},
    {"https://a.example?q", NAME},
    {"https://127.0.0.1.evil.test/", NAME},
    {"https://1e100.example/", NAME},
    {"https://localhost.evil.test/", NAME},
    {"https://evillocalhost/", NAME},
    {"http://localhost", LOOPBACK},
    {"http://LOCALHOST:3000/", LOOPBACK},
    {"http://a.localhost/", LOOPBACK},
    {"http://127.0.0.1:8080/cb", LOOPBACK},
    {"http://127.255.255.254/", LOOPBACK},
    {"http://[::1]/", LOOPBACK},
    {"http://[0:0:0:0:0:0:0:1]:80/", LOOPBACK},
    {"http://[::ffff:127.0.0.1]/", LOOPBACK},
    {"http://[::FFFF:7F00:1]/", LOOPBACK},
    {"http://0.0.0.0/", PRIVATE},
    {"http://10.0.0.1/", PRIVATE},
    {"http://192.168.1.1/", PRIVATE},
    {"http://169.254.169.254/latest/meta-data/", PRIVATE},
    {"http://[::]/", PRIVATE},
    {"http://[fe80::1]/", PRIVATE},
    {"http://[fd00:ec2::254]/", PRIVATE},
    {"http://[::ffff:169.254.169.254]/", PRIVATE},
    {"http://[::169.254.169.254]/", PRIVATE},
    {"http://[64:ff9b::169.254.169.254]/", PRIVATE},
    {"http://[2002:a9fe:a9fe::]/", PRIVATE},
    {"https://8.8.8.8/", PUBLIC_IP},
    {"https://[2606:4700:4700::1111]:443/", PUBLIC_IP},
    {"", REFUSED},
    {"a.example", REFUSED},
    {"//a.example/", REFUSED},
    {"/mcp", REFUSED},
    {"localhost:8080/mcp", REFUSED},
    {"ftp://a.example/", REFUSED},
    {"file:///etc/passwd", REFUSED},
    {"javascript:alert(1)", REFUSED},
    {"https:a.example", REFUSED},
    {"https:/a.example", REFUSED},
    {"https://", REFUSED},
    {"https:///mcp", REFUSED},
    {"https://?q", REFUSED},
    {"https://:443/", REFUSED},
    {" https://a.example/", REFUSED},
    {"https://a.example/ ", REFUSED},
    {"https://a b.example/", REFUSED},
    {"https://a.example/a b", REFUSED},
    {"https://a.example/\tx", REFUSED},
    {"https://a.example/\r\nHost: b", REFUSED},
    {"https://a.example/\x7f", REFUSED},
    {"https://user@a.example/", REFUSED},
    {"https://user:pass@a.example/", REFUSED},
    {"http://127.0.0.1@evil.test/", REFUSED},
    {"https://@a.example/", REFUSED},
    {"https://a.example\\@evil.test/", REFUSED},
    {"https:\\\\a.example\\", REFUSED},
    {"https://a.example%2Fevil.test/", REFUSED},
    {"https://a%2eexample/", REFUSED},
    {"https://%31%32%37.0.0.1/", REFUSED},
    {"http://0x7f.1/", REFUSED},
    {"http://0x7f000001/", REFUSED},
    {"http://0X7F.0.0.1/", REFUSED},
    {"http://2130706433/", REFUSED},
    {"http://017700000001/", REFUSED},
    {"http://0177.0.0.1/", REFUSED},
    {"http://127.1/", REFUSED},
    {"http://127.0.1/", REFUSED},
    {"http://127.0.0.1./", REFUSED},
    {"http://127.0.0.256/", REFUSED},
    {"http://127.0.0.0x1/", REFUSED},
    {"http://1.2.3.4.5/", REFUSED},
    {"http://a.0x/", REFUSED},
    {"http://0/", REFUSED},
    {"http://127.0.0.1\xE3\x80\x82/", REFUSED},
    {"http://127\xE3\x80\x82"
     "0.0.1/",
        REFUSED},
    {"http://\xE2\x91\xA0.example/", REFUSED},
    {"https://b\xC3\xBC"
     "cher.example/",
        REFUSED},
    {"https://a.example/\xC3\xA4", REFUSED},
    {"https://a..example/", REFUSED},
    {"https://.example/", REFUSED},
    {"https://a.example../", REFUSED},
    {"https://./", REFUSED},
    {"https://a,b/", REFUSED},
    {"https://a!b/", REFUSED},
    {"https://*.example/", REFUSED},
    {"https://a.example:/", REFUSED},
    {"https://a.example:0/", REFUSED},
    {"https://a.example:65536/", REFUSED},
    {"https://a.example:000443/", REFUSED},
    {"https://a.example:99999999999/", REFUSED},
    {"https://a.example:-1/", REFUSED},
    {"https://a.example:+80/", REFUSED},
    {"https://a.example:8o/", REFUSED},
    {"https://a.example:80:80/", REFUSED},
    {"https://[::1/", REFUSED},
    {"https://[]/", REFUSED},
    {"https://[::1]evil.test/", REFUSED},
    {"https://[::1]x80/", REFUSED},
    {"https://[::1].evil.test/", REFUSED},
    {"https://[127.0.0.1]/", REFUSED},
    {"https://[fe80::1%25eth0]/", REFUSED},
    {"https://[v1.x]/", REFUSED},
    {"https://::1/", REFUSED},
    {"https://a.example/%", REFUSED},
    {"https://a.example/%4", REFUSED},
    {"https://a.example/%4g", REFUSED},
    {"https://a.example/?q=%", REFUSED},
    {"https://a.example/<x>", REFUSED},
    {"https://a.example/\"x\"", REFUSED},
    {"https://a.example/^`{|}", REFUSED},
};

static verdict judge(const char *text)
{
    MA_SCOPED(ma_url) url = {0};
    if (ma_url_parse(ma_span_of(text), &url, NULL))
        return REFUSED;
    if (ma_url_loopback(&url))
        return LOOPBACK;
    if (ma_url_private(&url))
        return PRIVATE;
    return url.ipv6 || strspn(url.host, "0123456789.") == strlen(url.host)
               ? PUBLIC_IP
               : NAME;
}

static void every_spelling_has_its_verdict_S_004(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        const char *text = spellings[i].text;
        verdict got = judge(text);
        if (got != spellings[i].verdict)
            fail_msg("%s: %d, not %d", text, got, spellings[i].verdict);
        assert_int_equal(ma_url_valid(ma_span_of(text)), got != REFUSED);
    }
}

static void loopback_literals_are_private_S_003(void **state)
{
    (void)state;
    MA_SCOPED(ma_url) literal = {0};
    MA_SCOPED(ma_url) name = {0};
    assert_int_equal(
        ma_url_parse(ma_span_of("http://[::1]"), &literal, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_url_parse(ma_span_of("http://localhost"), &name, NULL), MCPAUTH_OK);
    assert_true(ma_url_private(&literal));
    assert_false(ma_url_private(&name));
}

static void a_nul_ends_nothing_S_004(void **state)
{
    (void)state;
    assert_false(ma_url_valid(ma_span_make("https://a.test\0.b", 17)));
    assert_false(ma_url_valid(ma_span_make("https://a.test/\0", 16)));
    assert_false(ma_url_valid(ma_span_of(NULL)));
}

static void the_longest_url_fits(void **state)
{
    (void)state;
    static char text[MA_URL_MAX + 1];
    memset(text, 'a', sizeof text);
    memcpy(text, "https://a.test/", 15);
    assert_true(ma_url_valid(ma_span_make(text, MA_URL_MAX)));
    assert_false(ma_url_valid(ma_span_make(text, MA_URL_MAX + 1)));
}

static void the_parts_are_told_apart(void **state)
{
    (void)state;
    MA_SCOPED(ma_url) url = {0};
    char text[] = "HTTP://[2606:4700::ABCD]:8080/p/a?x=/?#f?#";
    assert_int_equal(ma_url_parse(ma_span_of(text), &url, NULL), MCPAUTH_OK);
    memset(text, 'x', sizeof text - 1);
    assert_string_equal(url.text, "HTTP://[2606:4700::ABCD]:8080/p/a?x=/?#f?#");
    assert_false(url.https);
    assert_true(url.ipv6);
    assert_string_equal(url.host, "2606:4700::abcd");
    assert_int_equal(url.port, 8080);
    assert_true(ma_span_is(url.path, "/p/a"));
    assert_true(ma_span_is(url.query, "x=/?"));
    assert_true(url.fragment);
}

static void absent_parts_are_absent(void **state)
{
    (void)state;
    MA_SCOPED(ma_url) url = {0};
    assert_int_equal(
        ma_url_parse(ma_span_of("https://A.test"), &url, NULL), MCPAUTH_OK);
    assert_int_equal(url.port, 443);
    assert_true(ma_span_is(url.path, ""));
    assert_null(url.query.at);
    assert_false(url.fragment);
    assert_string_equal(url.host, "a.test");
}

static void a_refusal_says_why_but_no_password(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_url) url = {0};
    url.port = 7;
    mcpauth_status st = ma_url_parse(
        ma_span_of("https://u:s3cr3t@a.test/mcp?k=s3cr3t"), &url, err);
    assert_int_equal(st, MCPAUTH_E_USAGE);
    assert_string_equal(mcpauth_error_message(err),
        "\"...@a.test/mcp\" is not a usable URL: it holds a user name or "
        "password");
    assert_int_equal(url.port, 7);
    assert_null(url.text);
}

static void canonical_forms_A_131_A_132(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"https://mcp.e.com", "https://mcp.e.com"},
        {"https://mcp.e.com/", "https://mcp.e.com"},
        {"HTTPS://MCP.E.com/Path", "https://mcp.e.com/Path"},
        {"https://mcp.e.com:443/mcp", "https://mcp.e.com/mcp"},
        {"https://mcp.e.com:8443", "https://mcp.e.com:8443"},
        {"http://mcp.e.com:80/", "http://mcp.e.com"},
        {"http://mcp.e.com:443/", "http://mcp.e.com:443"},
        {"https://mcp.e.com/mcp/", "https://mcp.e.com/mcp/"},
        {"https://mcp.e.com/mcp#frag", "https://mcp.e.com/mcp"},
        {"https://mcp.e.com/mcp?a=b", "https://mcp.e.com/mcp?a=b"},
        {"https://mcp.e.com/%7Ea/../b", "https://mcp.e.com/%7Ea/../b"},
        {"https://mcp.e.com./", "https://mcp.e.com."},
        {"http://[::1]:3000/mcp", "http://[::1]:3000/mcp"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_url) url = {0};
        MA_SCOPED(ma_buf) text = ma_buf_init(100);
        assert_int_equal(
            ma_url_parse(ma_span_of(rows[i][0]), &url, NULL), MCPAUTH_OK);
        ma_url_write_canonical(&text, &url);
        assert_string_equal(ma_buf_text(&text), rows[i][1]);
    }
}

static void a_resource_is_escaped_A_132(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) text = ma_buf_init(100);
    ma_url_write_escaped(&text, ma_span_of("https://mcp.e.com"));
    ma_url_write_escaped(&text, ma_span_make(" ~\xff\0", 4));
    assert_string_equal(
        ma_buf_text(&text), "https%3A%2F%2Fmcp.e.com%20~%FF%00");
}

static bool is_same_origin(const char *a, const char *b)
{
    MA_SCOPED(ma_url) first = {0};
    MA_SCOPED(ma_url) second = {0};
    assert_int_equal(ma_url_parse(ma_span_of(a), &first, NULL), MCPAUTH_OK);
    assert_int_equal(ma_url_parse(ma_span_of(b), &second, NULL), MCPAUTH_OK);
    return ma_url_same_origin(&first, &second);
}

static void origins_are_scheme_host_and_port(void **state)
{
    (void)state;
    assert_true(is_same_origin("https://a.test/x?y", "HTTPS://A.TEST:443/z"));
    assert_false(is_same_origin("https://a.test", "http://a.test"));
    assert_false(is_same_origin("https://a.test", "https://a.test:444"));
    assert_false(is_same_origin("https://a.test", "https://b.test"));
    assert_false(is_same_origin("https://a.test", "https://a.test."));
    assert_false(is_same_origin("http://a.test:443", "https://a.test"));
}

static void references_are_resolved_RFC_3986_5_4(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"//g/x/../y?z", "http://g/y?z"},
        {"https://b.test/x?y", "https://b.test/x?y"},
    };
    MA_SCOPED(ma_url) base = {0};
    assert_int_equal(
        ma_url_parse(ma_span_of("http://a/b/c/d;p?q"), &base, NULL),
        MCPAUTH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(100);
        ma_buf_add_text(&text, "u=/");
        assert_int_equal(
            ma_url_resolve(&base, ma_span_of(rows[i][0]), &text, NULL),
            MCPAUTH_OK);
        assert_string_equal(ma_buf_text(&text) + 3, rows[i][1]);
    }
}

static void references_start_at_a_base_without_path(void **state)
{
    (void)state;
    MA_SCOPED(ma_url) base = {0};
    assert_int_equal(
        ma_url_parse(ma_span_of("https://a.test:8443"), &base, NULL),
        MCPAUTH_OK);
    MA_SCOPED(ma_buf) text = ma_buf_init(100);
    assert_int_equal(
        ma_url_resolve(&base, ma_span_of("g"), &text, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&text), "https://a.test:8443/g");
    ma_buf_clear(&text);
    assert_int_equal(
        ma_url_resolve(&base, ma_span_of(NULL), &text, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&text), "https://a.test:8443");
}

static void a_result_too_long_is_refused(void **state)
{
    (void)state;
    MA_SCOPED(ma_url) base = {0};
    assert_int_equal(
        ma_url_parse(ma_span_of("https://a.test"), &base, NULL), MCPAUTH_OK);
    MA_SCOPED(ma_buf) text = ma_buf_init(16);
    assert_int_equal(ma_url_resolve(&base, ma_span_of("/abc"), &text, NULL),
        MCPAUTH_E_LIMIT);
}

static void any_text_is_redacted(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"https://a.test/mcp", "https://a.test/mcp"},
        {"https://a.test:8443/mcp?token=s3cr3t#s3cr3t",
            "https://a.test:8443/mcp"},
        {"https://a.test/@scope/x", "https://a.test/@scope/x"},
        {"https://u:s3cr3t@a.test/mcp", "...@a.test/mcp"},
        {"https://u:s3/cr3t@a.test/", "...@a.test/"},
        {"https://u:s3?cr3t@a.test/", "...@a.test/"},
        {"u:s3cr3t@a.test", "...@a.test"},
        {"a b?s3cr3t", "a b"},
        {"x\033[2J\n\"", "x\\x1b[2J\\x0a\\x22"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_text) shown = ma_url_redacted(rows[i][0]);
        assert_string_equal(shown, rows[i][1]);
    }
    MA_AUTO(ma_text) none = ma_url_redacted(NULL);
    assert_string_equal(none, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_has_its_verdict_S_004),
        cmocka_unit_test(loopback_literals_are_private_S_003),
        cmocka_unit_test(a_nul_ends_nothing_S_004),
        cmocka_unit_test(the_longest_url_fits),
        cmocka_unit_test(the_parts_are_told_apart),
        cmocka_unit_test(absent_parts_are_absent),
        cmocka_unit_test(a_refusal_says_why_but_no_password),
        cmocka_unit_test(canonical_forms_A_131_A_132),
        cmocka_unit_test(a_resource_is_escaped_A_132),
        cmocka_unit_test(origins_are_scheme_host_and_port),
        cmocka_unit_test(references_are_resolved_RFC_3986_5_4),
        cmocka_unit_test(references_start_at_a_base_without_path),
        cmocka_unit_test(a_result_too_long_is_refused),
        cmocka_unit_test(any_text_is_redacted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
