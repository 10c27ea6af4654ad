/* browser.c - see browser.h. */
#include "net/browser.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/url.h"

enum { WORDS_MAX = 16, FDS_GUESS = 4096 };

/* One program to try; the texts are owned. */
typedef struct {
    char *words[WORDS_MAX + 2]; /* argv */
    size_t count;
    bool has_url;
    char *path; /* of words[0] */
} command;

static void free_words(command *made)
{
    for (size_t i = 0; i < made->count; i++)
        ma_free(made->words[i]);
    ma_free(made->path);
    *made = (command){0};
}
MA_SCOPED_DEFINE(command, free_words)

/* --- what may be opened -------------------------------------------------- */

/* Path and query with the bytes a shell could act on escaped as well: some
 * openers are shell scripts.  Inside a query value it changes nothing. */
static void write_tame(ma_buf *to, ma_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        ma_span byte = ma_span_make(text.at + i, 1);
        if (strchr("$'()*", text.at[i]))
            ma_url_write_escaped(to, byte);
        else
            ma_buf_add_span(to, byte);
    }
}

/* Our own text of the URL; what is opened is what was judged. */
static mcpauth_status tame_url(
    const char *url, bool fragment, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_url) parsed = {0};
    if (ma_url_parse(ma_span_of(url), &parsed, NULL))
        return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "refused to open a browser on something that is no web address");
    if (!parsed.https && !ma_url_loopback(&parsed))
        return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "refused to open a browser on %s in clear text", parsed.host);
    if (parsed.fragment && !fragment)
        return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "refused to open a browser on a URL of %s with a fragment",
            parsed.host);
    ma_url_write_origin(to, &parsed);
    write_tame(to, parsed.path.len > 0 ? parsed.path : ma_span_of("/"));
    if (parsed.query.at) {
        ma_buf_add_byte(to, '?');
        write_tame(to, parsed.query);
    }
    if (parsed.fragment) {
        ma_span rest = ma_span_of(parsed.text);
        ma_span_cut(&rest, '#');
        ma_buf_add_byte(to, '#');
        write_tame(to, rest);
    }
    return ma_buf_status(to, "the URL to open", err);
}

/* --- which program ------------------------------------------------------- */

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

/* The absolute path of a program; directories of PATH that are not absolute
 * are skipped, as is a name with a slash that is not (S-079). */
static char *find_program(const char *name)
{
    if (strchr(name, '/'))
        return name[0] == '/' && is_program(name) ? ma_strdup(name) : NULL;
    const char *path = getenv("PATH");
    ma_span rest = ma_span_of(path ? path : "/usr/bin:/bin");
    while (rest.at) {
        ma_span dir = ma_span_cut(&rest, ':');
        if (!ma_span_starts(dir, "/"))
            continue;
        MA_SCOPED(ma_buf) full = ma_buf_init(PATH_MAX);
        ma_buf_add_span(&full, dir);
        ma_buf_add_byte(&full, '/');
        ma_buf_add_text(&full, name);
        if (!ma_buf_status(&full, "a path", NULL) &&
            is_program(ma_buf_text(&full)))
            return ma_buf_take(&full);
    }
    return NULL;
}

static bool add_word(command *made, ma_span word, const char *url)
{
    bool is_url = ma_span_is(word, "%s");
    if (made->count > WORDS_MAX)
        return false;
    char *text = is_url ? ma_strdup(url) : ma_strndup(word.at, word.len);
    if (!text)
        return false;
    made->words[made->count++] = text;
    made->has_url = made->has_url || is_url;
    /* A "%s" inside a word would mean building an option out of the URL. */
    return is_url || !strstr(text, "%s");
}

/* False when text is no command that can run here. */
static bool read_command(ma_span text, const char *url, command *made)
{
    ma_span rest = text;
    while (rest.at) {
        ma_span word = ma_span_trim(ma_span_cut(&rest, ' '));
        if (word.len > 0 && !add_word(made, word, url))
            return false;
    }
    if (made->count == 0 || strcmp(made->words[0], url) == 0)
        return false;
    if (!made->has_url && !add_word(made, ma_span_of("%s"), url))
        return false;
    made->path = find_program(made->words[0]);
    return made->path;
}

/* --- starting it --------------------------------------------------------- */

static bool is_allowed(const char *entry)
{
    static const char *const names[] = {"DISPLAY=", "WAYLAND_DISPLAY=",
        "XAUTHORITY=", "DBUS_SESSION_BUS_ADDRESS=", "XDG_",
        "HOME=", "PATH=", "LANG=", "LC_",
        "USER=", "LOGNAME=", "TERM=", "BROWSER="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(entry, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

typedef char *environment;
MA_AUTO_DEFINE(environment, ma_free)

/* The allowed part of our environment; its texts are lent. */
static char **copy_environment(void)
{
    size_t count = 0;
    size_t kept = 0;
    while (environ && environ[count])
        count++;
    char **copy = ma_calloc(count + 1, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++)
        if (is_allowed(environ[i]))
            copy[kept++] = environ[i];
    return copy;
}

/* Marks everything but the standard three to close in exec; the pipe that
 * reports a failing exec must live until then. */
static void hide_descriptors(void)
{
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    for (int fd = 3; fd < FDS_GUESS; fd++)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* The program's standard output may carry a protocol of ours. */
static void set_standard_fds(void)
{
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
        return;
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
}

/* In a child of a child, where only async-signal-safe calls are allowed. */
static void become(const command *made, char **env, int report)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    set_standard_fds();
    hide_descriptors();
    execve(made->path, made->words, env);
    int error = errno;
    (void)!write(report, &error, sizeof error);
    _exit(127);
}

/* Two forks: init reaps the browser, we reap the one between at once. */
static int start(const command *made, char **env)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return errno;
    pid_t child = fork();
    if (child == 0) {
        if (fork() == 0)
            become(made, env, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    int error = child < 0 ? errno : 0;
    ssize_t got = 0;
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    do
        got = read(ends[0], &error, sizeof error);
    while (got < 0 && errno == EINTR);
    close(ends[0]);
    return error;
}

static mcpauth_status report_none(mcpauth_error *err)
{
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_UNSUPPORTED, "no browser found to open");
    ma_error_hint(err, "open the URL yourself, or name a program in BROWSER");
    return st;
}

bool ma_browser_available(void)
{
    static const char *const names[] = {
        "BROWSER", "DISPLAY", "WAYLAND_DISPLAY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return true;
    }
    return false;
}

mcpauth_status ma_browser_open(
    const char *url, bool fragment, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) tame = ma_buf_init(MA_URL_MAX * 3);
    mcpauth_status st = tame_url(url, fragment, &tame, err);
    if (st)
        return st;
    MA_AUTO(environment) env = copy_environment();
    if (!env)
        return ma_error_nomem(err);
    const char *wish = getenv("BROWSER");
    ma_span rest = ma_span_of(wish && *wish ? wish : "xdg-open:open");
    while (rest.at) {
        MA_SCOPED(command) made = {0};
        ma_span text = ma_span_cut(&rest, ':');
        if (read_command(text, ma_buf_text(&tame), &made) &&
            start(&made, env) == 0)
            return MCPAUTH_OK;
    }
    return report_none(err);
}
