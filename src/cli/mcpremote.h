/* mcpremote.h - mcp-remote of npm: how hosts run it, and where it keeps its
 * logins.
 *
 * It does not write down which server a login is of: the name of a file is a
 * digest of the URL and of some arguments, so both are needed to find it.  The
 * directory is that of a version of its store; at first, each version of the
 * program had one. */
#ifndef MA_CLI_MCPREMOTE_H
#define MA_CLI_MCPREMOTE_H

#include "cli/finding.h"

/* --- how it is run ------------------------------------------------------- */

/* Reads a server that is a command, `npx mcp-remote URL ...` or another way to
 * say that.  *out_is false: it is another command. */
mcpauth_status ma_mcpremote_read(ma_finding *finding, const ma_json *theirs,
    bool *out_is, mcpauth_error *err);

/* Reads the arguments of this process, as "args" of theirs with an "env": a
 * file is found from the working directory, and a port is one to wait at.
 * E_USAGE: Authorization is set, so that it is another login. */
mcpauth_status ma_mcpremote_read_own(
    ma_finding *finding, const ma_json *theirs, mcpauth_error *err);

/* True when it has an option of that name, dashes included; *out_value: a
 * value follows it. */
bool ma_mcpremote_option(const char *name, bool *out_value);

/* Adds the name that its files have for what stands in text. */
mcpauth_status ma_mcpremote_add_stem(
    ma_finding *finding, const char *text, mcpauth_error *err);

/* --- what it keeps ------------------------------------------------------- */

/* Appends the directory with all it keeps; false: the environment names
 * none. */
bool ma_mcpremote_directory(ma_buf *to);

/* Appends the path of every file with tokens below directory and a NUL behind
 * each; nothing where there is no such directory. */
mcpauth_status ma_mcpremote_list(
    const char *directory, ma_buf *to, mcpauth_error *err);

/* The path among those listed that is newest of the likeliest name, lent;
 * NULL: there is none. */
const char *ma_mcpremote_find(const ma_finding *finding, const ma_buf *listed);

/* True when path is that of a file of the finding. */
bool ma_mcpremote_owns(const ma_finding *finding, const char *path);

/* A login, as it is kept. */
typedef struct {
    ma_buf answer;         /* of the token endpoint, JSON; secret */
    ma_buf registration;   /* of the client; empty: it was configured */
    ma_json *document;     /* answer, read */
    ma_json *client;       /* registration, read */
    const char *issuer;    /* lent by these; NULL: not known */
    const char *requested; /* the scope; NULL: not known */
    int64_t obtained_at_ms;
} ma_mcpremote_login;

/* Wipes and frees. */
void ma_mcpremote_login_done(ma_mcpremote_login *login);
MA_SCOPED_DEFINE(ma_mcpremote_login, ma_mcpremote_login_done)

/* Reads the file of tokens at path and what lies beside it. */
mcpauth_status ma_mcpremote_load(
    const char *path, ma_mcpremote_login *out, mcpauth_error *err);

#endif
