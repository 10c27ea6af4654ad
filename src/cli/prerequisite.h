/* prerequisite.h - pages that a server of 2025-11-25 wants seen before it does
 * what it was asked for: its error -32042 names them (T-145). */
#ifndef MA_CLI_PREREQUISITE_H
#define MA_CLI_PREREQUISITE_H

#include "cli/prompt.h"
#include "mcp/value.h"
#include "net/module.h"

typedef struct ma_prerequisite ma_prerequisite;

typedef struct {
    const char *server;       /* its URL */
    const ma_net_module *net; /* NULL: loaded when needed */
    bool open_browser;        /* else URLs are shown only */
    ma_prompt prompt;
} ma_prerequisite_options;

/* options are copied, what they point to is borrowed. */
mcpauth_status ma_prerequisite_new(const ma_prerequisite_options *options,
    ma_prerequisite **out_prerequisite, mcpauth_error *err);

/* NULL is allowed. */
void ma_prerequisite_free(ma_prerequisite *prerequisite);

/* Whether err is such an error. */
bool ma_prerequisite_is(const mcpauth_error *err);

/* Has the person visit the pages of such an error's data, each with consent,
 * and waits until he, or the server, says that it is done.  *out_again is false
 * when he would not, or when nobody is there; then it is said what is to be
 * visited.  E_PROTOCOL, E_LIMIT, E_UNTRUSTED: nobody should. */
mcpauth_status ma_prerequisite_meet(ma_prerequisite *prerequisite, ma_span data,
    bool *out_again, mcpauth_error *err);

/* The params of a notifications/elicitation/complete; from any thread.  Of
 * what is not waited for it is no news (T-144). */
void ma_prerequisite_completed(ma_prerequisite *prerequisite, ma_span params);

#endif
