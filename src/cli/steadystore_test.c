/* steadystore_test.c - a signal waits while a lock is held, and only then
 * (S-071).  Each case is a process of its own, since a signal ends it. */
#include "cli/steadystore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/interrupt.h"
#include "store/store.h"

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};

/* What the child ends with when no signal ended it. */
enum { SURVIVED = 7, BROKEN = 8 };

static mcpauth_store *make_store(void)
{
    mcpauth_store *inner = NULL;
    mcpauth_store *store = NULL;
    if (mcpauth_store_memory_new(&inner, NULL) ||
        ma_steadystore_new(inner, &store, NULL))
        _exit(BROKEN);
    return store;
}

static void lock(mcpauth_store *store, mcpauth_lock_answer wanted)
{
    mcpauth_lock taken = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    int other = 0;
    const void *owner = wanted == MCPAUTH_LOCKED ? (void *)store : &other;
    if (mcpauth_store_lock(
            store, &key, MCPAUTH_LOCK_REFRESH, owner, &taken, NULL) ||
        taken.answer != wanted)
        _exit(BROKEN);
}

static void signal_ends_at_once(mcpauth_store *store)
{
    (void)store;
    raise(SIGTERM);
}

static void signal_waits_for_the_lock(mcpauth_store *store)
{
    struct pollfd fd = {ma_interrupt_fd(), POLLIN, 0};
    mcpauth_save_answer saved;
    int64_t version = 0;
    lock(store, MCPAUTH_LOCKED);
    raise(SIGINT);
    if (poll(&fd, 1, 0) != 1 ||
        mcpauth_store_save(store, &key, "x", 1, 0, &saved, &version, NULL) ||
        version == 0)
        _exit(BROKEN);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, store);
}

/* A person who gives up is told so by the descriptor; what has come of the
 * login by then is saved, also after the other lock was held. */
static void signal_waits_for_a_login(mcpauth_store *store)
{
    struct pollfd fd = {ma_interrupt_fd(), POLLIN, 0};
    mcpauth_save_answer saved;
    int64_t version = 0;
    mcpauth_lock taken = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    if (mcpauth_store_lock(
            store, &key, MCPAUTH_LOCK_LOGIN, store, &taken, NULL) ||
        taken.answer != MCPAUTH_LOCKED)
        _exit(BROKEN);
    raise(SIGINT);
    lock(store, MCPAUTH_LOCKED);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, store);
    if (poll(&fd, 1, 0) != 1 ||
        mcpauth_store_save(store, &key, "x", 1, 0, &saved, &version, NULL) ||
        version == 0)
        _exit(BROKEN);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_LOGIN, store);
}

/* Who waits for somebody else's login may go at once. */
static void login_of_somebody_else_holds_nothing(mcpauth_store *store)
{
    mcpauth_lock taken = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    int other = 0;
    if (mcpauth_store_lock(
            store, &key, MCPAUTH_LOCK_LOGIN, &other, &taken, NULL) ||
        mcpauth_store_lock(
            store, &key, MCPAUTH_LOCK_LOGIN, store, &taken, NULL) ||
        taken.answer != MCPAUTH_LOCK_HELD)
        _exit(BROKEN);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_LOGIN, &other);
    raise(SIGTERM);
}

static void lock_of_somebody_else_holds_nothing(mcpauth_store *store)
{
    lock(store, MCPAUTH_LOCKED);
    lock(store, MCPAUTH_LOCK_HELD);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, store);
    raise(SIGTERM);
}

static void second_signal_does_not_wait(mcpauth_store *store)
{
    lock(store, MCPAUTH_LOCKED);
    raise(SIGINT);
    raise(SIGINT);
}

static void no_signal_no_end(mcpauth_store *store)
{
    lock(store, MCPAUTH_LOCKED);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, store);
}

static void lock_taken_twice_is_one_hold(mcpauth_store *store)
{
    lock(store, MCPAUTH_LOCKED);
    lock(store, MCPAUTH_LOCKED);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, store);
    raise(SIGTERM);
}

static void unlock_of_what_is_not_held_undoes_no_hold(mcpauth_store *store)
{
    int other = 0;
    lock(store, MCPAUTH_LOCKED);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, &other);
    raise(SIGTERM);
}

static void locks_of_a_store_go_with_it(mcpauth_store *store)
{
    lock(store, MCPAUTH_LOCKED);
    mcpauth_store_free(store);
    raise(SIGTERM);
}

static void *hold_often(void *start)
{
    enum { ROUNDS = 100000 };
    pthread_barrier_wait(start);
    for (int i = 0; i < ROUNDS; i++) {
        ma_interrupt_hold();
        ma_interrupt_release();
    }
    return NULL;
}

static void holds_of_many_threads_are_counted(mcpauth_store *store)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    pthread_barrier_t start;
    (void)store;
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, hold_often, &start))
            _exit(BROKEN);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    raise(SIGTERM);
}

static int run(void (*act)(mcpauth_store *store))
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        ma_interrupt_init();
        act(make_store());
        _exit(SURVIVED);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void signals_wait_for_the_lock_S_071(void **state)
{
    (void)state;
    assert_int_equal(run(signal_ends_at_once), MA_INTERRUPT_EXIT);
    assert_int_equal(run(signal_waits_for_the_lock), MA_INTERRUPT_EXIT);
    assert_int_equal(run(signal_waits_for_a_login), MA_INTERRUPT_EXIT);
    assert_int_equal(
        run(login_of_somebody_else_holds_nothing), MA_INTERRUPT_EXIT);
    assert_int_equal(
        run(lock_of_somebody_else_holds_nothing), MA_INTERRUPT_EXIT);
    assert_int_equal(run(second_signal_does_not_wait), MA_INTERRUPT_EXIT);
    assert_int_equal(run(no_signal_no_end), SURVIVED);
}

static void holds_are_balanced_S_071(void **state)
{
    (void)state;
    assert_int_equal(run(lock_taken_twice_is_one_hold), MA_INTERRUPT_EXIT);
    assert_int_equal(run(unlock_of_what_is_not_held_undoes_no_hold), SURVIVED);
    assert_int_equal(run(locks_of_a_store_go_with_it), MA_INTERRUPT_EXIT);
    assert_int_equal(run(holds_of_many_threads_are_counted), MA_INTERRUPT_EXIT);
}

static bool count(
    void *ctx, const mcpauth_store_key *found, const mcpauth_record *record)
{
    (void)record;
    assert_string_equal(found->server, key.server);
    ++*(int *)ctx;
    return true;
}

static void everything_else_is_passed_on(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_store) store = make_store();
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    int64_t version = 0;
    int records = 0;
    MA_SCOPED(mcpauth_record) record = {0};
    assert_int_equal(
        mcpauth_store_save(store, &key, "x", 1, 0, &answer, &version, NULL),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVED);
    assert_int_equal(
        mcpauth_store_load(store, &key, &record, NULL), MCPAUTH_OK);
    assert_string_equal(record.bytes, "x");
    assert_int_equal(
        mcpauth_store_list(store, count, &records, NULL), MCPAUTH_OK);
    assert_int_equal(records, 1);
    assert_string_equal(mcpauth_store_describe(store), "memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_wait_for_the_lock_S_071),
        cmocka_unit_test(holds_are_balanced_S_071),
        cmocka_unit_test(everything_else_is_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
