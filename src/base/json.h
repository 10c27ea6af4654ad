/* json.h - documents that are ours to understand (metadata, tokens,
 * configuration, records), read by jansson behind strict limits.
 *
 * Refused: nesting past a depth found before any recursion (S-015), duplicate
 * names (S-016), trailing bytes, invalid UTF-8, NUL in a string.  Numbers too
 * large for an integer become reals (S-019).  A leading UTF-8 BOM is
 * tolerated.  Messages that belong to others are never parsed here; see
 * mcp/envelope.h. */
#ifndef MA_BASE_JSON_H
#define MA_BASE_JSON_H

#include <mcpauth/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/span.h"

enum { MA_JSON_DOCUMENT_DEPTH = 32, MA_JSON_MESSAGE_DEPTH = 128 };

typedef struct json_t ma_json;

/* Parses one value of any kind.  The error names line and column, never the
 * text itself. */
mcpauth_status ma_json_parse(
    ma_span text, size_t max_depth, ma_json **out, mcpauth_error *err);

/* The same, and E_PROTOCOL unless it is an object. */
mcpauth_status ma_json_parse_object(
    ma_span text, ma_json **out, mcpauth_error *err);

/* Wipes every text in it that nobody else holds. */
void ma_json_free(ma_json *json);
MA_AUTO_DEFINE(ma_json, ma_json_free)

/* New values; NULL when out of memory. */
ma_json *ma_json_object(void);
ma_json *ma_json_array(void);
ma_json *ma_json_dup(const ma_json *json); /* deep */

/* Reading.  A member that is absent, null or of another type gives NULL,
 * false or the fallback; NULL as json is allowed everywhere.  What comes back
 * is lent. */
const ma_json *ma_json_get(const ma_json *object, const char *name);
const char *ma_json_text(const ma_json *object, const char *name);
bool ma_json_true(const ma_json *object, const char *name);
int64_t ma_json_int(const ma_json *object, const char *name, int64_t fallback);
const ma_json *ma_json_get_object(const ma_json *object, const char *name);
const ma_json *ma_json_get_array(const ma_json *object, const char *name);
bool ma_json_is_object(const ma_json *json);
bool ma_json_is_array(const ma_json *json);
bool ma_json_is_null(const ma_json *json);
bool ma_json_is_boolean(const ma_json *json);

/* A number, or a string that holds one, as a real; false otherwise. */
bool ma_json_number(const ma_json *object, const char *name, double *out);

/* The value itself as a text; NULL when it is no string. */
const char *ma_json_string(const ma_json *json);

size_t ma_json_count(const ma_json *array_or_object);
const ma_json *ma_json_at(const ma_json *array, size_t index);

/* True when array holds this text. */
bool ma_json_has(const ma_json *array, const char *text);

/* The texts of array with commas between, escaped and cut for a message, for
 * ma_free; NULL when there are none, or out of memory. */
char *ma_json_quote_texts(const ma_json *array);

/* Walks the members of an object: start with *iter NULL; false at the end.
 * name and value are lent. */
bool ma_json_each(const ma_json *object, void **iter, const char **out_name,
    const ma_json **out_value);

/* Writing.  The first failure sticks in nothing: each says E_NOMEM itself.
 * value NULL removes the member.  ma_json_put and ma_json_push take over the
 * value, also when they fail. */
mcpauth_status ma_json_put(
    ma_json *object, const char *name, ma_json *value, mcpauth_error *err);
mcpauth_status ma_json_put_text(
    ma_json *object, const char *name, const char *value, mcpauth_error *err);
mcpauth_status ma_json_put_int(
    ma_json *object, const char *name, int64_t value, mcpauth_error *err);
mcpauth_status ma_json_put_true(
    ma_json *object, const char *name, bool value, mcpauth_error *err);
mcpauth_status ma_json_push(ma_json *array, ma_json *value, mcpauth_error *err);
mcpauth_status ma_json_push_text(
    ma_json *array, const char *value, mcpauth_error *err);

/* Appends the text of json: compact on one line, or indented by two for
 * people.  Both escape non-ASCII controls. */
void ma_json_write(ma_buf *to, const ma_json *json);
void ma_json_write_pretty(ma_buf *to, const ma_json *json);

/* Compact, and the members in the order of their names' bytes. */
void ma_json_write_sorted(ma_buf *to, const ma_json *json);

/* Appends text as a JSON string with its quotes; invalid UTF-8 becomes
 * U+FFFD. */
void ma_json_write_string(ma_buf *to, ma_span text);

#endif
