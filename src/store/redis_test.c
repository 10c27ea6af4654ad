/* Tests of redis.c, and its parts, on a real Redis. */
#include "store/redis.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"
#include "store/promises_test.h"
#include "store/redis_server_test.h"
#include "store/store.h"

enum { LIFE_MS = 30000, SHORT_LIFE_MS = 900 };

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};
static redis_server server;

/* The names that Redis knows its record and lock by. */
static char record_key[128], refresh_key[128];

static int setup(void **state)
{
    (void)state;
    REDIS_DO(&server, "flushall");
    REDIS_DO(&server, "config", "set", "maxmemory", "0");
    REDIS_DO(&server, "config", "set", "min-replicas-to-write", "0");
    return 0;
}

static mcpauth_store *open_at(const mcpauth_redis_options *options, int life_ms)
{
    mcpauth_store *store = NULL;
    assert_int_equal(ma_redis_new(options, life_ms, &store, NULL), 0);
    return store;
}

static mcpauth_store *open_life(int life_ms)
{
    const mcpauth_redis_options options = {
        .size = sizeof options, .url = redis_url(&server, NULL)};
    return open_at(&options, life_ms);
}

static mcpauth_store *open_store(void)
{
    return open_life(LIFE_MS);
}

static mcpauth_status try_load(mcpauth_store *store, mcpauth_error *err)
{
    MA_SCOPED(mcpauth_record) record = {0};
    return mcpauth_store_load(store, &key, &record, err);
}

static int64_t expect(mcpauth_store *store, const char *bytes)
{
    MA_SCOPED(mcpauth_record) record = {0};
    assert_int_equal(mcpauth_store_load(store, &key, &record, NULL), 0);
    if (!bytes)
        assert_null(record.bytes);
    else
        assert_string_equal(record.bytes, bytes);
    return record.version;
}

static mcpauth_status try_save(mcpauth_store *store, const char *bytes,
    int64_t version, mcpauth_save_answer *out_answer, mcpauth_error *err)
{
    int64_t next = 0;
    *out_answer = MCPAUTH_SAVE_CONFLICT;
    return mcpauth_store_save(store, &key, bytes, bytes ? strlen(bytes) : 0,
        version, out_answer, &next, err);
}

static mcpauth_save_answer save(
    mcpauth_store *store, const char *bytes, int64_t version)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    assert_int_equal(try_save(store, bytes, version, &answer, NULL), 0);
    return answer;
}

static mcpauth_lock lock(mcpauth_store *store)
{
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    assert_int_equal(mcpauth_store_lock(
                         store, &key, MCPAUTH_LOCK_REFRESH, NULL, &lock, NULL),
        0);
    return lock;
}

static void unlock(mcpauth_store *store)
{
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, NULL);
}

/* --- locks --------------------------------------------------------------- */

static void a_holder_keeps_others_out_and_is_named_S_042(void **state)
{
    MA_AUTO(mcpauth_store) one = open_store();
    MA_AUTO(mcpauth_store) two = open_store();
    char name[64];
    (void)state;
    assert_int_equal(lock(one).answer, MCPAUTH_LOCKED);
    mcpauth_lock seen = lock(two);
    assert_int_equal(seen.answer, MCPAUTH_LOCK_HELD);
    snprintf(name, sizeof name, "redis_test (process %ld on ", (long)getpid());
    assert_memory_equal(seen.holder, name, strlen(name));
    unlock(two);
    assert_int_equal(lock(two).answer, MCPAUTH_LOCK_HELD);
    unlock(one);
    assert_int_equal(lock(two).answer, MCPAUTH_LOCKED);
}

static void the_lock_of_a_store_goes_with_it(void **state)
{
    MA_AUTO(mcpauth_store) two = open_store();
    mcpauth_store *one = open_store();
    (void)state;
    assert_int_equal(lock(one).answer, MCPAUTH_LOCKED);
    mcpauth_store_free(one);
    assert_int_equal(lock(two).answer, MCPAUTH_LOCKED);
}

static long life_left(void)
{
    return strtol(REDIS_DO(&server, "pttl", refresh_key), NULL, 10);
}

static void a_holder_who_lives_is_not_robbed_S_050(void **state)
{
    MA_AUTO(mcpauth_store) one = open_life(SHORT_LIFE_MS);
    MA_AUTO(mcpauth_store) two = open_store();
    (void)state;
    assert_int_equal(lock(one).answer, MCPAUTH_LOCKED);
    for (int renewals = 0; renewals < 3; renewals++) {
        long left = life_left();
        for (long now = left; now <= left; now = life_left()) {
            assert_true(now > 0);
            left = now;
        }
        assert_int_equal(lock(two).answer, MCPAUTH_LOCK_HELD);
    }
}

static void a_holder_who_dies_lets_go_S_049(void **state)
{
    int ends[2];
    char byte = 0;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        mcpauth_store *store = open_life(SHORT_LIFE_MS);
        byte = lock(store).answer == MCPAUTH_LOCKED;
        (void)!write(ends[1], &byte, 1);
        pause();
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(byte, 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    MA_AUTO(mcpauth_store) store = open_store();
    while (lock(store).answer == MCPAUTH_LOCK_HELD)
        continue;
    assert_int_equal(lock(store).answer, MCPAUTH_LOCKED);
}

static void a_holder_who_slept_too_long_cannot_save_S_050(void **state)
{
    MA_AUTO(mcpauth_store) asleep = open_store();
    MA_AUTO(mcpauth_store) awake = open_store();
    (void)state;
    assert_int_equal(lock(asleep).answer, MCPAUTH_LOCKED);
    REDIS_DO(&server, "del", refresh_key);
    assert_int_equal(lock(awake).answer, MCPAUTH_LOCKED);
    assert_int_equal(save(asleep, "stale", 0), MCPAUTH_SAVE_CONFLICT);
    assert_int_equal(save(awake, "new", 0), MCPAUTH_SAVED);
    int64_t version = expect(asleep, "new");
    assert_int_equal(save(asleep, "stale", version), MCPAUTH_SAVE_CONFLICT);
    unlock(awake);
    assert_int_equal(save(asleep, NULL, version), MCPAUTH_SAVE_CONFLICT);
    unlock(asleep);
    assert_int_equal(save(asleep, "newer", version), MCPAUTH_SAVED);
}

static void one_who_slept_too_long_does_not_unlock_another_S_050(void **state)
{
    MA_AUTO(mcpauth_store) asleep = open_store();
    MA_AUTO(mcpauth_store) awake = open_store();
    MA_AUTO(mcpauth_store) third = open_store();
    (void)state;
    assert_int_equal(lock(asleep).answer, MCPAUTH_LOCKED);
    REDIS_DO(&server, "del", refresh_key);
    assert_int_equal(lock(awake).answer, MCPAUTH_LOCKED);
    unlock(asleep);
    assert_int_equal(lock(third).answer, MCPAUTH_LOCK_HELD);
}

static void a_lock_that_ran_out_unseen_is_taken_again_S_050(void **state)
{
    MA_AUTO(mcpauth_store) one = open_life(SHORT_LIFE_MS);
    MA_AUTO(mcpauth_store) two = open_store();
    (void)state;
    assert_int_equal(lock(one).answer, MCPAUTH_LOCKED);
    REDIS_DO(&server, "flushall");
    while (strcmp(REDIS_DO(&server, "exists", refresh_key), "1") != 0)
        continue;
    assert_int_equal(lock(two).answer, MCPAUTH_LOCK_HELD);
    assert_int_equal(save(one, "saved", 0), MCPAUTH_SAVED);
}

static void one_who_lost_the_lock_may_take_it_anew(void **state)
{
    MA_AUTO(mcpauth_store) one = open_life(SHORT_LIFE_MS);
    (void)state;
    assert_int_equal(lock(one).answer, MCPAUTH_LOCKED);
    {
        MA_AUTO(mcpauth_store) two = open_store();
        do
            REDIS_DO(&server, "del", refresh_key);
        while (lock(two).answer != MCPAUTH_LOCKED);
        while (lock(one).answer == MCPAUTH_LOCKED)
            continue;
        unlock(two);
    }
    assert_int_equal(lock(one).answer, MCPAUTH_LOCKED);
    assert_int_equal(save(one, "saved", 0), MCPAUTH_SAVED);
    unlock(one);
    assert_string_equal(REDIS_DO(&server, "exists", refresh_key), "0");
}

/* --- what is kept -------------------------------------------------------- */

static void a_record_does_not_end_by_itself_S_050(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store();
    (void)state;
    assert_int_equal(save(store, "one", 0), MCPAUTH_SAVED);
    assert_string_equal(REDIS_DO(&server, "pttl", record_key), "-1");
}

static void logout_leaves_nothing_of_the_record_S_085(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store();
    (void)state;
    assert_int_equal(save(store, "one", 0), MCPAUTH_SAVED);
    assert_int_equal(save(store, NULL, expect(store, "one")), MCPAUTH_SAVED);
    assert_string_equal(REDIS_DO(&server, "exists", record_key), "0");
}

static void a_newer_format_is_left_alone_S_051(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(save(store, "one", 0), MCPAUTH_SAVED);
    REDIS_DO(&server, "hset", record_key, "format", "2");
    assert_int_equal(try_load(store, err), MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), "newer"));
    assert_int_equal(save(store, "two", 0), MCPAUTH_SAVE_CONFLICT);
}

static void unknown_fields_are_kept_S_051(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store();
    (void)state;
    assert_int_equal(save(store, "one", 0), MCPAUTH_SAVED);
    REDIS_DO(&server, "hset", record_key, "later", "x");
    assert_int_equal(save(store, "two", expect(store, "one")), MCPAUTH_SAVED);
    assert_string_equal(REDIS_DO(&server, "hget", record_key, "later"), "x");
}

static void a_damaged_record_is_told_and_not_replaced_S_045(void **state)
{
    static const char *const damage[][2] = {{"version", "x"}, {"version", ""},
        {"version", "-1"}, {"version", "99999999999999999999x"}};
    (void)state;
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        MA_AUTO(mcpauth_store) store = open_store();
        REDIS_DO(&server, "flushall");
        assert_int_equal(save(store, "one", 0), MCPAUTH_SAVED);
        REDIS_DO(&server, "hset", record_key, damage[i][0], damage[i][1]);
        assert_int_equal(try_load(store, NULL), MCPAUTH_E_STORE);
        assert_int_equal(save(store, "two", 0), MCPAUTH_SAVE_CONFLICT);
    }
}

static bool count(
    void *each_ctx, const mcpauth_store_key *at, const mcpauth_record *record)
{
    assert_string_equal(at->account, "a");
    assert_string_equal(record->bytes, "b");
    ++*(int *)each_ctx;
    return true;
}

static void thousands_of_records_are_listed_once_among_others(void **state)
{
    static const char script[] =
        "for i = 1, 3000 do redis.call('hset', "
        "string.format('mcpauth:{%032x}:record', i), 'format', '1', "
        "'version', i, 'server', 's' .. i, 'account', 'a', 'record', 'b')\n"
        "redis.call('set', 'other:' .. i, 'x') end";
    MA_AUTO(mcpauth_store) store = open_store();
    int found = 0;
    (void)state;
    REDIS_DO(&server, "eval", script, "0");
    assert_int_equal(mcpauth_store_list(store, count, &found, NULL), 0);
    assert_int_equal(found, 3000);
}

static void what_cannot_be_shown_is_told_after_the_others_S_051(void **state)
{
    static const char script[] =
        "for i = 1, 9 do redis.call('hset', "
        "string.format('mcpauth:{%032x}:record', i), 'format', i % 3 + 1, "
        "'version', i, 'server', 'https://s' .. i .. '.example/', "
        "'account', 'a', 'record', 'b') end";
    MA_AUTO(mcpauth_store) store = open_store();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    int found = 0;
    (void)state;
    REDIS_DO(&server, "eval", script, "0");
    assert_int_equal(
        mcpauth_store_list(store, count, &found, err), MCPAUTH_E_STORE);
    assert_int_equal(found, 3);
    assert_non_null(strstr(mcpauth_error_message(err),
        "the record of https://s1.example/, account \"a\", in redis"));
    assert_non_null(strstr(mcpauth_error_message(err), "newer mcpauth"));
}

/* --- trouble ------------------------------------------------------------- */

static void a_restart_costs_nothing_S_050(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store();
    MA_AUTO(mcpauth_store) other = open_store();
    (void)state;
    assert_int_equal(save(store, "one", 0), MCPAUTH_SAVED);
    assert_int_equal(lock(store).answer, MCPAUTH_LOCKED);
    redis_kill(&server);
    redis_restart(&server);
    int64_t version = expect(store, "one");
    assert_int_equal(lock(other).answer, MCPAUTH_LOCK_HELD);
    assert_int_equal(save(store, "two", version), MCPAUTH_SAVED);
}

static void *save_one(void *store)
{
    return save(store, "one", 0) == MCPAUTH_SAVED ? store : NULL;
}

static void a_save_outlasts_a_restart_S_050(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store();
    pthread_t saving;
    void *saved = NULL;
    (void)state;
    expect(store, NULL);
    redis_kill(&server);
    assert_int_equal(pthread_create(&saving, NULL, save_one, store), 0);
    redis_restart(&server);
    pthread_join(saving, &saved);
    assert_ptr_equal(saved, store);
    expect(store, "one");
}

/* Every operation says this, those that only read as reads says. */
static void assert_refusal(
    mcpauth_store *store, mcpauth_status reads, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_save_answer answer;
    mcpauth_lock held;
    assert_int_equal(try_load(store, err), reads);
    if (reads)
        assert_non_null(strstr(mcpauth_error_message(err), words));
    if (!try_save(store, "x", 0, &answer, err))
        fail_msg("%s was not refused", words);
    if (!strstr(mcpauth_error_message(err), words))
        fail_msg("%s", mcpauth_error_message(err));
    assert_int_equal(
        mcpauth_store_lock(store, &key, MCPAUTH_LOCK_LOGIN, NULL, &held, err),
        MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), words));
    assert_non_null(mcpauth_error_hint(err));
}

static void what_redis_refuses_is_told_in_its_words_S_050(void **state)
{
    static const char *const rows[][6] = {
        {"READONLY", "replicaof", "127.0.0.1", "1"},
        {"NOREPLICAS", "config", "set", "min-replicas-to-write", "1"},
        {"OOM", "config", "set", "maxmemory", "1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_store) store = open_store();
        redis_do(&server, &rows[i][1]);
        assert_refusal(store, MCPAUTH_OK, rows[i][0]);
        REDIS_DO(&server, "replicaof", "no", "one");
        setup(NULL);
    }
}

static void one_that_evicts_logins_is_refused_S_050(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store();
    (void)state;
    REDIS_DO(&server, "config", "set", "maxmemory-policy", "allkeys-lru");
    REDIS_DO(&server, "config", "set", "maxmemory", "100mb");
    assert_refusal(store, MCPAUTH_E_STORE, "throw logins away");
    REDIS_DO(&server, "config", "set", "maxmemory-policy", "noeviction");
}

static void keys_of_another_kind_are_refused_S_050(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    REDIS_DO(&server, "set", record_key, "x");
    assert_int_equal(try_load(store, err), MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), "WRONGTYPE"));
}

static void one_that_is_stopped_is_not_waited_for_S_050(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    expect(store, NULL);
    redis_freeze(&server);
    assert_int_equal(try_load(store, err), MCPAUTH_E_STORE);
    redis_thaw(&server);
    assert_non_null(strstr(mcpauth_error_message(err), "in time"));
    assert_int_equal(save(store, "one", 0), MCPAUTH_SAVED);
}

/* --- who may, and how ---------------------------------------------------- */

static void a_user_needs_only_what_is_documented_S_050(void **state)
{
    const mcpauth_redis_options options = {.size = sizeof options,
        .url = redis_url(&server, "fleet"),
        .password = "CANARY"};
    MA_AUTO(mcpauth_store) store = open_at(&options, SHORT_LIFE_MS);
    int found = 0;
    (void)state;
    REDIS_DO(&server, "acl", "setuser", "fleet", "reset", "on", ">CANARY",
        "~mcpauth:*", "+select", "+info", "+eval", "+hget", "+hmget", "+hset",
        "+del", "+get", "+set", "+incr", "+pexpire", "+scan");
    assert_null(strstr(mcpauth_store_describe(store), "fleet"));
    assert_int_equal(lock(store).answer, MCPAUTH_LOCKED);
    assert_int_equal(save(store, "one", 0), MCPAUTH_SAVED);
    REDIS_DO(&server, "flushall");
    while (strcmp(REDIS_DO(&server, "exists", refresh_key), "1") != 0)
        continue;
    assert_int_equal(mcpauth_store_list(store, count, &found, NULL), 0);
    assert_int_equal(save(store, "one", 0), MCPAUTH_SAVED);
    assert_int_equal(save(store, NULL, expect(store, "one")), MCPAUTH_SAVED);
    unlock(store);
    assert_string_equal(REDIS_DO(&server, "exists", refresh_key), "0");
}

static void a_wrong_user_is_refused_without_a_secret_S_050_S_054(void **state)
{
    static const struct {
        const char *user, *password, *words;
    } rows[] = {
        {"fleet", "CANARYx", "WRONGPASS"},
        {"nobody", "CANARY", "WRONGPASS"},
        {"reader", "CANARY", "NOPERM"},
    };
    (void)state;
    REDIS_DO(&server, "acl", "setuser", "fleet", "on", ">CANARY");
    REDIS_DO(&server, "acl", "setuser", "reader", "on", ">CANARY");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        const mcpauth_redis_options options = {.size = sizeof options,
            .url = redis_url(&server, rows[i].user),
            .password = rows[i].password};
        MA_AUTO(mcpauth_store) store = open_at(&options, LIFE_MS);
        assert_int_equal(try_load(store, err), MCPAUTH_E_STORE);
        assert_non_null(strstr(mcpauth_error_message(err), rows[i].words));
        assert_null(strstr(mcpauth_error_message(err), "CANARY"));
        assert_non_null(mcpauth_error_hint(err));
    }
}

static const char *tcp_url(const char *scheme, const char *host, int port)
{
    static char url[128];
    snprintf(url, sizeof url, "%s://%s:%d/3", scheme, host, port);
    return url;
}

static void tcp_serves_as_well_with_a_database_of_its_own(void **state)
{
    const mcpauth_redis_options options = {.size = sizeof options,
        .url = tcp_url("redis", "localhost", server.port)};
    MA_AUTO(mcpauth_store) store = open_at(&options, LIFE_MS);
    (void)state;
    assert_int_equal(save(store, "one", 0), MCPAUTH_SAVED);
    assert_string_equal(REDIS_DO(&server, "exists", record_key), "0");
    assert_string_equal(
        REDIS_DO(&server, "-n", "3", "exists", record_key), "1");
}

static void clear_text_needs_leave_to_go_over_a_network_S_050(void **state)
{
    mcpauth_store *store = NULL;
    mcpauth_redis_options options = {
        .size = sizeof options, .url = "redis://joe:CANARY@r.example"};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(
        mcpauth_store_redis_new(&options, &store, err), MCPAUTH_E_USAGE);
    assert_null(strstr(mcpauth_error_message(err), "CANARY"));
    options.allow_plain = "other.example";
    assert_int_equal(
        mcpauth_store_redis_new(&options, &store, err), MCPAUTH_E_USAGE);
    options.allow_plain = "R.example";
    assert_int_equal(mcpauth_store_redis_new(&options, &store, err), 0);
    mcpauth_store_free(store);
}

static void tls_serves_whole_records_S_050(void **state)
{
    static char long_text[MCPAUTH_RECORD_MAX];
    mcpauth_redis_options options = {.size = sizeof options,
        .url = tcp_url("rediss", "localhost", server.tls_port),
        .ca_file = scratch_path(server.directory, "ca.pem")};
    MA_AUTO(mcpauth_store) store = open_at(&options, LIFE_MS);
    (void)state;
    memset(long_text, 'x', sizeof long_text - 1);
    assert_int_equal(lock(store).answer, MCPAUTH_LOCKED);
    assert_int_equal(save(store, long_text, 0), MCPAUTH_SAVED);
    expect(store, long_text);
    options.url = tcp_url("rediss", "127.0.0.1", server.tls_port);
    MA_AUTO(mcpauth_store) by_address = open_at(&options, LIFE_MS);
    expect(by_address, long_text);
}

static void a_certificate_must_be_known_and_of_that_host_S_050(void **state)
{
    const struct {
        const char *host, *ca, *words;
    } rows[] = {
        {"localhost", NULL, "certificate"},
        {"localhost", "server.pem", "certificate"},
        {"127.0.0.2", "ca.pem", "IP address mismatch"},
        {"localhost", "none.pem", "none.pem"},
        {"localhost", "ca.key", "ca.key"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        const mcpauth_redis_options options = {.size = sizeof options,
            .url = tcp_url("rediss", rows[i].host, server.tls_port),
            .ca_file =
                rows[i].ca ? scratch_path(server.directory, rows[i].ca) : NULL};
        MA_AUTO(mcpauth_store) store = open_at(&options, LIFE_MS);
        assert_int_equal(try_load(store, err), MCPAUTH_E_STORE);
        if (!strstr(mcpauth_error_message(err), rows[i].words))
            fail_msg("%s", mcpauth_error_message(err));
        assert_non_null(mcpauth_error_hint(err));
    }
}

static void tls_and_clear_text_do_not_meet_S_050(void **state)
{
    const struct {
        const char *scheme;
        int port;
    } rows[] = {{"redis", server.tls_port}, {"rediss", server.port}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const mcpauth_redis_options options = {.size = sizeof options,
            .url = tcp_url(rows[i].scheme, "localhost", rows[i].port)};
        MA_AUTO(mcpauth_store) store = open_at(&options, LIFE_MS);
        assert_int_equal(try_load(store, NULL), MCPAUTH_E_STORE);
    }
}

/* --- what every store promises ------------------------------------------- */

static int make_clean(void **state)
{
    static promises_fixture made;
    setup(NULL);
    made = (promises_fixture){.store = open_store()};
    *state = &made;
    return 0;
}

/* --- all ----------------------------------------------------------------- */

/* The keys of the one record that a store makes. */
static void learn_keys(void)
{
    MA_AUTO(mcpauth_store) store = open_store();
    assert_int_equal(save(store, "x", 0), MCPAUTH_SAVED);
    snprintf(record_key, sizeof record_key, "%s",
        REDIS_DO(&server, "keys", "mcpauth:*:record"));
    snprintf(refresh_key, sizeof refresh_key, "%.*srefresh",
        (int)(strlen(record_key) - strlen("record")), record_key);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    static const promises_store redis = {"redis", make_clean, promises_end};
    const struct CMUnitTest tests[] = {
        TEST(a_holder_keeps_others_out_and_is_named_S_042),
        TEST(the_lock_of_a_store_goes_with_it),
        TEST(a_holder_who_lives_is_not_robbed_S_050),
        TEST(a_holder_who_dies_lets_go_S_049),
        TEST(a_holder_who_slept_too_long_cannot_save_S_050),
        TEST(one_who_slept_too_long_does_not_unlock_another_S_050),
        TEST(a_lock_that_ran_out_unseen_is_taken_again_S_050),
        TEST(one_who_lost_the_lock_may_take_it_anew),
        TEST(a_record_does_not_end_by_itself_S_050),
        TEST(logout_leaves_nothing_of_the_record_S_085),
        TEST(a_newer_format_is_left_alone_S_051),
        TEST(unknown_fields_are_kept_S_051),
        TEST(a_damaged_record_is_told_and_not_replaced_S_045),
        TEST(thousands_of_records_are_listed_once_among_others),
        TEST(what_cannot_be_shown_is_told_after_the_others_S_051),
        TEST(a_restart_costs_nothing_S_050),
        TEST(a_save_outlasts_a_restart_S_050),
        TEST(what_redis_refuses_is_told_in_its_words_S_050),
        TEST(one_that_evicts_logins_is_refused_S_050),
        TEST(keys_of_another_kind_are_refused_S_050),
        TEST(one_that_is_stopped_is_not_waited_for_S_050),
        TEST(a_user_needs_only_what_is_documented_S_050),
        TEST(a_wrong_user_is_refused_without_a_secret_S_050_S_054),
        TEST(tcp_serves_as_well_with_a_database_of_its_own),
        TEST(clear_text_needs_leave_to_go_over_a_network_S_050),
        TEST(tls_serves_whole_records_S_050),
        TEST(a_certificate_must_be_known_and_of_that_host_S_050),
        TEST(tls_and_clear_text_do_not_meet_S_050),
    };
    if (!redis_start(&server, REDIS_TCP | REDIS_TLS)) {
        fputs("skipped: there is no redis-server\n", stderr);
        return 0;
    }
    learn_keys();
    int failed =
        promises_run(&redis) + cmocka_run_group_tests(tests, NULL, NULL);
    redis_stop(&server);
    return failed;
}
