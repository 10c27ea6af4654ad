/* prompts.c - mcpauth prompts list, get. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "cli/arguments.h"
#include "cli/ask.h"
#include "mcp/session.h"

mcpauth_status ma_prompts_list(ma_context *context, mcpauth_error *err)
{
    return ma_ask_list(context, &ma_render_prompts, err);
}

/* The arguments of a prompt are texts, whatever they look like. */
static mcpauth_status write_get(
    ma_context *context, const char *name, ma_buf *to, mcpauth_error *err)
{
    ma_buf_add_text(to, "{\"name\":");
    ma_json_write_string(to, ma_span_of(name));
    ma_buf_add_text(to, ",\"arguments\":");
    mcpauth_status st =
        ma_arguments_write(context->options, NULL, (ma_span){0}, to, err);
    ma_buf_add_byte(to, '}');
    return st;
}

mcpauth_status ma_prompts_get(ma_context *context, mcpauth_error *err)
{
    const char *name = NULL;
    mcpauth_status st = ma_ask_open(context, &name, err);
    if (st)
        return st;
    if (!name) {
        st = ma_error_set(err, MCPAUTH_E_USAGE, "which prompt is wanted?");
        ma_error_hint(err, "mcpauth prompts get [SERVER] NAME; mcpauth "
                           "prompts list shows them");
        return st;
    }
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    MA_SCOPED(ma_reply) reply = {0};
    st = write_get(context, name, &params, err);
    if (st)
        return st;
    st = ma_ask_request(context, "prompts/get", &params, &reply, err);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(name));
    if (st)
        return ma_error_in(err, st, "getting %s", shown ? shown : "");
    if (ma_context_json(context))
        return ma_ask_show_json(context, ma_ask_reply_span(&reply), err);
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_RENDER_MAX);
    ma_render_messages(ma_ask_reply_span(&reply), &text);
    return ma_ask_show(context, &text, err);
}
