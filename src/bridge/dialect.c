/* dialect.c - see dialect.h. */
#include "bridge/dialect.h"

#include <string.h>

#include "base/json.h"
#include "mcp/params.h"

enum { RESOURCE_NOT_FOUND = -32002 };

static void write_head(ma_buf *to, const char *id, const char *what)
{
    ma_buf_addf(to, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"%s\":", id, what);
}

static bool is_cacheable(const char *method)
{
    static const char *const methods[] = {"tools/list", "prompts/list",
        "resources/list", "resources/templates/list", "resources/read"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (!strcmp(methods[i], method))
            return true;
    return false;
}

/* T-211: what each result says of itself. */
void ma_dialect_write_result(ma_buf *to, const ma_errand *call, ma_span result)
{
    static const char *const kind[] = {
        "resultType", "ttlMs", "cacheScope", NULL};
    write_head(to, call->id, "result");
    ma_params_write_without(to, result, kind);
    ma_buf_cut(to, to->len - 1);
    ma_buf_addf(to, "%s\"resultType\":\"complete\"%s}}",
        to->at[to->len - 1] == '{' ? "" : ",",
        is_cacheable(call->method) ? ",\"ttlMs\":0,\"cacheScope\":\"private\""
                                   : "");
}

/* T-211: what is not there is a wrong parameter. */
void ma_dialect_write_error(
    ma_buf *to, const char *id, const ma_envelope *message)
{
    static const char *const code[] = {"code", NULL};
    ma_span error = ma_value_member(message->text, "error");
    write_head(to, id, "error");
    if (message->code != RESOURCE_NOT_FOUND) {
        ma_buf_add_span(to, error);
    } else {
        ma_params_write_without(to, error, code);
        ma_buf_cut(to, to->len - 1);
        ma_buf_addf(to, ",\"code\":%d}", MA_ENVELOPE_INVALID_PARAMS);
    }
    ma_buf_add_byte(to, '}');
}

/* The message without what only its revision knows. */
void ma_dialect_write_lowered(ma_buf *to, const ma_errand *errand)
{
    static const char *const reserved[] = {MA_META("protocolVersion"),
        MA_META("clientCapabilities"), MA_META("clientInfo"),
        MA_META("logLevel"), NULL};
    static const char *const meta_name[] = {"_meta", NULL};
    ma_span params = ma_errand_params(errand);
    MA_SCOPED(ma_buf) meta = ma_buf_init(params.len + 16);
    ma_params_write_without(&meta, ma_value_member(params, "_meta"), reserved);
    ma_buf_add_text(to, "{\"jsonrpc\":\"2.0\",");
    if (errand->id)
        ma_buf_addf(to, "\"id\":%s,", errand->id);
    ma_buf_add_text(to, "\"method\":");
    ma_json_write_string(to, ma_span_of(errand->method));
    ma_buf_add_text(to, ",\"params\":");
    ma_params_write_without(to, params, meta_name);
    if (meta.len > 2) {
        ma_buf_cut(to, to->len - 1);
        ma_buf_addf(to, "%s\"_meta\":", to->at[to->len - 1] == '{' ? "" : ",");
        ma_buf_add_span(to, ma_buf_span(&meta));
        ma_buf_add_byte(to, '}');
    }
    ma_buf_add_byte(to, '}');
}
