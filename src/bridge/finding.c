/* finding.c - a host without sessions has begun, and the server is asked
 * whether it has some (T-072); what the host says meanwhile is held. */
#include "base/alloc.h"
#include "base/error.h"
#include "bridge/introduction.h"
#include "bridge/pair.h"
#include "mcp/modern.h"
#include "mcp/params.h"

typedef struct {
    ma_errand *probe; /* server/discover, ours; NULL: it was answered */
    ma_buf meta;      /* the _meta that it goes with */
} finding;

static mcpauth_status begin(ma_crossing *crossing, mcpauth_error *err)
{
    const ma_crossing_options *given = &crossing->options;
    const ma_session_options options = {
        .server = given->server,
        .client_name = given->client_name,
        .client_version = given->client_version,
    };
    finding *own = ma_calloc(1, sizeof *own);
    if (!own)
        return ma_error_nomem(err);
    crossing->own = own;
    own->meta = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    return ma_upstream_speak(
        &crossing->upstream, &ma_modern_era, &options, err);
}

static void done(ma_crossing *crossing)
{
    finding *own = crossing->own;
    if (!own)
        return;
    if (own->probe)
        ma_crossing_finish(crossing, own->probe);
    ma_buf_done(&own->meta);
    ma_free(own);
}

static mcpauth_status send_probe(ma_crossing *crossing, mcpauth_error *err)
{
    finding *own = crossing->own;
    MA_SCOPED(ma_buf) params = ma_buf_init(own->meta.len + 256);
    mcpauth_status st = ma_params_write_meta(
        &params, ma_span_of("{}"), ma_buf_span(&own->meta), err);
    if (!st)
        st = ma_buf_status(&params, "the message", err);
    if (!st)
        st = ma_crossing_ask(crossing, MA_EXCHANGE_FOR_REQUEST,
            "server/discover", ma_buf_span(&params), &own->probe, err);
    return st ? st : ma_crossing_send(crossing, own->probe, err);
}

/* The server is asked as the host asks; in place of what the host forgot to say
 * of itself, which is for the server to tell it, nothing is claimed. */
static mcpauth_status ask_server(
    ma_crossing *crossing, ma_span meta, mcpauth_error *err)
{
    finding *own = crossing->own;
    ma_buf_clear(&own->meta);
    if (ma_value_member(meta, MA_META("protocolVersion")).at &&
        ma_value_member(meta, MA_META("clientCapabilities")).at) {
        ma_buf_add_span(&own->meta, meta);
    } else {
        const ma_introduction nobody = ma_introduction_init();
        ma_introduction_write_meta(&nobody, ma_revision_at(0)->name,
            ma_span_make(NULL, 0), &own->meta);
    }
    return send_probe(crossing, err);
}

/* --- from the host ------------------------------------------------------- */

static mcpauth_status take_back(
    ma_crossing *crossing, const ma_envelope *message)
{
    ma_errand *call = ma_calls_find(
        &crossing->calls, ma_value_member(message->params, "requestId"));
    if (!call)
        return MCPAUTH_OK;
    ma_errands_drop(&crossing->held, call);
    ma_crossing_finish(crossing, call);
    return MCPAUTH_OK;
}

static mcpauth_status heard(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    ma_errand *errand = NULL;
    if (ma_envelope_is(message, "notifications/cancelled"))
        return take_back(crossing, message);
    if (message->kind != MA_ENVELOPE_REQUEST &&
        message->kind != MA_ENVELOPE_NOTIFICATION)
        return MCPAUTH_OK; /* T-156 */
    mcpauth_status st = crossing->own ? MCPAUTH_OK : begin(crossing, err);
    if (!st)
        st = ma_crossing_take(crossing, message, &errand, err);
    if (st || !errand)
        return st;
    ma_errands_put(&crossing->held, errand);
    const finding *own = crossing->own;
    return own->probe ? MCPAUTH_OK
                      : ask_server(crossing,
                            ma_value_member(message->params, "_meta"), err);
}

/* --- from the server ----------------------------------------------------- */

/* The next request asks anew. */
static mcpauth_status give_up(ma_crossing *crossing, mcpauth_status status,
    const mcpauth_error *why, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (ma_errand *at; !st && (at = ma_errands_take(&crossing->held));)
        st = ma_crossing_fail(crossing, at, status, why, err);
    return st;
}

static mcpauth_status found(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    mcpauth_error *why = crossing->why;
    mcpauth_status st =
        ma_upstream_agree(&crossing->upstream, message->result, NULL, why);
    if (st)
        return give_up(crossing, st, why, err);
    return crossing->upstream.open ? ma_plain_adopt(crossing, err)
                                   : ma_lowering_adopt(crossing, err);
}

static mcpauth_status refused(ma_crossing *crossing,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    const ma_upstream *upstream = &crossing->upstream;
    mcpauth_error *why = crossing->why;
    mcpauth_status st = ma_inbound_failure(from, why);
    switch (upstream->era->judge_refusal(upstream->state, event)) {
    case MA_ERA_AGAIN:
        return send_probe(crossing, err);
    case MA_ERA_OLDER:
        return st == MCPAUTH_E_REFUSED ? give_up(crossing, st, why, err)
                                       : ma_lowering_adopt(crossing, err);
    default:
        return give_up(crossing, st, why, err);
    }
}

static mcpauth_status came(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    finding *own = crossing->own;
    bool probe = errand == own->probe;
    if (event->kind < MA_EXCHANGE_RESPONSE)
        return MCPAUTH_OK;
    ma_crossing_finish(crossing, errand);
    if (!probe)
        return MCPAUTH_OK;
    own->probe = NULL;
    return event->kind == MA_EXCHANGE_RESPONSE
               ? found(crossing, &event->message, err)
               : refused(crossing, event, from, err);
}

static mcpauth_status failed(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    finding *own = crossing->own;
    if (errand == own->probe)
        own->probe = NULL;
    ma_crossing_finish(crossing, errand);
    return give_up(crossing, status, why, err);
}

static mcpauth_status end(ma_crossing *crossing, mcpauth_error *err)
{
    finding *own = crossing->own;
    (void)err;
    if (own && own->probe)
        ma_crossing_finish(crossing, ma_move(&own->probe));
    return MCPAUTH_OK;
}

const ma_pair ma_pair_finding = {
    .name = "finding",
    .heard = heard,
    .came = came,
    .failed = failed,
    .end = end,
    .done = done,
};
