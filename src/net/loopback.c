/* loopback.c - a person, reached by a browser here or anywhere, who comes back
 * to a listener on loopback. */
#include <mcpauth/mcpauth.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "net/browser.h"
#include "net/callback.h"

typedef struct {
    bool open_browser;
    void (*show)(void *ctx, const char *url, const char *issuer);
    void *show_ctx;
    ma_callback *callback; /* NULL: not listening */
} loopback;

static void close_callback(void *ctx)
{
    loopback *self = ctx;
    ma_callback_free(ma_move(&self->callback));
}

static mcpauth_status listen_for_redirect(void *ctx, const char *redirect_uri,
    int port, const char **out_redirect_uri, mcpauth_error *err)
{
    loopback *self = ctx;
    close_callback(self);
    mcpauth_status st =
        ma_callback_listen(redirect_uri, port, &self->callback, err);
    if (!st)
        *out_redirect_uri = ma_callback_redirect_uri(self->callback);
    return st;
}

/* Whoever cannot be shown the page is told where it is. */
static void show_page(const loopback *self, const char *url, const char *issuer)
{
    bool opened = self->open_browser && ma_browser_available() &&
                  !ma_browser_open(url, false, NULL);
    if (!opened)
        self->show(self->show_ctx, url, issuer);
}

static mcpauth_status browse(void *ctx, const char *url, const char *issuer,
    int64_t until_ms, mcpauth_redirect_fn *judge, void *judge_ctx,
    mcpauth_error *err)
{
    const loopback *self = ctx;
    if (!self->callback)
        return ma_error_set(
            err, MCPAUTH_E_STATE, "nothing listens for the redirect yet");
    int64_t deadline_ms = ma_clock_boot_ms() + until_ms - ma_clock_now_ms();
    show_page(self, url, issuer);
    return ma_callback_wait(
        self->callback, deadline_ms, -1, judge, judge_ctx, err);
}

static void free_loopback(void *ctx)
{
    close_callback(ctx);
    ma_free(ctx);
}

mcpauth_status mcpauth_ui_loopback_new(bool open_browser,
    void (*show)(void *ctx, const char *url, const char *issuer), void *ctx,
    mcpauth_ui **out_ui, mcpauth_error *err)
{
    static const mcpauth_ui_ops ops = {
        sizeof ops, listen_for_redirect, browse, close_callback, free_loopback};
    loopback *self = ma_calloc(1, sizeof *self);
    if (!self)
        return ma_error_nomem(err);
    self->open_browser = open_browser;
    self->show = show;
    self->show_ctx = ctx;
    return mcpauth_ui_new(&ops, self, out_ui, err);
}
