/* crypto_test.c - published vectors, and a kernel that gives no random bytes.
 */
#include "base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/error.h"

/* What the next calls of getrandom do; 0 lets the kernel answer. */
enum { KERNEL, INTERRUPT_ONCE, ONE_BYTE, REFUSE };
static int random_fault;

ssize_t __real_getrandom(void *out, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags);

ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags)
{
    if (random_fault == ONE_BYTE)
        return __real_getrandom(out, 1, flags);
    if (random_fault == KERNEL)
        return __real_getrandom(out, len, flags);
    errno = random_fault == REFUSE ? ENOSYS : EINTR;
    if (random_fault == INTERRUPT_ONCE)
        random_fault = KERNEL;
    return -1;
}

static const struct {
    const char *text;
    const char *hex;
} digests[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb924"
         "27ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad"},
};

static void sha256_of_FIPS_180(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        char hex[MA_SHA256_HEX];
        ma_span text = ma_span_of(digests[i].text);
        assert_int_equal(ma_crypto_sha256_hex(text, hex, NULL), MCPAUTH_OK);
        assert_string_equal(hex, digests[i].hex);
    }
}

static void md5_of_RFC_1321_A_5(void **state)
{
    (void)state;
    char hex[MA_MD5_HEX];
    assert_int_equal(
        ma_crypto_md5_hex(ma_span_of("abc"), hex, NULL), MCPAUTH_OK);
    assert_string_equal(hex, "900150983cd24fb0d6963f7d28e17f72");
}

static void an_absent_span_is_empty(void **state)
{
    (void)state;
    char hex[MA_SHA256_HEX];
    ma_span none = {0};
    assert_int_equal(ma_crypto_sha256_hex(none, hex, NULL), MCPAUTH_OK);
    assert_string_equal(hex, digests[0].hex);
    unsigned char mac[MA_SHA256_LEN];
    assert_int_equal(ma_crypto_hmac_sha256(none, none, mac, NULL), MCPAUTH_OK);
    assert_int_equal(mac[0], 0xB6);
}

static void pkce_vector_A_090(void **state)
{
    (void)state;
    unsigned char digest[MA_SHA256_LEN];
    ma_span verifier =
        ma_span_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_int_equal(ma_crypto_sha256(verifier, digest, NULL), MCPAUTH_OK);
    MA_SCOPED(ma_buf) challenge = ma_buf_init(64);
    ma_base64_write_url(
        &challenge, ma_span_make((const char *)digest, sizeof digest));
    assert_string_equal(
        ma_buf_text(&challenge), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

/* The texts are what ma_key_write_jwk makes of such keys, of which the
 * standards print the public half alone. */
static void thumbprints_of_RFC_7638_3_1_and_RFC_9449_6_1_A_202(void **state)
{
    (void)state;
    static const struct {
        const char *jwk;
        const char *thumbprint;
    } rows[] = {
        {"{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nnd"
         "rQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebW"
         "KRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4Qy"
         "Q5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5h"
         "ajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHa"
         "Q-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw\"}",
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"},
        {"{\"crv\":\"P-256\",\"kty\":\"EC\","
         "\"x\":\"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs\","
         "\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\"}",
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char digest[MA_SHA256_LEN];
        MA_SCOPED(ma_buf) thumbprint = ma_buf_init(64);
        assert_int_equal(
            ma_crypto_sha256(ma_span_of(rows[i].jwk), digest, NULL),
            MCPAUTH_OK);
        ma_base64_write_url(
            &thumbprint, ma_span_make((const char *)digest, sizeof digest));
        assert_string_equal(ma_buf_text(&thumbprint), rows[i].thumbprint);
    }
}

static void hmac_of_RFC_4231_4_3(void **state)
{
    (void)state;
    static const unsigned char expected[] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60,
        0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00,
        0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec,
        0x38, 0x43};
    unsigned char mac[MA_SHA256_LEN];
    assert_int_equal(ma_crypto_hmac_sha256(ma_span_of("Jefe"),
                         ma_span_of("what do ya want for nothing?"), mac, NULL),
        MCPAUTH_OK);
    assert_memory_equal(mac, expected, sizeof mac);
}

static void random_bytes_fill_the_whole_S_080(void **state)
{
    (void)state;
    static const char zeros[64];
    for (int fault = KERNEL; fault <= ONE_BYTE; fault++) {
        char bytes[64] = {0};
        random_fault = fault;
        assert_int_equal(
            ma_crypto_random(bytes, sizeof bytes, NULL), MCPAUTH_OK);
        assert_memory_not_equal(bytes, zeros, 16);
        assert_memory_not_equal(bytes + 48, zeros, 16);
    }
    random_fault = KERNEL;
}

static void no_random_bytes_is_a_failure_S_080(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    char bytes[16];
    random_fault = REFUSE;
    mcpauth_status st = ma_crypto_random(bytes, sizeof bytes, err);
    random_fault = KERNEL;
    assert_int_equal(st, MCPAUTH_E_STATE);
    assert_non_null(strstr(mcpauth_error_message(err), "random"));
}

static void a_fork_does_not_repeat_S_080(void **state)
{
    (void)state;
    int ends[2];
    char mine[32];
    char childs[32] = {0};
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        mcpauth_status st = ma_crypto_random(childs, sizeof childs, NULL);
        ssize_t put = write(ends[1], childs, sizeof childs);
        _exit(st || put != (ssize_t)sizeof childs);
    }
    assert_int_equal(ma_crypto_random(mine, sizeof mine, NULL), MCPAUTH_OK);
    assert_int_equal(read(ends[0], childs, sizeof childs), sizeof childs);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(status, 0);
    assert_memory_not_equal(mine, childs, sizeof mine);
}

static void equality_S_081(void **state)
{
    (void)state;
    ma_span none = {0};
    assert_true(ma_crypto_equal(ma_span_of("abc"), ma_span_of("abc")));
    assert_false(ma_crypto_equal(ma_span_of("abc"), ma_span_of("abd")));
    assert_false(ma_crypto_equal(ma_span_of("abc"), ma_span_of("xbc")));
    assert_false(ma_crypto_equal(ma_span_of("abc"), ma_span_of("ab")));
    assert_false(ma_crypto_equal(ma_span_of("ab"), ma_span_of("abc")));
    assert_false(ma_crypto_equal(ma_span_of("abc"), none));
    assert_true(ma_crypto_equal(none, ma_span_of("")));
    assert_false(
        ma_crypto_equal(ma_span_make("a\0b", 3), ma_span_make("a\0c", 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_of_FIPS_180),
        cmocka_unit_test(md5_of_RFC_1321_A_5),
        cmocka_unit_test(an_absent_span_is_empty),
        cmocka_unit_test(pkce_vector_A_090),
        cmocka_unit_test(thumbprints_of_RFC_7638_3_1_and_RFC_9449_6_1_A_202),
        cmocka_unit_test(hmac_of_RFC_4231_4_3),
        cmocka_unit_test(random_bytes_fill_the_whole_S_080),
        cmocka_unit_test(no_random_bytes_is_a_failure_S_080),
        cmocka_unit_test(a_fork_does_not_repeat_S_080),
        cmocka_unit_test(equality_S_081),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
