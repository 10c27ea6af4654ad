/* webvisit.c - a page that an MCP server wants the person to see (T-143). */
#include "cli/webvisit.h"

#include "base/error.h"
#include "cli/module.h"

enum { MESSAGE_MAX = 4 * 1024 * 1024 };

void ma_webvisit_say(const ma_webvisit *visit, FILE *say)
{
    const ma_url *url = &visit->elicit->url;
    const ma_prompt words = {-1, -1, say};
    MA_SCOPED(ma_buf) message = ma_buf_init(MESSAGE_MAX);
    ma_value_write_text(&message, visit->elicit->message);
    fprintf(say, "\n%s asks you to open a page of %s:\n\n", visit->server,
        url->host);
    ma_prompt_say_foreign(&words, ma_buf_span(&message));
    fprintf(say, "\n  %s\n\n", url->text);
    if (visit->elicit->punycode)
        fprintf(say,
            "Beware: the name of this host is in Punycode, and may be made to "
            "look like\nanother one.\n");
}

static mcpauth_status open_page(
    const ma_webvisit *visit, bool *out_opened, mcpauth_error *err)
{
    const ma_net_module *net = visit->net;
    mcpauth_status st = MCPAUTH_OK;
    *out_opened = false;
    if (!visit->open_browser)
        return MCPAUTH_OK;
    if (!net)
        st = ma_module_net(&net, err);
    if (st || !net->browser_available())
        return st;
    st = net->browser_open(visit->elicit->url.text, err);
    *out_opened = !st;
    return st == MCPAUTH_E_UNSUPPORTED ? MCPAUTH_OK : st;
}

mcpauth_status ma_webvisit_offer(const ma_webvisit *visit,
    const ma_prompt *prompt, ma_elicit_action *out_action, mcpauth_error *err)
{
    static const ma_elicit_action actions[] = {
        MA_ELICIT_ACCEPT, MA_ELICIT_DECLINE};
    size_t index = 0;
    bool opened = false;
    ma_webvisit_say(visit, prompt->say);
    bool decided = ma_prompt_choose(prompt, visit->stop_fd,
                       "Open it? (yes; no to decline)", "yes no",
                       &index) == MA_PROMPT_LINE;
    ma_elicit_action action = decided ? actions[index] : MA_ELICIT_CANCEL;
    mcpauth_status st = action == MA_ELICIT_ACCEPT
                            ? open_page(visit, &opened, err)
                            : MCPAUTH_OK;
    if (st)
        return st;
    if (action == MA_ELICIT_ACCEPT)
        fputs(opened ? "A browser was opened.\n"
                     : "Open the URL above in a browser.\n",
            prompt->say);
    *out_action = action;
    return MCPAUTH_OK;
}
