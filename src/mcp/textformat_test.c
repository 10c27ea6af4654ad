/* textformat_test.c - what has a format, and what does not. */
#include "mcp/textformat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void assert_format(
    const char *format, const char *const *texts, size_t count, bool fits)
{
    for (size_t i = 0; i < count; i++) {
        const char *lacks =
            ma_textformat_lacks(ma_span_of(format), ma_span_of(texts[i]));
        if (!lacks != fits)
            fail_msg(
                "%s: '%s' should %sfit", format, texts[i], fits ? "" : "not ");
    }
}

#define assert_fits(format, texts)                                             \
    assert_format("\"" format "\"", texts, sizeof texts / sizeof *texts, true)
#define assert_unfit(format, texts)                                            \
    assert_format("\"" format "\"", texts, sizeof texts / sizeof *texts, false)

static void addresses_of_mail_are_told_T_141(void **state)
{
    static const char *const good[] = {"a@b", "ann.b+c@mail.example.com",
        "\xc3\xa9@example.com", "o'neil@x.y"};
    static const char *const bad[] = {"", "@", "a", "a@", "@b", "a b@c",
        "a@b c", "a@b@c", "a@.b", "a@b.", "a@b\n", "a\x7f@b"};
    (void)state;
    assert_fits("email", good);
    assert_unfit("email", bad);
}

static void uris_are_told_T_141(void **state)
{
    static const char *const good[] = {"https://example.com/", "a:b",
        "urn:isbn:1", "mailto:a@b", "a+b-c.9:x", "https://a/?q=%20#f"};
    static const char *const bad[] = {"", ":", "a", "a:", ":b", "1a:b",
        "example.com/x", "a b:c", "a:b c", "a:\n", "a:<b>", "a:\xc3\xa9",
        "a_b:c"};
    (void)state;
    assert_fits("uri", good);
    assert_unfit("uri", bad);
}

static void dates_are_told_T_141(void **state)
{
    static const char *const good[] = {"2026-07-28", "2024-02-29", "2000-02-29",
        "0000-01-01", "9999-12-31", "2026-04-30"};
    static const char *const bad[] = {"", "2026-7-28", "2026-07-28 ",
        "26-07-28", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32",
        "2026-04-31", "2025-02-29", "1900-02-29", "28.07.2026", "2026/07/28",
        "2026-07-28T00:00:00Z", "2026-07-2x", "-026-07-28"};
    (void)state;
    assert_fits("date", good);
    assert_unfit("date", bad);
}

static void times_are_told_T_141(void **state)
{
    static const char *const good[] = {"2026-07-28T09:30:00Z",
        "2026-07-28t09:30:00z", "2026-07-28T23:59:60+14:00",
        "2026-07-28T09:30:00.123456-01:30"};
    static const char *const bad[] = {"", "2026-07-28", "2026-07-28T09:30Z",
        "2026-07-28T09:30:00", "2026-07-28 09:30:00Z", "2026-07-28T24:00:00Z",
        "2026-07-28T09:60:00Z", "2026-07-28T09:30:61Z", "2026-07-28T09:30:00.Z",
        "2026-07-28T09:30:00+1:00", "2026-07-28T09:30:00+24:00",
        "2026-07-28T09:30:00+01:60", "2026-07-28T09:30:00ZZ",
        "2026-02-30T09:30:00Z"};
    (void)state;
    assert_fits("date-time", good);
    assert_unfit("date-time", bad);
}

static void other_formats_are_left_to_the_server(void **state)
{
    ma_span text = ma_span_of("anything");
    (void)state;
    assert_null(ma_textformat_lacks(ma_span_of("\"ipv6\""), text));
    assert_null(ma_textformat_lacks(ma_span_of("\"Date\""), text));
    assert_null(ma_textformat_lacks(ma_span_of("1"), text));
    assert_null(ma_textformat_lacks(ma_span_make(NULL, 0), text));
}

static void a_format_is_told_in_words_and_by_example(void **state)
{
    static const char *const formats[] = {
        "\"email\"", "\"uri\"", "\"date\"", "\"date-time\""};
    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const char *words =
            ma_textformat_lacks(ma_span_of(formats[i]), ma_span_of("?"));
        const char *example = strstr(words, "such as ") + strlen("such as ");
        assert_null(
            ma_textformat_lacks(ma_span_of(formats[i]), ma_span_of(example)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_mail_are_told_T_141),
        cmocka_unit_test(uris_are_told_T_141),
        cmocka_unit_test(dates_are_told_T_141),
        cmocka_unit_test(times_are_told_T_141),
        cmocka_unit_test(other_formats_are_left_to_the_server),
        cmocka_unit_test(a_format_is_told_in_words_and_by_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
