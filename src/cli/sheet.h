/* sheet.h - a form of an MCP server, filled in by the person at the terminal.
 *
 * It is said who asks, every field is shown with what may stand in it, and
 * nothing is sent before it was looked over (T-141). */
#ifndef MA_CLI_SHEET_H
#define MA_CLI_SHEET_H

#include "cli/prompt.h"
#include "mcp/elicit.h"

typedef struct {
    const char *server; /* who asks, fit to be shown */
    const ma_elicit *elicit;
    ma_span given; /* an object: fields that are not to be asked for */
    int stop_fd;   /* readable: nobody waits for it any more; -1: never */
} ma_sheet;

/* *out_action is what was decided; of an accepted form the content is
 * appended.  Who types no more cancels. */
mcpauth_status ma_sheet_fill(const ma_sheet *form, const ma_prompt *prompt,
    ma_elicit_action *out_action, ma_buf *content, mcpauth_error *err);

#endif
