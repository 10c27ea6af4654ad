/* hearing.c - what an MCP server says unasked while a command runs. */
#include "cli/hearing.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/quote.h"
#include "cli/render.h"
#include "mcp/envelope.h"
#include "mcp/session.h"

/* --- questions ----------------------------------------------------------- */

/* No reply says that there is no such method; E_NOMEM is one more way not to
 * answer. */
static void reply_with(
    mcpauth_status st, const ma_buf *result, mcpauth_reply *reply)
{
    if (st == MCPAUTH_E_UNSUPPORTED)
        st = mcpauth_reply_error(reply, MA_ENVELOPE_INVALID_PARAMS,
            "questions of this kind are not answered here", NULL);
    else if (!st)
        st = mcpauth_reply_result(reply, ma_buf_text(result), NULL);
    (void)st;
}

void ma_hearing_serve(void *ctx, const char *method, const char *params,
    size_t len, mcpauth_reply *reply)
{
    ma_context *context = ctx;
    MA_SCOPED(ma_buf) result = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    if (strcmp(method, "elicitation/create") != 0)
        return;
    ma_meter_hold(context->meter, true);
    mcpauth_status st = ma_question_answer(
        context->question, ma_span_make(params, len), &result, NULL);
    ma_meter_hold(context->meter, false);
    reply_with(st, &result, reply);
}

/* --- news ---------------------------------------------------------------- */

void ma_hearing_write_log(ma_span params, ma_buf *to)
{
    ma_span level = ma_value_member(params, "level");
    ma_span logger = ma_value_member(params, "logger");
    ma_span data = ma_value_member(params, "data");
    ma_buf_add_text(to, "the server logs");
    if (ma_value_is_string(level)) {
        ma_buf_add_byte(to, ' ');
        ma_render_line(level, to);
    }
    if (ma_value_is_string(logger)) {
        ma_buf_add_text(to, ", ");
        ma_render_line(logger, to);
    }
    ma_buf_add_text(to, ": ");
    if (ma_value_is_string(data))
        ma_render_line(data, to);
    else
        ma_render_json(data, true, to);
}

static void show_log(ma_context *context, ma_span params)
{
    MA_SCOPED(ma_buf) line = ma_buf_init(MA_RENDER_MAX);
    ma_hearing_write_log(params, &line);
    if (!line.failed)
        ma_context_say(context, "mcpauth: %s", ma_buf_text(&line));
}

void ma_hearing_notified(void *ctx, const char *message, size_t len)
{
    ma_context *context = ctx;
    ma_envelope news;
    bool wanted = ma_context_verbosity(context) > 0 ||
                  ma_options_has(context->options, MA_OPTION_LOG_LEVEL);
    if (ma_envelope_parse(ma_span_make(message, len), &news, NULL))
        return;
    if (context->prerequisite &&
        ma_envelope_is(&news, "notifications/elicitation/complete"))
        ma_prerequisite_completed(context->prerequisite, news.params);
    if (wanted && ma_envelope_is(&news, "notifications/message"))
        show_log(context, news.params);
}

/* T-068. */
void ma_hearing_dropped(void *ctx, const char *tool, const char *why)
{
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(tool));
    ma_context_warn(
        ctx, "the tool \"%s\" is left out: %s", shown ? shown : "", why);
}

void ma_hearing_progress(void *ctx, const char *params, size_t len)
{
    const ma_context *context = ctx;
    ma_meter_tell(
        context->meter, ma_span_make(params, len), ma_clock_boot_ms());
}
