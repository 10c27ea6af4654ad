/* jws.c - what is signed is the text, not what it means. */
#include "base/jws.h"

#include "base/base64.h"

enum { SIGNATURE_MAX = MA_KEY_RSA_MAX / 8 };

mcpauth_status ma_jws_write(ma_buf *to, const ma_key *key, const char *alg,
    ma_span header, ma_span payload, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) jws = ma_buf_init(MA_JWS_MAX);
    MA_SCOPED(ma_buf) signature = ma_buf_init(SIGNATURE_MAX);
    ma_base64_write_url(&jws, header);
    ma_buf_add_byte(&jws, '.');
    ma_base64_write_url(&jws, payload);
    mcpauth_status st = ma_buf_status(&jws, "a signed text", err);
    if (!st)
        st = ma_key_sign(&signature, key, alg, ma_buf_span(&jws), err);
    if (st)
        return st;
    ma_buf_add_byte(&jws, '.');
    ma_base64_write_url(&jws, ma_buf_span(&signature));
    ma_buf_add_span(to, ma_buf_span(&jws));
    st = ma_buf_status(&jws, "a signed text", err);
    return st ? st : ma_buf_status(to, "a signed text", err);
}
