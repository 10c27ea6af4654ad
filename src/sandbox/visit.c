/* visit.c - see visit.h. */
#include "sandbox/visit.h"

#include <stdarg.h>
#include <string.h>

#include "base/form.h"
#include "base/headers.h"
#include "base/json.h"

enum {
    REPLY_MAX = 16 * 1024 * 1024,
    NOTES_MAX = 64 * 1024,
    LINE_MAX_LEN = 8192
};

ma_visit *ma_visit_new(const char *method, const char *target)
{
    MA_AUTO(ma_visit) visit = ma_calloc(1, sizeof *visit);
    if (!visit)
        return NULL;
    visit->method = ma_strdup(method);
    visit->target = ma_strdup(target);
    visit->fields = mcpauth_headers_new();
    visit->reply_fields = mcpauth_headers_new();
    if (!visit->method || !visit->target || !visit->fields ||
        !visit->reply_fields)
        return NULL;
    visit->query = ma_span_of(visit->target);
    visit->path = ma_span_cut(&visit->query, '?');
    visit->body = ma_buf_init(MA_VISIT_BODY_MAX);
    visit->reply = ma_buf_init(REPLY_MAX);
    visit->notes = ma_buf_init(NOTES_MAX);
    ma_visit_json(visit, 404, "{\"message\":\"Not Found\"}");
    return ma_move(&visit);
}

void ma_visit_free(ma_visit *visit)
{
    if (!visit)
        return;
    ma_free(visit->method);
    ma_free(visit->target);
    mcpauth_headers_free(visit->fields);
    mcpauth_headers_free(visit->reply_fields);
    ma_buf_done(&visit->body);
    ma_buf_done(&visit->reply);
    ma_buf_done(&visit->notes);
    ma_free(visit);
}

/* --- asked --------------------------------------------------------------- */

const char *ma_visit_field(const ma_visit *visit, const char *name)
{
    return mcpauth_headers_get(visit->fields, name);
}

bool ma_visit_is(const ma_visit *visit, const char *method, const char *path)
{
    return !strcmp(visit->method, method) && ma_span_is(visit->path, path);
}

char *ma_visit_param(ma_span pairs, const char *name)
{
    MA_SCOPED(ma_buf) value = ma_buf_init(MA_VISIT_BODY_MAX);
    if (ma_form_find(pairs, name, &value) != 1)
        return NULL;
    return ma_strdup(ma_buf_text(&value));
}

/* --- answered ------------------------------------------------------------ */

void ma_visit_answer(ma_visit *visit, int status, const char *type)
{
    mcpauth_headers *fresh = mcpauth_headers_new();
    if (!fresh)
        visit->failed = MCPAUTH_E_NOMEM;
    mcpauth_headers_free(visit->reply_fields);
    visit->reply_fields = fresh;
    visit->status = status;
    ma_buf_clear(&visit->reply);
    if (type)
        ma_visit_set(visit, "Content-Type", "%s", type);
}

void ma_visit_json(ma_visit *visit, int status, const char *format, ...)
{
    ma_visit_answer(visit, status, "application/json");
    va_list args;
    va_start(args, format);
    ma_buf_vaddf(&visit->reply, format, args);
    va_end(args);
}

void ma_visit_set(ma_visit *visit, const char *name, const char *format, ...)
{
    MA_SCOPED(ma_buf) value = ma_buf_init(LINE_MAX_LEN);
    va_list args;
    va_start(args, format);
    ma_buf_vaddf(&value, format, args);
    va_end(args);
    mcpauth_status st = ma_buf_status(&value, "a field", NULL);
    if (!st && visit->reply_fields)
        st = ma_headers_set(
            visit->reply_fields, name, ma_buf_text(&value), NULL);
    if (st)
        visit->failed = st;
}

void ma_visit_redirect(ma_visit *visit, int status, const ma_buf *location)
{
    ma_visit_answer(visit, status, NULL);
    ma_visit_set(visit, "Location", "%s", ma_buf_text(location));
}

void ma_visit_finish(ma_visit *visit)
{
    mcpauth_status st = visit->failed;
    if (!st)
        st = ma_buf_status(&visit->reply, "the answer", NULL);
    if (!st)
        return;
    ma_visit_answer(visit, 500, "text/plain");
    ma_buf_addf(&visit->reply, "sandbox: %s\n", mcpauth_status_name(st));
}

/* --- journal ------------------------------------------------------------- */

void ma_visit_note(ma_visit *visit, const char *name, ma_span value)
{
    ma_buf_addf(&visit->notes, ",\"%s\":", name);
    ma_json_write_string(&visit->notes, value);
}

void ma_visit_note_number(ma_visit *visit, const char *name, int64_t value)
{
    ma_buf_addf(&visit->notes, ",\"%s\":%lld", name, (long long)value);
}

static void note_names(ma_visit *visit, ma_span pairs)
{
    const char *between = "";
    ma_buf_add_text(&visit->notes, ",\"parameters\":[");
    while (pairs.at) {
        ma_span pair = ma_span_cut(&pairs, '&');
        ma_buf_add_text(&visit->notes, between);
        ma_json_write_string(&visit->notes, ma_span_cut(&pair, '='));
        between = ",";
    }
    ma_buf_add_byte(&visit->notes, ']');
}

void ma_visit_note_form(ma_visit *visit, ma_span pairs)
{
    static const char *const plain[] = {"grant_type", "client_id", "scope",
        "resource", "redirect_uri", "code_challenge_method"};
    note_names(visit, pairs);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        MA_AUTO(ma_text) value = ma_visit_param(pairs, plain[i]);
        if (value)
            ma_visit_note(visit, plain[i], ma_span_of(value));
    }
}
