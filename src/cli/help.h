/* help.h - what the program says of itself, out of its tables. */
#ifndef MA_CLI_HELP_H
#define MA_CLI_HELP_H

#include "base/buf.h"
#include "cli/command.h"

enum { MA_HELP_MAX = 64 * 1024 };

/* All commands; lines of at most 80 columns. */
void ma_help_write(ma_buf *to);

/* One command with its options. */
void ma_help_write_command(ma_buf *to, const ma_command *command);

#endif
