/* introduction.h - what a host with sessions and a server without say of
 * themselves, each in the words of the other (T-200, T-201). */
#ifndef MA_BRIDGE_INTRODUCTION_H
#define MA_BRIDGE_INTRODUCTION_H

#include "mcp/session.h"

/* The host, out of the params of its initialize. */
typedef struct {
    ma_buf hello;         /* these params */
    ma_span capabilities; /* in hello; an object, or absent */
    ma_span info;         /* likewise */
    const char *version;  /* of MCP, which it is answered with */
    bool visits;          /* it knows questions by URL, with an id */
} ma_introduction;

ma_introduction ma_introduction_init(void);
void ma_introduction_done(ma_introduction *introduction);

mcpauth_status ma_introduction_read(
    ma_introduction *introduction, ma_span params, mcpauth_error *err);

/* The host can be asked that, a string value, with these params: a page to
 * visit only if it said that it knows such (T-093). */
bool ma_introduction_declares(
    const ma_introduction *introduction, ma_span method, ma_span params);

/* Appends what _meta of each request has of it (T-060).  log_level: a string
 * value, or absent. */
void ma_introduction_write_meta(const ma_introduction *introduction,
    const char *version, ma_span log_level, ma_buf *to);

/* Appends the result of initialize.  server: its URL. */
void ma_introduction_write_result(const ma_introduction *introduction,
    const ma_session_peer *peer, const char *server, ma_buf *to);

#endif
