/* filename.c - see filename.h. */
#include "store/filename.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"

#define RECORD_END ".json"
#define LOCK_END   ".lock"

enum {
    HASH_LEN = 32, /* hexadecimal digits of SHA-256 that make a name */
    KEY_MAX = 64 * 1024
};

mcpauth_status ma_filename_set(
    ma_filename *out, const mcpauth_store_key *key, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(KEY_MAX);
    ma_buf_add_text(&text, key->server);
    ma_buf_add_byte(&text, '\0');
    ma_buf_add_text(&text, key->account);
    mcpauth_status st = ma_buf_status(&text, "the key of a record", err);
    char hash[MA_SHA256_HEX];
    if (!st)
        st = ma_crypto_sha256_hex(ma_buf_span(&text), hash, err);
    if (st)
        return st;
    snprintf(
        out->record, sizeof out->record, "%.*s" RECORD_END, HASH_LEN, hash);
    snprintf(out->lock, sizeof out->lock, "%.*s" LOCK_END, HASH_LEN, hash);
    return MCPAUTH_OK;
}

bool ma_filename_is_record(ma_span name)
{
    return name.len == HASH_LEN + strlen(RECORD_END) &&
           ma_span_ends(name, RECORD_END);
}
