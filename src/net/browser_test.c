/* Tests of browser.c.  This program is its own fake browser: started with
 * --fake LOG FIFO URL it appends what it was given to LOG, and closes FIFO
 * when it is done. */
#include "net/browser.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"

static char self[512];
static char dir[] = "/tmp/ma-net-browser-XXXXXX";
static char log_path[128];
static char fifo_path[128];

static bool is_same_file(int a, int b)
{
    struct stat of_a;
    struct stat of_b;
    return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 &&
           of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

static int be_browser(int argc, char **argv)
{
    int leaked = 0;
    struct stat null;
    struct stat in;
    for (int fd = 3; fd < 256; fd++)
        leaked += fcntl(fd, F_GETFD) >= 0;
    int fifo = open(argv[3], O_WRONLY | O_CLOEXEC);
    FILE *out = fopen(argv[2], "a");
    if (fifo < 0 || !out || stat("/dev/null", &null) || fstat(0, &in))
        return 1;
    for (int i = 4; i < argc; i++)
        fprintf(out, "arg %s\n", argv[i]);
    for (char **at = environ; *at; at++)
        fprintf(out, "env %s\n", *at);
    fprintf(out, "leaked %d\nstdin null %d\nstdout is stderr %d\n", leaked,
        in.st_rdev == null.st_rdev, is_same_file(1, 2));
    fclose(out);
    close(fifo);
    return 0;
}

/* Waits until the fake browser is done and reads its log. */
static void read_log(char *text, size_t room)
{
    char byte = 0;
    FILE *fifo = fopen(fifo_path, "r");
    assert_non_null(fifo);
    assert_int_equal(fread(&byte, 1, 1, fifo), 0);
    fclose(fifo);
    FILE *log = fopen(log_path, "r");
    assert_non_null(log);
    text[fread(text, 1, room - 1, log)] = '\0';
    fclose(log);
}

static void set_browser(const char *format)
{
    char fake[1024];
    char value[2048];
    const char *hole = strchr(format, '#');
    snprintf(fake, sizeof fake, "%s --fake %s %s", self, log_path, fifo_path);
    snprintf(value, sizeof value, "%.*s%s%s", (int)(hole - format), format,
        fake, hole + 1);
    setenv("BROWSER", value, 1);
}

static int make_place(void **state)
{
    (void)state;
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(len > 0);
    assert_non_null(mkdtemp(dir));
    snprintf(log_path, sizeof log_path, "%s/log", dir);
    snprintf(fifo_path, sizeof fifo_path, "%s/fifo", dir);
    return mkfifo(fifo_path, 0600);
}

static int clear_place(void **state)
{
    (void)state;
    unlink(log_path);
    return 0;
}

static int remove_place(void **state)
{
    (void)state;
    unlink(log_path);
    unlink(fifo_path);
    return rmdir(dir);
}

/* --- tests --------------------------------------------------------------- */

static void child_gets_the_url_and_little_else_S_053_S_056(void **state)
{
    char log[64 * 1024];
    (void)state;
    int leak = open("/dev/null", O_RDONLY);
    assert_true(leak > 2);
    setenv("MCPAUTH_CLIENT_SECRET", "CANARY", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "CANARY", 1);
    setenv("DISPLAY", ":9", 1);
    setenv("LC_ALL", "C", 1);
    set_browser("#");
    assert_int_equal(ma_browser_open("https://as.example/authorize?a=b&c=d%20e",
                         false, NULL),
        0);
    read_log(log, sizeof log);
    assert_non_null(
        strstr(log, "arg https://as.example/authorize?a=b&c=d%20e\nenv "));
    assert_null(strstr(log, "CANARY"));
    assert_non_null(strstr(log, "env DISPLAY=:9\n"));
    assert_non_null(strstr(log, "env LC_ALL=C\n"));
    assert_non_null(strstr(log, "leaked 0\n"));
    assert_non_null(strstr(log, "stdin null 1\n"));
    assert_non_null(strstr(log, "stdout is stderr 1\n"));
    close(leak);
}

static void nothing_is_left_to_reap(void **state)
{
    char log[64 * 1024];
    (void)state;
    set_browser("#");
    assert_int_equal(ma_browser_open("https://as.example/", false, NULL), 0);
    read_log(log, sizeof log);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void hostile_url_never_runs_it_S_001_S_002_A_230_A_231(void **state)
{
    static const char *const urls[] = {
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "vbscript:x",
        "ms-msdt:/id",
        "vscode://x",
        "ftp://as.example/",
        "--help",
        "-version",
        "",
        " https://as.example/",
        "https://as.example/ --help",
        "https://as.example/`touch X`",
        "https://as.example/\"x",
        "https://as.example/|x",
        "https://as.example/<x>",
        "https://as.example/^x",
        "https://as.example/\\x",
        "https://as.example/\nx",
        "https://as.example/\x01",
        "https://as.example/\xc3\xa9",
        "https://user:pass@as.example/",
        "https://as.example/#fragment",
        "http://as.example/",
        "http://10.0.0.1/",
        "http://127.0.0.1.evil.example/",
        "https:as.example",
        "//as.example/",
        "%s",
    };
    char log[64 * 1024];
    (void)state;
    set_browser("#");
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        if (ma_browser_open(urls[i], false, err) != MCPAUTH_E_UNTRUSTED)
            fail_msg("opened %s", urls[i]);
    }
    /* Whatever ran would stand in the log before this. */
    assert_int_equal(
        ma_browser_open("http://localhost:1/last", false, NULL), 0);
    read_log(log, sizeof log);
    assert_int_equal(strncmp(log, "arg http://localhost:1/last\n", 28), 0);
}

/* Of a page that is no address to log in at. */
static void fragment_goes_along_where_that_is_asked_for_T_143(void **state)
{
    char log[64 * 1024];
    (void)state;
    set_browser("#");
    assert_int_equal(
        ma_browser_open("https://e.com/#/pay?a=$(b)", true, NULL), 0);
    read_log(log, sizeof log);
    assert_non_null(strstr(log, "arg https://e.com/#/pay?a=%24%28b%29\n"));
}

static void shell_bytes_are_escaped_S_002_A_230(void **state)
{
    char log[64 * 1024];
    (void)state;
    set_browser("#");
    assert_int_equal(
        ma_browser_open("HTTPS://AS.example?x=$(touch%20X)&y=*;z", false, NULL),
        0);
    read_log(log, sizeof log);
    assert_non_null(
        strstr(log, "arg https://as.example/?x=%24%28touch%20X%29&y=%2A;z\n"));
}

static void browser_is_a_list_of_commands(void **state)
{
    static const struct {
        const char *value;
        const char *args;
    } rows[] = {
        {"#", "arg https://as.example/\nenv"},
        {"# %s", "arg https://as.example/\nenv"},
        {"# --new %s --end",
            "arg --new\narg https://as.example/\narg --end\nenv"},
        {"/missing/browser:#", "arg https://as.example/\nenv"},
        {"no-such-program-here:#", "arg https://as.example/\nenv"},
        {"%s:#", "arg https://as.example/\nenv"},
        {"/bin/true --url=%s:#", "arg https://as.example/\nenv"},
        {"/dev/null:/etc/passwd::#", "arg https://as.example/\nenv"},
    };
    char log[64 * 1024];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unlink(log_path);
        set_browser(rows[i].value);
        assert_int_equal(
            ma_browser_open("https://as.example/", false, NULL), 0);
        read_log(log, sizeof log);
        assert_int_equal(strncmp(log, rows[i].args, strlen(rows[i].args)), 0);
    }
}

/* This program lies in the working directory then, and is not to be found. */
static void no_browser_is_a_result_of_its_own_S_079(void **state)
{
    static const char *const values[] = {"", "no-such-program-here",
        "./browser_test --fake /dev/null /dev/null",
        "browser_test --fake /dev/null /dev/null", "/etc/passwd", " : "};
    const char *path = getenv("PATH");
    char *kept = strdup(path ? path : "");
    char place[sizeof self];
    (void)state;
    snprintf(place, sizeof place, "%s", self);
    *strrchr(place, '/') = '\0';
    assert_int_equal(chdir(place), 0);
    setenv("PATH", ":.:relative:/nonexistent", 1);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        setenv("BROWSER", values[i], 1);
        assert_int_equal(ma_browser_open("https://as.example/", false, err),
            MCPAUTH_E_UNSUPPORTED);
        assert_non_null(mcpauth_error_hint(err));
    }
    setenv("PATH", kept, 1);
    free(kept);
}

static void display_or_wish_makes_it_available(void **state)
{
    static const char *const names[] = {
        "BROWSER", "DISPLAY", "WAYLAND_DISPLAY"};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        unsetenv(names[i]);
    assert_false(ma_browser_available());
    for (size_t i = 0; i < 3; i++) {
        setenv(names[i], "", 1);
        assert_false(ma_browser_available());
        setenv(names[i], "x", 1);
        assert_true(ma_browser_available());
        unsetenv(names[i]);
    }
}

#define IN_PLACE(test) cmocka_unit_test_teardown(test, clear_place)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(child_gets_the_url_and_little_else_S_053_S_056),
        IN_PLACE(nothing_is_left_to_reap),
        IN_PLACE(hostile_url_never_runs_it_S_001_S_002_A_230_A_231),
        IN_PLACE(fragment_goes_along_where_that_is_asked_for_T_143),
        IN_PLACE(shell_bytes_are_escaped_S_002_A_230),
        IN_PLACE(browser_is_a_list_of_commands),
        IN_PLACE(no_browser_is_a_result_of_its_own_S_079),
        IN_PLACE(display_or_wish_makes_it_available),
    };
    if (argc > 1 && strcmp(argv[1], "--fake") == 0)
        return be_browser(argc, argv);
    return cmocka_run_group_tests(tests, make_place, remove_place);
}
