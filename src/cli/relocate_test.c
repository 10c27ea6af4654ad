/* relocate_test.c - from one store into another, and what may be in the
 * way. */
#include "cli/relocate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "store/store.h"

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};

/* Two empty stores. */
static ma_storage_pair begin(void)
{
    ma_storage_pair stores = {0};
    assert_int_equal(mcpauth_store_memory_new(&stores.source, NULL), 0);
    assert_int_equal(mcpauth_store_memory_new(&stores.target, NULL), 0);
    return stores;
}

static void end(ma_storage_pair *stores)
{
    mcpauth_store_free(stores->source);
    if (stores->target != stores->source)
        mcpauth_store_free(stores->target);
}
MA_SCOPED_DEFINE(ma_storage_pair, end)

static void save(mcpauth_store *store, const char *bytes)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    int64_t version = 0;
    assert_int_equal(mcpauth_store_save(store, &key, bytes, strlen(bytes), 0,
                         &answer, &version, NULL),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVED);
}

static void expect(mcpauth_store *store, const char *bytes)
{
    MA_SCOPED(mcpauth_record) record = {0};
    assert_int_equal(mcpauth_store_load(store, &key, &record, NULL), 0);
    if (bytes)
        assert_string_equal(record.bytes, bytes);
    else
        assert_null(record.bytes);
}

static void expect_free(mcpauth_store *store)
{
    for (int kind = 0; kind <= MCPAUTH_LOCK_LOGIN; kind++) {
        mcpauth_lock lock = {.answer = MCPAUTH_LOCK_HELD};
        mcpauth_lock_kind one = (mcpauth_lock_kind)kind;
        assert_int_equal(
            mcpauth_store_lock(store, &key, one, &lock, &lock, NULL), 0);
        assert_int_equal(lock.answer, MCPAUTH_LOCKED);
        mcpauth_store_unlock(store, &key, one, &lock);
    }
}

static void refuse(const ma_storage_pair *stores, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    bool moved = true;
    assert_int_equal(ma_relocate(stores, &key, &moved, err), MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), words));
    assert_false(moved);
}

static void a_record_is_in_the_target_and_no_longer_in_the_source(void **state)
{
    (void)state;
    MA_SCOPED(ma_storage_pair) stores = begin();
    bool moved = false;
    save(stores.source, "record");
    assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), MCPAUTH_OK);
    assert_true(moved);
    expect(stores.source, NULL);
    expect(stores.target, "record");
    expect_free(stores.source);
    expect_free(stores.target);
}

static void what_was_cut_off_is_finished(void **state)
{
    (void)state;
    MA_SCOPED(ma_storage_pair) stores = begin();
    bool moved = false;
    save(stores.source, "record");
    save(stores.target, "record");
    assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), MCPAUTH_OK);
    assert_true(moved);
    expect(stores.source, NULL);
    expect(stores.target, "record");
}

static void another_login_there_is_not_replaced(void **state)
{
    (void)state;
    MA_SCOPED(ma_storage_pair) stores = begin();
    save(stores.source, "record");
    save(stores.target, "recorE");
    refuse(&stores, "memory has another login");
    expect(stores.source, "record");
    expect(stores.target, "recorE");
    expect_free(stores.source);
}

static void one_that_is_gone_is_not_moved(void **state)
{
    (void)state;
    MA_SCOPED(ma_storage_pair) stores = begin();
    bool moved = true;
    assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), MCPAUTH_OK);
    assert_false(moved);
    expect(stores.target, NULL);
}

static void nobody_is_robbed_S_049(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        MA_SCOPED(ma_storage_pair) stores = begin();
        mcpauth_store *held = i == 2 ? stores.target : stores.source;
        mcpauth_lock_kind kind =
            i == 0 ? MCPAUTH_LOCK_LOGIN : MCPAUTH_LOCK_REFRESH;
        mcpauth_lock lock = {0};
        save(stores.source, "record");
        assert_int_equal(
            mcpauth_store_lock(held, &key, kind, &lock, &lock, NULL), 0);
        refuse(&stores, "another process is working with it");
        expect(stores.source, "record");
        expect(stores.target, NULL);
    }
}

static void in_one_place_the_record_stays(void **state)
{
    (void)state;
    MA_SCOPED(ma_storage_pair) stores = begin();
    bool moved = false;
    mcpauth_store_free(stores.target);
    stores.target = stores.source;
    stores.same_place = true;
    stores.same_locks = true;
    save(stores.source, "record");
    assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), MCPAUTH_OK);
    assert_true(moved);
    expect(stores.source, "record");
    expect_free(stores.source);
}

/* --- one login, twice ---------------------------------------------------- */

#define TOKEN(access, refresh, client, obtained, rest)                         \
    "{\"version\":1,\"token\":{\"access_token\":\"" access                     \
    "\",\"refresh_token\":\"" refresh "\",\"client_id\":\"" client             \
    "\",\"issuer\":\"https://as.test\",\"obtained_at_ms\":" obtained "}" rest  \
    "}"

static void of_two_copies_of_a_login_the_newer_one_stays(void **state)
{
    (void)state;
    static const char noted[] =
        TOKEN("a", "r", "app", "1", ",\"protocol_version\":\"2025-06-18\"");
    static const char renewed[] = TOKEN("b", "r", "app", "2", "");
    static const char first[] = TOKEN("a", "r", "app", "1", "");
    static const char next[] = TOKEN("a", "s", "app", "1", "");
    static const struct {
        const char *source;
        const char *target;
        const char *left;
    } rows[] = {
        {noted, first, noted},
        {renewed, first, renewed},
        {first, renewed, renewed},
        {next, first, next},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_storage_pair) stores = begin();
        bool moved = false;
        save(stores.source, rows[i].source);
        save(stores.target, rows[i].target);
        assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), 0);
        assert_true(moved);
        expect(stores.source, NULL);
        expect(stores.target, rows[i].left);
    }
}

static void what_is_not_one_login_is_left_alone(void **state)
{
    (void)state;
    static const char first[] = TOKEN("a", "r", "app", "1", "");
    static const char *const others[] = {TOKEN("b", "s", "app", "1", ""),
        TOKEN("a", "r", "other", "1", ""), "{\"version\":1}",
        "{\"version\":1,\"token\":{\"access_token\":\"a\"}}"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        MA_SCOPED(ma_storage_pair) stores = begin();
        save(stores.source, first);
        save(stores.target, others[i]);
        refuse(&stores, "memory has another login");
        expect(stores.source, first);
        expect(stores.target, others[i]);
    }
}

/* --- a source that changes ----------------------------------------------- */

/* A target that has the source change whenever something is saved in it. */
typedef struct {
    mcpauth_store *inner;
    mcpauth_store *source;
    int changes; /* how many more */
} restless;

static void change(mcpauth_store *source)
{
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    int64_t version = 0;
    assert_int_equal(mcpauth_store_load(source, &key, &record, NULL), 0);
    record.bytes[record.len - 1]++;
    assert_int_equal(mcpauth_store_save(source, &key, record.bytes, record.len,
                         record.version, &answer, &version, NULL),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVED);
}

static mcpauth_status restless_load(void *ctx, const mcpauth_store_key *of,
    mcpauth_record *out_record, mcpauth_error *err)
{
    restless *self = ctx;
    return mcpauth_store_load(self->inner, of, out_record, err);
}

static mcpauth_status restless_save(void *ctx, const mcpauth_store_key *of,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    restless *self = ctx;
    if (self->changes > 0)
        change(self->source);
    self->changes--;
    return mcpauth_store_save(
        self->inner, of, bytes, len, version, out_answer, out_version, err);
}

static mcpauth_status restless_lock(void *ctx, const mcpauth_store_key *of,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    restless *self = ctx;
    return mcpauth_store_lock(self->inner, of, kind, owner, out_lock, err);
}

static void restless_unlock(void *ctx, const mcpauth_store_key *of,
    mcpauth_lock_kind kind, const void *owner)
{
    restless *self = ctx;
    mcpauth_store_unlock(self->inner, of, kind, owner);
}

static mcpauth_status restless_list(
    void *ctx, ma_store_each_fn *each, void *each_ctx, mcpauth_error *err)
{
    restless *self = ctx;
    return mcpauth_store_list(self->inner, each, each_ctx, err);
}

static const char *restless_describe(void *ctx)
{
    (void)ctx;
    return "restless";
}

static void restless_free(void *ctx)
{
    restless *self = ctx;
    if (self->inner != self->source)
        mcpauth_store_free(self->inner);
}

static ma_storage_pair begin_restless(restless *target, int changes)
{
    static const mcpauth_store_ops ops = {sizeof ops, restless_load,
        restless_save, restless_lock, restless_unlock, restless_list,
        restless_describe, restless_free, NULL};
    ma_storage_pair stores = begin();
    *target = (restless){stores.target, stores.source, changes};
    assert_int_equal(mcpauth_store_new(&ops, target, &stores.target, NULL), 0);
    save(stores.source, "record0");
    return stores;
}

static void what_changes_meanwhile_is_moved_as_it_is_then(void **state)
{
    (void)state;
    restless target;
    MA_SCOPED(ma_storage_pair) stores = begin_restless(&target, 3);
    bool moved = false;
    assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), MCPAUTH_OK);
    assert_true(moved);
    expect(stores.source, NULL);
    expect(stores.target, "record3");
    expect_free(stores.source);
}

static void what_changes_without_end_stays(void **state)
{
    (void)state;
    restless target;
    MA_SCOPED(ma_storage_pair) stores = begin_restless(&target, 4);
    refuse(&stores, "changed again and again");
    expect(stores.source, "record4");
    expect(stores.target, "record3");
}

static void what_changes_in_one_place_is_moved_as_it_is_then(void **state)
{
    (void)state;
    restless target;
    MA_SCOPED(ma_storage_pair) stores = begin_restless(&target, 3);
    bool moved = false;
    mcpauth_store_free(target.inner);
    target.inner = stores.source;
    stores.same_place = true;
    stores.same_locks = true;
    assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), MCPAUTH_OK);
    assert_true(moved);
    expect(stores.source, "record3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_in_the_target_and_no_longer_in_the_source),
        cmocka_unit_test(what_was_cut_off_is_finished),
        cmocka_unit_test(another_login_there_is_not_replaced),
        cmocka_unit_test(one_that_is_gone_is_not_moved),
        cmocka_unit_test(nobody_is_robbed_S_049),
        cmocka_unit_test(in_one_place_the_record_stays),
        cmocka_unit_test(of_two_copies_of_a_login_the_newer_one_stays),
        cmocka_unit_test(what_is_not_one_login_is_left_alone),
        cmocka_unit_test(what_changes_meanwhile_is_moved_as_it_is_then),
        cmocka_unit_test(what_changes_without_end_stays),
        cmocka_unit_test(what_changes_in_one_place_is_moved_as_it_is_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
