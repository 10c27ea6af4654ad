/* shell.h - the words of a program that a person named, to their end. */
#ifndef MA_CLIENT_SHELL_H
#define MA_CLIENT_SHELL_H

#include <stdint.h>

#include "base/buf.h"

/* Has a shell run command and appends what it writes to its stdout, as far as
 * to holds it.  Its stdin is empty, its stderr is ours; it sees no variable
 * whose name begins with MCPAUTH_ or OAUTH_, and no descriptor of ours (S-053).
 * It is killed when it takes longer than timeout_ms or writes more than that,
 * and whatever it has started and left behind is killed with it, or after its
 * end.
 * E_TIMEOUT, E_LIMIT; E_USAGE: it failed, or could not be started.  No message
 * holds a byte of what it wrote. */
mcpauth_status ma_shell_run(
    const char *command, int64_t timeout_ms, ma_buf *to, mcpauth_error *err);

#endif
