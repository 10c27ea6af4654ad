/* render.h - what an MCP server said, as a person reads it.
 *
 * Values are those of mcp/value.h; what is appended can drive no terminal
 * (S-022). */
#ifndef MA_CLI_RENDER_H
#define MA_CLI_RENDER_H

#include "base/buf.h"

/* Longest text made here. */
enum { MA_RENDER_MAX = 512 * 1024 * 1024 };

/* How the entries of one kind of list are called, and what they are known by
 * besides a name. */
typedef struct {
    const char *method;  /* "tools/list" */
    const char *member;  /* "tools" */
    const char *one;     /* "tool" */
    const char *many;    /* "tools" */
    const char *address; /* "uri"; NULL: nothing */
} ma_render_kind;

extern const ma_render_kind ma_render_tools;
extern const ma_render_kind ma_render_resources;
extern const ma_render_kind ma_render_templates;
extern const ma_render_kind ma_render_prompts;

/* "Found N tools", then each with its number, name, description and
 * arguments. */
void ma_render_list(const ma_render_kind *kind, ma_span array, ma_buf *to);

/* Content blocks, an array of them or one: text as it is, the rest as one
 * line that says what it is. */
void ma_render_content(ma_span content, ma_buf *to);

/* The result of tools/call. */
void ma_render_tool_result(ma_span result, ma_buf *to);

/* Entries of `contents` of resources/read. */
void ma_render_contents(ma_span contents, ma_buf *to);

/* The result of prompts/get: who says what. */
void ma_render_messages(ma_span result, ma_buf *to);

/* JSON as it came, byte for byte; safe: what could drive a terminal is
 * written as \u202e, which says the same. */
void ma_render_json(ma_span json, bool safe, ma_buf *to);

/* A string value on one line, whole; nothing when it is no string. */
void ma_render_line(ma_span string, ma_buf *to);

#endif
