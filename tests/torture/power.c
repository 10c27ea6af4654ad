/* power.c [SCHEDULES [SEED]] - the power is cut anywhere, and the store reads
 * what is left: the last record that was saved, or a later one that was on its
 * way; never half of one, never none. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"
#include "disk.h"
#include "store/filename.h"
#include "store/store.h"

enum {
    STEPS_MAX = 6,
    CUTS = 10, /* of each history */
    SHORT_MAX = 1500,
    LONG_MAX = 20000,
    KILL_WITHIN = 12 /* a save is about ten changes */
};

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};

static struct {
    size_t schedules;
    uint64_t seed;
} wanted = {2000, 0};

/* One step of a history: a save (text), or a logout (""). */
typedef struct {
    char text[LONG_MAX + 1];
    bool saved;   /* it was promised */
    size_t begin; /* events before it */
    size_t end;   /* events after it */
} step;

static step steps[STEPS_MAX + 1]; /* [0]: before anything was saved */
static size_t step_count;
static char shown[LONG_MAX + 1]; /* what the store gave last */

/* --- a history ----------------------------------------------------------- */

static void choose_text(char *out, size_t number, uint64_t *seed)
{
    size_t max = disk_choose(seed, 4) ? SHORT_MAX : LONG_MAX;
    int head = snprintf(out, LONG_MAX, "record %zu ", number);
    size_t len = (size_t)head + disk_choose(seed, max - (size_t)head);
    for (size_t i = (size_t)head; i < len; i++)
        out[i] = (char)('a' + number);
    out[len] = '\0';
}

static mcpauth_store *open_store(const char *directory)
{
    mcpauth_store *store = NULL;
    assert_int_equal(
        mcpauth_store_file_new(directory, NULL, &store, NULL), MCPAUTH_OK);
    return store;
}

static bool save(mcpauth_store *store, const char *text)
{
    MA_SCOPED(mcpauth_record) now = {0};
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    if (mcpauth_store_load(store, &key, &now, NULL))
        return false;
    const char *bytes = *text ? text : NULL;
    return !mcpauth_store_save(store, &key, bytes, strlen(text), now.version,
               &answer, &now.version, NULL) &&
           answer == MCPAUTH_SAVED;
}

static void read_text(mcpauth_store *store, char *out)
{
    MA_SCOPED(mcpauth_record) found = {0};
    assert_int_equal(mcpauth_store_load(store, &key, &found, NULL), MCPAUTH_OK);
    snprintf(out, LONG_MAX + 1, "%s", found.bytes ? found.bytes : "");
}

/* While the power is on, a step that was killed changed all or nothing, and
 * what was read once is not lost again. */
static void expect_no_step_back(mcpauth_store *store, const step *it)
{
    static char now[LONG_MAX + 1];
    read_text(store, now);
    bool changed = !strcmp(now, it->text);
    assert_true(changed || (!it->saved && !strcmp(now, shown)));
    memcpy(shown, now, sizeof shown);
}

/* Every third step is killed on its way, and one in five logs out. */
static void take_step(mcpauth_store *store, size_t number, uint64_t *seed)
{
    step *it = &steps[number];
    it->text[0] = '\0';
    if (disk_choose(seed, 5))
        choose_text(it->text, number, seed);
    it->begin = disk_events();
    disk_kill_after(
        disk_choose(seed, 3) ? 0 : 1 + disk_choose(seed, KILL_WITHIN));
    it->saved = save(store, it->text);
    assert_true(it->saved || disk_has_killed());
    disk_kill_after(0);
    it->end = disk_events();
    expect_no_step_back(store, it);
}

static void make_history(const char *directory, uint64_t *seed)
{
    MA_AUTO(mcpauth_store) store = open_store(directory);
    steps[0] = (step){.saved = true};
    shown[0] = '\0';
    step_count = 1 + disk_choose(seed, STEPS_MAX);
    disk_start();
    for (size_t i = 1; i <= step_count; i++)
        take_step(store, i, seed);
    disk_stop();
}

/* --- what a cut leaves --------------------------------------------------- */

/* Behind so many events, text may be what is read: it is of the last promised
 * step or of one begun since. */
static bool may_be(size_t events, const char *text)
{
    for (size_t i = step_count + 1; i-- > 0;) {
        if (steps[i].begin > events)
            continue;
        if (!strcmp(steps[i].text, text))
            return true;
        if (steps[i].saved && steps[i].end <= events)
            return false;
    }
    return false;
}

static void expect_readable(mcpauth_store *store, size_t events)
{
    MA_SCOPED(mcpauth_record) found = {0};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    if (mcpauth_store_load(store, &key, &found, err))
        fail_msg("not readable: %s", mcpauth_error_message(err));
    const char *text = found.bytes ? found.bytes : "";
    if (!may_be(events, text))
        fail_msg("behind %zu events there is \"%.12s\"", events, text);
}

static bool count_one(
    void *count, const mcpauth_store_key *found, const mcpauth_record *record)
{
    (void)found;
    (void)record;
    ++*(int *)count;
    return true;
}

/* The list shows what load gives. */
static void expect_listed(mcpauth_store *store)
{
    int count = 0;
    MA_SCOPED(mcpauth_record) found = {0};
    assert_int_equal(mcpauth_store_load(store, &key, &found, NULL), MCPAUTH_OK);
    assert_int_equal(
        mcpauth_store_list(store, count_one, &count, NULL), MCPAUTH_OK);
    assert_int_equal(count, found.bytes != NULL);
}

/* The next save works, and sweeps what the last one left. */
static void expect_repaired(mcpauth_store *store, const char *directory)
{
    assert_true(save(store, "after the cut"));
    assert_int_equal(scratch_count(directory, ".json"), 1);
    assert_true(save(store, ""));
    assert_int_equal(scratch_count(directory, ".json"), 0);
}

static void cut(size_t events, disk_kind kind, uint64_t *seed)
{
    void *directory = NULL;
    assert_int_equal(scratch_setup(&directory), 0);
    disk_cut(events, kind, seed, directory);
    mcpauth_store *store = open_store(directory);
    expect_readable(store, events);
    expect_listed(store);
    assert_int_equal(scratch_count(directory, ".corrupt-"), 0);
    expect_repaired(store, directory);
    mcpauth_store_free(store);
    assert_int_equal(scratch_teardown(&directory), 0);
}

static void survive(disk_kind kind)
{
    uint64_t seed = wanted.seed;
    for (size_t done = 0; done < wanted.schedules / 2; done += CUTS) {
        void *directory = NULL;
        assert_int_equal(scratch_setup(&directory), 0);
        make_history(directory, &seed);
        assert_int_equal(scratch_teardown(&directory), 0);
        for (size_t i = 0; i < CUTS; i++)
            cut(disk_choose(&seed, disk_events() + 1), kind, &seed);
    }
}

static void a_power_cut_leaves_old_or_new_S_043_S_044(void **state)
{
    (void)state;
    survive(DISK_RENAMES_AT_ONCE);
}

static void also_where_a_rename_is_not_one_step_S_044_S_048(void **state)
{
    (void)state;
    survive(DISK_RENAMES_IN_STEPS);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_leaves_old_or_new_S_043_S_044),
        cmocka_unit_test(also_where_a_rename_is_not_one_step_S_044_S_048),
    };
    wanted.seed = (uint64_t)time(NULL) << 20 | (uint64_t)getpid();
    if (argc > 1)
        wanted.schedules = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        wanted.seed = strtoull(argv[2], NULL, 10);
    printf(
        "%zu schedules from seed %" PRIu64 "\n", wanted.schedules, wanted.seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
