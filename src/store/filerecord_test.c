/* filerecord_test.c - nothing that was damaged passes for a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/error.h"
#include "store/filerecord.h"

static const ma_filerecord example = {
    .server = "https://a.example/mcp",
    .account = "d\xc3\xa9"
               "faut",
    .version = 7,
    .bytes = {"{\"token\":\n\0\xff}", 13},
};

static ma_filerecord_verdict judge(ma_span file, ma_filerecord *out)
{
    ma_filerecord_verdict verdict = MA_FILERECORD_GOOD;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(ma_filerecord_parse(file, out, &verdict, err), MCPAUTH_OK);
    assert_int_equal(mcpauth_error_status(err), MCPAUTH_OK);
    return verdict;
}

static ma_filerecord_verdict judge_only(ma_span file)
{
    MA_SCOPED(ma_filerecord) unused = {0};
    return judge(file, &unused);
}

/* Puts a first line with the right checksum before content. */
static void sign(ma_buf *to, const char *format, ma_span content)
{
    char checksum[MA_SHA256_HEX];
    assert_int_equal(ma_crypto_sha256_hex(content, checksum, NULL), MCPAUTH_OK);
    ma_buf_addf(to, "mcpauth-record %s %s\n", format, checksum);
    ma_buf_add_span(to, content);
}

static void a_record_comes_back_byte_for_byte(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) file = ma_buf_init(MA_FILERECORD_MAX);
    MA_SCOPED(ma_filerecord) record = {0};
    assert_int_equal(ma_filerecord_write(&file, &example, NULL), MCPAUTH_OK);
    assert_int_equal(judge(ma_buf_span(&file), &record), MA_FILERECORD_GOOD);
    assert_string_equal(record.server, example.server);
    assert_string_equal(record.account, example.account);
    assert_int_equal(record.version, example.version);
    assert_true(ma_span_eq(record.bytes, example.bytes));
}

static void the_format_is_fixed_S_051(void **state)
{
    (void)state;
    static const ma_filerecord record = {.server = "https://a.example/mcp",
        .account = "default",
        .version = 7,
        .bytes = {"{}", 2}};
    MA_SCOPED(ma_buf) file = ma_buf_init(MA_FILERECORD_MAX);
    MA_SCOPED(ma_buf) expected = ma_buf_init(MA_FILERECORD_MAX);
    assert_int_equal(ma_filerecord_write(&file, &record, NULL), MCPAUTH_OK);
    sign(&expected, "1",
        ma_span_of("{\"key\":{\"server\":\"https://a.example/mcp\","
                   "\"account\":\"default\"},\"version\":7}\n{}"));
    assert_string_equal(ma_buf_text(&file), ma_buf_text(&expected));
}

static void every_cut_is_damage_S_045(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) file = ma_buf_init(MA_FILERECORD_MAX);
    assert_int_equal(ma_filerecord_write(&file, &example, NULL), MCPAUTH_OK);
    for (size_t len = 0; len < file.len; len++)
        assert_int_equal(
            judge_only(ma_span_make(file.at, len)), MA_FILERECORD_DAMAGED);
    ma_buf_add_byte(&file, '\n');
    assert_int_equal(judge_only(ma_buf_span(&file)), MA_FILERECORD_DAMAGED);
}

static void every_changed_byte_is_seen_S_045(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) file = ma_buf_init(MA_FILERECORD_MAX);
    assert_int_equal(ma_filerecord_write(&file, &example, NULL), MCPAUTH_OK);
    for (size_t i = 0; i < file.len; i++) {
        file.at[i] = (char)(file.at[i] ^ 0x02);
        assert_int_not_equal(
            judge_only(ma_buf_span(&file)), MA_FILERECORD_GOOD);
        file.at[i] = (char)(file.at[i] ^ 0x02);
    }
    assert_int_equal(judge_only(ma_buf_span(&file)), MA_FILERECORD_GOOD);
}

#define KEY "\"key\":{\"server\":\"s\",\"account\":\"a\"}"

static void a_right_checksum_does_not_make_a_record_S_045(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        ma_filerecord_verdict verdict;
    } rows[] = {
        {"{" KEY ",\"version\":1}\n", MA_FILERECORD_GOOD},
        {"{" KEY ",\"version\":9007199254740991}\n", MA_FILERECORD_GOOD},
        {"{" KEY ",\"version\":9007199254740992}\n", MA_FILERECORD_DAMAGED},
        {"{" KEY ",\"version\":1}", MA_FILERECORD_DAMAGED},
        {"{" KEY ",\"version\":0}\n", MA_FILERECORD_DAMAGED},
        {"{" KEY ",\"version\":-1}\n", MA_FILERECORD_DAMAGED},
        {"{" KEY ",\"version\":\"1\"}\n", MA_FILERECORD_DAMAGED},
        {"{" KEY "}\n", MA_FILERECORD_DAMAGED},
        {"{\"version\":1}\n", MA_FILERECORD_DAMAGED},
        {"{\"key\":{\"server\":\"s\"},\"version\":1}\n", MA_FILERECORD_DAMAGED},
        {"{" KEY "," KEY ",\"version\":1}\n", MA_FILERECORD_DAMAGED},
        {"[]\n", MA_FILERECORD_DAMAGED},
        {"\n", MA_FILERECORD_DAMAGED},
        {"", MA_FILERECORD_DAMAGED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) file = ma_buf_init(MA_FILERECORD_MAX);
        sign(&file, "1", ma_span_of(rows[i].content));
        assert_int_equal(judge_only(ma_buf_span(&file)), rows[i].verdict);
    }
}

static void deep_nesting_is_damage_S_045(void **state)
{
    (void)state;
    static char brackets[200000];
    memset(brackets, '[', sizeof brackets);
    ma_span bare = ma_span_make(brackets, sizeof brackets);
    MA_SCOPED(ma_buf) file = ma_buf_init(MA_FILERECORD_MAX);
    sign(&file, "1", bare);
    assert_int_equal(judge_only(bare), MA_FILERECORD_DAMAGED);
    assert_int_equal(judge_only(ma_buf_span(&file)), MA_FILERECORD_DAMAGED);
}

static void a_higher_format_is_newer_not_damaged_S_051(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        ma_filerecord_verdict verdict;
    } rows[] = {
        {"mcpauth-record 2 whatever\n\x01\x02", MA_FILERECORD_NEWER},
        {"mcpauth-record 2 ", MA_FILERECORD_NEWER},
        {"mcpauth-record 10\n", MA_FILERECORD_NEWER},
        {"mcpauth-record 999999999 x\n", MA_FILERECORD_NEWER},
        {"mcpauth-record 1000000000 x\n", MA_FILERECORD_DAMAGED},
        {"mcpauth-record 0 x\n", MA_FILERECORD_DAMAGED},
        {"mcpauth-record  x\n", MA_FILERECORD_DAMAGED},
        {"mcpauth-record -2 x\n", MA_FILERECORD_DAMAGED},
        {"mcpauth-record 2x x\n", MA_FILERECORD_DAMAGED},
        {"mcpauth-recor 2 x\n", MA_FILERECORD_DAMAGED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(judge_only(ma_span_of(rows[i].file)), rows[i].verdict);
}

static void unknown_members_are_kept_S_051(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) newer = ma_buf_init(MA_FILERECORD_MAX);
    MA_SCOPED(ma_buf) file = ma_buf_init(MA_FILERECORD_MAX);
    MA_SCOPED(ma_filerecord) old = {0};
    MA_SCOPED(ma_filerecord) record = {0};
    sign(&newer, "1",
        ma_span_of("{\"sealed\":{\"by\":[1,2.5,null]}," KEY ",\"version\":1,"
                   "\"host\":\"h\"}\nold"));
    assert_int_equal(judge(ma_buf_span(&newer), &old), MA_FILERECORD_GOOD);
    ma_filerecord next = example;
    next.envelope = old.envelope;
    assert_int_equal(ma_filerecord_write(&file, &next, NULL), MCPAUTH_OK);

    assert_int_equal(judge(ma_buf_span(&file), &record), MA_FILERECORD_GOOD);
    assert_string_equal(ma_json_text(record.envelope, "host"), "h");
    const ma_json *sealed = ma_json_get_object(record.envelope, "sealed");
    assert_int_equal(ma_json_count(ma_json_get_array(sealed, "by")), 3);
    assert_int_equal(record.version, example.version);
    assert_string_equal(record.server, example.server);
    assert_true(ma_span_eq(record.bytes, example.bytes));
}

static void what_no_file_can_hold_is_refused(void **state)
{
    (void)state;
    static char longest[MA_FILERECORD_MAX];
    MA_SCOPED(ma_buf) file = ma_buf_init(MA_FILERECORD_MAX);
    ma_filerecord record = example;
    record.bytes = ma_span_make(longest, sizeof longest);
    assert_int_equal(
        ma_filerecord_write(&file, &record, NULL), MCPAUTH_E_LIMIT);
    record = example;
    record.account = "\xff";
    assert_int_equal(
        ma_filerecord_write(&file, &record, NULL), MCPAUTH_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_comes_back_byte_for_byte),
        cmocka_unit_test(the_format_is_fixed_S_051),
        cmocka_unit_test(every_cut_is_damage_S_045),
        cmocka_unit_test(every_changed_byte_is_seen_S_045),
        cmocka_unit_test(a_right_checksum_does_not_make_a_record_S_045),
        cmocka_unit_test(deep_nesting_is_damage_S_045),
        cmocka_unit_test(a_higher_format_is_newer_not_damaged_S_051),
        cmocka_unit_test(unknown_members_are_kept_S_051),
        cmocka_unit_test(what_no_file_can_hold_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
