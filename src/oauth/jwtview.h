/* jwtview.h - a look into a JWT that is somebody else's to verify.
 *
 * Nothing here proves anything: what it shows saves a request that could only
 * fail, and keeps an assertion from a server it was not made for (A-193,
 * */
#ifndef MA_OAUTH_JWTVIEW_H
#define MA_OAUTH_JWTVIEW_H

#include <stdint.h>

#include "base/json.h"

/* Longest that is looked into. */
enum { MA_JWTVIEW_MAX = 64 * 1024 };

typedef struct {
    ma_json *header;
    ma_json *claims;
} ma_jwtview;

void ma_jwtview_done(ma_jwtview *view);
MA_SCOPED_DEFINE(ma_jwtview, ma_jwtview_done)

/* E_PROTOCOL: not three segments of base64url, the first two JSON objects. */
mcpauth_status ma_jwtview_parse(
    ma_span token, ma_jwtview *out, mcpauth_error *err);

/* When it expires; false when it does not say.  Clamped to what fits. */
bool ma_jwtview_expiry(const ma_jwtview *view, int64_t *out_ms);

/* `aud` is audience, or a list that holds it. */
bool ma_jwtview_is_for(const ma_jwtview *view, const char *audience);

/* A member that is NULL is not looked at. */
typedef struct {
    const char *type;      /* `typ`, with or without "application/" */
    const char *audience;  /* must be there */
    const char *client_id; /* must be there */
    const char *resource;  /* may be absent */
    int64_t now_ms;        /* `exp` must be there, and later */
} ma_jwtview_wanted;

/* E_UNTRUSTED: it says something else; the message names both. */
mcpauth_status ma_jwtview_check(const ma_jwtview *view,
    const ma_jwtview_wanted *wanted, mcpauth_error *err);

#endif
