/* mcpremote.c - see mcpremote.h. */
#include "cli/mcpremote.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"
#include "cli/foreignfile.h"
#include "cli/input.h"
#include "cli/paths.h"

enum {
    WORD_MAX = 64 * 1024,
    PORT_FIRST = 3335, /* where the ports begin that it listens on, */
    PORTS = 45816      /* and how many there are */
};

/* --- finding it in a command --------------------------------------------- */

/* mcp-remote, mcp-remote@latest, npm:mcp-remote, .../mcp-remote/dist/proxy.js
 */
static bool is_program(const char *word)
{
    const char *at = strstr(word, "mcp-remote");
    if (!at || (at != word && at[-1] != '/' && at[-1] != ':'))
        return false;
    at += strlen("mcp-remote");
    return !*at || *at == '@' || !strcmp(at, ".cmd") ||
           !strcmp(at, "/dist/proxy.js");
}

/* What stands behind it in the command and its arguments; *out_index: where in
 * the latter. */
static bool find_program(const ma_json *theirs, size_t *out_index)
{
    const ma_json *args = ma_json_get_array(theirs, "args");
    const char *command = ma_json_text(theirs, "command");
    *out_index = 0;
    if (command && is_program(command))
        return true;
    for (size_t i = 0; i < ma_json_count(args); i++) {
        const char *word = ma_json_string(ma_json_at(args, i));
        *out_index = i + 1;
        if (word && is_program(word))
            return true;
    }
    return false;
}

/* --- what it is told ----------------------------------------------------- */

typedef struct {
    ma_finding *finding;
    const ma_json *env;
    ma_json *headers; /* as they are written */
    ma_json *parameters;
    const char *url;
    const char *resource;
    const char *client_document;
    const char *token_endpoint;
    const char *host;
    const char *callback_path;
    long port;
    bool configured_client;
    bool machine;
    bool allows_http;
    bool own; /* it is this process that is told */
} reading;

typedef mcpauth_status take_fn(
    reading *self, const char *value, mcpauth_error *err);

/* "Name: value", as it reads them: the name has letters, digits, - and _. */
static mcpauth_status take_header(
    reading *self, const char *value, mcpauth_error *err)
{
    ma_span rest = ma_span_of(value);
    ma_span name = ma_span_cut(&rest, ':');
    MA_AUTO(ma_text) field = ma_strndup(name.at, name.len);
    if (!field)
        return ma_error_nomem(err);
    if (!rest.at)
        return MCPAUTH_OK;
    if (self->own && !strcasecmp(field, "Authorization"))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "--header cannot set Authorization: mcpauth puts the token there");
    while (rest.len && strchr(" \t", *rest.at))
        rest = ma_span_make(rest.at + 1, rest.len - 1);
    mcpauth_status st = ma_json_put_text(self->headers, field, rest.at, err);
    return st ? st
              : ma_finding_add_header(
                    self->finding, field, rest.at, self->env, err);
}

static mcpauth_status take_header_line(
    reading *self, ma_span line, mcpauth_error *err)
{
    line = ma_span_trim(line);
    if (ma_span_ends(line, "\r"))
        line.len--;
    MA_AUTO(ma_text) text = ma_strndup(line.at, line.len);
    if (!text)
        return ma_error_nomem(err);
    return !*text || *text == '#' ? MCPAUTH_OK : take_header(self, text, err);
}

/* A file that an argument names; what cannot be read is noted, and empty. */
static mcpauth_status read_named(reading *self, const char *path,
    const char *option, ma_buf *to, mcpauth_error *err)
{
    if ((*path == '/' || self->own) && !ma_foreignfile_read(path, to, NULL))
        return MCPAUTH_OK;
    ma_buf_clear(to);
    return ma_finding_leave(
        self->finding, "the file that it names cannot be read", option, err);
}

static mcpauth_status take_header_file(
    reading *self, const char *value, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    mcpauth_status st = read_named(self, value, "--header-file", &text, err);
    ma_span rest = ma_buf_span(&text);
    while (!st && text.len && rest.at)
        st = take_header_line(self, ma_span_cut(&rest, '\n'), err);
    return st;
}

static mcpauth_status omit_resource(
    reading *self, const char *value, mcpauth_error *err)
{
    (void)value;
    return ma_finding_set(self->finding, "resource_policy", "never", err);
}

static mcpauth_status take_resource(
    reading *self, const char *value, mcpauth_error *err)
{
    if (!*value)
        return omit_resource(self, value, err);
    self->resource = value;
    if (self->url && !strcmp(self->resource, self->url))
        return MCPAUTH_OK;
    self->finding->another_login = true;
    return ma_finding_leave(self->finding,
        "mcpauth names the resource that the server says it is; left out",
        "--resource", err);
}

static mcpauth_status take_parameter(
    reading *self, const char *value, mcpauth_error *err)
{
    ma_span rest = ma_span_of(value);
    ma_span name = ma_span_trim(ma_span_cut(&rest, '='));
    MA_AUTO(ma_text) key = ma_strndup(name.at, name.len);
    if (!key)
        return ma_error_nomem(err);
    if (!rest.at)
        return MCPAUTH_OK;
    mcpauth_status st = ma_json_put_text(self->parameters, key, rest.at, err);
    if (!st && !strcmp(key, "login_hint"))
        return ma_finding_set(self->finding, "login_hint", rest.at, err);
    return st ? st
              : ma_finding_leave(self->finding,
                    "mcpauth sends no such parameter; left out",
                    "--authorize-param", err);
}

static mcpauth_status take_client_document(
    reading *self, const char *value, mcpauth_error *err)
{
    self->client_document = value;
    return ma_finding_set(self->finding, "client_metadata_url", value, err);
}

static mcpauth_status take_token_endpoint(
    reading *self, const char *value, mcpauth_error *err)
{
    self->token_endpoint = value;
    return ma_finding_set(self->finding, "token_endpoint", value, err);
}

/* Inline, or @FILE; NULL in *out: neither can be read. */
static mcpauth_status read_object(reading *self, const char *value,
    const char *option, ma_json **out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    mcpauth_status st = MCPAUTH_OK;
    if (*value == '@')
        st = read_named(self, value + 1, option, &text, err);
    else
        ma_buf_add_text(&text, value);
    if (st || (*value == '@' && !text.len))
        return st;
    st = ma_json_parse_object(ma_buf_span(&text), out, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    return st ? ma_finding_leave(
                    self->finding, "it is no JSON object", option, err)
              : st;
}

static mcpauth_status take_members(reading *self, const ma_json *object,
    const char *const *names, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (; !st && *names; names++)
        if (ma_json_text(object, *names))
            st = ma_finding_set_expanded(self->finding, *names,
                ma_json_text(object, *names), self->env, err);
    return st;
}

static mcpauth_status take_client(
    reading *self, const char *value, mcpauth_error *err)
{
    static const char *const names[] = {"client_id", "client_secret", NULL};
    MA_AUTO(ma_json) client = NULL;
    mcpauth_status st =
        read_object(self, value, "--static-oauth-client-info", &client, err);
    self->configured_client = client;
    return st ? st : take_members(self, client, names, err);
}

static mcpauth_status take_client_metadata(
    reading *self, const char *value, mcpauth_error *err)
{
    static const char *const names[] = {
        "scope", "token_endpoint_auth_method", "client_name", NULL};
    MA_AUTO(ma_json) metadata = NULL;
    mcpauth_status st = read_object(
        self, value, "--static-oauth-client-metadata", &metadata, err);
    return st ? st : take_members(self, metadata, names, err);
}

static mcpauth_status take_host(
    reading *self, const char *value, mcpauth_error *err)
{
    (void)err;
    self->host = value;
    return MCPAUTH_OK;
}

static mcpauth_status take_callback_path(
    reading *self, const char *value, mcpauth_error *err)
{
    (void)err;
    self->callback_path = *value == '/' ? value : NULL;
    return MCPAUTH_OK;
}

static mcpauth_status take_machine(
    reading *self, const char *value, mcpauth_error *err)
{
    (void)value;
    self->machine = true;
    return ma_finding_set(self->finding, "mode", "m2m", err);
}

static mcpauth_status allow_http(
    reading *self, const char *value, mcpauth_error *err)
{
    (void)value;
    (void)err;
    self->allows_http = true;
    return MCPAUTH_OK;
}

static mcpauth_status leave_id_token(
    reading *self, const char *value, mcpauth_error *err)
{
    (void)value;
    self->finding->another_login = true;
    return ma_finding_leave(self->finding,
        "mcpauth sends access tokens, and no ID token; left out",
        "--use-id-token", err);
}

static mcpauth_status leave_device(
    reading *self, const char *value, mcpauth_error *err)
{
    (void)value;
    return ma_finding_leave(self->finding,
        "mcpauth asks in a browser; left out", "--device-code", err);
}

static mcpauth_status leave_tools(
    reading *self, const char *value, mcpauth_error *err)
{
    (void)value;
    return ma_finding_leave(self->finding,
        "is an option of mcpauth connect; left out", "--ignore-tool", err);
}

/* What has no row, or no function, is its own affair: how it listens, waits and
 * logs, and which transport it tries first. */
static const struct {
    const char *name;
    bool value; /* one follows */
    take_fn *take;
} rows[] = {
    {"--header", true, take_header},
    {"--header-file", true, take_header_file},
    {"--resource", true, take_resource},
    {"--disable-resource-parameter", false, omit_resource},
    {"--authorize-param", true, take_parameter},
    {"--client-metadata-url", true, take_client_document},
    {"--token-endpoint", true, take_token_endpoint},
    {"--static-oauth-client-info", true, take_client},
    {"--static-oauth-client-metadata", true, take_client_metadata},
    {"--host", true, take_host},
    {"--callback-path", true, take_callback_path},
    {"--client-credentials", false, take_machine},
    {"--allow-http", false, allow_http},
    {"--use-id-token", false, leave_id_token},
    {"--ignore-tool", true, leave_tools},
    {"--device-code", false, leave_device},
    {"--debug", false, NULL},
    {"--silent", false, NULL},
    {"--enable-proxy", false, NULL},
    {"--ipv4", false, NULL},
    {"--keep-alive", false, NULL},
    {"--disable-cookies", false, NULL},
    {"--transport", true, NULL},
    {"--protocol", true, NULL},
    {"--auth-timeout", true, NULL},
    {"--auth-success-url", true, NULL},
    {"--connect-timeout", true, NULL},
    {"--headers-timeout", true, NULL},
    {"--body-timeout", true, NULL},
    {"--ping-interval", true, NULL},
};

bool ma_mcpremote_option(const char *name, bool *out_value)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        *out_value = rows[i].value;
        if (!strcmp(rows[i].name, name))
            return true;
    }
    return false;
}

static mcpauth_status take_positional(
    reading *self, const char *word, mcpauth_error *err)
{
    if (self->url) {
        self->port = strtol(word, NULL, 10);
        return MCPAUTH_OK;
    }
    self->url = word;
    return ma_finding_set_url(self->finding, word, err);
}

/* *io_index is that of the word, and moves to its value. */
static mcpauth_status take_word(
    reading *self, const ma_json *args, size_t *io_index, mcpauth_error *err)
{
    const char *word = ma_json_string(ma_json_at(args, *io_index));
    if (!word || *word != '-')
        return word ? take_positional(self, word, err) : MCPAUTH_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, word) != 0)
            continue;
        const char *value = "";
        if (rows[i].value)
            value = ma_json_string(ma_json_at(args, ++*io_index));
        return value && rows[i].take ? rows[i].take(self, value, err)
                                     : MCPAUTH_OK;
    }
    return MCPAUTH_OK;
}

/* --- the name of its files ----------------------------------------------- */

mcpauth_status ma_mcpremote_add_stem(
    ma_finding *finding, const char *text, mcpauth_error *err)
{
    char stem[MA_MD5_HEX];
    mcpauth_status st = ma_crypto_md5_hex(ma_span_of(text), stem, err);
    ma_buf_add(&finding->stems, stem, st ? 0 : sizeof stem);
    return st ? st : ma_buf_status(&finding->stems, "a name", err);
}

static void add_part(ma_buf *to, const char *part)
{
    ma_buf_addf(to, "%s%s", part ? "|" : "", part ? part : "");
}

static void add_object(ma_buf *to, const ma_json *object)
{
    if (!ma_json_count(object))
        return;
    ma_buf_add_byte(to, '|');
    ma_json_write_sorted(to, object);
}

/* Its first versions made it of the URL alone. */
static mcpauth_status add_stems(const reading *self, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    ma_buf_add_text(&text, self->url);
    add_part(&text, self->resource);
    add_object(&text, self->parameters);
    add_object(&text, self->headers);
    add_part(&text, self->client_document);
    add_part(&text, self->token_endpoint);
    mcpauth_status st = ma_buf_status(&text, "a name", err);
    if (!st)
        st = ma_mcpremote_add_stem(self->finding, ma_buf_text(&text), err);
    return st ? st : ma_mcpremote_add_stem(self->finding, self->url, err);
}

/* --- what follows from it ------------------------------------------------ */

/* A client that is registered by hand is so with the address that mcp-remote
 * waits at: a port that was given, or one that follows from the name. */
static mcpauth_status set_redirect(const reading *self, mcpauth_error *err)
{
    char digits[5] = "";
    MA_SCOPED(ma_buf) uri = ma_buf_init(WORD_MAX);
    memcpy(digits, self->finding->stems.at, 4);
    long port = self->port > 0 ? self->port
                               : PORT_FIRST + strtol(digits, NULL, 16) % PORTS;
    ma_buf_addf(&uri, "http://%s:%ld%s", self->host ? self->host : "localhost",
        port, self->callback_path ? self->callback_path : "/oauth/callback");
    mcpauth_status st = ma_buf_status(&uri, "the redirect URI", err);
    return st ? st
              : ma_finding_set(
                    self->finding, "redirect_uri", ma_buf_text(&uri), err);
}

static mcpauth_status set_http(const reading *self, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(self->url), &url, err);
    if (st || url.https || ma_url_loopback(&url))
        return st;
    return ma_finding_set(self->finding, "allow_http", url.host, err);
}

/* A secret alone would make it a machine's. */
static mcpauth_status conclude(const reading *self, mcpauth_error *err)
{
    const ma_json *oauth = ma_json_get_object(self->finding->entry, "oauth");
    mcpauth_status st = add_stems(self, err);
    if (!st && self->allows_http)
        st = set_http(self, err);
    bool waits =
        self->configured_client ||
        (self->own && (self->port > 0 || self->host || self->callback_path));
    if (!st && waits && !self->machine)
        st = set_redirect(self, err);
    if (!st && !self->machine && ma_json_text(oauth, "client_secret"))
        st = ma_finding_set(self->finding, "mode", "interactive", err);
    return st;
}

static mcpauth_status read_words(
    reading *self, const ma_json *theirs, size_t first, mcpauth_error *err)
{
    const ma_json *args = ma_json_get_array(theirs, "args");
    const char *kept_in = ma_json_text(self->env, "MCP_REMOTE_CONFIG_DIR");
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = first; !st && i < ma_json_count(args); i++)
        st = take_word(self, args, &i, err);
    if (!st && kept_in && *kept_in == '/') {
        self->finding->kept_in = ma_strdup(kept_in);
        st = self->finding->kept_in ? MCPAUTH_OK : ma_error_nomem(err);
    }
    return !st && self->finding->url ? conclude(self, err) : st;
}

static mcpauth_status read_from(ma_finding *finding, const ma_json *theirs,
    size_t first, bool own, mcpauth_error *err)
{
    MA_AUTO(ma_json) headers = ma_json_object();
    MA_AUTO(ma_json) parameters = ma_json_object();
    if (!headers || !parameters)
        return ma_error_nomem(err);
    reading self = {
        .finding = finding,
        .env = ma_json_get_object(theirs, "env"),
        .headers = headers,
        .parameters = parameters,
        .own = own,
    };
    mcpauth_status st = read_words(&self, theirs, first, err);
    if (!st && !self.url)
        st = ma_finding_leave(finding, "names no URL", "mcp-remote", err);
    return st;
}

mcpauth_status ma_mcpremote_read(ma_finding *finding, const ma_json *theirs,
    bool *out_is, mcpauth_error *err)
{
    size_t first = 0;
    *out_is = find_program(theirs, &first);
    return *out_is ? read_from(finding, theirs, first, false, err) : MCPAUTH_OK;
}

mcpauth_status ma_mcpremote_read_own(
    ma_finding *finding, const ma_json *theirs, mcpauth_error *err)
{
    return read_from(finding, theirs, 0, true, err);
}

/* --- what it keeps ------------------------------------------------------- */

#define TOKENS "_tokens.json"
#define CLIENT "_client_info.json"

bool ma_mcpremote_directory(ma_buf *to)
{
    return ma_paths_base(to, "MCP_REMOTE_CONFIG_DIR", "/.mcp-auth");
}

static mcpauth_status refuse(const char *path, int cause, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(path));
    return ma_error_set(err, MCPAUTH_E_USAGE, "cannot read %s: %s",
        shown ? shown : "a directory", strerror(cause));
}

/* Appends the path of every entry of the directory that starts and ends so. */
static mcpauth_status list(const char *directory, const char *start,
    const char *end, ma_buf *to, mcpauth_error *err)
{
    DIR *open = opendir(directory);
    if (!open)
        return errno == ENOENT ? MCPAUTH_OK : refuse(directory, errno, err);
    const struct dirent *entry = NULL;
    while ((entry = readdir(open))) {
        ma_span name = ma_span_of(entry->d_name);
        if (!ma_span_starts(name, start) || !ma_span_ends(name, end))
            continue;
        ma_buf_addf(to, "%s/%s", directory, entry->d_name);
        ma_buf_add_byte(to, '\0');
    }
    closedir(open);
    return ma_buf_status(to, "the names of files", err);
}

mcpauth_status ma_mcpremote_list(
    const char *directory, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) versions = ma_buf_init(MA_INPUT_MAX);
    mcpauth_status st = list(directory, "mcp-remote-", "", &versions, err);
    ma_span rest = ma_buf_span(&versions);
    while (!st && rest.len) {
        st = list(rest.at, "", TOKENS, to, err);
        (void)ma_span_cut(&rest, '\0');
    }
    return st;
}

/* The file is of that name. */
static bool is_named(const char *path, const char *stem)
{
    const char *name = strrchr(path, '/') + 1;
    return !strncmp(name, stem, MA_MD5_HEX - 1) &&
           !strcmp(name + MA_MD5_HEX - 1, TOKENS);
}

static int64_t changed_at_ms(const char *path)
{
    struct stat info;
    if (stat(path, &info))
        return 0;
    return (int64_t)info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000;
}

static const char *find_newest(const ma_buf *listed, const char *stem)
{
    const char *newest = NULL;
    ma_span rest = ma_buf_span(listed);
    while (rest.len) {
        const char *path = ma_span_cut(&rest, '\0').at;
        if (is_named(path, stem) &&
            (!newest || changed_at_ms(path) > changed_at_ms(newest)))
            newest = path;
    }
    return newest;
}

const char *ma_mcpremote_find(const ma_finding *finding, const ma_buf *listed)
{
    const char *found = NULL;
    for (size_t at = 0; !found && at < finding->stems.len; at += MA_MD5_HEX)
        found = find_newest(listed, finding->stems.at + at);
    return found;
}

bool ma_mcpremote_owns(const ma_finding *finding, const char *path)
{
    bool owns = false;
    for (size_t at = 0; !owns && at < finding->stems.len; at += MA_MD5_HEX)
        owns = is_named(path, finding->stems.at + at);
    return owns;
}

/* --- a login ------------------------------------------------------------- */

void ma_mcpremote_login_done(ma_mcpremote_login *login)
{
    ma_buf_done(&login->answer);
    ma_buf_done(&login->registration);
    ma_json_free(login->document);
    ma_json_free(login->client);
    *login = (ma_mcpremote_login){0};
}

/* It notes when the token ends, and how long it was to last.  What does not
 * tell when it came is as old as the file. */
static int64_t find_age(const ma_json *document, const char *path)
{
    double expires_at_ms = 0;
    double lifetime_s = 0;
    int64_t written_at_ms = changed_at_ms(path);
    if (!ma_json_number(document, "expires_at", &expires_at_ms) ||
        !ma_json_number(document, "expires_in", &lifetime_s))
        return written_at_ms;
    double at_ms = expires_at_ms - lifetime_s * 1000;
    return at_ms > 0 && at_ms <= (double)written_at_ms ? (int64_t)at_ms
                                                       : written_at_ms;
}

static mcpauth_status read_part(
    const char *path, ma_buf *to, ma_json **out, mcpauth_error *err)
{
    mcpauth_status st = ma_foreignfile_read(path, to, err);
    if (st)
        return st;
    st = ma_json_parse_object(ma_buf_span(to), out, err);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(path));
    return st ? ma_error_in(err, st, "%s", shown ? shown : "a file") : st;
}

/* Beside the tokens; missing where the client was configured. */
static mcpauth_status read_client(
    const char *path, ma_mcpremote_login *login, mcpauth_error *err)
{
    struct stat info;
    MA_SCOPED(ma_buf) beside = ma_buf_init(WORD_MAX);
    ma_buf_add(&beside, path, strlen(path) - strlen(TOKENS));
    ma_buf_add_text(&beside, CLIENT);
    mcpauth_status st = ma_buf_status(&beside, "a path", err);
    if (st || (lstat(ma_buf_text(&beside), &info) && errno == ENOENT))
        return st;
    return read_part(
        ma_buf_text(&beside), &login->registration, &login->client, err);
}

mcpauth_status ma_mcpremote_load(
    const char *path, ma_mcpremote_login *out, mcpauth_error *err)
{
    MA_SCOPED(ma_mcpremote_login)
    login = {
        .answer = ma_buf_init(MA_INPUT_MAX),
        .registration = ma_buf_init(MA_INPUT_MAX),
    };
    mcpauth_status st = read_part(path, &login.answer, &login.document, err);
    if (!st)
        st = read_client(path, &login, err);
    if (st)
        return st;
    login.obtained_at_ms = find_age(login.document, path);
    login.requested = ma_json_text(login.document, "requested_scope");
    login.issuer = ma_json_text(login.document, "issuer");
    if (!login.issuer)
        login.issuer = ma_json_text(login.client, "issuer");
    *out = login;
    login = (ma_mcpremote_login){0};
    return MCPAUTH_OK;
}
