/* revision.c - the table, and how it is looked up. */
#include "mcp/revision.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"

enum { LISTED_MAX = 1024 };

static const ma_revision revisions[] = {
    {"2026-07-28", true, false, true},
    {"2025-11-25", false, false, true},
    {"2025-06-18", false, false, true},
    {"2025-03-26", false, true, false},
    {"2024-11-05", false, true, false},
};

enum { REVISIONS = sizeof revisions / sizeof *revisions };

const ma_revision *ma_revision_at(size_t position)
{
    return position < REVISIONS ? &revisions[position] : NULL;
}

const ma_revision *ma_revision_named(const char *name)
{
    for (size_t i = 0; name && i < REVISIONS; i++)
        if (ma_span_is(ma_span_of(name), revisions[i].name))
            return &revisions[i];
    return NULL;
}

const ma_revision *ma_revision_find(ma_span value)
{
    for (size_t i = 0; i < REVISIONS; i++)
        if (ma_value_says(value, revisions[i].name))
            return &revisions[i];
    return NULL;
}

const ma_revision *ma_revision_best(ma_span array, bool stateless)
{
    const ma_revision *best = NULL;
    ma_value_walk walk = ma_value_walk_init(array);
    ma_span no_name, item;
    while (ma_value_walk_next(&walk, &no_name, &item)) {
        const ma_revision *found = ma_revision_find(item);
        if (found && found->stateless == stateless && (!best || found < best))
            best = found;
    }
    return best;
}

mcpauth_status ma_revision_refuse(
    ma_span theirs, const ma_revision *pinned, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) ours = ma_buf_init(LISTED_MAX);
    for (size_t i = 0; i < REVISIONS; i++)
        if (!pinned || pinned == &revisions[i])
            ma_buf_addf(&ours, "%s%s", ours.len ? ", " : "", revisions[i].name);
    if (theirs.len > LISTED_MAX)
        theirs.len = LISTED_MAX;
    MA_AUTO(ma_text) shown = ma_quote(theirs);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the MCP server wants protocol version %s; this client speaks %s",
        shown ? shown : "?", ma_buf_text(&ours));
    if (pinned)
        ma_error_hint(err, "leave the protocol version open, so that it can "
                           "be negotiated");
    return st;
}
