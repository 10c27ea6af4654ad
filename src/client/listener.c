/* listener.c - one exchange after the other, as long as the server goes on. */
#include "client/listener.h"

#include "base/alloc.h"
#include "base/error.h"
#include "client/clientstate.h"
#include "client/transfer.h"

enum {
    BEGIN_TIMEOUT_S = 10, /* until a stream says where to POST */
    SHORT_TIMEOUT_S = 2,  /* until any other has begun */
    FAILURES_MAX = 5,     /* in a row */
    PAUSE_MS = 1000,
    PAUSE_MIN_MS = 100, /* whatever the server says */
    PAUSE_MAX_MS = 30000
};

typedef enum { PENDING, TALKING, ENDED } progress_kind;

/* One stream, with the thread that reads it. */
typedef struct {
    mcpauth_client *client;
    pthread_t thread;
    mcpauth_cancel *cancel;
    ma_exchange *exchange;
    int failures;

    mcpauth_cancel *begun; /* asked when it talks, or has ended */
    pthread_mutex_t mutex; /* guards what follows */
    progress_kind progress;
    mcpauth_status status; /* why it never talked */
    mcpauth_error *why;
} stream;

struct ma_listener {
    mcpauth_client *client;
    char *wanted; /* NULL: nothing */
    stream *at;   /* NULL: there is none */
};

ma_listener *ma_listener_new(mcpauth_client *client)
{
    ma_listener *listener = ma_calloc(1, sizeof *listener);
    if (listener)
        listener->client = client;
    return listener;
}

void ma_listener_free(ma_listener *listener)
{
    if (!listener)
        return;
    ma_listener_stop(listener);
    ma_free(listener->wanted);
    ma_free(listener);
}

mcpauth_status ma_listener_want(
    ma_listener *listener, const char *wanted, mcpauth_error *err)
{
    char *copy = ma_strdup(wanted);
    if (wanted && !copy)
        return ma_error_nomem(err);
    ma_free(listener->wanted);
    listener->wanted = copy;
    return MCPAUTH_OK;
}

const char *ma_listener_wanted(const ma_listener *listener)
{
    return listener->wanted;
}

/* --- what it has come to --------------------------------------------------
 */

static void note(stream *live, progress_kind progress, mcpauth_status status,
    const mcpauth_error *why)
{
    pthread_mutex_lock(&live->mutex);
    if (live->progress == PENDING) {
        live->status = status;
        ma_error_copy(live->why, why);
    }
    if (live->progress != ENDED)
        live->progress = progress;
    pthread_mutex_unlock(&live->mutex);
    mcpauth_cancel_ask(live->begun);
}

/* Waits until it is known whether the server talks. */
static mcpauth_status wait_for_begin(stream *live, int timeout_s,
    const mcpauth_cancel *cancel, mcpauth_error *err)
{
    mcpauth_status st =
        ma_cancel_await(live->begun, cancel, (int64_t)timeout_s * 1000);
    if (st == MCPAUTH_E_CANCELLED)
        return ma_cancel_error(err);
    if (st)
        return ma_error_set(err, st,
            "the MCP server's stream said nothing within %d seconds",
            timeout_s);
    pthread_mutex_lock(&live->mutex);
    st = live->status;
    if (st)
        ma_error_copy(err, live->why);
    pthread_mutex_unlock(&live->mutex);
    return st;
}

/* --- the thread ---------------------------------------------------------- */

static bool has_endpoint(mcpauth_client *client)
{
    pthread_mutex_lock(&client->mutex);
    ma_session_channel channel = ma_session_listens(client->session);
    pthread_mutex_unlock(&client->mutex);
    return channel == MA_SESSION_CHANNEL_ENDPOINT;
}

static mcpauth_status took(
    void *ctx, const ma_exchange_event *event, mcpauth_error *err)
{
    stream *live = ctx;
    mcpauth_client *client = live->client;
    if (event->kind == MA_EXCHANGE_NOTIFICATION && !has_endpoint(client))
        note(live, TALKING, MCPAUTH_OK, NULL);
    if (event->kind == MA_EXCHANGE_OTHER)
        ma_mailbox_deliver(client->mailbox, &event->message);
    if (event->kind != MA_EXCHANGE_ENDPOINT)
        return MCPAUTH_OK;
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st =
        ma_session_open_got(client->session, live->exchange, event, err);
    pthread_mutex_unlock(&client->mutex);
    if (!st)
        note(live, TALKING, MCPAUTH_OK, NULL);
    return st;
}

/* A stream that is to name a place has not begun by its head, nor one that may
 * still turn out to be a refusal: its first message is an acknowledgement
 * (T-100). */
static void started(void *ctx)
{
    stream *live = ctx;
    live->failures = 0;
    if (ma_exchange_for(live->exchange) == MA_EXCHANGE_FOR_STREAM &&
        !has_endpoint(live->client))
        note(live, TALKING, MCPAUTH_OK, NULL);
}

/* What was missed meanwhile is not known (T-102). */
static mcpauth_status ask_again(stream *live, mcpauth_error *err)
{
    mcpauth_client *client = live->client;
    ma_exchange *exchange = live->exchange;
    bool get = ma_exchange_for(exchange) == MA_EXCHANGE_FOR_STREAM;
    pthread_mutex_lock(&client->mutex);
    ma_toolbook_clear(&client->tools);
    ma_cache_clear(&client->cache);
    mcpauth_status st = get ? ma_session_resume(client->session, exchange, err)
                            : ma_session_renew(client->session, exchange, err);
    pthread_mutex_unlock(&client->mutex);
    return st;
}

static int64_t pause_ms(const stream *live)
{
    int64_t said_ms = ma_exchange_retry_ms(live->exchange);
    int64_t pause = said_ms >= 0 ? said_ms : PAUSE_MS;
    if (live->failures > 0)
        pause = (pause + PAUSE_MS) << live->failures;
    if (pause < PAUSE_MIN_MS)
        return PAUSE_MIN_MS;
    return pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS;
}

static bool is_talking(stream *live)
{
    pthread_mutex_lock(&live->mutex);
    bool talking = live->progress == TALKING;
    pthread_mutex_unlock(&live->mutex);
    return talking;
}

/* A stream that was there, and may be there again. */
static bool may_come_back(
    stream *live, const ma_transfer *at, mcpauth_status status)
{
    bool gone = status == MCPAUTH_E_NETWORK || status == MCPAUTH_E_TIMEOUT ||
                (!status && at->final.kind == MA_EXCHANGE_CLOSED) ||
                (!status && at->final.kind == MA_EXCHANGE_RETRY_LATER);
    return gone && is_talking(live) && !has_endpoint(live->client) &&
           live->failures < FAILURES_MAX;
}

/* True when the exchange is ready to be sent once more. */
static bool goes_on(
    stream *live, ma_transfer *at, mcpauth_status *status, mcpauth_error *why)
{
    bool again = false;
    if (!*status && at->final.kind == MA_EXCHANGE_NEED_AUTH) {
        *status = ma_transfer_judge(at, &again, why);
        if (!*status && again)
            *status = ma_client_renew(live->client, live->exchange, why);
        return !*status && again;
    }
    if (!may_come_back(live, at, *status))
        return false;
    if (!ma_cancel_pause(live->cancel, pause_ms(live)))
        return false;
    live->failures++;
    *status = ask_again(live, why);
    return !*status;
}

/* What a stream that ended means to who waits for it to begin. */
static mcpauth_status explain(const stream *live, const ma_transfer *at,
    mcpauth_status status, mcpauth_error *why)
{
    if (status)
        return status;
    if (at->final.kind == MA_EXCHANGE_CLOSED ||
        at->final.kind == MA_EXCHANGE_RESPONSE)
        return ma_error_set(why, MCPAUTH_E_PROTOCOL,
            "the MCP server's stream ended before it began");
    return ma_exchange_failure(live->exchange, why);
}

/* One that is being opened is lost to who opens it. */
static void lose_session(stream *live)
{
    mcpauth_client *client = live->client;
    pthread_mutex_lock(&client->mutex);
    if (ma_session_is_open(client->session))
        ma_session_lost(client->session, live->exchange);
    pthread_mutex_unlock(&client->mutex);
    if (!mcpauth_cancel_asked(live->cancel))
        ma_keeper_wake(client->keeper);
}

/* T-172: without its stream such a session is no more. */
static void lose_endpoint(stream *live)
{
    mcpauth_client *client = live->client;
    if (!has_endpoint(client))
        return;
    lose_session(live);
    ma_mailbox_fail(client->mailbox);
}

/* T-053.  A server that says so of the first stream may only have none. */
static bool is_session_lost(
    stream *live, const ma_transfer *at, mcpauth_status status)
{
    return !status && at->final.kind == MA_EXCHANGE_SESSION_LOST &&
           is_talking(live);
}

static void *work(void *ctx)
{
    stream *live = ctx;
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    MA_SCOPED(ma_transfer)
    at = {.client = live->client,
        .exchange = live->exchange,
        .cancel = live->cancel,
        .took = took,
        .started = started,
        .ctx = live};
    mcpauth_status st = ma_client_take_caller(live->client, &at.caller, why);
    do {
        mcpauth_error_clear(why);
        if (!st)
            st = ma_transfer_run(&at, why);
    } while (
        !mcpauth_cancel_asked(live->cancel) && goes_on(live, &at, &st, why));
    lose_endpoint(live);
    if (is_session_lost(live, &at, st))
        lose_session(live);
    note(live, ENDED, explain(live, &at, st, why), why);
    ma_client_put_caller(live->client, at.caller);
    return NULL;
}

/* --- starting and stopping ------------------------------------------------
 */

static void free_stream(stream *live)
{
    if (!live)
        return;
    pthread_mutex_destroy(&live->mutex);
    mcpauth_error_free(live->why);
    mcpauth_cancel_free(live->cancel);
    mcpauth_cancel_free(live->begun);
    ma_exchange_free(live->exchange);
    ma_free(live);
}
MA_AUTO_DEFINE(stream, free_stream)

/* exchange is moved in. */
static stream *new_stream(mcpauth_client *client, ma_exchange **exchange)
{
    MA_AUTO(stream) live = ma_calloc(1, sizeof *live);
    if (!live)
        return NULL;
    pthread_mutex_init(&live->mutex, NULL);
    live->client = client;
    live->exchange = ma_move(exchange);
    live->cancel = mcpauth_cancel_new();
    live->begun = mcpauth_cancel_new();
    live->why = mcpauth_error_new();
    bool runs = live->cancel && live->begun && live->why &&
                !pthread_create(&live->thread, NULL, work, live);
    return runs ? ma_move(&live) : NULL;
}

static void end_stream(stream *live)
{
    if (!live)
        return;
    mcpauth_cancel_ask(live->cancel);
    pthread_join(live->thread, NULL);
    free_stream(live);
}

void ma_listener_stop(ma_listener *listener)
{
    end_stream(ma_move(&listener->at));
}

/* Waits until the stream has begun, or has ended before. */
static mcpauth_status start(ma_listener *listener, ma_exchange **exchange,
    int timeout_s, const mcpauth_cancel *cancel, mcpauth_error *err)
{
    listener->at = new_stream(listener->client, exchange);
    return listener->at ? wait_for_begin(listener->at, timeout_s, cancel, err)
                        : ma_error_nomem(err);
}

mcpauth_status ma_listener_begin(ma_listener *listener, ma_exchange **exchange,
    const mcpauth_cancel *cancel, mcpauth_error *err)
{
    ma_listener_stop(listener);
    ma_mailbox_open(
        listener->client->mailbox, ma_exchange_generation(*exchange));
    mcpauth_status st = start(listener, exchange, BEGIN_TIMEOUT_S, cancel, err);
    if (st)
        ma_listener_stop(listener);
    return st;
}

/* {"notifications":{...}} */
static mcpauth_status write_subscription(
    ma_listener *listener, ma_exchange **out_exchange, mcpauth_error *err)
{
    mcpauth_client *client = listener->client;
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_buf_add_text(&params, "{\"notifications\":");
    ma_buf_add_text(&params, listener->wanted);
    ma_buf_add_byte(&params, '}');
    mcpauth_status st = ma_buf_status(&params, "what is listened for", err);
    const ma_session_call call = {
        "subscriptions/listen", ma_buf_span(&params), NULL};
    return st ? st
              : ma_session_write_request(
                    client->session, &call, out_exchange, err);
}

/* NULL in *out_exchange when there is nothing to listen for, or when it comes
 * without a stream of its own. */
static mcpauth_status write_exchange(
    ma_listener *listener, ma_exchange **out_exchange, mcpauth_error *err)
{
    mcpauth_client *client = listener->client;
    mcpauth_status st = MCPAUTH_OK;
    pthread_mutex_lock(&client->mutex);
    switch (ma_session_listens(client->session)) {
    case MA_SESSION_CHANNEL_STREAM:
        if (listener->wanted || client->options.serve)
            st = ma_session_write_stream(client->session, out_exchange, err);
        break;
    case MA_SESSION_CHANNEL_SUBSCRIPTION:
        if (listener->wanted)
            st = write_subscription(listener, out_exchange, err);
        break;
    default:
        break;
    }
    pthread_mutex_unlock(&client->mutex);
    return st;
}

/* A GET brings everything, whatever is wanted, and a server may refuse a second
 * one. */
static bool serves_already(const ma_listener *listener)
{
    mcpauth_client *client = listener->client;
    stream *live = listener->at;
    bool any = listener->wanted || client->options.serve;
    if (!any || !live ||
        ma_exchange_for(live->exchange) != MA_EXCHANGE_FOR_STREAM)
        return false;
    pthread_mutex_lock(&client->mutex);
    bool present = ma_session_has(client->session, live->exchange);
    pthread_mutex_unlock(&client->mutex);
    return present && is_talking(live);
}

/* T-103: a subscription is not given up before the next one stands. */
static mcpauth_status replace(ma_listener *listener, ma_exchange **exchange,
    const mcpauth_cancel *cancel, mcpauth_error *err)
{
    bool get =
        *exchange && ma_exchange_for(*exchange) == MA_EXCHANGE_FOR_STREAM;
    if (get || !*exchange)
        ma_listener_stop(listener);
    if (!*exchange)
        return MCPAUTH_OK;
    stream *old = ma_move(&listener->at);
    mcpauth_status st = start(listener, exchange, SHORT_TIMEOUT_S, cancel, err);
    end_stream(old);
    return st;
}

mcpauth_status ma_listener_resume(
    ma_listener *listener, const mcpauth_cancel *cancel, mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    if (has_endpoint(listener->client) || serves_already(listener))
        return MCPAUTH_OK;
    mcpauth_status st = write_exchange(listener, &exchange, err);
    if (!st)
        st = replace(listener, &exchange, cancel, err);
    /* Some servers, and proxies before others, send nothing, not even a head,
     * before there is news.  Even who wants nothing waits that long: what a
     * server asks during a call is lost where it finds no stream to ask on. */
    bool silent = st == MCPAUTH_E_TIMEOUT && listener->at;
    bool refused =
        st == MCPAUTH_E_HTTP || st == MCPAUTH_E_PROTOCOL || st == MCPAUTH_E_RPC;
    if (silent)
        note(listener->at, TALKING, MCPAUTH_OK, NULL);
    if (silent || !listener->wanted) {
        mcpauth_error_clear(err);
        return MCPAUTH_OK;
    }
    return refused && listener->at
               ? ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
                     "the MCP server sends nothing by itself (%s)",
                     mcpauth_error_message(listener->at->why))
               : st;
}
