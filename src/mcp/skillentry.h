/* skillentry.h - what a server says of one of its skills, and whether a file
 * that it sends is the one it spoke of (SEP-2640).
 *
 * An entry has the URI of the skill's SKILL.md, the front matter of that, and
 * the digest and size of every file.  A match shows that the server does not
 * contradict itself; it makes nobody trustworthy. */
#ifndef MA_MCP_SKILLENTRY_H
#define MA_MCP_SKILLENTRY_H

#include "mcp/value.h"

#define MA_SKILLENTRY_EXTENSION "io.modelcontextprotocol/skills"

/* What every host must take, and what is taken here (Limits). */
enum {
    MA_SKILLENTRY_FILES_MAX = 512,
    MA_SKILLENTRY_SIZE_MAX = 16 * 1024 * 1024
};

/* Values of the entry's text. */
typedef struct {
    ma_span uri;
    ma_span frontmatter;
    ma_span resources; /* absent: generated, and not to be verified */
} ma_skillentry;

/* E_PROTOCOL: it breaks the rules of the extension; E_LIMIT: it is larger than
 * a skill may be. */
mcpauth_status ma_skillentry_read(
    ma_span entry, ma_skillentry *out, mcpauth_error *err);

/* What the entry says of the file at uri, a string value; absent when it is
 * none of the skill's. */
ma_span ma_skillentry_find(const ma_skillentry *entry, ma_span uri);

/* Takes the bytes of the file at uri out of result, that of resources/read.
 * E_PROTOCOL: they are not in it; E_MISMATCH: they are not what the entry
 * says, or the entry says nothing of such a file. */
mcpauth_status ma_skillentry_open(const ma_skillentry *entry, ma_span uri,
    ma_span result, ma_buf *out_bytes, mcpauth_error *err);

/* True when a server's capabilities declare the extension. */
bool ma_skillentry_offered(ma_span capabilities);

#endif
