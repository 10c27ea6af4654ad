/* sandboxcmd.c - mcpauth sandbox: the sandbox module as a program. */
#include "base/alloc.h"
#include "base/error.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/module.h"
#include "sandbox/module.h"

enum {
    LISTING_MAX = 64 * 1024,
    PORT_MAX = 65535 - MA_SANDBOX_SERVERS + 1,
    LIFETIME_MAX_S = 365 * 24 * 3600
};

static mcpauth_status load(
    const ma_sandbox_module **out_module, mcpauth_error *err)
{
    void (*function)(void) = NULL;
    mcpauth_status st =
        ma_module_find("sandbox", "ma_sandbox_module_get", &function, err);
    if (st)
        return st;
    const ma_sandbox_module *module =
        ((const ma_sandbox_module *(*)(void))function)();
    if (module->size != sizeof *module)
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "mcpauth-sandbox.so belongs to another build of mcpauth");
    *out_module = module;
    return MCPAUTH_OK;
}

/* --- what it can do ------------------------------------------------------ */

typedef bool word_fn(size_t index, ma_sandbox_word *out_word);

static void write_words(const char *title, word_fn *word_at, ma_buf *to)
{
    ma_sandbox_word word;
    ma_buf_addf(to, "%s\n", title);
    for (size_t i = 0; word_at(i, &word); i++) {
        MA_SCOPED(ma_buf) name = ma_buf_init(LISTING_MAX);
        ma_buf_add_text(&name, word.name);
        if (word.value)
            ma_buf_addf(&name, "=%s", word.value);
        ma_buf_addf(to, "  %-28s %s\n", ma_buf_text(&name), word.help);
    }
}

static mcpauth_status list_faults(
    ma_context *context, const ma_sandbox_module *module, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) listing = ma_buf_init(LISTING_MAX);
    write_words("Profiles (--profile):", module->sandbox_profile, &listing);
    write_words("\nFaults (--fault):", module->sandbox_fault, &listing);
    ma_context_write(context, ma_buf_span(&listing));
    return ma_buf_status(&listing, "the list", err);
}

/* --- running it ---------------------------------------------------------- */

/* The values of an option that may be given more than once. */
typedef struct {
    const char **items;
    size_t count;
} values;

static void free_values(values *at)
{
    ma_free(at->items);
}
MA_SCOPED_DEFINE(values, free_values)

static mcpauth_status gather(const ma_options *options, ma_option option,
    values *out, mcpauth_error *err)
{
    out->count = ma_options_count(options, option);
    out->items = ma_calloc(out->count + 1, sizeof *out->items);
    if (!out->items)
        return ma_error_nomem(err);
    for (size_t i = 0; i < out->count; i++)
        out->items[i] = ma_options_at(options, option, i);
    return MCPAUTH_OK;
}

static mcpauth_status start(const ma_options *options,
    const ma_sandbox_module *module, ma_sandbox **out_sandbox,
    mcpauth_error *err)
{
    MA_SCOPED(values) faults = {0};
    MA_SCOPED(values) redirects = {0};
    int64_t port = 0, lifetime_s = 0;
    mcpauth_status st = gather(options, MA_OPTION_FAULT, &faults, err);
    if (!st)
        st = gather(options, MA_OPTION_REDIRECT_URI, &redirects, err);
    if (!st)
        st =
            ma_options_number(options, MA_OPTION_PORT, 0, PORT_MAX, &port, err);
    if (!st)
        st = ma_options_number(
            options, MA_OPTION_LIFETIME, 1, LIFETIME_MAX_S, &lifetime_s, err);
    if (st)
        return st;
    const ma_sandbox_options how = {
        .profile = ma_options_text(options, MA_OPTION_PROFILE),
        .faults = faults.items,
        .fault_count = faults.count,
        .port = (int)port,
        .token_lifetime_s = lifetime_s,
        .redirects = redirects.items,
        .redirect_count = redirects.count,
    };
    return module->sandbox_new(&how, out_sandbox, err);
}

/* The answer is whole as soon as it can be used. */
static mcpauth_status serve(ma_context *context,
    const ma_sandbox_module *module, ma_sandbox *sandbox, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) lines = ma_buf_init(LISTING_MAX);
    module->sandbox_write_environment(sandbox, &lines);
    mcpauth_status st = ma_buf_status(&lines, "the environment", err);
    if (st)
        return st;
    ma_context_write(context, ma_buf_span(&lines));
    fflush(context->out);
    ma_context_say(context, "the sandbox runs until it is interrupted");
    return module->sandbox_run(sandbox, ma_interrupt_fd(), err);
}

mcpauth_status ma_sandboxcmd_run(ma_context *context, mcpauth_error *err)
{
    const ma_sandbox_module *module = NULL;
    ma_sandbox *sandbox = NULL;
    mcpauth_status st = load(&module, err);
    if (st)
        return st;
    if (ma_options_has(context->options, MA_OPTION_LIST_FAULTS))
        return list_faults(context, module, err);
    ma_interrupt_hold();
    st = start(context->options, module, &sandbox, err);
    if (!st)
        st = serve(context, module, sandbox, err);
    module->sandbox_free(sandbox);
    ma_interrupt_release();
    return st;
}
