/* redisserver.c - see redisserver.h. */
#include "store/redisserver.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/quote.h"

enum {
    CHUNK = 16384,
    IDLE_MAX = 4,
    PAUSE_MS = 20,    /* between two tries to connect */
    SILENCE_MS = 1000 /* how long nobody waits again */
};

typedef struct talk {
    struct talk *next; /* among the idle ones */
    ma_redislink *link;
    ma_redisreader *reader;
} talk;

struct ma_redisserver {
    ma_redisurl url;
    ma_redislink_trust trust; /* copies */
    pthread_mutex_t mutex;    /* over the idle ones */
    talk *idle;
    size_t idle_count;
    int64_t silent_until_ms;
};

static void free_talk(talk *at)
{
    if (!at)
        return;
    ma_redislink_free(at->link);
    ma_redisreader_free(at->reader);
    ma_free(at);
}
MA_AUTO_DEFINE(talk, free_talk)

const char *ma_redisserver_shown(const ma_redisserver *server)
{
    return server->url.shown;
}

/* --- what a refusal means ------------------------------------------------ */

static const struct {
    const char *code;
    const char *hint;
} remedies[] = {
    {"NOAUTH", "set MCPAUTH_REDIS_PASSWORD, and the user's name in the URL"},
    {"WRONGPASS", "look at MCPAUTH_REDIS_PASSWORD, and the user in the URL"},
    {"NOPERM", "the user needs: ~mcpauth:* +select +info +eval +hget +hmget "
               "+hset +del +get +set +incr +pexpire +scan"},
    {"READONLY", "this is a replica; name the primary"},
    {"MASTERDOWN", "this is a replica without its primary; name the primary"},
    {"NOREPLICAS", "the primary waits for its replicas "
                   "(min-replicas-to-write)"},
    {"LOADING", "it has just been started and reads its data; try again soon"},
    {"BUSY", "another client's script runs; try again soon"},
    {"OOM", "it is full: raise its maxmemory"},
    {"MISCONF", "it cannot write its data to disk; see its log"},
    {"WRONGTYPE", "another program uses keys that begin with mcpauth:"},
    {"MOVED", "this is one node of a Redis Cluster; mcpauth needs a Redis that "
              "has all keys"},
    {"CLUSTERDOWN", "mcpauth needs a Redis that is no cluster"},
};

static void advise(ma_span code, mcpauth_error *err)
{
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
        if (ma_span_is(code, remedies[i].code))
            ma_error_hint(err, "%s", remedies[i].hint);
}

/* "-NOPERM this user has no ...": a code, then words.  What a script met has
 * its code in front as well. */
static mcpauth_status refuse(
    const ma_redisserver *server, ma_span words, mcpauth_error *err)
{
    ma_span code = ma_span_cut(&words, ' ');
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_STORE, "%s refused", server->url.shown);
    ma_error_server(err, code, words, ma_span_make(NULL, 0));
    advise(code, err);
    if (server->url.password)
        ma_error_mask(err, ma_secret_span(server->url.password));
    return st;
}

mcpauth_status ma_redisserver_surprised(
    const ma_redisserver *server, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "%s answered what it was not asked", server->url.shown);
    ma_error_hint(err, "see whether it is a Redis, 6.0 or newer, and whether "
                       "others write keys that begin with mcpauth:");
    return st;
}

/* Whatever the way to it was troubled by, it is the store that fails. */
static mcpauth_status restate(
    const ma_redisserver *server, mcpauth_status st, mcpauth_error *err)
{
    MA_AUTO(ma_text) why = ma_strdup(mcpauth_error_message(err));
    MA_AUTO(ma_text) hint = ma_strdup(mcpauth_error_hint(err));
    bool babble = st == MCPAUTH_E_PROTOCOL;
    if (!babble && st != MCPAUTH_E_NETWORK)
        return st;
    st = ma_error_set(err, MCPAUTH_E_STORE, "%s%s%s%s",
        babble ? "what answers at " : "", babble ? server->url.shown : "",
        babble ? " does not speak like Redis: " : "", why ? why : "");
    ma_error_hint(err, "%s",
        hint ? hint : "look at the port, and whether it wants TLS (rediss://)");
    return st;
}

/* --- bytes and replies --------------------------------------------------- */

static mcpauth_status receive_more(
    talk *with, int64_t deadline_ms, mcpauth_error *err)
{
    char chunk[CHUNK];
    size_t len = 0;
    mcpauth_status st = ma_redislink_receive(
        with->link, deadline_ms, chunk, sizeof chunk, &len, err);
    if (st)
        return st;
    st = ma_redisreader_feed(with->reader, ma_span_make(chunk, len), err);
    explicit_bzero(chunk, len);
    return st;
}

static mcpauth_status receive(talk *with, int64_t deadline_ms,
    ma_redisreply **out_reply, mcpauth_error *err)
{
    ma_redisreply *reply = NULL;
    mcpauth_status st = MCPAUTH_OK;
    while (!st) {
        st = ma_redisreader_next(with->reader, &reply, err);
        if (reply)
            break;
        if (!st)
            st = receive_more(with, deadline_ms, err);
    }
    if (!st)
        *out_reply = reply;
    return st;
}

/* --- a new connection ---------------------------------------------------- */

/* Keys that are thrown away when memory is short are logins that are lost. */
static mcpauth_status judge_memory(
    const ma_redisserver *server, ma_span info, mcpauth_error *err)
{
    bool bounded = info.at && memmem(info.at, info.len, "\nmaxmemory:", 11) &&
                   !memmem(info.at, info.len, "\nmaxmemory:0\r", 13);
    if (!bounded || !memmem(info.at, info.len, "_policy:allkeys-", 16))
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "%s would throw logins away when its memory is full",
        server->url.shown);
    ma_error_hint(err, "set its maxmemory-policy to noeviction");
    return st;
}

/* Appends AUTH, when there is a password. */
static mcpauth_status write_auth(
    const ma_redisurl *url, ma_buf *to, size_t *count, mcpauth_error *err)
{
    ma_span words[3] = {ma_span_of("AUTH")};
    size_t used = 1;
    if (!url->password)
        return MCPAUTH_OK;
    if (url->user)
        words[used++] = ma_span_of(url->user);
    words[used++] = ma_secret_span(url->password);
    ++*count;
    return ma_redisreply_write(to, words, used, err);
}

/* Everything that a new connection says first, in one go. */
static mcpauth_status write_greeting(
    const ma_redisurl *url, ma_buf *to, size_t *count, mcpauth_error *err)
{
    char database[16];
    snprintf(database, sizeof database, "%d", url->database);
    const ma_span select[] = {ma_span_of("SELECT"), ma_span_of(database)};
    const ma_span info[] = {ma_span_of("INFO"), ma_span_of("memory")};
    mcpauth_status st = write_auth(url, to, count, err);
    if (!st)
        st = ma_redisreply_write(to, select, 2, err);
    if (!st)
        st = ma_redisreply_write(to, info, 2, err);
    *count += 2;
    return st;
}

/* A user who may not ask for INFO is believed to know the settings. */
static mcpauth_status judge_greeting(const ma_redisserver *server,
    const ma_redisreply *reply, bool last, mcpauth_error *err)
{
    ma_span words = ma_redisreply_error(reply);
    if (last && ma_span_starts(words, "NOPERM"))
        return MCPAUTH_OK;
    if (words.at)
        return refuse(server, words, err);
    return last ? judge_memory(server, ma_redisreply_text(reply), err)
                : MCPAUTH_OK;
}

static mcpauth_status greet(const ma_redisserver *server, talk *with,
    int64_t deadline_ms, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) greeting = ma_buf_init(MA_REDISREPLY_MAX);
    size_t count = 0;
    mcpauth_status st = write_greeting(&server->url, &greeting, &count, err);
    if (!st)
        st = ma_redislink_send(
            with->link, ma_buf_span(&greeting), deadline_ms, err);
    for (size_t i = 1; !st && i <= count; i++) {
        MA_AUTO(ma_redisreply) reply = NULL;
        st = receive(with, deadline_ms, &reply, err);
        if (!st)
            st = judge_greeting(server, reply, i == count, err);
    }
    return st;
}

static mcpauth_status connect_anew(ma_redisserver *server, int64_t deadline_ms,
    talk **out_talk, mcpauth_error *err)
{
    MA_AUTO(talk) with = ma_calloc(1, sizeof *with);
    if (!with)
        return ma_error_nomem(err);
    with->reader = ma_redisreader_new();
    if (!with->reader)
        return ma_error_nomem(err);
    mcpauth_status st = ma_redislink_open(
        &server->url, &server->trust, deadline_ms, &with->link, err);
    if (!st)
        st = greet(server, with, deadline_ms, err);
    if (!st)
        *out_talk = ma_move(&with);
    return st;
}

/* --- connections that are idle ------------------------------------------- */

static talk *take_idle(ma_redisserver *server)
{
    pthread_mutex_lock(&server->mutex);
    talk *with = server->idle;
    if (with) {
        server->idle = with->next;
        server->idle_count--;
    }
    pthread_mutex_unlock(&server->mutex);
    return with;
}

static void keep_idle(ma_redisserver *server, talk *with)
{
    pthread_mutex_lock(&server->mutex);
    bool room = server->idle_count < IDLE_MAX;
    if (room) {
        with->next = server->idle;
        server->idle = with;
        server->idle_count++;
    }
    pthread_mutex_unlock(&server->mutex);
    if (!room)
        free_talk(with);
}

/* --- asking -------------------------------------------------------------- */

/* On one connection, which is kept when it answered. */
static mcpauth_status ask_once(ma_redisserver *server, bool anew,
    ma_span command, int64_t deadline_ms, ma_redisreply **out_reply,
    mcpauth_error *err)
{
    MA_AUTO(talk) with = anew ? NULL : take_idle(server);
    mcpauth_status st =
        with ? MCPAUTH_OK : connect_anew(server, deadline_ms, &with, err);
    if (st || !with)
        return st;
    st = ma_redislink_send(with->link, command, deadline_ms, err);
    if (!st)
        st = receive(with, deadline_ms, out_reply, err);
    if (!st)
        keep_idle(server, ma_move(&with));
    return st;
}

/* Somebody who did not answer a moment ago is not waited for again, by anybody
 * who can do without. */
static bool is_silent(ma_redisserver *server)
{
    pthread_mutex_lock(&server->mutex);
    bool silent = ma_clock_boot_ms() < server->silent_until_ms;
    pthread_mutex_unlock(&server->mutex);
    return silent;
}

static void note_silence(ma_redisserver *server, int64_t until_ms)
{
    pthread_mutex_lock(&server->mutex);
    server->silent_until_ms = until_ms;
    pthread_mutex_unlock(&server->mutex);
}

static bool is_loading(const ma_redisreply *reply)
{
    return reply && ma_span_starts(ma_redisreply_error(reply), "LOADING");
}

static void pause_briefly(void)
{
    static const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    nanosleep(&pause, NULL);
}

static mcpauth_status ask_in_time(ma_redisserver *server, bool patient,
    ma_span command, int64_t deadline_ms, ma_redisreply **out_reply,
    mcpauth_error *err)
{
    for (int tries = 1;; tries++) {
        mcpauth_status st =
            ask_once(server, tries > 1, command, deadline_ms, out_reply, err);
        bool again = patient ? st == MCPAUTH_E_NETWORK || is_loading(*out_reply)
                             : st == MCPAUTH_E_NETWORK && tries == 1;
        bool over = ma_clock_boot_ms() + PAUSE_MS >= deadline_ms;
        if (!again || over)
            return st;
        ma_redisreply_free(ma_move(out_reply));
        if (tries > 1)
            pause_briefly();
    }
}

mcpauth_status ma_redisserver_ask(ma_redisserver *server, bool patient,
    const ma_span *words, size_t count, ma_redisreply **out_reply,
    mcpauth_error *err)
{
    MA_SCOPED(ma_buf) command = ma_buf_init(MA_REDISREPLY_MAX);
    MA_AUTO(ma_redisreply) reply = NULL;
    int64_t deadline_ms = ma_clock_boot_ms() + MA_REDISSERVER_MS;
    if (!patient && is_silent(server))
        return ma_error_set(err, MCPAUTH_E_STORE,
            "%s does not answer in time, and was asked just now",
            server->url.shown);
    mcpauth_status st = ma_redisreply_write(&command, words, count, err);
    if (!st)
        st = ask_in_time(
            server, patient, ma_buf_span(&command), deadline_ms, &reply, err);
    int64_t now_ms = ma_clock_boot_ms();
    if (st && !patient && now_ms >= deadline_ms)
        note_silence(server, now_ms + SILENCE_MS);
    if (st)
        return restate(server, st, err);
    if (ma_redisreply_error(reply).at)
        return refuse(server, ma_redisreply_error(reply), err);
    *out_reply = ma_move(&reply);
    return MCPAUTH_OK;
}

/* --- life ---------------------------------------------------------------- */

static bool copy(const char *from, const char **to)
{
    *to = ma_strdup(from);
    return *to || !from;
}

mcpauth_status ma_redisserver_new(ma_redisurl *url,
    const ma_redislink_trust *trust, ma_redisserver **out_server,
    mcpauth_error *err)
{
    MA_SCOPED(ma_redisurl) taken = *url;
    *url = (ma_redisurl){0};
    MA_AUTO(ma_redisserver) server = ma_calloc(1, sizeof *server);
    if (!server)
        return ma_error_nomem(err);
    pthread_mutex_init(&server->mutex, NULL);
    server->url = taken;
    taken = (ma_redisurl){0};
    if (!copy(trust->ca_file, &server->trust.ca_file) ||
        !copy(trust->cert_file, &server->trust.cert_file) ||
        !copy(trust->key_file, &server->trust.key_file))
        return ma_error_nomem(err);
    *out_server = ma_move(&server);
    return MCPAUTH_OK;
}

void ma_redisserver_free(ma_redisserver *server)
{
    if (!server)
        return;
    for (talk *with = take_idle(server); with; with = take_idle(server))
        free_talk(with);
    pthread_mutex_destroy(&server->mutex);
    ma_redisurl_done(&server->url);
    ma_free((char *)server->trust.ca_file);
    ma_free((char *)server->trust.cert_file);
    ma_free((char *)server->trust.key_file);
    ma_free(server);
}
