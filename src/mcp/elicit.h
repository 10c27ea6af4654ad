/* elicit.h - elicitation/create: what a server asks of the person.
 *
 * A form is filled in here; a URL is opened, with consent, and what happens
 * there is the person's own (T-143).  Whatever cannot be read is an error, and
 * the caller answers with decline or cancel. */
#ifndef MA_MCP_ELICIT_H
#define MA_MCP_ELICIT_H

#include "base/url.h"
#include "mcp/elicitfield.h"

enum {
    MA_ELICIT_FIELDS_MAX = 100,
    MA_ELICIT_SCHEMA_MAX = 64 * 1024 /* bytes; people read it */
};

typedef enum { MA_ELICIT_FORM, MA_ELICIT_URL } ma_elicit_mode;

/* The spans are values (value.h) inside the params. */
typedef struct {
    ma_elicit_mode mode;
    ma_span message; /* a string; quote it to show it */
    ma_span schema;  /* of a form: an object, whose fields are all legal */
    ma_url url;      /* https, or loopback */
    bool punycode;   /* its host is spelled in Punycode: warn (T-143) */
    ma_span id;      /* elicitationId, a string, or absent (T-144) */
} ma_elicit;

/* E_UNSUPPORTED: a mode that is unknown.  E_PROTOCOL, E_LIMIT: a request, or a
 * form, that MCP does not allow.  E_UNTRUSTED: a URL that must not be
 * opened. */
mcpauth_status ma_elicit_read(
    ma_span params, ma_elicit *out, mcpauth_error *err);
void ma_elicit_done(ma_elicit *elicit);
MA_SCOPED_DEFINE(ma_elicit, ma_elicit_done)

/* Walks the fields of a form in their order. */
ma_value_walk ma_elicit_fields(const ma_elicit *elicit);
bool ma_elicit_next_field(
    const ma_elicit *elicit, ma_value_walk *walk, ma_elicitfield *out);

/* Appends a form's content: the members of given, an object or absent, and the
 * schema's default for every field that given lacks (T-142). */
void ma_elicit_write_defaults(
    const ma_elicit *elicit, ma_span given, ma_buf *to);

/* E_USAGE: content does not fill in the form; the message names the first
 * field and what is wrong with it, for a person. */
mcpauth_status ma_elicit_check(
    const ma_elicit *elicit, ma_span content, mcpauth_error *err);

typedef enum {
    MA_ELICIT_ACCEPT,
    MA_ELICIT_DECLINE,
    MA_ELICIT_CANCEL
} ma_elicit_action;

/* Appends the result; content goes only with an accepted form (T-140). */
void ma_elicit_write_result(const ma_elicit *elicit, ma_elicit_action action,
    ma_span content, ma_buf *to);

#endif
