/* easy.h - one HTTP request on an easy handle of libcurl: what that is told,
 * what it says, and why it failed.
 *
 * What is of one request is told anew for each and nothing of it is left for
 * the next (S-028); a handle may know where it goes for longer. */
#ifndef MA_NET_EASY_H
#define MA_NET_EASY_H

#include <curl/curl.h>
#include <netdb.h>
#include <netinet/in.h>

#include "net/answer.h"
#include "net/certificate.h"
#include "net/headerlines.h"
#include "net/peer.h"
#include "net/trust.h"

/* What all requests of one driver share. */
typedef struct {
    mcpauth_curl_options options; /* its texts are our own */
    ma_trust trust;
} ma_easy_rules;

/* Starts libcurl, too.  options NULL: the defaults.  E_NOMEM: and nothing is
 * left. */
mcpauth_status ma_easy_rules_init(const mcpauth_curl_options *options,
    ma_easy_rules *out, mcpauth_error *err);
void ma_easy_rules_done(ma_easy_rules *rules);

/* A connection, by its end here.  No port: none. */
typedef struct {
    char ip[INET6_ADDRSTRLEN];
    int port;
} ma_easy_end_here;

/* Told of what becomes of connections. */
typedef struct {
    /* One is to be opened.  False: out of memory. */
    bool (*opened)(void *ctx, curl_socket_t fd);

    /* This one is answered on, for the first time and by HTTP/1: one request is
     * on it at a time. */
    void (*answered)(void *ctx, const ma_easy_end_here *here);

    /* This one is to be used again, once: by a request that must not be sent
     * twice.  False: must not be. */
    bool (*approve)(void *ctx, const ma_easy_end_here *here, bool once);

    /* libcurl closes one, and this is to do it. */
    int (*closing)(void *ctx, curl_socket_t fd);
} ma_easy_watch;

/* One request on its way.  The first members are filled in by its owner, and
 * answer holds the request itself. */
typedef struct {
    CURL *handle;
    const ma_easy_rules *rules;
    const ma_peer *peer;
    ma_answer *answer;
    int64_t deadline_ms; /* 0: none */
    bool settled; /* the handle was told all that is not of one request by the
                     one before on this very ma_easy, which went to the same
                     URL under the same rules */

    const ma_easy_watch *watch; /* NULL: nobody wants to know */
    void *watch_ctx;            /* lives as long as any connection */

    CURLU *place; /* the URL, taken apart; NULL: not yet */
    ma_headerlines fields;
    ma_certificate certificate;
    int64_t heard_ms;       /* when the body last grew */
    mcpauth_status stopped; /* why a callback ended it; err is set */
    int64_t until_ms;       /* the end is waited for till then; 0: always */
    int opened;
    int refused;
    bool sent;                /* over some connection, perhaps */
    ma_easy_end_here here;    /* the last of them */
    bool spoilt;              /* the one chosen was not approved of */
    char address[NI_MAXHOST]; /* the last refused */
    char words[CURL_ERROR_SIZE];
} ma_easy;

/* Tells the handle what to do.  E_USAGE: a method it does not send, or no
 * certificate where one is wanted; E_UNTRUSTED: that would go in clear. */
mcpauth_status ma_easy_begin(ma_easy *easy);

/* What came of it, as libcurl says. */
mcpauth_status ma_easy_result(const ma_easy *easy, CURLcode code);

/* The handle knows nothing of the request any more. */
void ma_easy_end(ma_easy *easy);

/* Nor of anything else. */
void ma_easy_reset(ma_easy *easy);

#endif
