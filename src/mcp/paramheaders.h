/* paramheaders.h - arguments of a tool that also go as Mcp-Param- fields.
 *
 * A tool's inputSchema says which: x-mcp-header on a parameter.  It may do so
 * only where every reader finds the same parameter, by `properties` alone, and
 * a tool that does it elsewhere or otherwise is not offered (T-067, T-068).
 *
 * A schema is a value (value.h); an absent one has no such parameters. */
#ifndef MA_MCP_PARAMHEADERS_H
#define MA_MCP_PARAMHEADERS_H

#include <mcpauth/http.h>

#include "mcp/value.h"

enum {
    MA_PARAMHEADERS_MAX = 64,        /* parameters of one tool */
    MA_PARAMHEADERS_VALUE_MAX = 8192 /* bytes of a field's value (T-006) */
};

/* Judges a schema; *out_any tells whether any parameter goes as a field.
 * E_PROTOCOL or E_LIMIT: the tool must not be offered; the message is the
 * reason and begins with "its". */
mcpauth_status ma_paramheaders_check(
    ma_span schema, bool *out_any, mcpauth_error *err);

/* Adds the fields that go with a call (T-065).  An argument that is absent or
 * null has none.  E_PROTOCOL, E_LIMIT: as above.  E_USAGE: an argument is
 * neither string, boolean nor an integer that all can hold (T-069), or too
 * long.  Nothing is added then. */
mcpauth_status ma_paramheaders_add(mcpauth_headers *headers, ma_span schema,
    ma_span arguments, mcpauth_error *err);

/* Called for every tool that is left out: its name, a string value or absent,
 * and the reason; both are lent for the call. */
typedef void ma_paramheaders_drop_fn(
    void *context, ma_span name, const mcpauth_error *reason);

/* Appends the result of tools/list without the tools that must not be offered
 * (T-068); all else keeps its bytes.  drop may be NULL. */
mcpauth_status ma_paramheaders_write_tools(ma_buf *to, ma_span result,
    ma_paramheaders_drop_fn *drop, void *context, mcpauth_error *err);

#endif
