/* Tests of awsrefusal.c: answers as AWS gives them. */
#include "agentcore/awsrefusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"

static const int64_t NOW_MS = 1440938160000; /* Sun, 30 Aug 2015 12:36:00 */

typedef struct {
    int http_status;
    const char *name; /* of a field; NULL: none */
    const char *value;
    const char *body;
    const char *code;
    const char *says; /* in the message */
    const char *hint;
} row;

static void check(const row *at)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (at->name)
        assert_int_equal(
            mcpauth_headers_add(headers, at->name, at->value, NULL), 0);
    const mcpauth_answer answer = {
        at->http_status, headers, at->body, strlen(at->body)};
    assert_int_equal(
        ma_awsrefusal_tell(&answer, NOW_MS, err), MCPAUTH_E_REFUSED);
    const char *code = mcpauth_error_server_code(err);
    const char *hint = mcpauth_error_hint(err);
    assert_int_equal(mcpauth_error_http_status(err), at->http_status);
    assert_string_equal(code ? code : "", at->code);
    assert_non_null(strstr(mcpauth_error_message(err), at->says));
    assert_non_null(strstr(hint ? hint : "", at->hint));
    assert_int_equal(ma_awsrefusal_is_expiry(&answer),
        strstr(at->hint, "have expired") != NULL);
}

static void the_services_words_are_kept_and_a_remedy_is_named(void **state)
{
    static const row rows[] = {
        {403, "x-amzn-ErrorType", "InvalidSignatureException:http://a/",
            "{\"message\":\"The request signature we calculated does not "
            "match\"}",
            "InvalidSignatureException", "we calculated does not match",
            "secret access key"},
        {403, NULL, NULL,
            "{\"__type\":\"com.amazon.coral#ExpiredTokenException\","
            "\"Message\":\"is expired\"}",
            "ExpiredTokenException", "is expired", "have expired"},
        {403, NULL, NULL,
            "{\"message\":\"The security token included in the request is "
            "expired\"}",
            "", "is expired", "have expired"},
        {403, NULL, NULL,
            "{\"code\":\"UnrecognizedClientException\",\"message\":\"no\"}",
            "UnrecognizedClientException", "no", "does not know"},
        {403, "Date", "Sun, 30 Aug 2015 12:46:00 GMT",
            "{\"message\":\"Signature expired: x is now earlier than y\"}", "",
            "earlier than y", "600 s behind"},
        {403, NULL, NULL, "{\"message\":\"Signature not yet current\"}", "",
            "current", "check the clock"},
        {403, NULL, NULL,
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32002,\"message\":"
            "\"User: u is not authorized to perform: x\"}}",
            "", "User: u", "InvokeAgentRuntime"},
        {403, NULL, NULL, "{\"message\":\"Authorization method mismatch.\"}",
            "", "mismatch", "--auth oauth"},
        {401, "WWW-Authenticate", "Bearer", "Unauthorized", "", "Unauthorized",
            "--auth oauth"},
        {403, NULL, NULL, "<html>", "", "<html>", ""},
        {403, NULL, NULL, "", "", "answered 403", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_services_words_are_kept_and_a_remedy_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
