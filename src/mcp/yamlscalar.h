/* yamlscalar.h - what stands for one value in YAML, as JSON says it.
 *
 * Plain scalars mean what the core schema of YAML 1.2.2 (10.3) says, so `yes`
 * is a text.  Where a function answers with a text, that is why it would not
 * go on, as words to follow "which has"; NULL is success. */
#ifndef MA_MCP_YAMLSCALAR_H
#define MA_MCP_YAMLSCALAR_H

#include "mcp/value.h"

/* Longest text of one scalar. */
enum { MA_YAMLSCALAR_MAX = 64 * 1024 };

/* Appends the JSON value of a plain scalar, without blanks around it. */
const char *ma_yamlscalar_write_plain(ma_buf *to, ma_span text);

/* Takes a quoted scalar of one line off the front of *in, and appends what it
 * says. */
const char *ma_yamlscalar_take_quoted(ma_buf *to, ma_span *in);

/* It begins with a quote. */
bool ma_yamlscalar_is_quoted(ma_span text);

#endif
