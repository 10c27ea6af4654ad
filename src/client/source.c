/* source.c - one function for each kind of place. */
#include "client/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/http.h"
#include "base/json.h"
#include "base/quote.h"
#include "base/url.h"
#include "client/shell.h"
#include "client/textfile.h"

enum { CONNECT_TIMEOUT_MS = 5000, SHOWN_MAX = 128 };

/* --- a file -------------------------------------------------------------- */

static mcpauth_status read_file(const ma_source *source, const char *path,
    mcpauth_http *http, ma_buf *to, mcpauth_error *err)
{
    (void)source, (void)http;
    return ma_textfile_read(path, to, err);
}

/* --- a variable ---------------------------------------------------------- */

static mcpauth_status read_variable(const ma_source *source, const char *name,
    mcpauth_http *http, ma_buf *to, mcpauth_error *err)
{
    const char *value = getenv(name);
    (void)source, (void)http;
    if (!value)
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "this environment variable is not set");
    ma_buf_add_text(to, value);
    return ma_buf_status(to, "the assertion", err);
}

/* A time that is over is no time without end. */
static int64_t left_ms(const ma_source *source)
{
    return source->timeout_ms > 0 ? source->timeout_ms : 1;
}

/* --- a command ----------------------------------------------------------- */

static mcpauth_status read_command(const ma_source *source, const char *words,
    mcpauth_http *http, ma_buf *to, mcpauth_error *err)
{
    (void)http;
    return ma_shell_run(words, left_ms(source), to, err);
}

/* --- a URL --------------------------------------------------------------- */

static mcpauth_status add_header(
    const ma_source *source, mcpauth_headers *headers, mcpauth_error *err)
{
    ma_span value = ma_span_of(source->header);
    ma_span name = ma_span_cut(&value, ':');
    if (!value.at)
        return MCPAUTH_OK;
    mcpauth_status st =
        ma_headers_add(headers, ma_span_trim(name), ma_span_trim(value), err);
    return st ? ma_error_in(err, MCPAUTH_E_USAGE, "assertion_header") : st;
}

/* GitHub Actions, Azure and Google, and what others call it. */
static mcpauth_status take_answer(ma_span body, ma_buf *to, mcpauth_error *err)
{
    static const char *const names[] = {
        "value", "access_token", "id_token", "token"};
    MA_AUTO(ma_json) document = NULL;
    ma_span text = ma_span_trim(body);
    if (!ma_span_starts(text, "{")) {
        ma_buf_add_span(to, text);
        return ma_buf_status(to, "the assertion", err);
    }
    mcpauth_status st = ma_json_parse_object(text, &document, err);
    const char *found = NULL;
    for (size_t i = 0; !st && !found && i < sizeof names / sizeof *names; i++)
        found = ma_json_text(document, names[i]);
    if (st)
        return ma_error_in(err, st, "its answer");
    if (!found)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "its answer is an object without value, access_token, id_token "
            "and token");
    ma_buf_add_text(to, found);
    return ma_buf_status(to, "the assertion", err);
}

static mcpauth_status read_url(const ma_source *source, const char *url,
    mcpauth_http *http, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_http_answer) answer = {0};
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (!headers)
        return ma_error_nomem(err);
    mcpauth_status st = add_header(source, headers, err);
    if (st)
        return st;
    const mcpauth_http_request request = {
        .method = "GET",
        .url = url,
        .headers = headers,
        .body_max = MA_SOURCE_MAX,
        .address = MCPAUTH_ADDRESS_NEAR,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = left_ms(source),
    };
    st = ma_http_fetch(http, &request, &answer, err);
    if (st)
        return st;
    if (answer.status == 200)
        return take_answer(ma_buf_span(&answer.body), to, err);
    st =
        ma_error_set(err, MCPAUTH_E_HTTP, "it answered HTTP %d", answer.status);
    ma_error_http_status(err, answer.status);
    return st;
}

/* --- which kind ---------------------------------------------------------- */

static const struct kind {
    const char *prefix; /* of the setting; part of what is read of a URL */
    bool keeps_prefix;
    mcpauth_status (*read)(const ma_source *source, const char *where,
        mcpauth_http *http, ma_buf *to, mcpauth_error *err);
} kinds[] = {
    {"file:", false, read_file},
    {"env:", false, read_variable},
    {"command:", false, read_command},
    {"https:", true, read_url},
    {"http:", true, read_url},
};

static const struct kind *find_kind(const char *text)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(text, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
            return &kinds[i];
    return NULL;
}

/* A command is cut short, and of a URL no more is shown than may be. */
static char *show(const ma_source *source, const struct kind *kind)
{
    if (kind->keeps_prefix)
        return ma_url_redacted(source->text);
    MA_SCOPED(ma_buf) text = ma_buf_init(8 * SHOWN_MAX);
    ma_quote_write(&text, ma_span_of(source->text), SHOWN_MAX);
    return ma_buf_take(&text);
}

static mcpauth_status check_any(const ma_buf *to, size_t before)
{
    for (size_t i = before; i < to->len; i++)
        if (!strchr(" \t\r\n", to->at[i]))
            return MCPAUTH_OK;
    return MCPAUTH_E_USAGE;
}

mcpauth_status ma_source_read(
    const ma_source *source, mcpauth_http *http, ma_buf *to, mcpauth_error *err)
{
    const struct kind *kind = find_kind(source->text);
    if (!kind)
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "assertion names no kind of place");
    const char *where =
        source->text + (kind->keeps_prefix ? 0 : strlen(kind->prefix));
    size_t before = to->len;
    mcpauth_status st = kind->read(source, where, http, to, err);
    if (!st && check_any(to, before))
        st = ma_error_set(err, MCPAUTH_E_USAGE, "it gives nothing");
    if (!st)
        return MCPAUTH_OK;
    MA_AUTO(ma_text) shown = show(source, kind);
    return ma_error_in(
        err, st, "the assertion from %s", shown ? shown : "its source");
}
