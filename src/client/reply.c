/* reply.c - filled by a program, read by the client. */
#include "client/reply.h"

#include "base/error.h"
#include "client/clientstate.h"
#include "mcp/elicit.h"

enum { MESSAGE_MAX = 64 * 1024 };

mcpauth_reply ma_reply_init(void)
{
    return (mcpauth_reply){.result = ma_buf_init(MA_SESSION_MESSAGE_MAX),
        .message = ma_buf_init(MESSAGE_MAX)};
}

void ma_reply_done(mcpauth_reply *reply)
{
    ma_buf_done(&reply->result);
    ma_buf_done(&reply->message);
}

/* What was said before counts no more. */
static mcpauth_status set_result(
    mcpauth_reply *reply, ma_span result, mcpauth_error *err)
{
    ma_buf_clear(&reply->message);
    ma_buf_clear(&reply->result);
    ma_buf_add_span(&reply->result, result);
    return ma_buf_status(&reply->result, "the reply", err);
}

mcpauth_status mcpauth_reply_result(
    mcpauth_reply *reply, const char *result, mcpauth_error *err)
{
    ma_span value = {NULL, 0};
    if (!result || ma_value_parse(ma_span_of(result), &value, NULL) ||
        !ma_value_is_object(value))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "the result is not a JSON object");
    return set_result(reply, value, err);
}

mcpauth_status mcpauth_reply_error(
    mcpauth_reply *reply, int64_t code, const char *message, mcpauth_error *err)
{
    bool any = message && *message;
    ma_buf_clear(&reply->result);
    ma_buf_clear(&reply->message);
    ma_buf_add_text(&reply->message, any ? message : "refused");
    reply->code = code;
    return ma_buf_status(&reply->message, "the reply", err);
}

static mcpauth_status write_defaults(
    const ma_elicit *elicit, ma_buf *result, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) content = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    if (elicit->mode != MA_ELICIT_FORM)
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "the MCP server asks for a visit to a URL, not for a form");
    ma_elicit_write_defaults(elicit, ma_span_make(NULL, 0), &content);
    mcpauth_status st = ma_buf_status(&content, "the form", err);
    if (!st)
        st = ma_elicit_check(elicit, ma_buf_span(&content), err);
    if (st)
        return st;
    ma_elicit_write_result(
        elicit, MA_ELICIT_ACCEPT, ma_buf_span(&content), result);
    return ma_buf_status(result, "the reply", err);
}

mcpauth_status mcpauth_reply_defaults(
    mcpauth_reply *reply, const char *params, size_t len, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) result = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    MA_SCOPED(ma_elicit) elicit = {0};
    mcpauth_status st = ma_elicit_read(ma_span_make(params, len), &elicit, err);
    if (!st)
        st = write_defaults(&elicit, &result, err);
    return st ? st : set_result(reply, ma_buf_span(&result), err);
}

bool ma_reply_is_serving(mcpauth_client *client)
{
    pthread_mutex_lock(&client->mutex);
    bool serving =
        client->serves && pthread_equal(client->server, pthread_self());
    pthread_mutex_unlock(&client->mutex);
    return serving;
}

static void note_serving(mcpauth_client *client, bool serves)
{
    pthread_mutex_lock(&client->mutex);
    client->serves = serves;
    client->server = pthread_self();
    pthread_mutex_unlock(&client->mutex);
}

/* Its own thread would wait for itself. */
static void refuse_nested(mcpauth_reply *reply)
{
    mcpauth_status st = mcpauth_reply_error(reply, MA_ENVELOPE_METHOD_NOT_FOUND,
        "Method not found: the call was made in answer to another question",
        NULL);
    (void)st;
}

void ma_reply_serve(mcpauth_reply *reply, mcpauth_client *client,
    const char *method, ma_span params, const mcpauth_cancel *cancel)
{
    const mcpauth_client_options *options = &client->options;
    if (!options->serve)
        return;
    if (ma_reply_is_serving(client)) {
        refuse_nested(reply);
        return;
    }
    if (ma_turn_take(client->serving, cancel, 0))
        return;
    note_serving(client, true);
    ma_limit_hold_all(client);
    options->serve(options->ctx, method, params.at, params.len, reply);
    ma_limit_release_all(client);
    note_serving(client, false);
    ma_turn_give(client->serving);
}

mcpauth_status ma_reply_write(const mcpauth_reply *reply, ma_session *session,
    ma_span id, unsigned generation, ma_exchange **out_exchange,
    mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    mcpauth_status st = MCPAUTH_OK;
    if (reply->result.len)
        st = ma_session_write_result(
            session, id, ma_buf_span(&reply->result), &exchange, err);
    else if (reply->message.len)
        st = ma_session_write_error(session, id, reply->code,
            ma_buf_text(&reply->message), &exchange, err);
    else
        st = ma_session_write_error(session, id, MA_ENVELOPE_METHOD_NOT_FOUND,
            "Method not found", &exchange, err);
    if (st)
        return st;
    bool same = ma_exchange_generation(exchange) == generation;
    *out_exchange = same ? ma_move(&exchange) : NULL;
    return MCPAUTH_OK;
}
