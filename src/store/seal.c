/* seal.c - see seal.h; the owner of libsodium. */
#include "store/seal.h"

#include <sodium.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/error.h"

enum {
    FORMAT = 1,
    WORD_LEN = sizeof MA_SEAL_WORD - 1,
    FORMAT_AT = WORD_LEN,
    MARK_AT = FORMAT_AT + 1,
    HEADER_LEN = MARK_AT + MA_SEAL_MARK_LEN,
    NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    BYTES_AT = HEADER_LEN + NONCE_LEN,
    NAME_MAX_LEN = 64 * 1024
};

_Static_assert(BYTES_AT + TAG_LEN == MA_SEAL_OVERHEAD, "as seal.h says");
_Static_assert(
    (int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES == (int)MA_SEAL_KEY_LEN,
    "as store.h says");
_Static_assert(
    (int)crypto_pwhash_SALTBYTES == (int)MA_SEAL_SALT_LEN, "as seal.h says");

static const unsigned char *bytes_of(ma_span span)
{
    return (const unsigned char *)span.at;
}

static mcpauth_status start_library(mcpauth_error *err)
{
    if (sodium_init() >= 0)
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_STORE, "libsodium does not start");
}

/* --- the key ------------------------------------------------------------- */

mcpauth_status ma_seal_mark(const ma_secret *key,
    unsigned char out[MA_SEAL_MARK_LEN], mcpauth_error *err)
{
    static const ma_span purpose = {MA_SEAL_WORD " mark", WORD_LEN + 5};
    unsigned char hash[MA_SHA256_LEN];
    mcpauth_status st =
        ma_crypto_hmac_sha256(ma_secret_span(key), purpose, hash, err);
    if (!st)
        memcpy(out, hash, MA_SEAL_MARK_LEN);
    return st;
}

mcpauth_status ma_seal_derive(ma_span passphrase, const ma_seal_cost *cost,
    ma_secret **out_key, mcpauth_error *err)
{
    unsigned char derived[MA_SEAL_KEY_LEN];
    mcpauth_status st = start_library(err);
    if (st)
        return st;
    if (crypto_pwhash(derived, sizeof derived, passphrase.at, passphrase.len,
            cost->salt, cost->passes, (size_t)cost->kibibytes * 1024,
            crypto_pwhash_ALG_ARGON2ID13))
        return ma_error_nomem(err);
    *out_key =
        ma_secret_new(ma_span_make((const char *)derived, sizeof derived));
    explicit_bzero(derived, sizeof derived);
    return *out_key ? MCPAUTH_OK : ma_error_nomem(err);
}

/* --- what the tag covers beside the bytes -------------------------------- */

static mcpauth_status write_covered(ma_buf *to, ma_span header,
    const mcpauth_store_key *name, mcpauth_error *err)
{
    ma_buf_add_span(to, header);
    ma_buf_add_text(to, name->server);
    ma_buf_add_byte(to, '\0');
    ma_buf_add_text(to, name->account);
    return ma_buf_status(to, "the name of a record", err);
}

/* --- sealing ------------------------------------------------------------- */

static mcpauth_status write_header(
    ma_buf *to, const ma_secret *key, mcpauth_error *err)
{
    unsigned char mark[MA_SEAL_MARK_LEN];
    mcpauth_status st = ma_seal_mark(key, mark, err);
    if (st)
        return st;
    ma_buf_add_text(to, MA_SEAL_WORD);
    ma_buf_add_byte(to, FORMAT);
    ma_buf_add(to, mark, sizeof mark);
    return MCPAUTH_OK;
}

static mcpauth_status add_encrypted(ma_buf *to, const ma_secret *key,
    ma_span covered, ma_span bytes, mcpauth_error *err)
{
    unsigned char nonce[NONCE_LEN];
    mcpauth_status st = ma_crypto_random(nonce, sizeof nonce, err);
    if (st)
        return st;
    MA_AUTO(ma_text) room = ma_malloc(bytes.len + TAG_LEN);
    if (!room)
        return ma_error_nomem(err);
    unsigned long long len = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt((unsigned char *)room, &len,
        bytes_of(bytes), bytes.len, bytes_of(covered), covered.len, NULL, nonce,
        bytes_of(ma_secret_span(key)));
    ma_buf_add(to, nonce, sizeof nonce);
    ma_buf_add(to, room, (size_t)len);
    return ma_buf_status(to, "a sealed record", err);
}

mcpauth_status ma_seal_write(ma_buf *to, const ma_secret *key,
    const mcpauth_store_key *name, ma_span bytes, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) header = ma_buf_init(HEADER_LEN);
    MA_SCOPED(ma_buf) covered = ma_buf_init(NAME_MAX_LEN);
    mcpauth_status st = start_library(err);
    if (!st)
        st = write_header(&header, key, err);
    if (!st)
        st = write_covered(&covered, ma_buf_span(&header), name, err);
    if (st)
        return st;
    ma_buf_add_span(to, ma_buf_span(&header));
    return add_encrypted(to, key, ma_buf_span(&covered), bytes, err);
}

/* --- opening ------------------------------------------------------------- */

static mcpauth_status refuse(mcpauth_error *err, mcpauth_status status,
    const char *what, const char *hint)
{
    mcpauth_status st = ma_error_set(err, status, "%s", what);
    ma_error_hint(err, "%s", hint);
    return st;
}

static mcpauth_status refuse_damaged(mcpauth_error *err)
{
    return refuse(err, MCPAUTH_E_STORE,
        "it was changed after it was sealed, or put in the "
        "place of another",
        "look who may write there; remove the record to log in again");
}

static mcpauth_status judge_header(
    ma_span sealed, const ma_secret *key, mcpauth_error *err)
{
    unsigned char mark[MA_SEAL_MARK_LEN];
    if (!ma_seal_is(sealed))
        return refuse(err, MCPAUTH_E_USAGE, "it is not sealed",
            "use the store that it was written by, or log out there first");
    if (sealed.len < MA_SEAL_OVERHEAD)
        return refuse_damaged(err);
    if (sealed.at[FORMAT_AT] != FORMAT)
        return refuse(err, MCPAUTH_E_STORE,
            "it is sealed in a format unknown to this mcpauth",
            "use the newer mcpauth that wrote it");
    mcpauth_status st = ma_seal_mark(key, mark, err);
    if (st || memcmp(sealed.at + MARK_AT, mark, sizeof mark) == 0)
        return st;
    return refuse(err, MCPAUTH_E_USAGE, "it is sealed with another key",
        "use the key it was sealed with; if that is lost, remove the record "
        "and log in again");
}

static mcpauth_status decrypt(ma_span sealed, const ma_secret *key,
    ma_span covered, mcpauth_record *out, mcpauth_error *err)
{
    size_t len = sealed.len - BYTES_AT;
    const unsigned char *from = bytes_of(sealed);
    out->len = len - TAG_LEN;
    out->bytes = ma_malloc(out->len + 1);
    if (!out->bytes)
        return ma_error_nomem(err);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)out->bytes,
            NULL, NULL, from + BYTES_AT, len, bytes_of(covered), covered.len,
            from + HEADER_LEN, bytes_of(ma_secret_span(key))))
        return refuse_damaged(err);
    out->bytes[out->len] = '\0';
    return MCPAUTH_OK;
}

mcpauth_status ma_seal_open(ma_span sealed, const ma_secret *key,
    const mcpauth_store_key *name, int64_t version, mcpauth_record *out_record,
    mcpauth_error *err)
{
    mcpauth_record opened = {.version = version};
    MA_SCOPED(ma_buf) covered = ma_buf_init(NAME_MAX_LEN);
    mcpauth_status st = start_library(err);
    if (!st)
        st = judge_header(sealed, key, err);
    if (!st)
        st = write_covered(
            &covered, ma_span_make(sealed.at, HEADER_LEN), name, err);
    if (!st)
        st = decrypt(sealed, key, ma_buf_span(&covered), &opened, err);
    if (st)
        mcpauth_record_done(&opened);
    else
        *out_record = opened;
    return st;
}
