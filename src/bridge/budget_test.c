/* Tests of budget.c: who goes on when too much is held. */
#include "bridge/budget.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MIB = 1024 * 1024, MUCH = 17 * MIB, LITTLE = 1000 };

static void small_answers_never_wait_S_064(void **state)
{
    ma_budget budget = {0};
    size_t much = 0;
    size_t little = 0;
    (void)state;
    ma_budget_hold(&budget, &much, &much, MIB);
    assert_false(ma_budget_is_strained(&budget, much));
    ma_budget_hold(&budget, &much, &much, MUCH);
    ma_budget_hold(&budget, &little, &little, LITTLE);
    assert_int_equal(budget.held, MUCH + LITTLE);
    assert_true(ma_budget_is_strained(&budget, much));
    assert_false(ma_budget_is_strained(&budget, little));
    ma_budget_hold(&budget, &much, &much, 0);
    assert_int_equal(budget.held, LITTLE);
    assert_false(ma_budget_is_strained(&budget, much));
}

/* Both hold too much, and one is the favoured one. */
static void strain(ma_budget *budget, size_t *one, size_t *other)
{
    ma_budget_hold(budget, one, one, MUCH);
    ma_budget_hold(budget, other, other, MUCH);
    assert_true(ma_budget_favours(budget, one, 5000));
}

static void one_goes_on_until_it_is_through_S_064(void **state)
{
    ma_budget budget = {0};
    size_t one = 0;
    size_t other = 0;
    (void)state;
    strain(&budget, &one, &other);
    assert_false(ma_budget_favours(&budget, &other, 5000));
    assert_true(ma_budget_favours(&budget, &one, 5900));
    assert_false(ma_budget_favours(&budget, &other, 6800));
    ma_budget_hold(&budget, &one, &one, 0);
    assert_true(ma_budget_favours(&budget, &other, 6800));
    assert_false(ma_budget_favours(&budget, &one, 6801));
}

static void one_that_brings_nothing_makes_way_S_064(void **state)
{
    ma_budget budget = {0};
    size_t one = 0;
    size_t other = 0;
    (void)state;
    strain(&budget, &one, &other);
    int64_t until_ms = budget.until_ms;
    ma_budget_lapse(&budget, until_ms - 1);
    assert_false(ma_budget_favours(&budget, &other, until_ms - 1));
    ma_budget_lapse(&budget, until_ms);
    assert_true(ma_budget_favours(&budget, &other, until_ms));
    assert_false(ma_budget_favours(&budget, &one, until_ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_answers_never_wait_S_064),
        cmocka_unit_test(one_goes_on_until_it_is_through_S_064),
        cmocka_unit_test(one_that_brings_nothing_makes_way_S_064),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
