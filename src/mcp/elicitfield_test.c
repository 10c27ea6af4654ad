/* elicitfield_test.c - every kind of field: read, judged, and typed into. */
#include "mcp/elicitfield.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"

#define NAME "\"f\""

#define CHOICE "{\"type\":\"string\",\"enum\":[\"r\",\"g\",\"2\"]}"
#define TITLED                                                                 \
    "{\"type\":\"string\",\"oneOf\":[{\"const\":\"r\",\"title\":\"Red\"},"     \
    "{\"const\":\"g\",\"title\":\"Green, dark\"},{\"const\":\"b\"}]}"
#define LEGACY                                                                 \
    "{\"type\":\"string\",\"enum\":[\"r\",\"g\"],\"enumNames\":[\"Red\"]}"
#define MANY                                                                   \
    "{\"type\":\"array\",\"minItems\":1,\"maxItems\":2,"                       \
    "\"items\":{\"type\":\"string\",\"enum\":[\"r\",\"g\",\"b\"]}}"
#define MANY_TITLED                                                            \
    "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"const\":\"r\",\"title\":"    \
    "\"Red\"},{\"const\":\"g\",\"title\":\"Green, dark\"}]}}"

static ma_elicitfield read(const char *schema)
{
    ma_elicitfield field = {0};
    assert_int_equal(
        ma_elicitfield_read(ma_span_of(NAME), ma_span_of(schema), &field, NULL),
        0);
    return field;
}

static void every_kind_is_told_T_141(void **state)
{
    static const struct {
        const char *schema;
        ma_elicitfield_kind kind;
    } rows[] = {
        {"{\"type\":\"string\"}", MA_ELICITFIELD_TEXT},
        {"{\"type\":\"string\",\"pattern\":\"(a+)+$\"}", MA_ELICITFIELD_TEXT},
        {"{\"type\":\"number\"}", MA_ELICITFIELD_NUMBER},
        {"{\"type\":\"integer\"}", MA_ELICITFIELD_INTEGER},
        {"{\"type\":\"boolean\"}", MA_ELICITFIELD_BOOLEAN},
        {"{\"typ\\u0065\":\"b\\u006folean\"}", MA_ELICITFIELD_BOOLEAN},
        {CHOICE, MA_ELICITFIELD_CHOICE},
        {TITLED, MA_ELICITFIELD_CHOICE},
        {LEGACY, MA_ELICITFIELD_CHOICE},
        {MANY, MA_ELICITFIELD_CHOICES},
        {MANY_TITLED, MA_ELICITFIELD_CHOICES},
        {"{\"type\":\"array\",\"items\":{\"oneOf\":[{\"const\":\"a\"}]}}",
            MA_ELICITFIELD_CHOICES},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(read(rows[i].schema).kind, rows[i].kind);
}

static void what_a_schema_says_is_kept(void **state)
{
    ma_elicitfield field = read(
        "{\"type\":\"string\",\"title\":\"T\",\"description\":\"D\",\"format\":"
        "\"email\",\"minLength\":3,\"maxLength\":20.0,\"default\":\"a@b\"}");
    (void)state;
    assert_true(ma_span_is(field.name, NAME));
    assert_true(ma_span_is(field.title, "\"T\""));
    assert_true(ma_span_is(field.description, "\"D\""));
    assert_true(ma_span_is(field.format, "\"email\""));
    assert_true(ma_span_is(field.minimum, "3"));
    assert_true(ma_span_is(field.maximum, "20.0"));
    assert_true(ma_span_is(field.initial, "\"a@b\""));
    field = read("{\"type\":\"number\",\"title\":null,\"minimum\":null}");
    assert_null(field.title.at);
    assert_null(field.minimum.at);
    assert_null(field.initial.at);
}

static void other_schemas_are_refused_T_141(void **state)
{
    static const char *const schemas[] = {"1", "true", "[]", "{}",
        "{\"type\":\"object\",\"properties\":{}}", "{\"type\":\"null\"}",
        "{\"type\":[\"string\",\"null\"]}", "{\"type\":\"String\"}",
        "{\"anyOf\":[{\"type\":\"string\"}]}", "{\"$ref\":\"#/x\"}",
        "{\"type\":\"string\",\"title\":1}",
        "{\"type\":\"string\",\"description\":[]}",
        "{\"type\":\"string\",\"minLength\":-1}",
        "{\"type\":\"string\",\"maxLength\":\"3\"}",
        "{\"type\":\"string\",\"minLength\":1.5}",
        "{\"type\":\"number\",\"minimum\":\"1\"}",
        "{\"type\":\"integer\",\"maximum\":{}}",
        "{\"type\":\"string\",\"enum\":[]}",
        "{\"type\":\"string\",\"enum\":{\"a\":\"b\"}}",
        "{\"type\":\"string\",\"enum\":\"a\"}",
        "{\"type\":\"string\",\"enum\":[\"a\",1]}",
        "{\"type\":\"string\",\"oneOf\":[{\"title\":\"A\"}]}",
        "{\"type\":\"string\",\"oneOf\":[{\"const\":1}]}",
        "{\"type\":\"string\",\"oneOf\":[{\"const\":\"a\",\"title\":1}]}",
        "{\"type\":\"array\"}", "{\"type\":\"array\",\"items\":{}}",
        "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}",
        "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}",
        "{\"type\":\"array\",\"minItems\":\"1\",\"items\":{\"enum\":[\"a\"]}}"};
    (void)state;
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        ma_elicitfield field = {.kind = MA_ELICITFIELD_BOOLEAN};
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_equal(ma_elicitfield_read(ma_span_of(NAME),
                             ma_span_of(schemas[i]), &field, err),
            MCPAUTH_E_PROTOCOL);
        assert_non_null(strstr(mcpauth_error_message(err), "\"f\""));
        assert_null(field.name.at);
    }
}

static void choices_are_limited_S_011(void **state)
{
    MA_SCOPED(ma_buf) schema = ma_buf_init(1 << 20);
    ma_elicitfield field;
    (void)state;
    ma_buf_add_text(&schema, "{\"type\":\"string\",\"enum\":[\"0\"");
    for (int i = 1; i <= MA_ELICITFIELD_CHOICES_MAX; i++)
        ma_buf_addf(&schema, ",\"%d\"", i);
    ma_buf_add_text(&schema, "]}");
    assert_int_equal(ma_elicitfield_read(
                         ma_span_of(NAME), ma_buf_span(&schema), &field, NULL),
        MCPAUTH_E_LIMIT);
}

/* The choices of a schema as "value=title ", the title where it has one. */
static void assert_choices(const char *schema, const char *expected)
{
    MA_SCOPED(ma_buf) told = ma_buf_init(1000);
    ma_span value, title;
    ma_elicitfield field = read(schema);
    ma_elicitfield_walk walk = ma_elicitfield_choices(&field);
    while (ma_elicitfield_next_choice(&walk, &value, &title)) {
        ma_buf_add_span(&told, value);
        ma_buf_add_byte(&told, '=');
        ma_buf_add_span(&told, title);
        ma_buf_add_byte(&told, ' ');
    }
    assert_string_equal(ma_buf_text(&told), expected);
}

static void choices_come_with_their_titles_T_141(void **state)
{
    (void)state;
    assert_choices(CHOICE, "\"r\"= \"g\"= \"2\"= ");
    assert_choices(TITLED, "\"r\"=\"Red\" \"g\"=\"Green, dark\" \"b\"= ");
    assert_choices(LEGACY, "\"r\"=\"Red\" \"g\"= ");
    assert_choices(MANY, "\"r\"= \"g\"= \"b\"= ");
    assert_choices(MANY_TITLED, "\"r\"=\"Red\" \"g\"=\"Green, dark\" ");
    assert_choices("{\"type\":\"boolean\"}", "");
    assert_choices(
        "{\"type\":\"string\",\"enum\":[\"a\"],\"enumNames\":[1]}", "\"a\"= ");
}

static void only_a_legal_default_counts_T_142(void **state)
{
    static const struct {
        const char *schema;
        bool counts;
    } rows[] = {
        {"{\"type\":\"string\",\"default\":\"\"}", true},
        {"{\"type\":\"string\",\"default\":1}", false},
        {"{\"type\":\"string\",\"default\":null}", false},
        {"{\"type\":\"string\",\"minLength\":1,\"default\":\"\"}", false},
        {"{\"type\":\"integer\",\"default\":3.0}", true},
        {"{\"type\":\"integer\",\"default\":3.5}", false},
        {"{\"type\":\"integer\",\"default\":\"3\"}", false},
        {"{\"type\":\"number\",\"maximum\":2,\"default\":3}", false},
        {"{\"type\":\"boolean\",\"default\":false}", true},
        {"{\"type\":\"boolean\",\"default\":\"false\"}", false},
        {"{\"type\":\"string\",\"enum\":[\"a\"],\"default\":\"a\"}", true},
        {"{\"type\":\"string\",\"enum\":[\"a\"],\"default\":\"b\"}", false},
        {"{\"type\":\"array\",\"items\":{\"enum\":[\"a\"]},\"default\":[]}",
            true},
        {"{\"type\":\"array\",\"items\":{\"enum\":[\"a\"]},\"default\":[\"b\"]"
         "}",
            false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            read(rows[i].schema).initial.at != NULL, rows[i].counts);
}

/* words NULL: the value is good. */
static void assert_judged(
    const char *schema, const char *value, const char *words)
{
    ma_elicitfield field = read(schema);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st = ma_elicitfield_check(&field, ma_span_of(value), err);
    if (!words) {
        assert_int_equal(st, 0);
        return;
    }
    assert_int_equal(st, MCPAUTH_E_USAGE);
    assert_string_equal(mcpauth_error_message(err), words);
}

static void values_are_judged_for_a_person_T_141(void **state)
{
    static const struct {
        const char *schema, *value, *words;
    } rows[] = {
        {"{\"type\":\"string\"}", "\"\"", NULL},
        {"{\"type\":\"string\"}", "1", "\"f\" must be a text"},
        {"{\"type\":\"string\"}", "null", "\"f\" must be a text"},
        {"{\"type\":\"string\",\"title\":\"Your \\u001bname\"}", "1",
            "\"Your \\x1bname\" must be a text"},
        {"{\"type\":\"string\",\"minLength\":2}", "\"a\"",
            "\"f\" must have at least 2 characters"},
        {"{\"type\":\"string\",\"minLength\":2}", "\"\\u00e9\xc3\xa9\"", NULL},
        {"{\"type\":\"string\",\"maxLength\":2}", "\"\\ud83d\\ude00a\"", NULL},
        {"{\"type\":\"string\",\"maxLength\":2}", "\"abc\"",
            "\"f\" must have at most 2 characters"},
        {"{\"type\":\"string\",\"format\":\"date\"}", "\"2026-07-28\"", NULL},
        {"{\"type\":\"string\",\"format\":\"date\"}", "\"28.7.\"",
            "\"f\" must be a date such as 2026-07-28"},
        {"{\"type\":\"string\",\"format\":\"own\"}", "\"x\"", NULL},
        {"{\"type\":\"number\"}", "1.10", NULL},
        {"{\"type\":\"number\"}", "\"1\"", "\"f\" must be a number"},
        {"{\"type\":\"number\"}", "true", "\"f\" must be a number"},
        {"{\"type\":\"number\",\"minimum\":0.5}", "0.49",
            "\"f\" must be at least 0.5"},
        {"{\"type\":\"number\",\"minimum\":0.5}", "5e-1", NULL},
        {"{\"type\":\"number\",\"maximum\":1e2}", "100.01",
            "\"f\" must be at most 1e2"},
        {"{\"type\":\"number\",\"maximum\":1e2}", "100", NULL},
        {"{\"type\":\"integer\"}", "123456789012345678901234567890", NULL},
        {"{\"type\":\"integer\"}", "2.0", NULL},
        {"{\"type\":\"integer\"}", "2.5", "\"f\" must be a whole number"},
        {"{\"type\":\"integer\",\"minimum\":18}", "17",
            "\"f\" must be at least 18"},
        {"{\"type\":\"boolean\"}", "true", NULL},
        {"{\"type\":\"boolean\"}", "false", NULL},
        {"{\"type\":\"boolean\"}", "1", "\"f\" must be yes or no"},
        {"{\"type\":\"boolean\"}", "\"true\"", "\"f\" must be yes or no"},
        {CHOICE, "\"\\u0067\"", NULL},
        {CHOICE, "\"b\"", "\"f\" must be one of its choices"},
        {CHOICE, "2", "\"f\" must be one of its choices"},
        {TITLED, "\"b\"", NULL},
        {TITLED, "\"Red\"", "\"f\" must be one of its choices"},
        {MANY, "[\"r\",\"b\"]", NULL},
        {MANY, "\"r\"", "\"f\" must be a list of its choices"},
        {MANY, "[\"x\"]", "\"f\" must be a list of its choices"},
        {MANY, "[null]", "\"f\" must be a list of its choices"},
        {MANY, "[\"r\",\"\\u0072\"]",
            "\"f\" must be a list of its choices, each once"},
        {MANY, "[\"r\",\"g\",\"b\",\"r\"]",
            "\"f\" must be a list of its choices, each once"},
        {MANY, "[]", "\"f\" must have at least 1 of its choices"},
        {MANY, "[\"r\",\"g\",\"b\"]",
            "\"f\" must have at most 2 of its choices"},
        {MANY_TITLED, "[]", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_judged(rows[i].schema, rows[i].value, rows[i].words);
}

/* value NULL: what was typed is refused, and nothing written. */
static void assert_typed(
    const char *schema, const char *typed, const char *value)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(1000);
    ma_elicitfield field = read(schema);
    mcpauth_status st =
        ma_elicitfield_write_typed(&field, ma_span_of(typed), &written, NULL);
    assert_int_equal(st, value ? MCPAUTH_OK : MCPAUTH_E_USAGE);
    assert_string_equal(ma_buf_text(&written), value ? value : "");
}

static void typed_text_becomes_a_value_T_141(void **state)
{
    static const struct {
        const char *schema, *typed, *value;
    } rows[] = {
        {"{\"type\":\"string\"}", " a \"b\"\n", "\" a \\\"b\\\"\\u000a\""},
        {"{\"type\":\"string\"}", "", "\"\""},
        {"{\"type\":\"string\",\"minLength\":1}", "", NULL},
        {"{\"type\":\"string\"}", "\xff", "\"\xef\xbf\xbd\""},
        {"{\"type\":\"number\"}", " 1.10 ", "1.10"},
        {"{\"type\":\"number\"}", "-2e3", "-2e3"},
        {"{\"type\":\"number\"}", "", NULL},
        {"{\"type\":\"number\"}", "1,5", NULL},
        {"{\"type\":\"number\"}", "+1", NULL},
        {"{\"type\":\"number\"}", "NaN", NULL},
        {"{\"type\":\"number\"}", "true", NULL},
        {"{\"type\":\"number\"}", "1 2", NULL},
        {"{\"type\":\"integer\"}", "42", "42"},
        {"{\"type\":\"integer\"}", "4.2", NULL},
        {"{\"type\":\"integer\",\"maximum\":10}", "11", NULL},
        {"{\"type\":\"boolean\"}", "yes", "true"},
        {"{\"type\":\"boolean\"}", " Y ", "true"},
        {"{\"type\":\"boolean\"}", "TRUE", "true"},
        {"{\"type\":\"boolean\"}", "no", "false"},
        {"{\"type\":\"boolean\"}", "n", "false"},
        {"{\"type\":\"boolean\"}", "false", "false"},
        {"{\"type\":\"boolean\"}", "", NULL},
        {"{\"type\":\"boolean\"}", "maybe", NULL},
        {CHOICE, "g", "\"g\""},
        {CHOICE, " G ", "\"g\""},
        {CHOICE, "1", "\"r\""},
        {CHOICE, "2", "\"2\""},
        {CHOICE, "3", "\"2\""},
        {CHOICE, "0", NULL},
        {CHOICE, "4", NULL},
        {CHOICE, "", NULL},
        {TITLED, "Red", "\"r\""},
        {TITLED, "green, DARK", "\"g\""},
        {TITLED, "3", "\"b\""},
        {LEGACY, "Red", "\"r\""},
        {MANY, "b, R", "[\"b\",\"r\"]"},
        {MANY, "1,2", "[\"r\",\"g\"]"},
        {MANY, "g", "[\"g\"]"},
        {MANY, "", NULL},
        {MANY, "g,", NULL},
        {MANY, "g,x", NULL},
        {MANY, "g,g", NULL},
        {MANY, "r,g,b", NULL},
        {MANY_TITLED, "", "[]"},
        {MANY_TITLED, "Green, dark", "[\"g\"]"},
        {MANY_TITLED, "2,Red", "[\"g\",\"r\"]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_typed(rows[i].schema, rows[i].typed, rows[i].value);
}

static void a_choice_is_meant_by_its_own_name_first_T_141(void **state)
{
    static const char schema[] =
        "{\"type\":\"string\",\"oneOf\":[{\"const\":\"b\",\"title\":\"a\"},"
        "{\"const\":\"a\",\"title\":\"1\"},{\"const\":\"A\",\"title\":\"c\"}]}";
    (void)state;
    assert_typed(schema, "a", "\"a\"");
    assert_typed(schema, "A", "\"A\"");
    assert_typed(schema, "1", "\"a\"");
    assert_typed(schema, "2", "\"a\"");
    assert_typed(schema, "C", "\"A\"");
}

static void a_label_is_the_title_or_the_name(void **state)
{
    ma_elicitfield titled =
        read("{\"type\":\"number\",\"title\":\"A \\u202e\"}");
    ma_elicitfield plain = read("{\"type\":\"number\"}");
    MA_AUTO(ma_text) title = ma_elicitfield_label(&titled);
    MA_AUTO(ma_text) name = ma_elicitfield_label(&plain);
    (void)state;
    assert_string_equal(title, "A \\u{202e}");
    assert_string_equal(name, "f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_told_T_141),
        cmocka_unit_test(what_a_schema_says_is_kept),
        cmocka_unit_test(other_schemas_are_refused_T_141),
        cmocka_unit_test(choices_are_limited_S_011),
        cmocka_unit_test(choices_come_with_their_titles_T_141),
        cmocka_unit_test(only_a_legal_default_counts_T_142),
        cmocka_unit_test(values_are_judged_for_a_person_T_141),
        cmocka_unit_test(typed_text_becomes_a_value_T_141),
        cmocka_unit_test(a_choice_is_meant_by_its_own_name_first_T_141),
        cmocka_unit_test(a_label_is_the_title_or_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
