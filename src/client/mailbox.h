/* mailbox.h - where a request waits for an answer that comes on another
 * stream (T-171).  Any thread may use it. */
#ifndef MA_CLIENT_MAILBOX_H
#define MA_CLIENT_MAILBOX_H

#include <mcpauth/error.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "mcp/envelope.h"

typedef struct ma_mailbox ma_mailbox;

/* NULL: out of memory. */
ma_mailbox *ma_mailbox_new(void);

/* Nobody waits any more.  NULL is allowed. */
void ma_mailbox_free(ma_mailbox *mailbox);

/* A stream begins that brings the answers of that session (generation, as
 * session.h counts them); until fail. */
void ma_mailbox_open(ma_mailbox *mailbox, unsigned generation);

/* Before the request with this raw id is sent; forget follows in any case.
 * E_NETWORK: there is no stream that could bring the answer. */
mcpauth_status ma_mailbox_expect(
    ma_mailbox *mailbox, ma_span id, unsigned generation, mcpauth_error *err);
void ma_mailbox_forget(ma_mailbox *mailbox, ma_span id);

/* Appends the answer to it.  E_NETWORK: none will come.  E_TIMEOUT: timeout_ms
 * passed (0: no limit).  E_CANCELLED. */
mcpauth_status ma_mailbox_wait(ma_mailbox *mailbox, ma_span id,
    int64_t timeout_ms, const mcpauth_cancel *cancel, ma_buf *to,
    mcpauth_error *err);

/* An answer came; one that nobody expects is dropped (T-004). */
void ma_mailbox_deliver(ma_mailbox *mailbox, const ma_envelope *message);

/* The stream is gone: whoever waits has waited in vain, and nobody need wait
 * from now on (T-172). */
void ma_mailbox_fail(ma_mailbox *mailbox);

#endif
