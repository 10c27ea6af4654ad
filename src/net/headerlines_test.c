/* Tests of headerlines.c. */
#include "net/headerlines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void assert_list(ma_headerlines *fields, const char *const *lines)
{
    struct curl_slist *at = NULL;
    assert_true(ma_headerlines_list(fields, &at));
    for (; *lines; lines++, at = at->next) {
        assert_non_null(at);
        assert_string_equal(at->data, *lines);
    }
    assert_null(at);
}

static void a_field_may_be_set_be_empty_or_be_taken_away(void **state)
{
    ma_headerlines fields = {0};
    (void)state;
    assert_list(&fields, (const char *const[]){NULL});
    ma_headerlines_add(&fields, "Accept", "text/plain");
    ma_headerlines_add(&fields, "X-Empty", "");
    ma_headerlines_add(&fields, "Expect", NULL);
    assert_list(&fields, (const char *const[]){"Accept: text/plain", "X-Empty;",
                             "Expect:", NULL});
    ma_headerlines_done(&fields);
    assert_list(&fields, (const char *const[]){NULL});
}

static void the_next_request_finds_nothing_of_the_one_before_S_028(void **state)
{
    ma_headerlines fields = {0};
    (void)state;
    ma_headerlines_add(&fields, "Authorization", "Bearer CANARY");
    assert_list(
        &fields, (const char *const[]){"Authorization: Bearer CANARY", NULL});
    const char *was = fields.text.at;
    size_t len = fields.text.len;
    ma_headerlines_clear(&fields);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(was[i], 0);
    for (int i = 0; i < 100; i++)
        ma_headerlines_add(&fields, "A", "b");
    struct curl_slist *at = NULL;
    assert_true(ma_headerlines_list(&fields, &at));
    int count = 0;
    for (; at; at = at->next, count++)
        assert_string_equal(at->data, "A: b");
    assert_int_equal(count, 100);
    ma_headerlines_done(&fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_may_be_set_be_empty_or_be_taken_away),
        cmocka_unit_test(
            the_next_request_finds_nothing_of_the_one_before_S_028),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
