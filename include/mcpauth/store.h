/* store.h - where tokens rest between runs.
 *
 * A store keeps one record for each (server, account).  It does not look
 * inside: a record is the engine's text, secret, and bound by its content to
 * an issuer, a client and a resource.  The library's own stores are made
 * below; a program fills mcpauth_store_ops to bring another. */
#ifndef MCPAUTH_STORE_H
#define MCPAUTH_STORE_H

#include <mcpauth/error.h>
#include <stdbool.h>

MCPAUTH_BEGIN_DECLS

/* Longest record a store must take, in bytes. */
#define MCPAUTH_RECORD_MAX (256 * 1024)

/* Names one record: the canonical URL of the MCP server and the account. */
typedef struct mcpauth_store_key {
    const char *server;
    const char *account;
} mcpauth_store_key;

/* What load found.  bytes is NUL-terminated and owned by the caller, who
 * gives it back to mcpauth_record_done; NULL: there is no record. */
typedef struct mcpauth_record {
    char *bytes;
    size_t len;
    int64_t version; /* 0 when there is no record */
} mcpauth_record;

/* Wipes and frees bytes. */
MCPAUTH_API void mcpauth_record_done(mcpauth_record *record);

/* Fills *out_record with a copy of the bytes: for implementers of load. */
MCPAUTH_API mcpauth_status mcpauth_record_set(mcpauth_record *out_record,
    const char *bytes, size_t len, int64_t version, mcpauth_error *err);

typedef enum {
    MCPAUTH_SAVED = 0,
    MCPAUTH_SAVE_CONFLICT = 1 /* the version in the store is another one */
} mcpauth_save_answer;

/* A record has two locks, which have nothing to do with each other. */
typedef enum {
    MCPAUTH_LOCK_REFRESH = 0, /* around one token request and its save */
    MCPAUTH_LOCK_LOGIN = 1    /* as long as a person is asked */
} mcpauth_lock_kind;

typedef enum {
    MCPAUTH_LOCKED = 0,
    MCPAUTH_LOCK_HELD = 1,        /* by someone else, now */
    MCPAUTH_LOCK_UNAVAILABLE = 2, /* this place cannot lock; go on without */
    MCPAUTH_LOCK_FAILED = 3       /* it can, but failed: for flow.h only */
} mcpauth_lock_answer;

/* How lock went.  holder: of HELD, who it is, for people, as "mcpauth (process
 * 4711)"; "" where that is not known. */
typedef struct mcpauth_lock {
    mcpauth_lock_answer answer;
    char holder[128];
} mcpauth_lock;

/* Every function blocks for milliseconds at most, not for another holder.
 * E_STORE: the place cannot be read or written. */
typedef struct mcpauth_store_ops {
    size_t size; /* sizeof(mcpauth_store_ops), for growth */

    /* A damaged record is set aside and counts as none. */
    mcpauth_status (*load)(void *ctx, const mcpauth_store_key *key,
        mcpauth_record *out_record, mcpauth_error *err);

    /* Replaces the record of that version (0: there must be none) by bytes;
     * bytes NULL removes it.  Beneath a sealed store len may be up to 64 more
     * than MCPAUTH_RECORD_MAX.  Durable when it returns SAVED.  A failure
     * leaves the old record or the new one: load tells.
     * *out_version: the new version, 0 after removal; untouched by a
     * conflict. */
    mcpauth_status (*save)(void *ctx, const mcpauth_store_key *key,
        const char *bytes, size_t len, int64_t version,
        mcpauth_save_answer *out_answer, int64_t *out_version,
        mcpauth_error *err);

    /* One holder at a time for each key and kind, also among processes; a
     * holder that dies lets go.  owner tells two flows of one process apart,
     * and is told LOCKED again when it asks again; one unlock undoes both. */
    mcpauth_status (*lock)(void *ctx, const mcpauth_store_key *key,
        mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
        mcpauth_error *err);
    void (*unlock)(void *ctx, const mcpauth_store_key *key,
        mcpauth_lock_kind kind, const void *owner);

    /* Calls each once for every record, which is lent; stops when it returns
     * false.  each may call the store. */
    mcpauth_status (*list)(void *ctx,
        bool (*each)(void *each_ctx, const mcpauth_store_key *key,
            const mcpauth_record *record),
        void *each_ctx, mcpauth_error *err);

    /* Where it is, for people: "file /home/a/.local/state/mcpauth". */
    const char *(*describe)(void *ctx);

    /* Releases ctx. */
    void (*free)(void *ctx);

    /* Looks for what is wrong in the place, as damaged records that list
     * passes over, and tells each to found, in words for people, lent.  NULL:
     * there is nothing of the kind. */
    mcpauth_status (*check)(void *ctx,
        void (*found)(void *found_ctx, const char *what), void *found_ctx,
        mcpauth_error *err);
} mcpauth_store_ops;

typedef struct mcpauth_store mcpauth_store;

/* Wraps ops (copied) and ctx (owned from then on, also on failure).  What ops
 * point to must take calls from several threads.  E_USAGE: a function or the
 * size is missing. */
MCPAUTH_API mcpauth_status mcpauth_store_new(const mcpauth_store_ops *ops,
    void *ctx, mcpauth_store **out_store, mcpauth_error *err);

/* Records live as long as the store; wiped at the end. */
MCPAUTH_API mcpauth_status mcpauth_store_memory_new(
    mcpauth_store **out_store, mcpauth_error *err);

/* One file per record in directory (made with mode 0700 when missing), locks
 * in lock_directory (NULL: the same; another one helps where the file system
 * of directory has no locks).  E_STORE: it cannot be made, belongs to someone
 * else, or others may write in it. */
MCPAUTH_API mcpauth_status mcpauth_store_file_new(const char *directory,
    const char *lock_directory, mcpauth_store **out_store, mcpauth_error *err);

/* Bytes of the key of a sealed store. */
#define MCPAUTH_SEAL_KEY_LEN 32

/* Puts a seal around inner: it gets every record encrypted
 * (XChaCha20-Poly1305), and bound to its server and account, which stay
 * readable.  key is copied; inner is owned from then on, also on failure.
 * What cannot be opened is an error, and stays: loading is E_USAGE when the
 * record was sealed with another key or not at all, as it is without the seal
 * when it was sealed; E_STORE when it was changed.
 * E_USAGE: key_len is not MCPAUTH_SEAL_KEY_LEN.  Needs libsodium: a library
 * that was built without it has no such function. */
MCPAUTH_API mcpauth_status mcpauth_store_sealed_new(mcpauth_store *inner,
    const unsigned char *key, size_t key_len, mcpauth_store **out_store,
    mcpauth_error *err);

/* How to reach a Redis (6.0 or newer). */
typedef struct mcpauth_redis_options {
    size_t size; /* sizeof(mcpauth_redis_options), for growth */

    /* redis://[user@]host[:port][/database], rediss:// for TLS, or
     * redis+unix://[user@]/path[?db=database]. */
    const char *url;
    const char *password;  /* NULL: that of the URL, or none */
    const char *ca_file;   /* of TLS, PEM; NULL: the system's authorities */
    const char *cert_file; /* our own certificate; NULL: none */
    const char *key_file;  /* its key; NULL: in cert_file */

    /* The host that may be reached in clear text, beside those of this
     * machine; NULL: none. */
    const char *allow_plain;
} mcpauth_redis_options;

/* Records and locks in a Redis, for many machines.  Records are there as they
 * are given: seal them first.  Connects when it is used; E_STORE then comes
 * after two seconds at most, and with the words of Redis.  Not in
 * libmcpauth-core.
 * E_USAGE: the URL is none, or leads over a network in clear text.  Needs
 * hiredis and libssl: a library that was built without them has no such
 * function. */
MCPAUTH_API mcpauth_status mcpauth_store_redis_new(
    const mcpauth_redis_options *options, mcpauth_store **out_store,
    mcpauth_error *err);

/* One item per record in the keyring of the desktop (the Secret Service over
 * D-Bus), locks in lock_directory as for the file store.  A call waits for
 * 2 seconds at most; but with may_ask a locked keyring makes the service ask
 * the person at the desktop, who has 2 minutes, while without it is an error.
 * In a library of its own, libmcpauth-keyring, because it needs libsecret.
 * E_STORE: there is no session bus, no service on it, no default keyring, or
 * it is locked. */
MCPAUTH_API mcpauth_status mcpauth_store_keyring_new(const char *lock_directory,
    bool may_ask, mcpauth_store **out_store, mcpauth_error *err);

/* NULL is allowed. */
MCPAUTH_API void mcpauth_store_free(mcpauth_store *store);

/* As mcpauth_store_ops.load.  E_USAGE: the record is sealed. */
MCPAUTH_API mcpauth_status mcpauth_store_load(mcpauth_store *store,
    const mcpauth_store_key *key, mcpauth_record *out_record,
    mcpauth_error *err);

/* As mcpauth_store_ops.save.  E_LIMIT: longer than MCPAUTH_RECORD_MAX. */
MCPAUTH_API mcpauth_status mcpauth_store_save(mcpauth_store *store,
    const mcpauth_store_key *key, const char *bytes, size_t len,
    int64_t version, mcpauth_save_answer *out_answer, int64_t *out_version,
    mcpauth_error *err);

/* As mcpauth_store_ops.lock. */
MCPAUTH_API mcpauth_status mcpauth_store_lock(mcpauth_store *store,
    const mcpauth_store_key *key, mcpauth_lock_kind kind, const void *owner,
    mcpauth_lock *out_lock, mcpauth_error *err);

/* As mcpauth_store_ops.unlock. */
MCPAUTH_API void mcpauth_store_unlock(mcpauth_store *store,
    const mcpauth_store_key *key, mcpauth_lock_kind kind, const void *owner);

/* As mcpauth_store_ops.list.  E_USAGE, when the others have been shown: some
 * record is sealed. */
MCPAUTH_API mcpauth_status mcpauth_store_list(mcpauth_store *store,
    bool (*each)(void *each_ctx, const mcpauth_store_key *key,
        const mcpauth_record *record),
    void *each_ctx, mcpauth_error *err);

/* As mcpauth_store_ops.check.  OK also when something was found. */
MCPAUTH_API mcpauth_status mcpauth_store_check(mcpauth_store *store,
    void (*found)(void *found_ctx, const char *what), void *found_ctx,
    mcpauth_error *err);

/* As mcpauth_store_ops.describe; lent by store. */
MCPAUTH_API const char *mcpauth_store_describe(const mcpauth_store *store);

MCPAUTH_END_DECLS

#endif
