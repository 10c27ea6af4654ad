/* key.c - any bytes as a private key; one that is read signs. */
#include <stdint.h>
#include <stdlib.h>

#include "base/key.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MA_AUTO(ma_key) key = NULL;
    if (ma_key_read(ma_span_make((const char *)data, size), &key, NULL))
        return 0;
    const char *alg = ma_key_choose_alg(key, NULL);
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_KEY_TEXT_MAX);
    MA_AUTO(ma_json) jwk = NULL;
    must(alg && !ma_key_write_jwk(&text, key, NULL));
    must(!ma_json_parse_object(ma_buf_span(&text), &jwk, NULL));
    must(!ma_json_get(jwk, "d"));
    must(!ma_key_sign(&text, key, alg, ma_span_of("a.b"), NULL));
    return 0;
}
