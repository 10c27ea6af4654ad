/* held_test.c - flows of one process, in one store and in two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/scratch_test.h"
#include "store/held.h"

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};

static const ma_held_what refresh = {&key, MCPAUTH_LOCK_REFRESH};
static const ma_held_what login = {&key, MCPAUTH_LOCK_LOGIN};

static mcpauth_lock_answer lock(
    ma_held *held, const char *directory, const void *owner)
{
    mcpauth_lock taken = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    assert_int_equal(
        ma_held_lock_key(held, directory, &refresh, owner, &taken, NULL),
        MCPAUTH_OK);
    return taken.answer;
}

static void two_stores_exclude_each_other_S_042(void **state)
{
    ma_held one;
    ma_held two;
    ma_held_init(&one);
    ma_held_init(&two);
    assert_int_equal(lock(&one, *state, &key), MCPAUTH_LOCKED);
    assert_int_equal(lock(&two, *state, &key), MCPAUTH_LOCK_HELD);
    ma_held_unlock_key(&two, &refresh, &key);
    assert_int_equal(lock(&two, *state, &key), MCPAUTH_LOCK_HELD);
    ma_held_unlock_key(&one, &refresh, &key);
    assert_int_equal(lock(&two, *state, &key), MCPAUTH_LOCKED);
    ma_held_done(&one);
    ma_held_done(&two);
}

static void the_end_lets_go_of_all_S_049(void **state)
{
    ma_held one;
    ma_held two;
    ma_held_init(&one);
    ma_held_init(&two);
    assert_int_equal(lock(&one, *state, &key), MCPAUTH_LOCKED);
    ma_held_done(&one);
    assert_int_equal(lock(&two, *state, &key), MCPAUTH_LOCKED);
    ma_held_done(&two);
}

static void an_unsafe_place_is_no_place_for_locks_S_047(void **state)
{
    ma_held held;
    mcpauth_lock taken = {.answer = MCPAUTH_LOCKED};
    ma_held_init(&held);
    assert_int_equal(chmod(*state, 0777), 0);
    assert_int_equal(
        ma_held_lock_key(&held, *state, &refresh, &key, &taken, NULL),
        MCPAUTH_E_STORE);
    assert_int_equal(chmod(*state, 0700), 0);
    assert_int_equal(lock(&held, *state, &key), MCPAUTH_LOCKED);
    ma_held_done(&held);
}

static void who_asks_a_person_is_named_S_049(void **state)
{
    ma_held one;
    ma_held two;
    mcpauth_lock taken = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    char process[32];
    ma_held_init(&one);
    ma_held_init(&two);
    assert_int_equal(
        ma_held_lock_key(&one, *state, &login, &key, &taken, NULL), 0);
    assert_int_equal(taken.answer, MCPAUTH_LOCKED);
    assert_string_equal(taken.holder, "");
    assert_int_equal(
        ma_held_lock_key(&two, *state, &login, &key, &taken, NULL), 0);
    assert_int_equal(taken.answer, MCPAUTH_LOCK_HELD);
    snprintf(process, sizeof process, "(process %ld)", (long)getpid());
    assert_non_null(strstr(taken.holder, process));
    assert_int_equal(lock(&two, *state, &key), MCPAUTH_LOCKED);
    ma_held_done(&one);
    ma_held_done(&two);
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(two_stores_exclude_each_other_S_042),
        IN_SCRATCH(the_end_lets_go_of_all_S_049),
        IN_SCRATCH(who_asks_a_person_is_named_S_049),
        IN_SCRATCH(an_unsafe_place_is_no_place_for_locks_S_047),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
