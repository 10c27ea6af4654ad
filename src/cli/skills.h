/* skills.h - which skill of the server a resource belongs to (SEP-2640). */
#ifndef MA_CLI_SKILLS_H
#define MA_CLI_SKILLS_H

#include "cli/ask.h"
#include "mcp/skillentry.h"

/* The server says that it has skills; false before it is known. */
bool ma_skills_offered(const ma_context *context);

/* All that it lists, as an array. */
mcpauth_status ma_skills_entries(
    ma_context *context, ma_reply *out_array, mcpauth_error *err);

/* "Found N skills", then each. */
void ma_skills_render(ma_span array, ma_buf *to);

/* The entry of the skill that has the file at uri, or should have; its uri is
 * absent when there is none.  The entry is of *out_text. */
mcpauth_status ma_skills_find(ma_context *context, const char *uri,
    ma_reply *out_text, ma_skillentry *out, mcpauth_error *err);

#endif
