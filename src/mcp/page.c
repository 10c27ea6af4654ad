/* page.c - cursors are remembered by their hash, so memory stays small. */
#include "mcp/page.h"

#include <string.h>

#include "base/error.h"

enum { CURSOR_MAX = 1024 * 1024 };

ma_page ma_page_init(size_t page_max)
{
    ma_page page = {.page_max = page_max ? page_max : MA_PAGE_MAX};
    page.more = true;
    page.cursor = ma_buf_init(CURSOR_MAX);
    page.seen = ma_buf_init(page.page_max * MA_SHA256_LEN);
    return page;
}

void ma_page_done(ma_page *page)
{
    ma_buf_done(&page->cursor);
    ma_buf_done(&page->seen);
}

bool ma_page_more(const ma_page *page)
{
    return page->more;
}

void ma_page_write_params(const ma_page *page, ma_buf *to)
{
    ma_buf_add_byte(to, '{');
    if (page->cursor.len > 0)
        ma_buf_add_text(to, "\"cursor\":");
    ma_buf_add_span(to, ma_buf_span(&page->cursor));
    ma_buf_add_byte(to, '}');
}

static bool was_seen(const ma_page *page, const unsigned char *hash)
{
    ma_span seen = ma_buf_span(&page->seen);
    for (size_t at = 0; at < seen.len; at += MA_SHA256_LEN) {
        if (memcmp(seen.at + at, hash, MA_SHA256_LEN) == 0)
            return true;
    }
    return false;
}

/* What it says counts, not how it is escaped. */
static mcpauth_status hash_cursor(
    ma_span cursor, unsigned char out[MA_SHA256_LEN], mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(CURSOR_MAX);
    if (!ma_value_write_text(&text, cursor))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server's nextCursor is not a string");
    mcpauth_status st = ma_buf_status(&text, "nextCursor", err);
    return st ? st : ma_crypto_sha256(ma_buf_span(&text), out, err);
}

static mcpauth_status take_cursor(
    ma_page *page, ma_span cursor, mcpauth_error *err)
{
    unsigned char hash[MA_SHA256_LEN];
    mcpauth_status st = hash_cursor(cursor, hash, err);
    if (st)
        return st;
    if (was_seen(page, hash))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server's list goes in circles: page %zu names a cursor "
            "that came before",
            page->count);
    if (page->count == page->page_max)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "the MCP server's list has more than %zu pages", page->page_max);
    ma_buf_add(&page->seen, hash, sizeof hash);
    ma_buf_clear(&page->cursor);
    ma_buf_add_span(&page->cursor, cursor);
    st = ma_buf_status(&page->seen, "the list of cursors", err);
    return st ? st : ma_buf_status(&page->cursor, "nextCursor", err);
}

mcpauth_status ma_page_feed(ma_page *page, ma_span result, mcpauth_error *err)
{
    ma_span cursor = ma_value_member(result, "nextCursor");
    page->more = false;
    page->count++;
    if (!cursor.at || ma_value_is_null(cursor))
        return MCPAUTH_OK;
    mcpauth_status st = take_cursor(page, cursor, err);
    page->more = !st;
    return st;
}
