/* ask.h - what the commands that talk to an MCP server have in common. */
#ifndef MA_CLI_ASK_H
#define MA_CLI_ASK_H

#include "cli/context.h"
#include "cli/render.h"

/* A result, byte for byte as the server wrote it. */
typedef struct {
    char *text; /* NULL: none */
    size_t len;
} ma_reply;

void ma_ask_reply_done(ma_reply *reply);
MA_SCOPED_DEFINE(ma_reply, ma_ask_reply_done)
ma_span ma_ask_reply_span(const ma_reply *reply);

/* Opens the client for a command whose words are [SERVER] NAME and lends the
 * name: of one word that, of two the second, of none NULL. */
mcpauth_status ma_ask_open(
    ma_context *context, const char **out_name, mcpauth_error *err);

/* Finds out which revision the server speaks, and who it is. */
mcpauth_status ma_ask_know(ma_context *context, mcpauth_error *err);

/* All entries of a list, as an array. */
mcpauth_status ma_ask_entries(ma_context *context, const ma_render_kind *kind,
    ma_reply *out_array, mcpauth_error *err);

/* A whole list command, whose word is [SERVER]. */
mcpauth_status ma_ask_list(
    ma_context *context, const ma_render_kind *kind, mcpauth_error *err);

/* One request; params is what was built for it. */
mcpauth_status ma_ask_request(ma_context *context, const char *method,
    const ma_buf *params, ma_reply *out_reply, mcpauth_error *err);

/* One request beside those, with nothing added to it. */
mcpauth_status ma_ask_plainly(ma_context *context, const char *method,
    const ma_buf *params, ma_reply *out_reply, mcpauth_error *err);

/* Answers with text built by this file or by render.h. */
mcpauth_status ma_ask_show(
    ma_context *context, const ma_buf *text, mcpauth_error *err);

/* Answers with a JSON document as it came, and a line end. */
mcpauth_status ma_ask_show_json(
    ma_context *context, ma_span json, mcpauth_error *err);

/* The answer goes to a terminal. */
bool ma_ask_on_terminal(const ma_context *context);

#endif
