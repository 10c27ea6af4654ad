/* value.h - JSON values as spans of the text they stand in.
 *
 * Messages of others are read here and passed on byte for byte: nothing is
 * built, so 1.10 stays 1.10 and an integer may have forty digits (T-007).
 * The grammar is RFC 8259's; nesting ends at MA_JSON_MESSAGE_DEPTH, and no
 * function recurses (S-015).  Bytes above 0x7F are not judged.
 *
 * A value is the exact span of its text, quotes and brackets included; one
 * with at == NULL is absent.  Where a value is not what a function asks for,
 * it answers as if it were absent. */
#ifndef MA_MCP_VALUE_H
#define MA_MCP_VALUE_H

#include <mcpauth/error.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/span.h"

/* Trims text to the one value it holds; a leading UTF-8 BOM is tolerated.
 * E_PROTOCOL: not JSON, with the place; E_LIMIT: nested too deeply. */
mcpauth_status ma_value_parse(
    ma_span text, ma_span *out_value, mcpauth_error *err);

bool ma_value_is_object(ma_span value);
bool ma_value_is_array(ma_span value);
bool ma_value_is_string(ma_span value);
bool ma_value_is_null(ma_span value);

/* The member of that name, or an absent value; of several, the last.  find
 * takes the name as a string value. */
ma_span ma_value_member(ma_span object, const char *name);
ma_span ma_value_find(ma_span object, ma_span name);

/* Walks an array or an object: begin with ma_value_walk_init, then next until
 * it is false.  out_name is a string value, absent in an array. */
typedef struct {
    ma_span rest;
    ma_span behind; /* its end, when it was walked to there; at NULL: it was
                       not, or what stands there is no JSON */
    bool object;
} ma_value_walk;

ma_value_walk ma_value_walk_init(ma_span value);
bool ma_value_walk_next(
    ma_value_walk *walk, ma_span *out_name, ma_span *out_value);

/* Steps through a value and everything in it, each byte once, where a walk
 * inside a walk would read what is deep as often as it is deep.  Begin with
 * ma_value_tour_init. */
typedef struct {
    ma_span rest;
    const char *opened; /* the container that the latest step opened */
    size_t depth;       /* containers that are open */
    bool object[MA_JSON_MESSAGE_DEPTH];
    bool begun;
} ma_value_tour;

typedef enum {
    MA_VALUE_OVER,   /* that was all, or what follows is no JSON */
    MA_VALUE_OPENED, /* an object or array begins; out_value is not set */
    MA_VALUE_CLOSED, /* the innermost one ends; neither is set */
    MA_VALUE_SCALAR
} ma_value_step;

ma_value_tour ma_value_tour_init(ma_span value);

/* out_name is a string value, absent in an array and at the top. */
ma_value_step ma_value_tour_next(
    ma_value_tour *tour, ma_span *out_name, ma_span *out_value);

/* The container that the latest step opened, whole: the tour goes on behind
 * it, and it is never closed.  Absent when it does not end. */
ma_span ma_value_tour_skip(ma_value_tour *tour);

/* True when value is a string that says text, however it is escaped; nocase
 * ignores the case of ASCII letters. */
bool ma_value_says(ma_span value, const char *text);
bool ma_value_says_nocase(ma_span value, const char *text);

/* True when both are strings and say the same. */
bool ma_value_same(ma_span a, ma_span b);

/* Appends what a string says, as UTF-8; a lone surrogate becomes U+FFFD, and
 * \u0000 a NUL byte.  False, and nothing appended, when value is no string. */
bool ma_value_write_text(ma_buf *to, ma_span value);

/* False when value is no integer (digits alone) or does not fit. */
bool ma_value_integer(ma_span value, int64_t *out);

#endif
