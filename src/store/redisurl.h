/* redisurl.h - where a Redis is, as one line.
 *
 *     redis://[[user][:password]@]host[:port][/database]     clear text
 *     rediss://...                                           TLS
 *     redis+unix://[[user][:password]@]/path[?db=database]   a socket here
 *
 * User, password and path may be percent-encoded. */
#ifndef MA_STORE_REDISURL_H
#define MA_STORE_REDISURL_H

#include "base/buf.h"
#include "base/secret.h"

enum { MA_REDISURL_MAX = 8192 };

typedef struct {
    bool tls;
    char *host;          /* without brackets; NULL: path counts */
    int port;            /* with host */
    char *path;          /* of a Unix socket; NULL: host counts */
    int database;        /* 0 unless named */
    char *user;          /* NULL: none */
    ma_secret *password; /* NULL: none */
    char *shown;         /* the URL without user and password */
} ma_redisurl;

/* E_USAGE with the reason, which never shows the text; *out untouched then. */
mcpauth_status ma_redisurl_parse(
    const char *text, ma_redisurl *out, mcpauth_error *err);
void ma_redisurl_done(ma_redisurl *url);
MA_SCOPED_DEFINE(ma_redisurl, ma_redisurl_done)

/* Whether text is meant as such a URL. */
bool ma_redisurl_named(const char *text);

/* Nobody else on the way can read what is sent: TLS, a Unix socket, or this
 * machine by name or address (S-050). */
bool ma_redisurl_private(const ma_redisurl *url);

#endif
