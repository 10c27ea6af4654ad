/* visit.h - one request, and the answer it gets.
 *
 * The servers of the sandbox are functions that fill the second half of a
 * visit from the first; only listener.c knows how either travels.  Writing
 * cannot fail: the first failure sticks, and ma_visit_finish turns it into an
 * answer of its own. */
#ifndef MA_SANDBOX_VISIT_H
#define MA_SANDBOX_VISIT_H

#include <mcpauth/http.h>

#include "base/alloc.h"
#include "base/buf.h"

enum { MA_VISIT_BODY_MAX = 8 * 1024 * 1024 };

/* What kind of document an answer is, for faults that spoil one kind. */
typedef enum {
    MA_PLACE_OTHER,
    MA_PLACE_METADATA,
    MA_PLACE_TOKEN,
    MA_PLACE_MCP
} ma_place;

typedef struct {
    /* Asked: */
    char *method;
    char *target; /* path and query as they came */
    ma_span path;
    ma_span query;
    mcpauth_headers *fields;
    ma_buf body;
    /* Answered: */
    int status;
    mcpauth_headers *reply_fields;
    ma_buf reply;
    ma_place place;
    size_t padding; /* spaces sent before the reply */
    bool cut;       /* the connection breaks half-way */
    int64_t delay_ms;
    /* For the journal: members of a JSON object, each with a comma before. */
    ma_buf notes;
    mcpauth_status failed;
} ma_visit;

/* An unanswered visit (404 when it stays so); NULL when out of memory. */
ma_visit *ma_visit_new(const char *method, const char *target);
void ma_visit_free(ma_visit *visit);
MA_AUTO_DEFINE(ma_visit, ma_visit_free)

/* A request field, lent; NULL when absent. */
const char *ma_visit_field(const ma_visit *visit, const char *name);
bool ma_visit_is(const ma_visit *visit, const char *method, const char *path);

/* A decoded parameter of encoded pairs, for ma_free; NULL when it is absent,
 * repeated or undecodable. */
char *ma_visit_param(ma_span pairs, const char *name);

/* Starts the answer: what was written so far is dropped.  type NULL: an
 * answer without a body.  Then append to visit->reply. */
void ma_visit_answer(ma_visit *visit, int status, const char *type);

/* The same, with a JSON document of these words as its body. */
void ma_visit_json(ma_visit *visit, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void ma_visit_set(ma_visit *visit, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void ma_visit_redirect(ma_visit *visit, int status, const ma_buf *location);

/* Says something to the journal. */
void ma_visit_note(ma_visit *visit, const char *name, ma_span value);
void ma_visit_note_number(ma_visit *visit, const char *name, int64_t value);

/* Notes which parameters a form has, and the values that are no secrets. */
void ma_visit_note_form(ma_visit *visit, ma_span pairs);

/* Replaces an answer that could not be written by a 500. */
void ma_visit_finish(ma_visit *visit);

#endif
