/* listener.c - one exchange after the other, as long as the server goes on. */
#include "client/listener.h"

#include <time.h>

#include "base/alloc.h"
#include "base/error.h"
#include "client/clientstate.h"
#include "client/transfer.h"

enum {
    BEGIN_TIMEOUT_S = 10, /* until a stream says where to POST */
    SHORT_TIMEOUT_S = 2,  /* until any other has begun */
    FAILURES_MAX = 5,     /* in a row */
    PAUSE_MS = 1000,
    PAUSE_MAX_MS = 30000
};

typedef enum { PENDING, TALKING, ENDED } progress_kind;

struct ma_listener {
    mcpauth_client *client;
    char *wanted; /* NULL: nothing */

    /* Of the thread, between start and stop. */
    pthread_t thread;
    mcpauth_cancel *cancel; /* NULL: there is none */
    ma_exchange *exchange;
    int failures;

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    progress_kind progress;
    mcpauth_status status; /* of ENDED, why it never talked */
    mcpauth_error *why;
};

ma_listener *ma_listener_new(mcpauth_client *client)
{
    ma_listener *listener = ma_calloc(1, sizeof *listener);
    mcpauth_error *why = mcpauth_error_new();
    if (!listener || !why) {
        ma_free(listener);
        mcpauth_error_free(why);
        return NULL;
    }
    listener->client = client;
    listener->why = why;
    pthread_mutex_init(&listener->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&listener->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return listener;
}

void ma_listener_free(ma_listener *listener)
{
    if (!listener)
        return;
    ma_listener_stop(listener);
    pthread_cond_destroy(&listener->changed);
    pthread_mutex_destroy(&listener->mutex);
    mcpauth_error_free(listener->why);
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

/* --- what it has come to --------------------------------------------------
 */

static void note(ma_listener *listener, progress_kind progress,
    mcpauth_status status, const mcpauth_error *why)
{
    pthread_mutex_lock(&listener->mutex);
    if (listener->progress == PENDING) {
        listener->progress = progress;
        listener->status = status;
        if (status)
            ma_error_copy(listener->why, why);
        pthread_cond_broadcast(&listener->changed);
    }
    pthread_mutex_unlock(&listener->mutex);
}

/* Waits until it is known whether the server talks. */
static mcpauth_status wait_for_begin(
    ma_listener *listener, int timeout_s, mcpauth_error *err)
{
    struct timespec until;
    int late = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_s;
    pthread_mutex_lock(&listener->mutex);
    while (listener->progress == PENDING && !late)
        late = pthread_cond_timedwait(
            &listener->changed, &listener->mutex, &until);
    mcpauth_status st = listener->status;
    if (listener->progress == PENDING)
        st = ma_error_set(err, MCPAUTH_E_TIMEOUT,
            "the MCP server's stream said nothing within %d seconds",
            timeout_s);
    else if (st)
        ma_error_copy(err, listener->why);
    pthread_mutex_unlock(&listener->mutex);
    return st;
}

/* --- the thread ---------------------------------------------------------- */

static bool has_endpoint(const ma_listener *listener)
{
    mcpauth_client *client = listener->client;
    pthread_mutex_lock(&client->mutex);
    ma_session_channel channel = ma_session_listens(client->session);
    pthread_mutex_unlock(&client->mutex);
    return channel == MA_SESSION_CHANNEL_ENDPOINT;
}

static mcpauth_status took(
    void *ctx, const ma_exchange_event *event, mcpauth_error *err)
{
    ma_listener *listener = ctx;
    mcpauth_client *client = listener->client;
    if (event->kind == MA_EXCHANGE_NOTIFICATION && !has_endpoint(listener))
        note(listener, TALKING, MCPAUTH_OK, NULL);
    if (event->kind == MA_EXCHANGE_OTHER)
        ma_mailbox_deliver(client->mailbox, &event->message);
    if (event->kind != MA_EXCHANGE_ENDPOINT)
        return MCPAUTH_OK;
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st =
        ma_session_open_got(client->session, listener->exchange, event, err);
    pthread_mutex_unlock(&client->mutex);
    if (!st)
        note(listener, TALKING, MCPAUTH_OK, NULL);
    return st;
}

/* A stream that is to name a place has not begun by its head, nor one that may
 * still turn out to be a refusal: its first message is an acknowledgement
 * (T-100). */
static void started(void *ctx)
{
    ma_listener *listener = ctx;
    listener->failures = 0;
    if (ma_exchange_for(listener->exchange) == MA_EXCHANGE_FOR_STREAM &&
        !has_endpoint(listener))
        note(listener, TALKING, MCPAUTH_OK, NULL);
}

/* What was missed meanwhile is not known (T-102). */
static mcpauth_status ask_again(ma_listener *listener, mcpauth_error *err)
{
    mcpauth_client *client = listener->client;
    ma_exchange *exchange = listener->exchange;
    bool stream = ma_exchange_for(exchange) == MA_EXCHANGE_FOR_STREAM;
    pthread_mutex_lock(&client->mutex);
    ma_toolbook_clear(&client->tools);
    ma_cache_clear(&client->cache);
    mcpauth_status st = stream
                            ? ma_session_resume(client->session, exchange, err)
                            : ma_session_renew(client->session, exchange, err);
    pthread_mutex_unlock(&client->mutex);
    return st;
}

static int64_t pause_ms(const ma_listener *listener)
{
    int64_t said_ms = ma_exchange_retry_ms(listener->exchange);
    int64_t pause = said_ms >= 0 ? said_ms : PAUSE_MS;
    if (listener->failures > 0)
        pause = (pause + PAUSE_MS) << listener->failures;
    return pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS;
}

static bool is_talking(ma_listener *listener)
{
    pthread_mutex_lock(&listener->mutex);
    bool talking = listener->progress == TALKING;
    pthread_mutex_unlock(&listener->mutex);
    return talking;
}

/* A stream that was there, and may be there again. */
static bool may_come_back(
    ma_listener *listener, const ma_transfer *at, mcpauth_status status)
{
    bool gone = status == MCPAUTH_E_NETWORK || status == MCPAUTH_E_TIMEOUT ||
                (!status && at->final.kind == MA_EXCHANGE_CLOSED) ||
                (!status && at->final.kind == MA_EXCHANGE_RETRY_LATER);
    return gone && is_talking(listener) && !has_endpoint(listener) &&
           listener->failures < FAILURES_MAX;
}

/* True when the exchange is ready to be sent once more. */
static bool goes_on(ma_listener *listener, ma_transfer *at,
    mcpauth_status *status, mcpauth_error *why)
{
    bool again = false;
    if (!*status && at->final.kind == MA_EXCHANGE_NEED_AUTH) {
        *status = ma_transfer_judge(at, &again, why);
        if (!*status && again)
            *status =
                ma_client_renew(listener->client, listener->exchange, why);
        return !*status && again;
    }
    if (!may_come_back(listener, at, *status))
        return false;
    if (!ma_cancel_pause(listener->cancel, pause_ms(listener)))
        return false;
    listener->failures++;
    *status = ask_again(listener, why);
    return !*status;
}

/* What a stream that ended means to who waits for it to begin. */
static mcpauth_status explain(const ma_listener *listener,
    const ma_transfer *at, mcpauth_status status, mcpauth_error *why)
{
    if (status)
        return status;
    if (at->final.kind == MA_EXCHANGE_CLOSED ||
        at->final.kind == MA_EXCHANGE_RESPONSE)
        return ma_error_set(why, MCPAUTH_E_PROTOCOL,
            "the MCP server's stream ended before it began");
    return ma_exchange_failure(listener->exchange, why);
}

/* T-172: without its stream such a session is no more. */
static void lose_endpoint(ma_listener *listener)
{
    mcpauth_client *client = listener->client;
    if (!has_endpoint(listener))
        return;
    pthread_mutex_lock(&client->mutex);
    if (ma_session_is_open(client->session))
        ma_session_lost(client->session, listener->exchange);
    pthread_mutex_unlock(&client->mutex);
    ma_mailbox_fail(client->mailbox);
}

static void *work(void *ctx)
{
    ma_listener *listener = ctx;
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    MA_SCOPED(ma_transfer)
    at = {.client = listener->client,
        .exchange = listener->exchange,
        .cancel = listener->cancel,
        .took = took,
        .started = started,
        .ctx = listener};
    mcpauth_status st =
        ma_client_take_caller(listener->client, &at.caller, why);
    do {
        mcpauth_error_clear(why);
        if (!st)
            st = ma_transfer_run(&at, why);
    } while (!mcpauth_cancel_asked(listener->cancel) &&
             goes_on(listener, &at, &st, why));
    lose_endpoint(listener);
    note(listener, ENDED, explain(listener, &at, st, why), why);
    ma_client_put_caller(listener->client, at.caller);
    return NULL;
}

/* --- starting and stopping ------------------------------------------------
 */

void ma_listener_stop(ma_listener *listener)
{
    if (!listener->cancel)
        return;
    mcpauth_cancel_ask(listener->cancel);
    pthread_join(listener->thread, NULL);
    mcpauth_cancel_free(ma_move(&listener->cancel));
    ma_exchange_free(ma_move(&listener->exchange));
}

/* exchange is moved in. */
static mcpauth_status start(
    ma_listener *listener, ma_exchange **exchange, mcpauth_error *err)
{
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    listener->progress = PENDING;
    listener->status = MCPAUTH_OK;
    listener->failures = 0;
    listener->exchange = ma_move(exchange);
    listener->cancel = cancel;
    if (!cancel || pthread_create(&listener->thread, NULL, work, listener)) {
        listener->cancel = NULL;
        ma_exchange_free(ma_move(&listener->exchange));
        return ma_error_nomem(err);
    }
    (void)ma_move(&cancel);
    return MCPAUTH_OK;
}

mcpauth_status ma_listener_begin(
    ma_listener *listener, ma_exchange **exchange, mcpauth_error *err)
{
    ma_listener_stop(listener);
    ma_mailbox_open(
        listener->client->mailbox, ma_exchange_generation(*exchange));
    mcpauth_status st = start(listener, exchange, err);
    if (!st)
        st = wait_for_begin(listener, BEGIN_TIMEOUT_S, err);
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

mcpauth_status ma_listener_resume(ma_listener *listener, mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    if (has_endpoint(listener))
        return MCPAUTH_OK;
    ma_listener_stop(listener);
    mcpauth_status st = write_exchange(listener, &exchange, err);
    if (st || !exchange)
        return st;
    st = start(listener, &exchange, err);
    if (!st)
        st = wait_for_begin(listener, SHORT_TIMEOUT_S, err);
    /* Some servers send nothing, not even a head, before there is news. */
    bool silent = st == MCPAUTH_E_TIMEOUT;
    bool refused =
        st == MCPAUTH_E_HTTP || st == MCPAUTH_E_PROTOCOL || st == MCPAUTH_E_RPC;
    if (silent)
        note(listener, TALKING, MCPAUTH_OK, NULL);
    if (silent || !listener->wanted) {
        mcpauth_error_clear(err);
        return MCPAUTH_OK;
    }
    return refused ? ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
                         "the MCP server sends nothing by itself (%s)",
                         mcpauth_error_message(listener->why))
                   : st;
}
