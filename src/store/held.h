/* held.h - the locks that flows of this process hold.
 *
 * The kernel tells processes apart; this list tells the flows of one store
 * apart, by their owner.  Two stores of one process exclude each other like
 * two processes. */
#ifndef MA_STORE_HELD_H
#define MA_STORE_HELD_H

#include <mcpauth/store.h>
#include <pthread.h>

typedef struct ma_held_lock ma_held_lock;

/* A lock of a record. */
typedef struct {
    const mcpauth_store_key *key;
    mcpauth_lock_kind kind;
} ma_held_what;

typedef struct {
    pthread_mutex_t mutex; /* over the list */
    ma_held_lock *first;
} ma_held;

void ma_held_init(ma_held *held);

/* Lets go of all. */
void ma_held_done(ma_held *held);

/* Tries once to take what by its file in directory, an absolute path.  An owner
 * who asks again is told LOCKED again; one unlock undoes both. */
mcpauth_status ma_held_lock_key(ma_held *held, const char *directory,
    const ma_held_what *what, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err);

/* Does nothing unless owner holds what. */
void ma_held_unlock_key(
    ma_held *held, const ma_held_what *what, const void *owner);

#endif
