/* page.h - reads a list that comes in pages, and knows when to stop.
 *
 * A cursor is the server's own: it goes back byte for byte, the empty one
 * too (T-122).  One that comes a second time would go on for ever, and is
 * refused, as is a list longer than page_max pages (S-024). */
#ifndef MA_MCP_PAGE_H
#define MA_MCP_PAGE_H

#include "base/crypto.h"
#include "mcp/value.h"

enum { MA_PAGE_MAX = 1000 };

typedef struct {
    size_t page_max;
    size_t count;  /* pages read */
    bool more;     /* another is due */
    ma_buf cursor; /* the string value that asks for it */
    ma_buf seen;   /* SHA-256 of every cursor so far */
} ma_page;

/* page_max 0 means MA_PAGE_MAX. */
ma_page ma_page_init(size_t page_max);
void ma_page_done(ma_page *page);
MA_SCOPED_DEFINE(ma_page, ma_page_done)

/* True while there is a page to ask for. */
bool ma_page_more(const ma_page *page);

/* Appends the params of the request for it: {} for the first. */
void ma_page_write_params(const ma_page *page, ma_buf *to);

/* Takes its result.  E_PROTOCOL: the cursor is no string, or came before;
 * E_LIMIT: too many pages. */
mcpauth_status ma_page_feed(ma_page *page, ma_span result, mcpauth_error *err);

#endif
