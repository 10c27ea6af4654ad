/* configedit.h - putting a server into the configuration file.
 *
 * The file is a person's: what is not put in stays byte for byte, as it is
 * written and where. */
#ifndef MA_CLI_CONFIGEDIT_H
#define MA_CLI_CONFIGEDIT_H

#include "base/buf.h"
#include "base/json.h"

/* Puts the entry into text, the file's content or nothing, in place of one of
 * that name.  E_USAGE: text is no such file.  E_LIMIT: the file would be too
 * long. */
mcpauth_status ma_configedit_put(
    ma_buf *text, const char *name, const ma_json *entry, mcpauth_error *err);

/* Makes text the content of the file, at once or not at all; its directory is
 * made where it is missing.  Nobody but its owner may read it then. */
mcpauth_status ma_configedit_save(
    const char *path, const ma_buf *text, mcpauth_error *err);

#endif
