/* webvisit.h - a page that an MCP server wants the person to see (T-143).
 *
 * It is never fetched here.  Host and URL are shown whole, and only who says
 * yes has it opened. */
#ifndef MA_CLI_WEBVISIT_H
#define MA_CLI_WEBVISIT_H

#include "cli/prompt.h"
#include "mcp/elicit.h"
#include "net/module.h"

typedef struct {
    const char *server;       /* who asks, fit to be shown */
    const ma_elicit *elicit;  /* of a URL */
    const ma_net_module *net; /* NULL: loaded when needed */
    bool open_browser;        /* else the URL is shown only */
    int stop_fd; /* readable: nobody waits for it any more; -1: never */
} ma_webvisit;

/* Says who asks for what, and asks for consent.  Accept, also when no browser
 * could be started and the person is to do it. */
ma_elicit_action ma_webvisit_offer(
    const ma_webvisit *visit, const ma_prompt *prompt);

/* Says who asks for what, for who cannot be asked. */
void ma_webvisit_say(const ma_webvisit *visit, FILE *say);

#endif
