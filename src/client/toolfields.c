/* toolfields.c - the client's toolbook, read before a call and written behind
 * a list. */
#include "client/toolfields.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/quote.h"
#include "client/clientstate.h"
#include "client/request.h"
#include "mcp/page.h"
#include "mcp/paramheaders.h"

/* --- learning ------------------------------------------------------------ */

/* The first page of a list begins the book anew. */
static void feed_book(mcpauth_client *client, ma_span params, ma_span result)
{
    pthread_mutex_lock(&client->mutex);
    if (!ma_value_member(params, "cursor").at)
        ma_toolbook_clear(&client->tools);
    /* A tool that found no room is called without fields, and the server
     * says so. */
    mcpauth_status st = ma_toolbook_feed(
        &client->tools, ma_value_member(result, "tools"), NULL);
    (void)st;
    pthread_mutex_unlock(&client->mutex);
}

static void drop(void *ctx, ma_span name, const mcpauth_error *reason)
{
    mcpauth_client *client = ctx;
    const mcpauth_client_options *options = &client->options;
    MA_SCOPED(ma_buf) text = ma_buf_init(64 * 1024);
    ma_value_write_text(&text, name);
    if (!options->dropped)
        return;
    pthread_mutex_lock(&client->telling);
    options->dropped(
        options->ctx, ma_buf_text(&text), mcpauth_error_message(reason));
    pthread_mutex_unlock(&client->telling);
}

mcpauth_status ma_toolfields_learn(mcpauth_client *client, ma_span params,
    ma_span result, ma_buf *to, mcpauth_error *err)
{
    if (!ma_client_is_stateless(client)) {
        ma_buf_add_span(to, result);
        return ma_buf_status(to, "the result", err);
    }
    feed_book(client, params, result);
    mcpauth_status st =
        ma_paramheaders_write_tools(to, result, drop, client, err);
    return st ? st : ma_buf_status(to, "the result", err);
}

/* --- listing ------------------------------------------------------------- */

/* For the sake of a call, whose limits hold; what is listed again must not be
 * what was listed before. */
static mcpauth_status list_page(mcpauth_client *client,
    const mcpauth_call *wanted, bool again, ma_page *page, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    MA_SCOPED(ma_buf) result = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_page_write_params(page, &params);
    mcpauth_status st = ma_buf_status(&params, "the request", err);
    const mcpauth_call call = {.size = sizeof call,
        .method = "tools/list",
        .params = ma_buf_text(&params),
        .timeout_ms = wanted->timeout_ms,
        .cancel = wanted->cancel,
        .fresh = again};
    if (!st)
        st = ma_request_make(client, &call, &result, err);
    return st ? st : ma_page_feed(page, ma_buf_span(&result), err);
}

static mcpauth_status list_tools(mcpauth_client *client,
    const mcpauth_call *wanted, bool again, mcpauth_error *err)
{
    MA_SCOPED(ma_page) page = ma_page_init(0);
    mcpauth_status st = MCPAUTH_OK;
    while (!st && ma_page_more(&page))
        st = list_page(client, wanted, again, &page, err);
    return st ? ma_error_in(err, st, "learning which arguments go as fields")
              : MCPAUTH_OK;
}

/* --- writing ------------------------------------------------------------- */

static bool has_book(mcpauth_client *client)
{
    pthread_mutex_lock(&client->mutex);
    bool listed = client->tools.listed;
    pthread_mutex_unlock(&client->mutex);
    return listed;
}

static mcpauth_status refuse(ma_span name, const char *why, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(64 * 1024);
    ma_value_write_text(&text, name);
    MA_AUTO(ma_text) shown = ma_quote(ma_buf_span(&text));
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the tool \"%s\" must not be called: %s", shown ? shown : "?", why);
    ma_error_hint(err, "whoever runs the MCP server has to mend the tool's "
                       "inputSchema");
    return st;
}

/* The mutex is held. */
static mcpauth_status add_fields(const mcpauth_client *client, ma_span params,
    mcpauth_headers *fields, mcpauth_error *err)
{
    ma_toolbook_page page;
    ma_span name = ma_value_member(params, "name");
    if (!ma_toolbook_find(&client->tools, name, &page))
        return MCPAUTH_OK;
    if (page.refused)
        return refuse(name, page.refused, err);
    return ma_paramheaders_add(
        fields, page.schema, ma_value_member(params, "arguments"), err);
}

mcpauth_status ma_toolfields_write(mcpauth_client *client,
    const mcpauth_call *call, ma_span params, bool again,
    mcpauth_headers **out_fields, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    bool calls = !strcmp(call->method, "tools/call");
    if (!calls || !ma_client_is_stateless(client))
        return MCPAUTH_OK;
    if (again || !has_book(client))
        st = list_tools(client, call, again, err);
    MA_AUTO(mcpauth_headers) fields = mcpauth_headers_new();
    if (!st && !fields)
        st = ma_error_nomem(err);
    if (st)
        return st;
    pthread_mutex_lock(&client->mutex);
    st = add_fields(client, params, fields, err);
    pthread_mutex_unlock(&client->mutex);
    if (!st)
        *out_fields = ma_move(&fields);
    return st;
}
