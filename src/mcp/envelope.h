/* envelope.h - one JSON-RPC 2.0 message, found as spans of its bytes.
 *
 * Ids are kept as raw text and compared by type and value: 1 is not "1", 1e3 is
 * 1000, and one of forty digits survives (T-002). */
#ifndef MA_MCP_ENVELOPE_H
#define MA_MCP_ENVELOPE_H

#include "mcp/value.h"

/* JSON-RPC 2.0 5.1, and MCP 2026-07-28. */
enum {
    MA_ENVELOPE_PARSE_ERROR = -32700,
    MA_ENVELOPE_INVALID_REQUEST = -32600,
    MA_ENVELOPE_METHOD_NOT_FOUND = -32601,
    MA_ENVELOPE_INVALID_PARAMS = -32602,
    MA_ENVELOPE_INTERNAL_ERROR = -32603,
    MA_ENVELOPE_HEADER_MISMATCH = -32020,
    MA_ENVELOPE_MISSING_CAPABILITY = -32021,
    MA_ENVELOPE_UNSUPPORTED_VERSION = -32022
};

typedef enum {
    MA_ENVELOPE_REQUEST,
    MA_ENVELOPE_NOTIFICATION,
    MA_ENVELOPE_RESPONSE,
    MA_ENVELOPE_ERROR,
    MA_ENVELOPE_BATCH /* only `batch` is set; its items are not read yet */
} ma_envelope_kind;

/* Values (value.h) inside the text; absent ones have at == NULL. */
typedef struct {
    ma_envelope_kind kind;
    ma_span text;    /* the whole message */
    ma_span id;      /* a string or a number; an error may have none */
    ma_span method;  /* a string */
    ma_span params;  /* an object, or absent */
    ma_span result;  /* an object */
    int64_t code;    /* of an error */
    ma_span message; /* a string, of an error */
    ma_span data;    /* anything, of an error, or absent */
    ma_span batch;   /* an array with at least one item */
} ma_envelope;

/* Reads one message.  A null result, error or params counts as absent.
 * E_PROTOCOL: not JSON (answer it with -32700), or JSON but no message
 * (-32600); ma_value_parse tells which.  E_LIMIT: nested too deeply. */
mcpauth_status ma_envelope_parse(
    ma_span text, ma_envelope *out, mcpauth_error *err);

/* True for a request or notification of that method. */
bool ma_envelope_is(const ma_envelope *envelope, const char *method);

/* The same id (T-002): the same number, or strings that say the same, however
 * they are written.  Both raw; 1 is not "1". */
bool ma_envelope_same_id(ma_span a, ma_span b);

/* What has arrived of a message that goes on shows that it answers the request
 * of that id, as far as it names one.  False also when it does not tell. */
bool ma_envelope_begins_answer(ma_span beginning, ma_span id);

#endif
