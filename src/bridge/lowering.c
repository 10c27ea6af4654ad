/* lowering.c - a host that has no sessions, and a server that has (T-210 to
 * T-214).
 *
 * The server is spoken to by a crossing of its own, inside, for which this pair
 * plays a host with sessions: so what sessions need is written once.  What that
 * crossing says is put into the words of the host here, and the other way
 * round. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "bridge/dialect.h"
#include "bridge/listening.h"
#include "bridge/pair.h"
#include "bridge/parley.h"
#include "mcp/era.h"
#include "mcp/params.h"

enum { URL_REQUIRED = -32042 };

static const char versions[] = "[\"2026-07-28\"]";
static const char newest_with_sessions[] = "2025-11-25";

typedef struct {
    ma_crossing *inner;
    ma_errand *at_hand;  /* what an event of is being looked at */
    ma_buf capabilities; /* of the host, as it began */
    char hello_id[64];   /* of our initialize, as a value */
    ma_buf greeting;     /* its result; empty: not yet */
    bool opens;          /* it is on its way */
    ma_errands early;    /* wait for the greeting */
    ma_buf level;        /* of logging, a value; empty: none */
    ma_parleys parleys;
    ma_listening listening;
} lowering;

static lowering *of(const ma_crossing *crossing)
{
    return crossing->own;
}

/* --- the crossing inside ------------------------------------------------- */

static mcpauth_status say(void *ctx, ma_span message, mcpauth_error *err);

static mcpauth_status send(void *ctx, ma_errand *errand, mcpauth_error *err)
{
    const ma_crossing *crossing = ctx;
    return crossing->ops.send(crossing->ctx, errand, err);
}

static void drop(void *ctx, ma_errand *errand)
{
    const ma_crossing *crossing = ctx;
    crossing->ops.drop(crossing->ctx, errand);
}

static void log_line(void *ctx, int level, const char *event, const char *text)
{
    const ma_crossing *crossing = ctx;
    crossing->ops.log(crossing->ctx, level, event, text);
}

static ma_crossing *inner(const ma_crossing *crossing)
{
    return crossing->own ? of(crossing)->inner : NULL;
}

static mcpauth_status begin(ma_crossing *crossing, mcpauth_error *err)
{
    static const ma_crossing_ops ops = {say, send, drop, log_line};
    lowering *own = ma_calloc(1, sizeof *own);
    if (!own)
        return ma_error_nomem(err);
    crossing->own = own;
    own->capabilities = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    own->greeting = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    own->level = ma_buf_init(256);
    return ma_crossing_new(
        &crossing->options, &ops, crossing, &own->inner, err);
}

static void done(ma_crossing *crossing)
{
    lowering *own = crossing->own;
    if (!own)
        return;
    for (ma_errand *at; (at = ma_errands_take(&own->early));)
        ma_crossing_finish(crossing, at);
    ma_listening_done(&own->listening, crossing);
    ma_parleys_done(&own->parleys);
    ma_crossing_free(own->inner);
    ma_buf_done(&own->capabilities);
    ma_buf_done(&own->greeting);
    ma_buf_done(&own->level);
    ma_free(own);
}

static mcpauth_status tell_inner(
    ma_crossing *crossing, const ma_buf *text, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(text, "the message", err);
    return st ? st
              : ma_crossing_heard(of(crossing)->inner, ma_buf_span(text), err);
}

/* --- requests of ours ---------------------------------------------------- */

static void write_id(ma_crossing *crossing, char *to, size_t max)
{
    snprintf(to, max, "\"mcpauth-%s-%" PRIu64 "\"", crossing->id_prefix,
        ++crossing->last_id);
}

static bool is_ours(const ma_crossing *crossing, ma_span id)
{
    char start[64];
    snprintf(start, sizeof start, "\"mcpauth-%s-", crossing->id_prefix);
    return id.at && ma_span_starts(id, start);
}

/* What comes of it is nothing to the host. */
static mcpauth_status order(ma_crossing *crossing, const char *method,
    const char *name, ma_span value, mcpauth_error *err)
{
    char id[64];
    MA_SCOPED(ma_buf) text = ma_buf_init(value.len + 512);
    write_id(crossing, id, sizeof id);
    ma_buf_addf(&text,
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"%s\",\"params\":{"
        "\"%s\":",
        id, method, name);
    ma_buf_add_span(&text, value);
    ma_buf_add_text(&text, "}}");
    return tell_inner(crossing, &text, err);
}

/* T-210: with what the host has said of itself in its first request. */
static mcpauth_status open_session(
    ma_crossing *crossing, ma_span meta, mcpauth_error *err)
{
    lowering *own = of(crossing);
    ma_span can = ma_value_member(meta, MA_META("clientCapabilities"));
    ma_span info = ma_era_object_member(meta, MA_META("clientInfo"));
    MA_SCOPED(ma_buf) text = ma_buf_init(meta.len + 1024);
    if (own->opens || own->greeting.len)
        return MCPAUTH_OK;
    own->opens = true;
    ma_buf_clear(&own->capabilities);
    ma_buf_add_span(&own->capabilities, can);
    write_id(crossing, own->hello_id, sizeof own->hello_id);
    ma_buf_addf(&text,
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"initialize\","
        "\"params\":{\"protocolVersion\":\"%s\",\"capabilities\":",
        own->hello_id, newest_with_sessions);
    ma_buf_add_span(&text, can);
    ma_buf_add_text(&text, ",\"clientInfo\":");
    if (info.at)
        ma_buf_add_span(&text, info);
    else
        ma_buf_addf(&text, "{\"name\":\"%s\",\"version\":\"%s\"}",
            crossing->options.client_name, crossing->options.client_version);
    ma_buf_add_text(&text, "}}");
    mcpauth_status st = ma_buf_status(&own->capabilities, "the message", err);
    if (!st)
        st = tell_inner(crossing, &text, err);
    return st ? st
              : ma_crossing_heard(own->inner,
                    ma_span_of("{\"jsonrpc\":\"2.0\",\"method\":"
                               "\"notifications/initialized\"}"),
                    err);
}

/* T-213: the finest that anybody asked for. */
static mcpauth_status set_level(
    ma_crossing *crossing, ma_span meta, mcpauth_error *err)
{
    lowering *own = of(crossing);
    ma_span level = ma_value_member(meta, MA_META("logLevel"));
    if (!ma_value_is_string(level) ||
        ma_value_same(level, ma_buf_span(&own->level)))
        return MCPAUTH_OK;
    ma_buf_clear(&own->level);
    ma_buf_add_span(&own->level, level);
    return order(crossing, "logging/setLevel", "level", level, err);
}

/* --- the greeting -------------------------------------------------------- */

/* T-210 */
static mcpauth_status answer_discover(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    static const char *const left_out[] = {"tasks", NULL};
    ma_span greeting = ma_buf_span(&of(crossing)->greeting);
    ma_span instructions = ma_value_member(greeting, "instructions");
    ma_span info = ma_era_object_member(greeting, "serverInfo");
    MA_SCOPED(ma_buf) result = ma_buf_init(greeting.len + 1024);
    ma_buf_addf(
        &result, "{\"supportedVersions\":%s,\"capabilities\":", versions);
    ma_params_write_without(
        &result, ma_era_object_member(greeting, "capabilities"), left_out);
    if (instructions.at)
        ma_buf_add_text(&result, ",\"instructions\":");
    ma_buf_add_span(&result, instructions);
    ma_buf_add_text(&result,
        ",\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":"
        "\"private\",\"_meta\":{\"" MA_META("serverInfo") "\":");
    ma_buf_add_span(&result, info.at ? info : ma_span_of("{}"));
    ma_buf_add_text(&result, "}}");
    mcpauth_status st = ma_buf_status(&result, "the answer", err);
    if (!st)
        st = ma_crossing_answer(
            crossing, ma_span_of(errand->id), ma_buf_span(&result), err);
    ma_crossing_finish(crossing, errand);
    return st;
}

static mcpauth_status subscribe(
    ma_crossing *crossing, const ma_errand *errand, mcpauth_error *err)
{
    ma_value_walk walk = ma_value_walk_init(ma_value_member(
        ma_value_member(ma_errand_params(errand), "notifications"),
        "resourceSubscriptions"));
    ma_span no_name, uri;
    mcpauth_status st = MCPAUTH_OK;
    while (!st && ma_value_walk_next(&walk, &no_name, &uri))
        if (ma_value_is_string(uri) &&
            !ma_listening_wants(&of(crossing)->listening, uri))
            st = order(crossing, "resources/subscribe", "uri", uri, err);
    return st;
}

static mcpauth_status begin_listening(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    lowering *own = of(crossing);
    mcpauth_status st = subscribe(crossing, errand, err);
    return st ? st
              : ma_listening_begin(&own->listening, crossing, errand,
                    ma_era_object_member(
                        ma_buf_span(&own->greeting), "capabilities"),
                    err);
}

static mcpauth_status take_early(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    return ma_errand_is(errand, "server/discover")
               ? answer_discover(crossing, errand, err)
               : begin_listening(crossing, errand, err);
}

static mcpauth_status greeted(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    lowering *own = of(crossing);
    ma_buf_clear(&own->greeting);
    ma_buf_add_span(&own->greeting, message->result);
    mcpauth_status st = ma_buf_status(&own->greeting, "the greeting", err);
    for (ma_errand *at; !st && (at = ma_errands_take(&own->early));)
        st = take_early(crossing, at, err);
    return st;
}

/* --- what the server answers --------------------------------------------- */

static mcpauth_status answer(ma_crossing *crossing, ma_errand *call,
    const ma_envelope *message, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(message->text.len + 1024);
    if (message->kind == MA_ENVELOPE_RESPONSE)
        ma_dialect_write_result(&text, call, message->result);
    else
        ma_dialect_write_error(&text, call->id, message);
    mcpauth_status st = ma_buf_status(&text, "the answer", err);
    if (!st)
        st = ma_crossing_say(crossing, ma_buf_span(&text), err);
    ma_crossing_finish(crossing, call);
    return st;
}

/* T-211, T-145: the pages to visit first are questions; the call comes again
 * as a new one, so nothing has to be remembered. */
static mcpauth_status ask_to_visit(ma_crossing *crossing, ma_errand *call,
    const ma_envelope *message, mcpauth_error *err)
{
    ma_value_walk walk =
        ma_value_walk_init(ma_value_member(message->data, "elicitations"));
    ma_span no_name, page;
    const char *comma = "";
    MA_SCOPED(ma_buf) result = ma_buf_init(2 * message->text.len + 1024);
    ma_buf_add_text(
        &result, "{\"resultType\":\"input_required\",\"inputRequests\":{");
    for (int i = 0; ma_value_walk_next(&walk, &no_name, &page); i++) {
        ma_buf_addf(&result,
            "%s\"page%d\":{\"method\":\"elicitation/create\",\"params\":",
            comma, i);
        ma_buf_add_span(&result, page);
        ma_buf_add_byte(&result, '}');
        comma = ",";
    }
    ma_buf_add_text(&result, "}}");
    mcpauth_status st = ma_buf_status(&result, "a question", err);
    if (!st)
        st = ma_crossing_answer(
            crossing, ma_span_of(call->id), ma_buf_span(&result), err);
    ma_crossing_finish(crossing, call);
    return st;
}

/* Whoever waits for it now; a parley whose host is away keeps it. */
static mcpauth_status take_parley(ma_crossing *crossing, ma_parley *parley,
    const ma_envelope *message, mcpauth_error *err)
{
    lowering *own = of(crossing);
    ma_errand *call = ma_move(&parley->call);
    if (!call) {
        parley->answer = ma_strndup(message->text.at, message->text.len);
        return parley->answer ? MCPAUTH_OK : ma_error_nomem(err);
    }
    ma_parleys_drop(&own->parleys, parley);
    return answer(crossing, call, message, err);
}

static mcpauth_status take_answer(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    lowering *own = of(crossing);
    if (ma_envelope_same_id(message->id, ma_span_of(own->hello_id))) {
        own->opens = false;
        if (message->kind == MA_ENVELOPE_RESPONSE)
            return greeted(crossing, message, err);
        mcpauth_status st = MCPAUTH_OK;
        for (ma_errand *at; !st && (at = ma_errands_take(&own->early));)
            st = answer(crossing, at, message, err);
        return st;
    }
    if (is_ours(crossing, message->id))
        return MCPAUTH_OK;
    ma_parley *parley = ma_parleys_of_id(&own->parleys, message->id);
    if (parley)
        return take_parley(crossing, parley, message, err);
    ma_errand *call = ma_calls_find(&crossing->calls, message->id);
    if (!call)
        return MCPAUTH_OK;
    bool visits =
        message->kind == MA_ENVELOPE_ERROR && message->code == URL_REQUIRED &&
        ma_value_is_array(ma_value_member(message->data, "elicitations"));
    return visits ? ask_to_visit(crossing, call, message, err)
                  : answer(crossing, call, message, err);
}

/* --- what the server asks ------------------------------------------------ */

static mcpauth_status reply(ma_crossing *crossing, ma_span id, const char *what,
    ma_span value, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(id.len + value.len + 256);
    ma_buf_add_text(&text, "{\"jsonrpc\":\"2.0\",\"id\":");
    ma_buf_add_span(&text, id);
    ma_buf_addf(&text, ",\"%s\":", what);
    ma_buf_add_span(&text, value);
    ma_buf_add_byte(&text, '}');
    return tell_inner(crossing, &text, err);
}

/* The host can be asked that, and said so when it began. */
static bool can_answer(const lowering *own, const ma_envelope *question)
{
    static const char *const asked[][2] = {
        {"elicitation/create", "elicitation"},
        {"sampling/createMessage", "sampling"},
        {"roots/list", "roots"},
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (ma_envelope_is(question, asked[i][0]))
            return ma_value_is_object(
                ma_value_member(ma_buf_span(&own->capabilities), asked[i][1]));
    return false;
}

/* T-090: only these may be answered with a question. */
static bool may_be_asked(const ma_errand *errand)
{
    return errand && errand->id &&
           (ma_errand_is(errand, "tools/call") ||
               ma_errand_is(errand, "prompts/get") ||
               ma_errand_is(errand, "resources/read"));
}

/* On the one stream of 2024-11-05 it is about the only call there is. */
static const ma_errand *find_asked(const ma_crossing *crossing)
{
    const lowering *own = of(crossing);
    const ma_era *era = own->inner->upstream.era;
    if (may_be_asked(own->at_hand))
        return own->at_hand;
    return era && era->streamed ? ma_calls_only(&crossing->calls, may_be_asked)
                                : NULL;
}

/* The answer of the call that it is about goes out under another id. */
static mcpauth_status put_question(ma_crossing *crossing, ma_errand *call,
    ma_span id, const ma_envelope *question, mcpauth_error *err)
{
    lowering *own = of(crossing);
    if (own->at_hand)
        own->at_hand->whole = true;
    return ma_parleys_ask(&own->parleys, crossing, call, id, question, err);
}

static mcpauth_status take_question(
    ma_crossing *crossing, const ma_envelope *question, mcpauth_error *err)
{
    lowering *own = of(crossing);
    const ma_errand *on = find_asked(crossing);
    if (ma_envelope_is(question, "ping"))
        return reply(crossing, question->id, "result", ma_span_of("{}"), err);
    if (on && can_answer(own, question)) {
        const ma_parley *parley = ma_parleys_of_call(&own->parleys, on);
        ma_span id = ma_span_of(parley ? parley->id : on->id);
        ma_errand *call = ma_calls_find(&crossing->calls, id);
        if (call || ma_parleys_of_id(&own->parleys, id))
            return put_question(crossing, call, id, question, err);
    }
    return reply(crossing, question->id, "error",
        ma_span_of("{\"code\":-32601,\"message\":\"the client cannot be asked "
                   "this here\"}"),
        err);
}

/* --- what the server tells ----------------------------------------------- */

/* T-123: of its log, what was asked for by the request that it belongs to. */
static bool wants_log(const ma_crossing *crossing)
{
    const lowering *own = of(crossing);
    const ma_errand *call =
        own->at_hand && own->at_hand->id
            ? ma_calls_find(&crossing->calls, ma_span_of(own->at_hand->id))
            : NULL;
    ma_span meta = call ? ma_value_member(ma_errand_params(call), "_meta")
                        : ma_span_make(NULL, 0);
    return ma_value_member(meta, MA_META("logLevel")).at;
}

static mcpauth_status take_news(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    if (ma_envelope_is(message, "notifications/progress") ||
        (ma_envelope_is(message, "notifications/message") &&
            wants_log(crossing)))
        return ma_crossing_say(crossing, message->text, err);
    return ma_listening_tell(&of(crossing)->listening, crossing, message, err);
}

static mcpauth_status say(void *ctx, ma_span text, mcpauth_error *err)
{
    ma_crossing *crossing = ctx;
    ma_envelope message;
    if (ma_envelope_parse(text, &message, NULL))
        return MCPAUTH_OK;
    switch (message.kind) {
    case MA_ENVELOPE_REQUEST:
        return take_question(crossing, &message, err);
    case MA_ENVELOPE_NOTIFICATION:
        return take_news(crossing, &message, err);
    default:
        return take_answer(crossing, &message, err);
    }
}

/* --- from the host ------------------------------------------------------- */

/* The question is answered; what the server said meanwhile is, too. */
static mcpauth_status go_on(
    ma_crossing *crossing, ma_errand *retry, mcpauth_error *err)
{
    lowering *own = of(crossing);
    ma_parley *parley = NULL;
    ma_parley_question *question = NULL;
    mcpauth_status st = ma_parleys_go_on(
        &own->parleys, crossing, retry, &parley, &question, err);
    if (st || !parley)
        return st;
    ma_value_walk walk = ma_value_walk_init(
        ma_value_member(ma_errand_params(retry), "inputResponses"));
    ma_span name, value;
    bool answered =
        ma_value_walk_next(&walk, &name, &value) && ma_value_is_object(value);
    if (parley->answer) {
        ma_envelope message;
        MA_AUTO(ma_text) text = ma_move(&parley->answer);
        st = ma_envelope_parse(ma_span_of(text), &message, err);
        st = st ? st : take_parley(crossing, parley, &message, err);
    } else {
        st = reply(crossing, ma_span_of(question->id),
            answered ? "result" : "error",
            answered ? value
                     : ma_span_of("{\"code\":-32603,\"message\":\"the client "
                                  "gave no answer\"}"),
            err);
        if (!st)
            st = ma_parley_tell(parley, crossing, err);
    }
    ma_parley_question_free(question);
    return st;
}

/* The server still knows a call by that id. */
static mcpauth_status refuse_id(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    return ma_crossing_turn_down(crossing, errand, MA_ENVELOPE_INVALID_REQUEST,
        "this id is of a call that was answered with a question and is not "
        "over; use another one",
        err);
}

static mcpauth_status pass_on(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    if (ma_parleys_of_id(&of(crossing)->parleys, ma_span_of(errand->id)))
        return refuse_id(crossing, errand, err);
    MA_SCOPED(ma_buf) text = ma_buf_init(errand->body.len + 1024);
    ma_dialect_write_lowered(&text, errand);
    return tell_inner(crossing, &text, err);
}

/* T-214: under the id that the server knows. */
static mcpauth_status cancel(
    ma_crossing *crossing, ma_span id, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(id.len + 256);
    ma_buf_add_text(&text,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
        "\"params\":{\"requestId\":");
    ma_buf_add_span(&text, id);
    ma_buf_add_text(&text, "}}");
    return tell_inner(crossing, &text, err);
}

/* T-212: nobody has brought the answer in time. */
static mcpauth_status end_late(ma_crossing *crossing, mcpauth_error *err)
{
    lowering *own = of(crossing);
    mcpauth_status st = MCPAUTH_OK;
    for (ma_parley *at; !st && (at = ma_parleys_late(&own->parleys));) {
        if (!at->answer)
            st = cancel(crossing, ma_span_of(at->id), err);
        ma_parleys_drop(&own->parleys, at);
    }
    return st;
}

/* What is wrong with a request is told, and NULL in *io. */
static mcpauth_status check(
    ma_crossing *crossing, ma_errand **io, mcpauth_error *err)
{
    ma_errand *errand = *io;
    ma_span meta = ma_value_member(ma_errand_params(errand), "_meta");
    ma_span version = ma_value_member(meta, MA_META("protocolVersion"));
    MA_SCOPED(ma_buf) text = ma_buf_init(errand->body.len + 1024);
    bool spoken = ma_value_says(version, ma_revision_at(0)->name);
    bool whole = spoken && ma_value_is_object(ma_value_member(
                               meta, MA_META("clientCapabilities")));
    if (whole)
        return MCPAUTH_OK;
    ma_buf_addf(&text, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":", errand->id);
    if (version.at && !spoken) {
        ma_buf_addf(&text,
            "{\"code\":%d,\"message\":\"Unsupported protocol version\","
            "\"data\":{\"supported\":%s,\"requested\":",
            MA_ENVELOPE_UNSUPPORTED_VERSION, versions);
        ma_buf_add_span(&text, version);
        ma_buf_add_text(&text, "}}}");
    } else
        ma_buf_addf(&text,
            "{\"code\":%d,\"message\":\"_meta lacks the protocol version or "
            "the client's capabilities\"}}",
            MA_ENVELOPE_INVALID_PARAMS);
    mcpauth_status st = ma_buf_status(&text, "the answer", err);
    if (!st)
        st = ma_crossing_say(crossing, ma_buf_span(&text), err);
    ma_crossing_finish(crossing, ma_move(io));
    return st;
}

static mcpauth_status take_request(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    lowering *own = of(crossing);
    mcpauth_status st = end_late(crossing, err);
    if (!st)
        st = check(crossing, &errand, err);
    if (st || !errand)
        return st;
    ma_span params = ma_errand_params(errand);
    ma_span meta = ma_value_member(params, "_meta");
    bool early = ma_errand_is(errand, "server/discover") ||
                 ma_errand_is(errand, "subscriptions/listen");
    if (early && !own->greeting.len)
        ma_errands_put(&own->early, errand);
    st = open_session(crossing, meta, err);
    if (!st)
        st = set_level(crossing, meta, err);
    if (st || (early && !own->greeting.len))
        return st;
    if (early)
        return take_early(crossing, errand, err);
    return ma_value_member(params, "requestState").at
               ? go_on(crossing, errand, err)
               : pass_on(crossing, errand, err);
}

mcpauth_status ma_lowering_adopt(ma_crossing *crossing, mcpauth_error *err)
{
    ma_crossing_change(crossing, &ma_pair_lowering);
    mcpauth_status st = begin(crossing, err);
    for (ma_errand *at; !st && (at = ma_errands_take(&crossing->held));)
        if (at->purpose == MA_EXCHANGE_FOR_REQUEST)
            st = take_request(crossing, at, err);
        else
            ma_crossing_finish(crossing, at);
    return st;
}

static mcpauth_status unsubscribe(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    lowering *own = of(crossing);
    MA_SCOPED(ma_buf) was = ma_buf_init(errand->params_len);
    ma_buf_add_span(&was, ma_errand_params(errand));
    ma_value_walk walk = ma_value_walk_init(
        ma_value_member(ma_value_member(ma_buf_span(&was), "notifications"),
            "resourceSubscriptions"));
    ma_span no_name, uri;
    mcpauth_status st = ma_buf_status(&was, "a subscription", err);
    if (st || !ma_listening_end(&own->listening, crossing, errand))
        return st;
    while (!st && ma_value_walk_next(&walk, &no_name, &uri))
        if (!ma_listening_wants(&own->listening, uri))
            st = order(crossing, "resources/unsubscribe", "uri", uri, err);
    return st;
}

static mcpauth_status take_back(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    lowering *own = of(crossing);
    ma_errand *call = ma_calls_find(
        &crossing->calls, ma_value_member(message->params, "requestId"));
    if (!call)
        return MCPAUTH_OK;
    if (ma_errand_is(call, "subscriptions/listen"))
        return unsubscribe(crossing, call, err);
    ma_parley *parley = ma_parleys_of_call(&own->parleys, call);
    mcpauth_status st =
        cancel(crossing, ma_span_of(parley ? parley->id : call->id), err);
    if (parley)
        ma_parleys_drop(&own->parleys, parley);
    ma_errands_drop(&own->early, call);
    ma_crossing_finish(crossing, call);
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
    if (message->kind != MA_ENVELOPE_REQUEST)
        return MCPAUTH_OK; /* T-156; and sessions know no others */
    st = ma_crossing_take(crossing, message, &errand, err);
    return st || !errand ? st : take_request(crossing, errand, err);
}

/* --- to and from the server ---------------------------------------------- */

static mcpauth_status came(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    lowering *own = of(crossing);
    own->at_hand = errand;
    mcpauth_status st = ma_crossing_came(own->inner, errand, event, from, err);
    own->at_hand = NULL;
    return st;
}

static mcpauth_status failed(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    return ma_crossing_failed(of(crossing)->inner, errand, status, why, err);
}

static mcpauth_status end(ma_crossing *crossing, mcpauth_error *err)
{
    lowering *own = of(crossing);
    if (!own)
        return MCPAUTH_OK;
    ma_listening_stop(&own->listening);
    while (ma_errands_take(&own->early))
        continue;
    return ma_crossing_end(own->inner, err);
}

const ma_pair ma_pair_lowering = {
    .name = "lowering",
    .heard = heard,
    .came = came,
    .failed = failed,
    .inner = inner,
    .end = end,
    .done = done,
};
