/* fieldvalue_test.c - what goes as it is, and what goes encoded. */
#include "mcp/fieldvalue.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_written(ma_span text, const char *value)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(1000);
    ma_fieldvalue_write(&written, text);
    assert_int_equal(ma_buf_status(&written, "value", NULL), 0);
    assert_string_equal(ma_buf_text(&written), value);
}

static void texts_are_sent_plain_or_encoded_T_066(void **state)
{
    static const struct {
        const char *text, *value;
    } rows[] = {
        {"us-west1", "us-west1"},
        {"us west 1", "us west 1"},
        {"", ""},
        {"~!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}",
            "~!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}"},
        {"file:///a%20b?c", "file:///a%20b?c"},
        {"Hello, \xe4\xb8\x96\xe7\x95\x8c", "=?base64?SGVsbG8sIOS4lueVjA==?="},
        {" padded ", "=?base64?IHBhZGRlZCA=?="},
        {" a", "=?base64?IGE=?="},
        {"a ", "=?base64?YSA=?="},
        {"a\t", "=?base64?YQk=?="},
        {" ", "=?base64?IA==?="},
        {"a\tb", "=?base64?YQli?="},
        {"line1\nline2", "=?base64?bGluZTEKbGluZTI=?="},
        {"a\r\nX: y", "=?base64?YQ0KWDogeQ==?="},
        {"\x7f", "=?base64?fw==?="},
        {"=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="},
        {"=?base64?"
         "?=",
            "=?base64?PT9iYXNlNjQ/Pz0=?="},
        {"=?base64?=", "=?base64?PT9iYXNlNjQ/PQ==?="},
        {"=?base64?open", "=?base64?open"},
        {"=?BASE64?other?=", "=?BASE64?other?="},
        {"closed?=", "closed?="},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_written(ma_span_of(rows[i].text), rows[i].value);
}

static void a_nul_is_a_byte_like_others_S_017(void **state)
{
    (void)state;
    assert_written(ma_span_make("a\0b", 3), "=?base64?YQBi?=");
}

static void the_cap_of_the_buffer_holds_S_011(void **state)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(4);
    (void)state;
    ma_fieldvalue_write(&written, ma_span_of("\n"));
    assert_int_equal(ma_buf_status(&written, "value", NULL), MCPAUTH_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_sent_plain_or_encoded_T_066),
        cmocka_unit_test(a_nul_is_a_byte_like_others_S_017),
        cmocka_unit_test(the_cap_of_the_buffer_holds_S_011),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
