/* configcmd.c - mcpauth config. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "cli/context.h"
#include "oauth/config.h"

enum { ANSWER_MAX = 1024 * 1024 };

/* --- one server ---------------------------------------------------------- */

/* What is shown of a setting; NULL: it is not set. */
static const char *show_value(const mcpauth_config *config, const char *name)
{
    const char *value = mcpauth_config_get(config, name);
    if (value)
        return value;
    if (strcmp(name, "mode") == 0)
        return mcpauth_mode_name(mcpauth_config_mode(config));
    return mcpauth_config_has(config, name) ? "(set)" : NULL;
}

static mcpauth_status write_settings_json(
    ma_buf *to, const mcpauth_config *config, mcpauth_error *err)
{
    MA_AUTO(ma_json) root = ma_json_object();
    if (!root)
        return ma_error_nomem(err);
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < MA_CONFIG_COUNT; i++) {
        const char *name = ma_config_name((ma_config_setting)i);
        const char *value = show_value(config, name);
        if (value)
            st = ma_json_put_text(root, name, value, err);
    }
    ma_json_write_pretty(to, root);
    ma_buf_add_byte(to, '\n');
    return st;
}

static void write_settings(ma_buf *to, const mcpauth_config *config)
{
    for (size_t i = 0; i < MA_CONFIG_COUNT; i++) {
        const char *name = ma_config_name((ma_config_setting)i);
        const char *value = show_value(config, name);
        if (!value)
            continue;
        ma_buf_addf(to, "%s = ", name);
        ma_quote_lines(to, ma_span_of(value));
        ma_buf_add_byte(to, '\n');
    }
}

static mcpauth_status show_one(
    ma_context *context, const char *word, ma_buf *to, mcpauth_error *err)
{
    mcpauth_status st = ma_context_choose(context, word, err);
    if (st)
        return st;
    const mcpauth_config *config = context->settings.config;
    if (ma_context_json(context))
        return write_settings_json(to, config, err);
    write_settings(to, config);
    return MCPAUTH_OK;
}

/* --- the file ------------------------------------------------------------ */

static const char *find_url(const ma_json *entry)
{
    const char *url = ma_json_text(entry, "url");
    return url ? url : ma_json_text(entry, "serverUrl");
}

static mcpauth_status write_names_json(
    ma_buf *to, const ma_json *servers, mcpauth_error *err)
{
    MA_AUTO(ma_json) root = ma_json_object();
    const char *name = NULL;
    const ma_json *entry = NULL;
    void *iter = NULL;
    if (!root)
        return ma_error_nomem(err);
    mcpauth_status st = MCPAUTH_OK;
    while (!st && servers && ma_json_each(servers, &iter, &name, &entry))
        if (find_url(entry))
            st = ma_json_put_text(root, name, find_url(entry), err);
    ma_json_write_pretty(to, root);
    ma_buf_add_byte(to, '\n');
    return st;
}

static void write_names(ma_buf *to, const ma_json *servers)
{
    const char *name = NULL;
    const ma_json *entry = NULL;
    void *iter = NULL;
    while (servers && ma_json_each(servers, &iter, &name, &entry)) {
        if (!find_url(entry))
            continue;
        ma_quote_write(to, ma_span_of(name), MA_QUOTE_MAX);
        ma_buf_add_text(to, "  ");
        ma_quote_write(to, ma_span_of(find_url(entry)), MA_QUOTE_MAX);
        ma_buf_add_byte(to, '\n');
    }
}

static mcpauth_status show_all(
    ma_context *context, ma_buf *to, mcpauth_error *err)
{
    mcpauth_status st = ma_settings_open_file(&context->settings, err);
    if (st)
        return st;
    const ma_configfile *file = &context->settings.file;
    if (ma_context_json(context))
        return write_names_json(to, ma_configfile_servers(file), err);
    write_names(to, ma_configfile_servers(file));
    if (!to->len)
        ma_context_say(context, "No server has a name in %s.",
            file->path ? file->path : "a configuration file");
    return MCPAUTH_OK;
}

/* --- commands ------------------------------------------------------------ */

mcpauth_status ma_configcmd_show(ma_context *context, mcpauth_error *err)
{
    const char *word = ma_context_word(context, 0);
    bool named = false;
    MA_SCOPED(ma_buf) text = ma_buf_init(ANSWER_MAX);
    mcpauth_status st = ma_context_named(context, word, &named, err);
    if (!st)
        st = named ? show_one(context, word, &text, err)
                   : show_all(context, &text, err);
    if (!st)
        st = ma_buf_status(&text, "the answer", err);
    if (!st)
        ma_context_write(context, ma_buf_span(&text));
    return st;
}

mcpauth_status ma_configcmd_path(ma_context *context, mcpauth_error *err)
{
    ma_settings *settings = &context->settings;
    const char *path = ma_settings_variable(settings, "MCPAUTH_CONFIG");
    mcpauth_status st =
        path ? MCPAUTH_OK : ma_settings_open_file(settings, err);
    if (st)
        return st;
    if (!path)
        path = settings->file.path;
    if (!path)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "neither XDG_CONFIG_HOME nor HOME is an absolute path");
    ma_context_print(context, "%s\n", path);
    return MCPAUTH_OK;
}
