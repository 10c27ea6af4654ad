/* complaint.h - why a request of the host came to nothing, as a JSON-RPC error
 * of our own (T-023, T-183).
 *
 * Its codes lie outside the range that JSON-RPC keeps for itself, so that
 * nobody takes them for the server's. */
#ifndef MA_BRIDGE_COMPLAINT_H
#define MA_BRIDGE_COMPLAINT_H

#include "base/buf.h"

enum {
    MA_COMPLAINT_FAILED = -31000,         /* anything else */
    MA_COMPLAINT_LOGIN_REQUIRED = -31001, /* a person must log in */
    MA_COMPLAINT_REFUSED = -31002,        /* for good */
    MA_COMPLAINT_NETWORK = -31003,        /* not reached, or broken off */
    MA_COMPLAINT_TIMEOUT = -31004,
    MA_COMPLAINT_PROTOCOL = -31005, /* its answer cannot be understood */
    MA_COMPLAINT_HTTP = -31006,     /* an HTTP status that is none of these */
    MA_COMPLAINT_ENDED = -31007     /* the bridge ended before */
};

/* Appends an error response to id (raw): what err says, what to do next, and
 * the server's own words as data. */
void ma_complaint_write(
    ma_buf *to, ma_span id, mcpauth_status status, const mcpauth_error *err);

/* Appends one with a code of JSON-RPC's own; id absent: it is not known
 * (T-154). */
void ma_complaint_write_plain(
    ma_buf *to, ma_span id, int code, const char *message);

#endif
