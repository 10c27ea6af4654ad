/* ask.c - words in, request out, answer shown. */
#include "cli/ask.h"

#include <string.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/hearing.h"
#include "cli/interrupt.h"
#include "cli/work.h"
#include "mcp/params.h"
#include "mcp/revision.h"
#include "mcp/session.h"

enum { CALLS_MAX = 5 };

void ma_ask_reply_done(ma_reply *reply)
{
    mcpauth_text_free(reply->text);
    *reply = (ma_reply){0};
}

ma_span ma_ask_reply_span(const ma_reply *reply)
{
    return ma_span_make(reply->text, reply->len);
}

bool ma_ask_on_terminal(const ma_context *context)
{
    return isatty(fileno(context->out)) == 1;
}

mcpauth_status ma_ask_open(
    ma_context *context, const char **out_name, mcpauth_error *err)
{
    const char *first = ma_context_word(context, 0);
    const char *second = ma_context_word(context, 1);
    mcpauth_status st =
        ma_context_open_client(context, second ? first : NULL, err);
    if (st)
        return st;
    *out_name = second ? second : first;
    return MCPAUTH_OK;
}

/* Shows progress at a terminal, and is cancelled by an interrupt: the session
 * ends in order then. */
static ma_work *begin_work(ma_context *context)
{
    ma_interrupt_cancel(context->cancel);
    return ma_work_new(context->meter);
}

static void end_work(ma_work *work)
{
    ma_work_free(work);
    ma_interrupt_cancel(NULL);
}

mcpauth_status ma_ask_entries(ma_context *context, const ma_render_kind *kind,
    ma_reply *out_array, mcpauth_error *err)
{
    ma_work *work = begin_work(context);
    mcpauth_status st = mcpauth_client_list(context->client, kind->method,
        kind->member, &out_array->text, &out_array->len, err);
    end_work(work);
    return st;
}

/* The pages of the server's result, joined to one. */
static void write_joined(
    const ma_render_kind *kind, ma_span array, bool safe, ma_buf *to)
{
    ma_buf_addf(to, "{\"%s\":", kind->member);
    ma_render_json(array, safe, to);
    ma_buf_add_text(to, "}\n");
}

mcpauth_status ma_ask_list(
    ma_context *context, const ma_render_kind *kind, mcpauth_error *err)
{
    MA_SCOPED(ma_reply) array = {0};
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_RENDER_MAX);
    mcpauth_status st =
        ma_context_open_client(context, ma_context_word(context, 0), err);
    if (!st)
        st = ma_ask_entries(context, kind, &array, err);
    if (st)
        return st;
    if (ma_context_json(context))
        write_joined(kind, ma_ask_reply_span(&array),
            ma_ask_on_terminal(context), &text);
    else
        ma_render_list(kind, ma_ask_reply_span(&array), &text);
    return ma_ask_show(context, &text, err);
}

mcpauth_status ma_ask_know(ma_context *context, mcpauth_error *err)
{
    ma_work *work = begin_work(context);
    mcpauth_status st = mcpauth_client_open(context->client, err);
    end_work(work);
    return st;
}

mcpauth_status ma_ask_plainly(ma_context *context, const char *method,
    const ma_buf *params, ma_reply *out_reply, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(params, "the request", err);
    if (st)
        return st;
    ma_work *work = begin_work(context);
    st = mcpauth_client_request(context->client, method, ma_buf_text(params),
        &out_reply->text, &out_reply->len, err);
    end_work(work);
    return st;
}

/* --- one request --------------------------------------------------------- */

static bool is_stateless(const ma_context *context)
{
    const ma_revision *revision =
        ma_revision_named(mcpauth_client_protocol_version(context->client));
    return revision && revision->stateless;
}

/* The level of the log goes with the request where there is no session to have
 * one (T-123). */
static void write_owned(ma_context *context, ma_buf *to)
{
    const char *level = ma_options_text(context->options, MA_OPTION_LOG_LEVEL);
    ma_buf_add_byte(to, '{');
    if (level && is_stateless(context)) {
        ma_buf_add_text(to, "\"io.modelcontextprotocol/logLevel\":");
        ma_json_write_string(to, ma_span_of(level));
    }
    ma_buf_add_byte(to, '}');
}

/* Absent without --meta. */
static mcpauth_status read_meta(
    const ma_context *context, ma_span *out_meta, mcpauth_error *err)
{
    const char *given = ma_options_text(context->options, MA_OPTION_META);
    if (!given || (!ma_value_parse(ma_span_of(given), out_meta, NULL) &&
                      ma_value_is_object(*out_meta)))
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_USAGE, "--meta is not a JSON object");
}

/* Appends params with what the command line adds to them. */
static mcpauth_status write_params(ma_context *context, const ma_buf *params,
    ma_span meta, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) owned = ma_buf_init(256);
    MA_SCOPED(ma_buf) whole = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    mcpauth_status st = MCPAUTH_OK;
    write_owned(context, &owned);
    if (!meta.at && ma_span_is(ma_buf_span(&owned), "{}")) {
        ma_buf_add_span(to, ma_buf_span(params));
        return ma_buf_status(to, "the request", err);
    }
    st = ma_params_write_meta(
        &whole, ma_buf_span(params), meta.at ? meta : ma_span_of("{}"), err);
    if (!st)
        st = ma_params_write_meta(
            to, ma_buf_span(&whole), ma_buf_span(&owned), err);
    return st ? st : ma_buf_status(to, "the request", err);
}

/* Of a session the log has one level (T-123). */
static mcpauth_status set_log_level(ma_context *context, mcpauth_error *err)
{
    const char *level = ma_options_text(context->options, MA_OPTION_LOG_LEVEL);
    ma_span can =
        ma_span_of(mcpauth_client_server_capabilities(context->client));
    MA_SCOPED(ma_buf) params = ma_buf_init(256);
    MA_SCOPED(ma_reply) reply = {0};
    if (!level || is_stateless(context))
        return MCPAUTH_OK;
    if (!ma_value_member(can, "logging").at) {
        ma_context_warn(context, "the server says that it keeps no log");
        return MCPAUTH_OK;
    }
    ma_buf_add_text(&params, "{\"level\":");
    ma_json_write_string(&params, ma_span_of(level));
    ma_buf_add_byte(&params, '}');
    return ma_ask_plainly(context, "logging/setLevel", &params, &reply, err);
}

static mcpauth_status check_level(const ma_context *context, mcpauth_error *err)
{
    const ma_option_row *row = ma_options_row(MA_OPTION_LOG_LEVEL);
    const char *level = ma_options_text(context->options, MA_OPTION_LOG_LEVEL);
    ma_span rest = ma_span_of(row->choices);
    bool known = !level;
    while (!known && rest.at)
        known = ma_span_is(ma_span_cut(&rest, ' '), level);
    return known ? MCPAUTH_OK
                 : ma_error_set(err, MCPAUTH_E_USAGE,
                       "--log-level must be one of: %s", row->choices);
}

static mcpauth_status make_call(ma_context *context, const char *method,
    const char *params, ma_reply *out_reply, mcpauth_error *err)
{
    const mcpauth_call call = {.size = sizeof call,
        .method = method,
        .params = params,
        .progress = context->meter ? ma_hearing_progress : NULL,
        .ctx = context};
    ma_work *work = begin_work(context);
    mcpauth_status st = mcpauth_client_call(
        context->client, &call, &out_reply->text, &out_reply->len, err);
    end_work(work);
    return st;
}

/* Who answers every question with a no has given his answer. */
static bool may_visit(const ma_context *context)
{
    const char *word = ma_options_text(context->options, MA_OPTION_ELICIT);
    return !word || strcmp(word, "accept") == 0;
}

/* T-145: *out_again, when what the error in err wants was done. */
static mcpauth_status meet(
    ma_context *context, bool *out_again, mcpauth_status st, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    ma_span data = ma_span_of(mcpauth_error_server_data(err));
    mcpauth_status met = MCPAUTH_OK;
    *out_again = false;
    if (may_visit(context))
        met = ma_prerequisite_meet(context->prerequisite, data, out_again, why);
    if (!met) {
        ma_error_hint(err, "visit what the server names, then run this again");
        return st;
    }
    ma_error_copy(err, why);
    return met;
}

static mcpauth_status call_until_met(ma_context *context, const char *method,
    const char *params, ma_reply *out_reply, mcpauth_error *err)
{
    for (int turn = 1;; turn++) {
        bool again = false;
        mcpauth_status st = make_call(context, method, params, out_reply, err);
        if (ma_prerequisite_is(err) && turn < CALLS_MAX)
            st = meet(context, &again, st, err);
        if (!again)
            return st;
        mcpauth_error_clear(err);
    }
}

/* What could not be answered matters more than what came of it. */
static mcpauth_status end_questions(
    ma_context *context, mcpauth_status st, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    mcpauth_status failed = ma_question_end(context->question, why);
    if (!failed || st == MCPAUTH_E_CANCELLED)
        return st;
    ma_error_copy(err, why);
    return failed;
}

mcpauth_status ma_ask_request(ma_context *context, const char *method,
    const ma_buf *params, ma_reply *out_reply, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) whole = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_span meta = {NULL, 0};
    mcpauth_status st = ma_buf_status(params, "the request", err);
    if (!st)
        st = check_level(context, err);
    if (!st)
        st = read_meta(context, &meta, err);
    if (!st)
        st = ma_ask_know(context, err);
    if (!st)
        st = set_log_level(context, err);
    if (!st)
        st = write_params(context, params, meta, &whole, err);
    if (st)
        return st;
    st = call_until_met(context, method, ma_buf_text(&whole), out_reply, err);
    return end_questions(context, st, err);
}

mcpauth_status ma_ask_show(
    ma_context *context, const ma_buf *text, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(text, "the answer", err);
    if (!st)
        ma_context_write(context, ma_buf_span(text));
    return st;
}

mcpauth_status ma_ask_show_json(
    ma_context *context, ma_span json, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_RENDER_MAX);
    ma_render_json(json, ma_ask_on_terminal(context), &text);
    ma_buf_add_byte(&text, '\n');
    return ma_ask_show(context, &text, err);
}
