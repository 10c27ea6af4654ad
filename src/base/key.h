/* key.h - a private key that signs (RFC 7515, RFC 7517, RFC 7518, RFC 8037).
 *
 * P-256, RSA and Ed25519; there is no way to sign with a shared secret, or not
 * at all.  The key itself is held and wiped by libcrypto, and leaves only
 * through ma_key_write_pem. */
#ifndef MA_BASE_KEY_H
#define MA_BASE_KEY_H

#include <mcpauth/error.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/json.h"

/* Longest text of a key that is read. */
enum { MA_KEY_TEXT_MAX = 64 * 1024 };

/* Modulus of an RSA key in bits: RFC 7518 3.3 asks for the least. */
enum { MA_KEY_RSA_MIN = 2048, MA_KEY_RSA_MAX = 8192 };

typedef struct ma_key ma_key;

/* Reads an unencrypted key: PEM (PKCS#8, SEC1 or PKCS#1) or the text of a JWK.
 * A `kid` and an `alg` of the JWK are kept, the latter as the only algorithm.
 * E_USAGE: text holds no private key, or one that does not fit itself.
 * E_UNSUPPORTED: another kind of key, or one that needs a passphrase. */
mcpauth_status ma_key_read(ma_span text, ma_key **out, mcpauth_error *err);

/* A new P-256 key. */
mcpauth_status ma_key_generate(ma_key **out, mcpauth_error *err);

/* Wipes and frees; NULL is allowed. */
void ma_key_free(ma_key *key);
MA_AUTO_DEFINE(ma_key, ma_key_free)

/* The `kid` it came with, or NULL.  Lent. */
const char *ma_key_id(const ma_key *key);

/* The first algorithm of the key that supported lists; an array that is NULL
 * or empty lists all.  NULL when there is none; the text is static. */
const char *ma_key_choose_alg(const ma_key *key, const ma_json *supported);

/* The algorithm of that name, if the key signs by it; else NULL.  The text is
 * static. */
const char *ma_key_find_alg(const ma_key *key, const char *name);

/* Some kind of key signs by it. */
bool ma_key_knows_alg(ma_span name);

/* Appends the algorithms of the key with commas between, for a message. */
void ma_key_write_algs(ma_buf *to, const ma_key *key);

/* Appends the public key as a JWK of the required members in their order
 * (RFC 7638 3). */
mcpauth_status ma_key_write_jwk(
    ma_buf *to, const ma_key *key, mcpauth_error *err);

/* Appends the SHA-256 thumbprint of the public key, in base64url. */
mcpauth_status ma_key_write_thumbprint(
    ma_buf *to, const ma_key *key, mcpauth_error *err);

/* Appends the private key as PKCS#8 in PEM, for a store. */
mcpauth_status ma_key_write_pem(
    ma_buf *to, const ma_key *key, mcpauth_error *err);

/* Appends the JWS signature of message, as bytes.  alg comes from
 * ma_key_choose_alg or ma_key_find_alg. */
mcpauth_status ma_key_sign(ma_buf *to, const ma_key *key, const char *alg,
    ma_span message, mcpauth_error *err);

#endif
