/* news.c - see news.h. */
#include "bridge/news.h"

#include "mcp/params.h"

enum { PAUSE_MS = 1000, PAUSES_MAX = 6 /* doublings */ };

/* A kind of list, of whose changes a server may tell. */
static const struct {
    const char *capability, *wish, *method;
} lists[] = {
    {"tools", "toolsListChanged", "notifications/tools/list_changed"},
    {"prompts", "promptsListChanged", "notifications/prompts/list_changed"},
    {"resources", "resourcesListChanged",
        "notifications/resources/list_changed"},
};
enum { LISTS = sizeof lists / sizeof *lists };

static bool tells(const ma_crossing *crossing, size_t list)
{
    ma_span capability = ma_value_member(
        crossing->upstream.peer.capabilities, lists[list].capability);
    return ma_span_is(ma_value_member(capability, "listChanged"), "true");
}

/* --- asking -------------------------------------------------------------- */

static void drop(ma_crossing *crossing, ma_errand **errand)
{
    if (*errand)
        ma_crossing_finish(crossing, ma_move(errand));
}

void ma_news_done(ma_news *news, ma_crossing *crossing)
{
    drop(crossing, &news->stream);
    drop(crossing, &news->former);
}

/* The resources that are subscribed to; how many. */
static size_t write_resources(const ma_standing *standing, ma_buf *to)
{
    const char *method = NULL;
    ma_span params;
    size_t count = 0;
    for (size_t i = 0; ma_standing_at(standing, i, &method, &params); i++) {
        ma_span uri = ma_value_member(params, "uri");
        if (!ma_value_is_string(uri))
            continue;
        ma_buf_add_text(to, count++ ? "," : "");
        ma_buf_add_span(to, uri);
    }
    return count;
}

/* False: there is nothing to be told. */
static bool write_wishes(
    const ma_crossing *crossing, const ma_standing *standing, ma_buf *to)
{
    const char *comma = "";
    bool any = false;
    ma_buf_add_text(to, "{\"notifications\":{");
    for (size_t i = 0; i < LISTS; i++) {
        if (!tells(crossing, i))
            continue;
        ma_buf_addf(to, "%s\"%s\":true", comma, lists[i].wish);
        comma = ",";
        any = true;
    }
    ma_buf_addf(to, "%s\"resourceSubscriptions\":[", comma);
    any = write_resources(standing, to) || any;
    ma_buf_add_text(to, "]}}");
    return any;
}

static int64_t find_pause_ms(const ma_news *news)
{
    int doublings = news->failures < PAUSES_MAX ? news->failures : PAUSES_MAX;
    return news->failures ? (int64_t)PAUSE_MS << (doublings - 1) : 0;
}

mcpauth_status ma_news_ask(ma_news *news, ma_crossing *crossing,
    const ma_standing *standing, ma_span meta, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) wishes = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    drop(crossing, &news->former);
    news->former = ma_move(&news->stream);
    if (!write_wishes(crossing, standing, &wishes)) {
        drop(crossing, &news->former);
        return MCPAUTH_OK;
    }
    mcpauth_status st = ma_buf_status(&wishes, "the subscription", err);
    if (!st)
        st = ma_params_write_meta(&params, ma_buf_span(&wishes), meta, err);
    if (!st)
        st = ma_buf_status(&params, "the subscription", err);
    if (!st)
        st = ma_crossing_ask(crossing, MA_EXCHANGE_FOR_REQUEST,
            "subscriptions/listen", ma_buf_span(&params), &news->stream, err);
    if (st)
        return st;
    news->stream->delay_ms = find_pause_ms(news);
    return ma_crossing_send(crossing, news->stream, err);
}

/* --- hearing ------------------------------------------------------------- */

bool ma_news_owns(const ma_news *news, const ma_errand *errand)
{
    return errand == news->stream || errand == news->former;
}

/* Changes that nobody told of are looked up (T-102). */
static mcpauth_status tell_all(ma_crossing *crossing, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < LISTS; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(256);
        if (!tells(crossing, i))
            continue;
        ma_buf_addf(
            &text, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\"}", lists[i].method);
        st = ma_crossing_say(crossing, ma_buf_span(&text), err);
    }
    return st;
}

static mcpauth_status confirmed(
    ma_news *news, ma_crossing *crossing, mcpauth_error *err)
{
    bool lost = news->lost;
    drop(crossing, &news->former);
    news->failures = 0;
    news->lost = false;
    return lost ? tell_all(crossing, err) : MCPAUTH_OK;
}

/* Which subscription it belongs to is nothing to the host (T-205). */
static mcpauth_status pass(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    static const char *const ours[] = {
        "io.modelcontextprotocol/subscriptionId", NULL};
    static const char *const meta_name[] = {"_meta", NULL};
    MA_SCOPED(ma_buf) text = ma_buf_init(2 * message->text.len + 256);
    MA_SCOPED(ma_buf) meta = ma_buf_init(message->text.len + 256);
    MA_SCOPED(ma_buf) bare = ma_buf_init(message->text.len + 256);
    ma_params_write_without(
        &meta, ma_value_member(message->params, "_meta"), ours);
    ma_params_write_without(&bare, message->params, meta_name);
    ma_buf_add_text(&text, "{\"jsonrpc\":\"2.0\",\"method\":");
    ma_buf_add_span(&text, message->method);
    ma_buf_add_text(&text, ",\"params\":");
    mcpauth_status st = MCPAUTH_OK;
    if (meta.len > 2)
        st = ma_params_write_meta(
            &text, ma_buf_span(&bare), ma_buf_span(&meta), err);
    else
        ma_buf_add_span(&text, ma_buf_span(&bare));
    ma_buf_add_byte(&text, '}');
    if (!st)
        st = ma_buf_status(&text, "a notification", err);
    return st ? st : ma_crossing_say(crossing, ma_buf_span(&text), err);
}

mcpauth_status ma_news_came(ma_news *news, ma_crossing *crossing,
    const ma_errand *errand, const ma_envelope *message, mcpauth_error *err)
{
    if (ma_envelope_is(message, "notifications/subscriptions/acknowledged"))
        return errand == news->stream ? confirmed(news, crossing, err)
                                      : MCPAUTH_OK;
    return pass(crossing, message, err);
}

void ma_news_ended(
    ma_news *news, ma_crossing *crossing, ma_errand *errand, bool *out_again)
{
    *out_again = errand == news->stream;
    if (errand == news->stream) {
        news->stream = NULL;
        news->failures++;
        news->lost = true;
    } else
        news->former = NULL;
    ma_crossing_finish(crossing, errand);
}
