/* remoteargs.h - the arguments of mcp-remote behind `mcpauth connect URL`, and
 * behind `mcpauth login URL` for the person who is then asked to log in.
 *
 * A host that ran mcp-remote runs mcpauth by one word changed in its file.
 * What mcp-remote alone understands is taken out before options are parsed,
 * and becomes an entry of a configuration file which is nowhere written. */
#ifndef MA_CLI_REMOTEARGS_H
#define MA_CLI_REMOTEARGS_H

#include "cli/context.h"

typedef struct {
    int argc; /* what is left for the options of ours */
    char **argv;
    ma_json *theirs; /* as a host's file has it; NULL: nothing of theirs */
    ma_buf login;    /* theirs that say which login is meant, for a shell, a
                        blank before each */
    bool secret;     /* a client secret may stand in the command line */
} ma_remoteargs;

/* Splits a command line, which is lent; unless it is `connect` or `login` with
 * a URL, all of it is ours. */
mcpauth_status ma_remoteargs_split(
    int argc, char **argv, ma_remoteargs *out, mcpauth_error *err);

/* Allowed on a zeroed one. */
void ma_remoteargs_done(ma_remoteargs *self);
MA_SCOPED_DEFINE(ma_remoteargs, ma_remoteargs_done)

/* Makes theirs the context's configuration file, and says what is left out;
 * lends it what a person has to type.  E_USAGE: it would be somebody else who
 * is logged in. */
mcpauth_status ma_remoteargs_apply(
    const ma_remoteargs *self, ma_context *context, mcpauth_error *err);

#endif
