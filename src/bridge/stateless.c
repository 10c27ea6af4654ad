/* stateless.c - first the list, then the calls. */
#include "bridge/stateless.h"

#include "base/error.h"
#include "mcp/params.h"

enum { PAGES_MAX = 100 };

ma_stateless ma_stateless_init(void)
{
    return (ma_stateless){.page = ma_page_init(PAGES_MAX),
        .meta = ma_buf_init(MA_SESSION_MESSAGE_MAX)};
}

void ma_stateless_stop(ma_stateless *own, ma_crossing *crossing)
{
    while (ma_errands_take(&own->waiting))
        continue;
    if (own->listing)
        ma_crossing_finish(crossing, ma_move(&own->listing));
}

void ma_stateless_done(ma_stateless *own, ma_crossing *crossing)
{
    ma_stateless_stop(own, crossing);
    ma_page_done(&own->page);
    ma_buf_done(&own->meta);
}

/* --- calls --------------------------------------------------------------- */

/* An argument that cannot go as a field is the host's to know (T-069). */
static mcpauth_status send_call(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    mcpauth_headers_free(errand->fields);
    errand->fields = mcpauth_headers_new();
    if (!errand->fields)
        return ma_error_nomem(err);
    mcpauth_status st = ma_toolgate_add_fields(&crossing->gate,
        ma_errand_params(errand), errand->fields, crossing->why);
    return st ? crossing->pair->failed(crossing, errand, st, crossing->why, err)
              : ma_crossing_send(crossing, errand, err);
}

static mcpauth_status send_waiting(
    ma_stateless *own, ma_crossing *crossing, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (ma_errand *at; !st && (at = ma_errands_take(&own->waiting));)
        st = send_call(crossing, at, err);
    return st;
}

/* --- the list ------------------------------------------------------------ */

static mcpauth_status ask_page(
    ma_stateless *own, ma_crossing *crossing, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) asked = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_page_write_params(&own->page, &asked);
    mcpauth_status st = ma_buf_status(&asked, "the request", err);
    if (!st)
        st = ma_params_write_meta(
            &params, ma_buf_span(&asked), ma_buf_span(&own->meta), err);
    if (!st)
        st = ma_buf_status(&params, "the request", err);
    if (!st)
        st = ma_crossing_ask(crossing, MA_EXCHANGE_FOR_REQUEST, "tools/list",
            ma_buf_span(&params), &own->listing, err);
    return st ? st : ma_crossing_send(crossing, own->listing, err);
}

static mcpauth_status begin_list(
    ma_stateless *own, ma_crossing *crossing, ma_span meta, mcpauth_error *err)
{
    if (own->listing)
        return MCPAUTH_OK;
    ma_page_done(&own->page);
    own->page = ma_page_init(PAGES_MAX);
    ma_buf_clear(&own->meta);
    ma_buf_add_span(&own->meta, meta);
    mcpauth_status st = ma_buf_status(&own->meta, "the request", err);
    return st ? st : ask_page(own, crossing, err);
}

/* Learns, and shows nobody. */
static mcpauth_status learn(ma_stateless *own, ma_crossing *crossing,
    const ma_envelope *message, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) offered = ma_buf_init(message->result.len + 1024);
    mcpauth_status st = ma_toolgate_write_list(&crossing->gate,
        ma_errand_params(own->listing), message->result, &offered, err);
    return st ? st : ma_page_feed(&own->page, message->result, err);
}

/* Without a list the call goes without fields: the server says what is
 * missing. */
mcpauth_status ma_stateless_listed(ma_stateless *own, ma_crossing *crossing,
    const ma_envelope *message, mcpauth_error *err)
{
    mcpauth_status st = message ? learn(own, crossing, message, crossing->why)
                                : MCPAUTH_E_PROTOCOL;
    ma_crossing_finish(crossing, ma_move(&own->listing));
    if (st)
        ma_crossing_log(crossing, 1, "bridge",
            "the tools could not be listed before a call");
    if (!st && ma_page_more(&own->page))
        return ask_page(own, crossing, err);
    crossing->gate.book.listed = true;
    return send_waiting(own, crossing, err);
}

/* --- from the pairs ------------------------------------------------------ */

mcpauth_status ma_stateless_send(ma_stateless *own, ma_crossing *crossing,
    ma_errand *errand, ma_span meta, mcpauth_error *err)
{
    if (!ma_errand_is(errand, "tools/call"))
        return ma_crossing_send(crossing, errand, err);
    if (ma_toolgate_knows(&crossing->gate) && !own->listing)
        return send_call(crossing, errand, err);
    ma_errands_put(&own->waiting, errand);
    return begin_list(own, crossing, meta, err);
}

bool ma_stateless_is_stale(
    const ma_errand *errand, const ma_exchange_event *event)
{
    return event->kind == MA_EXCHANGE_ERROR && !errand->again &&
           event->message.code == MA_ENVELOPE_HEADER_MISMATCH &&
           ma_errand_is(errand, "tools/call");
}

mcpauth_status ma_stateless_refresh(ma_stateless *own, ma_crossing *crossing,
    ma_errand *errand, ma_span meta, mcpauth_error *err)
{
    errand->again = true;
    ma_toolbook_clear(&crossing->gate.book);
    ma_errands_put(&own->waiting, errand);
    return begin_list(own, crossing, meta, err);
}

bool ma_stateless_takes_back(ma_stateless *own, const ma_errand *errand)
{
    for (const ma_errand *at = own->waiting.first; at; at = at->next)
        if (at == errand) {
            ma_errands_drop(&own->waiting, errand);
            return true;
        }
    return false;
}
