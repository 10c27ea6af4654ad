/* pem_test.c - keys as OpenSSL writes them, in every form of PEM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/error.h"
#include "base/pem.h"

MA_AUTO_DEFINE(EVP_PKEY, EVP_PKEY_free)

/* The text of pkey; structure is what OSSL_ENCODER calls it. */
static void write_key(
    ma_buf *to, EVP_PKEY *pkey, int what, const char *structure)
{
    unsigned char *text = NULL;
    size_t len = 0;
    OSSL_ENCODER_CTX *encoder =
        OSSL_ENCODER_CTX_new_for_pkey(pkey, what, "PEM", structure, NULL);
    assert_true(OSSL_ENCODER_to_data(encoder, &text, &len));
    OSSL_ENCODER_CTX_free(encoder);
    ma_buf_add(to, text, len);
    OPENSSL_free(text);
}

static void assert_read(const char *text, const EVP_PKEY *expected)
{
    MA_AUTO(EVP_PKEY) read = NULL;
    assert_int_equal(ma_pem_read(ma_span_of(text), &read, NULL), MCPAUTH_OK);
    assert_int_equal(EVP_PKEY_eq(read, expected), 1);
}

static void assert_refused(
    const char *text, mcpauth_status status, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    EVP_PKEY *read = NULL;
    assert_int_equal(ma_pem_read(ma_span_of(text), &read, err), status);
    assert_null(read);
    if (!strstr(mcpauth_error_message(err), words))
        assert_string_equal(mcpauth_error_message(err), words);
}

static void every_form_of_a_key_is_read(void **state)
{
    (void)state;
    MA_AUTO(EVP_PKEY) ec = EVP_EC_gen("P-256");
    MA_AUTO(EVP_PKEY) rsa = EVP_RSA_gen(2048);
    MA_AUTO(EVP_PKEY) ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    const struct {
        EVP_PKEY *pkey;
        const char *structure;
        const char *begin;
    } rows[] = {
        {ec, "PrivateKeyInfo", "-----BEGIN PRIVATE KEY-----"},
        {ec, "type-specific", "-----BEGIN EC PRIVATE KEY-----"},
        {rsa, "PrivateKeyInfo", "-----BEGIN PRIVATE KEY-----"},
        {rsa, "type-specific", "-----BEGIN RSA PRIVATE KEY-----"},
        {ed, "PrivateKeyInfo", "-----BEGIN PRIVATE KEY-----"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(64 * 1024);
        write_key(&text, rows[i].pkey, EVP_PKEY_KEYPAIR, rows[i].structure);
        assert_true(ma_span_starts(ma_buf_span(&text), rows[i].begin));
        assert_read(ma_buf_text(&text), rows[i].pkey);
    }
}

static void what_stands_before_the_key_is_passed_over(void **state)
{
    (void)state;
    MA_AUTO(EVP_PKEY) ec = EVP_EC_gen("P-256");
    MA_SCOPED(ma_buf) text = ma_buf_init(64 * 1024);
    ma_buf_add_text(&text, "the key of client 7\n"
                           "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                           "-----END EC PARAMETERS-----\n");
    write_key(&text, ec, EVP_PKEY_KEYPAIR, "type-specific");
    assert_read(ma_buf_text(&text), ec);
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    MA_AUTO(EVP_PKEY) ec = EVP_EC_gen("P-256");
    MA_SCOPED(ma_buf) text = ma_buf_init(64 * 1024);
    assert_int_equal(ma_pem_write(&text, ec, NULL), MCPAUTH_OK);
    assert_true(
        ma_span_starts(ma_buf_span(&text), "-----BEGIN PRIVATE KEY-----\n"));
    assert_read(ma_buf_text(&text), ec);
}

static void a_passphrase_is_not_asked_for(void **state)
{
    (void)state;
    MA_AUTO(EVP_PKEY) ec = EVP_EC_gen("P-256");
    for (int old = 0; old < 2; old++) {
        BIO *bio = BIO_new(BIO_s_mem());
        assert_true(old ? PEM_write_bio_PrivateKey_traditional(bio, ec,
                              EVP_aes_128_cbc(),
                              (const unsigned char *)"secret", 6, NULL, NULL)
                        : PEM_write_bio_PKCS8PrivateKey(bio, ec,
                              EVP_aes_128_cbc(), "secret", 6, NULL, NULL));
        char *at = NULL;
        long len = BIO_get_mem_data(bio, &at);
        MA_SCOPED(ma_buf) text = ma_buf_init(64 * 1024);
        ma_buf_add(&text, at, (size_t)len);
        BIO_free(bio);
        assert_refused(ma_buf_text(&text), MCPAUTH_E_UNSUPPORTED, "encrypted");
    }
}

static void a_public_key_is_named_as_what_it_is(void **state)
{
    (void)state;
    MA_AUTO(EVP_PKEY) ec = EVP_EC_gen("P-256");
    MA_SCOPED(ma_buf) text = ma_buf_init(64 * 1024);
    write_key(&text, ec, EVP_PKEY_PUBLIC_KEY, "SubjectPublicKeyInfo");
    assert_refused(ma_buf_text(&text), MCPAUTH_E_USAGE, "\"PUBLIC KEY\"");
}

static void what_is_no_key_is_refused(void **state)
{
    (void)state;
    assert_refused("", MCPAUTH_E_USAGE, "no whole block");
    assert_refused("secret", MCPAUTH_E_USAGE, "no whole block");
    assert_refused("-----BEGIN PRIVATE KEY-----\nAAAA\n", MCPAUTH_E_USAGE,
        "no whole block");
    assert_refused(
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        MCPAUTH_E_USAGE, "is none");
    assert_refused("-----BEGIN CERTIFICATE-----\nAAAA\n"
                   "-----END CERTIFICATE-----\n",
        MCPAUTH_E_USAGE, "\"CERTIFICATE\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_key_is_read),
        cmocka_unit_test(what_stands_before_the_key_is_passed_over),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_passphrase_is_not_asked_for),
        cmocka_unit_test(a_public_key_is_named_as_what_it_is),
        cmocka_unit_test(what_is_no_key_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
