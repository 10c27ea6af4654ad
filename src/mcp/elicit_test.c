/* elicit_test.c - what a server may ask of a person, and what goes back. */
#include "mcp/elicit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define FORM(schema) "{\"message\":\"m\",\"requestedSchema\":" schema "}"
#define WITH(fields) "{\"type\":\"object\",\"properties\":{" fields "}}"
#define LINK(url)    "{\"mode\":\"url\",\"message\":\"m\",\"url\":\"" url "\"}"

#define PERSON                                                                 \
    FORM("{\"type\":\"object\",\"properties\":{"                               \
         "\"name\":{\"type\":\"string\",\"title\":\"Name\",\"minLength\":1},"  \
         "\"age\":{\"type\":\"integer\",\"minimum\":18,\"default\":1.8e1},"    \
         "\"colour\":{\"type\":\"string\",\"enum\":[\"r\",\"g\"],"             \
         "\"default\":\"\\u0067\"},"                                           \
         "\"n\\u0065ws\":{\"type\":\"boolean\",\"default\":false},"            \
         "\"bad\":{\"type\":\"number\",\"default\":\"x\"}"                     \
         "},\"required\":[\"name\",\"news\"]}")

static ma_elicit read(const char *params)
{
    ma_elicit elicit = {0};
    assert_int_equal(ma_elicit_read(ma_span_of(params), &elicit, NULL), 0);
    return elicit;
}

static void assert_refused(
    const char *params, mcpauth_status status, const char *words)
{
    ma_elicit elicit = {0};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(ma_elicit_read(ma_span_of(params), &elicit, err), status);
    assert_non_null(strstr(mcpauth_error_message(err), words));
    assert_null(elicit.message.at);
    assert_null(elicit.url.text);
}

/* --- reading ------------------------------------------------------------- */

static void a_request_without_a_mode_is_a_form_T_140(void **state)
{
    static const char *const forms[] = {FORM(WITH("")),
        "{\"mode\":\"form\",\"message\":\"m\",\"requestedSchema\":{}}",
        "{\"mode\":null,\"message\":\"m\",\"requestedSchema\":{}}",
        "{\"m\\u006fde\":\"form\",\"message\":\"\",\"requestedSchema\":{}}"};
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        MA_SCOPED(ma_elicit) elicit = read(forms[i]);
        assert_int_equal(elicit.mode, MA_ELICIT_FORM);
        assert_true(ma_value_is_object(elicit.schema));
    }
}

static void another_mode_is_refused_T_140(void **state)
{
    (void)state;
    assert_refused("{\"mode\":\"voice\",\"message\":\"m\"}",
        MCPAUTH_E_UNSUPPORTED, "mode");
    assert_refused(
        "{\"mode\":1,\"message\":\"m\"}", MCPAUTH_E_UNSUPPORTED, "mode");
}

static void a_malformed_form_is_refused_T_141(void **state)
{
    static const struct {
        const char *params, *words;
    } rows[] = {
        {"{}", "no message"},
        {"[]", "no message"},
        {"{\"message\":1,\"requestedSchema\":{}}", "no message"},
        {"{\"message\":\"m\"}", "no form"},
        {FORM("[]"), "no form"},
        {FORM("{\"type\":\"array\"}"), "no object"},
        {FORM("{\"properties\":[]}"), "properties"},
        {FORM(WITH("\"a\":{\"type\":\"object\",\"properties\":{}}")), "\"a\""},
        {FORM(WITH("\"a\":{}")), "\"a\""},
        {FORM(WITH("\"a\":{\"type\":\"number\"},\"\\u0061\":{\"type\":"
                   "\"number\"}")),
            "one name"},
        {FORM("{\"required\":\"a\"}"), "requires"},
        {FORM("{\"properties\":{\"a\":{\"type\":\"number\"}},\"required\":"
              "[\"a\",\"b\"]}"),
            "requires"},
        {FORM(
             "{\"properties\":{\"a\":{\"type\":\"number\"}},\"required\":[1]}"),
            "requires"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_refused(rows[i].params, MCPAUTH_E_PROTOCOL, rows[i].words);
}

static void write_form(ma_buf *to, int fields)
{
    ma_buf_add_text(to, "{\"message\":\"m\",\"requestedSchema\":{"
                        "\"properties\":{");
    for (int i = 0; i < fields; i++)
        ma_buf_addf(to, "%s\"f%d\":{\"type\":\"number\"}", i ? "," : "", i);
    ma_buf_add_text(to, "}}}");
}

static void a_form_has_a_limited_size_S_011(void **state)
{
    MA_SCOPED(ma_buf) most = ma_buf_init(1 << 20);
    MA_SCOPED(ma_buf) more = ma_buf_init(1 << 20);
    MA_SCOPED(ma_buf) large = ma_buf_init(1 << 20);
    (void)state;
    write_form(&most, MA_ELICIT_FIELDS_MAX);
    write_form(&more, MA_ELICIT_FIELDS_MAX + 1);
    ma_buf_add_text(&large, "{\"message\":\"m\",\"requestedSchema\":{\"x\":\"");
    for (int i = 0; i < MA_ELICIT_SCHEMA_MAX; i++)
        ma_buf_add_byte(&large, 'x');
    ma_buf_add_text(&large, "\"}}");
    MA_SCOPED(ma_elicit) elicit = read(ma_buf_text(&most));
    assert_int_equal(elicit.mode, MA_ELICIT_FORM);
    assert_refused(ma_buf_text(&more), MCPAUTH_E_LIMIT, "100 fields");
    assert_refused(ma_buf_text(&large), MCPAUTH_E_LIMIT, "bytes");
}

static void fields_come_in_their_order_T_141(void **state)
{
    static const struct {
        const char *name;
        bool required;
    } rows[] = {{"name", true}, {"age", false}, {"colour", false},
        {"news", true}, {"bad", false}};
    MA_SCOPED(ma_elicit) elicit = read(PERSON);
    ma_value_walk walk = ma_elicit_fields(&elicit);
    ma_elicitfield field;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(ma_elicit_next_field(&elicit, &walk, &field));
        assert_true(ma_value_says(field.name, rows[i].name));
        assert_int_equal(field.required, rows[i].required);
    }
    assert_false(ma_elicit_next_field(&elicit, &walk, &field));
}

/* --- URLs ---------------------------------------------------------------- */

static void a_url_is_read_T_143(void **state)
{
    MA_SCOPED(ma_elicit)
    elicit = read("{\"mode\":\"url\",\"message\":\"m\",\"url\":"
                  "\"https:\\/\\/Pay.example.com\\/x?y=1#z\",\"elicitationId\":"
                  "\"id\"}");
    (void)state;
    assert_int_equal(elicit.mode, MA_ELICIT_URL);
    assert_string_equal(elicit.url.text, "https://Pay.example.com/x?y=1#z");
    assert_string_equal(elicit.url.host, "pay.example.com");
    assert_false(elicit.punycode);
    assert_true(ma_span_is(elicit.id, "\"id\""));
    assert_null(elicit.schema.at);
}

static void the_id_may_be_missing_T_144(void **state)
{
    MA_SCOPED(ma_elicit) elicit = read(LINK("http://127.0.0.1:8080/"));
    (void)state;
    assert_null(elicit.id.at);
    assert_refused("{\"mode\":\"url\",\"message\":\"m\",\"url\":\"https://a/\","
                   "\"elicitationId\":1}",
        MCPAUTH_E_PROTOCOL, "elicitationId");
}

static void only_web_addresses_are_opened_T_143_S_001(void **state)
{
    static const char *const urls[] = {LINK("javascript:alert(1)"),
        LINK("file:///etc/passwd"), LINK("ftp://example.com/"), LINK(""),
        LINK("https://user@example.com/"), LINK("https://a b/"),
        LINK("https://ex\\u00e4mple.com/"), LINK("https://a/\\u0000"),
        LINK("https://a/\\nb"), LINK("http://example.com/"), LINK("//a/")};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_refused(urls[i], MCPAUTH_E_UNTRUSTED, "opened");
    assert_refused(
        "{\"mode\":\"url\",\"message\":\"m\"}", MCPAUTH_E_PROTOCOL, "no url");
    assert_refused("{\"mode\":\"url\",\"message\":\"m\",\"url\":1}",
        MCPAUTH_E_PROTOCOL, "no url");
    assert_refused("{\"mode\":\"url\",\"url\":\"https://a/\"}",
        MCPAUTH_E_PROTOCOL, "no message");
}

static void a_url_has_a_limited_length_S_011(void **state)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(1 << 20);
    (void)state;
    ma_buf_add_text(
        &params, "{\"mode\":\"url\",\"message\":\"m\",\"url\":\"https://a/");
    for (int i = 0; i < MA_URL_MAX; i++)
        ma_buf_add_byte(&params, 'x');
    ma_buf_add_text(&params, "\"}");
    assert_refused(ma_buf_text(&params), MCPAUTH_E_LIMIT, "URL");
}

static void punycode_is_flagged_T_143(void **state)
{
    static const struct {
        const char *params;
        bool punycode;
    } rows[] = {
        {LINK("https://xn--pple-43d.com/"), true},
        {LINK("https://login.XN--pple-43d.com/"), true},
        {LINK("https://axn--b.com/"), false},
        {LINK("https://example.com/xn--a"), false},
        {LINK("https://[::1]/"), false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_elicit) elicit = read(rows[i].params);
        assert_int_equal(elicit.punycode, rows[i].punycode);
    }
}

/* --- answering ----------------------------------------------------------- */

static void assert_defaults(const char *given, const char *expected)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(1000);
    MA_SCOPED(ma_elicit) elicit = read(PERSON);
    ma_elicit_write_defaults(&elicit, ma_span_of(given), &written);
    assert_string_equal(ma_buf_text(&written), expected);
}

static void what_is_left_out_has_its_default_T_142(void **state)
{
    (void)state;
    assert_defaults(
        NULL, "{\"age\":1.8e1,\"colour\":\"\\u0067\",\"n\\u0065ws\":false}");
    assert_defaults("{\"name\": \"x\",\"news\":true}",
        "{\"name\":\"x\",\"news\":true,\"age\":1.8e1,\"colour\":\"\\u0067\"}");
    assert_defaults("{\"colour\":\"r\",\"age\":20,\"n\\u0065ws\":true}",
        "{\"colour\":\"r\",\"age\":20,\"n\\u0065ws\":true}");
}

static void assert_judged(const char *content, const char *words)
{
    MA_SCOPED(ma_elicit) elicit = read(PERSON);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st = ma_elicit_check(&elicit, ma_span_of(content), err);
    if (!words) {
        assert_int_equal(st, 0);
        return;
    }
    assert_int_equal(st, MCPAUTH_E_USAGE);
    assert_string_equal(mcpauth_error_message(err), words);
}

static void a_filled_in_form_is_judged_for_a_person_T_141(void **state)
{
    (void)state;
    assert_judged("{\"name\":\"x\",\"news\":true}", NULL);
    assert_judged("{\"n\\u0061me\":\"x\",\"news\":true,\"age\":18}", NULL);
    assert_judged("{\"news\":true}", "\"Name\" must be given");
    assert_judged("{\"name\":\"x\"}", "\"news\" must be given");
    assert_judged("{\"name\":\"\",\"news\":true}",
        "\"Name\" must have at least 1 characters");
    assert_judged("{\"name\":\"x\",\"news\":true,\"age\":17}",
        "\"age\" must be at least 18");
    assert_judged("{\"name\":\"x\",\"news\":true,\"age\":null}",
        "\"age\" must be a whole number");
    assert_judged("{\"name\":\"x\",\"news\":true,\"h\\u001bight\":1}",
        "\"h\\x1bight\" is no field of the form");
    assert_judged("{\"name\":\"x\",\"news\":true,\"name\":\"y\"}",
        "\"name\" is given twice");
    assert_judged(
        "[]", "what fills in the MCP server's form must be a JSON object");
    assert_judged(
        NULL, "what fills in the MCP server's form must be a JSON object");
}

static void content_goes_with_an_accepted_form_only_T_140(void **state)
{
    static const struct {
        const char *params;
        ma_elicit_action action;
        const char *content, *result;
    } rows[] = {
        {FORM("{}"), MA_ELICIT_ACCEPT, "{\"a\": 1.0}",
            "{\"action\":\"accept\",\"content\":{\"a\": 1.0}}"},
        {FORM("{}"), MA_ELICIT_ACCEPT, NULL,
            "{\"action\":\"accept\",\"content\":{}}"},
        {FORM("{}"), MA_ELICIT_DECLINE, "{\"a\":1}",
            "{\"action\":\"decline\"}"},
        {FORM("{}"), MA_ELICIT_CANCEL, "{\"a\":1}", "{\"action\":\"cancel\"}"},
        {LINK("https://a/"), MA_ELICIT_ACCEPT, "{\"a\":1}",
            "{\"action\":\"accept\"}"},
        {LINK("https://a/"), MA_ELICIT_DECLINE, NULL,
            "{\"action\":\"decline\"}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) written = ma_buf_init(1000);
        MA_SCOPED(ma_elicit) elicit = read(rows[i].params);
        ma_elicit_write_result(
            &elicit, rows[i].action, ma_span_of(rows[i].content), &written);
        assert_string_equal(ma_buf_text(&written), rows[i].result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_without_a_mode_is_a_form_T_140),
        cmocka_unit_test(another_mode_is_refused_T_140),
        cmocka_unit_test(a_malformed_form_is_refused_T_141),
        cmocka_unit_test(a_form_has_a_limited_size_S_011),
        cmocka_unit_test(fields_come_in_their_order_T_141),
        cmocka_unit_test(a_url_is_read_T_143),
        cmocka_unit_test(the_id_may_be_missing_T_144),
        cmocka_unit_test(only_web_addresses_are_opened_T_143_S_001),
        cmocka_unit_test(a_url_has_a_limited_length_S_011),
        cmocka_unit_test(punycode_is_flagged_T_143),
        cmocka_unit_test(what_is_left_out_has_its_default_T_142),
        cmocka_unit_test(a_filled_in_form_is_judged_for_a_person_T_141),
        cmocka_unit_test(content_goes_with_an_accepted_form_only_T_140),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
