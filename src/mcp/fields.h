/* fields.h - a tree of data as a flat list of fields, to compare two of them.
 *
 * A field is a place and what stands there: a JSON scalar, or just { or [ for
 * an object or an array, whose members are fields of their own.  A place is
 * written as in .metadata.tags[0], or .metadata["a b"]; the whole is at "".
 * So two trees are the same exactly when their sorted lists are, and neither
 * order nor escapes count.  Nothing recurses (S-015). */
#ifndef MA_MCP_FIELDS_H
#define MA_MCP_FIELDS_H

#include "mcp/value.h"

enum { MA_FIELDS_DEPTH = 32, MA_FIELDS_MAX = 4096 };

typedef struct {
    ma_buf text; /* every place and value, one behind the other */
    ma_buf rows; /* where they stand in it */
    ma_buf place;
    size_t depth; /* of the place */
    size_t before[MA_FIELDS_DEPTH];
    size_t count;
} ma_fields;

ma_fields ma_fields_init(void);
void ma_fields_done(ma_fields *fields);
MA_SCOPED_DEFINE(ma_fields, ma_fields_done)

/* Building: goes to a member or an item, adds what stands there, goes back.
 * False: deeper than MA_FIELDS_DEPTH, and it went nowhere. */
bool ma_fields_enter_name(ma_fields *fields, ma_span name);
bool ma_fields_enter_index(ma_fields *fields, size_t index);
void ma_fields_leave(ma_fields *fields);
void ma_fields_add(ma_fields *fields, ma_span value);

/* Adds a string that says text. */
void ma_fields_add_text(ma_fields *fields, ma_span text);

/* What was to be added could not be built, and why is in buf; the fields are
 * lost when memory was short. */
void ma_fields_fail(ma_fields *fields, const ma_buf *buf);

/* Adds a JSON value of any kind.  E_PROTOCOL: nested too deeply. */
mcpauth_status ma_fields_add_json(
    ma_fields *fields, ma_span value, mcpauth_error *err);

/* E_PROTOCOL: a field is there twice; E_LIMIT: more than MA_FIELDS_MAX. */
mcpauth_status ma_fields_sort(ma_fields *fields, mcpauth_error *err);

/* Where two trees differ first; a value that is absent is one that its tree
 * does not have.  Lent by the lists. */
typedef struct {
    ma_span place; /* at == NULL: nowhere */
    ma_span one, other;
} ma_fields_difference;

/* Sorts both, and compares. */
mcpauth_status ma_fields_compare(ma_fields *one, ma_fields *other,
    ma_fields_difference *out, mcpauth_error *err);

#endif
