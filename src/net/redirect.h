/* redirect.h - whether a 30x answer may be followed (S-006, S-007). */
#ifndef MA_NET_REDIRECT_H
#define MA_NET_REDIRECT_H

#include "base/headers.h"
#include "base/url.h"

/* 301, 302, 303, 307 and 308; the other 3xx send nobody anywhere. */
bool ma_redirect_status(int status);

/* Where the answer to a request for `from` leads, when that is the same
 * origin and `left`, the number of redirects still allowed, is not used up.
 * E_UNTRUSTED "redirect not followed" otherwise. */
mcpauth_status ma_redirect_judge(const ma_url *from, int status,
    const char *location, int left, ma_url *out_next, mcpauth_error *err);

#endif
