/* resources.c - mcpauth resources list, templates, read. */
#include "base/alloc.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "cli/ask.h"
#include "mcp/session.h"
#include "mcp/value.h"

mcpauth_status ma_resources_list(ma_context *context, mcpauth_error *err)
{
    return ma_ask_list(context, &ma_render_resources, err);
}

mcpauth_status ma_resources_templates(ma_context *context, mcpauth_error *err)
{
    return ma_ask_list(context, &ma_render_templates, err);
}

/* Appends what a lone blob decodes to; false: it is not that. */
static bool write_blob(ma_span contents, ma_buf *to)
{
    ma_value_walk walk = ma_value_walk_init(contents);
    ma_span none, only, second;
    if (!ma_value_walk_next(&walk, &none, &only) ||
        ma_value_walk_next(&walk, &none, &second))
        return false;
    ma_span blob = ma_value_member(only, "blob");
    MA_SCOPED(ma_buf) digits = ma_buf_init(blob.len);
    return ma_value_write_text(&digits, blob) &&
           ma_base64_read(to, ma_buf_span(&digits));
}

/* Bytes that are no text go into files and pipes only. */
static mcpauth_status show_contents(
    ma_context *context, ma_span result, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_RENDER_MAX);
    ma_span contents = ma_value_member(result, "contents");
    if (ma_ask_on_terminal(context) || !write_blob(contents, &text))
        ma_render_contents(contents, &text);
    return ma_ask_show(context, &text, err);
}

mcpauth_status ma_resources_read(ma_context *context, mcpauth_error *err)
{
    const char *uri = NULL;
    MA_SCOPED(ma_reply) reply = {0};
    mcpauth_status st = ma_ask_open(context, &uri, err);
    if (st)
        return st;
    if (!uri) {
        st =
            ma_error_set(err, MCPAUTH_E_USAGE, "which resource is to be read?");
        ma_error_hint(err, "mcpauth resources read [SERVER] URI; mcpauth "
                           "resources list shows them");
        return st;
    }
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_buf_add_text(&params, "{\"uri\":");
    ma_json_write_string(&params, ma_span_of(uri));
    ma_buf_add_byte(&params, '}');
    st = ma_ask_request(context, "resources/read", &params, &reply, err);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(uri));
    if (st)
        return ma_error_in(err, st, "reading %s", shown ? shown : "");
    ma_span result = ma_ask_reply_span(&reply);
    if (ma_context_json(context))
        return ma_ask_show_json(context, result, err);
    return show_contents(context, result, err);
}
