/* person.c - the way to the person who runs the program. */
#include "cli/person.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/url.h"
#include "cli/module.h"

enum { LINE_MAX_LEN = 64 * 1024 };

typedef struct {
    ma_person_options options;
    ma_callback *callback; /* NULL: the answer can only be pasted */
    char *redirect_uri;
    ma_fd events;   /* epoll: readable when paste_fd or cancel_fd is */
    bool can_paste; /* paste_fd has not ended */
    bool polls;     /* paste_fd is one that epoll can watch */
    ma_buf line;    /* what was pasted so far; may hold a code */
    bool asked;
} person;

/* --- where the answer comes to ------------------------------------------- */

static mcpauth_status need_net(person *p, mcpauth_error *err)
{
    return p->options.net ? MCPAUTH_OK : ma_module_net(&p->options.net, err);
}

static void close_callback(void *ctx)
{
    person *p = ctx;
    if (p->callback)
        p->options.net->callback_free(p->callback);
    p->callback = NULL;
}

static mcpauth_status listen(void *ctx, const char *redirect_uri, int port,
    const char **out_redirect_uri, mcpauth_error *err)
{
    person *p = ctx;
    close_callback(p);
    if (p->options.once && p->asked)
        return ma_error_set(
            err, MCPAUTH_E_LOGIN_REQUIRED, "a person has to log in");
    mcpauth_status st = need_net(p, err);
    if (!st)
        st = p->options.net->callback_listen(
            redirect_uri, port, &p->callback, err);
    bool only_paste = st == MCPAUTH_E_UNSUPPORTED && redirect_uri &&
                      p->options.net && p->can_paste;
    if (st && !only_paste)
        return st;
    char *uri = ma_strdup(
        p->callback ? p->options.net->callback_redirect_uri(p->callback)
                    : redirect_uri);
    if (!uri)
        return ma_error_nomem(err);
    ma_free(p->redirect_uri);
    p->redirect_uri = uri;
    *out_redirect_uri = uri;
    return MCPAUTH_OK;
}

/* --- what is said -------------------------------------------------------- */

static mcpauth_status open_browser(
    const person *p, const char *url, bool *out_opened, mcpauth_error *err)
{
    const ma_net_module *net = p->options.net;
    if (!p->options.open_browser || !net->browser_available())
        return MCPAUTH_OK;
    mcpauth_status st = net->browser_open(url, false, err);
    *out_opened = !st;
    return st == MCPAUTH_E_UNSUPPORTED ? MCPAUTH_OK : st;
}

static void prompt(const person *p)
{
    if (p->can_paste && p->options.prompt)
        fprintf(p->options.say, "%s",
            p->callback
                ? "Waiting. If the browser cannot come back here, paste the "
                  "address it ends at: "
                : "Paste the address the browser ends at: ");
    fflush(p->options.say);
}

/* whom the login is for, and who asks. */
static void tell(
    const person *p, const char *url, const char *issuer, bool opened)
{
    MA_SCOPED(ma_url) parsed = {0};
    MA_SCOPED(ma_buf) origin = ma_buf_init(MA_URL_MAX);
    MA_AUTO(ma_text) server = ma_url_redacted(p->options.server);
    if (!ma_url_parse(ma_span_of(issuer), &parsed, NULL) ||
        !ma_url_parse(ma_span_of(url), &parsed, NULL))
        ma_url_write_origin(&origin, &parsed);
    fprintf(p->options.say, "Logging in to %s\nat %s\n%s:\n\n  %s\n\n",
        server ? server : "the MCP server", ma_buf_text(&origin),
        opened ? "A browser was opened; if it shows nothing, open this URL"
               : "Open this URL in a browser",
        url);
    prompt(p);
}

/* --- pasting ------------------------------------------------------------- */

/* What the engine said of an answer, also one that came to the listener. */
typedef struct {
    mcpauth_redirect_fn *judge;
    void *ctx;
    bool decided;
    mcpauth_status verdict;
} court;

static mcpauth_status ask(void *ctx, const char *query, mcpauth_error *err)
{
    court *c = ctx;
    mcpauth_status st = c->judge(c->ctx, query, err);
    c->decided = st != MCPAUTH_E_STATE;
    c->verdict = st;
    return st;
}

static mcpauth_status judge_line(
    const person *p, court *c, ma_span line, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(LINE_MAX_LEN);
    while (ma_span_ends(line, "\r"))
        line.len--;
    ma_buf_add_span(&text, ma_span_trim(line));
    mcpauth_status st = ma_buf_status(&text, "what was pasted", err);
    if (st)
        return st;
    st = text.len ? ask(c, ma_buf_text(&text), err) : MCPAUTH_E_STATE;
    if (text.len && st == MCPAUTH_E_STATE)
        fprintf(p->options.say, "That is not the answer to this login: %s\n",
            mcpauth_error_message(err));
    if (st == MCPAUTH_E_STATE)
        prompt(p);
    return st;
}

/* Judges every whole line; at the end of the input what is left as well. */
static mcpauth_status judge_lines(
    person *p, court *c, bool ended, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_E_STATE;
    while (st == MCPAUTH_E_STATE && p->line.len) {
        ma_span text = ma_buf_span(&p->line);
        size_t len = ma_span_find(text, '\n');
        if (len == text.len && !ended)
            break;
        st = judge_line(p, c, ma_span_make(text.at, len), err);
        ma_buf_consume(&p->line, len + (len < text.len));
    }
    return st;
}

/* Reads what is there.  E_STATE: no answer yet. */
static mcpauth_status read_paste(person *p, court *c, mcpauth_error *err)
{
    char chunk[4096];
    ssize_t got = read(p->options.paste_fd, chunk, sizeof chunk);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return MCPAUTH_E_STATE;
    if (got > 0)
        ma_buf_add(&p->line, chunk, (size_t)got);
    explicit_bzero(chunk, sizeof chunk);
    mcpauth_status st = ma_buf_status(&p->line, "what was pasted", err);
    if (st)
        return st;
    p->can_paste = got > 0;
    if (!p->can_paste && p->polls)
        epoll_ctl(p->events, EPOLL_CTL_DEL, p->options.paste_fd, NULL);
    return judge_lines(p, c, !p->can_paste, err);
}

/* --- waiting ------------------------------------------------------------- */

static mcpauth_status report_late(mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_TIMEOUT, "nobody logged in before the time was up");
    ma_error_hint(err, "MCPAUTH_LOGIN_TIMEOUT gives more seconds");
    return st;
}

static mcpauth_status wait_for_paste(
    const person *p, int64_t deadline_ms, mcpauth_error *err)
{
    struct epoll_event event;
    int64_t left_ms = deadline_ms - ma_clock_boot_ms();
    if (left_ms <= 0)
        return report_late(err);
    if (epoll_wait(p->events, &event, 1,
            left_ms < INT32_MAX ? (int)left_ms : INT32_MAX) < 0 &&
        errno != EINTR)
        return ma_error_set(err, MCPAUTH_E_STATE,
            "waiting for an answer failed: %s", strerror(errno));
    return MCPAUTH_E_CANCELLED;
}

/* One turn of waiting.  E_CANCELLED: something else than the listener wants
 * attention. */
static mcpauth_status wait(
    person *p, court *c, int64_t deadline_ms, mcpauth_error *err)
{
    if (p->can_paste && !p->polls)
        return MCPAUTH_E_CANCELLED;
    if (p->callback)
        return p->options.net->callback_wait(
            p->callback, deadline_ms, p->events, ask, c, err);
    return wait_for_paste(p, deadline_ms, err);
}

/* What made the wait end early.  E_STATE: nothing that ends the login. */
static mcpauth_status attend(person *p, court *c, mcpauth_error *err)
{
    struct epoll_event events[2];
    int count = epoll_wait(p->events, events, 2, 0);
    bool paste = p->can_paste && !p->polls;
    for (int i = 0; i < count; i++) {
        if (events[i].data.fd == p->options.cancel_fd)
            return ma_error_set(
                err, MCPAUTH_E_CANCELLED, "the login was interrupted");
        paste = true;
    }
    if (paste)
        return read_paste(p, c, err);
    return MCPAUTH_E_STATE;
}

static mcpauth_status report_nobody(const person *p, mcpauth_error *err)
{
    MA_AUTO(ma_text) uri = ma_url_redacted(p->redirect_uri);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_LOGIN_REQUIRED,
        "the answer goes to %s, and nothing was pasted here",
        uri ? uri : "the redirect URI");
    ma_error_hint(err, "log in at a terminal");
    return st;
}

/* Until the engine has decided. */
static mcpauth_status wait_for_answer(
    person *p, court *c, int64_t deadline_ms, mcpauth_error *err)
{
    while (!c->decided) {
        if (!p->callback && !p->can_paste)
            return report_nobody(p, err);
        mcpauth_status st = wait(p, c, deadline_ms, err);
        if (!c->decided && st == MCPAUTH_E_CANCELLED)
            st = attend(p, c, err);
        else if (!c->decided)
            return st;
        if (!c->decided && st != MCPAUTH_E_STATE)
            return st;
    }
    return c->verdict;
}

static mcpauth_status browse(void *ctx, const char *url, const char *issuer,
    int64_t until_ms, mcpauth_redirect_fn *judge, void *judge_ctx,
    mcpauth_error *err)
{
    person *p = ctx;
    court c = {judge, judge_ctx, false, MCPAUTH_E_STATE};
    int64_t deadline_ms = ma_clock_boot_ms() + (until_ms - ma_clock_now_ms());
    bool opened = false;
    mcpauth_status st = open_browser(p, url, &opened, err);
    p->asked = true;
    if (st)
        return st;
    ma_meter_hold(p->options.meter, true);
    tell(p, url, issuer, opened);
    st = wait_for_answer(p, &c, deadline_ms, err);
    ma_meter_hold(p->options.meter, false);
    if (p->options.prompt)
        fprintf(p->options.say, "\n");
    return st;
}

/* --- life ---------------------------------------------------------------- */

static void free_person(void *ctx)
{
    person *p = ctx;
    close_callback(p);
    ma_fd_done(&p->events);
    ma_free(p->redirect_uri);
    ma_buf_done(&p->line);
    ma_free(p);
}

/* False for what epoll cannot watch: a file, /dev/null. */
static bool watch(const person *p, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return fd >= 0 && epoll_ctl(p->events, EPOLL_CTL_ADD, fd, &event) == 0;
}

mcpauth_status ma_person_new(
    const ma_person_options *options, mcpauth_ui **out_ui, mcpauth_error *err)
{
    static const mcpauth_ui_ops ops = {
        sizeof ops, listen, browse, close_callback, free_person};
    person *p = ma_calloc(1, sizeof *p);
    if (!p)
        return ma_error_nomem(err);
    p->options = *options;
    p->line = ma_buf_init(LINE_MAX_LEN);
    p->events = epoll_create1(EPOLL_CLOEXEC);
    p->can_paste = options->paste_fd >= 0;
    p->polls = watch(p, options->paste_fd);
    watch(p, options->cancel_fd);
    return mcpauth_ui_new(&ops, p, out_ui, err);
}
