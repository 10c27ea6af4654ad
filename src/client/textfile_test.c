/* Tests of textfile.c. */
#include "client/textfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void a_file_is_read_as_far_as_there_is_room(void **state)
{
    char path[] = "/tmp/textfile_test.XXXXXX";
    MA_SCOPED(ma_buf) got = ma_buf_init(16);
    MA_SCOPED(ma_buf) tight = ma_buf_init(3);
    (void)state;
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "a b\n", 4), 4);
    assert_int_equal(ma_textfile_read(path, &got, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&got), "a b\n");
    assert_int_equal(ma_textfile_read(path, &tight, NULL), MCPAUTH_E_LIMIT);
    close(fd);
    unlink(path);
    assert_int_equal(ma_textfile_read(path, &got, NULL), MCPAUTH_E_USAGE);
    assert_int_equal(
        ma_textfile_read("/dev/zero", &got, NULL), MCPAUTH_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_as_far_as_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
