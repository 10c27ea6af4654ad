/* parley.c - see parley.h. */
#include "bridge/parley.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/error.h"
#include "mcp/params.h"

/* Under which the host has the one question of a round. */
#define KEY "question"

/* --- life ---------------------------------------------------------------- */

void ma_parley_question_free(ma_parley_question *question)
{
    if (!question)
        return;
    ma_free(question->id);
    ma_free(question->method);
    ma_free(question->params);
    ma_free(question);
}

static void free_parley(ma_parley *parley)
{
    while (parley->asked) {
        ma_parley_question *question = parley->asked;
        parley->asked = question->next;
        ma_parley_question_free(question);
    }
    ma_free(parley->id);
    ma_free(parley->method);
    ma_free(parley->params);
    ma_free(parley->answer);
    ma_free(parley);
}

void ma_parleys_drop(ma_parleys *parleys, ma_parley *parley)
{
    ma_parley **at = &parleys->first;
    while (*at != parley)
        at = &(*at)->next;
    *at = parley->next;
    free_parley(parley);
}

void ma_parleys_done(ma_parleys *parleys)
{
    while (parleys->first)
        ma_parleys_drop(parleys, parleys->first);
}

ma_parley *ma_parleys_of_id(const ma_parleys *parleys, ma_span id)
{
    ma_parley *at = parleys->first;
    while (at && !ma_envelope_same_id(id, ma_span_of(at->id)))
        at = at->next;
    return at;
}

ma_parley *ma_parleys_of_call(const ma_parleys *parleys, const ma_errand *call)
{
    ma_parley *at = parleys->first;
    while (at && at->call != call)
        at = at->next;
    return at;
}

ma_parley *ma_parleys_late(const ma_parleys *parleys)
{
    ma_parley *at = parleys->first;
    while (at && (at->call || ma_clock_boot_ms() < at->until_ms))
        at = at->next;
    return at;
}

static char *copy(ma_span text)
{
    return ma_strndup(text.at ? text.at : "{}", text.at ? text.len : 2);
}

/* What has to be the same when the call comes again. */
static char *write_params(const ma_errand *call)
{
    static const char *const rounds[] = {
        "inputResponses", "requestState", "_meta", NULL};
    ma_span params = ma_errand_params(call);
    MA_SCOPED(ma_buf) text = ma_buf_init(params.len + 16);
    ma_params_write_without(&text, params, rounds);
    return ma_buf_take(&text);
}

static mcpauth_status begin(ma_parleys *parleys, ma_errand *call, ma_span id,
    ma_parley **out, mcpauth_error *err)
{
    ma_parley *parley = ma_calloc(1, sizeof *parley);
    if (!parley)
        return ma_error_nomem(err);
    parley->next = parleys->first;
    parleys->first = parley;
    parley->call = call;
    parley->id = copy(id);
    parley->method = ma_strdup(call->method);
    parley->params = write_params(call);
    *out = parley;
    return parley->id && parley->method && parley->params ? MCPAUTH_OK
                                                          : ma_error_nomem(err);
}

/* --- the question -------------------------------------------------------- */

static mcpauth_status draw_handle(ma_parley *parley, mcpauth_error *err)
{
    unsigned char bytes[16];
    mcpauth_status st = ma_crypto_random(bytes, sizeof bytes, err);
    for (size_t i = 0; !st && i < sizeof bytes; i++)
        snprintf(parley->handle + 2 * i, 3, "%02x", bytes[i]);
    return st;
}

mcpauth_status ma_parley_tell(
    ma_parley *parley, ma_crossing *crossing, mcpauth_error *err)
{
    const ma_parley_question *question = parley->asked;
    MA_SCOPED(ma_buf) result = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    if (!question || !parley->call)
        return MCPAUTH_OK;
    mcpauth_status st = draw_handle(parley, err);
    if (st)
        return st;
    ma_buf_addf(&result,
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"" KEY
        "\":{\"method\":%s,\"params\":%s}},\"requestState\":\"%s\"}",
        question->method, question->params, parley->handle);
    st = ma_buf_status(&result, "a question", err);
    if (st)
        return st;
    ma_errand *call = ma_move(&parley->call);
    parley->until_ms = ma_clock_boot_ms() + MA_PARLEY_MAX_MS;
    st = ma_crossing_answer(
        crossing, ma_span_of(call->id), ma_buf_span(&result), err);
    ma_crossing_finish(crossing, call);
    return st;
}

static mcpauth_status add_question(
    ma_parley *parley, const ma_envelope *asked, mcpauth_error *err)
{
    ma_parley_question **at = &parley->asked;
    ma_parley_question *question = ma_calloc(1, sizeof *question);
    if (!question)
        return ma_error_nomem(err);
    while (*at)
        at = &(*at)->next;
    *at = question;
    question->id = copy(asked->id);
    question->method = copy(asked->method);
    question->params = copy(asked->params);
    return question->id && question->method && question->params
               ? MCPAUTH_OK
               : ma_error_nomem(err);
}

mcpauth_status ma_parleys_ask(ma_parleys *parleys, ma_crossing *crossing,
    ma_errand *call, ma_span id, const ma_envelope *question,
    mcpauth_error *err)
{
    ma_parley *parley = ma_parleys_of_id(parleys, id);
    mcpauth_status st = MCPAUTH_OK;
    if (!parley)
        st = begin(parleys, call, id, &parley, err);
    if (!st)
        st = add_question(parley, question, err);
    return st ? st : ma_parley_tell(parley, crossing, err);
}

/* --- the answer ---------------------------------------------------------- */

static ma_parley *find_handle(const ma_parleys *parleys, ma_span state)
{
    ma_parley *at = parleys->first;
    while (at && !(at->handle[0] && ma_value_says(state, at->handle)))
        at = at->next;
    return at;
}

static bool is_same_call(const ma_parley *parley, const ma_errand *retry)
{
    MA_AUTO(ma_text) params = write_params(retry);
    return params && !strcmp(parley->method, retry->method) &&
           !strcmp(parley->params, params) &&
           ma_clock_boot_ms() < parley->until_ms;
}

static mcpauth_status refuse(
    ma_crossing *crossing, ma_errand *retry, mcpauth_error *err)
{
    return ma_crossing_turn_down(crossing, retry, MA_ENVELOPE_INVALID_PARAMS,
        "this requestState is not known, was used, is of another call or has "
        "expired; call again without it",
        err);
}

mcpauth_status ma_parleys_go_on(ma_parleys *parleys, ma_crossing *crossing,
    ma_errand *retry, ma_parley **out, ma_parley_question **out_question,
    mcpauth_error *err)
{
    ma_span state = ma_value_member(ma_errand_params(retry), "requestState");
    ma_parley *parley = find_handle(parleys, state);
    *out = NULL;
    if (!parley || !is_same_call(parley, retry))
        return refuse(crossing, retry, err);
    parley->handle[0] = '\0';
    parley->call = retry;
    *out_question = parley->asked;
    parley->asked = parley->asked->next;
    *out = parley;
    return MCPAUTH_OK;
}
