/* toolbook.c - entries are places in one text, which may move as it grows. */
#include "mcp/toolbook.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "mcp/paramheaders.h"

typedef struct {
    size_t at;
    size_t len; /* 0: nothing */
} range;

struct ma_toolbook_entry {
    range name;
    range schema;
    range refused; /* with its NUL */
};

ma_toolbook ma_toolbook_init(size_t bytes_max)
{
    size_t cap = bytes_max ? bytes_max : MA_TOOLBOOK_BYTES_MAX;
    return (ma_toolbook){.bytes_max = cap, .text = ma_buf_init(cap)};
}

void ma_toolbook_done(ma_toolbook *book)
{
    ma_buf_done(&book->text);
    ma_free(book->entries);
    book->entries = NULL;
    book->count = 0;
    book->room = 0;
}

void ma_toolbook_clear(ma_toolbook *book)
{
    ma_buf_clear(&book->text);
    book->count = 0;
    book->listed = false;
}

/* --- one tool ------------------------------------------------------------ */

static bool has_room(const ma_toolbook *book, size_t len)
{
    size_t used =
        book->text.len + (book->count + 1) * sizeof(ma_toolbook_entry);
    return used <= book->bytes_max && len <= book->bytes_max - used;
}

static mcpauth_status grow(ma_toolbook *book, mcpauth_error *err)
{
    if (book->count < book->room)
        return MCPAUTH_OK;
    size_t room = book->room ? book->room * 2 : 16;
    ma_toolbook_entry *grown =
        ma_realloc(book->entries, room * sizeof(ma_toolbook_entry));
    if (!grown)
        return ma_error_nomem(err);
    book->entries = grown;
    book->room = room;
    return MCPAUTH_OK;
}

static range keep(ma_toolbook *book, ma_span bytes)
{
    range kept = {book->text.len, bytes.len};
    ma_buf_add_span(&book->text, bytes);
    return kept;
}

static mcpauth_status add_entry(ma_toolbook *book, ma_span name, ma_span schema,
    ma_span refused, mcpauth_error *err)
{
    if (!has_room(book, name.len + schema.len + refused.len))
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "the MCP server lists more tools than fit into %zu bytes",
            book->bytes_max);
    mcpauth_status st = grow(book, err);
    if (st)
        return st;
    ma_toolbook_entry entry = {
        keep(book, name), keep(book, schema), keep(book, refused)};
    st = ma_buf_status(&book->text, "the list of tools", err);
    if (!st)
        book->entries[book->count++] = entry;
    return st;
}

/* The reason of a refusal, with its NUL. */
static ma_span reason_in(const mcpauth_error *err)
{
    const char *message = mcpauth_error_message(err);
    return ma_span_make(message, strlen(message) + 1);
}

static mcpauth_status feed_tool(
    ma_toolbook *book, ma_span tool, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) reason = mcpauth_error_new();
    const ma_span none = {NULL, 0};
    ma_span name = ma_value_member(tool, "name");
    ma_span schema = ma_value_member(tool, "inputSchema");
    bool any = false;
    if (!reason)
        return ma_error_nomem(err);
    if (!ma_value_is_string(name))
        return MCPAUTH_OK;
    mcpauth_status st = ma_paramheaders_check(schema, &any, reason);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    return add_entry(
        book, name, any ? schema : none, st ? reason_in(reason) : none, err);
}

/* --- the book ------------------------------------------------------------ */

mcpauth_status ma_toolbook_feed(
    ma_toolbook *book, ma_span tools, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    ma_span name, tool;
    if (!ma_value_is_array(tools))
        return MCPAUTH_OK;
    book->listed = true;
    ma_value_walk walk = ma_value_walk_init(tools);
    while (ma_value_walk_next(&walk, &name, &tool)) {
        mcpauth_status one = feed_tool(book, tool, err);
        if (one && one != MCPAUTH_E_LIMIT)
            return one;
        st = st ? st : one;
    }
    return st;
}

static ma_span at(const ma_toolbook *book, range place)
{
    return place.len ? ma_span_make(book->text.at + place.at, place.len)
                     : ma_span_make(NULL, 0);
}

bool ma_toolbook_find(
    const ma_toolbook *book, ma_span name, ma_toolbook_page *out)
{
    for (size_t i = book->count; i > 0; i--) {
        const ma_toolbook_entry *entry = &book->entries[i - 1];
        if (!ma_value_same(at(book, entry->name), name))
            continue;
        out->schema = at(book, entry->schema);
        out->refused = at(book, entry->refused).at;
        return true;
    }
    return false;
}
