/* connect.c - mcpauth connect: a bridge for MCP hosts that speak stdio. */
#include <malloc.h>
#include <mcpauth/version.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/fd.h"
#include "bridge/bridge.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/module.h"
#include "cli/tracemulti.h"
#include "cli/transport.h"
#include "client/provider.h"
#include "client/stored.h"

enum { ADVICE_MAX = 128 * 1024, VERSION_MAX = 64, LARGE = 256 * 1024 };

/* --- what the bridge says ------------------------------------------------ */

static void log_line(void *ctx, int level, const char *event, const char *text)
{
    ma_context *context = ctx;
    if (level == 0)
        ma_context_warn(context, "%s", text);
    else if (level <= ma_context_verbosity(context))
        ma_context_say(context, "mcpauth: %s: %s", event, text);
}

/* The environment of the host is not the person's. */
static const char *find_word(const ma_context *context)
{
    const ma_settings *settings = &context->settings;
    if (settings->word || ma_options_has(context->options, MA_OPTION_URL))
        return settings->word;
    return mcpauth_config_get(settings->config, "server");
}

/* A host shows it to a person. */
static void advise(void *ctx, mcpauth_status status, mcpauth_error *err)
{
    const ma_context *context = ctx;
    MA_SCOPED(ma_buf) line = ma_buf_init(ADVICE_MAX);
    if (status != MCPAUTH_E_LOGIN_REQUIRED)
        return;
    ma_context_write_login(context, find_word(context), &line);
    if (!line.failed)
        ma_error_hint(err, "run: %s", ma_buf_text(&line));
}

/* That it cannot be noted costs the next run a question, no more. */
static void note_version(void *ctx, const char *version)
{
    const ma_context *context = ctx;
    (void)!ma_stored_note_version(
        ma_provider_options(context->provider), version, NULL);
}

/* --- what it is given ---------------------------------------------------- */

/* Readable when whoever started us is gone; -1: not known. */
static int watch_parent(void)
{
    return (int)syscall(SYS_pidfd_open, getppid(), 0);
}

/* What it borrows as long as it runs. */
typedef struct {
    const char **allowed;
    const char **ignored;
    ma_buf version; /* of MCP, which the server spoke the last time */
    ma_fd parent;
    ma_multi *multi;
    const ma_multi_ops *net;
} lent;

static void give_back(lent *l)
{
    ma_free((void *)l->allowed);
    ma_free((void *)l->ignored);
    ma_buf_done(&l->version);
    ma_fd_done(&l->parent);
    if (l->multi)
        l->net->free(l->multi);
}
MA_SCOPED_DEFINE(lent, give_back)

/* All values of an option. */
static mcpauth_status read_names(const ma_options *options, ma_option option,
    const char ***out_names, mcpauth_error *err)
{
    size_t count = ma_options_count(options, option);
    const char **names = ma_calloc(count + 1, sizeof *names);
    if (!names)
        return ma_error_nomem(err);
    for (size_t i = 0; i < count; i++)
        names[i] = ma_options_at(options, option, i);
    *out_names = names;
    return MCPAUTH_OK;
}

static mcpauth_status open_net(
    const ma_context *context, lent *l, mcpauth_error *err)
{
    mcpauth_curl_options options;
    mcpauth_status st = ma_transport_read(
        context->options, context->settings.config, &options, err);
    const ma_net_module *net = NULL;
    if (!st)
        st = ma_module_net(&net, err);
    if (!st)
        st = net->multi_new(&options, &l->multi, err);
    if (st)
        return st;
    l->net = &net->multi;
    if (!context->trace)
        return MCPAUTH_OK;
    st = ma_tracemulti_wrap(context->trace, l->net, &l->multi, err);
    if (!st)
        l->net = &ma_tracemulti_ops;
    return st;
}

/* The version is a guess: the server says if it is a wrong one. */
static mcpauth_status borrow(
    const ma_context *context, lent *l, mcpauth_error *err)
{
    const ma_options *options = context->options;
    mcpauth_status st =
        read_names(options, MA_OPTION_ALLOW_TOOL, &l->allowed, err);
    if (!st)
        st = read_names(options, MA_OPTION_IGNORE_TOOL, &l->ignored, err);
    if (!st)
        st = open_net(context, l, err);
    if (!st)
        (void)!ma_stored_read_version(
            ma_provider_options(context->provider), &l->version, NULL);
    return st;
}

static ma_crossing_options describe(const ma_context *context, const lent *l)
{
    const ma_options *options = context->options;
    return (ma_crossing_options){
        .server = mcpauth_config_get(context->settings.config, "server"),
        .client_name = "mcpauth",
        .client_version = MCPAUTH_VERSION,
        .protocol_version = context->settings.protocol,
        .known_version = l->version.len ? ma_buf_text(&l->version) : NULL,
        .allowed_tools = {l->allowed,
            ma_options_count(options, MA_OPTION_ALLOW_TOOL)},
        .ignored_tools = {l->ignored,
            ma_options_count(options, MA_OPTION_IGNORE_TOOL)},
        .retry_codes = {-32003, -32005},
    };
}

/* --- the command --------------------------------------------------------- */

/* Whoever still gets a token works with all that is here: then the program
 * ends without tidying up, once that token is safe. */
static mcpauth_status run(
    ma_context *context, const lent *l, mcpauth_error *err)
{
    const ma_bridge_options options = {
        .in_fd = STDIN_FILENO,
        .out_fd = STDOUT_FILENO,
        .stop_fds = {ma_interrupt_fd(), l->parent},
        .crossing = describe(context, l),
        .net = l->net,
        .multi = l->multi,
        .provider = context->provider,
        .headers = context->settings.headers,
        .learned = note_version,
        .log = log_line,
        .advise = advise,
        .ctx = context,
    };
    bool busy = false;
    mcpauth_status st = ma_bridge_run(&options, &busy, err);
    if (!busy)
        return st;
    if (st)
        ma_context_fail(context, st, err);
    ma_interrupt_leave(ma_context_exit_status(st));
}

/* What was large goes back to the system, and leaves no holes: a bridge runs
 * for days.  A little is kept, for each page costs when it comes anew. */
static void return_memory(void)
{
    (void)!mallopt(M_MMAP_THRESHOLD, LARGE);
    (void)!mallopt(M_TRIM_THRESHOLD, 4 * LARGE);
}

mcpauth_status ma_connect_run(ma_context *context, mcpauth_error *err)
{
    return_memory();
    mcpauth_status st =
        ma_context_choose(context, ma_context_word(context, 0), err);
    if (!st)
        st = ma_context_open_provider(context, MA_CONTEXT_ASK_ONCE, err);
    if (st)
        return st;
    MA_SCOPED(lent)
    l = {.version = ma_buf_init(VERSION_MAX), .parent = watch_parent()};
    context->cancel = mcpauth_cancel_new();
    if (!context->cancel)
        return ma_error_nomem(err);
    ma_interrupt_cancel(context->cancel);
    st = borrow(context, &l, err);
    return st ? st : run(context, &l, err);
}
