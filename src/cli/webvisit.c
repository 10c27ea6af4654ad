/* webvisit.c - a page that an MCP server wants the person to see (T-143). */
#include "cli/webvisit.h"

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

/* False: it is left to the person, who has the URL. */
static bool open_page(const ma_webvisit *visit)
{
    const ma_net_module *net = visit->net;
    if (!visit->open_browser || (!net && ma_module_net(&net, NULL)))
        return false;
    return net->browser_available() &&
           !net->browser_open(visit->elicit->url.text, true, NULL);
}

ma_elicit_action ma_webvisit_offer(
    const ma_webvisit *visit, const ma_prompt *prompt)
{
    static const ma_elicit_action actions[] = {
        MA_ELICIT_ACCEPT, MA_ELICIT_DECLINE};
    size_t index = 0;
    ma_webvisit_say(visit, prompt->say);
    if (ma_prompt_choose(prompt, visit->stop_fd,
            "Open it? (yes; no to decline)", "yes no",
            &index) != MA_PROMPT_LINE)
        return MA_ELICIT_CANCEL;
    if (actions[index] == MA_ELICIT_ACCEPT)
        fputs(open_page(visit) ? "A browser was opened.\n"
                               : "Open the URL above in a browser.\n",
            prompt->say);
    return actions[index];
}
