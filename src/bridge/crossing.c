/* crossing.c - what all pairs share, and which one it is. */
#include "bridge/crossing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/error.h"
#include "bridge/complaint.h"
#include "bridge/pair.h"
#include "bridge/response.h"
#include "mcp/params.h"

enum { COMPLAINT_MAX = 2 * 1024 * 1024, LOG_LINE_MAX = 1024 };

/* --- life ---------------------------------------------------------------- */

static mcpauth_status draw_prefix(ma_crossing *crossing, mcpauth_error *err)
{
    unsigned char bytes[12];
    mcpauth_status st = ma_crypto_random(bytes, sizeof bytes, err);
    if (st)
        return st;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(crossing->id_prefix + 2 * i, 3, "%02x", bytes[i]);
    return MCPAUTH_OK;
}

mcpauth_status ma_crossing_new(const ma_crossing_options *options,
    const ma_crossing_ops *ops, void *ctx, ma_crossing **out,
    mcpauth_error *err)
{
    MA_AUTO(ma_crossing) crossing = ma_calloc(1, sizeof *crossing);
    if (!crossing)
        return ma_error_nomem(err);
    crossing->options = *options;
    crossing->ops = *ops;
    crossing->ctx = ctx;
    crossing->upstream = ma_upstream_init();
    crossing->gate =
        ma_toolgate_init(options->allowed_tools, options->ignored_tools);
    crossing->why = mcpauth_error_new();
    if (!crossing->why)
        return ma_error_nomem(err);
    mcpauth_status st = draw_prefix(crossing, err);
    if (!st)
        *out = ma_move(&crossing);
    return st;
}

void ma_crossing_free(ma_crossing *crossing)
{
    if (!crossing)
        return;
    ma_crossing_change(crossing, NULL);
    for (ma_errand *at; (at = ma_errands_take(&crossing->held));)
        ma_crossing_finish(crossing, at);
    while (crossing->under_way)
        ma_crossing_finish(crossing, crossing->under_way);
    for (ma_errand *at; (at = ma_calls_take(&crossing->calls));)
        ma_errand_free(at);
    ma_calls_done(&crossing->calls);
    ma_upstream_done(&crossing->upstream);
    ma_toolgate_done(&crossing->gate);
    mcpauth_error_free(crossing->why);
    ma_free(crossing);
}

void ma_crossing_change(ma_crossing *crossing, const ma_pair *pair)
{
    if (crossing->pair)
        crossing->pair->done(crossing);
    crossing->pair = pair;
    crossing->own = NULL;
}

/* --- what the pairs need ------------------------------------------------- */

void ma_crossing_log(const ma_crossing *crossing, int level, const char *event,
    const char *format, ...)
{
    char line[LOG_LINE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    crossing->ops.log(crossing->ctx, level, event, line);
}

mcpauth_status ma_crossing_say(
    ma_crossing *crossing, ma_span text, mcpauth_error *err)
{
    return crossing->ops.say(crossing->ctx, text, err);
}

static mcpauth_status say_built(
    ma_crossing *crossing, const ma_buf *text, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(text, "what is said to the host", err);
    return st ? st : ma_crossing_say(crossing, ma_buf_span(text), err);
}

mcpauth_status ma_crossing_complain(ma_crossing *crossing, ma_span id,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(COMPLAINT_MAX);
    ma_complaint_write(&text, id, status, why);
    return say_built(crossing, &text, err);
}

mcpauth_status ma_crossing_refuse(ma_crossing *crossing, ma_span id, int code,
    const char *message, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(COMPLAINT_MAX);
    ma_complaint_write_plain(&text, id, code, message);
    return say_built(crossing, &text, err);
}

mcpauth_status ma_crossing_answer(
    ma_crossing *crossing, ma_span id, ma_span result, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_response_write(&text, id, result);
    return say_built(crossing, &text, err);
}

/* A tool that the host does not see is none for it. */
static bool is_hidden(const ma_crossing *crossing, const ma_envelope *message)
{
    return ma_envelope_is(message, "tools/call") &&
           !ma_toolgate_passes(
               &crossing->gate, ma_value_member(message->params, "name"));
}

mcpauth_status ma_crossing_take(ma_crossing *crossing,
    const ma_envelope *message, ma_errand **out, mcpauth_error *err)
{
    bool asks = message->kind == MA_ENVELOPE_REQUEST;
    *out = NULL;
    if (asks && is_hidden(crossing, message))
        return ma_crossing_refuse(crossing, message->id,
            MA_ENVELOPE_INVALID_PARAMS, "Unknown tool", err);
    MA_AUTO(ma_errand) errand = NULL;
    mcpauth_status st =
        ma_errand_new(asks ? MA_EXCHANGE_FOR_REQUEST : MA_EXCHANGE_FOR_NOTICE,
            message, &errand, err);
    if (!st && asks)
        st = ma_calls_put(&crossing->calls, errand, err);
    if (st == MCPAUTH_E_STATE) {
        mcpauth_error_clear(err);
        return ma_crossing_refuse(crossing, message->id,
            MA_ENVELOPE_INVALID_REQUEST,
            "a request with this id is under way already", err);
    }
    if (!st)
        *out = ma_move(&errand);
    return st;
}

/* A notification has no id. */
static mcpauth_status write_ours(ma_crossing *crossing,
    ma_exchange_purpose purpose, const char *method, ma_span params,
    ma_buf *text, mcpauth_error *err)
{
    ma_buf_add_text(text, "{\"jsonrpc\":\"2.0\",");
    if (purpose == MA_EXCHANGE_FOR_REQUEST)
        ma_buf_addf(text, "\"id\":\"mcpauth-%s-%" PRIu64 "\",",
            crossing->id_prefix, ++crossing->last_id);
    ma_buf_addf(text, "\"method\":\"%s\"", method);
    if (params.at)
        ma_buf_add_text(text, ",\"params\":");
    ma_buf_add_span(text, params);
    ma_buf_add_byte(text, '}');
    return ma_buf_status(text, "a message of ours", err);
}

mcpauth_status ma_crossing_ask(ma_crossing *crossing,
    ma_exchange_purpose purpose, const char *method, ma_span params,
    ma_errand **out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_envelope message;
    mcpauth_status st =
        write_ours(crossing, purpose, method, params, &text, err);
    if (!st)
        st = ma_envelope_parse(ma_buf_span(&text), &message, err);
    if (!st)
        st = ma_errand_new(purpose, &message, out, err);
    if (!st)
        (*out)->ours = true;
    return st;
}

mcpauth_status ma_crossing_open(ma_crossing *crossing,
    ma_exchange_purpose purpose, ma_errand **out, mcpauth_error *err)
{
    (void)crossing;
    mcpauth_status st = ma_errand_new(purpose, NULL, out, err);
    if (!st)
        (*out)->ours = (*out)->repeatable = true;
    return st;
}

/* --- what is under way --------------------------------------------------- */

static void note_begin(ma_crossing *crossing, ma_errand *errand)
{
    errand->sent = true;
    errand->next_under_way = crossing->under_way;
    errand->under_way_at = &crossing->under_way;
    if (errand->next_under_way)
        errand->next_under_way->under_way_at = &errand->next_under_way;
    crossing->under_way = errand;
}

static void note_end(ma_errand *errand)
{
    if (!errand->sent)
        return;
    *errand->under_way_at = errand->next_under_way;
    if (errand->next_under_way)
        errand->next_under_way->under_way_at = errand->under_way_at;
    errand->sent = false;
}

mcpauth_status ma_crossing_send(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    errand->accepted = false;
    note_begin(crossing, errand);
    return crossing->ops.send(crossing->ctx, errand, err);
}

void ma_crossing_finish(ma_crossing *crossing, ma_errand *errand)
{
    if (errand->sent) {
        crossing->ops.drop(crossing->ctx, errand);
        note_end(errand);
    }
    ma_calls_drop(&crossing->calls, errand);
    ma_errand_free(errand);
}

mcpauth_status ma_crossing_turn_down(ma_crossing *crossing, ma_errand *errand,
    int code, const char *message, mcpauth_error *err)
{
    mcpauth_status st = ma_crossing_refuse(
        crossing, ma_span_of(errand->id), code, message, err);
    ma_crossing_finish(crossing, errand);
    return st;
}

mcpauth_status ma_crossing_fail(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    if (errand->id && !errand->ours && !errand->cancelled)
        st = ma_crossing_complain(
            crossing, ma_span_of(errand->id), status, why, err);
    else
        ma_crossing_log(crossing, 1, "bridge", "%s did not arrive: %s",
            errand->method ? errand->method : "an answer of the host",
            mcpauth_error_message(why));
    ma_crossing_finish(crossing, errand);
    return st;
}

/* What is shown of a list keeps its bytes where it is all of it. */
static mcpauth_status say_list(ma_crossing *crossing, const ma_errand *errand,
    const ma_envelope *message, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) list = ma_buf_init(message->result.len + 1024);
    mcpauth_status st = ma_toolgate_write_list(&crossing->gate,
        ma_errand_params(errand), message->result, &list, crossing->why);
    if (st)
        return ma_crossing_complain(
            crossing, message->id, st, crossing->why, err);
    if (ma_span_eq(ma_buf_span(&list), message->result))
        return ma_crossing_say(crossing, message->text, err);
    return ma_crossing_answer(crossing, message->id, ma_buf_span(&list), err);
}

mcpauth_status ma_crossing_pass_result(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, mcpauth_error *err)
{
    const ma_envelope *message = &event->message;
    mcpauth_status st = MCPAUTH_OK;
    if (!errand->ours && ma_errand_is(errand, "tools/list"))
        st = say_list(crossing, errand, message, err);
    else if (!errand->ours)
        st = ma_crossing_say(crossing, message->text, err);
    ma_crossing_finish(crossing, errand);
    return st;
}

mcpauth_status ma_crossing_pass_refusal(ma_crossing *crossing,
    ma_errand *errand, const ma_exchange_event *event, const ma_inbound *from,
    mcpauth_error *err)
{
    bool said = event->kind == MA_EXCHANGE_ERROR && event->message.id.at;
    if (!said || errand->ours || errand->cancelled) {
        mcpauth_status st = ma_inbound_failure(from, crossing->why);
        return ma_crossing_fail(crossing, errand, st, crossing->why, err);
    }
    mcpauth_status st = ma_crossing_say(crossing, event->message.text, err);
    ma_crossing_finish(crossing, errand);
    return st;
}

/* --- from the host ------------------------------------------------------- */

/* Who has no sessions says in every request what he speaks (T-210), and alone
 * knows server/discover. */
static bool has_no_sessions(const ma_envelope *message)
{
    ma_span meta = ma_value_member(message->params, "_meta");
    return message->kind == MA_ENVELOPE_REQUEST &&
           !ma_envelope_is(message, "initialize") &&
           (ma_value_member(meta, MA_META("protocolVersion")).at ||
               ma_envelope_is(message, "server/discover"));
}

/* What the server has may be known, or said (T-074). */
static const ma_pair *choose_pair(
    const ma_crossing *crossing, const ma_envelope *message)
{
    const ma_crossing_options *given = &crossing->options;
    const ma_revision *known =
        ma_revision_named(given->protocol_version ? given->protocol_version
                                                  : given->known_version);
    if (!has_no_sessions(message))
        return &ma_pair_sessions;
    if (!known)
        return &ma_pair_finding;
    return known->stateless ? &ma_pair_plain : &ma_pair_lowering;
}

static mcpauth_status heard_one(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    if (!crossing->pair)
        ma_crossing_change(crossing, choose_pair(crossing, message));
    return crossing->pair->heard(crossing, message, err);
}

/* T-154: what is no message gets an answer all the same. */
static mcpauth_status refuse_line(
    ma_crossing *crossing, ma_span text, mcpauth_error *err)
{
    ma_span value;
    bool json = !ma_value_parse(text, &value, NULL);
    return ma_crossing_refuse(crossing,
        json ? ma_value_member(value, "id") : ma_span_make(NULL, 0),
        json ? MA_ENVELOPE_INVALID_REQUEST : MA_ENVELOPE_PARSE_ERROR,
        json ? "Invalid Request" : "Parse error", err);
}

static mcpauth_status heard_text(
    ma_crossing *crossing, ma_span text, mcpauth_error *err);

/* T-192: each of them gets an answer of its own. */
static mcpauth_status heard_batch(
    ma_crossing *crossing, ma_span batch, mcpauth_error *err)
{
    ma_value_walk walk = ma_value_walk_init(batch);
    ma_span no_name, item;
    mcpauth_status st = MCPAUTH_OK;
    while (!st && ma_value_walk_next(&walk, &no_name, &item))
        st = ma_value_is_array(item) ? refuse_line(crossing, item, err)
                                     : heard_text(crossing, item, err);
    return st;
}

static mcpauth_status heard_text(
    ma_crossing *crossing, ma_span text, mcpauth_error *err)
{
    ma_envelope message;
    mcpauth_status st = ma_envelope_parse(text, &message, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    if (st)
        return refuse_line(crossing, text, err);
    if (message.kind == MA_ENVELOPE_BATCH)
        return heard_batch(crossing, message.batch, err);
    return heard_one(crossing, &message, err);
}

mcpauth_status ma_crossing_heard(
    ma_crossing *crossing, ma_span line, mcpauth_error *err)
{
    return heard_text(crossing, line, err);
}

mcpauth_status ma_crossing_heard_too_much(
    ma_crossing *crossing, mcpauth_error *err)
{
    return ma_crossing_refuse(crossing, ma_span_make(NULL, 0),
        MA_ENVELOPE_INVALID_REQUEST, "the message is too long", err);
}

/* --- from the server ----------------------------------------------------- */

/* Whose the errands are; NULL: the crossing's own. */
static ma_crossing *find_inner(const ma_crossing *crossing)
{
    return crossing->pair && crossing->pair->inner
               ? crossing->pair->inner(crossing)
               : NULL;
}

mcpauth_status ma_crossing_prepare(ma_crossing *crossing, ma_errand *errand,
    mcpauth_headers *headers, ma_exchange_rules *rules, mcpauth_error *err)
{
    ma_crossing *inner = find_inner(crossing);
    if (inner)
        return ma_crossing_prepare(inner, errand, headers, rules, err);
    errand->session = crossing->upstream.session;
    memcpy(rules->retry_codes, crossing->options.retry_codes,
        sizeof rules->retry_codes);
    ma_upstream_set_rules(&crossing->upstream, rules);
    mcpauth_status st =
        ma_upstream_add_fields(&crossing->upstream, errand, headers, err);
    return st || !crossing->pair->prepare
               ? st
               : crossing->pair->prepare(crossing, errand, headers, err);
}

mcpauth_status ma_crossing_came(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    if (event->kind >= MA_EXCHANGE_RESPONSE && !find_inner(crossing))
        note_end(errand);
    return crossing->pair->came(crossing, errand, event, from, err);
}

mcpauth_status ma_crossing_failed(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    if (!find_inner(crossing))
        note_end(errand);
    return crossing->pair->failed(crossing, errand, status, why, err);
}

mcpauth_status ma_crossing_answered(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    ma_crossing *inner = find_inner(crossing);
    ma_errand *call =
        inner ? ma_calls_find(&crossing->calls, ma_span_of(errand->id)) : NULL;
    if (call)
        ma_crossing_finish(crossing, call);
    if (inner)
        return ma_crossing_answered(inner, errand, err);
    note_end(errand);
    ma_crossing_finish(crossing, errand);
    return MCPAUTH_OK;
}

/* --- the end ------------------------------------------------------------- */

mcpauth_status ma_crossing_close(ma_crossing *crossing, mcpauth_error *err)
{
    (void)err;
    crossing->closed = true;
    return MCPAUTH_OK;
}

size_t ma_crossing_waiting(const ma_crossing *crossing)
{
    return crossing->calls.count;
}

bool ma_crossing_is_idle(const ma_crossing *crossing)
{
    return !crossing->calls.count;
}

bool ma_crossing_is_done(const ma_crossing *crossing)
{
    const ma_crossing *inner = find_inner(crossing);
    return !crossing->under_way && (!inner || !inner->under_way);
}

static mcpauth_status fail_rest(ma_crossing *crossing, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(crossing->why, MCPAUTH_E_CANCELLED,
        "the bridge ended before the MCP server answered");
    const mcpauth_status why = st;
    st = MCPAUTH_OK;
    for (ma_errand *errand; !st && (errand = ma_calls_take(&crossing->calls));)
        st = ma_crossing_fail(crossing, errand, why, crossing->why, err);
    return st;
}

/* Requests are among the calls, too. */
static void forget_held(ma_crossing *crossing)
{
    for (ma_errand *at; (at = ma_errands_take(&crossing->held));)
        if (at->purpose != MA_EXCHANGE_FOR_REQUEST)
            ma_crossing_finish(crossing, at);
}

mcpauth_status ma_crossing_end(ma_crossing *crossing, mcpauth_error *err)
{
    mcpauth_status st =
        crossing->pair ? crossing->pair->end(crossing, err) : MCPAUTH_OK;
    forget_held(crossing);
    return st ? st : fail_rest(crossing, err);
}

const char *ma_crossing_protocol_version(const ma_crossing *crossing)
{
    const ma_crossing *inner = find_inner(crossing);
    const ma_upstream *upstream =
        inner ? &inner->upstream : &crossing->upstream;
    return upstream->open ? upstream->peer.version : NULL;
}
