/* frontmatter.h - the YAML at the head of a SKILL.md, between two lines of
 * three dashes (agentskills.io, specification). */
#ifndef MA_MCP_FRONTMATTER_H
#define MA_MCP_FRONTMATTER_H

#include "mcp/fields.h"

/* Longest front matter that is read. */
enum { MA_FRONTMATTER_MAX = 64 * 1024 };

/* Adds its fields.  E_PROTOCOL: file has none, or none that is read here. */
mcpauth_status ma_frontmatter_read(
    ma_span file, ma_fields *to, mcpauth_error *err);

/* E_MISMATCH: the front matter of file is not what object says, or cannot be
 * compared; the message names the first field that differs, and both values.
 */
mcpauth_status ma_frontmatter_check(
    ma_span file, ma_span object, mcpauth_error *err);

#endif
