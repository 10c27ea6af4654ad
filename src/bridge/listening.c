/* listening.c - see listening.h. */
#include "bridge/listening.h"

#include "base/error.h"
#include "mcp/params.h"

/* A kind of news: what a host asks by, and what a server must be able to. */
static const struct {
    const char *method, *wish, *capability, *ability;
} kinds[] = {
    {"notifications/tools/list_changed", "toolsListChanged", "tools",
        "listChanged"},
    {"notifications/prompts/list_changed", "promptsListChanged", "prompts",
        "listChanged"},
    {"notifications/resources/list_changed", "resourcesListChanged",
        "resources", "listChanged"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static ma_span wishes_of(const ma_errand *errand)
{
    return ma_value_member(ma_errand_params(errand), "notifications");
}

static bool is_true(ma_span object, const char *name)
{
    return ma_span_is(ma_value_member(object, name), "true");
}

void ma_listening_done(ma_listening *listening, ma_crossing *crossing)
{
    for (ma_errand *at; (at = ma_errands_take(&listening->list));)
        ma_crossing_finish(crossing, at);
}

void ma_listening_stop(ma_listening *listening)
{
    while (ma_errands_take(&listening->list))
        continue;
}

bool ma_listening_end(
    ma_listening *listening, ma_crossing *crossing, ma_errand *errand)
{
    for (const ma_errand *at = listening->list.first; at; at = at->next) {
        if (at != errand)
            continue;
        ma_errands_drop(&listening->list, errand);
        ma_crossing_finish(crossing, errand);
        return true;
    }
    return false;
}

/* --- saying -------------------------------------------------------------- */

static mcpauth_status say(ma_crossing *crossing, ma_span method, ma_span params,
    const char *id, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(params.len + 8192);
    MA_SCOPED(ma_buf) meta = ma_buf_init(8192);
    ma_buf_addf(&meta, "{\"io.modelcontextprotocol/subscriptionId\":%s}", id);
    ma_buf_add_text(&text, "{\"jsonrpc\":\"2.0\",\"method\":");
    ma_buf_add_span(&text, method);
    ma_buf_add_text(&text, ",\"params\":");
    mcpauth_status st =
        ma_params_write_meta(&text, params, ma_buf_span(&meta), err);
    ma_buf_add_byte(&text, '}');
    if (!st)
        st = ma_buf_status(&text, "a notification", err);
    return st ? st : ma_crossing_say(crossing, ma_buf_span(&text), err);
}

static void write_honoured(
    const ma_errand *errand, ma_span capabilities, ma_buf *to)
{
    const char *comma = "";
    ma_span wishes = wishes_of(errand);
    ma_span resources = ma_value_member(capabilities, "resources");
    ma_span uris = ma_value_member(wishes, "resourceSubscriptions");
    ma_buf_add_text(to, "{\"notifications\":{");
    for (size_t i = 0; i < KINDS; i++) {
        ma_span capability = ma_value_member(capabilities, kinds[i].capability);
        if (!is_true(wishes, kinds[i].wish) ||
            !is_true(capability, kinds[i].ability))
            continue;
        ma_buf_addf(to, "%s\"%s\":true", comma, kinds[i].wish);
        comma = ",";
    }
    if (ma_value_is_array(uris) && is_true(resources, "subscribe")) {
        ma_buf_addf(to, "%s\"resourceSubscriptions\":", comma);
        ma_buf_add_span(to, uris);
    }
    ma_buf_add_text(to, "}}");
}

mcpauth_status ma_listening_begin(ma_listening *listening,
    ma_crossing *crossing, ma_errand *errand, ma_span capabilities,
    mcpauth_error *err)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(errand->params_len + 1024);
    write_honoured(errand, capabilities, &params);
    ma_errands_put(&listening->list, errand);
    mcpauth_status st = ma_buf_status(&params, "a notification", err);
    return st ? st
              : say(crossing,
                    ma_span_of("\"notifications/subscriptions/acknowledged\""),
                    ma_buf_span(&params), errand->id, err);
}

/* --- telling ------------------------------------------------------------- */

static bool subscribes(const ma_errand *errand, ma_span uri)
{
    ma_value_walk walk = ma_value_walk_init(
        ma_value_member(wishes_of(errand), "resourceSubscriptions"));
    ma_span no_name, value;
    while (ma_value_walk_next(&walk, &no_name, &value))
        if (ma_value_same(value, uri))
            return true;
    return false;
}

bool ma_listening_wants(const ma_listening *listening, ma_span uri)
{
    for (const ma_errand *at = listening->list.first; at; at = at->next)
        if (subscribes(at, uri))
            return true;
    return false;
}

static bool asks_for(const ma_errand *errand, const ma_envelope *message)
{
    if (ma_envelope_is(message, "notifications/resources/updated"))
        return subscribes(errand, ma_value_member(message->params, "uri"));
    for (size_t i = 0; i < KINDS; i++)
        if (ma_envelope_is(message, kinds[i].method))
            return is_true(wishes_of(errand), kinds[i].wish);
    return false;
}

mcpauth_status ma_listening_tell(const ma_listening *listening,
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (const ma_errand *at = listening->list.first; !st && at; at = at->next)
        if (asks_for(at, message))
            st = say(crossing, message->method, message->params, at->id, err);
    return st;
}
