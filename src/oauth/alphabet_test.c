/* alphabet_test.c - which bytes pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "oauth/alphabet.h"

#define SPAN(literal) ma_span_make(literal, sizeof(literal) - 1)

static void vschar_is_printable_ascii_S_017(void **state)
{
    (void)state;
    assert_true(ma_alphabet_vschar(SPAN(" a:%~")));
    assert_true(ma_alphabet_vschar(SPAN("")));
    assert_false(ma_alphabet_vschar(SPAN("a\r\nX: 1")));
    assert_false(ma_alphabet_vschar(SPAN("a\0b")));
    assert_false(ma_alphabet_vschar(SPAN("\x7f")));
    assert_false(ma_alphabet_vschar(SPAN("\xc3\xa9")));
}

static void b64token_is_what_a_header_may_carry_S_017(void **state)
{
    (void)state;
    assert_true(ma_alphabet_b64token(SPAN("aZ09-._~+/")));
    assert_true(ma_alphabet_b64token(SPAN("ey.J.x==")));
    static const char *const refused[] = {
        "", "=", "a=b", "a b", "a\r\nX: 1", "a,b", "a:b", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(ma_alphabet_b64token(ma_span_of(refused[i])));
    assert_false(ma_alphabet_b64token(SPAN("a\0b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vschar_is_printable_ascii_S_017),
        cmocka_unit_test(b64token_is_what_a_header_may_carry_S_017),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
