/* lockfile_test.c - the kernel's locks, among processes that die. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/scratch_test.h"
#include "store/lockfile.h"

static int open_cause; /* errno of every openat that makes a file */
static int lock_cause; /* errno of every lock */
static bool hurried;   /* the clock jumps */

/* Calls arrive here because CMakeLists.txt tells the linker so. */
int __real_openat(int directory, const char *name, int flags, mode_t mode);
int __wrap_openat(int directory, const char *name, int flags, mode_t mode);
int __wrap_openat(int directory, const char *name, int flags, mode_t mode)
{
    bool fails = open_cause && flags & O_CREAT;
    if (!fails)
        return __real_openat(directory, name, flags, mode);
    errno = open_cause;
    return -1;
}

int __real_fcntl(int fd, int command, void *argument);
int __wrap_fcntl(int fd, int command, void *argument);
int __wrap_fcntl(int fd, int command, void *argument)
{
    if (!lock_cause)
        return __real_fcntl(fd, command, argument);
    errno = lock_cause;
    return -1;
}

int64_t __real_ma_clock_boot_ms(void);
int64_t __wrap_ma_clock_boot_ms(void);
int64_t __wrap_ma_clock_boot_ms(void)
{
    static int64_t ahead_ms;
    ahead_ms += hurried ? 60000 : 0;
    return __real_ma_clock_boot_ms() + ahead_ms;
}

static int calm_down(void **state)
{
    open_cause = 0;
    lock_cause = 0;
    hurried = false;
    return scratch_setup(state);
}

static ma_directory open_directory(const char *path)
{
    ma_directory directory = {.fd = -1};
    assert_int_equal(ma_directory_open(path, &directory, NULL), MCPAUTH_OK);
    return directory;
}

static mcpauth_lock_answer try_lock(
    const ma_directory *directory, ma_lockfile_byte byte, ma_fd *out_fd)
{
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    assert_int_equal(
        ma_lockfile_try(directory, "l", byte, out_fd, &lock, NULL), MCPAUTH_OK);
    assert_int_equal(lock.answer == MCPAUTH_LOCKED, *out_fd >= 0);
    return lock.answer;
}

static mcpauth_lock_answer try_once(
    const ma_directory *directory, ma_lockfile_byte byte)
{
    MA_SCOPED(ma_fd) fd = -1;
    return try_lock(directory, byte, &fd);
}

static void a_byte_has_one_holder_S_042(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    MA_SCOPED(ma_fd) refresh = -1;
    assert_int_equal(
        try_lock(&directory, MA_LOCKFILE_REFRESH, &refresh), MCPAUTH_LOCKED);
    assert_int_equal(
        try_once(&directory, MA_LOCKFILE_REFRESH), MCPAUTH_LOCK_HELD);
    assert_int_equal(try_once(&directory, MA_LOCKFILE_WRITE), MCPAUTH_LOCKED);
    ma_fd_done(&refresh);
    assert_int_equal(try_once(&directory, MA_LOCKFILE_REFRESH), MCPAUTH_LOCKED);
}

static void the_file_stays_the_same_S_049(void **state)
{
    struct stat before;
    struct stat after;
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    mode_t mask = umask(0);
    assert_int_equal(try_once(&directory, MA_LOCKFILE_WRITE), MCPAUTH_LOCKED);
    umask(mask);
    assert_int_equal(stat(scratch_path(*state, "l"), &before), 0);
    assert_int_equal(try_once(&directory, MA_LOCKFILE_WRITE), MCPAUTH_LOCKED);
    assert_int_equal(stat(scratch_path(*state, "l"), &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(after.st_size, 0);
    assert_int_equal(after.st_mode & 07777, 0600);
}

/* Starts a child that locks, says so and waits for a byte. */
static pid_t start_holder(
    const ma_directory *directory, ma_lockfile_byte byte, int *out_release)
{
    int said[2];
    int release[2];
    char word = '?';
    assert_int_equal(pipe(said), 0);
    assert_int_equal(pipe(release), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        ma_fd fd = -1;
        mcpauth_lock lock;
        close(release[1]);
        if (ma_lockfile_try(directory, "l", byte, &fd, &lock, NULL))
            _exit(1);
        word = lock.answer == MCPAUTH_LOCKED ? 'y' : 'n';
        if (write(said[1], &word, 1) != 1)
            _exit(2);
        _exit(read(release[0], &word, 1) == 1 ? 0 : 3);
    }
    close(said[1]);
    close(release[0]);
    assert_int_equal(read(said[0], &word, 1), 1);
    assert_int_equal(word, 'y');
    close(said[0]);
    *out_release = release[1];
    return child;
}

static void a_killed_holder_lets_go_S_049(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    MA_SCOPED(ma_fd) release = -1;
    pid_t child = start_holder(&directory, MA_LOCKFILE_REFRESH, &release);
    assert_int_equal(
        try_once(&directory, MA_LOCKFILE_REFRESH), MCPAUTH_LOCK_HELD);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(scratch_wait(child), -SIGKILL);
    assert_int_equal(try_once(&directory, MA_LOCKFILE_REFRESH), MCPAUTH_LOCKED);
}

static void a_waiter_gets_the_lock_when_it_is_free_S_049(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    MA_SCOPED(ma_fd) release = -1;
    MA_SCOPED(ma_fd) fd = -1;
    pid_t child = start_holder(&directory, MA_LOCKFILE_WRITE, &release);
    assert_int_equal(write(release, "g", 1), 1);
    assert_int_equal(
        ma_lockfile_wait(&directory, "l", MA_LOCKFILE_WRITE, &fd, NULL),
        MCPAUTH_OK);
    assert_true(fd >= 0);
    assert_int_equal(scratch_wait(child), 0);
}

static void waiting_has_an_end_S_049(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_fd) holder = -1;
    MA_SCOPED(ma_fd) fd = -1;
    assert_int_equal(
        try_lock(&directory, MA_LOCKFILE_WRITE, &holder), MCPAUTH_LOCKED);
    hurried = true;
    assert_int_equal(
        ma_lockfile_wait(&directory, "l", MA_LOCKFILE_WRITE, &fd, err),
        MCPAUTH_E_STORE);
    assert_int_equal(fd, -1);
    assert_non_null(strstr(mcpauth_error_message(err), *state));
    assert_non_null(mcpauth_error_hint(err));
}

static void a_place_that_cannot_lock_says_so_S_048(void **state)
{
    static const struct {
        int open_cause;
        int lock_cause;
        mcpauth_status status;
    } rows[] = {
        {EROFS, 0, MCPAUTH_OK},
        {EACCES, 0, MCPAUTH_OK},
        {ENOSPC, 0, MCPAUTH_OK},
        {0, ENOLCK, MCPAUTH_OK},
        {0, EOPNOTSUPP, MCPAUTH_OK},
        {0, EINVAL, MCPAUTH_OK},
        {EMFILE, 0, MCPAUTH_E_STORE},
        {0, EBADF, MCPAUTH_E_STORE},
    };
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_fd) fd = -1;
        mcpauth_lock lock = {.answer = MCPAUTH_LOCKED};
        open_cause = rows[i].open_cause;
        lock_cause = rows[i].lock_cause;
        assert_int_equal(ma_lockfile_try(&directory, "l", MA_LOCKFILE_REFRESH,
                             &fd, &lock, NULL),
            rows[i].status);
        if (!rows[i].status)
            assert_int_equal(lock.answer, MCPAUTH_LOCK_UNAVAILABLE);
        assert_int_equal(
            ma_lockfile_wait(&directory, "l", MA_LOCKFILE_WRITE, &fd, NULL),
            rows[i].status);
        assert_int_equal(fd, -1);
    }
}

static void a_link_is_not_locked_through_S_047(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    MA_SCOPED(ma_fd) fd = -1;
    mcpauth_lock lock = {.answer = MCPAUTH_LOCKED};
    assert_int_equal(symlink("target", scratch_path(*state, "l")), 0);
    assert_int_equal(
        ma_lockfile_try(&directory, "l", MA_LOCKFILE_REFRESH, &fd, &lock, NULL),
        MCPAUTH_E_STORE);
    assert_int_equal(scratch_count(*state, "target"), 0);
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, calm_down, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_byte_has_one_holder_S_042),
        IN_SCRATCH(the_file_stays_the_same_S_049),
        IN_SCRATCH(a_killed_holder_lets_go_S_049),
        IN_SCRATCH(a_waiter_gets_the_lock_when_it_is_free_S_049),
        IN_SCRATCH(waiting_has_an_end_S_049),
        IN_SCRATCH(a_place_that_cannot_lock_says_so_S_048),
        IN_SCRATCH(a_link_is_not_locked_through_S_047),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
