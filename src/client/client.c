/* client.c - an MCP client: session (mcp/), tokens (caller) and HTTP joined.
 *
 * Every exchange goes through carry(): it attaches the token, sends, and acts
 * on what is not an answer yet: a challenge, a lost session, a server that
 * asks for patience.  Nothing that may have been processed is sent twice
 * (T-025). */
#include <mcpauth/client.h>

#include <mcpauth/version.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/http.h"
#include "client/caller.h"
#include "client/provider.h"
#include "client/result.h"
#include "mcp/page.h"
#include "mcp/session.h"
#include "oauth/config.h"

enum {
    CONNECT_TIMEOUT_MS = 10000,
    REFUSAL_MAX = 64 * 1024, /* kept of a 401 or 403, for the words in it */
    PATIENCE_MAX = 5,        /* RETRY_LATER in a row */
    PATIENCE_FIRST_MS = 250,
    PATIENCE_LONGEST_MS = 60000,
    CLOSE_TIMEOUT_MS = 2000
};

struct mcpauth_client {
    mcpauth_client_options options; /* of its pointers server is ours; name,
                                       version and headers are not kept */
    mcpauth_headers *headers;
    mcpauth_caller *caller; /* NULL: no authorization */
    ma_session *session;
    char *info;
    char *capabilities;
    char *instructions;
    bool opened;
};

MA_AUTO_DEFINE(mcpauth_client, mcpauth_client_free)

/* --- life -------------------------------------------------------------------
 */

static mcpauth_status copy_headers(
    const mcpauth_headers *from, mcpauth_headers **out, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) copy = mcpauth_headers_new();
    if (!copy)
        return ma_error_nomem(err);
    for (size_t i = 0; i < mcpauth_headers_count(from); i++) {
        mcpauth_status st = mcpauth_headers_add(copy,
            mcpauth_headers_name(from, i), mcpauth_headers_value(from, i), err);
        if (st)
            return st;
    }
    *out = ma_move(&copy);
    return MCPAUTH_OK;
}

/* A token goes to the server it is for, and to no other. */
static mcpauth_status check_server(
    const mcpauth_client_options *options, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(options->server), &url, err);
    if (st)
        return ma_error_in(err, st, "the URL of the MCP server");
    if (!options->provider ||
        ma_url_same_origin(
            &url, ma_config_server(ma_provider_config(options->provider))))
        return MCPAUTH_OK;
    MA_AUTO(ma_text) shown = ma_url_redacted(options->server);
    return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "the tokens of this provider are for another server than %s",
        shown ? shown : "this");
}

static mcpauth_status new_session(mcpauth_client *client, mcpauth_error *err)
{
    const mcpauth_client_options *options = &client->options;
    ma_session_options session = {
        .client_name = options->name ? options->name : "mcpauth",
        .client_version = options->version ? options->version : MCPAUTH_VERSION,
        .protocol_version = options->protocol_version,
        /* AgentCore: throttled; session operation in progress. */
        .retry_codes = {-32003, -32005},
    };
    return ma_session_new(&session, &client->session, err);
}

mcpauth_status mcpauth_client_new(const mcpauth_client_options *options,
    mcpauth_client **out_client, mcpauth_error *err)
{
    mcpauth_status st = check_server(options, err);
    if (st)
        return st;
    MA_AUTO(mcpauth_client) client = ma_calloc(1, sizeof *client);
    if (!client)
        return ma_error_nomem(err);
    client->options = *options;
    client->options.server = ma_strdup(options->server);
    if (!client->options.server)
        return ma_error_nomem(err);
    st = copy_headers(options->headers, &client->headers, err);
    if (!st)
        st = new_session(client, err);
    if (!st && options->provider)
        st = mcpauth_caller_new(options->provider, &client->caller, err);
    if (st)
        return st;
    *out_client = ma_move(&client);
    return MCPAUTH_OK;
}

static void forget_server(mcpauth_client *client)
{
    ma_free(ma_move(&client->info));
    ma_free(ma_move(&client->capabilities));
    ma_free(ma_move(&client->instructions));
}

void mcpauth_client_free(mcpauth_client *client)
{
    if (!client)
        return;
    forget_server(client);
    ma_session_free(client->session);
    mcpauth_caller_free(client->caller);
    mcpauth_headers_free(client->headers);
    ma_free((char *)client->options.server);
    ma_free(client);
}

/* --- one exchange on the wire -------------------------------------------- */

/* An exchange while its answer arrives. */
typedef struct {
    mcpauth_client *client;
    ma_exchange *exchange;
    mcpauth_headers *head;   /* of a 401 or 403 */
    ma_buf refusal;          /* its body */
    ma_exchange_event final; /* kind and http_status only */
    bool has_final;
    bool enough;       /* nobody waits for the rest */
    ma_result *result; /* filled by a response; NULL: not wanted */
} transfer;

static void transfer_done(transfer *at)
{
    mcpauth_headers_free(at->head);
    ma_buf_done(&at->refusal);
}
MA_SCOPED_DEFINE(transfer, transfer_done)

static mcpauth_status send_exchange(mcpauth_client *client,
    ma_exchange *exchange, transfer *at, mcpauth_error *err);

/* The server asks something of us in the middle of an answer (T-045). */
static mcpauth_status answer_server(
    transfer *at, const ma_envelope *request, mcpauth_error *err)
{
    mcpauth_client *client = at->client;
    MA_AUTO(ma_exchange) reply = NULL;
    mcpauth_status st =
        ma_session_write_default(client->session, request, &reply, err);
    if (st)
        return st;
    MA_SCOPED(transfer) side = {.client = client};
    /* Whether it arrives is the server's concern: our request goes on. */
    if (send_exchange(client, reply, &side, err))
        mcpauth_error_clear(err);
    return MCPAUTH_OK;
}

static mcpauth_status take_event(
    transfer *at, const ma_exchange_event *event, mcpauth_error *err)
{
    mcpauth_client *client = at->client;
    switch (event->kind) {
    case MA_EXCHANGE_NOTIFICATION:
        if (client->options.notified)
            client->options.notified(client->options.ctx,
                event->message.text.at, event->message.text.len);
        return MCPAUTH_OK;
    case MA_EXCHANGE_SERVER_REQUEST:
        return answer_server(at, &event->message, err);
    default:
        at->final = *event;
        at->has_final = true;
        return at->result ? ma_result_take(at->result, client->session,
                                at->exchange, event, err)
                          : MCPAUTH_OK;
    }
}

static mcpauth_status take_events(transfer *at, mcpauth_error *err)
{
    for (;;) {
        const ma_exchange_event *event = NULL;
        mcpauth_status st = ma_exchange_next(at->exchange, &event, err);
        if (!st && event)
            st = take_event(at, event, err);
        if (st || !event)
            return st;
    }
}

static mcpauth_status on_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    transfer *at = ctx;
    mcpauth_status st = MCPAUTH_OK;
    if (status == 401 || status == 403)
        st = copy_headers(headers, &at->head, err);
    if (!st)
        st = ma_exchange_head(at->exchange, status, headers, err);
    return st ? st : take_events(at, err);
}

static mcpauth_status on_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    transfer *at = ctx;
    if (at->head && at->refusal.len + len <= REFUSAL_MAX)
        ma_buf_add(&at->refusal, bytes, len);
    mcpauth_status st =
        ma_exchange_feed(at->exchange, ma_span_make(bytes, len), err);
    if (!st)
        st = take_events(at, err);
    if (st || !at->has_final || !ma_exchange_streams(at->exchange))
        return st;
    at->enough = true; /* T-040 */
    return MCPAUTH_E_CANCELLED;
}

static mcpauth_status add_headers(
    const mcpauth_client *client, ma_exchange *exchange, mcpauth_error *err)
{
    mcpauth_headers *headers = ma_exchange_headers(exchange);
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < mcpauth_headers_count(client->headers); i++)
        st = ma_headers_set(headers, mcpauth_headers_name(client->headers, i),
            mcpauth_headers_value(client->headers, i), err);
    const char *authorization = NULL;
    if (!st && client->caller)
        st = mcpauth_caller_header(client->caller, &authorization, err);
    if (!st && authorization)
        st = ma_headers_set(headers, "Authorization", authorization, err);
    return st;
}

static mcpauth_status send_exchange(mcpauth_client *client,
    ma_exchange *exchange, transfer *at, mcpauth_error *err)
{
    at->exchange = exchange;
    at->refusal = ma_buf_init(REFUSAL_MAX);
    mcpauth_status st = add_headers(client, exchange, err);
    if (st)
        return st;
    ma_span body = ma_exchange_body(exchange);
    bool closing = !strcmp(ma_exchange_http_method(exchange), "DELETE");
    mcpauth_http_request request = {
        .method = ma_exchange_http_method(exchange),
        .url = client->options.server,
        .headers = ma_exchange_headers(exchange),
        .body = body.len ? body.at : NULL,
        .body_len = body.len,
        .body_max = SIZE_MAX,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = closing ? CLOSE_TIMEOUT_MS : client->options.timeout_ms,
    };
    const mcpauth_http_sink sink = {on_head, on_body, at};
    st = ma_http_perform(client->options.http, &request, &sink, err);
    if (st)
        return at->enough ? MCPAUTH_OK : st;
    ma_exchange_end(exchange);
    return take_events(at, err);
}

/* --- until it is answered ------------------------------------------------ */

static void pause_for(int64_t delay_ms)
{
    struct timespec pause = {
        .tv_sec = delay_ms / 1000,
        .tv_nsec = (long)(delay_ms % 1000) * 1000000,
    };
    clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

/* What is left of the ways to go on. */
typedef struct {
    bool repeatable; /* being processed twice does no harm */
    int patience;
    bool session_found; /* T-053: once */
} persistence;

/* The server refused for now.  Where a second time could do harm, it must have
 * said that it did not process the first (T-024). */
static bool be_patient(const ma_exchange_event *final, persistence *ways)
{
    int64_t delay_ms = final->retry_after_ms;
    bool unprocessed = final->message.code || delay_ms >= 0;
    if (!ways->repeatable && !unprocessed)
        return false;
    if (ways->patience == PATIENCE_MAX || delay_ms > PATIENCE_LONGEST_MS)
        return false;
    if (delay_ms < 0)
        delay_ms = (int64_t)PATIENCE_FIRST_MS << ways->patience;
    ways->patience++;
    pause_for(delay_ms);
    return true;
}

static mcpauth_status answer_challenge(
    const transfer *at, bool *out_again, mcpauth_error *err)
{
    mcpauth_answer answer = {
        .http_status = at->final.http_status,
        .headers = at->head,
        .body = ma_buf_text(&at->refusal),
        .body_len = at->refusal.len,
    };
    if (at->client->caller)
        return mcpauth_caller_answered(
            at->client->caller, &answer, out_again, err);
    *out_again = false;
    return MCPAUTH_OK;
}

/* Every other answer ends what the caller remembers of this request. */
static mcpauth_status note_answer(const transfer *at, mcpauth_error *err)
{
    mcpauth_answer answer = {.http_status = at->final.http_status};
    bool again = false;
    if (!at->client->caller)
        return MCPAUTH_OK;
    return mcpauth_caller_answered(at->client->caller, &answer, &again, err);
}

static mcpauth_status open_session(mcpauth_client *client, mcpauth_error *err);

static mcpauth_status find_session(
    mcpauth_client *client, ma_exchange *exchange, mcpauth_error *err)
{
    ma_session_lost(client->session, exchange);
    client->opened = false;
    return open_session(client, err);
}

/* A session that is lost while it is opened is not opened again: a server
 * that forgets at once would be asked for ever. */
static bool may_find_session(const transfer *at, const persistence *ways)
{
    bool opening = at->result && at->result->opening;
    return at->final.kind == MA_EXCHANGE_SESSION_LOST && !opening &&
           !ways->session_found;
}

/* Acts on a final event that is no answer.  *out_again: send it once more. */
static mcpauth_status act(
    transfer *at, persistence *ways, bool *out_again, mcpauth_error *err)
{
    *out_again = false;
    if (at->final.kind == MA_EXCHANGE_NEED_AUTH)
        return answer_challenge(at, out_again, err);
    mcpauth_status st = note_answer(at, err);
    if (st)
        return st;
    if (at->final.kind == MA_EXCHANGE_RETRY_LATER)
        *out_again = be_patient(&at->final, ways);
    if (may_find_session(at, ways)) {
        ways->session_found = true;
        *out_again = true;
        return find_session(at->client, at->exchange, err);
    }
    return MCPAUTH_OK;
}

/* Sends exchange until there is an answer to it. */
static mcpauth_status carry(mcpauth_client *client, ma_exchange *exchange,
    bool repeatable, ma_result *result, mcpauth_error *err)
{
    persistence ways = {.repeatable = repeatable};
    for (;;) {
        MA_SCOPED(transfer) at = {.client = client, .result = result};
        mcpauth_status st = send_exchange(client, exchange, &at, err);
        if (st)
            return st;
        bool again = false;
        st = act(&at, &ways, &again, err);
        if (st)
            return st;
        if (!again)
            return ma_result_is_answer(result, at.final.kind)
                       ? MCPAUTH_OK
                       : ma_exchange_failure(exchange, err);
        st = ma_session_renew(client->session, exchange, err);
        if (st)
            return st;
    }
}

/* --- opening ------------------------------------------------------------- */

static mcpauth_status copy_value(char **at, ma_span value, mcpauth_error *err)
{
    if (!value.at)
        return MCPAUTH_OK;
    *at = ma_strndup(value.at, value.len);
    return *at ? MCPAUTH_OK : ma_error_nomem(err);
}

static mcpauth_status remember_server(
    mcpauth_client *client, mcpauth_error *err)
{
    const ma_session_peer *peer = ma_session_server(client->session);
    forget_server(client);
    mcpauth_status st = copy_value(&client->info, peer->info, err);
    if (!st)
        st = copy_value(&client->capabilities, peer->capabilities, err);
    if (!st)
        st = copy_value(&client->instructions, peer->instructions, err);
    return st;
}

static mcpauth_status open_session(mcpauth_client *client, mcpauth_error *err)
{
    for (;;) {
        MA_AUTO(ma_exchange) exchange = NULL;
        mcpauth_status st =
            ma_session_open_next(client->session, &exchange, err);
        if (st || !exchange) {
            client->opened = !st;
            return st ? st : remember_server(client, err);
        }
        ma_result opening = {.opening = true};
        st = carry(client, exchange, true, &opening, err);
        if (st)
            return st;
    }
}

mcpauth_status mcpauth_client_open(mcpauth_client *client, mcpauth_error *err)
{
    if (client->opened)
        return MCPAUTH_OK;
    mcpauth_status st = open_session(client, err);
    return st ? ma_error_in(err, st, "opening a session") : MCPAUTH_OK;
}

const char *mcpauth_client_protocol_version(const mcpauth_client *client)
{
    return client->opened ? ma_session_server(client->session)->version : NULL;
}

const char *mcpauth_client_server_info(const mcpauth_client *client)
{
    return client->info;
}

const char *mcpauth_client_server_capabilities(const mcpauth_client *client)
{
    return client->capabilities;
}

const char *mcpauth_client_server_instructions(const mcpauth_client *client)
{
    return client->instructions;
}

/* --- requests ------------------------------------------------------------ */

/* Methods that only ask, or only say how things are to be. */
static bool is_repeatable(const char *method)
{
    static const char *const known[] = {"ping", "tools/list", "resources/list",
        "resources/templates/list", "resources/read", "resources/subscribe",
        "resources/unsubscribe", "prompts/list", "prompts/get",
        "completion/complete", "logging/setLevel"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(method, known[i]))
            return true;
    return false;
}

static mcpauth_status request(mcpauth_client *client, const char *method,
    ma_span params, ma_result *result, mcpauth_error *err)
{
    mcpauth_status st = mcpauth_client_open(client, err);
    if (st)
        return st;
    MA_AUTO(ma_exchange) exchange = NULL;
    st = ma_session_write_request(
        client->session, method, params, &exchange, err);
    if (st)
        return st;
    return carry(client, exchange, is_repeatable(method), result, err);
}

mcpauth_status mcpauth_client_request(mcpauth_client *client,
    const char *method, const char *params, char **out_result, size_t *out_len,
    mcpauth_error *err)
{
    MA_SCOPED(ma_result) result = {0};
    mcpauth_status st =
        request(client, method, ma_span_of(params), &result, err);
    return st ? st : ma_result_move(&result, out_result, out_len, err);
}

/* Appends the entries of one page, commas between. */
static void add_entries(ma_buf *list, ma_span page, const char *member)
{
    ma_value_walk walk = ma_value_walk_init(ma_value_member(page, member));
    ma_span name, value;
    while (ma_value_walk_next(&walk, &name, &value)) {
        if (list->len > 1)
            ma_buf_add_byte(list, ',');
        ma_buf_add_span(list, value);
    }
}

static mcpauth_status add_page(mcpauth_client *client, const char *method,
    const char *member, ma_page *page, ma_buf *list, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_page_write_params(page, &params);
    mcpauth_status st = ma_buf_status(&params, "the request", err);
    MA_SCOPED(ma_result) result = {0};
    if (!st)
        st = request(client, method, ma_buf_span(&params), &result, err);
    if (!st)
        st = ma_page_feed(page, ma_buf_span(&result.text), err);
    if (!st)
        add_entries(list, ma_buf_span(&result.text), member);
    return st;
}

mcpauth_status mcpauth_client_list(mcpauth_client *client, const char *method,
    const char *member, char **out_array, size_t *out_len, mcpauth_error *err)
{
    MA_SCOPED(ma_page) page = ma_page_init(0);
    MA_SCOPED(ma_result) list = {.text = ma_buf_init(MA_SESSION_MESSAGE_MAX)};
    ma_buf_add_byte(&list.text, '[');
    while (ma_page_more(&page)) {
        mcpauth_status st =
            add_page(client, method, member, &page, &list.text, err);
        if (st)
            return ma_error_in(err, st, "%s", method);
    }
    ma_buf_add_byte(&list.text, ']');
    return ma_result_move(&list, out_array, out_len, err);
}

/* --- the end ------------------------------------------------------------- */

void mcpauth_client_close(mcpauth_client *client)
{
    MA_AUTO(ma_exchange) farewell = NULL;
    client->opened = false;
    if (ma_session_write_close(client->session, &farewell, NULL) || !farewell)
        return;
    MA_SCOPED(transfer) at = {.client = client};
    if (send_exchange(client, farewell, &at, NULL))
        return;
}

void mcpauth_text_free(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    ma_free(text);
}
