/* cancel.h - one thread's way to end what another is waiting for.
 *
 * Make one, hand it to a call, and ask from any other thread: the call ends
 * soon after with E_CANCELLED. */
#ifndef MCPAUTH_CANCEL_H
#define MCPAUTH_CANCEL_H

#include <mcpauth/error.h>
#include <stdbool.h>

MCPAUTH_BEGIN_DECLS

typedef struct mcpauth_cancel mcpauth_cancel;

/* Holds one descriptor.  NULL: out of memory, or of descriptors. */
MCPAUTH_API mcpauth_cancel *mcpauth_cancel_new(void);

/* After every call it was handed to has returned.  NULL is allowed. */
MCPAUTH_API void mcpauth_cancel_free(mcpauth_cancel *cancel);

/* Asks, once and for all; from any thread, and from a signal handler. */
MCPAUTH_API void mcpauth_cancel_ask(mcpauth_cancel *cancel);

/* Whether somebody asked.  NULL: nobody ever will. */
MCPAUTH_API bool mcpauth_cancel_asked(const mcpauth_cancel *cancel);

/* A descriptor that is readable from then on, for whoever waits with poll(2);
 * not to be read or closed.  NULL gives -1, which poll passes over. */
MCPAUTH_API int mcpauth_cancel_fd(const mcpauth_cancel *cancel);

MCPAUTH_END_DECLS

#endif
