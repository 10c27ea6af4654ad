/* challenge_test.c - WWW-Authenticate in all its shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/headers.h"
#include "oauth/challenge.h"

#define URL "https://e.com/.well-known/oauth-protected-resource"

static void assert_text(const char *got, const char *expected, const char *what)
{
    if (!got != !expected || (got && strcmp(got, expected) != 0))
        fail_msg("%s: %s instead of %s", what, got ? got : "(none)",
            expected ? expected : "(none)");
}

static void parse_field(const char *field, ma_challenge *out)
{
    assert_int_equal(
        ma_challenge_parse_field(ma_span_of(field), out, NULL), MCPAUTH_OK);
}

static void well_formed_fields_A_020_A_021(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        bool bearer;
        const char *resource_metadata;
        const char *scope;
        const char *error;
    } rows[] = {
        {"Bearer", true, NULL, NULL, NULL},
        {"Bearer resource_metadata=\"" URL "\"", true, URL, NULL, NULL},
        {"bEARER Resource_Metadata=\"" URL "\"", true, URL, NULL, NULL},
        {"Bearer error=\"invalid_token\", scope=\"a b\", "
         "resource_metadata=\"" URL "\"",
            true, URL, "a b", "invalid_token"},
        {"Bearer error=insufficient_scope,scope=a", true, NULL, "a",
            "insufficient_scope"},
        {"Bearer error = \"x\" ,\t scope\t=\t\"a\"", true, NULL, "a", "x"},
        {", ,, Bearer , ,error=\"x\",,", true, NULL, NULL, "x"},
        {"Bearer realm=\"r, Bearer error=\\\"no\\\"\", error=\"yes\"", true,
            NULL, NULL, "yes"},
        {"Basic realm=\"a\", Bearer error=\"x\"", true, NULL, NULL, "x"},
        {"Basic abc==, Bearer error=\"x\"", true, NULL, NULL, "x"},
        {"Basic abc=, Bearer error=\"x\"", true, NULL, NULL, "x"},
        {"Negotiate a+/b==,Basic realm=x , Bearer error=\"x\"", true, NULL,
            NULL, "x"},
        {"Bearer error=\"x\", Basic realm=\"r\", scope=\"q\"", true, NULL, NULL,
            "x"},
        {"Bearer error=\"x\", Basic abc==", true, NULL, NULL, "x"},
        {"Bearer error=\"x\", Negotiate", true, NULL, NULL, "x"},
        {"Bearer error=\"a\\\"\\b\"", true, NULL, NULL, "a\"b"},
        {"Bearer error=\"\"", true, NULL, NULL, ""},
        {"Bearer unknown=\"1\", unknown=\"2\", error=x", true, NULL, NULL, "x"},
        {"Bearer abc==", true, NULL, NULL, NULL},
        {"Bearer error=", true, NULL, NULL, NULL}, /* a token68 */
        {"Bearer error=\"1\", Bearer error=\"2\"", true, NULL, NULL, "1"},
        {"Bearer error=\"1\", Bearer resource_metadata=\"" URL
         "\", Bearer resource_metadata=\"https://other\"",
            true, URL, NULL, NULL},
        {"Basic resource_metadata=\"" URL "\"", false, NULL, NULL, NULL},
        {"Basic realm=\"Bearer resource_metadata=x\"", false, NULL, NULL, NULL},
        {"Bearer, Bearer error=\"x\"", true, NULL, NULL, "x"},
        {"DPoP error=\"x\"", false, NULL, NULL, "x"},
        {"", false, NULL, NULL, NULL},
        {" \t,, ,", false, NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_challenge) got = {0};
        parse_field(rows[i].field, &got);
        if (got.bearer != rows[i].bearer)
            fail_msg("%s", rows[i].field);
        assert_text(
            got.resource_metadata, rows[i].resource_metadata, rows[i].field);
        assert_text(got.scope, rows[i].scope, rows[i].field);
        assert_text(got.error, rows[i].error, rows[i].field);
    }
}

static void dpop_challenges_A_201_A_207(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        bool bearer;
        bool dpop;
        const char *resource_metadata;
        const char *scope;
        const char *error;
        const char *dpop_error;
        const char *dpop_algs;
    } rows[] = {
        {"Bearer algs=\"ES256\"", true, false},
        {"dpop", false, true},
        {"DPoP resource_metadata=\"" URL "\", scope=\"a b\"", false, true, URL,
            "a b"},
        {"DPoP error=\"use_dpop_nonce\", algs=\"ES256 PS256\"", false, true,
            NULL, NULL, "use_dpop_nonce", "use_dpop_nonce", "ES256 PS256"},
        {"Bearer, DPoP algs=\"ES256\"", true, true, NULL, NULL, NULL, NULL,
            "ES256"},
        {"Bearer, DPoP error=x, scope=a", true, true, NULL, "a", "x", "x"},
        {"Bearer error=b, DPoP error=d", true, true, NULL, NULL, "b", "d"},
        {"DPoP error=d, Bearer error=b", true, true, NULL, NULL, "d", "d"},
        {"DPoP error=d, Bearer resource_metadata=\"" URL "\"", true, true, URL,
            NULL, NULL, "d"},
        {"DPoP error=d, error=e", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_challenge) got = {0};
        parse_field(rows[i].field, &got);
        if (got.bearer != rows[i].bearer || got.dpop != rows[i].dpop)
            fail_msg("%s", rows[i].field);
        assert_text(
            got.resource_metadata, rows[i].resource_metadata, rows[i].field);
        assert_text(got.scope, rows[i].scope, rows[i].field);
        assert_text(got.error, rows[i].error, rows[i].field);
        assert_text(got.dpop_error, rows[i].dpop_error, rows[i].field);
        assert_text(got.dpop_algs, rows[i].dpop_algs, rows[i].field);
    }
}

static void malformed_challenges_count_as_absent_A_022_S_021(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "Bearer resource_metadata=\"" URL "\", resource_metadata=\"" URL "\"",
        "Bearer realm=a, realm=b",
        "Bearer ERROR=a, error=b",
        "Bearer error=\"x",
        "Bearer error=\"x\\",
        "Bearer error=\"x\\\"",
        "Bearer error=\"a\x01"
        "b\"",
        "Bearer error=\"a\x7f\"",
        "Bearer error=\"a\r\nb\"",
        "Bearer error=\"a\\\x02\"",
        "Bearer error=, scope=a",
        "Bearer scope=a, error=",
        "Bearer/abc",
        "Bearer error==x",
        "Bearer error=x y",
        "Bearer error=\"x\"y",
        "Bearer error=\"x\" scope=\"y\"",
        "Bearer error:\"x\"",
        "Bearer abc==, error=x",
        "Bearer resource_metadata=" URL,
        "Bearer error=x, @",
        "Bearer\x01",
        "error=x",
        "=x",
        "@",
        "\"Bearer\"",
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        MA_SCOPED(ma_challenge) got = {0};
        parse_field(fields[i], &got);
        if (got.bearer || got.error || got.resource_metadata)
            fail_msg("%s", fields[i]);
    }
}

static void reading_goes_on_behind_a_malformed_one_A_022(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "Bearer error==a, Bearer error=\"x\"",
        "Basic @\"a, Bearer error=no, b c\", Bearer error=\"x\"",
        "@, Bearer error=\"x\"",
        "realm=\"a\", Bearer error=\"x\"",
        "Bearer error=\"x\", Digest realm=\"open",
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        MA_SCOPED(ma_challenge) got = {0};
        parse_field(fields[i], &got);
        assert_true(got.bearer);
        assert_text(got.error, "x", fields[i]);
    }
}

static void illegal_scope_is_absent_A_025(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "Bearer scope=\"a\\\"b\"",
        "Bearer scope=\"a\\\\b\"",
        "Bearer scope=\"a\tb\"",
        "Bearer scope=\"\xc3\xa9\"",
        "Bearer scope=\"\"",
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        MA_SCOPED(ma_challenge) got = {0};
        parse_field(fields[i], &got);
        assert_true(got.bearer);
        assert_null(got.scope);
    }
}

static void words_for_people_are_kept_A_022(void **state)
{
    (void)state;
    MA_SCOPED(ma_challenge) got = {0};
    parse_field("Bearer error_description=\"Claim 'client_id' \\\"x\\\"\", "
                "error_uri=\"https://e.com/why\"",
        &got);
    assert_text(
        got.error_description, "Claim 'client_id' \"x\"", "description");
    assert_text(got.error_uri, "https://e.com/why", "uri");
}

static void all_fields_are_read_A_020(void **state)
{
    (void)state;
    static const char *const fields[][2] = {
        {"WWW-Authenticate", "Basic realm=\"x"},
        {"www-authenticate", "Bearer error=\"first\""},
        {"X-Authenticate", "Bearer resource_metadata=\"https://no\""},
        {"WWW-AUTHENTICATE", "Bearer resource_metadata=\"" URL "\""},
    };
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        assert_int_equal(
            mcpauth_headers_add(headers, fields[i][0], fields[i][1], NULL),
            MCPAUTH_OK);
    MA_SCOPED(ma_challenge) got = {0};
    assert_int_equal(ma_challenge_parse(headers, &got, NULL), MCPAUTH_OK);
    assert_text(got.resource_metadata, URL, "resource_metadata");
    assert_null(got.error);
}

static void no_header_is_normal_A_027(void **state)
{
    (void)state;
    MA_SCOPED(ma_challenge) got = {0};
    assert_int_equal(ma_challenge_parse(NULL, &got, NULL), MCPAUTH_OK);
    assert_false(got.bearer);
}

static void agentcore_header_is_read_seed_48(void **state)
{
    (void)state;
    MA_SCOPED(ma_challenge) got = {0};
    parse_field("Bearer resource_metadata=\"https://bedrock-agentcore."
                "us-east-1.amazonaws.com/runtimes/arn%3Aaws/invocations/"
                ".well-known/oauth-protected-resource?qualifier=DEFAULT\"",
        &got);
    assert_text(got.resource_metadata,
        "https://bedrock-agentcore.us-east-1.amazonaws.com/runtimes/arn%3Aaws/"
        "invocations/.well-known/oauth-protected-resource?qualifier=DEFAULT",
        "resource_metadata");
}

/* Whatever is repeated 64 Ki times, the text is read and the end is reached. */
static void floods_end_S_021(void **state)
{
    (void)state;
    static const char *const pieces[] = {",", "\"", "\\", "=", " ", "a ",
        "a=", "a=b,", "Bearer,", "Bearer a=", "x=\"\\\"", "Basic a==,"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        MA_SCOPED(ma_buf) field = ma_buf_init(1024 * 1024);
        for (int n = 0; n < 65536; n++)
            ma_buf_add_text(&field, pieces[i]);
        ma_buf_add_text(&field, ", Bearer error=\"x\"");
        MA_SCOPED(ma_challenge) got = {0};
        assert_int_equal(
            ma_challenge_parse_field(ma_buf_span(&field), &got, NULL),
            MCPAUTH_OK);
        if (i == 0)
            assert_text(got.error, "x", "behind commas");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_fields_A_020_A_021),
        cmocka_unit_test(dpop_challenges_A_201_A_207),
        cmocka_unit_test(malformed_challenges_count_as_absent_A_022_S_021),
        cmocka_unit_test(reading_goes_on_behind_a_malformed_one_A_022),
        cmocka_unit_test(illegal_scope_is_absent_A_025),
        cmocka_unit_test(words_for_people_are_kept_A_022),
        cmocka_unit_test(all_fields_are_read_A_020),
        cmocka_unit_test(no_header_is_normal_A_027),
        cmocka_unit_test(agentcore_header_is_read_seed_48),
        cmocka_unit_test(floods_end_S_021),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
