/* candidates.c - the places where a document may stand, one after the other. */
#include "oauth/candidates.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/fetch.h"

enum { TRIES_MAX = 2, TRIED_MAX = 16384 };

void ma_candidates_clear(mcpauth_flow *flow)
{
    ma_wellknown_done(&flow->candidates);
    flow->candidate = 0;
    flow->tries = 0;
    ma_buf_done(&flow->tried);
    flow->tried = ma_buf_init(TRIED_MAX);
    flow->vague = false;
}

mcpauth_status ma_candidates_put_first(
    mcpauth_flow *flow, const char *url, mcpauth_error *err)
{
    ma_wellknown *list = &flow->candidates;
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->urls[i], url))
            return MCPAUTH_OK;
    if (list->count == MA_WELLKNOWN_MAX)
        ma_free(list->urls[--list->count]);
    char *copy = ma_strdup(url);
    if (!copy)
        return ma_error_nomem(err);
    memmove(list->urls + 1, list->urls, list->count * sizeof *list->urls);
    list->urls[0] = copy;
    list->count++;
    return MCPAUTH_OK;
}

const char *ma_candidates_url(const mcpauth_flow *flow)
{
    return flow->candidates.urls[flow->candidate];
}

bool ma_candidates_next(mcpauth_flow *flow, const ma_flow_fetch *fetch)
{
    MA_AUTO(ma_text) url = ma_url_redacted(ma_candidates_url(flow));
    ma_buf_addf(&flow->tried, "%s%s (%d)", flow->tried.len ? ", " : "",
        url ? url : "", fetch->answer->http_status);
    if (fetch->answer->http_status < 400 || fetch->answer->http_status > 499)
        flow->vague = true;
    flow->candidate++;
    flow->tries = 0;
    ma_flow_go(flow, flow->state);
    return flow->candidate < flow->candidates.count;
}

/* A definite "not here": the next place may be asked. */
static bool is_elsewhere(const ma_flow_fetch *fetch)
{
    if (fetch->status)
        return false;
    int status = fetch->answer->http_status;
    return (status >= 400 && status < 500 && status != 429) || status == 502;
}

mcpauth_status ma_candidates_sift(mcpauth_flow *flow,
    const ma_flow_fetch *fetch, bool *out_usable, bool *out_more,
    mcpauth_error *err)
{
    *out_usable = !fetch->status && fetch->answer->http_status == 200;
    *out_more = true;
    if (*out_usable)
        return MCPAUTH_OK;
    if (is_elsewhere(fetch)) {
        *out_more = ma_candidates_next(flow, fetch);
        return MCPAUTH_OK;
    }
    if (ma_fetch_again(flow, fetch, TRIES_MAX))
        return MCPAUTH_OK;
    return ma_fetch_failed(fetch, ma_candidates_url(flow), err);
}
