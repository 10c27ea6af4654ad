/* check_test.c - what is told of an issuer's answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cli/check.h"

static void check_answer(const char *answer, const char *json, const char *text)
{
    MA_AUTO(ma_json) check = NULL;
    MA_SCOPED(ma_buf) lines = ma_buf_init(4096);
    MA_SCOPED(ma_buf) document = ma_buf_init(4096);
    assert_int_equal(
        ma_check_read(ma_span_of(answer), &check, NULL), MCPAUTH_OK);
    ma_json_write(&document, check);
    assert_string_equal(ma_buf_text(&document), json);
    ma_check_write(&lines, check);
    assert_string_equal(ma_buf_text(&lines), text);
}

static void what_the_issuer_says_is_told_A_263(void **state)
{
    (void)state;
    check_answer("{\"active\":true,\"sub\":\"u-1\",\"username\":\"alice\","
                 "\"client_id\":\"app\",\"scope\":\"a b\",\"exp\":1700003600,"
                 "\"cnf\":{\"jkt\":\"K\",\"x5t#S256\":\"C\"},\"aud\":[\"r\"],"
                 "\"jti\":\"x\"}",
        "{\"active\":true,\"sub\":\"u-1\",\"username\":\"alice\","
        "\"client_id\":\"app\",\"scope\":\"a b\",\"aud\":[\"r\"],"
        "\"cnf\":{\"jkt\":\"K\",\"x5t#S256\":\"C\"},"
        "\"expires_at\":\"2023-11-14T23:13:20Z\"}",
        "  check      active\n"
        "    user     alice\n"
        "    subject  u-1\n"
        "    client   app\n"
        "    scope    a b\n"
        "    expires  at 2023-11-14T23:13:20Z\n"
        "    bound    to the key K\n"
        "    bound    to the certificate C\n");
}

static void a_bare_no_is_one_line_A_263(void **state)
{
    (void)state;
    check_answer("{\"active\":false}", "{\"active\":false}",
        "  check      NOT ACTIVE\n");
}

static void an_expiry_out_of_all_time_is_left_out_S_019(void **state)
{
    (void)state;
    static const char *const ends[] = {"-1", "0", "1e300", "253402300800"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char answer[128];
        snprintf(
            answer, sizeof answer, "{\"active\":true,\"exp\":%s}", ends[i]);
        check_answer(answer, "{\"active\":true}", "  check      active\n");
    }
}

static void a_reason_and_foreign_words_are_quoted_A_263(void **state)
{
    (void)state;
    static const char reason[] = "{\"reason\":\"none\\u001b[2J\"}";
    MA_AUTO(ma_json) check = NULL;
    MA_SCOPED(ma_buf) lines = ma_buf_init(4096);
    assert_int_equal(
        ma_json_parse_object(ma_span_of(reason), &check, NULL), MCPAUTH_OK);
    ma_check_write(&lines, check);
    assert_non_null(strstr(ma_buf_text(&lines), "not known: none"));
    assert_null(strchr(ma_buf_text(&lines), 0x1b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_issuer_says_is_told_A_263),
        cmocka_unit_test(a_bare_no_is_one_line_A_263),
        cmocka_unit_test(an_expiry_out_of_all_time_is_left_out_S_019),
        cmocka_unit_test(a_reason_and_foreign_words_are_quoted_A_263),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
