/* toolgate.h - which tools the host sees and may call, and which of their
 * arguments also go as header fields (T-065 to T-069). */
#ifndef MA_BRIDGE_TOOLGATE_H
#define MA_BRIDGE_TOOLGATE_H

#include <mcpauth/http.h>

#include "mcp/toolbook.h"

/* Names of tools, each with '*' for any number of any bytes in it. */
typedef struct {
    const char *const *at;
    size_t count;
} ma_toolgate_names;

typedef struct {
    ma_toolgate_names allowed; /* only these; none: all */
    ma_toolgate_names ignored; /* not these */
    bool fields;               /* the server wants arguments as fields */
    ma_toolbook book;
} ma_toolgate;

ma_toolgate ma_toolgate_init(
    ma_toolgate_names allowed, ma_toolgate_names ignored);
void ma_toolgate_done(ma_toolgate *gate);

/* The tool of that name, a string value, passes. */
bool ma_toolgate_passes(const ma_toolgate *gate, ma_span name);

/* Learns from the result of a tools/list with those params, and appends it
 * without the tools that do not pass, or that must not be offered (T-068); it
 * keeps its bytes where all do. */
mcpauth_status ma_toolgate_write_list(ma_toolgate *gate, ma_span params,
    ma_span result, ma_buf *to, mcpauth_error *err);

/* Whether a call can be judged: some list was seen, or none is needed. */
bool ma_toolgate_knows(const ma_toolgate *gate);

/* Adds the fields of a tools/call with those params; of a tool that no list
 * had: none.
 * E_UNSUPPORTED: it must not be called.  E_USAGE: an argument cannot go. */
mcpauth_status ma_toolgate_add_fields(const ma_toolgate *gate, ma_span params,
    mcpauth_headers *to, mcpauth_error *err);

#endif
