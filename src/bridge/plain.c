/* plain.c - a host and a server that both have no sessions: what the host says
 * of itself in every request is what the server is told (T-220, T-221). */
#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "bridge/pair.h"
#include "bridge/stateless.h"
#include "mcp/modern.h"
#include "mcp/params.h"

static mcpauth_status begin(ma_crossing *crossing, mcpauth_error *err)
{
    const ma_crossing_options *given = &crossing->options;
    const ma_session_options options = {
        .server = given->server,
        .client_name = given->client_name,
        .client_version = given->client_version,
    };
    ma_stateless *own = ma_calloc(1, sizeof *own);
    if (!own)
        return ma_error_nomem(err);
    *own = ma_stateless_init();
    crossing->own = own;
    crossing->gate.fields = true;
    return ma_upstream_speak(
        &crossing->upstream, &ma_modern_era, &options, err);
}

static void done(ma_crossing *crossing)
{
    ma_stateless *own = crossing->own;
    if (own)
        ma_stateless_done(own, crossing);
    ma_free(own);
}

static ma_span meta_of(const ma_errand *errand)
{
    return ma_value_member(ma_errand_params(errand), "_meta");
}

/* --- from the host ------------------------------------------------------- */

/* T-221: hanging up is how a server without sessions is told. */
static mcpauth_status take_back(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    ma_errand *call = ma_calls_find(
        &crossing->calls, ma_value_member(message->params, "requestId"));
    (void)err;
    if (!call)
        return MCPAUTH_OK;
    (void)ma_stateless_takes_back(crossing->own, call);
    ma_crossing_finish(crossing, call);
    return MCPAUTH_OK;
}

static mcpauth_status send(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    if (errand->purpose == MA_EXCHANGE_FOR_NOTICE)
        return ma_crossing_send(crossing, errand, err);
    return ma_stateless_send(
        crossing->own, crossing, errand, meta_of(errand), err);
}

mcpauth_status ma_plain_adopt(ma_crossing *crossing, mcpauth_error *err)
{
    ma_crossing_change(crossing, &ma_pair_plain);
    mcpauth_status st = begin(crossing, err);
    for (ma_errand *at; !st && (at = ma_errands_take(&crossing->held));)
        st = send(crossing, at, err);
    return st;
}

static mcpauth_status heard(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    ma_errand *errand = NULL;
    mcpauth_status st = crossing->own ? MCPAUTH_OK : begin(crossing, err);
    if (st)
        return st;
    if (ma_envelope_is(message, "notifications/cancelled"))
        return take_back(crossing, message, err);
    if (message->kind != MA_ENVELOPE_REQUEST &&
        message->kind != MA_ENVELOPE_NOTIFICATION)
        return MCPAUTH_OK; /* T-156 */
    st = ma_crossing_take(crossing, message, &errand, err);
    return st || !errand ? st : send(crossing, errand, err);
}

/* --- to the server ------------------------------------------------------- */

/* T-061: the field says what the message says. */
static mcpauth_status prepare(const ma_crossing *crossing,
    const ma_errand *errand, mcpauth_headers *headers, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) version = ma_buf_init(256);
    (void)crossing;
    if (!ma_value_write_text(&version,
            ma_value_member(meta_of(errand), MA_META("protocolVersion"))))
        return MCPAUTH_OK;
    mcpauth_status st = ma_buf_status(&version, "the protocol version", err);
    return st ? st
              : ma_headers_set(headers, "MCP-Protocol-Version",
                    ma_buf_text(&version), err);
}

/* --- from the server ----------------------------------------------------- */

/* A stream of news that broke off cannot go on under its id (T-220). */
static mcpauth_status end_listening(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(1024 + MA_SESSION_MESSAGE_MAX);
    ma_buf_addf(&text,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
        "\"params\":{\"requestId\":%s,\"reason\":\"the stream broke off\"}}",
        errand->id);
    mcpauth_status st = ma_buf_status(&text, "a notification", err);
    if (!st)
        st = ma_crossing_say(crossing, ma_buf_span(&text), err);
    ma_crossing_finish(crossing, errand);
    return st;
}

static mcpauth_status failed(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    ma_stateless *own = crossing->own;
    if (errand == own->listing)
        return ma_stateless_listed(own, crossing, NULL, err);
    if (ma_errand_is(errand, "subscriptions/listen") && errand->heard)
        return end_listening(crossing, errand, err);
    return ma_crossing_fail(crossing, errand, status, why, err);
}

static mcpauth_status take_final(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    ma_stateless *own = crossing->own;
    bool answered = event->kind == MA_EXCHANGE_RESPONSE;
    if (errand == own->listing)
        return ma_stateless_listed(
            own, crossing, answered ? &event->message : NULL, err);
    if (ma_stateless_is_stale(errand, event))
        return ma_stateless_refresh(
            own, crossing, errand, meta_of(errand), err);
    if (answered)
        return ma_crossing_pass_result(crossing, errand, event, err);
    if (event->kind == MA_EXCHANGE_ACCEPTED) {
        ma_crossing_finish(crossing, errand);
        return MCPAUTH_OK;
    }
    return ma_crossing_pass_refusal(crossing, errand, event, from, err);
}

static mcpauth_status came(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    if (event->kind >= MA_EXCHANGE_RESPONSE)
        return take_final(crossing, errand, event, from, err);
    errand->heard = true;
    return errand->ours ? MCPAUTH_OK
                        : ma_crossing_say(crossing, event->message.text, err);
}

static mcpauth_status end(ma_crossing *crossing, mcpauth_error *err)
{
    (void)err;
    if (crossing->own)
        ma_stateless_stop(crossing->own, crossing);
    return MCPAUTH_OK;
}

const ma_pair ma_pair_plain = {
    .name = "plain",
    .heard = heard,
    .prepare = prepare,
    .came = came,
    .failed = failed,
    .end = end,
    .done = done,
};
