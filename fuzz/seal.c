/* seal.c - whatever a store gives back, a seal opens only what it closed.  The
 * input is laid over a sealed record: its first byte is where. */
#include "store/seal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"

enum { SEALED_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool truth)
{
    if (!truth)
        abort();
}

/* Opens what must not open, unless it is the original. */
static void try_open(ma_span sealed, const ma_secret *key, ma_span original)
{
    static const mcpauth_store_key name = {"https://a.example/mcp", "default"};
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_status st = ma_seal_open(sealed, key, &name, 1, &record, NULL);
    require((st == MCPAUTH_OK) == ma_span_eq(sealed, original));
    require((record.bytes != NULL) == !st);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const mcpauth_store_key name = {"https://a.example/mcp", "default"};
    static const char zeros[MA_SEAL_KEY_LEN];
    if (len < 1)
        return 0;
    MA_AUTO(ma_secret) key = ma_secret_new(ma_span_make(zeros, sizeof zeros));
    MA_SCOPED(ma_buf) good = ma_buf_init(SEALED_MAX);
    MA_SCOPED(ma_buf) laid = ma_buf_init(SEALED_MAX);
    require(key &&
            !ma_seal_write(&good, key, &name, ma_span_of("{\"a\":1}"), NULL));
    size_t at = bytes[0] < good.len ? bytes[0] : good.len;
    ma_buf_add(&laid, good.at, at);
    ma_buf_add(&laid, bytes + 1, len - 1);
    if (laid.len < good.len)
        ma_buf_add(&laid, good.at + laid.len, good.len - laid.len);
    if (laid.failed)
        return 0;
    try_open(ma_buf_span(&laid), key, ma_buf_span(&good));
    try_open(ma_span_make((const char *)bytes, len), key, ma_buf_span(&good));
    return 0;
}
