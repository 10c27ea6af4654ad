/* ui.h - asking a person, whoever made the way to him. */
#ifndef MA_BASE_UI_H
#define MA_BASE_UI_H

#include <mcpauth/client.h>

#include "base/auto.h"

MA_AUTO_DEFINE(mcpauth_ui, mcpauth_ui_free)

/* As mcpauth_ui_ops says. */
mcpauth_status ma_ui_listen(mcpauth_ui *ui, const char *redirect_uri, int port,
    const char **out_redirect_uri, mcpauth_error *err);
mcpauth_status ma_ui_browse(mcpauth_ui *ui, const mcpauth_step *step,
    mcpauth_redirect_fn *judge, void *judge_ctx, mcpauth_error *err);
void ma_ui_close(mcpauth_ui *ui);

#endif
