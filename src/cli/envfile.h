/* envfile.h - a file of KEY=VALUE lines, as for docker and systemd.
 *
 * Blank lines and lines that begin with '#' are skipped, a leading "export "
 * is allowed, and so are quotes of either kind around a whole value.  Nothing
 * is expanded. */
#ifndef MA_CLI_ENVFILE_H
#define MA_CLI_ENVFILE_H

#include <mcpauth/error.h>

#include "base/auto.h"

typedef struct ma_envfile ma_envfile;

/* E_USAGE: it cannot be read, or a line is no KEY=VALUE; the message names the
 * line by its number and shows nothing of it. */
mcpauth_status ma_envfile_load(
    const char *path, ma_envfile **out_envfile, mcpauth_error *err);

/* Wipes and frees.  NULL is allowed. */
void ma_envfile_free(ma_envfile *envfile);
MA_AUTO_DEFINE(ma_envfile, ma_envfile_free)

/* The value the last line gives name, lent; NULL: none does. */
const char *ma_envfile_get(const ma_envfile *envfile, const char *name);

#endif
