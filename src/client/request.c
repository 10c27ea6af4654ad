/* request.c - fields before it, rounds in the middle, lists behind it. */
#include "client/request.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/headers.h"
#include "client/carry.h"
#include "client/clientstate.h"
#include "client/opening.h"
#include "client/reply.h"
#include "client/toolfields.h"
#include "mcp/method.h"
#include "mcp/params.h"
#include "mcp/rounds.h"

/* A call on its way. */
typedef struct {
    mcpauth_client *client;
    const mcpauth_call *call;
    ma_buf params; /* of the first round; empty: none */
    ma_buf result; /* of the latest */
} errand;

static void errand_done(errand *at)
{
    ma_buf_done(&at->params);
    ma_buf_done(&at->result);
}
MA_SCOPED_DEFINE(errand, errand_done)

static ma_span span_or_none(const ma_buf *buf)
{
    return buf->len ? ma_buf_span(buf) : ma_span_make(NULL, 0);
}

/* --- one round ----------------------------------------------------------- */

static mcpauth_status answered(
    void *ctx, const ma_exchange_event *event, mcpauth_error *err)
{
    errand *at = ctx;
    ma_buf_clear(&at->result);
    ma_buf_add_span(&at->result, event->message.result);
    return ma_buf_status(&at->result, "the result", err);
}

static mcpauth_status write_exchange(errand *at, ma_span params,
    const mcpauth_headers *fields, ma_exchange **out, mcpauth_error *err)
{
    mcpauth_client *client = at->client;
    const ma_session_call call = {at->call->method, params, fields};
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st =
        ma_session_write_request(client->session, &call, out, err);
    pthread_mutex_unlock(&client->mutex);
    return st;
}

static mcpauth_status send_round(errand *at, ma_span params,
    const mcpauth_headers *fields, mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    int64_t own_ms = at->call->timeout_ms; /* is in its cancel */
    mcpauth_status st = write_exchange(at, params, fields, &exchange, err);
    if (st)
        return st;
    const ma_carry_job job = {.client = at->client,
        .exchange = exchange,
        .repeatable = ma_method_repeatable(at->call->method),
        .timeout_ms = own_ms ? 0 : at->client->options.timeout_ms,
        .cancel = at->call->cancel,
        .answered = answered,
        .ctx = at};
    return ma_carry(&job, err);
}

/* T-069: the server knows another schema than we do; once. */
static bool is_stale(
    const errand *at, mcpauth_status status, const mcpauth_error *err)
{
    const char *code = mcpauth_error_server_code(err);
    return status == MCPAUTH_E_RPC && code && !strcmp(code, "-32020") &&
           !strcmp(at->call->method, "tools/call");
}

static mcpauth_status play_round(errand *at, ma_span params, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    if (!why)
        return ma_error_nomem(err);
    for (int turn = 0;; turn++) {
        MA_AUTO(mcpauth_headers) fields = NULL;
        mcpauth_status st = ma_toolfields_write(
            at->client, at->call, params, turn > 0, &fields, err);
        if (st)
            return st;
        st = send_round(at, params, fields, why);
        if (!st)
            return MCPAUTH_OK;
        if (turn > 0 || !is_stale(at, st, why)) {
            ma_error_copy(err, why);
            return st;
        }
        mcpauth_error_clear(why);
    }
}

/* --- rounds -------------------------------------------------------------- */

/* T-093: an elicitation that nobody answers is cancelled; without the rest the
 * call cannot go on. */
static mcpauth_status take_reply(ma_rounds *rounds,
    const ma_rounds_request *due, const mcpauth_reply *reply,
    mcpauth_error *err)
{
    if (reply->result.len)
        return ma_rounds_answer(rounds, ma_buf_span(&reply->result), err);
    if (ma_value_says(due->method, "elicitation/create"))
        return ma_rounds_answer(
            rounds, ma_span_of("{\"action\":\"cancel\"}"), err);
    MA_SCOPED(ma_buf) method = ma_buf_init(256);
    ma_value_write_text(&method, due->method);
    return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the MCP server needs an answer to %s, which this client does not "
        "give: %s",
        ma_buf_text(&method),
        reply->message.len ? ma_buf_text(&reply->message) : "Method not found");
}

static mcpauth_status answer_question(
    errand *at, ma_rounds *rounds, mcpauth_error *err)
{
    ma_rounds_request due;
    if (!ma_rounds_next(rounds, &due))
        return MCPAUTH_OK;
    MA_SCOPED(ma_buf) method = ma_buf_init(256);
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_ROUNDS_BYTES_MAX);
    MA_SCOPED(mcpauth_reply) reply = ma_reply_init();
    ma_value_write_text(&method, due.method);
    ma_buf_add_span(&params, due.params.at ? due.params : ma_span_of("{}"));
    mcpauth_status st = ma_buf_status(&params, "the server's question", err);
    if (st)
        return st;
    ma_reply_serve(&reply, at->client, ma_buf_text(&method),
        ma_buf_span(&params), at->call->cancel);
    if (mcpauth_cancel_asked(at->call->cancel))
        return ma_cancel_error(err);
    return take_reply(rounds, &due, &reply, err);
}

static mcpauth_status answer_questions(
    errand *at, ma_rounds *rounds, mcpauth_error *err)
{
    ma_rounds_request due;
    mcpauth_status st = MCPAUTH_OK;
    if (!ma_rounds_asks(rounds))
        return ma_cancel_pause(at->call->cancel, MA_ROUNDS_PAUSE_MS)
                   ? MCPAUTH_OK
                   : ma_cancel_error(err);
    while (!st && ma_rounds_next(rounds, &due))
        st = answer_question(at, rounds, err);
    return st;
}

/* What answers had a part in is good for once (T-081). */
static void keep_result(errand *at)
{
    mcpauth_client *client = at->client;
    pthread_mutex_lock(&client->mutex);
    ma_cache_put(&client->cache, at->call->method, ma_span_of(at->call->params),
        ma_buf_span(&at->result), ma_clock_boot_ms());
    pthread_mutex_unlock(&client->mutex);
}

static mcpauth_status play_rounds(errand *at, mcpauth_error *err)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    ma_span first = span_or_none(&at->params);
    mcpauth_status st = play_round(at, first, err);
    bool more = ma_client_is_stateless(at->client);
    while (!st && more) {
        MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
        st = ma_rounds_feed(
            &rounds, at->call->method, ma_buf_span(&at->result), &more, err);
        if (!st && !more && rounds.count == 0)
            keep_result(at);
        if (st || !more)
            return st;
        st = answer_questions(at, &rounds, err);
        if (!st)
            st = ma_rounds_write_params(&rounds, first, &params, err);
        if (!st)
            st = ma_buf_status(&params, "the request", err);
        if (!st)
            st = play_round(at, ma_buf_span(&params), err);
    }
    return st;
}

/* --- progress ------------------------------------------------------------ */

static mcpauth_status write_params(
    errand *at, int64_t token, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) owned = ma_buf_init(64);
    ma_span params = ma_span_of(at->call->params);
    if (!token) {
        ma_buf_add_span(&at->params, params);
        return ma_buf_status(&at->params, "the request", err);
    }
    ma_buf_addf(&owned, "{\"progressToken\":%" PRId64 "}", token);
    mcpauth_status st =
        ma_params_write_meta(&at->params, params, ma_buf_span(&owned), err);
    return st ? st : ma_buf_status(&at->params, "the request", err);
}

static mcpauth_status play(errand *at, mcpauth_error *err)
{
    mcpauth_client *client = at->client;
    ma_progress_call watched;
    if (!at->call->progress) {
        mcpauth_status st = write_params(at, 0, err);
        return st ? st : play_rounds(at, err);
    }
    pthread_mutex_lock(&client->telling);
    ma_progress_begin(&client->progress, &watched, at->call);
    pthread_mutex_unlock(&client->telling);
    mcpauth_status st = write_params(at, watched.token, err);
    if (!st)
        st = play_rounds(at, err);
    pthread_mutex_lock(&client->telling);
    ma_progress_end(&client->progress, &watched);
    pthread_mutex_unlock(&client->telling);
    return st;
}

/* --- behind it ----------------------------------------------------------- */

static void note_standing(const errand *at)
{
    pthread_mutex_lock(&at->client->mutex);
    ma_standing_note(
        at->client->standing, at->call->method, ma_span_of(at->call->params));
    pthread_mutex_unlock(&at->client->mutex);
}

/* Whether an earlier result serves, which is the result then (T-081). */
static bool find_cached(errand *at)
{
    mcpauth_client *client = at->client;
    const mcpauth_call *call = at->call;
    if (call->fresh || !ma_client_is_stateless(client))
        return false;
    pthread_mutex_lock(&client->mutex);
    ma_span found = ma_cache_find(&client->cache, call->method,
        ma_span_of(call->params), ma_clock_boot_ms());
    ma_buf_add_span(&at->result, found);
    pthread_mutex_unlock(&client->mutex);
    return found.at;
}

static mcpauth_status make(mcpauth_client *client, const mcpauth_call *call,
    ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(errand)
    at = {.client = client,
        .call = call,
        .params = ma_buf_init(MA_SESSION_MESSAGE_MAX),
        .result = ma_buf_init(MA_SESSION_MESSAGE_MAX)};
    mcpauth_status st =
        ma_opening_run(client, call->cancel, call->timeout_ms, err);
    if (!st && !find_cached(&at))
        st = play(&at, err);
    if (st)
        return st;
    note_standing(&at);
    if (!strcmp(call->method, "tools/list"))
        return ma_toolfields_learn(
            client, ma_span_of(call->params), ma_buf_span(&at.result), to, err);
    ma_buf_add_span(to, ma_buf_span(&at.result));
    return ma_buf_status(to, "the result", err);
}

/* T-114: a limit of its own is for the whole of a call, resumed or not. */
mcpauth_status ma_request_make(mcpauth_client *client, const mcpauth_call *call,
    ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_limit) limit;
    mcpauth_call limited = *call;
    mcpauth_status st =
        ma_limit_init(&limit, client, call->timeout_ms, call->cancel, err);
    if (st)
        return st;
    limited.cancel = ma_limit_cancel(&limit);
    ma_limit_start(&limit);
    st = make(client, &limited, to, err);
    return ma_limit_stop(&limit, st, "the call was not done", err);
}
