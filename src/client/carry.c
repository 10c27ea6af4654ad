/* carry.c - send, and send again where that is right. */
#include "client/carry.h"

#include "base/error.h"
#include "client/clientstate.h"
#include "client/opening.h"
#include "client/patience.h"
#include "client/transfer.h"

enum { NOTICE_TIMEOUT_MS = 2000 };

/* What is left of the ways to go on. */
typedef struct {
    const ma_carry_job *job;
    ma_limit limit;
    ma_transfer at;
    ma_patience patience;
    bool session_found; /* T-053: once */
} carriage;

static bool is_answer(const ma_carry_job *job, ma_exchange_event_kind kind)
{
    return kind == MA_EXCHANGE_RESPONSE || kind == MA_EXCHANGE_ACCEPTED ||
           (job->opening &&
               (kind == MA_EXCHANGE_ERROR || kind == MA_EXCHANGE_REFUSED));
}

static mcpauth_status took(
    void *ctx, const ma_exchange_event *event, mcpauth_error *err)
{
    const carriage *c = ctx;
    const ma_carry_job *job = c->job;
    if (!job->answered || !is_answer(job, event->kind))
        return MCPAUTH_OK;
    /* The answer itself comes elsewhere (T-171). */
    if (event->kind == MA_EXCHANGE_ACCEPTED &&
        ma_exchange_for(job->exchange) == MA_EXCHANGE_FOR_REQUEST)
        return MCPAUTH_OK;
    return job->answered(job->ctx, event, err);
}

/* --- streams that broke off ---------------------------------------------- */

static bool may_resume(carriage *c, mcpauth_status status)
{
    return status == MCPAUTH_E_NETWORK &&
           ma_exchange_resumable(c->job->exchange) &&
           ma_patience_resumes(&c->patience, c->at.began, c->at.said);
}

static mcpauth_status resume(carriage *c, mcpauth_error *err)
{
    mcpauth_client *client = c->job->client;
    mcpauth_error_clear(err);
    int64_t said_ms = ma_exchange_retry_ms(c->job->exchange);
    if (!ma_cancel_pause(
            c->job->cancel, ma_patience_resume_ms(&c->patience, said_ms)))
        return ma_cancel_error(err);
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st =
        ma_session_resume(client->session, c->job->exchange, err);
    pthread_mutex_unlock(&client->mutex);
    return st;
}

/* --- answers that come elsewhere ----------------------------------------- */

/* Waits for what the stream brings to a request that was accepted. */
static mcpauth_status fetch_reply(carriage *c, mcpauth_error *err)
{
    const ma_carry_job *job = c->job;
    const ma_exchange_event *event = NULL;
    MA_SCOPED(ma_buf) message = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_limit_start(&c->limit);
    mcpauth_status st =
        ma_mailbox_wait(job->client->mailbox, ma_exchange_id(job->exchange), 0,
            ma_limit_cancel(&c->limit), &message, err);
    st = ma_limit_stop(&c->limit, st,
        "the MCP server took the request and did not answer it", err);
    if (!st)
        st = ma_exchange_answer(job->exchange, ma_buf_span(&message), err);
    if (!st)
        st = ma_exchange_next(job->exchange, &event, err);
    if (st || !event)
        return st;
    c->at.final = *event;
    return took(c, event, err);
}

/* The reply may come before the request is said to have arrived. */
static mcpauth_status send_for_reply(carriage *c, mcpauth_error *err)
{
    const ma_carry_job *job = c->job;
    mcpauth_status st =
        ma_mailbox_expect(job->client->mailbox, ma_exchange_id(job->exchange),
            ma_exchange_generation(job->exchange), err);
    if (st)
        return st;
    st = ma_transfer_run(&c->at, err);
    if (!st && c->at.final.kind == MA_EXCHANGE_ACCEPTED)
        st = fetch_reply(c, err);
    ma_mailbox_forget(job->client->mailbox, ma_exchange_id(job->exchange));
    return st;
}

static mcpauth_status send_once(carriage *c, mcpauth_error *err)
{
    bool elsewhere =
        ma_exchange_url(c->job->exchange) &&
        ma_exchange_for(c->job->exchange) == MA_EXCHANGE_FOR_REQUEST;
    return elsewhere ? send_for_reply(c, err) : ma_transfer_run(&c->at, err);
}

/* --- answers that are none yet ------------------------------------------- */

/* Where a second time could do harm, the server must have said that it did not
 * process the first (T-024). */
static mcpauth_status be_patient(
    carriage *c, bool *out_again, mcpauth_error *err)
{
    const ma_exchange_event *final = &c->at.final;
    int64_t delay_ms = final->retry_after_ms;
    bool harmless = c->job->repeatable || final->message.code ||
                    delay_ms >= 0 || ma_exchange_resumes(c->job->exchange);
    *out_again = ma_patience_waits(&c->patience, harmless, delay_ms, &delay_ms);
    return !*out_again || ma_cancel_pause(c->job->cancel, delay_ms)
               ? MCPAUTH_OK
               : ma_cancel_error(err);
}

/* What a server with sessions says to who has none.  One without quotes the id
 * of what it refuses (JSON-RPC 2.0 5), or says it in codes of its own. */
static bool is_older(const ma_exchange_event *final)
{
    int http_status = final->http_status;
    int64_t code = final->message.code;
    bool own = code <= MA_ENVELOPE_HEADER_MISMATCH &&
               code >= MA_ENVELOPE_UNSUPPORTED_VERSION;
    return (http_status == 400 || http_status == 404 || http_status == 405) &&
           !own && !final->message.id.at;
}

/* Its session has none, or somebody else found already that it speaks
 * otherwise. */
static bool may_be_older(const carriage *c)
{
    mcpauth_client *client = c->job->client;
    pthread_mutex_lock(&client->mutex);
    bool present = ma_session_has(client->session, c->job->exchange);
    pthread_mutex_unlock(&client->mutex);
    return !present || ma_client_is_stateless(client);
}

/* The server speaks otherwise than it did: what is known of it is stale, and
 * it has not processed this (T-053, T-070, T-074). */
static bool has_changed(const carriage *c)
{
    const ma_exchange_event *final = &c->at.final;
    switch (final->kind) {
    case MA_EXCHANGE_SESSION_LOST:
        return true;
    case MA_EXCHANGE_ERROR:
        if (final->message.code == MA_ENVELOPE_UNSUPPORTED_VERSION)
            return true;
        return is_older(final) && may_be_older(c);
    case MA_EXCHANGE_REFUSED:
        return is_older(final) && may_be_older(c);
    default:
        return false;
    }
}

/* A session that is lost while it is opened is not opened again: a server
 * that forgets at once would be asked for ever. */
static bool may_open_again(const carriage *c)
{
    return !c->job->opening && !c->session_found &&
           !ma_exchange_resumes(c->job->exchange) && has_changed(c);
}

static mcpauth_status open_again(carriage *c, mcpauth_error *err)
{
    mcpauth_client *client = c->job->client;
    c->session_found = true;
    pthread_mutex_lock(&client->mutex);
    ma_session_lost(client->session, c->job->exchange);
    pthread_mutex_unlock(&client->mutex);
    return ma_opening_run(client, c->job->cancel, c->job->timeout_ms, err);
}

/* Acts on a final event that is no answer.  *out_again: send it once more. */
static mcpauth_status act(carriage *c, bool *out_again, mcpauth_error *err)
{
    mcpauth_status st = ma_transfer_judge(&c->at, out_again, err);
    if (st || c->at.final.kind == MA_EXCHANGE_NEED_AUTH)
        return st;
    if (c->at.final.kind == MA_EXCHANGE_RETRY_LATER)
        return be_patient(c, out_again, err);
    *out_again = may_open_again(c);
    return *out_again ? open_again(c, err) : MCPAUTH_OK;
}

/* --- the end ------------------------------------------------------------- */

/* T-111, T-114: whether it arrives is the server's concern. */
static void say_cancelled(const ma_carry_job *job)
{
    mcpauth_client *client = job->client;
    MA_AUTO(ma_exchange) notice = NULL;
    if (job->opening ||
        ma_exchange_for(job->exchange) != MA_EXCHANGE_FOR_REQUEST)
        return;
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st = ma_session_write_cancelled(
        client->session, job->exchange, &notice, NULL);
    pthread_mutex_unlock(&client->mutex);
    if (st || !notice)
        return;
    MA_SCOPED(ma_transfer)
    at = {.client = client,
        .exchange = notice,
        .timeout_ms = NOTICE_TIMEOUT_MS,
        .cancel = client->stop};
    if (ma_client_take_caller(client, &at.caller, NULL))
        return;
    st = ma_transfer_say(&at, NULL);
    ma_client_put_caller(client, at.caller);
}

static mcpauth_status conclude(const carriage *c, mcpauth_error *err)
{
    ma_exchange *exchange = c->job->exchange;
    if (is_answer(c->job, c->at.final.kind))
        return MCPAUTH_OK;
    mcpauth_status st = ma_exchange_failure(exchange, err);
    return ma_exchange_resumes(exchange)
               ? ma_error_in(err, st, "asking for the rest of the answer")
               : st;
}

static mcpauth_status carry_on(carriage *c, mcpauth_error *err)
{
    for (;;) {
        bool again = false;
        mcpauth_status st = send_once(c, err);
        if (may_resume(c, st)) {
            st = resume(c, err);
            if (st)
                return st;
            continue;
        }
        if (!st)
            st = act(c, &again, err);
        if (st)
            return st;
        if (!again)
            return conclude(c, err);
        st = ma_client_renew(c->job->client, c->job->exchange, err);
        if (st)
            return st;
    }
}

mcpauth_status ma_carry(const ma_carry_job *job, mcpauth_error *err)
{
    carriage c = {.job = job,
        .at = {.client = job->client,
            .exchange = job->exchange,
            .limit = &c.limit,
            .once = !job->repeatable,
            .took = took,
            .ctx = &c}};
    mcpauth_status st =
        ma_limit_init(&c.limit, job->client, job->timeout_ms, job->cancel, err);
    c.at.cancel = ma_limit_cancel(&c.limit);
    if (!st)
        st = ma_client_take_caller(job->client, &c.at.caller, err);
    if (!st)
        st = carry_on(&c, err);
    ma_client_put_caller(job->client, c.at.caller);
    ma_transfer_done(&c.at);
    ma_limit_done(&c.limit);
    if (st == MCPAUTH_E_CANCELLED || st == MCPAUTH_E_TIMEOUT)
        say_cancelled(job);
    return st;
}
