/* sealkey_test.c - files, credentials and the kernel's keys, which a __wrap_
 * function stands for. */
#include "store/sealkey.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"

#define RAW    "0123456789abcdef0123456789ABCDEF"
#define BASE64 "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUY="

enum { KEY_ID = 4711, TEXT_ROOM = 256 };

static const char *kernel_holds; /* NULL: there is no such key */

long __wrap_syscall(long number, ...);

long __wrap_syscall(long number, ...)
{
    va_list args;
    va_start(args, number);
    if (number == SYS_request_key) {
        assert_string_equal(va_arg(args, const char *), "user");
        assert_string_equal(va_arg(args, const char *), "mine");
        va_end(args);
        errno = ENOKEY;
        return kernel_holds ? KEY_ID : -1;
    }
    assert_int_equal(number, SYS_keyctl);
    assert_int_equal(va_arg(args, int), KEYCTL_READ);
    assert_int_equal(va_arg(args, long), KEY_ID);
    char *out = va_arg(args, char *);
    size_t room = va_arg(args, size_t);
    va_end(args);
    size_t len = strlen(kernel_holds);
    memcpy(out, kernel_holds, len < room ? len : room);
    return (long)len;
}

static void expect_key(const ma_sealkey_source *source)
{
    MA_AUTO(ma_secret) key = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    if (ma_sealkey_get(source, &key, err))
        fail_msg("%s", mcpauth_error_message(err));
    assert_true(ma_secret_is(key, ma_span_of(RAW)));
}

static void expect_refusal(const ma_sealkey_source *source, const char *words)
{
    MA_AUTO(ma_secret) key = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(ma_sealkey_get(source, &key, err), MCPAUTH_E_USAGE);
    assert_null(key);
    if (!strstr(mcpauth_error_message(err), words))
        fail_msg("%s", mcpauth_error_message(err));
}

static ma_sealkey_source file_in(const char *directory)
{
    static char text[TEXT_ROOM];
    snprintf(text, sizeof text, "file:%s/key", directory);
    return (ma_sealkey_source){.text = text};
}

static void a_file_holds_32_bytes_or_their_base64(void **state)
{
    static const char *const good[] = {RAW, BASE64, BASE64 "\n", BASE64 "\r\n"};
    static const char *const bad[] = {"", RAW "x", "0123", RAW "\n" RAW,
        "MDEyMzQ1Njc4OWFiY2RlZg==", "not!base64"};
    const char *path = scratch_path(*state, "key");
    const ma_sealkey_source source = file_in(*state);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        scratch_write(path, ma_span_of(good[i]), 0600);
        expect_key(&source);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        scratch_write(path, ma_span_of(bad[i]), 0600);
        expect_refusal(&source, "holds no key");
    }
}

static void a_key_that_others_may_read_is_refused_S_047(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0620, 0602};
    const char *path = scratch_path(*state, "key");
    const ma_sealkey_source source = file_in(*state);
    expect_refusal(&source, "No such file");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        scratch_write(path, ma_span_of(RAW), modes[i]);
        expect_refusal(&source, "others may read");
    }
    scratch_write(path, ma_span_of(RAW), 0400);
    expect_key(&source);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_refusal(&source, "no regular file");
}

static void a_file_of_someone_else_is_refused_S_047(void **state)
{
    const char *path = scratch_path(*state, "key");
    const ma_sealkey_source source = file_in(*state);
    if (geteuid() != 0)
        skip();
    scratch_write(path, ma_span_of(RAW), 0600);
    assert_int_equal(chown(path, 4711, 4711), 0);
    expect_refusal(&source, "belongs to someone else");
}

static void nothing_is_looked_for_in_the_working_directory_S_079(void **state)
{
    (void)state;
    expect_refusal(&(ma_sealkey_source){.text = "file:key"}, "absolute");
    expect_refusal(
        &(ma_sealkey_source){.text = "credential:key", .credentials = "cwd"},
        "CREDENTIALS_DIRECTORY");
}

static void a_credential_lies_in_its_directory(void **state)
{
    ma_sealkey_source source = {.text = "credential:key"};
    scratch_write(scratch_path(*state, "key"), ma_span_of(BASE64), 0440);
    expect_refusal(&source, "CREDENTIALS_DIRECTORY");
    source.credentials = *state;
    expect_key(&source);
    source.text = "credential:../key";
    expect_refusal(&source, "'/'");
    source.text = "credential:key";
    scratch_write(scratch_path(*state, "key"), ma_span_of(BASE64), 0444);
    expect_refusal(&source, "others may read");
}

static void the_kernel_keeps_a_key(void **state)
{
    (void)state;
    static const char longer[] = RAW RAW RAW RAW RAW RAW RAW RAW RAW;
    const ma_sealkey_source source = {.text = "keyctl:mine"};
    kernel_holds = RAW;
    expect_key(&source);
    kernel_holds = BASE64 "\n";
    expect_key(&source);
    kernel_holds = "short";
    expect_refusal(&source, "holds no key");
    kernel_holds = longer;
    expect_refusal(&source, "holds no key");
    kernel_holds = NULL;
    expect_refusal(&source, "key not available");
}

static void a_source_that_is_none_is_refused_S_052(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", "file:", "keyctl:", "credential:", "passphrase:x", "File:/x", RAW};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_secret) key = NULL;
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        const ma_sealkey_source source = {.text = rows[i]};
        assert_int_equal(ma_sealkey_get(&source, &key, err), MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), "passphrase"));
        assert_null(strstr(mcpauth_error_message(err), RAW));
    }
}

static mcpauth_status type(
    void *ctx, const char *prompt, ma_buf *to, mcpauth_error *err)
{
    (void)err;
    (void)prompt;
    ma_buf_add_text(to, ctx);
    return MCPAUTH_OK;
}

static void a_passphrase_is_asked_for(void **state)
{
    char typed[] = "correct horse";
    MA_AUTO(ma_secret) key = NULL;
    const ma_sealkey_source source = {.text = "passphrase",
        .directory = *state,
        .ask = type,
        .ask_ctx = typed};
    assert_int_equal(ma_sealkey_get(&source, &key, NULL), MCPAUTH_OK);
    assert_int_equal(ma_secret_span(key).len, MA_SEAL_KEY_LEN);
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_file_holds_32_bytes_or_their_base64),
        IN_SCRATCH(a_key_that_others_may_read_is_refused_S_047),
        IN_SCRATCH(a_file_of_someone_else_is_refused_S_047),
        cmocka_unit_test(nothing_is_looked_for_in_the_working_directory_S_079),
        IN_SCRATCH(a_credential_lies_in_its_directory),
        cmocka_unit_test(the_kernel_keeps_a_key),
        cmocka_unit_test(a_source_that_is_none_is_refused_S_052),
        IN_SCRATCH(a_passphrase_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
