/* outfit.c - see outfit.h. */
#include "bridge/outfit.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"

enum {
    CONNECT_TIMEOUT_MS = 10000,
    CLOSE_TIMEOUT_MS = 1000,
    MESSAGE_MAX = 64 * 1024 * 1024, /* of the server */
    HOLD_MAX = 8 * 1024 * 1024      /* a longer response is not held whole */
};

void ma_outfit_done(ma_outfit *outfit)
{
    mcpauth_headers_free(outfit->headers);
    ma_free(outfit->url);
    *outfit = (ma_outfit){0};
}

bool ma_outfit_is_get(const ma_outfit_facts *facts)
{
    return facts->resumes || facts->errand->purpose == MA_EXCHANGE_FOR_STREAM;
}

static const char *find_method(const ma_outfit_facts *facts)
{
    if (facts->errand->purpose == MA_EXCHANGE_FOR_CLOSE)
        return "DELETE";
    return ma_outfit_is_get(facts) ? "GET" : "POST";
}

static mcpauth_status add_headers(const ma_outfit_facts *facts, bool sends,
    mcpauth_headers *to, mcpauth_error *err)
{
    bool get = ma_outfit_is_get(facts);
    mcpauth_status st = mcpauth_headers_add(to, "Accept",
        get ? "text/event-stream" : "application/json, text/event-stream", err);
    if (!st && sends)
        st = mcpauth_headers_add(to, "Content-Type", "application/json", err);
    if (!st && get && facts->resume_id)
        st = mcpauth_headers_add(to, "Last-Event-ID", facts->resume_id, err);
    for (size_t i = 0; !st && i < mcpauth_headers_count(facts->own); i++)
        st = ma_headers_set(to, mcpauth_headers_name(facts->own, i),
            mcpauth_headers_value(facts->own, i), err);
    return st;
}

/* A place of the server's to POST is lent by what may change meanwhile. */
static mcpauth_status keep_url(
    const ma_outfit_facts *facts, ma_outfit *out, mcpauth_error *err)
{
    const char *url = ma_outfit_is_get(facts) ? NULL : out->rules.url;
    out->url = ma_strdup(url);
    out->rules.url = out->url;
    return url && !out->url ? ma_error_nomem(err) : MCPAUTH_OK;
}

/* What the bridge itself reads has to be whole. */
static size_t find_hold_max(const ma_errand *errand)
{
    return errand->ours || errand->whole || ma_errand_is(errand, "tools/list")
               ? 0
               : HOLD_MAX;
}

static void fill_request(
    const ma_outfit_facts *facts, bool sends, ma_outfit *out)
{
    const ma_errand *errand = facts->errand;
    bool closes = errand->purpose == MA_EXCHANGE_FOR_CLOSE;
    out->request = (mcpauth_http_request){
        .method = find_method(facts),
        .url = out->url ? out->url : facts->server,
        .headers = out->headers,
        .body = sends ? ma_buf_text(&errand->body) : NULL,
        .body_len = sends ? errand->body.len : 0,
        .body_max = SIZE_MAX,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = closes ? CLOSE_TIMEOUT_MS : 0,
        .once = !errand->repeatable,
    };
}

mcpauth_status ma_outfit_make(
    const ma_outfit_facts *facts, ma_outfit *out, mcpauth_error *err)
{
    bool sends = !ma_outfit_is_get(facts) && facts->errand->body.len;
    out->rules = (ma_exchange_rules){
        .message_max = MESSAGE_MAX, .hold_max = find_hold_max(facts->errand)};
    out->headers = mcpauth_headers_new();
    if (!out->headers)
        return ma_error_nomem(err);
    mcpauth_status st = add_headers(facts, sends, out->headers, err);
    if (!st)
        st = ma_crossing_prepare(
            facts->crossing, facts->errand, out->headers, &out->rules, err);
    if (!st)
        st = keep_url(facts, out, err);
    if (st)
        return st;
    fill_request(facts, sends, out);
    return facts->caller ? mcpauth_caller_authorize(
                               facts->caller, &out->request, out->headers, err)
                         : MCPAUTH_OK;
}
