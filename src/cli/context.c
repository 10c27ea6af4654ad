/* context.c - what one run of a command works with. */
#include "cli/context.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agentcore/environment.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/http.h"
#include "cli/advice.h"
#include "cli/hearing.h"
#include "cli/interrupt.h"
#include "cli/module.h"
#include "cli/person.h"
#include "cli/steadystore.h"
#include "cli/storage.h"
#include "cli/terminal.h"
#include "cli/transport.h"
#include "mcp/skillentry.h"
#include "oauth/config.h"
#include "store/store.h"

enum {
    ADVICE_MAX = 128 * 1024,
    STORED_MAX = 16 * 1024 * 1024,
    CAPABILITIES_MAX = 4096,
    DEFAULT_COLUMNS = 79
};

/* --- life ---------------------------------------------------------------- */

mcpauth_status ma_context_begin(ma_context *context, mcpauth_error *err)
{
    return ma_settings_begin(&context->settings, context->options, err);
}

mcpauth_status ma_context_done(ma_context *context, mcpauth_error *err)
{
    if (context->client)
        mcpauth_client_close(context->client);
    mcpauth_client_free(context->client);
    mcpauth_cancel_free(context->cancel);
    ma_question_free(context->question);
    ma_prerequisite_free(context->prerequisite);
    ma_meter_free(ma_move(&context->meter));
    mcpauth_provider_free(context->provider);
    mcpauth_ui_free(context->ui);
    mcpauth_status st =
        context->trace ? ma_trace_save(context->trace, err) : MCPAUTH_OK;
    mcpauth_http_free(context->http);
    ma_trace_free(context->trace);
    mcpauth_store_free(context->store);
    ma_settings_done(&context->settings);
    return st;
}

/* --- what was asked ------------------------------------------------------ */

size_t ma_context_word_count(const ma_context *context)
{
    return ma_options_word_count(context->options) - context->words_used;
}

const char *ma_context_word(const ma_context *context, size_t index)
{
    if (index >= ma_context_word_count(context))
        return NULL;
    return ma_options_word(context->options, context->words_used + index);
}

bool ma_context_json(const ma_context *context)
{
    return ma_options_has(context->options, MA_OPTION_JSON);
}

mcpauth_status ma_context_all(
    const ma_context *context, bool *out_all, mcpauth_error *err)
{
    const ma_options *options = context->options;
    *out_all = ma_options_has(options, MA_OPTION_ALL);
    if (*out_all && (ma_context_word(context, 0) ||
                        ma_options_has(options, MA_OPTION_URL) ||
                        ma_options_has(options, MA_OPTION_ACCOUNT)))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "--all takes no SERVER, no --url and no --account");
    return MCPAUTH_OK;
}

int ma_context_verbosity(const ma_context *context)
{
    size_t count = ma_options_count(context->options, MA_OPTION_VERBOSE);
    if (ma_options_has(context->options, MA_OPTION_QUIET))
        return -1;
    return count < 2 ? (int)count : 2;
}

/* --- the server ---------------------------------------------------------- */

static void log_line(void *ctx, int level, const char *event, const char *text)
{
    ma_context *context = ctx;
    if (level == 0)
        ma_context_warn(context, "%s", text);
    else if (strcmp(event, "turn") == 0) /* nothing else is seen to happen */
        ma_context_say(context, "mcpauth: %s", text);
    else if (level <= ma_context_verbosity(context))
        ma_context_say(context, "mcpauth: %s: %s", event, text);
}

mcpauth_status ma_context_choose(
    ma_context *context, const char *word, mcpauth_error *err)
{
    const ma_settings_request request = {
        .options = context->options,
        .word = word,
        .login = context->command->run == ma_login_run,
        .log = log_line,
        .log_ctx = context,
    };
    return ma_settings_choose(&context->settings, &request, err);
}

mcpauth_status ma_context_named(const ma_context *context, const char *word,
    bool *out_named, mcpauth_error *err)
{
    MA_AUTO(ma_text) found = NULL;
    mcpauth_status st = MCPAUTH_OK;
    if (!word && !ma_options_has(context->options, MA_OPTION_URL))
        st = ma_settings_find_server(&context->settings, &found, err);
    *out_named =
        word || found || ma_options_has(context->options, MA_OPTION_URL);
    return st;
}

/* --- the store ----------------------------------------------------------- */

static mcpauth_status open_store(
    ma_context *context, bool kept, mcpauth_error *err)
{
    mcpauth_store *inner = NULL;
    if (context->store)
        return MCPAUTH_OK;
    mcpauth_status st = ma_storage_open(context, kept, &inner, err);
    return st ? st : ma_steadystore_new(inner, &context->store, err);
}

mcpauth_status ma_context_open_store(ma_context *context, mcpauth_error *err)
{
    return open_store(context, false, err);
}

mcpauth_status ma_context_open_kept_store(
    ma_context *context, mcpauth_error *err)
{
    return open_store(context, true, err);
}

/* --- provider and client ------------------------------------------------- */

static mcpauth_status open_http(ma_context *context, mcpauth_error *err)
{
    mcpauth_status st = ma_transport_new(
        context->options, context->settings.config, &context->http, err);
    const char *path = ma_options_text(context->options, MA_OPTION_TRACE);
    if (st || !path)
        return st;
    st = ma_trace_new(
        path, ma_context_verbosity(context) == 2, &context->trace, err);
    return st ? st : ma_trace_wrap(context->trace, &context->http, err);
}

/* Something can be pasted at a terminal, or by a script that asked for it; but
 * not where stdin speaks MCP. */
static int find_paste_fd(const ma_context *context, ma_context_asking asking)
{
    if (asking == MA_CONTEXT_ASK_ONCE)
        return -1;
    bool wanted = ma_options_has(context->options, MA_OPTION_NO_BROWSER) &&
                  !isatty(STDIN_FILENO);
    return wanted || ma_terminal_present() ? STDIN_FILENO : -1;
}

/* Somebody, or something, is there to see what is opened, at any time. */
static bool has_browser(void)
{
    const char *browser = getenv("BROWSER");
    return browser && *browser;
}

static mcpauth_status may_ask(const ma_context *context,
    ma_context_asking asking, bool *out_may, mcpauth_error *err)
{
    const ma_net_module *net = NULL;
    mcpauth_status st = MCPAUTH_OK;
    switch (asking) {
    case MA_CONTEXT_ASK_NOBODY:
        break;
    case MA_CONTEXT_ASK_IF_PRESENT:
        *out_may = ma_terminal_present() || has_browser();
        break;
    case MA_CONTEXT_ASK_ONCE:
        st = ma_module_net(&net, err);
        *out_may = !st && net->browser_available() &&
                   !ma_options_has(context->options, MA_OPTION_NO_BROWSER);
        break;
    case MA_CONTEXT_ASK:
        *out_may = true;
    }
    return st;
}

static mcpauth_status open_ui(
    ma_context *context, ma_context_asking asking, mcpauth_error *err)
{
    bool wanted = false;
    if (!ma_config_wants_tokens(context->settings.config))
        return MCPAUTH_OK;
    mcpauth_status st = may_ask(context, asking, &wanted, err);
    if (st || !wanted)
        return st;
    const ma_person_options options = {
        .server = mcpauth_config_get(context->settings.config, "server"),
        .say = context->say,
        .open_browser = !ma_options_has(context->options, MA_OPTION_NO_BROWSER),
        .paste_fd = find_paste_fd(context, asking),
        .prompt = asking != MA_CONTEXT_ASK_ONCE && ma_terminal_present(),
        .once = asking == MA_CONTEXT_ASK_ONCE && !has_browser(),
        .cancel_fd = ma_interrupt_fd(),
        .meter = context->meter,
    };
    return ma_person_new(&options, &context->ui, err);
}

mcpauth_status ma_context_open_provider(
    ma_context *context, ma_context_asking asking, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    if (asking != MA_CONTEXT_ASK_NOBODY)
        st = ma_environment_check(context->settings.config, err);
    if (!st)
        st = ma_context_open_store(context, err);
    if (!st)
        st = open_http(context, err);
    if (!st)
        st = open_ui(context, asking, err);
    if (st)
        return st;
    const mcpauth_provider_options options = {
        .size = sizeof options,
        .config = context->settings.config,
        .store = context->store,
        .http = context->http,
        .ui = context->ui,
        .login_timeout_ms = context->settings.login_timeout_ms,
    };
    return mcpauth_provider_new(&options, &context->provider, err);
}

/* Only a command that has the server work on something is asked questions. */
static mcpauth_status open_questions(ma_context *context, mcpauth_error *err)
{
    const ma_question_options asked = {
        .server = mcpauth_config_get(context->settings.config, "server"),
        .options = context->options,
        .prompt = {.fd = ma_terminal_present() ? STDIN_FILENO : -1,
            .interrupt_fd = ma_interrupt_fd(),
            .say = context->say},
    };
    const ma_prerequisite_options pages = {
        .server = asked.server,
        .open_browser = !ma_options_has(context->options, MA_OPTION_NO_BROWSER),
        .prompt = asked.prompt,
    };
    if (!(context->command->options & MA_OPTION_BIT(MA_OPTION_ELICIT)))
        return MCPAUTH_OK;
    mcpauth_status st = ma_question_new(&asked, &context->question, err);
    if (!st)
        st = ma_prerequisite_new(&pages, &context->prerequisite, err);
    return st;
}

static size_t count_columns(int fd)
{
    struct winsize size = {0};
    bool known = !ioctl(fd, TIOCGWINSZ, &size) && size.ws_col > 1;
    return known ? size.ws_col - 1U : DEFAULT_COLUMNS;
}

static mcpauth_status open_meter(ma_context *context, mcpauth_error *err)
{
    int fd = fileno(context->say);
    if (isatty(fd) != 1 || ma_context_verbosity(context) < 0)
        return MCPAUTH_OK;
    context->meter = ma_meter_new(context->say, count_columns(fd));
    return context->meter ? MCPAUTH_OK : ma_error_nomem(err);
}

/* What the questions need, and the extension where it is used. */
static void write_capabilities(
    const ma_context *context, const char *asked, ma_buf *to)
{
    ma_span members = ma_span_of(asked ? asked : "{}");
    ma_buf_add(to, members.at, members.len - 1);
    if (context->knows_skills)
        ma_buf_addf(to, "%s\"extensions\":{\"%s\":{}}", asked ? "," : "",
            MA_SKILLENTRY_EXTENSION);
    ma_buf_add_byte(to, '}');
}

mcpauth_status ma_context_open_client(
    ma_context *context, const char *word, mcpauth_error *err)
{
    mcpauth_status st = ma_context_choose(context, word, err);
    if (!st)
        st = open_questions(context, err);
    if (!st)
        st = open_meter(context, err);
    if (!st)
        st = ma_context_open_provider(context, MA_CONTEXT_ASK_IF_PRESENT, err);
    if (st)
        return st;
    context->cancel = mcpauth_cancel_new();
    if (!context->cancel)
        return ma_error_nomem(err);
    const char *asked =
        context->question ? ma_question_capabilities(context->question) : NULL;
    MA_SCOPED(ma_buf) capabilities = ma_buf_init(CAPABILITIES_MAX);
    write_capabilities(context, asked, &capabilities);
    st = ma_buf_status(&capabilities, "the capabilities", err);
    if (st)
        return st;
    const mcpauth_client_options options = {
        .size = sizeof options,
        .provider = context->provider,
        .http = context->http,
        .server = mcpauth_config_get(context->settings.config, "server"),
        .headers = context->settings.headers,
        .protocol_version = context->settings.protocol,
        .timeout_ms = context->settings.timeout_ms,
        .notified = ma_hearing_notified,
        .ctx = context,
        .capabilities = ma_buf_text(&capabilities),
        .serve = asked ? ma_hearing_serve : NULL,
        .dropped = ma_hearing_dropped,
        .cancel = context->cancel,
    };
    return mcpauth_client_new(&options, &context->client, err);
}

/* --- what is said -------------------------------------------------------- */

void ma_context_write(ma_context *context, ma_span bytes)
{
    fwrite(bytes.at, 1, bytes.len, context->out);
}

void ma_context_print(ma_context *context, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(context->out, format, args);
    va_end(args);
}

/* Whole lines, whichever thread they come from. */
static void say_line(ma_context *context, const char *before,
    const char *format, va_list args) __attribute__((format(printf, 3, 0)));

static void say_line(
    ma_context *context, const char *before, const char *format, va_list args)
{
    ma_meter_lift(context->meter);
    flockfile(context->say);
    fputs(before, context->say);
    vfprintf(context->say, format, args);
    fputc('\n', context->say);
    funlockfile(context->say);
    ma_meter_lower(context->meter);
}

mcpauth_status ma_context_print_stored(ma_context *context, const char *member,
    const ma_json *array, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(STORED_MAX);
    MA_AUTO(ma_json) root = ma_json_object();
    if (!root)
        return ma_error_nomem(err);
    mcpauth_status st = ma_json_put_text(
        root, "store", mcpauth_store_describe(context->store), err);
    if (!st)
        st = ma_json_put(root, member, ma_json_dup(array), err);
    if (st)
        return st;
    ma_json_write_pretty(&text, root);
    ma_buf_add_byte(&text, '\n');
    ma_context_write(context, ma_buf_span(&text));
    return ma_buf_status(&text, "the answer", err);
}

void ma_context_say(ma_context *context, const char *format, ...)
{
    if (ma_context_verbosity(context) < 0)
        return;
    va_list args;
    va_start(args, format);
    say_line(context, "", format, args);
    va_end(args);
}

void ma_context_warn(ma_context *context, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_line(context, "mcpauth: warning: ", format, args);
    va_end(args);
}

/* The server did not understand the one version that it was spoken to in. */
static bool is_pinned_in_vain(const ma_context *context, mcpauth_status status)
{
    bool answered = status == MCPAUTH_E_RPC || status == MCPAUTH_E_HTTP ||
                    status == MCPAUTH_E_PROTOCOL ||
                    status == MCPAUTH_E_UNSUPPORTED;
    return answered && context->settings.protocol && context->client &&
           !mcpauth_client_protocol_version(context->client);
}

void ma_context_write_login(
    const ma_context *context, const char *word, ma_buf *to)
{
    ma_advice_write_login(to, context->options, word);
    ma_buf_add_text(to, context->login_words);
}

void ma_context_fail(
    ma_context *context, mcpauth_status status, const mcpauth_error *err)
{
    const char *message = mcpauth_error_message(err);
    const char *hint = mcpauth_error_hint(err);
    fprintf(context->say, "mcpauth: %s\n",
        *message ? message : mcpauth_status_name(status));
    if (hint)
        fprintf(context->say, "  %s\n", hint);
    if (is_pinned_in_vain(context, status))
        fprintf(context->say,
            "  only MCP %s was tried, as --protocol or the configuration file "
            "says\n",
            context->settings.protocol);
    MA_SCOPED(ma_buf) line = ma_buf_init(ADVICE_MAX);
    bool missing = status == MCPAUTH_E_LOGIN_REQUIRED && context->command &&
                   context->command->run != ma_login_run;
    if (!missing)
        return;
    ma_context_write_login(context, context->settings.word, &line);
    if (!line.failed)
        fprintf(context->say, "  run: %s\n", ma_buf_text(&line));
}

int ma_context_exit_status(mcpauth_status status)
{
    switch (status) {
    case MCPAUTH_OK:
        return 0;
    case MCPAUTH_E_USAGE:
        return 2;
    case MCPAUTH_E_NETWORK:
    case MCPAUTH_E_TIMEOUT:
        return 3;
    case MCPAUTH_E_LOGIN_REQUIRED:
    case MCPAUTH_E_REFUSED:
    case MCPAUTH_E_UNTRUSTED:
        return 4;
    case MCPAUTH_E_RPC:
    case MCPAUTH_E_MISMATCH:
        return 5;
    case MCPAUTH_E_CANCELLED:
        return MA_INTERRUPT_EXIT;
    default:
        return 1;
    }
}
