/* answerer.c - the line of questions, and the thread that works it off. */
#include "client/answerer.h"

#include "base/alloc.h"
#include "base/error.h"
#include "client/clientstate.h"
#include "client/reply.h"
#include "client/transfer.h"

enum {
    LINE_MAX_LEN = 64,
    METHOD_MAX = 1024, /* nobody serves a longer one */
    ANSWER_TIMEOUT_MS = 30000
};

/* A request of the server. */
typedef struct question {
    char *id; /* raw */
    char *method;
    char *params;
    unsigned generation;
    bool cancelled;
    struct question *next;
} question;

struct ma_answerer {
    mcpauth_client *client;
    pthread_mutex_t mutex; /* guards what follows; taken last */
    pthread_cond_t changed;
    question *line;    /* oldest first */
    question *at_hand; /* being answered */
    size_t length;
    bool started;
    bool stopped;
    pthread_t thread;
};

static void free_question(question *q)
{
    if (!q)
        return;
    ma_free(q->id);
    ma_free(q->method);
    ma_free(q->params);
    ma_free(q);
}
MA_AUTO_DEFINE(question, free_question)

ma_answerer *ma_answerer_new(mcpauth_client *client)
{
    ma_answerer *answerer = ma_calloc(1, sizeof *answerer);
    if (!answerer)
        return NULL;
    answerer->client = client;
    pthread_mutex_init(&answerer->mutex, NULL);
    pthread_cond_init(&answerer->changed, NULL);
    return answerer;
}

void ma_answerer_free(ma_answerer *answerer)
{
    if (!answerer)
        return;
    pthread_mutex_lock(&answerer->mutex);
    answerer->stopped = true;
    pthread_cond_broadcast(&answerer->changed);
    pthread_mutex_unlock(&answerer->mutex);
    if (answerer->started)
        pthread_join(answerer->thread, NULL);
    while (answerer->line) {
        question *next = answerer->line->next;
        free_question(answerer->line);
        answerer->line = next;
    }
    pthread_cond_destroy(&answerer->changed);
    pthread_mutex_destroy(&answerer->mutex);
    ma_free(answerer);
}

/* --- sending ------------------------------------------------------------- */

/* Whether it arrives is the server's concern. */
static void send_answer(
    mcpauth_client *client, ma_exchange *exchange, const mcpauth_cancel *cancel)
{
    MA_SCOPED(ma_transfer)
    at = {.client = client,
        .exchange = exchange,
        .timeout_ms = ANSWER_TIMEOUT_MS,
        .cancel = cancel};
    if (ma_client_take_caller(client, &at.caller, NULL))
        return;
    mcpauth_status st = ma_transfer_run(&at, NULL);
    bool again = false;
    if (!st && at.final.kind == MA_EXCHANGE_NEED_AUTH)
        st = ma_transfer_judge(&at, &again, NULL);
    if (!st && again && !ma_client_renew(client, exchange, NULL))
        st = ma_transfer_run(&at, NULL);
    ma_client_put_caller(client, at.caller);
}

/* --- the thread ---------------------------------------------------------- */

/* The next question, or NULL when it is over, as soon as the client is being
 * freed. */
static question *next_question(ma_answerer *answerer)
{
    const mcpauth_cancel *stop = answerer->client->stop;
    pthread_mutex_lock(&answerer->mutex);
    while (!answerer->line && !answerer->stopped)
        pthread_cond_wait(&answerer->changed, &answerer->mutex);
    bool over = answerer->stopped || mcpauth_cancel_asked(stop);
    question *q = over ? NULL : answerer->line;
    if (q) {
        answerer->line = q->next;
        answerer->length--;
    }
    answerer->at_hand = q;
    pthread_mutex_unlock(&answerer->mutex);
    return q;
}

/* False: it was cancelled meanwhile. */
static bool put_away(ma_answerer *answerer, const question *q)
{
    pthread_mutex_lock(&answerer->mutex);
    answerer->at_hand = NULL;
    bool wanted = !q->cancelled && !answerer->stopped;
    pthread_mutex_unlock(&answerer->mutex);
    return wanted;
}

static void answer(ma_answerer *answerer, const question *q)
{
    mcpauth_client *client = answerer->client;
    MA_SCOPED(mcpauth_reply) reply = ma_reply_init();
    MA_AUTO(ma_exchange) exchange = NULL;
    ma_reply_serve(
        &reply, client, q->method, ma_span_of(q->params), client->stop);
    if (!put_away(answerer, q))
        return;
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st = ma_reply_write(&reply, client->session,
        ma_span_of(q->id), q->generation, &exchange, NULL);
    pthread_mutex_unlock(&client->mutex);
    if (!st && exchange)
        send_answer(client, exchange, client->stop);
}

static void *work(void *ctx)
{
    ma_answerer *answerer = ctx;
    for (;;) {
        MA_AUTO(question) q = next_question(answerer);
        if (!q)
            return NULL;
        answer(answerer, q);
    }
}

/* --- the line ------------------------------------------------------------ */

static mcpauth_status new_question(const ma_envelope *request,
    unsigned generation, question **out, mcpauth_error *err)
{
    MA_AUTO(question) q = ma_calloc(1, sizeof *q);
    MA_SCOPED(ma_buf) method = ma_buf_init(METHOD_MAX);
    ma_span params = request->params.at ? request->params : ma_span_of("{}");
    if (!q)
        return ma_error_nomem(err);
    ma_value_write_text(&method, request->method);
    q->generation = generation;
    q->method = ma_buf_take(&method);
    q->id = ma_strndup(request->id.at, request->id.len);
    q->params = ma_strndup(params.at, params.len);
    if (!q->method || !q->id || !q->params)
        return ma_error_nomem(err);
    *out = ma_move(&q);
    return MCPAUTH_OK;
}

/* The mutex is held.  False: nobody could answer it. */
static bool line_up(ma_answerer *answerer, question *q)
{
    question **link = &answerer->line;
    if (!answerer->started)
        answerer->started =
            !pthread_create(&answerer->thread, NULL, work, answerer);
    if (!answerer->started || answerer->length == LINE_MAX_LEN)
        return false;
    while (*link)
        link = &(*link)->next;
    *link = q;
    answerer->length++;
    pthread_cond_signal(&answerer->changed);
    return true;
}

/* In another session its id may be somebody else's. */
static mcpauth_status answer_now(mcpauth_client *client,
    const ma_envelope *request, unsigned generation,
    const mcpauth_cancel *cancel, mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st =
        ma_session_write_default(client->session, request, &exchange, err);
    pthread_mutex_unlock(&client->mutex);
    if (!st && ma_exchange_generation(exchange) == generation)
        send_answer(client, exchange, cancel);
    return st;
}

mcpauth_status ma_answerer_take(ma_answerer *answerer,
    const ma_envelope *request, unsigned generation,
    const mcpauth_cancel *cancel, mcpauth_error *err)
{
    mcpauth_client *client = answerer->client;
    MA_AUTO(question) q = NULL;
    bool served = client->options.serve && request->method.len <= METHOD_MAX &&
                  !ma_envelope_is(request, "ping") &&
                  !ma_reply_is_serving(client);
    if (!served)
        return answer_now(client, request, generation, cancel, err);
    mcpauth_status st = new_question(request, generation, &q, err);
    if (st)
        return st;
    pthread_mutex_lock(&answerer->mutex);
    bool waits = line_up(answerer, q);
    pthread_mutex_unlock(&answerer->mutex);
    if (!waits)
        return answer_now(client, request, generation, cancel, err);
    (void)ma_move(&q);
    return MCPAUTH_OK;
}

/* T-113: what is not there any more cannot be cancelled. */
void ma_answerer_heard(ma_answerer *answerer, const ma_envelope *message)
{
    ma_span id = ma_value_member(message->params, "requestId");
    if (!ma_envelope_is(message, "notifications/cancelled") || !id.at)
        return;
    pthread_mutex_lock(&answerer->mutex);
    question *at_hand = answerer->at_hand;
    if (at_hand && ma_envelope_same_id(id, ma_span_of(at_hand->id)))
        at_hand->cancelled = true;
    question **link = &answerer->line;
    while (*link && !ma_envelope_same_id(id, ma_span_of((*link)->id)))
        link = &(*link)->next;
    question *found = *link;
    if (found) {
        *link = found->next;
        answerer->length--;
    }
    pthread_mutex_unlock(&answerer->mutex);
    free_question(found);
}
