/* terminal.h - whether somebody sits there, and asking him for a secret. */
#ifndef MA_CLI_TERMINAL_H
#define MA_CLI_TERMINAL_H

#include <stdbool.h>

#include "base/buf.h"

/* stdin and stderr are terminals. */
bool ma_terminal_present(void);

/* There is a terminal to ask at, wherever stdin and stderr lead. */
bool ma_terminal_reachable(void);

/* Shows prompt on the terminal and appends the line typed, which is not
 * echoed.  E_CANCELLED: nothing was typed, or an interrupt came. */
mcpauth_status ma_terminal_read_secret(
    const char *prompt, ma_buf *to, mcpauth_error *err);

#endif
