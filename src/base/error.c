/* error.c - the words of a failure, and keeping secrets out of them. */
#include "base/error.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/form.h"
#include "base/quote.h"
#include "base/url.h"

enum {
    WORDS_MAX = 1 << 20,          /* bytes kept of what a server said */
    TEXT_MAX = 4 * WORDS_MAX + 64 /* the same, escaped */
};

enum {
    MESSAGE,
    HINT,
    SERVER_CODE,
    SERVER_DESCRIPTION,
    SERVER_URI,
    SERVER_DATA,
    TEXTS
};

struct mcpauth_error {
    mcpauth_status status;
    int http_status;
    char *texts[TEXTS];
};

static const char *const names[] = {
    [MCPAUTH_OK] = "OK",
    [MCPAUTH_E_NOMEM] = "E_NOMEM",
    [MCPAUTH_E_USAGE] = "E_USAGE",
    [MCPAUTH_E_STATE] = "E_STATE",
    [MCPAUTH_E_NETWORK] = "E_NETWORK",
    [MCPAUTH_E_HTTP] = "E_HTTP",
    [MCPAUTH_E_PROTOCOL] = "E_PROTOCOL",
    [MCPAUTH_E_REFUSED] = "E_REFUSED",
    [MCPAUTH_E_LOGIN_REQUIRED] = "E_LOGIN_REQUIRED",
    [MCPAUTH_E_UNTRUSTED] = "E_UNTRUSTED",
    [MCPAUTH_E_STORE] = "E_STORE",
    [MCPAUTH_E_TIMEOUT] = "E_TIMEOUT",
    [MCPAUTH_E_CANCELLED] = "E_CANCELLED",
    [MCPAUTH_E_UNSUPPORTED] = "E_UNSUPPORTED",
    [MCPAUTH_E_LIMIT] = "E_LIMIT",
    [MCPAUTH_E_RPC] = "E_RPC",
    [MCPAUTH_E_MISMATCH] = "E_MISMATCH",
};

const char *mcpauth_status_name(mcpauth_status status)
{
    size_t index = (size_t)status;
    return index < sizeof names / sizeof *names ? names[index] : "E_UNKNOWN";
}

/* --- the object ---------------------------------------------------------- */

mcpauth_error *mcpauth_error_new(void)
{
    return ma_calloc(1, sizeof(mcpauth_error));
}

/* Wiped, because a text may hold a secret until ma_error_mask has run. */
static void replace_text(mcpauth_error *err, int which, char *text)
{
    char *old = err->texts[which];
    if (old)
        explicit_bzero(old, strlen(old));
    ma_free(old);
    err->texts[which] = text;
}

void mcpauth_error_clear(mcpauth_error *err)
{
    if (!err)
        return;
    for (int i = 0; i < TEXTS; i++)
        replace_text(err, i, NULL);
    err->status = MCPAUTH_OK;
    err->http_status = 0;
}

void mcpauth_error_free(mcpauth_error *err)
{
    mcpauth_error_clear(err);
    ma_free(err);
}

mcpauth_status mcpauth_error_status(const mcpauth_error *err)
{
    return err ? err->status : MCPAUTH_OK;
}

const char *mcpauth_error_message(const mcpauth_error *err)
{
    if (!err || !err->status)
        return "";
    if (err->texts[MESSAGE])
        return err->texts[MESSAGE];
    return err->status == MCPAUTH_E_NOMEM ? "out of memory"
                                          : mcpauth_status_name(err->status);
}

static const char *lend_text(const mcpauth_error *err, int which)
{
    return err ? err->texts[which] : NULL;
}

const char *mcpauth_error_hint(const mcpauth_error *err)
{
    return lend_text(err, HINT);
}

int mcpauth_error_http_status(const mcpauth_error *err)
{
    return err ? err->http_status : 0;
}

const char *mcpauth_error_server_code(const mcpauth_error *err)
{
    return lend_text(err, SERVER_CODE);
}

const char *mcpauth_error_server_description(const mcpauth_error *err)
{
    return lend_text(err, SERVER_DESCRIPTION);
}

const char *mcpauth_error_server_uri(const mcpauth_error *err)
{
    return lend_text(err, SERVER_URI);
}

const char *mcpauth_error_server_data(const mcpauth_error *err)
{
    return lend_text(err, SERVER_DATA);
}

/* --- filling it ---------------------------------------------------------- */

mcpauth_status ma_error_set(
    mcpauth_error *err, mcpauth_status status, const char *format, ...)
{
    if (!err)
        return status;
    /* Formatted before the old words go: they may be among the arguments. */
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    va_list args;
    va_start(args, format);
    ma_buf_vaddf(&text, format, args);
    va_end(args);

    mcpauth_error_clear(err);
    err->status = status;
    replace_text(err, MESSAGE, ma_buf_take(&text));
    return status;
}

mcpauth_status mcpauth_error_set(
    mcpauth_error *err, mcpauth_status status, const char *message)
{
    return ma_error_set(err, status, "%s", message ? message : "");
}

mcpauth_status ma_error_nomem(mcpauth_error *err)
{
    mcpauth_error_clear(err);
    if (err)
        err->status = MCPAUTH_E_NOMEM;
    return MCPAUTH_E_NOMEM;
}

/* Puts the built text in the place of the old one, which stays when there was
 * no memory to build. */
static void keep_built(mcpauth_error *err, int which, ma_buf *text)
{
    char *built = ma_buf_take(text);
    if (built)
        replace_text(err, which, built);
}

mcpauth_status ma_error_in(
    mcpauth_error *err, mcpauth_status status, const char *format, ...)
{
    if (!err)
        return status;
    err->status = status;
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    va_list args;
    va_start(args, format);
    ma_buf_vaddf(&text, format, args);
    va_end(args);
    ma_buf_addf(&text, ": %s", mcpauth_error_message(err));
    keep_built(err, MESSAGE, &text);
    return status;
}

void ma_error_hint(mcpauth_error *err, const char *format, ...)
{
    if (!err || err->texts[HINT])
        return;
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    va_list args;
    va_start(args, format);
    ma_buf_vaddf(&text, format, args);
    va_end(args);
    keep_built(err, HINT, &text);
}

void ma_error_http_status(mcpauth_error *err, int http_status)
{
    if (err)
        err->http_status = http_status;
}

/* --- the server's own words ---------------------------------------------- */

static void keep_words(mcpauth_error *err, int which, ma_span words)
{
    if (!words.len)
        return;
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    ma_quote_write(&text, words, WORDS_MAX);
    keep_built(err, which, &text);
}

static bool is_plain_code(ma_span code)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    for (size_t i = 0; i < code.len; i++)
        if (!code.at[i] || !strchr(plain, code.at[i]))
            return false;
    return code.len > 0;
}

static void write_quoted(ma_buf *to, ma_span words)
{
    ma_buf_add_byte(to, '"');
    ma_quote_write(to, words, MA_QUOTE_MAX);
    ma_buf_add_byte(to, '"');
}

/* A code stands bare as long as it looks like one. */
static void write_words(ma_buf *to, ma_span code, ma_span description)
{
    if (is_plain_code(code))
        ma_quote_write(to, code, MA_QUOTE_MAX);
    else if (code.len)
        write_quoted(to, code);
    if (code.len && description.len)
        ma_buf_add_text(to, ": ");
    if (description.len)
        write_quoted(to, description);
}

void ma_error_server(
    mcpauth_error *err, ma_span code, ma_span description, ma_span uri)
{
    if (!err)
        return;
    keep_words(err, SERVER_CODE, code);
    keep_words(err, SERVER_DESCRIPTION, description);
    keep_words(err, SERVER_URI, uri);
    if (!code.len && !description.len)
        return;
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    ma_buf_addf(&text, "%s (", mcpauth_error_message(err));
    write_words(&text, code, description);
    ma_buf_add_byte(&text, ')');
    keep_built(err, MESSAGE, &text);
}

void ma_error_data(mcpauth_error *err, ma_span data)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(WORDS_MAX);
    ma_buf_add_span(&text, data);
    if (err && data.len)
        keep_built(err, SERVER_DATA, &text);
}

/* --- masking ------------------------------------------------------------- */

/* Every way in which a server may echo a secret, one behind the other. */
typedef void form_fn(ma_buf *to, ma_span secret);

static void write_whole_quote(ma_buf *to, ma_span secret)
{
    ma_quote_write(to, secret, secret.len);
}

static form_fn *const form_writers[] = {ma_buf_add_span, write_whole_quote,
    ma_form_write_value, ma_url_write_escaped, ma_base64_write,
    ma_base64_write_url};

enum { FORMS = sizeof form_writers / sizeof *form_writers };

struct forms {
    const ma_buf *all;
    size_t ends[FORMS];
};

/* A shorter start of a secret in front of "..." tells nothing. */
enum { PART_MIN = 4 };

/* How many bytes at the front of text are the form, or the start of one that
 * was cut off. */
static size_t match_form(ma_span form, ma_span text)
{
    size_t same = 0;
    while (same < form.len && same < text.len && form.at[same] == text.at[same])
        same++;
    if (same == form.len)
        return same;
    ma_span behind = ma_span_make(text.at + same, text.len - same);
    return same >= PART_MIN && ma_span_starts(behind, "...") ? same : 0;
}

static size_t match_forms(const struct forms *forms, ma_span text)
{
    size_t longest = 0;
    size_t start = 0;
    for (size_t i = 0; i < FORMS; i++) {
        const char *at = ma_buf_text(forms->all) + start;
        size_t len = match_form(ma_span_make(at, forms->ends[i] - start), text);
        longest = len > longest ? len : longest;
        start = forms->ends[i];
    }
    return longest;
}

static void mask_text(mcpauth_error *err, int which, const struct forms *forms)
{
    ma_span rest = ma_span_of(err->texts[which]);
    if (!rest.at)
        return;
    MA_SCOPED(ma_buf) masked = ma_buf_init(2 * TEXT_MAX);
    while (rest.len) {
        size_t len = match_forms(forms, rest);
        if (len)
            ma_buf_add_text(&masked, "[masked]");
        else
            ma_buf_add_byte(&masked, rest.at[0]);
        size_t step = len ? len : 1;
        rest = ma_span_make(rest.at + step, rest.len - step);
    }
    /* Without memory the words go, never the mask. */
    replace_text(err, which, ma_buf_take(&masked));
}

void ma_error_mask(mcpauth_error *err, ma_span secret)
{
    if (!err || !secret.len)
        return;
    MA_SCOPED(ma_buf) all = ma_buf_init(16 * secret.len + 64);
    struct forms forms = {.all = &all};
    for (size_t i = 0; i < FORMS; i++) {
        form_writers[i](&all, secret);
        forms.ends[i] = all.len;
    }
    for (int i = 0; i < TEXTS; i++) {
        if (all.failed)
            replace_text(err, i, NULL);
        else
            mask_text(err, i, &forms);
    }
}

void ma_error_copy(mcpauth_error *to, const mcpauth_error *from)
{
    if (!to || to == from)
        return;
    mcpauth_error_clear(to);
    if (!from)
        return;
    to->status = from->status;
    to->http_status = from->http_status;
    for (int i = 0; i < TEXTS; i++)
        to->texts[i] = ma_strdup(from->texts[i]);
}
