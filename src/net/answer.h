/* answer.h - one HTTP answer as it arrives: header lines gathered and judged,
 * the body counted, both handed to the caller's sink.
 *
 * Framing is libcurl's; what it lets pass and should not (S-014) is refused
 * here.  Interim answers (1xx) and trailers are dropped. */
#ifndef MA_NET_ANSWER_H
#define MA_NET_ANSWER_H

#include "base/buf.h"
#include "base/headers.h"
#include "base/url.h"

enum { MA_ANSWER_HEAD_MAX = 256 * 1024, MA_ANSWER_REDIRECT_MAX = 64 * 1024 };

typedef struct {
    const mcpauth_http_request *request;
    const mcpauth_http_sink *sink;
    const ma_url *url;
    int redirects_left;
    mcpauth_error *err;
    ma_buf lines;    /* the header block being read */
    size_t head_len; /* header bytes so far, every block counted */
    bool in_block;   /* its status line has been seen */
    bool head_done;  /* the final answer's header block is complete */
    ma_url next;     /* where a redirect leads; text NULL without one */
    size_t body_len;
    int64_t idle_ms; /* as ma_keepalive_ms */
} ma_answer;

/* The pointers are lent for the life of the answer. */
ma_answer ma_answer_init(const mcpauth_http_request *request, const ma_url *url,
    int redirects_left, const mcpauth_http_sink *sink, mcpauth_error *err);
void ma_answer_done(ma_answer *answer);
MA_SCOPED_DEFINE(ma_answer, ma_answer_done)

/* One header line with its line end; status is that of its status line.
 * E_LIMIT, E_PROTOCOL, E_UNTRUSTED (a redirect), or what sink says. */
mcpauth_status ma_answer_feed_line(ma_answer *answer, int status, ma_span line);

/* E_LIMIT past request->body_max, or what sink says. */
mcpauth_status ma_answer_feed_body(ma_answer *answer, ma_span bytes);

#endif
