/* elicitfield.h - one field of a form that a server wants filled in.
 *
 * A field's schema is the small part of JSON Schema that MCP allows; what is
 * outside of it is refused, so that a person is never asked for something that
 * nobody here understands.  `pattern` is left to the server: it would need an
 * engine for expressions that strangers write. */
#ifndef MA_MCP_ELICITFIELD_H
#define MA_MCP_ELICITFIELD_H

#include "mcp/value.h"

enum { MA_ELICITFIELD_CHOICES_MAX = 1000 };

typedef enum {
    MA_ELICITFIELD_TEXT,
    MA_ELICITFIELD_NUMBER,
    MA_ELICITFIELD_INTEGER,
    MA_ELICITFIELD_BOOLEAN,
    MA_ELICITFIELD_CHOICE, /* one of the choices */
    MA_ELICITFIELD_CHOICES /* any of them, an array */
} ma_elicitfield_kind;

/* Values (value.h) inside the schema; all but the name may be absent.  Texts
 * are the server's own and must be quoted to be shown. */
typedef struct {
    ma_elicitfield_kind kind;
    bool required; /* set by whoever knows the form */
    ma_span name;
    ma_span title;
    ma_span description;
    ma_span format;  /* of a text */
    ma_span minimum; /* of a number; of a text's characters; of the choices */
    ma_span maximum;
    ma_span initial; /* the schema's default, if the field allows it */
    ma_span choices; /* an array with at least one item */
    ma_span titles;  /* of the choices, where they stand apart */
} ma_elicitfield;

/* E_PROTOCOL, or E_LIMIT: the schema is none that MCP allows. */
mcpauth_status ma_elicitfield_read(
    ma_span name, ma_span schema, ma_elicitfield *out, mcpauth_error *err);

/* The title, or the name where there is none, fit to be shown; for ma_free,
 * NULL when out of memory. */
char *ma_elicitfield_label(const ma_elicitfield *field);

/* Walks the choices: what is sent, and what is shown (absent: the same). */
typedef struct {
    ma_value_walk choices, titles;
} ma_elicitfield_walk;

ma_elicitfield_walk ma_elicitfield_choices(const ma_elicitfield *field);
bool ma_elicitfield_next_choice(
    ma_elicitfield_walk *walk, ma_span *out_value, ma_span *out_title);

/* E_USAGE: value is not what the field asks for; the message names the field
 * and tells a person what is due. */
mcpauth_status ma_elicitfield_check(
    const ma_elicitfield *field, ma_span value, mcpauth_error *err);

/* Appends what a person typed as the field's value, which is checked.  Yes and
 * no answer a boolean; a choice is meant by its value, its title or its number
 * from 1, several with commas between.  E_USAGE: as for check. */
mcpauth_status ma_elicitfield_write_typed(
    const ma_elicitfield *field, ma_span typed, ma_buf *to, mcpauth_error *err);

#endif
