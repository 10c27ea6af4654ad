/* shell_test.c - programs that end well, badly, late, or never. */
#include "client/shell.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"

enum { LONG_MS = 30000, SHORT_MS = 200 };

/* What it writes, or how it fails: the status, and a word of the message. */
static void check(const char *command, int64_t timeout_ms, const char *expected,
    mcpauth_status status, const char *says)
{
    MA_SCOPED(ma_buf) got = ma_buf_init(4096);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st = ma_shell_run(command, timeout_ms, &got, err);
    if (st != status)
        print_message("%s: %s\n", command, mcpauth_error_message(err));
    assert_int_equal(st, status);
    if (!st)
        assert_string_equal(ma_buf_text(&got), expected);
    else if (!strstr(mcpauth_error_message(err), says))
        fail_msg("%s: %s", command, mcpauth_error_message(err));
}

static void what_it_writes_is_taken_A_211(void **state)
{
    (void)state;
    check("printf 'a\\nb'", LONG_MS, "a\nb", MCPAUTH_OK, NULL);
    check("echo a; exit 0", LONG_MS, "a\n", MCPAUTH_OK, NULL);
    check("true", LONG_MS, "", MCPAUTH_OK, NULL);
    check("cat", LONG_MS, "", MCPAUTH_OK, NULL);
}

static void a_bad_end_is_told_without_what_it_wrote_A_211(void **state)
{
    (void)state;
    check("echo SECRET; exit 3", LONG_MS, NULL, MCPAUTH_E_USAGE, "status 3");
    check("kill -TERM $$", LONG_MS, NULL, MCPAUTH_E_USAGE, "signal 15");
    check("/nowhere/at/all", LONG_MS, NULL, MCPAUTH_E_USAGE, "127");
    check("head -c 100000 /dev/zero", LONG_MS, NULL, MCPAUTH_E_LIMIT, "");
    MA_SCOPED(ma_buf) got = ma_buf_init(4096);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(ma_shell_run("echo SECRET; exit 3", LONG_MS, &got, err),
        MCPAUTH_E_USAGE);
    assert_null(strstr(mcpauth_error_message(err), "SECRET"));
}

static void one_that_hangs_is_ended_A_211(void **state)
{
    (void)state;
    check("sleep 1000", SHORT_MS, NULL, MCPAUTH_E_TIMEOUT, "too long");
    check("echo a; exec >&-; sleep 1000", SHORT_MS, NULL, MCPAUTH_E_TIMEOUT,
        "too long");
}

/* A grandchild that holds the pipe ends with the rest of its group; it writes
 * to another one as well, whose end tells when. */
static void nothing_it_started_stays_behind_A_211(void **state)
{
    char folder[] = "/tmp/shell_test.XXXXXX";
    char path[64];
    char command[256];
    char byte;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    snprintf(command, sizeof command, "exec 3>%s; echo >&3; sleep 1000 & wait",
        path);
    check(command, SHORT_MS, NULL, MCPAUTH_E_TIMEOUT, "too long");
    assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
    assert_int_equal(read(fd, &byte, 1), 1);
    assert_int_equal(read(fd, &byte, 1), 0);
    close(fd);
    unlink(path);
    rmdir(folder);
}

/* Somebody still holds its stdout. */
static void nobody_waits_for_what_it_left_behind_A_211(void **state)
{
    (void)state;
    check("sleep 1000 & echo a", LONG_MS, "a\n", MCPAUTH_OK, NULL);
    check("sleep 1000 & echo a; exit 3", LONG_MS, NULL, MCPAUTH_E_USAGE,
        "status 3");
}

static void ends_that_are_ignored_are_not_known_A_211(void **state)
{
    (void)state;
    signal(SIGCHLD, SIG_IGN);
    check("echo a", LONG_MS, NULL, MCPAUTH_E_USAGE, "is not known");
    signal(SIGCHLD, SIG_DFL);
}

static void it_sees_nothing_of_ours_S_053(void **state)
{
    (void)state;
    setenv("OAUTH_CLIENT_SECRET", "SECRET", 1);
    setenv("MCPAUTH_ASSERTION_HEADER", "SECRET", 1);
    setenv("NOT_OURS", "n", 1);
    check("env | grep -c SECRET; echo $NOT_OURS", LONG_MS, "0\nn\n", MCPAUTH_OK,
        NULL);
    int fd = dup(STDERR_FILENO);
    check("ls /proc/self/fd | wc -l", LONG_MS, "4\n", MCPAUTH_OK, NULL);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_writes_is_taken_A_211),
        cmocka_unit_test(a_bad_end_is_told_without_what_it_wrote_A_211),
        cmocka_unit_test(one_that_hangs_is_ended_A_211),
        cmocka_unit_test(nothing_it_started_stays_behind_A_211),
        cmocka_unit_test(nobody_waits_for_what_it_left_behind_A_211),
        cmocka_unit_test(ends_that_are_ignored_are_not_known_A_211),
        cmocka_unit_test(it_sees_nothing_of_ours_S_053),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
