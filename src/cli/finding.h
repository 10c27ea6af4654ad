/* finding.h - an MCP server that another program is configured for, as an
 * entry of our configuration file.
 *
 * What can be taken over is in the entry; of the rest it is noted what it was,
 * and why it was left.  Notes never hold a value. */
#ifndef MA_CLI_FINDING_H
#define MA_CLI_FINDING_H

#include "base/buf.h"
#include "base/json.h"

typedef struct ma_finding {
    struct ma_finding *next;
    char *name;         /* NULL: it has none */
    char *place;        /* the file it stands in, for people; NULL: none */
    char *url;          /* NULL: it cannot be taken; left says why */
    ma_json *entry;     /* NULL: only a login is wanted */
    ma_json *left;      /* texts for people */
    ma_buf stems;       /* names of its files at mcp-remote, each with a NUL
                           behind; the likeliest first */
    char *kept_in;      /* the directory of that mcp-remote; NULL: the usual */
    bool another_login; /* a login of mcp-remote is good for nothing here */
} ma_finding;

/* NULL is allowed; next is not freed. */
void ma_finding_free(ma_finding *finding);
MA_AUTO_DEFINE(ma_finding, ma_finding_free)

/* Reads theirs, which stands under name in the file place.  *out NULL: it is a
 * local server. */
mcpauth_status ma_finding_read(const char *name, const ma_json *theirs,
    const char *place, ma_finding **out, mcpauth_error *err);

/* One of no file, for a login of mcp-remote. */
mcpauth_status ma_finding_of_url(
    const char *name, const char *url, ma_finding **out, mcpauth_error *err);

/* One of the arguments of mcp-remote that this process was given, as
 * ma_mcpremote_read_own has them. */
mcpauth_status ma_finding_of_arguments(
    const ma_json *theirs, ma_finding **out, mcpauth_error *err);

/* --- for those who read what others write -------------------------------- */

/* Notes what was left, and why. */
mcpauth_status ma_finding_leave(
    ma_finding *finding, const char *why, const char *what, mcpauth_error *err);

/* Sets a setting of mcpauth/config.h. */
mcpauth_status ma_finding_set(ma_finding *finding, const char *setting,
    const char *value, mcpauth_error *err);

/* The same, of a text which may refer to variables: ${NAME} stands for what
 * env, an object or NULL, has of that name.  One that refers to others is left;
 * what: its name in the note. */
mcpauth_status ma_finding_set_expanded(ma_finding *finding, const char *setting,
    const char *value, const ma_json *env, mcpauth_error *err);

/* Sets a header of the requests to the server; of the same kind of text.
 * Authorization is left: what stands there is ours to set. */
mcpauth_status ma_finding_add_header(ma_finding *finding, const char *name,
    const char *value, const ma_json *env, mcpauth_error *err);

/* Takes the server's URL, or notes why not. */
mcpauth_status ma_finding_set_url(
    ma_finding *finding, const char *url, mcpauth_error *err);

#endif
