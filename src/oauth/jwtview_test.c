/* jwtview_test.c - what is no JWT, and what is the wrong one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/error.h"
#include "oauth/jwtview.h"

static void write_token(ma_buf *to, const char *header, const char *claims)
{
    ma_base64_write_url(to, ma_span_of(header));
    ma_buf_add_byte(to, '.');
    ma_base64_write_url(to, ma_span_of(claims));
    ma_buf_add_text(to, ".c2ln");
}

static void parse(ma_jwtview *out, const char *header, const char *claims)
{
    MA_SCOPED(ma_buf) token = ma_buf_init(MA_JWTVIEW_MAX);
    write_token(&token, header, claims);
    assert_int_equal(
        ma_jwtview_parse(ma_buf_span(&token), out, NULL), MCPAUTH_OK);
}

static void what_is_no_jwt_is_refused_A_211(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "opaque",
        "..",
        "e30.e30",
        "e30.e30.",
        ".e30.c2ln",
        "e30..c2ln",
        "e30.e30.c2ln.c2ln",
        "e30.e30.c2ln.",
        " e30.e30.c2ln",
        "e30.e30.c2ln\n",
        "e30=.e30.c2ln",
        "e3+.e30.c2ln",
        "e30.W10.c2ln",
        "e30.eyI.c2ln",
        "e30.x.c2ln",
        "e31.e30.c2ln",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_jwtview) view = {0};
        if (ma_jwtview_parse(ma_span_of(texts[i]), &view, err) !=
            MCPAUTH_E_PROTOCOL)
            fail_msg("%s", texts[i]);
        assert_non_null(strstr(mcpauth_error_message(err), "JWT"));
        assert_null(view.header);
    }
}

static void one_that_is_too_long_is_refused(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) token = ma_buf_init(2 * MA_JWTVIEW_MAX);
    ma_buf_add_text(&token, "e30.e30.");
    while (token.len < MA_JWTVIEW_MAX)
        ma_buf_add_byte(&token, 'A');
    MA_SCOPED(ma_jwtview) view = {0};
    MA_SCOPED(ma_jwtview) none = {0};
    assert_int_equal(
        ma_jwtview_parse(ma_buf_span(&token), &view, NULL), MCPAUTH_OK);
    ma_buf_add_byte(&token, 'A');
    assert_int_equal(
        ma_jwtview_parse(ma_buf_span(&token), &none, NULL), MCPAUTH_E_PROTOCOL);
}

static void the_expiry_is_read_as_any_number_A_211(void **state)
{
    (void)state;
    static const struct {
        const char *claims;
        bool said;
        int64_t ms;
    } rows[] = {
        {"{\"exp\":1700000000}", true, INT64_C(1700000000000)},
        {"{\"exp\":1700000000.5}", true, INT64_C(1700000000500)},
        {"{\"exp\":-1}", true, -1000},
        {"{\"exp\":1e300}", true, INT64_MAX},
        {"{\"exp\":-1e300}", true, INT64_MIN},
        {"{\"exp\":99999999999999999999999}", true, INT64_MAX},
        {"{\"exp\":null}", false, 0},
        {"{\"exp\":[]}", false, 0},
        {"{}", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_jwtview) view = {0};
        parse(&view, "{}", rows[i].claims);
        int64_t ms = 0;
        assert_int_equal(ma_jwtview_expiry(&view, &ms), rows[i].said);
        assert_true(ms == rows[i].ms);
    }
}

static void an_audience_is_a_text_or_a_list_A_211(void **state)
{
    (void)state;
    MA_SCOPED(ma_jwtview) single = {0};
    MA_SCOPED(ma_jwtview) list = {0};
    MA_SCOPED(ma_jwtview) none = {0};
    parse(&single, "{}", "{\"aud\":\"https://a\"}");
    parse(&list, "{}", "{\"aud\":[\"https://b\",1,\"https://a\"]}");
    parse(&none, "{}", "{\"aud\":{\"https://a\":1}}");
    assert_true(ma_jwtview_is_for(&single, "https://a"));
    assert_true(ma_jwtview_is_for(&list, "https://a"));
    assert_false(ma_jwtview_is_for(&none, "https://a"));
    assert_false(ma_jwtview_is_for(&single, "https://a/"));
    assert_false(ma_jwtview_is_for(&list, "https://"));
}

#define TYPE "{\"typ\":\"oauth-id-jag+jwt\"}"
#define AUD  "\"aud\":\"https://as\""
#define ID   "\"client_id\":\"me\""
#define EXP  "\"exp\":2000"
#define RES  "\"resource\":\"https://mcp\""
#define GOOD "{" AUD "," ID "," EXP "," RES "}"

static void what_an_id_jag_says_must_be_ours_A_193(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        const char *claims;
        const char *words; /* NULL: it is good */
    } rows[] = {
        {TYPE, GOOD, NULL},
        {"{\"typ\":\"application/OAuth-ID-JAG+jwt\"}", GOOD, NULL},
        {TYPE, "{" AUD "," ID "," EXP "}", NULL},
        {TYPE, "{" AUD "," ID "," EXP ",\"resource\":[\"x\",\"https://mcp\"]}",
            NULL},
        {"{}", GOOD, "`typ` is absent, not \"oauth-id-jag+jwt\""},
        {"{\"typ\":\"JWT\"}", GOOD, "`typ` is \"JWT\""},
        {"{\"typ\":\"application/\"}", GOOD, "`typ` is \"application/\""},
        {TYPE, "{" ID "," EXP "," RES "}", "`aud` is absent"},
        {TYPE, "{\"aud\":\"https://as/\"," ID "," EXP "," RES "}",
            "`aud` is \"https://as/\", not \"https://as\""},
        {TYPE, "{\"aud\":[\"https://x\"]," ID "," EXP "}",
            "`aud` is \"https://x\""},
        {TYPE, "{" AUD "," EXP "}", "`client_id` is absent"},
        {TYPE, "{" AUD ",\"client_id\":\"\\u001b[2J\"," EXP "}",
            "`client_id` is \"\\x1b[2J\", not \"me\""},
        {TYPE, "{" AUD "," ID "," EXP ",\"resource\":\"https://other\"}",
            "`resource` is \"https://other\""},
        {TYPE, "{" AUD "," ID "}", "does not say when it expires"},
        {TYPE, "{" AUD "," ID ",\"exp\":1000}", "has expired"},
    };
    const ma_jwtview_wanted wanted = {.type = "oauth-id-jag+jwt",
        .audience = "https://as",
        .client_id = "me",
        .resource = "https://mcp",
        .now_ms = 1000000};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_jwtview) view = {0};
        parse(&view, rows[i].header, rows[i].claims);
        mcpauth_status st = ma_jwtview_check(&view, &wanted, err);
        assert_int_equal(st, rows[i].words ? MCPAUTH_E_UNTRUSTED : MCPAUTH_OK);
        if (st && !strstr(mcpauth_error_message(err), rows[i].words))
            assert_string_equal(mcpauth_error_message(err), rows[i].words);
    }
}

static void what_is_not_wanted_is_not_looked_at_A_211(void **state)
{
    (void)state;
    MA_SCOPED(ma_jwtview) view = {0};
    parse(&view, "{}", "{" EXP ",\"aud\":\"https://elsewhere\"}");
    const ma_jwtview_wanted wanted = {.now_ms = 1999999};
    assert_int_equal(ma_jwtview_check(&view, &wanted, NULL), MCPAUTH_OK);
    const ma_jwtview_wanted later = {.now_ms = 2000000};
    assert_int_equal(
        ma_jwtview_check(&view, &later, NULL), MCPAUTH_E_UNTRUSTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_jwt_is_refused_A_211),
        cmocka_unit_test(one_that_is_too_long_is_refused),
        cmocka_unit_test(the_expiry_is_read_as_any_number_A_211),
        cmocka_unit_test(an_audience_is_a_text_or_a_list_A_211),
        cmocka_unit_test(what_an_id_jag_says_must_be_ours_A_193),
        cmocka_unit_test(what_is_not_wanted_is_not_looked_at_A_211),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
