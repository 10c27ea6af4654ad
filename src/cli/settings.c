/* settings.c - one configuration out of options, environment and file. */
#include "cli/settings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agentcore/cognito.h"
#include "agentcore/environment.h"
#include "agentcore/privatekey.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/quote.h"
#include "cli/input.h"
#include "cli/nearest.h"
#include "cli/terminal.h"
#include "mcp/revision.h"
#include "oauth/config.h"

enum {
    SECRET_MAX = 16384,
    SECONDS_MAX = 86400,
    LOGIN_SECONDS_MAX = 600,
    FD_MAX = 65535
};

/* --- life ---------------------------------------------------------------- */

mcpauth_status ma_settings_begin(
    ma_settings *settings, const ma_options *options, mcpauth_error *err)
{
    const char *path = ma_options_text(options, MA_OPTION_ENV_FILE);
    return path ? ma_envfile_load(path, &settings->envfile, err) : MCPAUTH_OK;
}

void ma_settings_done(ma_settings *settings)
{
    ma_envfile_free(settings->envfile);
    ma_configfile_done(&settings->file);
    ma_free(settings->entry);
    ma_free(settings->word);
    mcpauth_config_free(settings->config);
    mcpauth_headers_free(settings->headers);
    *settings = (ma_settings){0};
}

/* --- environment --------------------------------------------------------- */

const char *ma_settings_variable(const ma_settings *settings, const char *name)
{
    const char *value = NULL;
    if (settings->envfile)
        value = ma_envfile_get(settings->envfile, name);
    if (!value)
        value = getenv(name);
    return value && *value ? value : NULL;
}

static const char *get_variable(void *ctx, const char *name)
{
    return ma_settings_variable(*(const ma_settings **)ctx, name);
}

mcpauth_status ma_settings_find_server(
    const ma_settings *settings, char **out_word, mcpauth_error *err)
{
    ma_environment environment = {get_variable, &settings};
    return ma_environment_server(&environment, out_word, err);
}

static const char *get_config_variable(void *ctx, const char *name)
{
    return ma_settings_variable(ctx, name);
}

/* --- the server ---------------------------------------------------------- */

mcpauth_status ma_settings_open_file(ma_settings *settings, mcpauth_error *err)
{
    if (settings->file.path)
        return MCPAUTH_OK;
    return ma_configfile_load(
        ma_settings_variable(settings, "MCPAUTH_CONFIG"), &settings->file, err);
}

/* SERVER as a person gave it, into settings->word. */
static mcpauth_status find_word(ma_settings *settings,
    const ma_settings_request *request, mcpauth_error *err)
{
    const char *url = ma_options_text(request->options, MA_OPTION_URL);
    if (url && request->word) {
        MA_AUTO(ma_text) shown = ma_quote(ma_span_of(request->word));
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "two servers are named, by --url and by \"%s\"",
            shown ? shown : "");
    }
    const char *word = url ? url : request->word;
    settings->word = ma_strdup(word);
    return word && !settings->word ? ma_error_nomem(err) : MCPAUTH_OK;
}

/* Finds the server among the names of the file: then *out_url is its URL.  The
 * environment may give such a name too. */
static mcpauth_status find_entry(
    ma_settings *settings, const char **out_url, mcpauth_error *err)
{
    MA_AUTO(ma_text) found = NULL;
    mcpauth_status st = settings->word
                            ? MCPAUTH_OK
                            : ma_settings_find_server(settings, &found, err);
    if (st)
        return st;
    const char *word = settings->word ? settings->word : found;
    if (!word || !ma_configfile_find(&settings->file, word))
        return MCPAUTH_OK;
    settings->entry = ma_strdup(word);
    if (!settings->entry)
        return ma_error_nomem(err);
    return ma_configfile_url(&settings->file, word, out_url, err);
}

/* A word that nobody understood may be a name mistyped. */
static void advise_name(const ma_settings *settings, mcpauth_error *err)
{
    const char *word = settings->word;
    if (!word || strstr(word, "://") || strncmp(word, "arn:", 4) == 0)
        return;
    ma_nearest nearest = ma_nearest_init(word);
    const ma_json *servers = ma_configfile_servers(&settings->file);
    const char *name = NULL;
    const ma_json *value = NULL;
    void *iter = NULL;
    while (servers && ma_json_each(servers, &iter, &name, &value))
        ma_nearest_offer(&nearest, name);
    const char *meant = ma_nearest_found(&nearest);
    MA_AUTO(ma_text) shown = meant ? ma_quote(ma_span_of(meant)) : NULL;
    if (shown)
        ma_error_hint(err, "did you mean %s?", shown);
    if (settings->file.root)
        ma_error_hint(
            err, "no server of that name is in %s either", settings->file.path);
    ma_error_hint(err, "a server can have a name in %s",
        settings->file.path ? settings->file.path : "a configuration file");
}

/* --- what options give --------------------------------------------------- */

static mcpauth_status apply_options(
    const ma_options *options, mcpauth_config *config, mcpauth_error *err)
{
    for (int i = 0; i < MA_OPTION_COUNT; i++) {
        const ma_option_row *row = ma_options_row((ma_option)i);
        if (!row->setting || !ma_options_has(options, (ma_option)i))
            continue;
        const char *value = ma_options_text(options, (ma_option)i);
        mcpauth_status st = mcpauth_config_set(
            config, row->setting, row->value ? value : "true", err);
        if (st)
            return ma_error_in(err, st, "--%s", row->name);
    }
    return MCPAUTH_OK;
}

static mcpauth_status set_secret(mcpauth_config *config, const char *setting,
    ma_buf *text, mcpauth_error *err)
{
    ma_input_chomp(text);
    if (!text->len)
        return ma_error_set(err, MCPAUTH_E_USAGE, "the secret is empty");
    return mcpauth_config_set(config, setting, ma_buf_text(text), err);
}

static mcpauth_status apply_secret(
    const ma_options *options, mcpauth_config *config, mcpauth_error *err)
{
    const char *path = ma_options_text(options, MA_OPTION_SECRET_FILE);
    int64_t fd = -1;
    mcpauth_status st =
        ma_options_number(options, MA_OPTION_SECRET_FD, 0, FD_MAX, &fd, err);
    if (st || (!path && fd < 0))
        return st;
    MA_SCOPED(ma_buf) text = ma_buf_init(SECRET_MAX);
    st = path ? ma_input_file(path, &text, err)
              : ma_input_fd((int)fd, "the descriptor", &text, err);
    if (!st)
        st = set_secret(config, "client_secret", &text, err);
    return st ? ma_error_in(err, st, path ? "--secret-file" : "--secret-fd")
              : st;
}

static mcpauth_status apply_private_key(
    const ma_options *options, mcpauth_config *config, mcpauth_error *err)
{
    const char *path = ma_options_text(options, MA_OPTION_PRIVATE_KEY_FILE);
    mcpauth_status st =
        path ? ma_privatekey_read(config, path, err) : MCPAUTH_OK;
    return st ? ma_error_in(err, st, "--private-key-file") : st;
}

/* "K: V", as for curl. */
static mcpauth_status apply_header(
    const char *text, mcpauth_headers *headers, mcpauth_error *err)
{
    ma_span value = ma_span_of(text);
    ma_span name = ma_span_trim(ma_span_cut(&value, ':'));
    if (!value.at)
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "--header must be 'Name: value'");
    if (ma_span_is_nocase(name, "Authorization"))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "--header cannot set Authorization: mcpauth puts the token there");
    MA_AUTO(ma_text) field = ma_strndup(name.at, name.len);
    value = ma_span_trim(value);
    MA_AUTO(ma_text) content = ma_strndup(value.at, value.len);
    if (!field || !content)
        return ma_error_nomem(err);
    mcpauth_status st = ma_headers_set(headers, field, content, err);
    return st ? ma_error_in(err, MCPAUTH_E_USAGE, "--header") : st;
}

static mcpauth_status apply_headers(
    ma_settings *settings, const ma_options *options, mcpauth_error *err)
{
    settings->headers = mcpauth_headers_new();
    if (!settings->headers)
        return ma_error_nomem(err);
    mcpauth_status st = MCPAUTH_OK;
    if (settings->entry)
        st = ma_configfile_headers(
            &settings->file, settings->entry, settings->headers, err);
    size_t count = ma_options_count(options, MA_OPTION_HEADER);
    for (size_t i = 0; !st && i < count; i++)
        st = apply_header(ma_options_at(options, MA_OPTION_HEADER, i),
            settings->headers, err);
    return st;
}

/* --- the version of MCP -------------------------------------------------- */

static void list_versions(ma_buf *to)
{
    const ma_revision *revision = NULL;
    for (size_t i = 0; (revision = ma_revision_at(i)); i++)
        ma_buf_addf(to, "%s%s", i > 0 ? ", " : "", revision->name);
}

static mcpauth_status apply_protocol(
    ma_settings *settings, const ma_options *options, mcpauth_error *err)
{
    const char *text = ma_options_text(options, MA_OPTION_PROTOCOL);
    bool given = text;
    mcpauth_status st = MCPAUTH_OK;
    if (!given && settings->entry)
        st = ma_configfile_protocol(
            &settings->file, settings->entry, &text, err);
    if (st || !text || ma_revision_named(text)) {
        settings->protocol = text;
        return st;
    }
    MA_SCOPED(ma_buf) known = ma_buf_init(1024);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(text));
    list_versions(&known);
    st = ma_error_set(err, MCPAUTH_E_USAGE,
        "%s: there is no version \"%s\" of MCP",
        given ? "--protocol" : settings->file.path, shown ? shown : "");
    ma_error_hint(err, "one of: %s", ma_buf_text(&known));
    return st;
}

/* --- limits -------------------------------------------------------------- */

static mcpauth_status read_seconds(const ma_settings *settings,
    const char *variable, int max, int64_t *out_ms, mcpauth_error *err)
{
    const char *text = ma_settings_variable(settings, variable);
    if (!text)
        return MCPAUTH_OK;
    char *end = NULL;
    long seconds = strtol(text, &end, 10);
    if (*end || seconds < 1 || seconds > max)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the environment variable %s must be a number of seconds, 1 to %d",
            variable, max);
    *out_ms = (int64_t)seconds * 1000;
    return MCPAUTH_OK;
}

static mcpauth_status apply_limits(
    ma_settings *settings, const ma_options *options, mcpauth_error *err)
{
    int64_t seconds = 0;
    mcpauth_status st = read_seconds(
        settings, "MCPAUTH_TIMEOUT", SECONDS_MAX, &settings->timeout_ms, err);
    if (!st)
        st = read_seconds(settings, "MCPAUTH_LOGIN_TIMEOUT", LOGIN_SECONDS_MAX,
            &settings->login_timeout_ms, err);
    if (!st)
        st = ma_options_number(
            options, MA_OPTION_TIMEOUT, 1, SECONDS_MAX, &seconds, err);
    if (!st && seconds)
        settings->timeout_ms = seconds * 1000;
    return st;
}

/* --- the mode, and what it needs ----------------------------------------- */

/* With a test user at hand and nothing that a machine has, `login` logs
 * that user in; every other command uses what login stored. */
static mcpauth_status choose_password(
    mcpauth_config *config, bool login, mcpauth_error *err)
{
    const char *mode = mcpauth_config_get(config, "mode");
    bool is_auto = !mode || strcmp(mode, "auto") == 0;
    bool wanted = login && is_auto &&
                  !mcpauth_config_has(config, "client_secret") &&
                  !ma_config_proves_itself(config) &&
                  mcpauth_config_has(config, "username") &&
                  mcpauth_config_has(config, "password");
    return wanted ? mcpauth_config_set(config, "mode", "password", err)
                  : MCPAUTH_OK;
}

static mcpauth_status prompt_for(mcpauth_config *config, const char *setting,
    const char *prompt, mcpauth_error *err)
{
    if (mcpauth_config_has(config, setting) || !ma_terminal_present())
        return MCPAUTH_OK;
    MA_SCOPED(ma_buf) text = ma_buf_init(SECRET_MAX);
    mcpauth_status st = ma_terminal_read_secret(prompt, &text, err);
    return st ? st : set_secret(config, setting, &text, err);
}

/* Only a mode that was asked for makes a person type a secret. */
static mcpauth_status ask_for_secrets(
    mcpauth_config *config, bool login, mcpauth_error *err)
{
    const char *mode = mcpauth_config_get(config, "mode");
    if (!login || !mode)
        return MCPAUTH_OK;
    if (strcmp(mode, "m2m") == 0 && !ma_config_proves_itself(config))
        return prompt_for(config, "client_secret", "Client secret: ", err);
    if (strcmp(mode, "password") == 0)
        return prompt_for(config, "password", "Password: ", err);
    return MCPAUTH_OK;
}

/* --- all of it ----------------------------------------------------------- */

/* The file may say that this is a machine; what the environment has for
 * machines is still stronger than the file. */
static mcpauth_status apply_entry(ma_settings *settings,
    const ma_environment *environment, mcpauth_error *err)
{
    mcpauth_config *config = settings->config;
    bool scoped = mcpauth_config_has(config, "scope");
    mcpauth_status st =
        ma_configfile_apply(&settings->file, settings->entry, config, err);
    return st || scoped
               ? st
               : ma_environment_apply_machine(environment, config, err);
}

static mcpauth_status apply_rest(ma_settings *settings, const char *url,
    const ma_options *options, mcpauth_error *err)
{
    mcpauth_config *config = settings->config;
    ma_environment environment = {get_variable, &settings};
    mcpauth_agentcore_options names = {
        .size = sizeof names,
        .region = ma_options_text(options, MA_OPTION_REGION),
        .qualifier = ma_options_text(options, MA_OPTION_QUALIFIER),
    };
    mcpauth_status st = ma_environment_apply(
        &environment, url ? url : settings->word, &names, config, err);
    if (st && !url)
        advise_name(settings, err);
    if (!st && settings->entry)
        st = apply_entry(settings, &environment, err);
    if (!st && !mcpauth_config_has(config, "server"))
        st = ma_environment_check(config, err);
    return st;
}

mcpauth_status ma_settings_choose(ma_settings *settings,
    const ma_settings_request *request, mcpauth_error *err)
{
    const ma_options *options = request->options;
    mcpauth_config *config = settings->config = mcpauth_config_new();
    if (!config)
        return ma_error_nomem(err);
    mcpauth_config_set_log(config, request->log, request->log_ctx);
    ma_config_set_variables(config, get_config_variable, settings);
    ma_config_set_password_grant(config, ma_cognito_password_grant());

    const char *url = NULL;
    mcpauth_status st = find_word(settings, request, err);
    if (!st)
        st = ma_settings_open_file(settings, err);
    if (!st)
        st = find_entry(settings, &url, err);
    if (!st)
        st = apply_options(options, config, err);
    if (!st)
        st = apply_secret(options, config, err);
    if (!st)
        st = apply_private_key(options, config, err);
    if (!st)
        st = apply_rest(settings, url, options, err);
    if (!st)
        st = apply_headers(settings, options, err);
    if (!st)
        st = apply_protocol(settings, options, err);
    if (!st)
        st = apply_limits(settings, options, err);
    if (!st)
        st = choose_password(config, request->login, err);
    return st ? st : ask_for_secrets(config, request->login, err);
}
