/* seal_test.c - what opens and what does not. */
#include "store/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "store/store.h"

enum { SEALED_MAX = 4096 };

static const mcpauth_store_key name = {"https://a.example/mcp", "default"};

static ma_secret *make_key(char first)
{
    char bytes[MA_SEAL_KEY_LEN] = {first};
    return ma_secret_new(ma_span_make(bytes, sizeof bytes));
}

/* The sealed text, in to. */
static ma_span seal(ma_buf *to, const ma_secret *key, ma_span bytes)
{
    assert_int_equal(ma_seal_write(to, key, &name, bytes, NULL), MCPAUTH_OK);
    return ma_buf_span(to);
}

/* Opening fails with these words and with advice. */
static mcpauth_status refuse(ma_span sealed, const ma_secret *key,
    const mcpauth_store_key *as, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_record record = {0};
    mcpauth_status st = ma_seal_open(sealed, key, as, 7, &record, err);
    assert_null(record.bytes);
    assert_non_null(strstr(mcpauth_error_message(err), words));
    assert_non_null(mcpauth_error_hint(err));
    return st;
}

static void expect_damage(ma_span sealed, const ma_secret *key,
    const mcpauth_store_key *as, const char *words)
{
    assert_int_equal(refuse(sealed, key, as, words), MCPAUTH_E_STORE);
}

/* The record is as it should be, but not for this store. */
static void expect_misuse(ma_span sealed, const ma_secret *key,
    const mcpauth_store_key *as, const char *words)
{
    assert_int_equal(refuse(sealed, key, as, words), MCPAUTH_E_USAGE);
}

static void what_is_sealed_opens_again(void **state)
{
    (void)state;
    static const ma_span rows[] = {{"", 0}, {"{}", 2}, {"a\0b\n\xff", 5}};
    MA_AUTO(ma_secret) key = make_key('k');
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(SEALED_MAX);
        MA_SCOPED(mcpauth_record) record = {0};
        ma_span sealed = seal(&text, key, rows[i]);
        assert_int_equal(sealed.len, rows[i].len + MA_SEAL_OVERHEAD);
        assert_true(ma_seal_is(sealed));
        assert_int_equal(
            ma_seal_open(sealed, key, &name, 7, &record, NULL), MCPAUTH_OK);
        assert_int_equal(record.len, rows[i].len);
        assert_int_equal(record.version, 7);
        assert_memory_equal(record.bytes, rows[i].at, rows[i].len + 1);
    }
}

static void the_same_bytes_are_never_sealed_alike(void **state)
{
    (void)state;
    MA_AUTO(ma_secret) key = make_key('k');
    MA_SCOPED(ma_buf) one = ma_buf_init(SEALED_MAX);
    MA_SCOPED(ma_buf) two = ma_buf_init(SEALED_MAX);
    seal(&one, key, ma_span_of("{}"));
    seal(&two, key, ma_span_of("{}"));
    assert_false(ma_span_eq(ma_buf_span(&one), ma_buf_span(&two)));
}

/* A record that an earlier version sealed opens for ever. */
static void the_format_is_fixed_S_051(void **state)
{
    (void)state;
    static const unsigned char sealed[] = {0x6d, 0x63, 0x70, 0x61, 0x75, 0x74,
        0x68, 0x2d, 0x73, 0x65, 0x61, 0x6c, 0x65, 0x64, 0x01, 0x0b, 0x9a, 0x7d,
        0x62, 0x7b, 0x9b, 0x70, 0x42, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
        0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12,
        0x13, 0x14, 0x15, 0x16, 0x17, 0x3a, 0x42, 0x4f, 0x39, 0x0c, 0x56, 0x55,
        0x00, 0x07, 0xc5, 0xcc, 0x9b, 0x63, 0xa8, 0x68, 0x25, 0x75, 0x82, 0x4b,
        0xfc, 0xce, 0x7e, 0x74, 0x1e, 0xdb, 0x85, 0xa3, 0xdb, 0x9e};
    MA_AUTO(ma_secret) key = make_key('k');
    MA_SCOPED(mcpauth_record) record = {0};
    assert_int_equal(
        ma_seal_open(ma_span_make((const char *)sealed, sizeof sealed), key,
            &name, 1, &record, NULL),
        MCPAUTH_OK);
    assert_string_equal(record.bytes, "{\"version\":1}");
}

static void every_cut_is_refused_S_045(void **state)
{
    (void)state;
    MA_AUTO(ma_secret) key = make_key('k');
    MA_SCOPED(ma_buf) text = ma_buf_init(SEALED_MAX);
    ma_span sealed = seal(&text, key, ma_span_of("{\"a\":1}"));
    for (size_t len = 0; len < sealed.len; len++)
        assert_int_not_equal(
            refuse(ma_span_make(sealed.at, len), key, &name, "it "), 0);
    ma_buf_add_byte(&text, '\0');
    expect_damage(ma_buf_span(&text), key, &name, "changed");
}

static void every_changed_byte_is_refused_S_045(void **state)
{
    (void)state;
    MA_AUTO(ma_secret) key = make_key('k');
    MA_SCOPED(ma_buf) text = ma_buf_init(SEALED_MAX);
    ma_span sealed = seal(&text, key, ma_span_of("{\"a\":1}"));
    for (size_t i = 0; i < sealed.len; i++) {
        text.at[i] = (char)(text.at[i] ^ 1);
        assert_int_not_equal(refuse(sealed, key, &name, "it "), 0);
        text.at[i] = (char)(text.at[i] ^ 1);
    }
}

static void each_trouble_has_its_words_S_045(void **state)
{
    (void)state;
    static const mcpauth_store_key rows[] = {{"https://a.example/mcp", "d"},
        {"https://b.example/mcp", "default"}, {"https://a.example/mc", "p"}};
    MA_AUTO(ma_secret) key = make_key('k');
    MA_AUTO(ma_secret) wrong = make_key('w');
    MA_SCOPED(ma_buf) text = ma_buf_init(SEALED_MAX);
    ma_span sealed = seal(&text, key, ma_span_of("{}"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_damage(sealed, key, &rows[i], "in the place of another");
    expect_misuse(sealed, wrong, &name, "another key");
    expect_misuse(ma_span_of("{}"), key, &name, "not sealed");
    text.at[strlen(MA_SEAL_WORD)] = 2;
    expect_damage(sealed, key, &name, "unknown to this mcpauth");
}

static void derive(const char *passphrase, char salt, ma_secret **out_key)
{
    ma_seal_cost cost = {
        .salt = {(unsigned char)salt}, .passes = 1, .kibibytes = 8};
    assert_int_equal(
        ma_seal_derive(ma_span_of(passphrase), &cost, out_key, NULL),
        MCPAUTH_OK);
}

static void a_passphrase_and_its_salt_make_the_key(void **state)
{
    (void)state;
    MA_AUTO(ma_secret) one = NULL;
    MA_AUTO(ma_secret) again = NULL;
    MA_AUTO(ma_secret) salted = NULL;
    MA_AUTO(ma_secret) mistyped = NULL;
    derive("correct horse", 's', &one);
    derive("correct horse", 's', &again);
    derive("correct horse", 't', &salted);
    derive("correct hoarse", 's', &mistyped);
    assert_int_equal(ma_secret_span(one).len, MA_SEAL_KEY_LEN);
    assert_true(ma_secret_eq(one, again));
    assert_false(ma_secret_eq(one, salted));
    assert_false(ma_secret_eq(one, mistyped));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_opens_again),
        cmocka_unit_test(the_same_bytes_are_never_sealed_alike),
        cmocka_unit_test(the_format_is_fixed_S_051),
        cmocka_unit_test(every_cut_is_refused_S_045),
        cmocka_unit_test(every_changed_byte_is_refused_S_045),
        cmocka_unit_test(each_trouble_has_its_words_S_045),
        cmocka_unit_test(a_passphrase_and_its_salt_make_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
