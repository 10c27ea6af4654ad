/* result.h - what becomes of the final event of an exchange. */
#ifndef MA_CLIENT_RESULT_H
#define MA_CLIENT_RESULT_H

#include "base/buf.h"
#include "mcp/session.h"

/* A copy of a result, or of nothing: an event of the handshake goes to the
 * session instead. */
typedef struct {
    ma_buf text;  /* the result, byte for byte */
    bool opening; /* it belongs to the handshake */
} ma_result;

void ma_result_done(ma_result *result);
MA_SCOPED_DEFINE(ma_result, ma_result_done)

/* RESPONSE and ACCEPTED are answers; so is ERROR to the handshake, which may
 * have another try (ma_session_open_got).  result may be NULL. */
bool ma_result_is_answer(const ma_result *result, ma_exchange_event_kind kind);

/* Takes an answer in; other kinds pass by. */
mcpauth_status ma_result_take(ma_result *result, ma_session *session,
    const ma_exchange *exchange, const ma_exchange_event *event,
    mcpauth_error *err);

/* Moves the text out, for mcpauth_text_free. */
mcpauth_status ma_result_move(
    ma_result *result, char **out_text, size_t *out_len, mcpauth_error *err);

#endif
