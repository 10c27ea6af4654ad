/* toolbook.h - what a server's lists of tools said, kept for later calls.
 *
 * A call needs to know which arguments go as header fields (paramheaders.h),
 * and whether the tool may be called at all (T-069).  Only that is kept: the
 * names of all tools, and the schemas of those with such arguments. */
#ifndef MA_MCP_TOOLBOOK_H
#define MA_MCP_TOOLBOOK_H

#include "mcp/value.h"

enum { MA_TOOLBOOK_BYTES_MAX = 16 * 1024 * 1024 };

typedef struct ma_toolbook_entry ma_toolbook_entry;

typedef struct {
    size_t bytes_max;
    bool listed; /* something was fed since the last clear */
    ma_buf text; /* what the entries point into */
    ma_toolbook_entry *entries;
    size_t count;
    size_t room;
} ma_toolbook;

/* Lent until the book changes. */
typedef struct {
    ma_span schema;      /* absent: no argument goes as a field */
    const char *refused; /* why it must not be called, in words that follow
                            the tool's name; or NULL */
} ma_toolbook_page;

/* bytes_max 0 means MA_TOOLBOOK_BYTES_MAX. */
ma_toolbook ma_toolbook_init(size_t bytes_max);
void ma_toolbook_done(ma_toolbook *book);
MA_SCOPED_DEFINE(ma_toolbook, ma_toolbook_done)

/* Takes the tools of one page, an array; of two with one name the later
 * counts.  E_LIMIT: there is no room for all, and what fits is kept. */
mcpauth_status ma_toolbook_feed(
    ma_toolbook *book, ma_span tools, mcpauth_error *err);

/* name is a string value.  False when no list had it. */
bool ma_toolbook_find(
    const ma_toolbook *book, ma_span name, ma_toolbook_page *out);

/* Forgets everything, before the first page of a new list. */
void ma_toolbook_clear(ma_toolbook *book);

#endif
