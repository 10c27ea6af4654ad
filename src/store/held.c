/* held.c - see held.h. */
#include "store/held.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "store/filename.h"
#include "store/lockfile.h"

struct ma_held_lock {
    ma_held_lock *next;
    char *server;
    char *account;
    mcpauth_lock_kind kind;
    const void *owner;
    ma_fd fd;
};

static bool is_what(const ma_held_lock *lock, const ma_held_what *what)
{
    return lock->kind == what->kind &&
           !strcmp(lock->server, what->key->server) &&
           !strcmp(lock->account, what->key->account);
}

/* The pointer to the lock in the list, or the one at its end. */
static ma_held_lock **find_lock(ma_held *held, const ma_held_what *what)
{
    ma_held_lock **at = &held->first;
    while (*at && !is_what(*at, what))
        at = &(*at)->next;
    return at;
}

static void free_lock(ma_held_lock *lock)
{
    if (!lock)
        return;
    ma_fd_done(&lock->fd);
    ma_free(lock->server);
    ma_free(lock->account);
    ma_free(lock);
}
MA_AUTO_DEFINE(ma_held_lock, free_lock)

static ma_held_lock *make_lock(const ma_held_what *what, const void *owner)
{
    MA_AUTO(ma_held_lock) lock = ma_calloc(1, sizeof *lock);
    if (!lock)
        return NULL;
    *lock = (ma_held_lock){.server = ma_strdup(what->key->server),
        .account = ma_strdup(what->key->account),
        .kind = what->kind,
        .owner = owner,
        .fd = -1};
    return lock->server && lock->account ? ma_move(&lock) : NULL;
}

static ma_lockfile_byte byte_of(mcpauth_lock_kind kind)
{
    return kind == MCPAUTH_LOCK_LOGIN ? MA_LOCKFILE_LOGIN : MA_LOCKFILE_REFRESH;
}

static mcpauth_status take_lock(ma_held *held, const char *path,
    const ma_held_what *what, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    ma_filename names;
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    MA_AUTO(ma_held_lock) lock = make_lock(what, owner);
    if (!lock)
        return ma_error_nomem(err);
    mcpauth_status st = ma_filename_set(&names, what->key, err);
    if (!st)
        st = ma_directory_open(path, &directory, err);
    if (!st)
        st = ma_lockfile_try(&directory, names.lock, byte_of(what->kind),
            &lock->fd, out_lock, err);
    if (st || lock->fd < 0)
        return st;
    lock->next = held->first;
    held->first = ma_move(&lock);
    return MCPAUTH_OK;
}

void ma_held_init(ma_held *held)
{
    held->first = NULL;
    pthread_mutex_init(&held->mutex, NULL);
}

void ma_held_done(ma_held *held)
{
    while (held->first) {
        MA_AUTO(ma_held_lock) released = held->first;
        held->first = released->next;
    }
    pthread_mutex_destroy(&held->mutex);
}

mcpauth_status ma_held_lock_key(ma_held *held, const char *directory,
    const ma_held_what *what, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    pthread_mutex_lock(&held->mutex);
    const ma_held_lock *holder = *find_lock(held, what);
    if (!holder)
        st = take_lock(held, directory, what, owner, out_lock, err);
    else
        *out_lock = (mcpauth_lock){.answer = holder->owner == owner
                                                 ? MCPAUTH_LOCKED
                                                 : MCPAUTH_LOCK_HELD};
    pthread_mutex_unlock(&held->mutex);
    return st;
}

void ma_held_unlock_key(
    ma_held *held, const ma_held_what *what, const void *owner)
{
    pthread_mutex_lock(&held->mutex);
    ma_held_lock **at = find_lock(held, what);
    if (*at && (*at)->owner == owner) {
        MA_AUTO(ma_held_lock) released = *at;
        *at = released->next;
    }
    pthread_mutex_unlock(&held->mutex);
}
