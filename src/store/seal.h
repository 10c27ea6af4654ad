/* seal.h - bytes that only the holder of a key can read or change.
 *
 *     "mcpauth-sealed"    14 bytes
 *     the format, 1        1 byte
 *     the key's mark       8 bytes, which tell a wrong key from damage
 *     a nonce             24 bytes, random
 *     the bytes encrypted, and a tag of 16 (XChaCha20-Poly1305)
 *
 * The tag also covers the first three and the name of the record, so that a
 * sealed record does not open under the name of another. */
#ifndef MA_STORE_SEAL_H
#define MA_STORE_SEAL_H

#include <mcpauth/store.h>

#include "base/buf.h"
#include "base/secret.h"

#define MA_SEAL_WORD "mcpauth-sealed"

enum {
    MA_SEAL_KEY_LEN = MCPAUTH_SEAL_KEY_LEN,
    MA_SEAL_MARK_LEN = 8,
    MA_SEAL_OVERHEAD = 63, /* sealed bytes are that much longer */
    MA_SEAL_SALT_LEN = 16
};

/* Whether bytes are sealed; needs no libsodium. */
static inline bool ma_seal_is(ma_span bytes)
{
    return ma_span_starts(bytes, MA_SEAL_WORD);
}

/* Appends bytes, sealed; key has MA_SEAL_KEY_LEN bytes. */
mcpauth_status ma_seal_write(ma_buf *to, const ma_secret *key,
    const mcpauth_store_key *name, ma_span bytes, mcpauth_error *err);

/* The bytes of sealed as a record of that version.  Both with a hint, E_USAGE:
 * they are not sealed, or with another key; E_STORE: they are in a newer
 * format, damaged, or belong to another record. */
mcpauth_status ma_seal_open(ma_span sealed, const ma_secret *key,
    const mcpauth_store_key *name, int64_t version, mcpauth_record *out_record,
    mcpauth_error *err);

/* Tells keys apart, and tells nothing else about them. */
mcpauth_status ma_seal_mark(const ma_secret *key,
    unsigned char out[MA_SEAL_MARK_LEN], mcpauth_error *err);

/* What it costs to try a passphrase. */
typedef struct {
    unsigned char salt[MA_SEAL_SALT_LEN];
    unsigned passes;
    unsigned kibibytes;
} ma_seal_cost;

/* The key that a passphrase stands for (Argon2id, RFC 9106). */
mcpauth_status ma_seal_derive(ma_span passphrase, const ma_seal_cost *cost,
    ma_secret **out_key, mcpauth_error *err);

#endif
