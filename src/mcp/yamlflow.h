/* yamlflow.h - lists and mappings of YAML in brackets: [a, "b"], {a: {b: 1}}.
 *
 * They may go over several lines, but no scalar in them may; comments are not
 * read.  What functions answer with is as in yamlscalar.h. */
#ifndef MA_MCP_YAMLFLOW_H
#define MA_MCP_YAMLFLOW_H

#include "mcp/fields.h"

bool ma_yamlflow_begins(ma_span text);

/* Takes one off the front of *in, and adds it where fields is. */
const char *ma_yamlflow_take(ma_fields *fields, ma_span *in);

#endif
