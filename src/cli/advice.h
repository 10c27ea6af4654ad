/* advice.h - a command line for a person to type. */
#ifndef MA_CLI_ADVICE_H
#define MA_CLI_ADVICE_H

#include "base/buf.h"
#include "cli/options.h"

/* Appends text as one word for a shell, quoted where it must be; what would
 * act on a terminal is shown, not sent. */
void ma_advice_write_word(ma_buf *to, const char *text);

/* Appends the `mcpauth login` that gets what these options lacked.  word is
 * SERVER as it was given; NULL: the environment names it. */
void ma_advice_write_login(
    ma_buf *to, const ma_options *options, const char *word);

#endif
