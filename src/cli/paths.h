/* paths.h - where the program's files are (XDG Base Directory Specification).
 *
 * A path that is not absolute is ignored, as the specification wants and
 * S-079; nothing is ever looked for in the working directory. */
#ifndef MA_CLI_PATHS_H
#define MA_CLI_PATHS_H

#include <stdbool.h>

#include "base/buf.h"

/* Append an absolute path; false, and nothing appended, when the environment
 * names none. */
bool ma_paths_config(ma_buf *to); /* .../mcpauth/config.json */
bool ma_paths_state(ma_buf *to);  /* .../mcpauth, the file store */

#endif
