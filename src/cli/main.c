/* main.c - the program: makes its process safe, finds the command, runs it,
 * and turns what it returned into words and an exit status. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/remoteargs.h"

/* --- a safe process ------------------------------------------------------ */

/* A file opened later must not become stdout (S-056). */
static void fill_standard_fds(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            _exit(1);
}

/* No secret in a core file (S-055). */
static void forbid_core(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
}

/* Whoever calls may not decide where a privileged process looks (S-079). */
static mcpauth_status refuse_privilege(mcpauth_error *err)
{
    if (!getauxval(AT_SECURE))
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "mcpauth does not run setuid, setgid or with capabilities of a file");
}

static mcpauth_status make_safe(mcpauth_error *err)
{
    forbid_core();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* whoever started us may have ignored it */
    ma_interrupt_init();
    return refuse_privilege(err);
}

/* --- the command --------------------------------------------------------- */

static mcpauth_status check_words(const ma_context *context, mcpauth_error *err)
{
    const ma_command *command = context->command;
    if (ma_context_word_count(context) <= command->words_max)
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_USAGE, "mcpauth %s takes fewer words", command->name);
    ma_error_hint(err, "usage: mcpauth %s %s", command->name,
        command->words ? command->words : "");
    return st;
}

static const ma_command *find_by_function(ma_command_fn *run)
{
    size_t index = 0;
    while (ma_command_at(index)->run != run)
        index++;
    return ma_command_at(index);
}

/* --help shows the help of what else is said, --version the version. */
static mcpauth_status find_command(ma_context *context, mcpauth_error *err)
{
    const ma_options *options = context->options;
    if (ma_options_has(options, MA_OPTION_HELP)) {
        context->command = find_by_function(ma_help_run);
        return MCPAUTH_OK;
    }
    if (ma_options_has(options, MA_OPTION_VERSION)) {
        context->command = find_by_function(ma_version_run);
        return MCPAUTH_OK;
    }
    mcpauth_status st = ma_command_find(
        options, 0, &context->command, &context->words_used, err);
    if (!st)
        st = ma_options_allow(
            options, context->command->options, context->command->name, err);
    return st ? st : check_words(context, err);
}

static mcpauth_status run(ma_context *context, mcpauth_error *err)
{
    mcpauth_status st = find_command(context, err);
    if (!st)
        st = ma_context_begin(context, err);
    if (!st)
        st = context->command->run(context, err);
    return st;
}

/* Whether the whole answer went out; a reader that left early is no failure to
 * talk about. */
static mcpauth_status flush(FILE *out, mcpauth_error *err)
{
    bool failed = ferror(out);
    if (fflush(out) == 0 && !failed)
        return MCPAUTH_OK;
    if (errno == EPIPE)
        _exit(1);
    return ma_error_set(err, MCPAUTH_E_LIMIT,
        "the answer could not be written: %s", strerror(errno));
}

int main(int argc, char **argv)
{
    fill_standard_fds();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_remoteargs) split = {0};
    MA_AUTO(ma_options) options = NULL;
    ma_context context = {.out = stdout, .say = stderr};
    mcpauth_status st = make_safe(err);
    if (!st)
        st = ma_remoteargs_split(argc, argv, &split, err);
    if (!st)
        st = ma_options_parse(split.argc, split.argv, &options, err);
    context.options = options;
    if (!st)
        st = ma_remoteargs_apply(&split, &context, err);
    if (!st)
        st = run(&context, err);
    if (!st)
        st = flush(stdout, err);
    if (st)
        ma_context_fail(&context, st, err);
    int status = ma_context_exit_status(st);
    mcpauth_status last = ma_context_done(&context, err);
    if (last)
        ma_context_fail(&context, last, err);
    return status ? status : ma_context_exit_status(last);
}
