/* redis.c - records and locks in a Redis, for a fleet of machines.
 *
 * A record is a hash, mcpauth:{H}:record, H by the hash of its key:
 *
 *     format   1; what this version cannot read has a higher one
 *     version  a random number
 *     server, account
 *     record   the bytes
 *
 * The braces put all keys of a record into one slot.  A record never ends by
 * itself: only the authorization server knows how long a refresh token lives.
 * Versions are random, so none comes twice, and a save that is sent again
 * because the connection broke finds its own and is done (S-050). */
#include "store/redis.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"
#include "store/filename.h"
#include "store/redislease.h"
#include "store/store.h"

#define FORMAT "1"

enum {
    NUMBER_ROOM = 24,
    NAME_LEN = 32,
    SCANS_MAX = 100000,
    BYTES_MAX = MCPAUTH_RECORD_MAX + 4096 /* under a seal */
};

typedef struct {
    ma_redisserver *server;
    ma_redisleases leases;
    char *description;
} redis;

/* KEYS: the record, the refresh lock's fence, and the mark of a removal, by
 * which one that is sent again knows that it was done.  ARGV: the version to be
 * replaced, the new one, the fence of the holder, and server, account and
 * bytes, without which the record is removed.  0 is no version and no fence. */
static const char save_script[] =
    "local removing = #ARGV < 6\n"
    "local v = redis.call('HGET', KEYS[1], 'version') or '0'\n"
    "if v == ARGV[2] then return 1 end\n"
    "if removing and redis.call('GET', KEYS[3]) == ARGV[2] then return 1 end\n"
    "local f = ARGV[3] ~= '0' and redis.call('GET', KEYS[2])\n"
    "if f and f ~= ARGV[3] then return 0 end\n"
    "if v ~= ARGV[1] then return 0 end\n"
    "if removing then\n"
    "  redis.call('DEL', KEYS[1])\n"
    "  redis.call('SET', KEYS[3], ARGV[2], 'PX', 10000)\n"
    "else\n"
    "  redis.call('HSET', KEYS[1], 'format', '" FORMAT "', 'version', ARGV[2], "
    "'server', ARGV[4], 'account', ARGV[5], 'record', ARGV[6])\n"
    "end\n"
    "return 1";

/* --- reading ------------------------------------------------------------- */

typedef char record_name[MA_REDISLEASE_NAME];

static mcpauth_status write_name(
    const mcpauth_store_key *key, record_name out, mcpauth_error *err)
{
    ma_filename names;
    mcpauth_status st = ma_filename_set(&names, key, err);
    if (!st)
        snprintf(out, MA_REDISLEASE_NAME, "%.*s", NAME_LEN, names.record);
    return st;
}

enum { FORMAT_AT, VERSION_AT, SERVER_AT, ACCOUNT_AT, BYTES_AT, FIELDS };

static mcpauth_status fetch(const redis *self, const char *name,
    ma_redisreply **out_reply, mcpauth_error *err)
{
    char key[MA_REDISLEASE_KEY];
    ma_redislease_key(key, name, "record");
    const ma_span words[] = {ma_span_of("HMGET"), ma_span_of(key),
        ma_span_of("format"), ma_span_of("version"), ma_span_of("server"),
        ma_span_of("account"), ma_span_of("record")};
    MA_AUTO(ma_redisreply) reply = NULL;
    mcpauth_status st = ma_redisserver_ask(
        self->server, false, words, sizeof words / sizeof *words, &reply, err);
    if (!st && ma_redisreply_count(reply) != FIELDS)
        return ma_redisserver_surprised(self->server, err);
    if (!st)
        *out_reply = ma_move(&reply);
    return st;
}

static ma_span field(const ma_redisreply *reply, size_t index)
{
    return ma_redisreply_text(ma_redisreply_at(reply, index));
}

static mcpauth_status refuse_newer(mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "it was written by a newer mcpauth, in a format unknown to this one");
    ma_error_hint(err, "use the newer mcpauth");
    return st;
}

/* No field at all: there is no record. */
static mcpauth_status read_fields(const redis *self, const ma_redisreply *reply,
    mcpauth_record *out, mcpauth_error *err)
{
    ma_span format = field(reply, FORMAT_AT);
    ma_span version = field(reply, VERSION_AT);
    ma_span bytes = field(reply, BYTES_AT);
    if (!format.at && !version.at && !bytes.at)
        return mcpauth_record_set(out, NULL, 0, 0, err);
    if (format.at && !ma_span_is(format, FORMAT))
        return refuse_newer(err);
    char *end = NULL;
    int64_t number = version.at ? strtoll(version.at, &end, 10) : 0;
    bool whole = format.at && bytes.at && bytes.len <= BYTES_MAX &&
                 number > 0 && end == version.at + version.len;
    if (!whole)
        return ma_redisserver_surprised(self->server, err);
    return mcpauth_record_set(out, bytes.at, bytes.len, number, err);
}

static mcpauth_status read_record(const redis *self,
    const mcpauth_store_key *key, const ma_redisreply *reply,
    mcpauth_record *out, mcpauth_error *err)
{
    mcpauth_status st = read_fields(self, reply, out, err);
    if (!st)
        return MCPAUTH_OK;
    MA_AUTO(ma_text) server = ma_url_redacted(key->server);
    MA_AUTO(ma_text) account = ma_quote(ma_span_of(key->account));
    return ma_error_in(err, st, "the record of %s, account \"%s\", in %s",
        server ? server : "a server", account ? account : "",
        ma_redisserver_shown(self->server));
}

static mcpauth_status load(void *ctx, const mcpauth_store_key *key,
    mcpauth_record *out_record, mcpauth_error *err)
{
    const redis *self = ctx;
    record_name name;
    MA_AUTO(ma_redisreply) reply = NULL;
    mcpauth_status st = write_name(key, name, err);
    if (!st)
        st = fetch(self, name, &reply, err);
    return st ? st : read_record(self, key, reply, out_record, err);
}

/* --- writing ------------------------------------------------------------- */

static mcpauth_status choose_version(int64_t *out, mcpauth_error *err)
{
    uint64_t number = 0;
    mcpauth_status st = ma_crypto_random(&number, sizeof number, err);
    if (!st)
        *out = (int64_t)(number >> 2) + 1;
    return st;
}

typedef struct {
    const mcpauth_store_key *key;
    ma_span bytes; /* at NULL: to be removed */
    int64_t before;
    int64_t after;
} change;

/* *out_done: it is as wanted; else somebody was faster. */
static mcpauth_status apply(
    redis *self, const change *wanted, bool *out_done, mcpauth_error *err)
{
    record_name name;
    char key[MA_REDISLEASE_KEY], fence_key[MA_REDISLEASE_KEY];
    char removed_key[MA_REDISLEASE_KEY];
    char before[NUMBER_ROOM], after[NUMBER_ROOM], fence[NUMBER_ROOM];
    mcpauth_status st = write_name(wanted->key, name, err);
    if (st)
        return st;
    ma_redislease_key(key, name, "record");
    ma_redislease_key(fence_key, name, "refresh-fence");
    ma_redislease_key(removed_key, name, "removed");
    snprintf(before, sizeof before, "%lld", (long long)wanted->before);
    snprintf(after, sizeof after, "%lld", (long long)wanted->after);
    snprintf(fence, sizeof fence, "%lld",
        (long long)ma_redisleases_fence(&self->leases, name));
    const ma_span words[] = {ma_span_of("EVAL"), ma_span_of(save_script),
        ma_span_of("3"), ma_span_of(key), ma_span_of(fence_key),
        ma_span_of(removed_key), ma_span_of(before), ma_span_of(after),
        ma_span_of(fence), ma_span_of(wanted->key->server),
        ma_span_of(wanted->key->account), wanted->bytes};
    size_t count = sizeof words / sizeof *words - (wanted->bytes.at ? 0 : 1);
    MA_AUTO(ma_redisreply) reply = NULL;
    st = ma_redisserver_ask(self->server, true, words, count, &reply, err);
    int64_t done = 0;
    if (!st && !ma_redisreply_int(reply, &done))
        st = ma_redisserver_surprised(self->server, err);
    *out_done = done == 1;
    return st;
}

static mcpauth_status save(void *ctx, const mcpauth_store_key *key,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    change wanted = {key, ma_span_make(bytes, bytes ? len : 0), version, 0};
    bool done = false;
    mcpauth_status st = choose_version(&wanted.after, err);
    if (!st)
        st = apply(ctx, &wanted, &done, err);
    if (st)
        return st;
    if (done)
        *out_version = bytes ? wanted.after : 0;
    *out_answer = done ? MCPAUTH_SAVED : MCPAUTH_SAVE_CONFLICT;
    return MCPAUTH_OK;
}

/* --- locks --------------------------------------------------------------- */

static mcpauth_status lock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    redis *self = ctx;
    record_name name;
    mcpauth_status st = write_name(key, name, err);
    return st ? st
              : ma_redisleases_take(
                    &self->leases, name, kind, owner, out_lock, err);
}

static void unlock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    redis *self = ctx;
    record_name name;
    if (!write_name(key, name, NULL))
        ma_redisleases_drop(&self->leases, name, kind, owner);
}

/* --- all records --------------------------------------------------------- */

typedef bool each_fn(
    void *each_ctx, const mcpauth_store_key *key, const mcpauth_record *record);

/* H out of mcpauth:{H}:record, and a NUL. */
static void add_name(ma_buf *to, ma_span key)
{
    (void)ma_span_cut(&key, '{');
    ma_span name = key.at ? ma_span_cut(&key, '}') : key;
    if (name.len != NAME_LEN)
        return;
    ma_buf_add_span(to, name);
    ma_buf_add_byte(to, '\0');
}

/* One step of SCAN; *cursor "0" at the end. */
static mcpauth_status scan(const redis *self, char cursor[NUMBER_ROOM],
    ma_buf *names, mcpauth_error *err)
{
    const ma_span words[] = {ma_span_of("SCAN"), ma_span_of(cursor),
        ma_span_of("MATCH"), ma_span_of("mcpauth:{*}:record"),
        ma_span_of("COUNT"), ma_span_of("1000")};
    MA_AUTO(ma_redisreply) reply = NULL;
    mcpauth_status st = ma_redisserver_ask(
        self->server, false, words, sizeof words / sizeof *words, &reply, err);
    if (st)
        return st;
    ma_span next = ma_redisreply_count(reply) == 2 ? field(reply, 0)
                                                   : ma_span_make(NULL, 0);
    if (!next.len || next.len >= NUMBER_ROOM)
        return ma_redisserver_surprised(self->server, err);
    const ma_redisreply *keys = ma_redisreply_at(reply, 1);
    for (size_t i = 0; i < ma_redisreply_count(keys); i++)
        add_name(names, field(keys, i));
    snprintf(cursor, NUMBER_ROOM, "%.*s", (int)next.len, next.at);
    return ma_buf_status(names, "the names of all records", err);
}

static int compare_names(const void *a, const void *b)
{
    return memcmp(a, b, NAME_LEN);
}

/* SCAN may name a key twice. */
static mcpauth_status find_names(
    const redis *self, ma_buf *names, mcpauth_error *err)
{
    char cursor[NUMBER_ROOM] = "0";
    mcpauth_status st = scan(self, cursor, names, err);
    for (int i = 0; !st && strcmp(cursor, "0") != 0; i++)
        st = i < SCANS_MAX ? scan(self, cursor, names, err)
                           : ma_redisserver_surprised(self->server, err);
    if (!st && names->len)
        qsort(names->at, names->len / (NAME_LEN + 1), NAME_LEN + 1,
            compare_names);
    return st;
}

typedef struct {
    const redis *store;
    each_fn *each;
    void *each_ctx;
    bool more;
    mcpauth_status failed; /* the first failure */
    mcpauth_error *err;
} listing;

/* Empty: it was removed meanwhile. */
static mcpauth_status show_fields(
    listing *self, const ma_redisreply *reply, mcpauth_error *err)
{
    MA_SCOPED(mcpauth_record) record = {0};
    const char *server = field(reply, SERVER_AT).at;
    const char *account = field(reply, ACCOUNT_AT).at;
    const mcpauth_store_key key = {
        server ? server : "", account ? account : ""};
    mcpauth_status st = read_record(self->store, &key, reply, &record, err);
    if (st || !record.bytes)
        return st;
    if (!server || !account)
        return ma_redisserver_surprised(self->store->server, err);
    self->more = self->each(self->each_ctx, &key, &record);
    return MCPAUTH_OK;
}

/* What cannot be shown is told when the others have been.  A server that does
 * not answer is not asked for all of them. */
static mcpauth_status show_record(
    listing *self, const char *name, mcpauth_error *err)
{
    MA_AUTO(ma_redisreply) reply = NULL;
    mcpauth_status st = fetch(self->store, name, &reply, err);
    if (st)
        return st;
    st = show_fields(self, reply, self->failed ? NULL : self->err);
    if (!self->failed)
        self->failed = st;
    return MCPAUTH_OK;
}

static mcpauth_status list(
    void *ctx, each_fn *each, void *each_ctx, mcpauth_error *err)
{
    enum { NAMES_MAX = 16 * 1024 * 1024 };
    const redis *self = ctx;
    listing shown = {self, each, each_ctx, true, MCPAUTH_OK, err};
    MA_SCOPED(ma_buf) names = ma_buf_init(NAMES_MAX);
    mcpauth_status st = find_names(self, &names, err);
    const char *last = "";
    for (size_t at = 0; !st && shown.more && at < names.len;
         at += NAME_LEN + 1) {
        const char *name = names.at + at;
        if (strcmp(name, last) != 0)
            st = show_record(&shown, name, err);
        last = name;
    }
    return st ? st : shown.failed;
}

/* --- the store ----------------------------------------------------------- */

static const char *describe(void *ctx)
{
    const redis *self = ctx;
    return self->description;
}

static void free_redis(void *ctx)
{
    redis *self = ctx;
    if (!self)
        return;
    ma_redisleases_done(&self->leases);
    ma_redisserver_free(self->server);
    ma_free(self->description);
    ma_free(self);
}
MA_AUTO_DEFINE(redis, free_redis)

/* Records are secrets, and so is the password (S-050). */
static mcpauth_status judge_way(const mcpauth_redis_options *options,
    const ma_redisurl *url, mcpauth_error *err)
{
    const char *allowed = options->allow_plain;
    if (ma_redisurl_private(url) ||
        (allowed && strcasecmp(allowed, url->host) == 0))
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "%s: everybody on the way could read what is sent in clear text",
        url->shown);
    ma_error_hint(err, "use rediss://, or allow clear text to this host by "
                       "name (MCPAUTH_REDIS_ALLOW_PLAIN)");
    return st;
}

static mcpauth_status read_options(
    const mcpauth_redis_options *options, ma_redisurl *out, mcpauth_error *err)
{
    if (!options->url)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "mcpauth_redis_options lacks a URL, or its size is not set");
    mcpauth_status st = ma_redisurl_parse(options->url, out, err);
    if (!st)
        st = judge_way(options, out, err);
    if (!st && options->password)
        st = ma_secret_set(&out->password, ma_span_of(options->password), err);
    return st;
}

mcpauth_status ma_redis_new(const mcpauth_redis_options *given, int64_t life_ms,
    mcpauth_store **out_store, mcpauth_error *err)
{
    mcpauth_redis_options known = {0};
    memcpy(
        &known, given, given->size < sizeof known ? given->size : sizeof known);
    const mcpauth_redis_options *options = &known;
    static const mcpauth_store_ops ops = {
        sizeof ops, load, save, lock, unlock, list, describe, free_redis, NULL};
    const ma_redislink_trust trust = {
        options->ca_file, options->cert_file, options->key_file};
    MA_SCOPED(ma_redisurl) url = {0};
    MA_SCOPED(ma_buf) text = ma_buf_init(2 * MA_REDISURL_MAX);
    mcpauth_status st = read_options(options, &url, err);
    if (st)
        return st;
    ma_buf_addf(&text, "redis %s", url.shown);
    MA_AUTO(redis) self = ma_calloc(1, sizeof *self);
    if (!self)
        return ma_error_nomem(err);
    ma_redisleases_init(&self->leases, NULL, life_ms);
    self->description = ma_buf_take(&text);
    if (!self->description)
        return ma_error_nomem(err);
    st = ma_redisserver_new(&url, &trust, &self->server, err);
    self->leases.server = self->server;
    return st ? st : mcpauth_store_new(&ops, ma_move(&self), out_store, err);
}

mcpauth_status mcpauth_store_redis_new(const mcpauth_redis_options *options,
    mcpauth_store **out_store, mcpauth_error *err)
{
    return ma_redis_new(options, MA_REDISLEASE_MS, out_store, err);
}
