/* configfile.h - the servers a person has given names to.
 *
 * The file has the shape that MCP hosts use, so that one file can serve both:
 *
 *     {"mcpServers": {
 *         "weather": {"type": "http", "url": "https://a.example/mcp",
 *             "headers": {"X-Team": "blue"}, "protocolVersion": "2025-11-25",
 *             "oauth": {"client_id": "abc", "scope": "mcp:read"}}}}
 *
 * The members of `oauth` are the settings of mcpauth/config.h, also written
 * as hosts write them (clientId).  What else stands in the file belongs to
 * others and is ignored. */
#ifndef MA_CLI_CONFIGFILE_H
#define MA_CLI_CONFIGFILE_H

#include <mcpauth/config.h>
#include <mcpauth/http.h>

#include "base/json.h"

typedef struct {
    char *path;    /* NULL: there is none */
    ma_json *root; /* NULL: there is no such file */
    bool exposed;  /* others than its owner may read it */
} ma_configfile;

void ma_configfile_done(ma_configfile *file);
MA_SCOPED_DEFINE(ma_configfile, ma_configfile_done)

/* Reads the file at path; with path NULL that at its usual place, which need
 * not exist.  E_USAGE: it cannot be read or is no such file; the message names
 * it. */
mcpauth_status ma_configfile_load(
    const char *path, ma_configfile *out, mcpauth_error *err);

/* All its servers by name; NULL: none. */
const ma_json *ma_configfile_servers(const ma_configfile *file);

/* The entry of that name, lent; NULL: there is none. */
const ma_json *ma_configfile_find(const ma_configfile *file, const char *name);

/* The URL in an entry.  E_USAGE: it has none, as that of a local server. */
mcpauth_status ma_configfile_url(const ma_configfile *file, const char *name,
    const char **out_url, mcpauth_error *err);

/* The version of MCP that the entry names, lent; NULL: none.  E_USAGE: it is no
 * text. */
mcpauth_status ma_configfile_protocol(const ma_configfile *file,
    const char *name, const char **out_version, mcpauth_error *err);

/* Sets what the entry gives and config lacks.  A secret in a file that others
 * may read is left out, and the configuration's log told so.
 * E_USAGE: an unknown setting or a bad value; names file and member. */
mcpauth_status ma_configfile_apply(const ma_configfile *file, const char *name,
    mcpauth_config *config, mcpauth_error *err);

/* Adds the entry's headers, except Authorization, which is ours to set. */
mcpauth_status ma_configfile_headers(const ma_configfile *file,
    const char *name, mcpauth_headers *headers, mcpauth_error *err);

#endif
