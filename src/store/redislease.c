/* redislease.c - see redislease.h. */
#include "store/redislease.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/quote.h"

enum { MARK_LEN = 16, HOLDER_ROOM = 128, NUMBER_ROOM = 24 };

struct ma_redislease {
    ma_redislease *next;
    char name[MA_REDISLEASE_NAME];
    mcpauth_lock_kind kind;
    const void *owner;
    char mark[2 * MARK_LEN + 1]; /* tells this taking from all others */
    int64_t fence;
    bool lost; /* somebody else has it, or had it */
};

static void free_lease(ma_redislease *lease)
{
    ma_free(lease);
}
MA_AUTO_DEFINE(ma_redislease, free_lease)

/* --- scripts -------------------------------------------------------------
 *
 * KEYS: the lock, its fence.  ARGV: mark, life, holder or fence.  They are
 * sent whole each time: they are short and seldom, and need no second try. */

static const char take_script[] =
    "local o = redis.call('HGET', KEYS[1], 'mark')\n"
    "if o == ARGV[1] then\n"
    "  redis.call('PEXPIRE', KEYS[1], ARGV[2])\n"
    "  return {1, redis.call('HGET', KEYS[1], 'fence')}\n"
    "end\n"
    "if o then return {0, redis.call('HGET', KEYS[1], 'holder')} end\n"
    "local f = redis.call('INCR', KEYS[2])\n"
    "redis.call('DEL', KEYS[1])\n"
    "redis.call('HSET', KEYS[1], 'mark', ARGV[1], 'fence', f, 'holder', "
    "ARGV[3])\n"
    "redis.call('PEXPIRE', KEYS[1], ARGV[2])\n"
    "return {1, tostring(f)}";

/* One that has run out is taken again while nobody else has had it. */
static const char renew_script[] =
    "if redis.call('HGET', KEYS[1], 'mark') == ARGV[1] then\n"
    "  return redis.call('PEXPIRE', KEYS[1], ARGV[2])\n"
    "end\n"
    "local f = redis.call('GET', KEYS[2])\n"
    "if f and f ~= ARGV[3] then return 0 end\n"
    "redis.call('SET', KEYS[2], ARGV[3])\n"
    "redis.call('HSET', KEYS[1], 'mark', ARGV[1], 'fence', ARGV[3], "
    "'holder', ARGV[4])\n"
    "return redis.call('PEXPIRE', KEYS[1], ARGV[2])";

/* The fence moves on, so that no renewal on its way takes it again. */
static const char drop_script[] =
    "if redis.call('HGET', KEYS[1], 'mark') ~= ARGV[1] then return 0 end\n"
    "redis.call('DEL', KEYS[1])\n"
    "redis.call('INCR', KEYS[2])\n"
    "return 1";

/* --- words --------------------------------------------------------------- */

void ma_redislease_key(
    char out[MA_REDISLEASE_KEY], const char *name, const char *what)
{
    snprintf(out, MA_REDISLEASE_KEY, "mcpauth:{%s}:%s", name, what);
}

static const char *word_of(mcpauth_lock_kind kind)
{
    return kind == MCPAUTH_LOCK_LOGIN ? "login" : "refresh";
}

static void write_holder(char out[HOLDER_ROOM])
{
    char host[64] = "";
    if (gethostname(host, sizeof host - 1))
        host[0] = '\0';
    snprintf(out, HOLDER_ROOM, "%s (process %ld on %s)",
        program_invocation_short_name, (long)getpid(), host);
}

static mcpauth_status make_mark(ma_redislease *lease, mcpauth_error *err)
{
    unsigned char bytes[MARK_LEN];
    mcpauth_status st = ma_crypto_random(bytes, sizeof bytes, err);
    for (size_t i = 0; !st && i < sizeof bytes; i++)
        snprintf(lease->mark + 2 * i, 3, "%02x", bytes[i]);
    return st;
}

/* --- what is asked ------------------------------------------------------- */

static mcpauth_status run_script(const ma_redisleases *leases,
    const char *script, const ma_redislease *lease, ma_redisreply **out_reply,
    mcpauth_error *err)
{
    char lock[MA_REDISLEASE_KEY], counter[MA_REDISLEASE_KEY], what[32];
    char life[NUMBER_ROOM], fence[NUMBER_ROOM], holder[HOLDER_ROOM];
    ma_redislease_key(lock, lease->name, word_of(lease->kind));
    snprintf(what, sizeof what, "%s-fence", word_of(lease->kind));
    ma_redislease_key(counter, lease->name, what);
    snprintf(life, sizeof life, "%lld", (long long)leases->life_ms);
    snprintf(fence, sizeof fence, "%lld", (long long)lease->fence);
    write_holder(holder);
    bool takes = script == take_script;
    const ma_span words[] = {ma_span_of("EVAL"), ma_span_of(script),
        ma_span_of("2"), ma_span_of(lock), ma_span_of(counter),
        ma_span_of(lease->mark), ma_span_of(life),
        ma_span_of(takes ? holder : fence), ma_span_of(holder)};
    return ma_redisserver_ask(leases->server, false, words,
        sizeof words / sizeof *words, out_reply, err);
}

/* --- renewing ------------------------------------------------------------ */

/* Whether it is still ours, as far as anybody knows. */
static bool renew(const ma_redisleases *leases, const ma_redislease *lease)
{
    MA_AUTO(ma_redisreply) reply = NULL;
    int64_t good = 1;
    if (run_script(leases, renew_script, lease, &reply, NULL))
        return true;
    return !ma_redisreply_int(reply, &good) || good == 1;
}

static ma_redislease *find_mark(const ma_redisleases *leases, const char *mark)
{
    ma_redislease *at = leases->first;
    while (at && strcmp(at->mark, mark) != 0)
        at = at->next;
    return at;
}

/* Renews them one by one; the mutex, held at both ends, is let go while Redis
 * is asked, and the list may change then: a lease is found by its mark. */
static void renew_all(ma_redisleases *leases)
{
    enum { ROUND_MAX = 64 };
    ma_redislease copies[ROUND_MAX];
    size_t count = 0;
    for (const ma_redislease *at = leases->first; at && count < ROUND_MAX;
         at = at->next)
        if (!at->lost)
            copies[count++] = *at;
    pthread_mutex_unlock(&leases->mutex);
    bool kept[ROUND_MAX];
    for (size_t i = 0; i < count; i++)
        kept[i] = renew(leases, &copies[i]);
    pthread_mutex_lock(&leases->mutex);
    for (size_t i = 0; i < count; i++) {
        ma_redislease *at = find_mark(leases, copies[i].mark);
        if (at && !kept[i])
            at->lost = true;
    }
}

static struct timespec after(int64_t ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / 1000);
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static void *run_renewer(void *ctx)
{
    ma_redisleases *leases = ctx;
    pthread_mutex_lock(&leases->mutex);
    while (!leases->ending) {
        struct timespec next = after(leases->life_ms / 3);
        int woken = 0;
        while (!leases->ending && woken != ETIMEDOUT)
            woken =
                pthread_cond_timedwait(&leases->changed, &leases->mutex, &next);
        if (!leases->ending)
            renew_all(leases);
    }
    pthread_mutex_unlock(&leases->mutex);
    return NULL;
}

/* Signals are for the program's own threads.  Without a thread the lock ends
 * after its life, which is longer than a token request. */
static void start_renewer(ma_redisleases *leases)
{
    sigset_t all, before;
    if (leases->renewing)
        return;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    leases->renewing =
        !pthread_create(&leases->renewer, NULL, run_renewer, leases);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* --- the list ------------------------------------------------------------ */

/* The newest: behind it there may be one that was lost. */
static const ma_redislease *find(
    const ma_redisleases *leases, const char *name, mcpauth_lock_kind kind)
{
    const ma_redislease *at = leases->first;
    while (at && (at->kind != kind || strcmp(at->name, name) != 0))
        at = at->next;
    return at;
}

/* NULL: owner holds none. */
static ma_redislease *cut(ma_redisleases *leases, const char *name,
    mcpauth_lock_kind kind, const void *owner)
{
    pthread_mutex_lock(&leases->mutex);
    ma_redislease **at = &leases->first;
    while (*at && ((*at)->owner != owner || (*at)->kind != kind ||
                      strcmp((*at)->name, name) != 0))
        at = &(*at)->next;
    ma_redislease *found = *at;
    if (found)
        *at = found->next;
    pthread_mutex_unlock(&leases->mutex);
    return found;
}

static void add(ma_redisleases *leases, ma_redislease *lease)
{
    pthread_mutex_lock(&leases->mutex);
    lease->next = leases->first;
    leases->first = lease;
    start_renewer(leases);
    pthread_mutex_unlock(&leases->mutex);
}

/* --- taking and dropping ------------------------------------------------- */

static mcpauth_status read_taken(const ma_redisleases *leases,
    const ma_redisreply *reply, ma_redislease *lease, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    int64_t taken = -1;
    const ma_redisreply *first = ma_redisreply_at(reply, 0);
    const ma_redisreply *second = ma_redisreply_at(reply, 1);
    if (!second || !ma_redisreply_int(first, &taken))
        return ma_redisserver_surprised(leases->server, err);
    ma_span text = ma_redisreply_text(second);
    if (taken == 1) {
        lease->fence = text.at ? strtoll(text.at, NULL, 10) : 0;
        *out_lock = (mcpauth_lock){.answer = MCPAUTH_LOCKED};
        return lease->fence > 0 ? MCPAUTH_OK
                                : ma_redisserver_surprised(leases->server, err);
    }
    MA_AUTO(ma_text) shown = ma_quote(text);
    *out_lock = (mcpauth_lock){.answer = MCPAUTH_LOCK_HELD};
    snprintf(
        out_lock->holder, sizeof out_lock->holder, "%s", shown ? shown : "");
    return MCPAUTH_OK;
}

static mcpauth_status take_new(ma_redisleases *leases, const char *name,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    MA_AUTO(ma_redisreply) reply = NULL;
    MA_AUTO(ma_redislease) lease = ma_calloc(1, sizeof *lease);
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    if (!lease)
        return ma_error_nomem(err);
    snprintf(lease->name, sizeof lease->name, "%s", name);
    lease->kind = kind;
    lease->owner = owner;
    mcpauth_status st = make_mark(lease, err);
    if (!st)
        st = run_script(leases, take_script, lease, &reply, err);
    if (!st)
        st = read_taken(leases, reply, lease, &lock, err);
    if (st)
        return st;
    if (lock.answer == MCPAUTH_LOCKED)
        add(leases, ma_move(&lease));
    *out_lock = lock;
    return MCPAUTH_OK;
}

/* The answer that this process knows itself; UNAVAILABLE: it knows none. */
static mcpauth_lock_answer judge_own(ma_redisleases *leases, const char *name,
    mcpauth_lock_kind kind, const void *owner)
{
    mcpauth_lock_answer answer = MCPAUTH_LOCK_UNAVAILABLE;
    pthread_mutex_lock(&leases->mutex);
    const ma_redislease *held = find(leases, name, kind);
    if (held && !held->lost)
        answer = held->owner == owner ? MCPAUTH_LOCKED : MCPAUTH_LOCK_HELD;
    pthread_mutex_unlock(&leases->mutex);
    return answer;
}

mcpauth_status ma_redisleases_take(ma_redisleases *leases, const char *name,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    mcpauth_lock_answer own = judge_own(leases, name, kind, owner);
    if (own == MCPAUTH_LOCK_UNAVAILABLE)
        return take_new(leases, name, kind, owner, out_lock, err);
    *out_lock = (mcpauth_lock){.answer = own};
    return MCPAUTH_OK;
}

void ma_redisleases_drop(ma_redisleases *leases, const char *name,
    mcpauth_lock_kind kind, const void *owner)
{
    for (;;) {
        MA_AUTO(ma_redisreply) reply = NULL;
        MA_AUTO(ma_redislease) lease = cut(leases, name, kind, owner);
        if (!lease)
            return;
        /* One that is lost, or cannot be dropped now, ends by itself. */
        if (!lease->lost &&
            run_script(leases, drop_script, lease, &reply, NULL))
            continue;
    }
}

int64_t ma_redisleases_fence(ma_redisleases *leases, const char *name)
{
    pthread_mutex_lock(&leases->mutex);
    const ma_redislease *held = find(leases, name, MCPAUTH_LOCK_REFRESH);
    int64_t fence = held ? held->fence : 0;
    pthread_mutex_unlock(&leases->mutex);
    return fence;
}

/* --- life ---------------------------------------------------------------- */

void ma_redisleases_init(
    ma_redisleases *leases, ma_redisserver *server, int64_t life_ms)
{
    pthread_condattr_t clock;
    *leases = (ma_redisleases){.server = server, .life_ms = life_ms};
    pthread_mutex_init(&leases->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&leases->changed, &clock);
    pthread_condattr_destroy(&clock);
}

void ma_redisleases_done(ma_redisleases *leases)
{
    pthread_mutex_lock(&leases->mutex);
    leases->ending = true;
    pthread_cond_signal(&leases->changed);
    pthread_mutex_unlock(&leases->mutex);
    if (leases->renewing)
        pthread_join(leases->renewer, NULL);
    while (leases->first) {
        const ma_redislease held = *leases->first;
        ma_redisleases_drop(leases, held.name, held.kind, held.owner);
    }
    pthread_cond_destroy(&leases->changed);
    pthread_mutex_destroy(&leases->mutex);
}
