/* signer.c - see signer.h. */
#include "sandbox/signer.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/crypto.h"

enum { TOKEN_MAX = 64 * 1024, SEAL_MAX = 256 };

#define HEADER "{\"kid\":\"sandbox\",\"alg\":\"HS256\"}"

mcpauth_status ma_signer_init(ma_signer *signer, mcpauth_error *err)
{
    return ma_crypto_random(signer->key, sizeof signer->key, err);
}

/* Appends the signature of message; a failure leaves none. */
static void write_mac(const ma_signer *signer, ma_span message, ma_buf *to)
{
    unsigned char mac[MA_SHA256_LEN];
    ma_span key = ma_span_make((const char *)signer->key, sizeof signer->key);
    if (ma_crypto_hmac_sha256(key, message, mac, NULL))
        return;
    ma_base64_write_url(to, ma_span_make((const char *)mac, sizeof mac));
}

/* --- seals --------------------------------------------------------------- */

void ma_signer_seal(const ma_signer *signer, const char *kind, unsigned first,
    unsigned second, ma_buf *to)
{
    MA_SCOPED(ma_buf) seal = ma_buf_init(SEAL_MAX);
    ma_buf_addf(&seal, "%s-CANARY-%u-%u-", kind, first, second);
    size_t len = seal.len;
    MA_SCOPED(ma_buf) mac = ma_buf_init(SEAL_MAX);
    write_mac(signer, ma_span_make(ma_buf_text(&seal), len), &mac);
    ma_buf_add_span(to, ma_buf_span(&seal));
    ma_buf_add_span(to, ma_buf_span(&mac));
}

static bool read_number(const char **at, unsigned *out)
{
    char *end = NULL;
    unsigned long number = strtoul(*at, &end, 10);
    if (end == *at || *end != '-')
        return false;
    *out = (unsigned)number;
    *at = end + 1;
    return true;
}

bool ma_signer_unseal(const ma_signer *signer, const char *kind,
    const char *text, unsigned *out_first, unsigned *out_second)
{
    const char *numbers = strstr(text, "-CANARY-");
    if (!numbers)
        return false;
    numbers += strlen("-CANARY-");
    unsigned first = 0;
    unsigned second = 0;
    if (!read_number(&numbers, &first) || !read_number(&numbers, &second))
        return false;
    MA_SCOPED(ma_buf) good = ma_buf_init(SEAL_MAX);
    ma_signer_seal(signer, kind, first, second, &good);
    if (!ma_crypto_equal(ma_buf_span(&good), ma_span_of(text)))
        return false;
    *out_first = first;
    *out_second = second;
    return true;
}

/* --- JWT ----------------------------------------------------------------- */

void ma_signer_write_jwt(const ma_signer *signer, ma_span claims, ma_buf *to)
{
    MA_SCOPED(ma_buf) token = ma_buf_init(TOKEN_MAX);
    ma_base64_write_url(&token, ma_span_of(HEADER));
    ma_buf_add_byte(&token, '.');
    ma_base64_write_url(&token, claims);
    MA_SCOPED(ma_buf) mac = ma_buf_init(SEAL_MAX);
    write_mac(signer, ma_buf_span(&token), &mac);
    ma_buf_add_span(to, ma_buf_span(&token));
    ma_buf_add_byte(to, '.');
    ma_buf_add_span(to, ma_buf_span(&mac));
}

static bool read_object(ma_span encoded, ma_json **out)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(TOKEN_MAX);
    return encoded.len && ma_base64_read(&text, encoded) &&
           !ma_json_parse_object(ma_buf_span(&text), out, NULL);
}

ma_jwt_verdict ma_signer_read_jwt(
    const ma_signer *signer, ma_span token, ma_json **out_claims)
{
    ma_span rest = token;
    ma_span header = ma_span_cut(&rest, '.');
    ma_span payload = ma_span_cut(&rest, '.');
    MA_AUTO(ma_json) head = NULL;
    MA_AUTO(ma_json) claims = NULL;
    if (!rest.at || ma_span_find(rest, '.') < rest.len ||
        !read_object(header, &head) || !read_object(payload, &claims))
        return MA_JWT_UNPARSABLE;
    MA_SCOPED(ma_buf) mac = ma_buf_init(SEAL_MAX);
    size_t signed_len = token.len - rest.len - 1;
    write_mac(signer, ma_span_make(token.at, signed_len), &mac);
    *out_claims = ma_move(&claims);
    bool ours = mac.len && ma_crypto_equal(ma_buf_span(&mac), rest);
    return ours ? MA_JWT_GOOD : MA_JWT_FORGED;
}
