/* paths.h - where the program's files are (XDG Base Directory Specification).
 *
 * A path that is not absolute is ignored, as the specification wants and
 * S-079; nothing is ever looked for in the working directory. */
#ifndef MA_CLI_PATHS_H
#define MA_CLI_PATHS_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the directory that the variable names, if that is absolute, or its
 * place below $HOME (NULL: it has none); false, and nothing appended, when the
 * environment names neither. */
bool ma_paths_base(ma_buf *to, const char *variable, const char *below_home);

/* Append an absolute path; false, and nothing appended, when the environment
 * names none. */
bool ma_paths_config(ma_buf *to); /* .../mcpauth/config.json */
bool ma_paths_state(ma_buf *to);  /* .../mcpauth, the file store */

#endif
