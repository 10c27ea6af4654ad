/* input.h - whole files and descriptors that a person named. */
#ifndef MA_CLI_INPUT_H
#define MA_CLI_INPUT_H

#include "base/buf.h"

enum { MA_INPUT_MAX = 1024 * 1024 };

/* Appends all of it.  E_USAGE: it cannot be read.  E_LIMIT: it is longer than
 * to may hold. */
mcpauth_status ma_input_file(const char *path, ma_buf *to, mcpauth_error *err);

/* The same for an open descriptor, which stays open; name is for messages. */
mcpauth_status ma_input_fd(
    int fd, const char *name, ma_buf *to, mcpauth_error *err);

/* Cuts the line ends off the end. */
void ma_input_chomp(ma_buf *text);

#endif
