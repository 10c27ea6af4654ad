/* storecmd.c - mcpauth store list, move and check. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "base/url.h"
#include "cli/context.h"
#include "cli/keys.h"
#include "cli/redisstorage.h"
#include "cli/relocate.h"
#include "oauth/token.h"
#include "store/store.h"

enum { LINE_MAX = 64 * 1024 };

static void write_name(ma_buf *to, const mcpauth_store_key *key)
{
    MA_AUTO(ma_text) server = ma_url_redacted(key->server);
    ma_buf_addf(to, "%s, account \"", server ? server : "a server");
    ma_quote_write(to, ma_span_of(key->account), MA_QUOTE_MAX);
    ma_buf_add_byte(to, '"');
}

/* --- list ---------------------------------------------------------------- */

typedef struct {
    ma_context *context;
    ma_json *records; /* NULL: lines are written */
    mcpauth_status status;
    mcpauth_error *err;
} listing;

static const char *name_content(const mcpauth_record *record)
{
    MA_AUTO(mcpauth_token) token = NULL;
    if (mcpauth_token_parse(record, &token, NULL))
        return "unreadable";
    if (!token)
        return "no token";
    return mcpauth_mode_name(mcpauth_token_mode(token));
}

static mcpauth_status push_record(
    listing *self, const mcpauth_store_key *key, const char *content)
{
    MA_AUTO(ma_json) one = ma_json_object();
    if (!one)
        return ma_error_nomem(self->err);
    mcpauth_status st = ma_json_put_text(one, "server", key->server, self->err);
    if (!st)
        st = ma_json_put_text(one, "account", key->account, self->err);
    if (!st)
        st = ma_json_put_text(one, "content", content, self->err);
    return st ? st : ma_json_push(self->records, ma_move(&one), self->err);
}

static mcpauth_status print_record(
    listing *self, const mcpauth_store_key *key, const char *content)
{
    MA_SCOPED(ma_buf) line = ma_buf_init(LINE_MAX);
    write_name(&line, key);
    ma_buf_addf(&line, ": %s\n", content);
    ma_context_write(self->context, ma_buf_span(&line));
    return ma_buf_status(&line, "a line of the answer", self->err);
}

static bool show_record(
    void *ctx, const mcpauth_store_key *key, const mcpauth_record *record)
{
    listing *self = ctx;
    const char *content = name_content(record);
    self->status = self->records ? push_record(self, key, content)
                                 : print_record(self, key, content);
    return !self->status;
}

mcpauth_status ma_storecmd_list(ma_context *context, mcpauth_error *err)
{
    MA_AUTO(ma_json) records = NULL;
    mcpauth_status st = ma_context_open_kept_store(context, err);
    if (st)
        return st;
    if (ma_context_json(context) && !(records = ma_json_array()))
        return ma_error_nomem(err);
    listing all = {context, records, MCPAUTH_OK, err};
    mcpauth_status listed =
        mcpauth_store_list(context->store, show_record, &all, err);
    st = all.status;
    if (!st && records)
        st = ma_context_print_stored(context, "records", records, err);
    else if (!st)
        ma_context_say(
            context, "store: %s", mcpauth_store_describe(context->store));
    return st ? st : listed;
}

/* --- move ---------------------------------------------------------------- */

/* S-052.  The last '@' ends the user, whatever stands before it. */
static mcpauth_status refuse_password(const char *target, mcpauth_error *err)
{
    if (!ma_redisstorage_named(target))
        return MCPAUTH_OK;
    const char *user = strchr(target, ':') + 1;
    const char *end = strrchr(user, '@');
    if (!end || !memchr(user, ':', (size_t)(end - user)))
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "a password on the command line can be read by every process");
    ma_error_hint(err, "set MCPAUTH_REDIS_PASSWORD instead");
    return st;
}

static mcpauth_status move_one(const ma_storage_pair *stores,
    const mcpauth_store_key *key, bool *out_moved, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) name = ma_buf_init(LINE_MAX);
    mcpauth_status st = ma_relocate(stores, key, out_moved, err);
    if (!st)
        return st;
    write_name(&name, key);
    return ma_error_in(err, st, "moving the login of %s", ma_buf_text(&name));
}

static bool pass_over(
    void *ctx, const mcpauth_store_key *key, const mcpauth_record *record)
{
    (void)ctx;
    (void)key;
    (void)record;
    return true;
}

/* In one place, each of the two reads what the other cannot. */
static mcpauth_status gather(const ma_storage_pair *stores,
    mcpauth_store *store, ma_buf *keys, mcpauth_error *err)
{
    mcpauth_status st = ma_keys_gather(store, keys, err);
    return stores->same_place && st == MCPAUTH_E_USAGE ? MCPAUTH_OK : st;
}

/* Tries all of them; *io_first, a failure, stays what it is. */
static size_t move_each(const ma_storage_pair *stores, const ma_buf *keys,
    mcpauth_status *io_first, mcpauth_error *err)
{
    mcpauth_store_key key;
    size_t count = 0;
    for (ma_span rest = ma_buf_span(keys); ma_keys_next(&rest, &key);) {
        bool moved = false;
        mcpauth_status st =
            move_one(stores, &key, &moved, *io_first ? NULL : err);
        *io_first = *io_first ? *io_first : st;
        count += moved;
    }
    return count;
}

typedef struct {
    ma_context *context;
    bool any;
} remains;

static void warn_of(void *ctx, const char *what)
{
    remains *self = ctx;
    self->any = true;
    ma_context_warn(self->context, "not moved: %s", what);
}

/* What a list passes over may be a login all the same, and readable. */
static mcpauth_status look_for_remains(
    ma_context *context, const ma_storage_pair *stores, mcpauth_error *err)
{
    remains found = {context, false};
    mcpauth_store *store = stores->same_place ? stores->target : stores->source;
    mcpauth_status st = mcpauth_store_check(store, warn_of, &found, err);
    if (!st && stores->same_place)
        st = mcpauth_store_list(store, pass_over, NULL, err);
    if (st || !found.any)
        return st;
    st = ma_error_set(err, MCPAUTH_E_STORE, "not everything could be moved");
    ma_error_hint(err, "log in again instead, and remove what is named above");
    return st;
}

/* The first failure is what remains.  What the target has in the same place has
 * been moved by an earlier try, whose end may be missing. */
static mcpauth_status move_all(
    ma_context *context, const ma_storage_pair *stores, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) keys = ma_buf_init(MA_KEYS_MAX);
    MA_SCOPED(ma_buf) again = ma_buf_init(MA_KEYS_MAX);
    mcpauth_status first = gather(stores, stores->source, &keys, err);
    if (!first && stores->same_place)
        first = gather(stores, stores->target, &again, err);
    size_t count = move_each(stores, &keys, &first, err);
    (void)move_each(stores, &again, &first, err);
    mcpauth_status last = look_for_remains(context, stores, first ? NULL : err);
    ma_context_say(context, "%zu moved from %s to %s", count,
        mcpauth_store_describe(stores->source),
        mcpauth_store_describe(stores->target));
    return first ? first : last;
}

mcpauth_status ma_storecmd_move(ma_context *context, mcpauth_error *err)
{
    const char *target = ma_context_word(context, 0);
    ma_storage_pair stores = {0};
    if (!target) {
        mcpauth_status st =
            ma_error_set(err, MCPAUTH_E_USAGE, "no store to move to is named");
        ma_error_hint(err, "one of: file, sealed, keyring, the URL of a Redis");
        return st;
    }
    mcpauth_status st = refuse_password(target, err);
    if (!st)
        st = ma_storage_open_pair(context, target, &stores, err);
    if (!st)
        st = move_all(context, &stores, err);
    mcpauth_store_free(stores.source);
    mcpauth_store_free(stores.target);
    return st;
}

/* --- check --------------------------------------------------------------- */

typedef struct {
    ma_context *context;
    size_t good;
    size_t bad;
} checking;

static void find(void *ctx, const char *what)
{
    checking *self = ctx;
    self->bad++;
    ma_context_print(self->context, "bad   %s\n", what);
}

/* Why the record is of no use; empty: it is good. */
static void judge(mcpauth_store *store, const mcpauth_store_key *key,
    mcpauth_error *why, ma_buf *to)
{
    static const char owner;
    MA_SCOPED(mcpauth_record) record = {0};
    MA_AUTO(mcpauth_token) token = NULL;
    mcpauth_lock lock = {0};
    mcpauth_status st = mcpauth_store_load(store, key, &record, why);
    if (!st && record.bytes)
        st = mcpauth_token_parse(&record, &token, why);
    if (!st)
        st = mcpauth_store_lock(
            store, key, MCPAUTH_LOCK_REFRESH, &owner, &lock, why);
    if (st)
        ma_buf_add_text(to, mcpauth_error_message(why));
    else if (lock.answer == MCPAUTH_LOCK_UNAVAILABLE)
        ma_buf_add_text(to, "this place has no locks, so two programs may "
                            "renew one token at the same time");
    else if (lock.answer == MCPAUTH_LOCKED)
        mcpauth_store_unlock(store, key, MCPAUTH_LOCK_REFRESH, &owner);
}

static void check_record(checking *self, const mcpauth_store_key *key)
{
    MA_SCOPED(ma_buf) name = ma_buf_init(LINE_MAX);
    MA_SCOPED(ma_buf) verdict = ma_buf_init(LINE_MAX);
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    write_name(&name, key);
    judge(self->context->store, key, why, &verdict);
    if (!verdict.len) {
        self->good++;
        ma_context_print(self->context, "good  %s\n", ma_buf_text(&name));
        return;
    }
    ma_buf_addf(&name, ": %s", ma_buf_text(&verdict));
    find(self, ma_buf_text(&name));
}

/* What cannot be listed has been found before. */
mcpauth_status ma_storecmd_check(ma_context *context, mcpauth_error *err)
{
    checking all = {.context = context};
    MA_SCOPED(ma_buf) keys = ma_buf_init(MA_KEYS_MAX);
    mcpauth_store_key key;
    mcpauth_status st = ma_context_open_kept_store(context, err);
    if (!st)
        st = mcpauth_store_check(context->store, find, &all, err);
    if (!st)
        st = ma_keys_gather(context->store, &keys, err);
    if (st && !all.bad)
        return st;
    for (ma_span rest = ma_buf_span(&keys); ma_keys_next(&rest, &key);)
        check_record(&all, &key);
    const char *store = mcpauth_store_describe(context->store);
    if (all.bad)
        return ma_error_set(err, MCPAUTH_E_STORE, "%zu good, %zu bad in %s",
            all.good, all.bad, store);
    ma_context_say(context, "%zu good, none bad in %s", all.good, store);
    return MCPAUTH_OK;
}
