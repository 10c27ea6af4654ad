/* ui.c - asking a person, whoever made the way to him. */
#include "base/ui.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

struct mcpauth_ui {
    mcpauth_ui_ops ops;
    void *ctx;
};

static bool is_complete(const mcpauth_ui_ops *ops)
{
    return ops->listen && ops->browse && ops->close && ops->free;
}

mcpauth_status mcpauth_ui_new(const mcpauth_ui_ops *ops, void *ctx,
    mcpauth_ui **out_ui, mcpauth_error *err)
{
    mcpauth_ui_ops known = {0};
    memcpy(&known, ops, ops->size < sizeof known ? ops->size : sizeof known);
    MA_AUTO(mcpauth_ui) ui = ma_calloc(1, sizeof *ui);
    if (!ui && known.free)
        known.free(ctx);
    if (!ui)
        return ma_error_nomem(err);
    ui->ops = known;
    ui->ctx = ctx;
    if (!is_complete(&known))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "mcpauth_ui_ops lacks a function, or its size is not set");
    *out_ui = ma_move(&ui);
    return MCPAUTH_OK;
}

void mcpauth_ui_free(mcpauth_ui *ui)
{
    if (ui && ui->ops.free)
        ui->ops.free(ui->ctx);
    ma_free(ui);
}

mcpauth_status ma_ui_listen(mcpauth_ui *ui, const char *redirect_uri, int port,
    const char **out_redirect_uri, mcpauth_error *err)
{
    return ui->ops.listen(ui->ctx, redirect_uri, port, out_redirect_uri, err);
}

mcpauth_status ma_ui_browse(mcpauth_ui *ui, const mcpauth_step *step,
    mcpauth_redirect_fn *judge, void *judge_ctx, mcpauth_error *err)
{
    return ui->ops.browse(ui->ctx, step->url, step->issuer, step->until_ms,
        judge, judge_ctx, err);
}

void ma_ui_close(mcpauth_ui *ui)
{
    ui->ops.close(ui->ctx);
}
