/* previous_test.c - the second name of an old content. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/scratch_test.h"
#include "store/previous.h"

static int link_cause; /* errno of every link */
static int syncs;

/* Calls arrive here because CMakeLists.txt tells the linker so. */
int __real_linkat(int at, const char *from, int to, const char *name, int how);
int __wrap_linkat(int at, const char *from, int to, const char *name, int how);
int __wrap_linkat(int at, const char *from, int to, const char *name, int how)
{
    if (!link_cause)
        return __real_linkat(at, from, to, name, how);
    errno = link_cause;
    return -1;
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    syncs++;
    return __real_fsync(fd);
}

static int set_up(void **state)
{
    link_cause = 0;
    syncs = 0;
    return scratch_setup(state);
}

static ma_directory open_directory(const char *path)
{
    ma_directory directory = {.fd = -1};
    assert_int_equal(ma_directory_open(path, &directory, NULL), MCPAUTH_OK);
    return directory;
}

static void keep(const ma_directory *directory, const char *text)
{
    scratch_write(scratch_path(directory->path, "f"), ma_span_of(text), 0600);
    syncs = 0;
    assert_int_equal(
        ma_previous_keep(directory, "f", ma_span_of(text), NULL), MCPAUTH_OK);
}

static void expect(const ma_directory *directory, const char *text)
{
    struct stat found;
    const char *path = scratch_path(directory->path, "f" MA_PREVIOUS);
    assert_string_equal(scratch_read(path).at, text);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
}

static void a_content_has_a_second_name_until_it_is_dropped_S_044(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    keep(&directory, "old");
    assert_int_equal(syncs, 1);
    assert_int_equal(unlink(scratch_path(*state, "f")), 0);
    expect(&directory, "old");
    ma_previous_drop(&directory, "f");
    ma_previous_drop(&directory, "f");
    assert_int_equal(scratch_count(*state, "f"), 0);
}

/* What stands under the first name must be durable before the second goes. */
static void a_leftover_is_replaced_when_that_is_safe_S_044(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    scratch_write(
        scratch_path(*state, "f" MA_PREVIOUS), ma_span_of("older"), 0600);
    keep(&directory, "old");
    assert_int_equal(syncs, 2);
    expect(&directory, "old");
}

static void without_links_a_copy_does_S_044(void **state)
{
    static const int causes[] = {EPERM, EOPNOTSUPP, ENOSYS, EMLINK};
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        link_cause = causes[i];
        keep(&directory, "old");
        expect(&directory, "old");
        assert_int_equal(scratch_count(*state, "f"), 2);
    }
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_content_has_a_second_name_until_it_is_dropped_S_044),
        IN_SCRATCH(a_leftover_is_replaced_when_that_is_safe_S_044),
        IN_SCRATCH(without_links_a_copy_does_S_044),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
