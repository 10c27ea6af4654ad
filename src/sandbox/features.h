/* features.h - what the sandbox's MCP server can do: AWS's three sample tools,
 * two resources and a template, one prompt. */
#ifndef MA_SANDBOX_FEATURES_H
#define MA_SANDBOX_FEATURES_H

#include "base/buf.h"
#include "base/json.h"

/* Whether this protocol revision is spoken. */
bool ma_features_speaks(const char *version);

/* Appends the member `"result":...` or `"error":...` that answers a request.
 * prefix stands before the name of every tool; params may be NULL. */
void ma_features_write(
    const char *prefix, const char *method, const ma_json *params, ma_buf *to);

#endif
