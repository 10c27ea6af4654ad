/* era_test.c - what every era says in the same way. */
#include "mcp/era.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void a_client_introduces_itself_under_any_name_T_013(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(1000);
    const ma_session_options options = {.client_name = "a \"b\"",
        .client_version = "1",
        .capabilities = ma_span_of(" {\"roots\":{}}\n")};
    (void)state;
    assert_int_equal(ma_era_write_client(&options, "c", "i", &text, NULL), 0);
    assert_string_equal(ma_buf_text(&text),
        "\"c\":{\"roots\":{}},\"i\":{\"name\":\"a \\\"b\\\"\",\"version\":"
        "\"1\"}");
}

static void capabilities_are_an_object_T_063(void **state)
{
    static const struct {
        const char *capabilities;
        mcpauth_status st;
    } rows[] = {
        {NULL, MCPAUTH_OK},
        {"{}", MCPAUTH_OK},
        {"", MCPAUTH_E_USAGE},
        {"[]", MCPAUTH_E_USAGE},
        {"null", MCPAUTH_E_USAGE},
        {"{", MCPAUTH_E_USAGE},
        {"{}{}", MCPAUTH_E_USAGE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(1000);
        ma_session_options options = {
            .client_name = "c", .client_version = "1"};
        options.capabilities = ma_span_of(rows[i].capabilities);
        assert_int_equal(
            ma_era_write_client(&options, "c", "i", &text, NULL), rows[i].st);
        if (!rows[i].st)
            assert_non_null(strstr(ma_buf_text(&text), "\"c\":{},"));
    }
}

static void an_introduction_has_its_limit(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(20);
    const ma_session_options options = {
        .client_name = "a long name", .client_version = "1"};
    (void)state;
    assert_int_equal(
        ma_era_write_client(&options, "c", "i", &text, NULL), MCPAUTH_E_LIMIT);
}

static void plain_params_go_as_they_are_T_007(void **state)
{
    MA_SCOPED(ma_buf) some = ma_buf_init(100);
    MA_SCOPED(ma_buf) none = ma_buf_init(100);
    (void)state;
    assert_int_equal(
        ma_era_write_plain_params(NULL, ma_span_of("{ 1.10 }"), &some, NULL),
        0);
    assert_string_equal(ma_buf_text(&some), ",\"params\":{ 1.10 }");
    assert_int_equal(
        ma_era_write_plain_params(NULL, ma_span_make(NULL, 0), &none, NULL), 0);
    assert_int_equal(none.len, 0);
}

static void only_known_versions_are_pinned_T_076(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    const ma_revision *pinned = ma_revision_at(0);
    ma_session_options options = {.protocol_version = NULL};
    (void)state;
    assert_int_equal(ma_era_pinned(&options, &pinned, NULL), 0);
    assert_null(pinned);
    options.protocol_version = "2025-06-18";
    assert_int_equal(ma_era_pinned(&options, &pinned, NULL), 0);
    assert_string_equal(pinned->name, "2025-06-18");
    options.protocol_version = "2025-06-1\x1b";
    assert_int_equal(ma_era_pinned(&options, &pinned, err), MCPAUTH_E_USAGE);
    assert_non_null(strstr(mcpauth_error_message(err), "2025-06-1"));
    assert_null(strchr(mcpauth_error_message(err), '\x1b'));
}

static void members_that_are_no_object_are_absent(void **state)
{
    ma_span object = ma_span_of("{\"a\":{ },\"b\":[]}");
    (void)state;
    assert_true(ma_span_is(ma_era_object_member(object, "a"), "{ }"));
    assert_null(ma_era_object_member(object, "b").at);
    assert_null(ma_era_object_member(object, "c").at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_introduces_itself_under_any_name_T_013),
        cmocka_unit_test(capabilities_are_an_object_T_063),
        cmocka_unit_test(an_introduction_has_its_limit),
        cmocka_unit_test(plain_params_go_as_they_are_T_007),
        cmocka_unit_test(only_known_versions_are_pinned_T_076),
        cmocka_unit_test(members_that_are_no_object_are_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
