/* redisserver.h - a Redis that is asked something, and answers in time.
 *
 * It may be used by several threads: each takes a connection that is idle, or
 * makes another one.  Everything that one question needs, from the name of the
 * host to the last byte of the answer, has MA_REDISSERVER_MS; a connection
 * that breaks is made anew once, so a question must be fit to be asked twice
 * (S-050). */
#ifndef MA_STORE_REDISSERVER_H
#define MA_STORE_REDISSERVER_H

#include "store/redislink.h"
#include "store/redisreply.h"

enum { MA_REDISSERVER_MS = 2000 };

typedef struct ma_redisserver ma_redisserver;

/* Takes over what url holds, also on failure.  Connects to nobody. */
mcpauth_status ma_redisserver_new(ma_redisurl *url,
    const ma_redislink_trust *trust, ma_redisserver **out_server,
    mcpauth_error *err);
void ma_redisserver_free(ma_redisserver *server);
MA_AUTO_DEFINE(ma_redisserver, ma_redisserver_free)

/* Where it is; no user, no password. */
const char *ma_redisserver_shown(const ma_redisserver *server);

/* Sends one command and waits for the reply, which is no error.  patient: all
 * the time is used up before it is given up, as when Redis is being started
 * again; else nobody waits for one that has just not answered.
 * E_STORE: with the server's own words, and what to do. */
mcpauth_status ma_redisserver_ask(ma_redisserver *server, bool patient,
    const ma_span *words, size_t count, ma_redisreply **out_reply,
    mcpauth_error *err);

/* E_STORE: that reply is not what a Redis with our records would say. */
mcpauth_status ma_redisserver_surprised(
    const ma_redisserver *server, mcpauth_error *err);

#endif
