/* paramheaders_test.c - which annotations count, and what is sent for them. */
#include "mcp/paramheaders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"

#define TEXT(name)    "{\"type\":\"string\",\"x-mcp-header\":\"" name "\"}"
#define PROPS(inside) "{\"type\":\"object\",\"properties\":{" inside "}}"

static mcpauth_status check(
    const char *schema, bool *out_any, mcpauth_error *err)
{
    return ma_paramheaders_check(ma_span_of(schema), out_any, err);
}

static void a_schema_says_which_parameters_are_fields_T_067(void **state)
{
    static const struct {
        const char *schema;
        bool any;
    } rows[] = {
        {NULL, false},
        {"true", false},
        {"{}", false},
        {PROPS("\"a\":{\"type\":\"string\"}"), false},
        {PROPS("\"a\":" TEXT("A")), true},
        {PROPS("\"a\":" TEXT("!#$%&'*+-.^_`|~09azAZ")), true},
        {PROPS("\"a\":{\"type\":\"integer\",\"x-mcp-header\":\"A\"}"), true},
        {PROPS("\"a\":{\"type\":\"boolean\",\"x-mcp-header\":\"A\"}"), true},
        {PROPS("\"a\":{\"type\":[\"null\",\"string\"],\"x-mcp-header\":\"A\"}"),
            true},
        {PROPS("\"a\":" PROPS("\"b\":" TEXT("A")) ",\"c\":" TEXT("B")), true},
        /* A property of that name, and data that looks like a schema. */
        {PROPS("\"x-mcp-header\":{\"type\":\"string\"}"), false},
        {PROPS("\"x-mcp-header\":" TEXT("A")), true},
        {PROPS("\"a\":{\"type\":\"object\",\"default\":{\"x-mcp-header\":1}}"),
            false},
        {"{\"const\":{\"items\":" TEXT("A") "},\"enum\":[" TEXT(
             "A") "],\"examples\":[" TEXT("A") "],\"default\":" TEXT("A") "}",
            false},
        {"{\"x-vendor\":" TEXT("A") "}", false},
        {"{\"$defs\":{\"x-mcp-header\":{\"type\":\"object\"}}}", false},
        {PROPS("\"x-mcp-header\":true"), false},
        {"{\"properties\":[" TEXT("A") "]}", false},
        {PROPS("\"a\":[" TEXT("A") "],\"b\":" TEXT("B")), true},
        {"{\"items\":true,\"properties\":[],\"allOf\":{},\"not\":1}", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool any = !rows[i].any;
        assert_int_equal(check(rows[i].schema, &any, NULL), 0);
        assert_int_equal(any, rows[i].any);
    }
}

static void a_wrong_annotation_is_refused_T_067(void **state)
{
    static const struct {
        const char *schema, *reason;
    } rows[] = {
        {PROPS("\"a\":" TEXT("")), "not a legal name"},
        {PROPS("\"a\":" TEXT("A B")), "\"A B\" is not a legal name"},
        {PROPS("\"a\":" TEXT("A:")), "not a legal name"},
        {PROPS("\"a\":" TEXT("A\\t")), "not a legal name"},
        {PROPS("\"a\":" TEXT("A\\r\\nB")), "not a legal name"},
        {PROPS("\"a\":" TEXT("A\\u0000")), "not a legal name"},
        {PROPS("\"a\":" TEXT("\xc3\xa9")), "not a legal name"},
        {PROPS("\"a\":{\"type\":\"string\",\"x-mcp-header\":1}"),
            "is not a string"},
        {PROPS("\"a\":{\"type\":\"string\",\"x-mcp-header\":null}"),
            "is not a string"},
        {PROPS("\"a\":{\"x-mcp-header\":\"A\"}"), "whose type is not"},
        {PROPS("\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}"),
            "whose type is not"},
        {PROPS("\"a\":{\"type\":\"object\",\"x-mcp-header\":\"A\"}"),
            "whose type is not"},
        {PROPS("\"a\":{\"type\":\"array\",\"x-mcp-header\":\"A\"}"),
            "whose type is not"},
        {PROPS("\"a\":{\"type\":\"null\",\"x-mcp-header\":\"A\"}"),
            "whose type is not"},
        {PROPS("\"a\":{\"type\":[],\"x-mcp-header\":\"A\"}"),
            "whose type is not"},
        {PROPS("\"a\":{\"type\":[\"null\"],\"x-mcp-header\":\"A\"}"),
            "whose type is not"},
        {PROPS("\"a\":{\"type\":[\"string\",\"integer\"],"
               "\"x-mcp-header\":\"A\"}"),
            "whose type is not"},
        {PROPS("\"a\":{\"type\":[\"string\",\"number\"],"
               "\"x-mcp-header\":\"A\"}"),
            "whose type is not"},
        {PROPS("\"a\":" TEXT("A") ",\"b\":" TEXT("A")), "\"A\" occurs twice"},
        {PROPS("\"a\":" TEXT("Ab") ",\"b\":" PROPS("\"c\":" TEXT("aB"))),
            "\"aB\" occurs twice"},
        {PROPS("\"a\":{\"type\":\"string\",\"\\u0078-mcp-header\":\"\"}"),
            "not a legal name"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool any = true;
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_equal(check(rows[i].schema, &any, err), MCPAUTH_E_PROTOCOL);
        assert_non_null(strstr(mcpauth_error_message(err), "its x-mcp-header"));
        assert_non_null(strstr(mcpauth_error_message(err), rows[i].reason));
    }
}

static void an_annotation_elsewhere_is_refused_T_067(void **state)
{
    static const char *const schemas[] = {
        "{\"type\":\"string\",\"x-mcp-header\":\"A\"}",
        "{\"items\":" TEXT("A") "}",
        "{\"items\":[" TEXT("A") "]}",
        "{\"prefixItems\":[{}," TEXT("A") "]}",
        "{\"additionalProperties\":" TEXT("A") "}",
        "{\"patternProperties\":{\"^a\":" TEXT("A") "}}",
        "{\"oneOf\":[" PROPS("\"a\":" TEXT("A")) "]}",
        "{\"anyOf\":[" PROPS("\"a\":" TEXT("A")) "]}",
        "{\"allOf\":[" PROPS("\"a\":" TEXT("A")) "]}",
        "{\"not\":" TEXT("A") "}",
        "{\"if\":" PROPS("\"a\":" TEXT("A")) "}",
        "{\"then\":" PROPS("\"a\":" TEXT("A")) "}",
        "{\"else\":" PROPS("\"a\":" TEXT("A")) "}",
        "{\"$defs\":{\"d\":" PROPS("\"a\":" TEXT("A")) "}}",
        "{\"definitions\":{\"d\":" TEXT("A") "}}",
        "{\"dependentSchemas\":{\"d\":" TEXT("A") "}}",
        "{\"contains\":" TEXT("A") "}",
        "{\"propertyNames\":" TEXT("A") "}",
        PROPS("\"l\":{\"type\":\"array\",\"items\":" TEXT("A") "}"),
        PROPS("\"l\":{\"items\":" PROPS("\"a\":" TEXT("A")) "}"),
        PROPS("\"l\":{\"anyOf\":[{}," TEXT("A") "]}"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        bool any;
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_equal(check(schemas[i], &any, err), MCPAUTH_E_PROTOCOL);
        assert_non_null(
            strstr(mcpauth_error_message(err), "\"A\" stands where"));
    }
}

static void write_many(ma_buf *to, int count)
{
    ma_buf_add_text(to, "{\"properties\":{");
    for (int i = 0; i < count; i++)
        ma_buf_addf(to,
            "%s\"p%d\":{\"type\":\"string\",\"x-mcp-header\":\"H%d\"}",
            i ? "," : "", i, i);
    ma_buf_add_text(to, "}}");
}

static void the_number_of_fields_is_limited_S_011(void **state)
{
    MA_SCOPED(ma_buf) most = ma_buf_init(1 << 20);
    MA_SCOPED(ma_buf) more = ma_buf_init(1 << 20);
    bool any;
    (void)state;
    write_many(&most, MA_PARAMHEADERS_MAX);
    write_many(&more, MA_PARAMHEADERS_MAX + 1);
    assert_int_equal(check(ma_buf_text(&most), &any, NULL), 0);
    assert_int_equal(check(ma_buf_text(&more), &any, NULL), MCPAUTH_E_LIMIT);
}

static void a_deep_schema_is_walked_to_its_end_S_015(void **state)
{
    enum { DEPTH = 60 };
    MA_SCOPED(ma_buf) schema = ma_buf_init(1 << 20);
    bool any = false;
    (void)state;
    for (int i = 0; i < DEPTH; i++)
        ma_buf_add_text(&schema, "{\"properties\":{\"a\":");
    ma_buf_add_text(&schema, TEXT("A"));
    for (int i = 0; i < DEPTH; i++)
        ma_buf_add_text(&schema, "}}");
    assert_int_equal(check(ma_buf_text(&schema), &any, NULL), 0);
    assert_true(any);
}

static void a_name_of_any_length_is_no_name_S_011(void **state)
{
    MA_SCOPED(ma_buf) schema = ma_buf_init(1 << 20);
    bool any;
    (void)state;
    ma_buf_add_text(&schema, "{\"properties\":{\"a\":{\"x-mcp-header\":\"");
    for (int i = 0; i < 1000; i++)
        ma_buf_add_byte(&schema, 'A');
    ma_buf_add_text(&schema, "\"}}}");
    assert_int_equal(check(ma_buf_text(&schema), &any, NULL), MCPAUTH_E_LIMIT);
}

/* --- calls --------------------------------------------------------------- */

#define CALLED                                                                 \
    PROPS("\"region\":" TEXT(                                                  \
        "Region") ","                                                          \
                  "\"n\":{\"type\":\"integer\",\"x-mcp-header\":\"Count\"},"   \
                  "\"dry\":{\"type\":\"boolean\",\"x-mcp-header\":\"Dry\"},"   \
                  "\"plain\":{\"type\":\"string\"},"                           \
                  "\"method\":" TEXT(                                          \
                      "Method") ","                                            \
                                "\"in\":" PROPS(                               \
                                    "\"de\\u0065p\":" TEXT("Deep")))

static mcpauth_status add(
    mcpauth_headers *headers, const char *arguments, mcpauth_error *err)
{
    return ma_paramheaders_add(
        headers, ma_span_of(CALLED), ma_span_of(arguments), err);
}

static void arguments_become_fields_T_065(void **state)
{
    static const struct {
        const char *arguments, *field, *value;
    } rows[] = {
        {"{\"region\":\"us-west1\"}", "Mcp-Param-Region", "us-west1"},
        {"{\"region\":\"a\\u0062\\/c\"}", "Mcp-Param-Region", "ab/c"},
        {"{\"region\":\"\"}", "Mcp-Param-Region", ""},
        {"{\"region\":\"\\u4e16\"}", "Mcp-Param-Region", "=?base64?5LiW?="},
        {"{\"region\":\"a\\r\\nX: 1\"}", "Mcp-Param-Region",
            "=?base64?YQ0KWDogMQ==?="},
        {"{\"n\":42}", "Mcp-Param-Count", "42"},
        {"{\"n\":42.0}", "Mcp-Param-Count", "42"},
        {"{\"n\":4.2e1}", "Mcp-Param-Count", "42"},
        {"{\"n\":-0}", "Mcp-Param-Count", "0"},
        {"{\"n\":-9007199254740991}", "Mcp-Param-Count", "-9007199254740991"},
        {"{\"dry\":true}", "Mcp-Param-Dry", "true"},
        {"{\"dry\":false}", "Mcp-Param-Dry", "false"},
        {"{\"method\":\"m\"}", "Mcp-Param-Method", "m"},
        {"{\"in\":{\"deep\":\"d\"}}", "Mcp-Param-Deep", "d"},
        {"{\"in\":{\"d\\u0065ep\":\"d\"}}", "Mcp-Param-Deep", "d"},
        {"{\"region\":\"a\",\"region\":\"b\"}", "Mcp-Param-Region", "b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        assert_int_equal(add(headers, rows[i].arguments, NULL), 0);
        assert_int_equal(mcpauth_headers_count(headers), 1);
        assert_string_equal(mcpauth_headers_name(headers, 0), rows[i].field);
        assert_string_equal(mcpauth_headers_value(headers, 0), rows[i].value);
    }
}

static void what_is_not_there_is_not_sent_T_065(void **state)
{
    static const char *const arguments[] = {NULL, "{}", "{\"region\":null}",
        "{\"plain\":\"x\"}", "{\"deep\":\"d\"}", "{\"in\":{\"region\":\"r\"}}",
        "{\"in\":\"deep\"}", "{\"in\":[{\"deep\":1}]}", "[]",
        "{\"Region\":\"x\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        assert_int_equal(add(headers, arguments[i], NULL), 0);
        assert_int_equal(mcpauth_headers_count(headers), 0);
    }
}

static void all_fields_go_together_and_others_stay_T_065(void **state)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    (void)state;
    assert_int_equal(mcpauth_headers_add(headers, "Mcp-Method", "x", NULL), 0);
    assert_int_equal(
        add(headers, "{\"region\":\"r\",\"n\":1,\"method\":\"m\"}", NULL), 0);
    assert_int_equal(mcpauth_headers_count(headers), 4);
    assert_string_equal(mcpauth_headers_get(headers, "Mcp-Method"), "x");
    assert_string_equal(mcpauth_headers_get(headers, "Mcp-Param-Method"), "m");
}

static void what_no_field_can_hold_is_an_error_T_069(void **state)
{
    static const char *const arguments[] = {"{\"n\":9007199254740992}",
        "{\"n\":-9007199254740992}", "{\"n\":1e16}", "{\"n\":1.5}",
        "{\"region\":{}}", "{\"region\":[\"a\"]}",
        "{\"region\":\"fine\",\"n\":0.1}"};
    (void)state;
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_equal(add(headers, arguments[i], err), MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), "Mcp-Param-"));
        assert_int_equal(mcpauth_headers_count(headers), 0);
    }
}

static void a_value_too_long_for_a_field_is_an_error_T_006(void **state)
{
    MA_SCOPED(ma_buf) arguments = ma_buf_init(1 << 20);
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    ma_buf_add_text(&arguments, "{\"region\":\"");
    for (int i = 0; i <= MA_PARAMHEADERS_VALUE_MAX; i++)
        ma_buf_add_byte(&arguments, 'a');
    ma_buf_add_text(&arguments, "\"}");
    assert_int_equal(
        add(headers, ma_buf_text(&arguments), err), MCPAUTH_E_USAGE);
    assert_non_null(strstr(mcpauth_error_message(err), "Mcp-Param-Region"));
    assert_int_equal(mcpauth_headers_count(headers), 0);
}

static void a_wrong_schema_sends_nothing_T_068(void **state)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    (void)state;
    assert_int_equal(
        ma_paramheaders_add(headers,
            ma_span_of(PROPS("\"a\":" TEXT("A") ",\"b\":" TEXT("a"))),
            ma_span_of("{\"a\":\"x\",\"b\":\"y\"}"), NULL),
        MCPAUTH_E_PROTOCOL);
    assert_int_equal(mcpauth_headers_count(headers), 0);
}

/* --- lists --------------------------------------------------------------- */

static void note_drop(void *context, ma_span name, const mcpauth_error *reason)
{
    ma_buf *told = context;
    ma_buf_add_span(told, name);
    ma_buf_addf(told, " %s; ", mcpauth_error_message(reason));
}

#define GOOD(name) "{\"name\": \"" name "\", \"n\":1.10}"
#define BAD(name)                                                              \
    "{\"name\":\"" name "\",\"inputSchema\":" PROPS("\"a\":" TEXT("")) "}"

static void invalid_tools_are_left_out_of_lists_T_068(void **state)
{
    static const struct {
        const char *result, *kept;
    } rows[] = {
        {"{}", "{}"},
        {"{\"tools\": [ ] }", "{\"tools\": [ ] }"},
        {"{ \"tools\" : [ " GOOD("a") " , " GOOD("b") " ],\"x\":1.0 }",
            "{ \"tools\" : [ " GOOD("a") " , " GOOD("b") " ],\"x\":1.0 }"},
        {"{\"tools\":[" BAD("x") "],\"nextCursor\":\"\\u0061\"}",
            "{\"tools\":[],\"nextCursor\":\"\\u0061\"}"},
        {"{\"tools\":[" BAD("x") " ,\n" GOOD("a") " , " GOOD("b") "]}",
            "{\"tools\":[" GOOD("a") " , " GOOD("b") "]}"},
        {"{\"tools\":[ " GOOD("a") ", " BAD("x") ", " GOOD("b") "]}",
            "{\"tools\":[ " GOOD("a") ", " GOOD("b") "]}"},
        {"{\"tools\":[" GOOD("a") "," BAD("x") "," BAD("y") " ]}",
            "{\"tools\":[" GOOD("a") " ]}"},
        {"{\"t\\u006fols\":[" BAD("x") "]}", "{\"t\\u006fols\":[]}"},
        {"{\"tools\":[" BAD("x") "],\"tools\":[" BAD("y") "]}",
            "{\"tools\":[],\"tools\":[]}"},
        {"{\"tools\":null,\"other\":[" BAD("x") "]}",
            "{\"tools\":null,\"other\":[" BAD("x") "]}"},
        {"{\"tools\":[1,null,{}]}", "{\"tools\":[1,null,{}]}"},
        {"[" BAD("x") "]", "[" BAD("x") "]"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) written = ma_buf_init(10000);
        assert_int_equal(ma_paramheaders_write_tools(&written,
                             ma_span_of(rows[i].result), NULL, NULL, NULL),
            0);
        assert_string_equal(ma_buf_text(&written), rows[i].kept);
    }
}

static void who_is_left_out_is_told_with_the_reason_T_068(void **state)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(10000);
    MA_SCOPED(ma_buf) told = ma_buf_init(10000);
    (void)state;
    assert_int_equal(
        ma_paramheaders_write_tools(&written,
            ma_span_of("{\"tools\":[" BAD("x") "," GOOD("a") "," BAD("y") "]}"),
            note_drop, &told, NULL),
        0);
    assert_string_equal(ma_buf_text(&told),
        "\"x\" its x-mcp-header \"\" is not a legal name of a header; "
        "\"y\" its x-mcp-header \"\" is not a legal name of a header; ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_schema_says_which_parameters_are_fields_T_067),
        cmocka_unit_test(a_wrong_annotation_is_refused_T_067),
        cmocka_unit_test(an_annotation_elsewhere_is_refused_T_067),
        cmocka_unit_test(the_number_of_fields_is_limited_S_011),
        cmocka_unit_test(a_deep_schema_is_walked_to_its_end_S_015),
        cmocka_unit_test(a_name_of_any_length_is_no_name_S_011),
        cmocka_unit_test(arguments_become_fields_T_065),
        cmocka_unit_test(what_is_not_there_is_not_sent_T_065),
        cmocka_unit_test(all_fields_go_together_and_others_stay_T_065),
        cmocka_unit_test(what_no_field_can_hold_is_an_error_T_069),
        cmocka_unit_test(a_value_too_long_for_a_field_is_an_error_T_006),
        cmocka_unit_test(a_wrong_schema_sends_nothing_T_068),
        cmocka_unit_test(invalid_tools_are_left_out_of_lists_T_068),
        cmocka_unit_test(who_is_left_out_is_told_with_the_reason_T_068),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
