/* revision.h - the revisions of MCP there are, as data.  Newest first. */
#ifndef MA_MCP_REVISION_H
#define MA_MCP_REVISION_H

#include "mcp/value.h"

typedef struct {
    const char *name;
    bool stateless; /* no session, and everything a request needs is in it */
    bool batches;   /* T-005 */
    bool header;    /* T-055: MCP-Protocol-Version is defined */
} ma_revision;

/* By position; NULL behind the oldest. */
const ma_revision *ma_revision_at(size_t position);

/* NULL: none is called so.  name may be NULL. */
const ma_revision *ma_revision_named(const char *name);

/* The one that a JSON string names, or NULL. */
const ma_revision *ma_revision_find(ma_span value);

/* The newest of those that an array of strings names and that is stateless, or
 * not; NULL: none. */
const ma_revision *ma_revision_best(ma_span array, bool stateless);

/* E_UNSUPPORTED: the server speaks theirs, a JSON value; we speak all, or only
 * pinned (T-011, T-070). */
mcpauth_status ma_revision_refuse(
    ma_span theirs, const ma_revision *pinned, mcpauth_error *err);

#endif
