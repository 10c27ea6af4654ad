/* hearing.h - what an MCP server says unasked while a command runs.
 *
 * Each is a callback of mcpauth_client_options, or of mcpauth_call, whose ctx
 * is the ma_context; any thread may call them. */
#ifndef MA_CLI_HEARING_H
#define MA_CLI_HEARING_H

#include "cli/context.h"

void ma_hearing_serve(void *ctx, const char *method, const char *params,
    size_t len, mcpauth_reply *reply);
void ma_hearing_notified(void *ctx, const char *message, size_t len);
void ma_hearing_dropped(void *ctx, const char *tool, const char *why);
void ma_hearing_progress(void *ctx, const char *params, size_t len);

/* Appends the params of a notifications/message as one line. */
void ma_hearing_write_log(ma_span params, ma_buf *to);

#endif
