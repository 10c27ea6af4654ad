/* answer.c - see answer.h. */
#include "net/answer.h"

#include <string.h>

#include "base/error.h"
#include "net/keepalive.h"
#include "net/redirect.h"

ma_answer ma_answer_init(const mcpauth_http_request *request, const ma_url *url,
    int redirects_left, const mcpauth_http_sink *sink, mcpauth_error *err)
{
    return (ma_answer){
        .request = request,
        .sink = sink,
        .url = url,
        .redirects_left = redirects_left,
        .err = err,
        .lines = ma_buf_init(MA_ANSWER_HEAD_MAX),
    };
}

void ma_answer_done(ma_answer *answer)
{
    ma_buf_done(&answer->lines);
    ma_url_done(&answer->next);
}

static mcpauth_status refuse(ma_answer *answer, const char *what)
{
    return ma_error_set(answer->err, MCPAUTH_E_PROTOCOL,
        "the answer of %s:%d has %s", answer->url->host, answer->url->port,
        what);
}

/* A line that starts with white space continues the one before; the fold
 * becomes spaces (RFC 9112 5.2). */
static void unfold_lines(char *at, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        if (at[i - 1] != '\n' || (at[i] != ' ' && at[i] != '\t'))
            continue;
        at[i - 1] = ' ';
        if (i >= 2 && at[i - 2] == '\r')
            at[i - 2] = ' ';
    }
}

static mcpauth_status add_field(
    ma_answer *answer, ma_span line, mcpauth_headers *headers)
{
    if (ma_span_ends(line, "\r"))
        line.len--;
    ma_span value = line;
    ma_span name = ma_span_cut(&value, ':');
    if (!value.at)
        return refuse(answer, "a header line without a colon");
    mcpauth_status st =
        ma_headers_add(headers, name, ma_span_trim(value), answer->err);
    if (st)
        return ma_error_in(answer->err, st, "the answer of %s:%d",
            answer->url->host, answer->url->port);
    return MCPAUTH_OK;
}

/* RFC 9112 6.3: one length, in digits, or the message is not to be trusted.
 * libcurl takes the last of several. */
static mcpauth_status judge_length(
    ma_answer *answer, const mcpauth_headers *headers)
{
    const char *first = mcpauth_headers_get(headers, "Content-Length");
    if (!first)
        return MCPAUTH_OK;
    size_t len = strlen(first);
    if (len == 0 || len > 18 || strspn(first, "0123456789") != len)
        return refuse(answer, "a Content-Length that is no length");
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++) {
        ma_span name = ma_span_of(mcpauth_headers_name(headers, i));
        if (ma_span_is_nocase(name, "Content-Length") &&
            strcmp(mcpauth_headers_value(headers, i), first) != 0)
            return refuse(answer, "two different Content-Lengths");
    }
    return MCPAUTH_OK;
}

static mcpauth_status read_fields(ma_answer *answer, mcpauth_headers *headers)
{
    unfold_lines(answer->lines.at, answer->lines.len);
    ma_span rest = ma_buf_span(&answer->lines);
    while (rest.at && rest.len > 0) {
        mcpauth_status st =
            add_field(answer, ma_span_cut(&rest, '\n'), headers);
        if (st)
            return st;
    }
    return judge_length(answer, headers);
}

static mcpauth_status end_head(ma_answer *answer, int status)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (!headers)
        return ma_error_nomem(answer->err);
    mcpauth_status st = read_fields(answer, headers);
    if (st)
        return st;
    answer->head_done = true;
    answer->idle_ms = ma_keepalive_ms(headers);
    if (!ma_redirect_status(status))
        return answer->sink->head(
            answer->sink->ctx, status, headers, answer->err);
    return ma_redirect_judge(answer->url, status,
        mcpauth_headers_get(headers, "Location"), answer->redirects_left,
        &answer->next, answer->err);
}

mcpauth_status ma_answer_feed_line(ma_answer *answer, int status, ma_span line)
{
    answer->head_len += line.len;
    if (answer->head_len > MA_ANSWER_HEAD_MAX)
        return ma_error_set(answer->err, MCPAUTH_E_LIMIT,
            "the answer of %s:%d has more than %d bytes of header fields",
            answer->url->host, answer->url->port, MA_ANSWER_HEAD_MAX);
    if (answer->head_done)
        return MCPAUTH_OK;
    if (!answer->in_block) {
        answer->in_block = true;
        return MCPAUTH_OK;
    }
    if (!ma_span_is(line, "\r\n") && !ma_span_is(line, "\n")) {
        ma_buf_add_span(&answer->lines, line);
        return ma_buf_status(&answer->lines, "the header fields", answer->err);
    }
    mcpauth_status st = status >= 200 ? end_head(answer, status) : MCPAUTH_OK;
    ma_buf_clear(&answer->lines);
    answer->in_block = false;
    return st;
}

static mcpauth_status refuse_long(ma_answer *answer, size_t max)
{
    return ma_error_set(answer->err, MCPAUTH_E_LIMIT,
        "the answer of %s:%d is longer than %zu bytes", answer->url->host,
        answer->url->port, max);
}

mcpauth_status ma_answer_feed_body(ma_answer *answer, ma_span bytes)
{
    if (!answer->head_done)
        return refuse(answer, "a body without a final status");
    size_t max = answer->request->body_max;
    if (answer->next.text && max > MA_ANSWER_REDIRECT_MAX)
        max = MA_ANSWER_REDIRECT_MAX;
    if (bytes.len > max - answer->body_len)
        return refuse_long(answer, max);
    answer->body_len += bytes.len;
    if (answer->next.text)
        return MCPAUTH_OK;
    return answer->sink->body(
        answer->sink->ctx, bytes.at, bytes.len, answer->err);
}
