/* importlogin.h - a login that mcp-remote keeps, made one of ours. */
#ifndef MA_CLI_IMPORTLOGIN_H
#define MA_CLI_IMPORTLOGIN_H

#include "cli/context.h"

/* What became of it. */
typedef enum {
    MA_IMPORTLOGIN_TAKEN,
    MA_IMPORTLOGIN_THERE, /* it was ours already */
    MA_IMPORTLOGIN_KEPT   /* ours is newer, or still good and another one */
} ma_importlogin_outcome;

typedef struct {
    const char *server; /* as a person would name it */
    const char *path;   /* the file with the tokens */
    const char *scope;  /* what its program is told to ask for; NULL: nothing */
    bool configured;    /* its client is the one that is configured */
} ma_importlogin;

/* Asks the MCP server whom it trusts, and keeps the login as one made there.
 * context is that of the command, and of its options and files only. */
mcpauth_status ma_importlogin_take(const ma_context *context,
    const ma_importlogin *what, ma_importlogin_outcome *out,
    mcpauth_error *err);

#endif
