/* asking.c - see asking.h. */
#include "bridge/asking.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "mcp/params.h"

/* --- those under way ----------------------------------------------------- */

ma_asking *ma_askings_find(const ma_askings *askings, const ma_errand *errand)
{
    ma_asking *at = askings->first;
    while (at && at->call != errand && at->retry != errand)
        at = at->next;
    return at;
}

static void free_asking(ma_asking *asking)
{
    ma_rounds_done(&asking->rounds);
    ma_free(asking->question);
    ma_free(asking);
}

static void unlink_asking(ma_askings *askings, const ma_asking *asking)
{
    ma_asking **at = &askings->first;
    while (*at != asking)
        at = &(*at)->next;
    *at = asking->next;
}

static mcpauth_status begin(
    ma_askings *askings, ma_errand *call, ma_asking **out, mcpauth_error *err)
{
    ma_asking *asking = ma_calloc(1, sizeof *asking);
    if (!asking)
        return ma_error_nomem(err);
    asking->call = call;
    asking->rounds = ma_rounds_init(0);
    asking->next = askings->first;
    askings->first = asking;
    *out = asking;
    return MCPAUTH_OK;
}

/* The host need not answer it any more. */
static mcpauth_status take_back(
    ma_crossing *crossing, const ma_asking *asking, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(1024);
    if (!asking->question)
        return MCPAUTH_OK;
    ma_buf_addf(&text,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
        "\"params\":{\"requestId\":%s}}",
        asking->question);
    mcpauth_status st = ma_buf_status(&text, "a notification", err);
    return st ? st : ma_crossing_say(crossing, ma_buf_span(&text), err);
}

mcpauth_status ma_asking_end(ma_askings *askings, ma_crossing *crossing,
    ma_asking *asking, mcpauth_error *err)
{
    mcpauth_status st = take_back(crossing, asking, err);
    unlink_asking(askings, asking);
    if (asking->retry)
        ma_crossing_finish(crossing, asking->retry);
    free_asking(asking);
    return st;
}

void ma_askings_done(ma_askings *askings, ma_crossing *crossing)
{
    while (askings->first) {
        ma_asking *asking = askings->first;
        askings->first = asking->next;
        if (asking->retry)
            ma_crossing_finish(crossing, asking->retry);
        free_asking(asking);
    }
}

/* --- the host's turn ----------------------------------------------------- */

/* A host of 2025-11-25 knows pages by an id (T-144). */
static void write_params(const ma_crossing *crossing,
    const ma_introduction *host, const ma_rounds_request *asked, ma_buf *to)
{
    bool page = host->visits &&
                ma_value_says(ma_value_member(asked->params, "mode"), "url") &&
                !ma_value_member(asked->params, "elicitationId").at;
    ma_buf_add_span(to, asked->params.at ? asked->params : ma_span_of("{}"));
    if (!page)
        return;
    ma_buf_cut(to, to->len - 1);
    ma_buf_addf(to, ",\"elicitationId\":\"mcpauth-%s-%" PRIu64 "\"}",
        crossing->id_prefix, crossing->last_id);
}

static mcpauth_status put_question(ma_crossing *crossing,
    const ma_introduction *host, ma_asking *asking,
    const ma_rounds_request *asked, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) id = ma_buf_init(128);
    MA_SCOPED(ma_buf) text = ma_buf_init(asked->params.len + 1024);
    ma_buf_addf(&id, "\"mcpauth-%s-%" PRIu64 "\"", crossing->id_prefix,
        ++crossing->last_id);
    ma_buf_addf(
        &text, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":", ma_buf_text(&id));
    ma_buf_add_span(&text, asked->method);
    ma_buf_add_text(&text, ",\"params\":");
    write_params(crossing, host, asked, &text);
    ma_buf_add_byte(&text, '}');
    mcpauth_status st = ma_buf_status(&text, "a question", err);
    if (st)
        return st;
    ma_free(asking->question);
    asking->question = ma_buf_take(&id);
    return asking->question ? ma_crossing_say(crossing, ma_buf_span(&text), err)
                            : ma_error_nomem(err);
}

static mcpauth_status fail(ma_askings *askings, ma_crossing *crossing,
    ma_asking *asking, mcpauth_status why, mcpauth_error *err)
{
    ma_errand *call = asking->call;
    mcpauth_status st = ma_asking_end(askings, crossing, asking, err);
    return st ? st : ma_crossing_fail(crossing, call, why, crossing->why, err);
}

/* T-093: a question that cannot be answered is one that a person took back;
 * without the others the call cannot go on. */
static mcpauth_status refuse_question(ma_askings *askings,
    ma_crossing *crossing, ma_asking *asking, ma_span method, bool *out_over,
    mcpauth_error *err)
{
    *out_over = !ma_value_says(method, "elicitation/create");
    if (!*out_over)
        return ma_rounds_answer(
            &asking->rounds, ma_span_of("{\"action\":\"cancel\"}"), err);
    mcpauth_status st = ma_error_set(crossing->why, MCPAUTH_E_UNSUPPORTED,
        "the MCP server asks something that the host does not answer");
    return fail(askings, crossing, asking, st, err);
}

/* --- the server's turn --------------------------------------------------- */

static mcpauth_status send_retry(
    ma_crossing *crossing, ma_asking *asking, mcpauth_error *err)
{
    const ma_errand *call = asking->call;
    MA_SCOPED(ma_buf)
    params = ma_buf_init(call->params_len + 2 * MA_ROUNDS_BYTES_MAX);
    mcpauth_status st = ma_rounds_write_params(
        &asking->rounds, ma_errand_params(call), &params, err);
    if (!st)
        st = ma_buf_status(&params, "the request", err);
    if (!st)
        st = ma_crossing_ask(crossing, MA_EXCHANGE_FOR_REQUEST, call->method,
            ma_buf_span(&params), &asking->retry, err);
    if (st)
        return st;
    if (call->fields)
        st = ma_headers_dup(call->fields, &asking->retry->fields, err);
    if (st)
        return st;
    if (!ma_rounds_asks(&asking->rounds))
        asking->retry->delay_ms = MA_ROUNDS_PAUSE_MS;
    return ma_crossing_send(crossing, asking->retry, err);
}

/* The next question, or the call again. */
static mcpauth_status take_turn(ma_askings *askings, ma_crossing *crossing,
    const ma_introduction *host, ma_asking *asking, mcpauth_error *err)
{
    ma_rounds_request asked;
    while (ma_rounds_next(&asking->rounds, &asked)) {
        bool over = false;
        if (ma_introduction_declares(host, asked.method, asked.params))
            return put_question(crossing, host, asking, &asked, err);
        mcpauth_status st = refuse_question(
            askings, crossing, asking, asked.method, &over, err);
        if (st || over)
            return st;
    }
    return send_retry(crossing, asking, err);
}

/* --- from the pair ------------------------------------------------------- */

bool ma_asking_is_due(ma_span result)
{
    ma_span kind = ma_value_member(result, "resultType");
    return kind.at && !ma_value_says(kind, "complete");
}

mcpauth_status ma_asking_go_on(ma_askings *askings, ma_crossing *crossing,
    const ma_introduction *host, ma_errand *errand, ma_span result,
    mcpauth_error *err)
{
    bool more = false;
    ma_asking *asking = ma_askings_find(askings, errand);
    mcpauth_status st = MCPAUTH_OK;
    if (!asking)
        st = begin(askings, errand, &asking, err);
    if (st)
        return st;
    mcpauth_status why = ma_rounds_feed(
        &asking->rounds, asking->call->method, result, &more, crossing->why);
    if (asking->retry)
        ma_crossing_finish(crossing, ma_move(&asking->retry));
    return why ? fail(askings, crossing, asking, why, err)
               : take_turn(askings, crossing, host, asking, err);
}

static ma_asking *find_question(const ma_askings *askings, ma_span id)
{
    ma_asking *at = askings->first;
    while (at &&
           !(at->question && ma_envelope_same_id(id, ma_span_of(at->question))))
        at = at->next;
    return at;
}

mcpauth_status ma_asking_answered(ma_askings *askings, ma_crossing *crossing,
    const ma_introduction *host, const ma_envelope *message, mcpauth_error *err)
{
    ma_rounds_request asked;
    bool over = false;
    mcpauth_status st = MCPAUTH_OK;
    ma_asking *asking = find_question(askings, message->id);
    if (!asking || !ma_rounds_next(&asking->rounds, &asked))
        return MCPAUTH_OK;
    ma_free(ma_move(&asking->question));
    if (message->kind == MA_ENVELOPE_RESPONSE)
        st = ma_rounds_answer(&asking->rounds, message->result, err);
    else
        st = refuse_question(
            askings, crossing, asking, asked.method, &over, err);
    return st || over ? st : take_turn(askings, crossing, host, asking, err);
}
