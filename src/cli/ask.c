/* ask.c - words in, request out, answer shown. */
#include "cli/ask.h"

#include <unistd.h>

#include "base/error.h"

void ma_ask_reply_done(ma_reply *reply)
{
    mcpauth_text_free(reply->text);
    *reply = (ma_reply){0};
}

ma_span ma_ask_reply_span(const ma_reply *reply)
{
    return ma_span_make(reply->text, reply->len);
}

bool ma_ask_on_terminal(const ma_context *context)
{
    return isatty(fileno(context->out)) == 1;
}

mcpauth_status ma_ask_open(
    ma_context *context, const char **out_name, mcpauth_error *err)
{
    const char *first = ma_context_word(context, 0);
    const char *second = ma_context_word(context, 1);
    mcpauth_status st =
        ma_context_open_client(context, second ? first : NULL, err);
    if (st)
        return st;
    *out_name = second ? second : first;
    return MCPAUTH_OK;
}

mcpauth_status ma_ask_entries(ma_context *context, const ma_render_kind *kind,
    ma_reply *out_array, mcpauth_error *err)
{
    return mcpauth_client_list(context->client, kind->method, kind->member,
        &out_array->text, &out_array->len, err);
}

/* The pages of the server's result, joined to one. */
static void write_joined(
    const ma_render_kind *kind, ma_span array, bool safe, ma_buf *to)
{
    ma_buf_addf(to, "{\"%s\":", kind->member);
    ma_render_json(array, safe, to);
    ma_buf_add_text(to, "}\n");
}

mcpauth_status ma_ask_list(
    ma_context *context, const ma_render_kind *kind, mcpauth_error *err)
{
    MA_SCOPED(ma_reply) array = {0};
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_RENDER_MAX);
    mcpauth_status st =
        ma_context_open_client(context, ma_context_word(context, 0), err);
    if (!st)
        st = ma_ask_entries(context, kind, &array, err);
    if (st)
        return st;
    if (ma_context_json(context))
        write_joined(kind, ma_ask_reply_span(&array),
            ma_ask_on_terminal(context), &text);
    else
        ma_render_list(kind, ma_ask_reply_span(&array), &text);
    return ma_ask_show(context, &text, err);
}

mcpauth_status ma_ask_request(ma_context *context, const char *method,
    const ma_buf *params, ma_reply *out_reply, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(params, "the request", err);
    if (st)
        return st;
    return mcpauth_client_request(context->client, method, ma_buf_text(params),
        &out_reply->text, &out_reply->len, err);
}

mcpauth_status ma_ask_show(
    ma_context *context, const ma_buf *text, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(text, "the answer", err);
    if (!st)
        ma_context_write(context, ma_buf_span(text));
    return st;
}

mcpauth_status ma_ask_show_json(
    ma_context *context, ma_span json, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_RENDER_MAX);
    ma_render_json(json, ma_ask_on_terminal(context), &text);
    ma_buf_add_byte(&text, '\n');
    return ma_ask_show(context, &text, err);
}
