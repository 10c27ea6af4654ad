/* ownfile_test.c - whose file it is, and who may read it. */
#include "base/ownfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"

enum { OTHERS = S_IRWXG | S_IRWXO };

static void expect_refusal(
    const char *path, mode_t forbidden, const char *words)
{
    MA_SCOPED(ma_fd) fd = -1;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(
        ma_ownfile_open(path, forbidden, &fd, err), MCPAUTH_E_USAGE);
    assert_int_equal(fd, -1);
    if (!strstr(mcpauth_error_message(err), words))
        fail_msg("%s", mcpauth_error_message(err));
}

static void what_others_may_read_or_change_is_refused_S_047(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610};
    const char *path = scratch_path(*state, "key");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        scratch_write(path, ma_span_of("text"), modes[i]);
        expect_refusal(path, OTHERS, "others may read");
    }
}

static void what_is_ours_alone_is_opened(void **state)
{
    char text[8] = "";
    const char *path = scratch_path(*state, "key");
    scratch_write(path, ma_span_of("text"), 0400);
    MA_SCOPED(ma_fd) fd = -1;
    assert_int_equal(ma_ownfile_open(path, OTHERS, &fd, NULL), MCPAUTH_OK);
    assert_int_equal(read(fd, text, sizeof text), 4);
    assert_string_equal(text, "text");
    scratch_write(path, ma_span_of("text"), 0440);
    MA_SCOPED(ma_fd) other = -1;
    assert_int_equal(ma_ownfile_open(path, S_IRWXO, &other, NULL), MCPAUTH_OK);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    const char *path = scratch_path(*state, "key");
    expect_refusal(path, OTHERS, "No such file");
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refusal(path, OTHERS, "no regular file");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_refusal(path, OTHERS, "no regular file");
}

static void a_file_of_someone_else_is_refused_S_047(void **state)
{
    const char *path = scratch_path(*state, "key");
    if (geteuid() != 0)
        skip();
    scratch_write(path, ma_span_of("text"), 0600);
    assert_int_equal(chown(path, 4711, 4711), 0);
    expect_refusal(path, OTHERS, "belongs to someone else");
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(what_others_may_read_or_change_is_refused_S_047),
        IN_SCRATCH(what_is_ours_alone_is_opened),
        IN_SCRATCH(what_is_no_file_is_refused_at_once),
        IN_SCRATCH(a_file_of_someone_else_is_refused_S_047),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
