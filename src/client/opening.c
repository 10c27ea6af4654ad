/* opening.c - the handshake, and what a new session must be told again. */
#include "client/opening.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "client/carry.h"
#include "client/clientstate.h"
#include "client/provider.h"
#include "client/stored.h"
#include "mcp/revision.h"

/* --- what the server said of itself -------------------------------------- */

static mcpauth_status copy_value(char **at, ma_span value, mcpauth_error *err)
{
    if (!value.at)
        return MCPAUTH_OK;
    *at = ma_strndup(value.at, value.len);
    return *at ? MCPAUTH_OK : ma_error_nomem(err);
}

static bool is_same_text(const char *text, ma_span value)
{
    return text ? value.at && ma_span_is(value, text) : !value.at;
}

static bool is_same_peer(
    const ma_client_peer *known, const ma_session_peer *peer)
{
    return known && known->version == peer->version &&
           is_same_text(known->info, peer->info) &&
           is_same_text(known->capabilities, peer->capabilities) &&
           is_same_text(known->instructions, peer->instructions);
}

/* The mutex is held. */
static mcpauth_status remember_peer(mcpauth_client *client, mcpauth_error *err)
{
    const ma_session_peer *peer = ma_session_server(client->session);
    if (is_same_peer(client->peer, peer))
        return MCPAUTH_OK;
    ma_client_peer *added = ma_calloc(1, sizeof *added);
    if (!added)
        return ma_error_nomem(err);
    added->before = client->peer;
    client->peer = added;
    added->version = peer->version;
    mcpauth_status st = copy_value(&added->info, peer->info, err);
    if (!st)
        st = copy_value(&added->capabilities, peer->capabilities, err);
    if (!st)
        st = copy_value(&added->instructions, peer->instructions, err);
    return st;
}

/* --- the handshake ------------------------------------------------------- */

static mcpauth_status fail(
    mcpauth_client *client, mcpauth_status status, mcpauth_error *err)
{
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st = ma_session_open_failed(client->session, status, err);
    pthread_mutex_unlock(&client->mutex);
    return st;
}

/* What a step of the handshake ended with. */
typedef struct {
    mcpauth_client *client;
    ma_exchange *exchange;
    bool judged; /* by the session, which has its own opinion then */
    mcpauth_status verdict;
} step;

static mcpauth_status answered(
    void *ctx, const ma_exchange_event *event, mcpauth_error *err)
{
    step *at = ctx;
    pthread_mutex_lock(&at->client->mutex);
    at->verdict =
        ma_session_open_got(at->client->session, at->exchange, event, err);
    pthread_mutex_unlock(&at->client->mutex);
    at->judged = true;
    return at->verdict;
}

static mcpauth_status take_step(mcpauth_client *client, ma_exchange *exchange,
    const mcpauth_cancel *cancel, mcpauth_error *err)
{
    step at = {.client = client, .exchange = exchange};
    const ma_carry_job job = {.client = client,
        .exchange = exchange,
        .opening = true,
        .repeatable = true,
        .timeout_ms = client->options.timeout_ms,
        .cancel = cancel,
        .answered = answered,
        .ctx = &at};
    mcpauth_status st = ma_carry(&job, err);
    if (at.judged)
        return at.verdict;
    return st ? fail(client, st, err) : MCPAUTH_OK;
}

/* The stream lives on in the listener. */
static mcpauth_status open_stream(mcpauth_client *client,
    ma_exchange **exchange, const mcpauth_cancel *cancel, mcpauth_error *err)
{
    mcpauth_status st =
        ma_listener_begin(client->listener, exchange, cancel, err);
    return st ? fail(client, st, err) : MCPAUTH_OK;
}

static mcpauth_status next_step(mcpauth_client *client,
    const mcpauth_cancel *cancel, bool *out_open, mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    pthread_mutex_lock(&client->mutex);
    mcpauth_status st = ma_session_open_next(client->session, &exchange, err);
    *out_open = !st && !exchange;
    if (*out_open)
        st = remember_peer(client, err);
    pthread_mutex_unlock(&client->mutex);
    if (st || *out_open)
        return st;
    if (ma_exchange_for(exchange) == MA_EXCHANGE_FOR_STREAM)
        return open_stream(client, &exchange, cancel, err);
    return take_step(client, exchange, cancel, err);
}

/* --- what holds ---------------------------------------------------------- */

static mcpauth_status write_standing(mcpauth_client *client, size_t index,
    ma_exchange **out_exchange, mcpauth_error *err)
{
    ma_session_call call = {NULL, {NULL, 0}, NULL};
    mcpauth_status st = MCPAUTH_OK;
    pthread_mutex_lock(&client->mutex);
    if (ma_standing_at(client->standing, index, &call.method, &call.params))
        st =
            ma_session_write_request(client->session, &call, out_exchange, err);
    pthread_mutex_unlock(&client->mutex);
    return st;
}

/* T-054.  What the new session refuses, it refuses. */
static void restore(mcpauth_client *client, const mcpauth_cancel *cancel)
{
    for (size_t i = 0;; i++) {
        MA_AUTO(ma_exchange) exchange = NULL;
        if (ma_client_is_stateless(client) ||
            write_standing(client, i, &exchange, NULL) || !exchange)
            return;
        const ma_carry_job job = {.client = client,
            .exchange = exchange,
            .opening = true,
            .timeout_ms = client->options.timeout_ms,
            .cancel = cancel};
        mcpauth_status st = ma_carry(&job, NULL);
        (void)st;
    }
}

/* --- what is remembered between runs --------------------------------------
 */

/* The server is asked first for what it spoke the last time (T-074). */
static void expect_version(mcpauth_client *client)
{
    mcpauth_provider *provider = client->options.provider;
    MA_SCOPED(ma_buf) known = ma_buf_init(64);
    if (client->noted || !provider || client->options.protocol_version)
        return;
    client->noted = "";
    if (ma_stored_read_version(ma_provider_options(provider), &known, NULL))
        return;
    const ma_revision *revision = ma_revision_named(ma_buf_text(&known));
    if (!revision)
        return;
    client->noted = revision->name;
    pthread_mutex_lock(&client->mutex);
    ma_session_expect(client->session, revision->name);
    pthread_mutex_unlock(&client->mutex);
}

/* That it cannot be noted costs the next run a question, no more. */
static void note_version(mcpauth_client *client)
{
    const char *spoken = mcpauth_client_protocol_version(client);
    mcpauth_provider *provider = client->options.provider;
    if (!client->noted || !spoken || !strcmp(client->noted, spoken))
        return;
    if (!ma_stored_note_version(ma_provider_options(provider), spoken, NULL))
        client->noted = spoken;
}

/* T-044: a stream that the server does not offer is no reason to do without the
 * rest. */
static mcpauth_status open_session(
    mcpauth_client *client, const mcpauth_cancel *cancel, mcpauth_error *err)
{
    bool open = false;
    expect_version(client);
    while (!open) {
        mcpauth_status st = next_step(client, cancel, &open, err);
        if (st)
            return st;
    }
    note_version(client);
    restore(client, cancel);
    mcpauth_status st = ma_listener_resume(client->listener, cancel, NULL);
    (void)st;
    return MCPAUTH_OK;
}

/* --- in turn ------------------------------------------------------------- */

mcpauth_status ma_opening_take(mcpauth_client *client,
    const mcpauth_cancel *cancel, int64_t timeout_ms, mcpauth_error *err)
{
    int64_t limit_ms = timeout_ms ? timeout_ms : client->options.timeout_ms;
    mcpauth_status st = ma_turn_take(client->opening, cancel, limit_ms);
    if (st == MCPAUTH_E_CANCELLED)
        return ma_cancel_error(err);
    return st ? ma_error_set(err, st,
                    "another thread opens it, and was not done within %lld ms",
                    (long long)limit_ms)
              : MCPAUTH_OK;
}

/* Whoever closes the client ends it, too. */
static mcpauth_status open_in_turn(
    mcpauth_client *client, const mcpauth_cancel *cancel, mcpauth_error *err)
{
    if (ma_client_is_open(client))
        return MCPAUTH_OK;
    if (!cancel)
        return open_session(client, client->closing, err);
    MA_AUTO(mcpauth_cancel)
    either = ma_cancel_either(cancel, client->closing);
    return either ? open_session(client, either, err) : ma_error_nomem(err);
}

mcpauth_status ma_opening_run(mcpauth_client *client,
    const mcpauth_cancel *cancel, int64_t timeout_ms, mcpauth_error *err)
{
    mcpauth_status st = ma_opening_take(client, cancel, timeout_ms, err);
    if (!st) {
        st = open_in_turn(client, cancel, err);
        ma_turn_give(client->opening);
    }
    return st ? ma_error_in(err, st, "opening a session") : MCPAUTH_OK;
}

mcpauth_status ma_opening_keep(mcpauth_client *client, mcpauth_error *err)
{
    mcpauth_status st = ma_turn_take(client->opening, client->stop, 0);
    if (st)
        return ma_cancel_error(err);
    if (ma_listener_wanted(client->listener))
        st = open_in_turn(client, NULL, err);
    ma_turn_give(client->opening);
    return st;
}
