/* errand.c - what is to be carried to the server, and lists of it. */
#include "bridge/errand.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/json.h"
#include "mcp/method.h"
#include "mcp/value.h"

enum { METHOD_MAX = 8 * 1024 };

void ma_errand_free(ma_errand *errand)
{
    if (!errand)
        return;
    ma_free(errand->id);
    ma_free(errand->method);
    ma_buf_done(&errand->body);
    mcpauth_headers_free(errand->fields);
    ma_free(errand);
}

static mcpauth_status copy_method(
    ma_errand *errand, ma_span method, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(METHOD_MAX);
    if (!ma_value_write_text(&text, method))
        return MCPAUTH_OK;
    mcpauth_status st = ma_buf_status(&text, "the method's name", err);
    if (st)
        return st;
    errand->method = ma_buf_take(&text);
    return errand->method ? MCPAUTH_OK : ma_error_nomem(err);
}

static mcpauth_status copy_id(ma_errand *errand, ma_span id, mcpauth_error *err)
{
    errand->id = id.at ? ma_strndup(id.at, id.len) : NULL;
    return id.at && !errand->id ? ma_error_nomem(err) : MCPAUTH_OK;
}

static mcpauth_status copy_message(
    ma_errand *errand, const ma_envelope *message, mcpauth_error *err)
{
    ma_buf_add_span(&errand->body, message->text);
    mcpauth_status st = ma_buf_status(&errand->body, "the message", err);
    if (!st && message->kind == MA_ENVELOPE_REQUEST)
        st = copy_id(errand, message->id, err);
    if (!st)
        st = copy_method(errand, message->method, err);
    if (st || !message->params.at)
        return st;
    errand->params_at = (size_t)(message->params.at - message->text.at);
    errand->params_len = message->params.len;
    return MCPAUTH_OK;
}

mcpauth_status ma_errand_new(ma_exchange_purpose purpose,
    const ma_envelope *message, ma_errand **out, mcpauth_error *err)
{
    MA_AUTO(ma_errand) errand = ma_calloc(1, sizeof *errand);
    if (!errand)
        return ma_error_nomem(err);
    errand->purpose = purpose;
    errand->body = ma_buf_init(message ? message->text.len : 0);
    mcpauth_status st =
        message ? copy_message(errand, message, err) : MCPAUTH_OK;
    if (st)
        return st;
    errand->repeatable = errand->method && ma_method_repeatable(errand->method);
    *out = ma_move(&errand);
    return MCPAUTH_OK;
}

mcpauth_status ma_errand_set_params(
    ma_errand *errand, ma_span params, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) body = ma_buf_init(params.len + errand->body.len + 256);
    ma_buf_add_text(&body, "{\"jsonrpc\":\"2.0\",");
    if (errand->id)
        ma_buf_addf(&body, "\"id\":%s,", errand->id);
    ma_buf_add_text(&body, "\"method\":");
    ma_json_write_string(&body, ma_span_of(errand->method));
    ma_buf_add_text(&body, ",\"params\":");
    size_t at = body.len;
    ma_buf_add_span(&body, params);
    ma_buf_add_byte(&body, '}');
    mcpauth_status st = ma_buf_status(&body, "the message", err);
    if (st)
        return st;
    errand->params_at = at;
    errand->params_len = params.len;
    ma_buf_done(&errand->body);
    errand->body = body;
    body = ma_buf_init(0);
    return MCPAUTH_OK;
}

ma_span ma_errand_params(const ma_errand *errand)
{
    bool any = errand->params_len;
    return any ? ma_span_make(
                     errand->body.at + errand->params_at, errand->params_len)
               : ma_span_make(NULL, 0);
}

bool ma_errand_is(const ma_errand *errand, const char *method)
{
    return errand->method && !strcmp(errand->method, method);
}

/* --- lists --------------------------------------------------------------- */

void ma_errands_put(ma_errands *list, ma_errand *errand)
{
    if (!list->end)
        list->end = &list->first;
    errand->next = NULL;
    *list->end = errand;
    list->end = &errand->next;
}

ma_errand *ma_errands_take(ma_errands *list)
{
    ma_errand *errand = list->first;
    if (!errand)
        return NULL;
    list->first = errand->next;
    if (!list->first)
        list->end = NULL;
    errand->next = NULL;
    return errand;
}

void ma_errands_drop(ma_errands *list, const ma_errand *errand)
{
    ma_errands kept = {0};
    for (ma_errand *at; (at = ma_errands_take(list));)
        if (at != errand)
            ma_errands_put(&kept, at);
    while (kept.first)
        ma_errands_put(list, ma_errands_take(&kept));
}
