/* safefile_test.c - old or new, never half; each system call fails in turn. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"
#include "store/safefile.h"

enum { SOMEBODY = 12345, DIED = 77, SIZE_LIMIT = 4096 };

static const char old_text[] = "old secret";
static const char new_text[] = "new secret, a longer one";

/* --- system calls that fail, or never come back -------------------------- */

static struct {
    const char *call; /* which one; NULL: none */
    int nth;          /* of its calls, from 1; 0: none */
    int cause;        /* errno; 0: the process dies instead */
} fault;

static bool strikes(const char *call)
{
    bool counted = fault.call && (!*fault.call || !strcmp(fault.call, call));
    if (!counted || fault.nth == 0 || --fault.nth != 0)
        return false;
    if (!fault.cause)
        _exit(DIED);
    errno = fault.cause;
    return true;
}

/* Calls arrive here because CMakeLists.txt tells the linker so. */
int __real_openat(int directory, const char *name, int flags, mode_t mode);
int __wrap_openat(int directory, const char *name, int flags, mode_t mode);
int __wrap_openat(int directory, const char *name, int flags, mode_t mode)
{
    return strikes("openat") ? -1 : __real_openat(directory, name, flags, mode);
}

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode)
{
    return strikes("fchmod") ? -1 : __real_fchmod(fd, mode);
}

/* Half a write is what a full disk and a signal leave. */
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    size_t half = len > 1 ? len / 2 : len;
    return strikes("write") ? -1 : __real_write(fd, bytes, half);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return strikes("fsync") ? -1 : __real_fsync(fd);
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    bool failed = strikes("close");
    int cause = errno;
    int answer = __real_close(fd);
    errno = failed ? cause : errno;
    return failed ? -1 : answer;
}

int __real_renameat(int from, const char *old, int to, const char *name);
int __wrap_renameat(int from, const char *old, int to, const char *name);
int __wrap_renameat(int from, const char *old, int to, const char *name)
{
    return strikes("renameat") ? -1 : __real_renameat(from, old, to, name);
}

/* --- tests --------------------------------------------------------------- */

static ma_directory open_directory(const char *path)
{
    ma_directory directory = {.fd = -1};
    assert_int_equal(ma_directory_open(path, &directory, NULL), MCPAUTH_OK);
    return directory;
}

static mcpauth_status put(
    const ma_directory *directory, const char *text, mcpauth_error *err)
{
    return ma_safefile_replace(directory, "f", ma_span_of(text), err);
}

static void expect(const ma_directory *directory, const char *text)
{
    bool found = false;
    MA_SCOPED(ma_buf) content = ma_buf_init(1024);
    assert_int_equal(
        ma_safefile_read(directory, "f", &content, &found, NULL), MCPAUTH_OK);
    assert_int_equal(found, text != NULL);
    if (text)
        assert_string_equal(ma_buf_text(&content), text);
}

static void a_file_is_0600_whatever_the_umask_S_047(void **state)
{
    static const mode_t umasks[] = {0, 022, 077, 0777};
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    expect(&directory, NULL);
    for (size_t i = 0; i < sizeof umasks / sizeof *umasks; i++) {
        struct stat found;
        mode_t before = umask(umasks[i]);
        mcpauth_status st = put(&directory, old_text, NULL);
        umask(before);
        assert_int_equal(st, MCPAUTH_OK);
        assert_int_equal(stat(scratch_path(*state, "f"), &found), 0);
        assert_int_equal(found.st_mode & 07777, 0600);
        expect(&directory, old_text);
    }
    assert_int_equal(scratch_count(*state, "f"), 1);
}

static void a_failing_call_leaves_the_old_file_S_046(void **state)
{
    static const struct {
        const char *call;
        int nth;
        int cause;
        const char *words;
    } rows[] = {
        {"openat", 1, ENOSPC, "No space left on device"},
        {"openat", 1, EROFS, "Read-only file system"},
        {"fchmod", 1, EPERM, "Operation not permitted"},
        {"write", 1, ENOSPC, "No space left on device"},
        {"write", 2, EDQUOT, "Disk quota exceeded"},
        {"write", 3, EIO, "Input/output error"},
        {"write", 1, EFBIG, "File too large"},
        {"fsync", 1, EIO, "Input/output error"},
        {"close", 1, EIO, "Input/output error"},
        {"renameat", 1, EROFS, "Read-only file system"},
    };
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(put(&directory, old_text, NULL), MCPAUTH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fault.call = rows[i].call;
        fault.nth = rows[i].nth;
        fault.cause = rows[i].cause;
        mcpauth_status st = put(&directory, new_text, err);
        fault.call = NULL;
        assert_int_equal(fault.nth, 0);
        assert_int_equal(st, MCPAUTH_E_STORE);
        assert_non_null(strstr(mcpauth_error_message(err), rows[i].words));
        assert_non_null(strstr(mcpauth_error_message(err), *state));
        assert_non_null(mcpauth_error_hint(err));
        assert_null(strstr(mcpauth_error_message(err), "secret"));
        expect(&directory, old_text);
        assert_int_equal(scratch_count(*state, "f"), 1);
    }
}

static void not_durable_is_not_saved_S_044(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    fault.call = "fsync";
    fault.nth = 2; /* the directory's */
    fault.cause = EIO;
    mcpauth_status st = put(&directory, new_text, NULL);
    fault.call = NULL;
    assert_int_equal(st, MCPAUTH_E_STORE);
}

static void an_interrupted_write_goes_on(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    fault.call = "write";
    fault.nth = 2;
    fault.cause = EINTR;
    mcpauth_status st = put(&directory, new_text, NULL);
    fault.call = NULL;
    assert_int_equal(st, MCPAUTH_OK);
    expect(&directory, new_text);
}

/* In a child: 0 when the replacement came to its end. */
static int die_at(const ma_directory *directory, int nth)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child)
        return scratch_wait(child);
    fault.call = "";
    fault.nth = nth;
    fault.cause = 0;
    _exit(put(directory, new_text, NULL) ? 1 : 0);
}

static void death_at_any_call_leaves_old_or_new_S_044(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    int ended = DIED;
    int nth = 0;
    while (ended == DIED) {
        bool found = false;
        MA_SCOPED(ma_buf) content = ma_buf_init(1024);
        assert_int_equal(put(&directory, old_text, NULL), MCPAUTH_OK);
        ended = die_at(&directory, ++nth);
        assert_int_equal(
            ma_safefile_read(&directory, "f", &content, &found, NULL),
            MCPAUTH_OK);
        const char *text = ma_buf_text(&content);
        assert_true(!strcmp(text, old_text) || !strcmp(text, new_text));
    }
    assert_int_equal(ended, 0);
    assert_true(nth > 8);
    expect(&directory, new_text);
}

static volatile sig_atomic_t caught;

static void catch (int number)
{
    caught = number;
}

/* In a child, whose limit it is.  A handler that runs, a signal that stays
 * pending or a mask that changed would each be our doing. */
static int write_past_limit(const ma_directory *directory)
{
    static char big[2 * SIZE_LIMIT];
    const struct rlimit limit = {SIZE_LIMIT, SIZE_LIMIT};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    sigset_t set;
    memset(big, 'x', sizeof big - 1);
    if (setrlimit(RLIMIT_FSIZE, &limit))
        return 1;
    if (put(directory, big, err) != MCPAUTH_E_STORE)
        return 2;
    if (!strstr(mcpauth_error_message(err), "File too large"))
        return 3;
    if (sigpending(&set) || sigismember(&set, SIGXFSZ))
        return 4;
    if (pthread_sigmask(SIG_BLOCK, NULL, &set) || sigismember(&set, SIGXFSZ))
        return 5;
    signal(SIGXFSZ, catch);
    if (put(directory, big, NULL) != MCPAUTH_E_STORE || caught)
        return 6;
    return signal(SIGXFSZ, SIG_DFL) == catch ? 0 : 7;
}

static void a_limit_on_file_size_does_not_kill_S_046(void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    assert_int_equal(put(&directory, old_text, NULL), MCPAUTH_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        _exit(write_past_limit(&directory));
    assert_int_equal(scratch_wait(child), 0);
    expect(&directory, old_text);
    assert_int_equal(scratch_count(*state, "f"), 1);
}

static void expect_refused(const ma_directory *directory, const char *why)
{
    bool found = false;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_buf) content = ma_buf_init(1024);
    assert_int_equal(ma_safefile_read(directory, "f", &content, &found, err),
        MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), why));
    assert_non_null(strstr(mcpauth_error_message(err), directory->path));
    assert_non_null(mcpauth_error_hint(err));
    assert_int_equal(content.len, 0);
}

static void only_a_file_of_ours_alone_is_read_A_260(void **state)
{
    static const mode_t modes[] = {0644, 0640, 0604, 0620, 0602, 0610};
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    const char *path = scratch_path(*state, "f");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        scratch_write(path, ma_span_of(old_text), modes[i]);
        expect_refused(&directory, "open to others");
    }
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused(&directory, "not a regular file");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_refused(&directory, "not a regular file");
}

static void a_symbolic_link_is_neither_read_nor_written_through_S_047(
    void **state)
{
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    const char *target = scratch_path(*state, "target");
    scratch_write(target, ma_span_of(old_text), 0600);
    assert_int_equal(symlink("target", scratch_path(*state, "f")), 0);
    expect_refused(&directory, "symbolic link");
    assert_int_equal(put(&directory, new_text, NULL), MCPAUTH_OK);
    expect(&directory, new_text);
    assert_string_equal(scratch_read(target).at, old_text);
}

static void somebody_elses_file_is_refused_A_260(void **state)
{
    if (geteuid() != 0)
        skip();
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    const char *path = scratch_path(*state, "f");
    scratch_write(path, ma_span_of(old_text), 0600);
    assert_int_equal(chown(path, SOMEBODY, SOMEBODY), 0);
    expect_refused(&directory, "someone else");
}

static void of_a_long_file_only_the_beginning_is_read(void **state)
{
    bool found = false;
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    MA_SCOPED(ma_buf) content = ma_buf_init(3);
    assert_int_equal(put(&directory, old_text, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_safefile_read(&directory, "f", &content, &found, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&content), "old");
}

static void a_prefix_removes_what_starts_so(void **state)
{
    static const char *const names[] = {"f", "f.tmp-1", "f.corrupt-1", "g"};
    MA_SCOPED(ma_directory) directory = open_directory(*state);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        scratch_write(scratch_path(*state, names[i]), ma_span_of("x"), 0600);
    assert_int_equal(
        ma_safefile_remove(&directory, "f.tmp-", NULL), MCPAUTH_OK);
    assert_int_equal(scratch_count(*state, "f"), 2);
    assert_int_equal(ma_safefile_remove(&directory, "f", NULL), MCPAUTH_OK);
    assert_int_equal(scratch_count(*state, "f"), 0);
    assert_int_equal(ma_safefile_remove(&directory, "f", NULL), MCPAUTH_OK);
    assert_int_equal(scratch_count(*state, "g"), 1);
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_file_is_0600_whatever_the_umask_S_047),
        IN_SCRATCH(a_failing_call_leaves_the_old_file_S_046),
        IN_SCRATCH(not_durable_is_not_saved_S_044),
        IN_SCRATCH(an_interrupted_write_goes_on),
        IN_SCRATCH(death_at_any_call_leaves_old_or_new_S_044),
        IN_SCRATCH(a_limit_on_file_size_does_not_kill_S_046),
        IN_SCRATCH(only_a_file_of_ours_alone_is_read_A_260),
        IN_SCRATCH(a_symbolic_link_is_neither_read_nor_written_through_S_047),
        IN_SCRATCH(somebody_elses_file_is_refused_A_260),
        IN_SCRATCH(of_a_long_file_only_the_beginning_is_read),
        IN_SCRATCH(a_prefix_removes_what_starts_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
