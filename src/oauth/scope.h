/* scope.h - an ordered set of scope tokens (RFC 6749 3.3; A-143). */
#ifndef MA_OAUTH_SCOPE_H
#define MA_OAUTH_SCOPE_H

#include "base/buf.h"
#include "base/json.h"

/* Most scopes and longest scope text that are ever asked for (S-034). */
enum { MA_SCOPE_TOKENS_MAX = 64, MA_SCOPE_MAX = 4096 };

/* Every byte is legal in a scope list: %x21 / %x23-5B / %x5D-7E and single
 * spaces between.  An empty text is not. */
bool ma_scope_valid(ma_span scope);

/* Appends the tokens of scope that to does not hold, space separated; order
 * kept, duplicates dropped.  Past MA_SCOPE_TOKENS_MAX to fails with E_LIMIT, as
 * it does at its cap; ma_scope_status says so in words. */
void ma_scope_add(ma_buf *to, ma_span scope);

/* The same from a JSON array of strings; entries that are no scope tokens are
 * skipped. */
void ma_scope_add_array(ma_buf *to, const ma_json *array);

/* OK, or what the first failing append to scope met. */
mcpauth_status ma_scope_status(const ma_buf *scope, mcpauth_error *err);

bool ma_scope_has(ma_span scope, ma_span token);

/* Every token of part is in whole.  An empty part is in everything. */
bool ma_scope_covers(ma_span whole, ma_span part);

/* The same set, whatever the order. */
bool ma_scope_same(ma_span a, ma_span b);

#endif
