/* result.c - what becomes of the final event of an exchange. */
#include "client/result.h"

#include "base/error.h"

void ma_result_done(ma_result *result)
{
    ma_buf_done(&result->text);
}

bool ma_result_is_answer(const ma_result *result, ma_exchange_event_kind kind)
{
    return kind == MA_EXCHANGE_RESPONSE || kind == MA_EXCHANGE_ACCEPTED ||
           (kind == MA_EXCHANGE_ERROR && result && result->opening);
}

mcpauth_status ma_result_take(ma_result *result, ma_session *session,
    const ma_exchange *exchange, const ma_exchange_event *event,
    mcpauth_error *err)
{
    if (!ma_result_is_answer(result, event->kind))
        return MCPAUTH_OK;
    if (result->opening)
        return ma_session_open_got(session, exchange, event, err);
    ma_buf_done(&result->text);
    result->text = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_buf_add_span(&result->text, event->message.result);
    return ma_buf_status(&result->text, "the result", err);
}

mcpauth_status ma_result_move(
    ma_result *result, char **out_text, size_t *out_len, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(&result->text, "the result", err);
    if (st)
        return st;
    size_t len = result->text.len;
    char *text = ma_buf_take(&result->text);
    if (!text)
        return ma_error_nomem(err);
    *out_text = text;
    *out_len = len;
    return MCPAUTH_OK;
}
