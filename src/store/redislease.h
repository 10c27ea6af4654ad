/* redislease.h - locks in Redis, which end by themselves.
 *
 * A lock is a key with a life of MA_REDISLEASE_MS.  While it is held a thread
 * makes it live longer, so nobody robs a holder who lives, and one who dies
 * lets go soon.  Each taking gets the next number of a counter, the fence: it
 * tells a holder who was asleep for longer than his lock that somebody else
 * had it since, and what he then saves is refused (S-050). */
#ifndef MA_STORE_REDISLEASE_H
#define MA_STORE_REDISLEASE_H

#include <mcpauth/store.h>
#include <pthread.h>

#include "store/redisserver.h"

enum { MA_REDISLEASE_MS = 30000 };

/* Room for the name of a record: hexadecimal. */
enum { MA_REDISLEASE_NAME = 40 };

typedef struct ma_redislease ma_redislease;

typedef struct {
    ma_redisserver *server; /* lent */
    int64_t life_ms;
    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t changed;
    ma_redislease *first;
    pthread_t renewer;
    bool renewing;
    bool ending;
} ma_redisleases;

void ma_redisleases_init(
    ma_redisleases *leases, ma_redisserver *server, int64_t life_ms);

/* Lets go of all. */
void ma_redisleases_done(ma_redisleases *leases);

/* Tries once.  An owner who asks again is told LOCKED again. */
mcpauth_status ma_redisleases_take(ma_redisleases *leases, const char *name,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err);

/* Does nothing unless owner holds it. */
void ma_redisleases_drop(ma_redisleases *leases, const char *name,
    mcpauth_lock_kind kind, const void *owner);

/* The fence of the refresh lock that this process has of the record; 0: it has
 * none. */
int64_t ma_redisleases_fence(ma_redisleases *leases, const char *name);

/* Writes the key of the record, of a lock, or of a lock's fence. */
enum { MA_REDISLEASE_KEY = 96 };
void ma_redislease_key(
    char out[MA_REDISLEASE_KEY], const char *name, const char *what);

#endif
