/* Tests of sigv4.c.  The expected signatures are those of AWS's published
 * Signature Version 4 test suite (awslabs/aws-c-auth), but where it says so. */
#include "agentcore/sigv4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/headers.h"

static const int64_t NOW_MS = 1440938160000; /* 20150830T123600Z */

typedef struct {
    const char *method;
    const char *url;
    const char *type; /* Content-Type; NULL: none */
    const char *body;
    const char *session;
    const char *fields; /* signed */
    const char *signature;
} vector;

#define AT    "https://example.amazonaws.com"
#define PLAIN "host;x-amz-date"
#define UNRESERVED                                                             \
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define STS                                                                    \
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsK"  \
    "WHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdee"   \
    "hM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx"   \
    "6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDr"   \
    "ypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

static void check(const vector *at)
{
    MA_AUTO(ma_secret)
    key = ma_secret_new(ma_span_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
    MA_AUTO(ma_secret)
    session = at->session ? ma_secret_new(ma_span_of(at->session)) : NULL;
    const ma_sigv4_signer signer = {
        "AKIDEXAMPLE", key, session, "us-east-1", "service"};
    const mcpauth_http_request request = {.method = at->method,
        .url = at->url,
        .body = at->body,
        .body_len = at->body ? strlen(at->body) : 0};
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    char want[512];
    if (at->type)
        assert_int_equal(
            mcpauth_headers_add(headers, "Content-Type", at->type, NULL), 0);
    assert_int_equal(
        mcpauth_headers_add(headers, "Accept", "text/plain", NULL), 0);
    assert_int_equal(
        ma_sigv4_sign(&signer, NOW_MS, &request, headers, NULL), 0);
    snprintf(want, sizeof want,
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
        "aws4_request, SignedHeaders=%s, Signature=%s",
        at->fields, at->signature);
    assert_string_equal(mcpauth_headers_get(headers, "Authorization"), want);
    assert_string_equal(
        mcpauth_headers_get(headers, "X-Amz-Date"), "20150830T123600Z");
    const char *sent = mcpauth_headers_get(headers, "X-Amz-Security-Token");
    assert_true(at->session ? !strcmp(sent, at->session) : !sent);
}

static void the_published_vectors_come_out(void **state)
{
    static const vector vectors[] = {
        {"GET", AT "/", NULL, NULL, NULL, PLAIN,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        {"POST", AT "/", NULL, NULL, NULL, PLAIN,
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
        {"GET", AT, NULL, NULL, NULL, PLAIN,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        {"GET", AT "/?Param2=value2&Param1=value1", NULL, NULL, NULL, PLAIN,
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
        {"GET", AT "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1", NULL, NULL,
            NULL, PLAIN,
            "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
        {"GET", AT "/?" UNRESERVED "=" UNRESERVED, NULL, NULL, NULL, PLAIN,
            "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
        {"GET", AT "/?%e1%88%b4=bar", NULL, NULL, NULL, PLAIN,
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
        {"GET", AT "/?Param1=value1", NULL, NULL, NULL, PLAIN,
            "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
        {"GET", AT "/" UNRESERVED, NULL, NULL, NULL, PLAIN,
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
        {"GET", AT "//example//", NULL, NULL, NULL, PLAIN,
            "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"},
        {"POST", AT "/", "application/x-www-form-urlencoded", "Param1=value1",
            NULL, "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
        {"GET", AT "/", NULL, NULL,
            "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
            PLAIN ";x-amz-security-token",
            "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"},
        {"POST", AT "/", NULL, NULL, STS, PLAIN ";x-amz-security-token",
            "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
        /* The path of a runtime, encoded a second time: by
         * @smithy/signature-v4 5.7.5. */
        {"POST",
            AT "/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-east-1%3A"
               "123456789012%3Aruntime%2Fa-1/invocations?qualifier=DEFAULT",
            "application/json", "{}", NULL, "content-type;host;x-amz-date",
            "a6c55243d0c15bda52ce91c7697305a5ceda72b14df1a5d990bef763dbd781f2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        check(&vectors[i]);
}

static void what_proxies_write_into_is_not_signed(void **state)
{
    MA_AUTO(ma_secret) key = ma_secret_new(ma_span_of("k"));
    const ma_sigv4_signer signer = {"AKID", key, NULL, "r", "s"};
    const mcpauth_http_request request = {.method = "GET", .url = AT "/"};
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    (void)state;
    assert_int_equal(
        mcpauth_headers_add(headers, "X-Amzn-Trace-Id", "Root=1", NULL), 0);
    assert_int_equal(mcpauth_headers_add(headers,
                         "X-Amzn-Bedrock-AgentCore-Runtime-User-Id", "u", NULL),
        0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            ma_sigv4_sign(&signer, NOW_MS, &request, headers, NULL), 0);
    assert_non_null(strstr(mcpauth_headers_get(headers, "Authorization"),
        "SignedHeaders=host;x-amz-date;"
        "x-amzn-bedrock-agentcore-runtime-user-id, "));
    assert_int_equal(mcpauth_headers_count(headers), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_come_out),
        cmocka_unit_test(what_proxies_write_into_is_not_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
