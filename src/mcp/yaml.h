/* yaml.h - the YAML that people write at the head of a Markdown file.
 *
 * Read are block mappings and lists, scalars in the core schema, both quotes,
 * | and > with + or -, texts over several lines, brackets and comments.
 * Everything else (anchors, tags, `? ` keys, tabs as indentation, ...) is
 * refused, never guessed at: who compares must know what a text says. */
#ifndef MA_MCP_YAML_H
#define MA_MCP_YAML_H

#include "mcp/fields.h"

/* Adds the mapping that text is.  E_PROTOCOL: it is none that is read here,
 * with the line, counted from first_line. */
mcpauth_status ma_yaml_read(
    ma_span text, size_t first_line, ma_fields *to, mcpauth_error *err);

#endif
