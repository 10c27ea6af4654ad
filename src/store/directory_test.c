/* directory_test.c - where tokens may rest, and where not (S-047). */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"
#include "store/directory.h"

enum { SOMEBODY = 12345 }; /* a user id that is neither root's nor ours */

/* OK, or the failure, whose message must name what. */
static mcpauth_status open_and_close(const char *path, const char *what)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    mcpauth_status st = ma_directory_open(path, &directory, err);
    assert_int_equal(st == MCPAUTH_OK, directory.fd >= 0);
    if (!st)
        return st;
    assert_non_null(strstr(mcpauth_error_message(err), path));
    assert_non_null(strstr(mcpauth_error_message(err), what));
    assert_non_null(mcpauth_error_hint(err));
    return st;
}

static mode_t mode_of(const char *path)
{
    struct stat found;
    assert_int_equal(lstat(path, &found), 0);
    return found.st_mode & 07777;
}

static void make(const char *path, mode_t mode)
{
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void missing_directories_are_made_0700_S_047(void **state)
{
    static const mode_t umasks[] = {0, 022, 077};
    char path[64];
    for (size_t i = 0; i < sizeof umasks / sizeof *umasks; i++) {
        snprintf(path, sizeof path, "%s/u%zu", (char *)*state, i);
        mode_t before = umask(umasks[i]);
        mcpauth_status st = open_and_close(scratch_path(path, "a//b/./c/"), "");
        umask(before);
        assert_int_equal(st, MCPAUTH_OK);
        assert_int_equal(mode_of(path), 0700);
        assert_int_equal(mode_of(scratch_path(path, "a")), 0700);
        assert_int_equal(mode_of(scratch_path(path, "a/b/c")), 0700);
    }
}

static void modes_decide_S_047(void **state)
{
    static const struct {
        mode_t parent;
        mode_t own;
        mcpauth_status status;
    } rows[] = {
        {0700, 0700, MCPAUTH_OK},
        {0755, 0755, MCPAUTH_OK},
        {01777, 0700, MCPAUTH_OK},
        {01775, 0700, MCPAUTH_OK},
        {0777, 0700, MCPAUTH_E_STORE},
        {0775, 0700, MCPAUTH_E_STORE},
        {0757, 0700, MCPAUTH_E_STORE},
        {0700, 0770, MCPAUTH_E_STORE},
        {0700, 0707, MCPAUTH_E_STORE},
        {0700, 0777, MCPAUTH_E_STORE},
        {0700, 01777, MCPAUTH_E_STORE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char parent[64];
        char own[64];
        snprintf(parent, sizeof parent, "%s/p%zu", (char *)*state, i);
        snprintf(own, sizeof own, "%s/p%zu/own", (char *)*state, i);
        make(parent, rows[i].parent);
        make(own, rows[i].own);
        assert_int_equal(
            open_and_close(own, "others may write"), rows[i].status);
        assert_int_equal(mode_of(parent), rows[i].parent);
        assert_int_equal(mode_of(own), rows[i].own);
    }
}

static void somebody_elses_directory_is_refused_A_260(void **state)
{
    if (geteuid() != 0)
        skip();
    const char *foreign = scratch_path(*state, "foreign");
    const char *below = scratch_path(*state, "foreign/own");
    make(foreign, 0755);
    make(below, 0700);
    assert_int_equal(chown(foreign, SOMEBODY, SOMEBODY), 0);
    assert_int_equal(open_and_close(foreign, "12345"), MCPAUTH_E_STORE);
    assert_int_equal(open_and_close(below, "12345"), MCPAUTH_E_STORE);
}

/* In a child: root's directories are on our way, but not our own. */
static mcpauth_status open_as_somebody(const char *path)
{
    if (geteuid() == 0 && setuid(SOMEBODY))
        return MCPAUTH_OK;
    return open_and_close(path, "belongs to user id 0");
}

static void a_directory_of_root_is_not_ours_A_260(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        _exit(open_as_somebody("/usr"));
    assert_int_equal(scratch_wait(child), MCPAUTH_E_STORE);
}

static void a_link_of_ours_is_followed_S_047(void **state)
{
    const char *target = scratch_path(*state, "target");
    make(target, 0700);
    assert_int_equal(symlink("target", scratch_path(*state, "relative")), 0);
    assert_int_equal(symlink(target, scratch_path(*state, "absolute")), 0);
    assert_int_equal(symlink("relative/..", scratch_path(*state, "up")), 0);
    static const char *const rows[] = {"relative", "absolute", "relative/below",
        "absolute/below", "up/target/below"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            open_and_close(scratch_path(*state, rows[i]), ""), MCPAUTH_OK);
    assert_int_equal(mode_of(scratch_path(*state, "target/below")), 0700);
}

static void what_a_link_leads_to_is_judged_S_047(void **state)
{
    make(scratch_path(*state, "open"), 0777);
    make(scratch_path(*state, "open/own"), 0700);
    assert_int_equal(symlink("open/own", scratch_path(*state, "link")), 0);
    assert_int_equal(symlink("open", scratch_path(*state, "way")), 0);
    assert_int_equal(
        open_and_close(scratch_path(*state, "link"), "open"), MCPAUTH_E_STORE);
    assert_int_equal(open_and_close(scratch_path(*state, "way/own"), "open"),
        MCPAUTH_E_STORE);
}

static void somebody_elses_link_is_refused_S_047(void **state)
{
    if (geteuid() != 0)
        skip();
    const char *link = scratch_path(*state, "link");
    make(scratch_path(*state, "own"), 0700);
    assert_int_equal(symlink("own", link), 0);
    assert_int_equal(lchown(link, SOMEBODY, SOMEBODY), 0);
    assert_int_equal(open_and_close(link, "link"), MCPAUTH_E_STORE);
}

static void what_is_no_directory_is_refused(void **state)
{
    const char *file = scratch_path(*state, "file");
    scratch_write(file, ma_span_of("content"), 0600);
    assert_int_equal(open_and_close(file, "Not a directory"), MCPAUTH_E_STORE);
    assert_int_equal(
        open_and_close(scratch_path(*state, "file/below"), "Not a directory"),
        MCPAUTH_E_STORE);
    assert_int_equal(symlink("loop", scratch_path(*state, "loop")), 0);
    assert_int_equal(
        open_and_close(scratch_path(*state, "loop"), "levels of symbolic"),
        MCPAUTH_E_STORE);
    assert_string_equal(scratch_read(file).at, "content");
}

static void a_name_that_is_too_long_is_refused(void **state)
{
    char name[300];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(open_and_close(scratch_path(*state, name), "too long"),
        MCPAUTH_E_STORE);
}

static void every_name_is_listed(void **state)
{
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    MA_SCOPED(ma_buf) names = ma_buf_init(MA_DIRECTORY_NAMES_MAX);
    scratch_write(scratch_path(*state, "one"), ma_span_of(""), 0600);
    assert_int_equal(ma_directory_open(*state, &directory, NULL), MCPAUTH_OK);
    for (int i = 0; i < 2; i++) {
        ma_buf_clear(&names);
        assert_int_equal(
            ma_directory_list(&directory, &names, NULL), MCPAUTH_OK);
        assert_int_equal(
            names.len, strlen(".") + strlen("..") + strlen("one") + 3);
    }
    assert_int_equal(ma_directory_sync(&directory, NULL), MCPAUTH_OK);
}

static void a_failure_names_the_file_the_cause_and_a_way_out_S_046(void **state)
{
    static const struct {
        int cause;
        const char *words;
        const char *hint;
    } rows[] = {
        {ENOSPC, "No space left", "free some space"},
        {EDQUOT, "quota exceeded", "free some space"},
        {EFBIG, "File too large", "ulimit -f"},
        {EROFS, "Read-only", "that can be written"},
        {EACCES, "Permission denied", "ls -ld"},
        {EPERM, "not permitted", "ls -ld"},
        {EISDIR, "Is a directory", "move away"},
        {EMFILE, "Too many open files", "ulimit -n"},
        {ENFILE, "Too many open files", "end some programs"},
        {ENOMEM, "Cannot allocate memory", "end some programs"},
        {ESTALE, "Stale file handle", "mount"},
        {ENAMETOOLONG, "name too long", "shorter path"},
        {EIO, "Input/output error", "dmesg"},
    };
    const ma_directory directory = {.path = "/where", .fd = -1};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(ma_directory_failed(
                             &directory, "file", "writing", rows[i].cause, err),
            MCPAUTH_E_STORE);
        const char *message = mcpauth_error_message(err);
        assert_non_null(strstr(message, "writing /where/file: "));
        assert_non_null(strcasestr(message, rows[i].words));
        assert_non_null(strstr(mcpauth_error_hint(err), rows[i].hint));
    }
}

static size_t count_descriptors(void)
{
    return scratch_count("/proc/self/fd", "");
}

static void no_descriptor_stays_open_or_reaches_children_S_056(void **state)
{
    size_t before = count_descriptors();
    assert_int_equal(symlink("new", scratch_path(*state, "link")), 0);
    assert_int_equal(
        open_and_close(scratch_path(*state, "link/below"), ""), MCPAUTH_OK);
    assert_int_equal(
        open_and_close(scratch_path(*state, "link/\001/../.."), ""),
        MCPAUTH_OK);
    assert_int_equal(count_descriptors(), before);

    MA_SCOPED(ma_directory) directory = {.fd = -1};
    assert_int_equal(ma_directory_open(*state, &directory, NULL), MCPAUTH_OK);
    assert_true(fcntl(directory.fd, F_GETFD) & FD_CLOEXEC);
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(missing_directories_are_made_0700_S_047),
        IN_SCRATCH(modes_decide_S_047),
        IN_SCRATCH(somebody_elses_directory_is_refused_A_260),
        IN_SCRATCH(a_directory_of_root_is_not_ours_A_260),
        IN_SCRATCH(a_link_of_ours_is_followed_S_047),
        IN_SCRATCH(what_a_link_leads_to_is_judged_S_047),
        IN_SCRATCH(somebody_elses_link_is_refused_S_047),
        IN_SCRATCH(what_is_no_directory_is_refused),
        IN_SCRATCH(a_name_that_is_too_long_is_refused),
        IN_SCRATCH(every_name_is_listed),
        cmocka_unit_test(
            a_failure_names_the_file_the_cause_and_a_way_out_S_046),
        IN_SCRATCH(no_descriptor_stays_open_or_reaches_children_S_056),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
