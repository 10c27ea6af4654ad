/* multi.h - many HTTP requests at once, in one thread, and other descriptors
 * waited for in the same place.
 *
 * It speaks to one server, which the user chose: connections are shared by all
 * requests.  Nothing is followed, and what net/peer.h forbids is refused. */
#ifndef MA_NET_MULTI_H
#define MA_NET_MULTI_H

#include <mcpauth/mcpauth.h>
#include <poll.h>

#include "base/auto.h"

typedef struct ma_multi ma_multi;
typedef struct ma_multi_transfer ma_multi_transfer;

/* What becomes of a request.  head and body as mcpauth_http_sink; done comes
 * once, the last, with why it failed, and within ma_multi_wait only. */
typedef struct {
    mcpauth_http_sink answer;
    void (*done)(void *ctx, mcpauth_status status, const mcpauth_error *why);
    void *ctx; /* of done */
} ma_multi_sink;

/* Each is the function of the same name; so the program has it from the
 * module, and a test makes another. */
typedef struct {
    mcpauth_status (*start)(ma_multi *multi,
        const mcpauth_http_request *request, const ma_multi_sink *sink,
        ma_multi_transfer **out, mcpauth_error *err);
    void (*stop)(ma_multi *multi, ma_multi_transfer *transfer);
    void (*pause)(ma_multi *multi, ma_multi_transfer *transfer, bool on);
    mcpauth_status (*wait)(ma_multi *multi, struct pollfd *extra, size_t count,
        int64_t timeout_ms, mcpauth_error *err);
    void (*free)(ma_multi *multi);
} ma_multi_ops;

/* options: as mcpauth_http_curl_new; copied. */
mcpauth_status ma_multi_new(
    const mcpauth_curl_options *options, ma_multi **out, mcpauth_error *err);

/* Its transfers end without a word.  NULL is allowed. */
void ma_multi_free(ma_multi *multi);
MA_AUTO_DEFINE(ma_multi, ma_multi_free)

/* Begins a request, which is copied; what it lends must stay until its end, the
 * body until an answer begins.  Also from within a sink.  A failure of it comes
 * by done; only E_NOMEM does not. */
mcpauth_status ma_multi_start(ma_multi *multi,
    const mcpauth_http_request *request, const ma_multi_sink *sink,
    ma_multi_transfer **out, mcpauth_error *err);

/* Ends one now, and its sink hears no more; what the request lent is not needed
 * any more.  Also from within a sink. */
void ma_multi_stop(ma_multi *multi, ma_multi_transfer *transfer);

/* Takes no more of its answer for now, or again; then the sink may be called
 * at once. */
void ma_multi_pause(ma_multi *multi, ma_multi_transfer *transfer, bool on);

/* Waits until something can be done, one of extra is ready (revents says so),
 * or timeout_ms is over (-1: never), and does what can be done; a sink that is
 * told of something before it waits ends it.  Where POLLIN is waited for, an
 * end is told as that. */
mcpauth_status ma_multi_wait(ma_multi *multi, struct pollfd *extra,
    size_t count, int64_t timeout_ms, mcpauth_error *err);

#endif
