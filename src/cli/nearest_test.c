/* nearest_test.c - slips of the finger are found, other words are not. */
#include "cli/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const char *find(const char *word)
{
    static const char *const words[] = {"login", "logout", "status", "token",
        "tools", "resources", "callback-port"};
    ma_nearest nearest = ma_nearest_init(word);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        ma_nearest_offer(&nearest, words[i]);
    return ma_nearest_found(&nearest);
}

static void slips_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        const char *meant;
    } rows[] = {
        {"logn", "login"},
        {"statsu", "status"},
        {"tokens", "token"},
        {"resource", "resources"},
        {"calback-port", "callback-port"},
        {"callback", "callback-port"},
        {"re", "resources"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(find(rows[i].word), rows[i].meant);
}

static void other_words_are_not(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "x", "frobnicate", "install",
        "a-word-so-long-that-nobody-can-have-meant-any-that-there-is"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_null(find(rows[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_are_found),
        cmocka_unit_test(other_words_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
