/* client.c - the face of the MCP client, and lists in pages. */
#include <mcpauth/client.h>

#include <mcpauth/version.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/url.h"
#include "client/caller.h"
#include "client/carry.h"
#include "client/clientstate.h"
#include "client/opening.h"
#include "client/provider.h"
#include "client/request.h"
#include "client/transfer.h"
#include "mcp/page.h"
#include "oauth/config.h"

MA_AUTO_DEFINE(mcpauth_client, mcpauth_client_free)

enum { CLOSE_TIMEOUT_MS = 2000 };

/* --- life -------------------------------------------------------------------
 */

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

/* What is asked of a client comes by its capabilities, but for extensions. */
static bool needs_serve(const char *capabilities)
{
    ma_value_walk walk = ma_value_walk_init(ma_span_of(capabilities));
    ma_span name, value;
    while (ma_value_walk_next(&walk, &name, &value))
        if (!ma_value_says(name, "extensions"))
            return true;
    return false;
}

static mcpauth_status check_options(
    const mcpauth_client_options *options, mcpauth_error *err)
{
    if (needs_serve(options->capabilities) && !options->serve)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "a client with capabilities needs a function that serves them");
    return check_server(options, err);
}

static mcpauth_status new_session(mcpauth_client *client, mcpauth_error *err)
{
    const mcpauth_client_options *options = &client->options;
    ma_session_options session = {
        .server = options->server,
        .client_name = options->name ? options->name : "mcpauth",
        .client_version = options->version ? options->version : MCPAUTH_VERSION,
        .capabilities = ma_span_of(options->capabilities),
        .protocol_version = options->protocol_version,
        /* AgentCore: throttled; session operation in progress. */
        .retry_codes = {-32003, -32005},
    };
    return ma_session_new(&session, &client->session, err);
}

static void init_locks(mcpauth_client *client)
{
    pthread_mutex_init(&client->mutex, NULL);
    pthread_mutex_init(&client->telling, NULL);
}

static mcpauth_status new_parts(mcpauth_client *client, mcpauth_error *err)
{
    client->tools = ma_toolbook_init(0);
    client->stop = mcpauth_cancel_new();
    client->closing = mcpauth_cancel_new();
    client->opening = ma_turn_new();
    client->serving = ma_turn_new();
    client->standing = ma_standing_new();
    client->mailbox = ma_mailbox_new();
    client->answerer = ma_answerer_new(client);
    client->listener = ma_listener_new(client);
    client->keeper = ma_keeper_new(client);
    bool whole = client->stop && client->closing && client->opening &&
                 client->serving && client->standing && client->mailbox &&
                 client->answerer && client->listener && client->keeper;
    return whole ? MCPAUTH_OK : ma_error_nomem(err);
}

mcpauth_status mcpauth_client_new(const mcpauth_client_options *options,
    mcpauth_client **out_client, mcpauth_error *err)
{
    mcpauth_client_options known = {0};
    memcpy(&known, options,
        options->size < sizeof known ? options->size : sizeof known);
    mcpauth_status st = check_options(&known, err);
    if (st)
        return st;
    MA_AUTO(mcpauth_client) client = ma_calloc(1, sizeof *client);
    if (!client)
        return ma_error_nomem(err);
    init_locks(client);
    client->options = known;
    client->options.server = ma_strdup(known.server);
    if (!client->options.server)
        return ma_error_nomem(err);
    st = ma_headers_dup(known.headers, &client->headers, err);
    if (!st)
        st = new_session(client, err);
    if (!st)
        st = new_parts(client, err);
    if (!st)
        *out_client = ma_move(&client);
    return st;
}

static void free_peers(ma_client_peer *peer)
{
    while (peer) {
        ma_client_peer *before = peer->before;
        ma_free(peer->info);
        ma_free(peer->capabilities);
        ma_free(peer->instructions);
        ma_free(peer);
        peer = before;
    }
}

void mcpauth_client_free(mcpauth_client *client)
{
    if (!client)
        return;
    if (client->stop)
        mcpauth_cancel_ask(client->stop);
    if (client->closing)
        mcpauth_cancel_ask(client->closing);
    /* The keeper opens streams, which wake the keeper. */
    if (client->keeper)
        ma_keeper_stop(client->keeper);
    ma_listener_free(client->listener);
    ma_keeper_free(client->keeper);
    ma_answerer_free(client->answerer);
    ma_mailbox_free(client->mailbox);
    ma_standing_free(client->standing);
    ma_toolbook_done(&client->tools);
    ma_cache_done(&client->cache);
    free_peers(client->peer);
    ma_session_free(client->session);
    for (size_t i = 0; i < client->caller_count; i++)
        mcpauth_caller_free(client->callers[i]);
    mcpauth_headers_free(client->headers);
    mcpauth_cancel_free(client->stop);
    mcpauth_cancel_free(client->closing);
    ma_turn_free(client->opening);
    ma_turn_free(client->serving);
    pthread_mutex_destroy(&client->mutex);
    pthread_mutex_destroy(&client->telling);
    ma_free((char *)client->options.server);
    ma_free(client);
}

/* --- for the other parts ------------------------------------------------- */

mcpauth_status ma_client_take_caller(
    mcpauth_client *client, mcpauth_caller **out, mcpauth_error *err)
{
    mcpauth_caller *kept = NULL;
    if (!client->options.provider)
        return MCPAUTH_OK;
    pthread_mutex_lock(&client->mutex);
    if (client->caller_count > 0)
        kept = client->callers[--client->caller_count];
    pthread_mutex_unlock(&client->mutex);
    if (!kept)
        return mcpauth_caller_new(client->options.provider, out, err);
    *out = kept;
    return MCPAUTH_OK;
}

void ma_client_put_caller(mcpauth_client *client, mcpauth_caller *caller)
{
    if (!caller)
        return;
    pthread_mutex_lock(&client->mutex);
    bool room = client->caller_count < MA_CLIENT_LINES;
    if (room)
        client->callers[client->caller_count++] = caller;
    pthread_mutex_unlock(&client->mutex);
    if (!room)
        mcpauth_caller_free(caller);
}

bool ma_client_is_open(mcpauth_client *client)
{
    pthread_mutex_lock(&client->mutex);
    bool open = ma_session_is_open(client->session);
    pthread_mutex_unlock(&client->mutex);
    return open;
}

bool ma_client_is_stateless(mcpauth_client *client)
{
    pthread_mutex_lock(&client->mutex);
    ma_session_channel channel = ma_session_listens(client->session);
    pthread_mutex_unlock(&client->mutex);
    return channel == MA_SESSION_CHANNEL_SUBSCRIPTION;
}

mcpauth_status ma_client_renew(
    mcpauth_client *client, ma_exchange *exchange, mcpauth_error *err)
{
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st = ma_session_renew(client->session, exchange, err);
    pthread_mutex_unlock(&client->mutex);
    return st;
}

/* What has changed is to be learned anew (T-069, T-081). */
static void forget_changed(mcpauth_client *client, const ma_envelope *message)
{
    pthread_mutex_lock(&client->mutex);
    ma_cache_heard(&client->cache, message);
    if (ma_envelope_is(message, "notifications/tools/list_changed"))
        ma_toolbook_clear(&client->tools);
    pthread_mutex_unlock(&client->mutex);
}

void ma_client_tell(mcpauth_client *client, const ma_envelope *message)
{
    const mcpauth_client_options *options = &client->options;
    forget_changed(client, message);
    pthread_mutex_lock(&client->telling);
    ma_progress_tell(&client->progress, message);
    if (options->notified)
        options->notified(options->ctx, message->text.at, message->text.len);
    pthread_mutex_unlock(&client->telling);
}

/* --- opening ------------------------------------------------------------- */

mcpauth_status mcpauth_client_open(mcpauth_client *client, mcpauth_error *err)
{
    return ma_opening_run(client, client->options.cancel, 0, err);
}

static const ma_client_peer *peer_of(const mcpauth_client *client)
{
    static const ma_client_peer nobody = {NULL, NULL, NULL, NULL, NULL};
    mcpauth_client *locked = (mcpauth_client *)client;
    pthread_mutex_lock(&locked->mutex);
    const ma_client_peer *peer = client->peer;
    pthread_mutex_unlock(&locked->mutex);
    return peer ? peer : &nobody;
}

const char *mcpauth_client_protocol_version(const mcpauth_client *client)
{
    return peer_of(client)->version;
}

const char *mcpauth_client_server_info(const mcpauth_client *client)
{
    return peer_of(client)->info;
}

const char *mcpauth_client_server_capabilities(const mcpauth_client *client)
{
    return peer_of(client)->capabilities;
}

const char *mcpauth_client_server_instructions(const mcpauth_client *client)
{
    return peer_of(client)->instructions;
}

/* --- requests ------------------------------------------------------------ */

/* Moves a text out, for mcpauth_text_free. */
static mcpauth_status give_text(
    ma_buf *from, char **out_text, size_t *out_len, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(from, "the result", err);
    if (st)
        return st;
    size_t len = from->len;
    char *text = ma_buf_take(from);
    if (!text)
        return ma_error_nomem(err);
    *out_text = text;
    *out_len = len;
    return MCPAUTH_OK;
}

mcpauth_status mcpauth_client_call(mcpauth_client *client,
    const mcpauth_call *call, char **out_result, size_t *out_len,
    mcpauth_error *err)
{
    MA_SCOPED(ma_buf) result = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    mcpauth_call known = {0};
    memcpy(&known, call, call->size < sizeof known ? call->size : sizeof known);
    if (!known.cancel)
        known.cancel = client->options.cancel;
    mcpauth_status st = ma_request_make(client, &known, &result, err);
    return st ? st : give_text(&result, out_result, out_len, err);
}

mcpauth_status mcpauth_client_request(mcpauth_client *client,
    const char *method, const char *params, char **out_result, size_t *out_len,
    mcpauth_error *err)
{
    const mcpauth_call call = {
        .size = sizeof call, .method = method, .params = params};
    return mcpauth_client_call(client, &call, out_result, out_len, err);
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
    MA_SCOPED(ma_buf) result = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_page_write_params(page, &params);
    mcpauth_status st = ma_buf_status(&params, "the request", err);
    const mcpauth_call call = {.size = sizeof call,
        .method = method,
        .params = ma_buf_text(&params),
        .cancel = client->options.cancel};
    if (!st)
        st = ma_request_make(client, &call, &result, err);
    if (!st)
        st = ma_page_feed(page, ma_buf_span(&result), err);
    if (!st)
        add_entries(list, ma_buf_span(&result), member);
    return st;
}

mcpauth_status mcpauth_client_list(mcpauth_client *client, const char *method,
    const char *member, char **out_array, size_t *out_len, mcpauth_error *err)
{
    MA_SCOPED(ma_page) page = ma_page_init(0);
    MA_SCOPED(ma_buf) list = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_buf_add_byte(&list, '[');
    while (ma_page_more(&page)) {
        mcpauth_status st = add_page(client, method, member, &page, &list, err);
        if (st)
            return ma_error_in(err, st, "%s", method);
    }
    ma_buf_add_byte(&list, ']');
    return give_text(&list, out_array, out_len, err);
}

mcpauth_status mcpauth_client_notify(mcpauth_client *client, const char *method,
    const char *params, mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    const ma_session_call call = {method, ma_span_of(params), NULL};
    mcpauth_status st = ma_opening_run(client, client->options.cancel, 0, err);
    if (st)
        return st;
    pthread_mutex_lock(&client->mutex);
    st = ma_session_write_notification(client->session, &call, &exchange, err);
    pthread_mutex_unlock(&client->mutex);
    const ma_carry_job job = {.client = client,
        .exchange = exchange,
        .timeout_ms = client->options.timeout_ms,
        .cancel = client->options.cancel};
    return st ? st : ma_carry(&job, err);
}

/* --- listening ----------------------------------------------------------- */

static ma_value_walk resources_of(const char *wanted)
{
    return ma_value_walk_init(
        ma_value_member(ma_span_of(wanted), "resourceSubscriptions"));
}

static bool has_resource(const char *wanted, ma_span uri)
{
    ma_span no_name, other;
    ma_value_walk walk = resources_of(wanted);
    while (ma_value_walk_next(&walk, &no_name, &other))
        if (ma_value_same(uri, other))
            return true;
    return false;
}

static void write_resource(ma_buf *params, ma_span uri)
{
    ma_buf_add_text(params, "{\"uri\":");
    ma_buf_add_span(params, uri);
    ma_buf_add_byte(params, '}');
}

static mcpauth_status ask_for_resource(
    mcpauth_client *client, const char *method, ma_span uri, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    MA_SCOPED(ma_buf) result = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    write_resource(&params, uri);
    mcpauth_status st = ma_buf_status(&params, "the request", err);
    const mcpauth_call call = {.size = sizeof call,
        .method = method,
        .params = ma_buf_text(&params),
        .cancel = client->options.cancel};
    return st ? st : ma_request_make(client, &call, &result, err);
}

/* Older servers are asked for each resource (T-213), and not to send any more
 * of those that were wanted before. */
static mcpauth_status subscribe_each(mcpauth_client *client, const char *wanted,
    const char *before, mcpauth_error *err)
{
    ma_span no_name, uri;
    ma_value_walk old = resources_of(before);
    ma_value_walk walk = resources_of(wanted);
    mcpauth_status st = MCPAUTH_OK;
    while (!st && ma_value_walk_next(&old, &no_name, &uri))
        if (!has_resource(wanted, uri))
            st = ask_for_resource(client, "resources/unsubscribe", uri, err);
    while (!st && ma_value_walk_next(&walk, &no_name, &uri))
        st = ask_for_resource(client, "resources/subscribe", uri, err);
    return st;
}

/* Not in this session, nor in the next.  The opening turn is had. */
static void want_nothing(mcpauth_client *client)
{
    ma_span no_name, uri;
    ma_value_walk walk = resources_of(ma_listener_wanted(client->listener));
    pthread_mutex_lock(&client->mutex);
    while (ma_value_walk_next(&walk, &no_name, &uri)) {
        MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
        write_resource(&params, uri);
        ma_standing_note(
            client->standing, "resources/unsubscribe", ma_buf_span(&params));
    }
    pthread_mutex_unlock(&client->mutex);
    mcpauth_status st = ma_listener_want(client->listener, NULL, NULL);
    (void)st;
}

/* Appends what was wanted until now. */
static mcpauth_status want(mcpauth_client *client, const char *wanted,
    ma_buf *before, mcpauth_error *err)
{
    mcpauth_status st = ma_opening_take(client, client->options.cancel, 0, err);
    if (st)
        return st;
    ma_buf_add_text(before, ma_listener_wanted(client->listener));
    st = ma_buf_status(before, "what was wanted", err);
    if (!st)
        st = ma_listener_want(client->listener, wanted, err);
    if (!st)
        st = ma_listener_resume(client->listener, client->closing, err);
    if (st)
        want_nothing(client);
    ma_turn_give(client->opening);
    return st;
}

mcpauth_status mcpauth_client_listen(
    mcpauth_client *client, const char *wanted, mcpauth_error *err)
{
    ma_span value;
    if (wanted && (ma_value_parse(ma_span_of(wanted), &value, NULL) ||
                      !ma_value_is_object(value)))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "what is listened for is not a JSON object");
    MA_SCOPED(ma_buf) before = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    mcpauth_status st = ma_opening_run(client, client->options.cancel, 0, err);
    if (!st)
        st = want(client, wanted, &before, err);
    if (st || ma_client_is_stateless(client))
        return st;
    return subscribe_each(client, wanted, ma_buf_text(&before), err);
}

/* --- the end ------------------------------------------------------------- */

/* Nothing is opened meanwhile, and what is being opened ends. */
static void begin_close(mcpauth_client *client)
{
    pthread_mutex_lock(&client->mutex);
    if (client->closers++ == 0)
        mcpauth_cancel_ask(client->closing);
    pthread_mutex_unlock(&client->mutex);
}

static void end_close(mcpauth_client *client)
{
    pthread_mutex_lock(&client->mutex);
    if (--client->closers == 0)
        ma_cancel_reset(client->closing);
    pthread_mutex_unlock(&client->mutex);
}

/* Leaves *out_farewell NULL when there is nobody to say it to. */
static void end_session(mcpauth_client *client, ma_exchange **out_farewell)
{
    want_nothing(client);
    ma_listener_stop(client->listener);
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st =
        ma_session_write_close(client->session, out_farewell, NULL);
    pthread_mutex_unlock(&client->mutex);
    (void)st;
}

void mcpauth_client_close(mcpauth_client *client)
{
    MA_AUTO(ma_exchange) farewell = NULL;
    int64_t until_ms = ma_clock_boot_ms() + CLOSE_TIMEOUT_MS;
    begin_close(client);
    mcpauth_status st = ma_turn_take(client->opening, NULL, CLOSE_TIMEOUT_MS);
    if (!st)
        end_session(client, &farewell);
    end_close(client);
    if (!st)
        ma_turn_give(client->opening);
    int64_t left_ms = until_ms - ma_clock_boot_ms();
    if (!farewell || left_ms <= 0)
        return;
    MA_SCOPED(ma_transfer)
    at = {.client = client, .exchange = farewell, .timeout_ms = left_ms};
    if (!ma_client_take_caller(client, &at.caller, NULL))
        st = ma_transfer_say(&at, NULL);
    ma_client_put_caller(client, at.caller);
}

void mcpauth_text_free(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    ma_free(text);
}
