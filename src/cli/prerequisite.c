/* prerequisite.c - consent for each page, then one wait for all. */
#include "cli/prerequisite.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/url.h"
#include "cli/webvisit.h"

enum { PAGES_MAX = 16 };

struct ma_prerequisite {
    ma_prerequisite_options options;
    char *server;          /* fit to be shown */
    pthread_mutex_t mutex; /* guards what follows */
    ma_span pages;         /* that are waited for; absent: none */
    mcpauth_cancel *done;  /* asked when they all are */
    bool seen[PAGES_MAX];  /* by their place */
};

bool ma_prerequisite_is(const mcpauth_error *err)
{
    const char *code = mcpauth_error_server_code(err);
    return mcpauth_error_status(err) == MCPAUTH_E_RPC && code &&
           strcmp(code, "-32042") == 0 && mcpauth_error_server_data(err);
}

/* --- what the server says ------------------------------------------------ */

/* Marks the pages with that id; true when all are marked. */
static bool mark(ma_prerequisite *prerequisite, ma_span id)
{
    ma_span none, page;
    bool all = true;
    ma_value_walk walk = ma_value_walk_init(prerequisite->pages);
    for (size_t i = 0; ma_value_walk_next(&walk, &none, &page); i++) {
        if (ma_value_same(ma_value_member(page, "elicitationId"), id))
            prerequisite->seen[i] = true;
        all = all && prerequisite->seen[i];
    }
    return all;
}

void ma_prerequisite_completed(ma_prerequisite *prerequisite, ma_span params)
{
    pthread_mutex_lock(&prerequisite->mutex);
    if (prerequisite->pages.at &&
        mark(prerequisite, ma_value_member(params, "elicitationId")))
        mcpauth_cancel_ask(prerequisite->done);
    pthread_mutex_unlock(&prerequisite->mutex);
}

/* pages absent: no more. */
static void wait_for(
    ma_prerequisite *prerequisite, ma_span pages, mcpauth_cancel *done)
{
    pthread_mutex_lock(&prerequisite->mutex);
    prerequisite->pages = pages;
    prerequisite->done = done;
    memset(prerequisite->seen, 0, sizeof prerequisite->seen);
    pthread_mutex_unlock(&prerequisite->mutex);
}

/* --- the pages ----------------------------------------------------------- */

/* True with the person's consent. */
static bool visit(const ma_prerequisite *prerequisite, const ma_elicit *page)
{
    const ma_prerequisite_options *options = &prerequisite->options;
    const ma_webvisit one = {.server = prerequisite->server,
        .elicit = page,
        .net = options->net,
        .open_browser = options->open_browser,
        .stop_fd = -1};
    if (options->prompt.fd >= 0)
        return ma_webvisit_offer(&one, &options->prompt) == MA_ELICIT_ACCEPT;
    ma_webvisit_say(&one, options->prompt.say);
    return false;
}

/* All that is wrong is told before the first one is shown. */
static mcpauth_status read_pages(ma_span pages, mcpauth_error *err)
{
    ma_span none, params;
    size_t count = 0;
    ma_value_walk walk = ma_value_walk_init(pages);
    for (; ma_value_walk_next(&walk, &none, &params); count++) {
        MA_SCOPED(ma_elicit) page = {0};
        mcpauth_status st = ma_elicit_read(params, &page, err);
        if (st)
            return st;
        if (page.mode != MA_ELICIT_URL || count == PAGES_MAX)
            return ma_error_set(err, MCPAUTH_E_PROTOCOL,
                "the MCP server wants something else than up to %d pages "
                "visited",
                PAGES_MAX);
    }
    return count > 0 ? MCPAUTH_OK
                     : ma_error_set(err, MCPAUTH_E_PROTOCOL,
                           "the MCP server wants pages visited, and names "
                           "none");
}

static mcpauth_status visit_pages(const ma_prerequisite *prerequisite,
    ma_span pages, bool *out_consent, mcpauth_error *err)
{
    ma_span none, params;
    bool alone = prerequisite->options.prompt.fd < 0;
    ma_value_walk walk = ma_value_walk_init(pages);
    *out_consent = true;
    while (
        (alone || *out_consent) && ma_value_walk_next(&walk, &none, &params)) {
        MA_SCOPED(ma_elicit) page = {0};
        mcpauth_status st = ma_elicit_read(params, &page, err);
        if (st)
            return st;
        *out_consent = visit(prerequisite, &page);
    }
    return MCPAUTH_OK;
}

/* True when the person, or the server, says that all is done. */
static bool is_done(const ma_prerequisite *prerequisite, mcpauth_cancel *done)
{
    const ma_prompt *prompt = &prerequisite->options.prompt;
    MA_SCOPED(ma_buf) line = ma_buf_init(MA_PROMPT_LINE_MAX);
    fputs("When that is done, press Enter to call again (Ctrl-D: leave it): ",
        prompt->say);
    ma_prompt_got got = ma_prompt_read(prompt, mcpauth_cancel_fd(done), &line);
    if (got != MA_PROMPT_LINE)
        fputc('\n', prompt->say);
    return got == MA_PROMPT_LINE || mcpauth_cancel_asked(done);
}

mcpauth_status ma_prerequisite_meet(ma_prerequisite *prerequisite, ma_span data,
    bool *out_again, mcpauth_error *err)
{
    MA_AUTO(mcpauth_cancel) done = mcpauth_cancel_new();
    ma_span pages = ma_value_member(data, "elicitations");
    bool consent = false;
    mcpauth_status st = read_pages(pages, err);
    *out_again = false;
    if (!done)
        return ma_error_nomem(err);
    if (st)
        return st;
    wait_for(prerequisite, pages, done);
    st = visit_pages(prerequisite, pages, &consent, err);
    if (!st && consent)
        *out_again = is_done(prerequisite, done);
    wait_for(prerequisite, ma_span_make(NULL, 0), NULL);
    return st;
}

/* --- life ---------------------------------------------------------------- */

void ma_prerequisite_free(ma_prerequisite *prerequisite)
{
    if (!prerequisite)
        return;
    pthread_mutex_destroy(&prerequisite->mutex);
    ma_free(prerequisite->server);
    ma_free(prerequisite);
}

mcpauth_status ma_prerequisite_new(const ma_prerequisite_options *options,
    ma_prerequisite **out_prerequisite, mcpauth_error *err)
{
    ma_prerequisite *prerequisite = ma_calloc(1, sizeof *prerequisite);
    if (!prerequisite)
        return ma_error_nomem(err);
    pthread_mutex_init(&prerequisite->mutex, NULL);
    prerequisite->options = *options;
    prerequisite->server = ma_url_redacted(options->server);
    if (!prerequisite->server) {
        ma_prerequisite_free(prerequisite);
        return ma_error_nomem(err);
    }
    *out_prerequisite = prerequisite;
    return MCPAUTH_OK;
}
