/* configfile.c - the servers a person has given names to. */
#include "cli/configfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "agentcore/privatekey.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/headers.h"
#include "base/key.h"
#include "base/quote.h"
#include "cli/input.h"
#include "cli/module.h"
#include "cli/paths.h"
#include "cli/terminal.h"
#include "oauth/config.h"

enum { PATH_LEN_MAX = 4096, NAME_LEN_MAX = 128 };

void ma_configfile_done(ma_configfile *file)
{
    ma_free(file->path);
    ma_json_free(file->root);
    *file = (ma_configfile){0};
}

/* --- reading ------------------------------------------------------------- */

static mcpauth_status find_path(
    const char *path, ma_configfile *file, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(PATH_LEN_MAX);
    if (path)
        ma_buf_add_text(&text, path);
    else if (!ma_paths_config(&text))
        return MCPAUTH_OK;
    mcpauth_status st =
        ma_buf_status(&text, "the configuration file's path", err);
    if (st)
        return st;
    file->path = ma_buf_take(&text);
    return file->path ? MCPAUTH_OK : ma_error_nomem(err);
}

static mcpauth_status read_file(
    ma_configfile *file, ma_fd fd, mcpauth_error *err)
{
    struct stat info;
    if (fstat(fd, &info))
        return ma_error_set(err, MCPAUTH_E_USAGE, "cannot look at %s: %s",
            file->path, strerror(errno));
    file->exposed = info.st_mode & (S_IRGRP | S_IROTH);
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    mcpauth_status st = ma_input_fd(fd, file->path, &text, err);
    if (!st)
        st = ma_json_parse_object(ma_buf_span(&text), &file->root, err);
    return st ? ma_error_in(err, MCPAUTH_E_USAGE, "%s", file->path) : st;
}

mcpauth_status ma_configfile_load(
    const char *path, ma_configfile *out, mcpauth_error *err)
{
    MA_SCOPED(ma_configfile) file = {0};
    mcpauth_status st = find_path(path, &file, err);
    if (st)
        return st;
    MA_SCOPED(ma_fd)
    fd = file.path ? open(file.path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
    if (fd < 0 && file.path && (path || errno != ENOENT))
        return ma_error_set(err, MCPAUTH_E_USAGE, "cannot open %s: %s",
            file.path, strerror(errno));
    if (fd >= 0)
        st = read_file(&file, fd, err);
    if (st)
        return st;
    *out = file;
    file = (ma_configfile){0};
    return MCPAUTH_OK;
}

/* --- looking up ---------------------------------------------------------- */

const ma_json *ma_configfile_servers(const ma_configfile *file)
{
    return ma_json_get_object(file->root, "mcpServers");
}

const ma_json *ma_configfile_find(const ma_configfile *file, const char *name)
{
    return ma_json_get_object(ma_configfile_servers(file), name);
}

mcpauth_status ma_configfile_url(const ma_configfile *file, const char *name,
    const char **out_url, mcpauth_error *err)
{
    const ma_json *entry = ma_configfile_find(file, name);
    const char *url = ma_json_text(entry, "url");
    if (!url)
        url = ma_json_text(entry, "serverUrl");
    if (url) {
        *out_url = url;
        return MCPAUTH_OK;
    }
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(name));
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "%s: mcpServers.%s has no \"url\"%s", file->path, shown ? shown : "",
        ma_json_text(entry, "command") ? ": it is a local server, which needs "
                                         "no login of this kind"
                                       : "");
}

mcpauth_status ma_configfile_protocol(const ma_configfile *file,
    const char *name, const char **out_version, mcpauth_error *err)
{
    const ma_json *value =
        ma_json_get(ma_configfile_find(file, name), "protocolVersion");
    *out_version = ma_json_string(value);
    if (!value || *out_version || ma_json_is_null(value))
        return MCPAUTH_OK;
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(name));
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "%s: mcpServers.%s.protocolVersion must be a text", file->path,
        shown ? shown : "");
}

/* --- settings ------------------------------------------------------------ */

/* clientId becomes client_id; what is written so already stays. */
static void write_setting_name(ma_buf *to, const char *member)
{
    for (const char *at = member; *at; at++) {
        bool upper = *at >= 'A' && *at <= 'Z';
        if (upper)
            ma_buf_add_byte(to, '_');
        ma_buf_add_byte(to, upper ? (char)(*at - 'A' + 'a') : *at);
    }
}

/* Appends a string as it is, a number or a boolean as it is written; nothing
 * for null.  False for what no setting can be. */
static bool write_value(ma_buf *to, const ma_json *value)
{
    const char *text = ma_json_string(value);
    if (text)
        ma_buf_add_text(to, text);
    else if (!ma_json_is_null(value))
        ma_json_write(to, value);
    return !ma_json_is_array(value) && !ma_json_is_object(value);
}

static mcpauth_status apply_key_file(
    const char *path, mcpauth_config *config, mcpauth_error *err)
{
    if (!*path || mcpauth_config_has(config, "private_key"))
        return MCPAUTH_OK;
    mcpauth_status st = ma_privatekey_read(config, path, err);
    return st ? ma_error_in(err, st, "private_key_file") : st;
}

/* private_key_keyring: what the keyring's item is called. */
static mcpauth_status apply_key_keyring(
    const char *name, mcpauth_config *config, mcpauth_error *err)
{
    const ma_keyringmodule *keyring = NULL;
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_KEY_TEXT_MAX);
    if (!*name || mcpauth_config_has(config, "private_key"))
        return MCPAUTH_OK;
    mcpauth_status st = ma_module_keyring(&keyring, err);
    if (!st)
        st = keyring->read_key(ma_terminal_present(), name, &text, err);
    if (!st)
        st = mcpauth_config_set(config, "private_key", ma_buf_text(&text), err);
    return st ? ma_error_in(err, st, "private_key_keyring") : st;
}

/* Settings in this file alone: places of a private key. */
static const struct place {
    const char *setting;
    mcpauth_status (*apply)(
        const char *where, mcpauth_config *config, mcpauth_error *err);
} places[] = {
    {"private_key_file", apply_key_file},
    {"private_key_keyring", apply_key_keyring},
};

static const struct place *find_place(const char *setting)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (!strcmp(setting, places[i].setting))
            return &places[i];
    return NULL;
}

/* A relative path would mean something else in every directory. */
static mcpauth_status check_path(
    const char *setting, const char *path, mcpauth_error *err)
{
    static const char *const paths[] = {
        "private_key_file", "certificate_file", "certificate_key_file"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (!strcmp(setting, paths[i]) && *path && *path != '/')
            return ma_error_set(err, MCPAUTH_E_USAGE,
                "%s: the path must be an absolute one", setting);
    return MCPAUTH_OK;
}

static mcpauth_status apply_setting(const ma_configfile *file,
    const char *member, const ma_json *value, mcpauth_config *config,
    mcpauth_error *err)
{
    MA_SCOPED(ma_buf) name = ma_buf_init(NAME_LEN_MAX);
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    write_setting_name(&name, member);
    const char *setting = ma_buf_text(&name);
    if (!write_value(&text, value))
        return ma_error_set(err, MCPAUTH_E_USAGE, "%s must be a text", setting);
    mcpauth_status st = ma_buf_status(&name, "a setting's name", err);
    if (!st)
        st = ma_buf_status(&text, setting, err);
    if (!st)
        st = check_path(setting, ma_buf_text(&text), err);
    const struct place *place = find_place(setting);
    if (!st && place)
        return place->apply(ma_buf_text(&text), config, err);
    if (st || mcpauth_config_has(config, setting))
        return st;
    if (ma_config_is_secret(setting) && file->exposed) {
        ma_config_log(config, 0, "config",
            "%s is left out: others may read %s; chmod 600 makes it private",
            setting, file->path);
        return MCPAUTH_OK;
    }
    return mcpauth_config_set(config, setting, ma_buf_text(&text), err);
}

mcpauth_status ma_configfile_apply(const ma_configfile *file, const char *name,
    mcpauth_config *config, mcpauth_error *err)
{
    const ma_json *oauth =
        ma_json_get_object(ma_configfile_find(file, name), "oauth");
    const char *member = NULL;
    const ma_json *value = NULL;
    void *iter = NULL;
    while (oauth && ma_json_each(oauth, &iter, &member, &value)) {
        mcpauth_status st = apply_setting(file, member, value, config, err);
        if (!st)
            continue;
        MA_AUTO(ma_text) shown = ma_quote(ma_span_of(name));
        return ma_error_in(
            err, st, "%s: mcpServers.%s.oauth", file->path, shown ? shown : "");
    }
    return MCPAUTH_OK;
}

static mcpauth_status add_header(const ma_configfile *file, const char *name,
    const ma_json *value, mcpauth_headers *headers, mcpauth_error *err)
{
    const char *text = ma_json_string(value);
    mcpauth_status st = text ? mcpauth_headers_add(headers, name, text, err)
                             : ma_error_set(err, MCPAUTH_E_USAGE,
                                   "the value of a header is no text");
    return st ? ma_error_in(err, MCPAUTH_E_USAGE, "%s: headers", file->path)
              : st;
}

mcpauth_status ma_configfile_headers(const ma_configfile *file,
    const char *name, mcpauth_headers *headers, mcpauth_error *err)
{
    const ma_json *list =
        ma_json_get_object(ma_configfile_find(file, name), "headers");
    const char *header = NULL;
    const ma_json *value = NULL;
    void *iter = NULL;
    mcpauth_status st = MCPAUTH_OK;
    while (!st && list && ma_json_each(list, &iter, &header, &value))
        if (strcasecmp(header, "Authorization") != 0)
            st = add_header(file, header, value, headers, err);
    return st;
}
