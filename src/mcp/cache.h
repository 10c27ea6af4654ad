/* cache.h - results that a server allows to be used again for a while
 * (ttlMs, MCP 2026-07-28).
 *
 * A cache belongs to one client, and so to one user at one server: public and
 * private results (cacheScope) are the same to it.  Nothing is fetched by
 * itself when its time is over (T-081). */
#ifndef MA_MCP_CACHE_H
#define MA_MCP_CACHE_H

#include "mcp/envelope.h"

enum {
    MA_CACHE_BYTES_MAX = 8 * 1024 * 1024,
    MA_CACHE_TTL_MAX_MS = 86400000 /* longer ones are cut down to this */
};

typedef struct ma_cache_entry ma_cache_entry;

typedef struct {
    ma_cache_entry *entries; /* the latest first */
    size_t bytes;
} ma_cache;

void ma_cache_done(ma_cache *cache);
MA_SCOPED_DEFINE(ma_cache, ma_cache_done)

/* Keeps the result of a request, params absent or an object, if it says for
 * how long and if its method has such results.  What is oldest makes room.
 * Without memory nothing is kept. */
void ma_cache_put(ma_cache *cache, const char *method, ma_span params,
    ma_span result, int64_t now_ms);

/* The result of that request, lent until the cache changes; absent: none is
 * good any more. */
ma_span ma_cache_find(
    const ma_cache *cache, const char *method, ma_span params, int64_t now_ms);

/* Forgets what a notification of the server says has changed. */
void ma_cache_heard(ma_cache *cache, const ma_envelope *message);

/* Forgets everything. */
void ma_cache_clear(ma_cache *cache);

#endif
