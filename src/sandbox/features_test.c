/* features_test.c - tools, resources and prompts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"
#include "sandbox/features.h"

static char *ask(const char *prefix, const char *method, const char *params)
{
    MA_AUTO(ma_json) json = NULL;
    assert_int_equal(
        ma_json_parse(ma_span_of(params), 8, &json, NULL), MCPAUTH_OK);
    MA_SCOPED(ma_buf) text = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_add_byte(&text, '{');
    ma_features_write(prefix, method, json, &text);
    ma_buf_add_byte(&text, '}');
    MA_AUTO(ma_json) whole = NULL;
    assert_int_equal(
        ma_json_parse(ma_buf_span(&text), 16, &whole, NULL), MCPAUTH_OK);
    return ma_buf_take(&text);
}

static void tools_come_on_two_pages_seed_37(void **state)
{
    (void)state;
    MA_AUTO(ma_text) first = ask("", "tools/list", "{}");
    assert_non_null(strstr(first, "\"add_numbers\""));
    assert_non_null(strstr(first, "\"multiply_numbers\""));
    assert_null(strstr(first, "\"greet_user\""));
    assert_non_null(strstr(first, "\"nextCursor\":\"page-2\""));
    MA_AUTO(ma_text) second = ask("", "tools/list", "{\"cursor\":\"page-2\"}");
    assert_non_null(strstr(second, "\"greet_user\""));
    assert_null(strstr(second, "nextCursor"));
    MA_AUTO(ma_text) none = ask("", "tools/list", "{\"cursor\":\"x\"}");
    assert_non_null(strstr(none, "\"code\":-32602"));
}

static void tools_are_called_seed_38(void **state)
{
    (void)state;
    static const struct {
        const char *prefix;
        const char *params;
        const char *part;
    } rows[] = {
        {"", "{\"name\":\"add_numbers\",\"arguments\":{\"a\":2,\"b\":3}}",
            "\"text\":\"5\"}],\"isError\":false"},
        {"t___",
            "{\"name\":\"t___multiply_numbers\",\"arguments\":"
            "{\"a\":1.5,\"b\":2}}",
            "\"text\":\"3\"}],\"isError\":false"},
        {"", "{\"name\":\"greet_user\",\"arguments\":{\"name\":\"A\\\"\"}}",
            "\"text\":\"Hello, A\\\"! Nice to meet you.\""},
        {"", "{\"name\":\"add_numbers\",\"arguments\":{\"a\":2}}",
            "\"isError\":true"},
        {"", "{\"name\":\"none\"}", "\"code\":-32602"},
        {"t___", "{\"name\":\"add_numbers\"}", "\"code\":-32602"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_text)
        got = ask(rows[i].prefix, "tools/call", rows[i].params);
        assert_non_null(strstr(got, rows[i].part));
    }
}

static void the_rest_answers_too(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *params;
        const char *part;
    } rows[] = {
        {"resources/list", "{}", "\"uri\":\"sandbox://readme\""},
        {"resources/templates/list", "{}", "sandbox://greeting/{name}"},
        {"resources/read", "{\"uri\":\"sandbox://numbers\"}",
            "\"text\":\"1 2 3\""},
        {"resources/read", "{\"uri\":\"sandbox://greeting/Eve\"}",
            "\"text\":\"Hello, Eve!\""},
        {"resources/read", "{\"uri\":\"sandbox://none\"}", "\"code\":-32002"},
        {"prompts/list", "{}", "\"name\":\"summarise\""},
        {"prompts/get",
            "{\"name\":\"summarise\",\"arguments\":{\"topic\":\"C\"}}",
            "\"text\":\"Please summarise C.\""},
        {"prompts/get", "{\"name\":\"summarise\"}", "\"code\":-32602"},
        {"server/discover", "{}", "\"code\":-32601"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_text) got = ask("", rows[i].method, rows[i].params);
        assert_non_null(strstr(got, rows[i].part));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tools_come_on_two_pages_seed_37),
        cmocka_unit_test(tools_are_called_seed_38),
        cmocka_unit_test(the_rest_answers_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
