/* awschain.c - one function for each kind of place. */
#include "client/awschain.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agentcore/awsfile.h"
#include "agentcore/endpoint.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/http.h"
#include "base/quote.h"
#include "base/url.h"
#include "client/shell.h"
#include "client/textfile.h"
#include "oauth/config.h"

enum {
    FILE_MAX = 1024 * 1024,
    PATH_LEN_MAX = 4096,
    WORDS_MAX = 16 * 1024,
    ANSWER_MAX = 64 * 1024,
    PROCESS_TIMEOUT_MS = 60000,
    CONNECT_TIMEOUT_MS = 2000,
    TIMEOUT_MS = 10000
};

/* --- the environment ----------------------------------------------------- */

static bool is_in_environment(const mcpauth_config *config)
{
    return !ma_config_text(config, MA_CONFIG_AWS_PROFILE) &&
           (ma_config_variable(config, "AWS_ACCESS_KEY_ID") ||
               ma_config_variable(config, "AWS_SECRET_ACCESS_KEY"));
}

/* The next variable may come in the room of the last. */
static mcpauth_status copy_variable(const mcpauth_config *config,
    const char *name, ma_secret **out, mcpauth_error *err)
{
    const char *value = ma_config_variable(config, name);
    return ma_secret_set(
        out, value ? ma_span_trim(ma_span_of(value)) : (ma_span){0}, err);
}

static mcpauth_status read_environment(
    const mcpauth_config *config, ma_awskeys *out, mcpauth_error *err)
{
    MA_AUTO(ma_secret) key_id = NULL;
    MA_AUTO(ma_secret) key = NULL;
    MA_AUTO(ma_secret) session = NULL;
    if (!is_in_environment(config))
        return MCPAUTH_OK;
    mcpauth_status st =
        copy_variable(config, "AWS_ACCESS_KEY_ID", &key_id, err);
    if (!st)
        st = copy_variable(config, "AWS_SECRET_ACCESS_KEY", &key, err);
    if (!st)
        st = copy_variable(config, "AWS_SESSION_TOKEN", &session, err);
    if (st)
        return st;
    if (!key_id || !key)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "of the environment variables AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY only the %s is set",
            key_id ? "former" : "latter");
    st = ma_awskeys_set(out, ma_secret_span(key_id), ma_secret_span(key),
        ma_secret_span(session), err);
    return st ? ma_error_in(err, st, "the environment variables AWS_*") : st;
}

/* --- the shared files ---------------------------------------------------- */

typedef struct {
    const char *variable; /* that names another path */
    const char *path;     /* below the home directory */
    ma_awsfile_kind kind;
} place;

static const place places[] = {
    {"AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials",
        MA_AWSFILE_CREDENTIALS},
    {"AWS_CONFIG_FILE", "/.aws/config", MA_AWSFILE_CONFIG},
};
enum { PLACE_COUNT = sizeof places / sizeof *places };

/* Both files, as far as they are there. */
typedef struct {
    char *profile;
    bool named; /* somebody asked for this one */
    ma_buf paths[PLACE_COUNT];
    ma_buf texts[PLACE_COUNT];
    ma_awsfile files[PLACE_COUNT];
} shared;

static void free_shared(shared *s)
{
    ma_free(s->profile);
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        ma_buf_done(&s->paths[i]);
        ma_buf_done(&s->texts[i]);
    }
}
MA_SCOPED_DEFINE(shared, free_shared)

static const char *find_profile(const mcpauth_config *config)
{
    const char *profile = ma_config_text(config, MA_CONFIG_AWS_PROFILE);
    return profile ? profile : ma_config_variable(config, "AWS_PROFILE");
}

/* Nothing when neither the file nor a home directory is named. */
static mcpauth_status write_path(const mcpauth_config *config, const place *at,
    ma_buf *to, mcpauth_error *err)
{
    const char *path = ma_config_variable(config, at->variable);
    if (path && strncmp(path, "~/", 2) != 0) {
        ma_buf_add_text(to, path);
        return ma_buf_status(to, at->variable, err);
    }
    MA_AUTO(ma_text) below = ma_strdup(path ? path + 1 : at->path);
    if (!below)
        return ma_error_nomem(err);
    const char *home = ma_config_variable(config, "HOME");
    if (home)
        ma_buf_addf(to, "%s%s", home, below);
    return ma_buf_status(to, "the path of a file", err);
}

static mcpauth_status read_shared_file(const mcpauth_config *config,
    const place *at, ma_buf *path, ma_buf *text, mcpauth_error *err)
{
    mcpauth_status st = write_path(config, at, path, err);
    const char *name = ma_buf_text(path);
    if (st || !path->len || (access(name, F_OK) && errno == ENOENT))
        return st;
    st = ma_textfile_read(name, text, err);
    return st ? ma_error_in(err, st, "%s", name) : st;
}

static mcpauth_status open_shared(
    const mcpauth_config *config, shared *s, mcpauth_error *err)
{
    const char *profile = find_profile(config);
    s->named = profile;
    s->profile = ma_strdup(profile ? profile : "default");
    mcpauth_status st = s->profile ? MCPAUTH_OK : ma_error_nomem(err);
    for (size_t i = 0; !st && i < PLACE_COUNT; i++) {
        s->paths[i] = ma_buf_init(PATH_LEN_MAX);
        s->texts[i] = ma_buf_init(FILE_MAX);
        st = read_shared_file(
            config, &places[i], &s->paths[i], &s->texts[i], err);
        s->files[i] = (ma_awsfile){ma_buf_span(&s->texts[i]), places[i].kind};
    }
    return st;
}

static bool has_profile(const shared *s)
{
    for (size_t i = 0; i < PLACE_COUNT; i++)
        if (ma_awsfile_has(&s->files[i], s->profile))
            return true;
    return false;
}

/* What the credentials file says goes before what the other does. */
static ma_span find_value(const shared *s, const char *name)
{
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        ma_span value = ma_awsfile_get(&s->files[i], s->profile, name);
        if (value.len)
            return value;
    }
    return (ma_span){0};
}

/* Both halves are of one file. */
static mcpauth_status read_profile_keys(
    const shared *s, ma_awskeys *out, mcpauth_error *err)
{
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        const ma_awsfile *file = &s->files[i];
        ma_span key_id = ma_awsfile_get(file, s->profile, "aws_access_key_id");
        ma_span key = ma_awsfile_get(file, s->profile, "aws_secret_access_key");
        if (key_id.len && key.len)
            return ma_awskeys_set(out, key_id, key,
                ma_awsfile_get(file, s->profile, "aws_session_token"), err);
    }
    return MCPAUTH_OK;
}

static mcpauth_status run_process(
    ma_span command, ma_awskeys *out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(ANSWER_MAX);
    MA_AUTO(ma_text) words = ma_strndup(command.at, command.len);
    if (!words)
        return ma_error_nomem(err);
    mcpauth_status st = ma_shell_run(words, PROCESS_TIMEOUT_MS, &said, err);
    if (!st) {
        st = ma_awskeys_parse(ma_buf_span(&said), out, err);
        st = st ? ma_error_in(err, st, "what it prints") : st;
    }
    return st ? ma_error_in(err, st, "credential_process") : st;
}

/* What a profile that names nothing known leads to. */
static mcpauth_status refuse_profile(const shared *s, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(s->profile));
    const char *name = shown ? shown : "";
    bool placed = s->paths[0].len && s->paths[1].len;
    if (!has_profile(s))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "there is no AWS profile \"%s\" in %s or %s", name,
            placed ? ma_buf_text(&s->paths[0]) : "~/.aws/credentials",
            placed ? ma_buf_text(&s->paths[1]) : "~/.aws/config");
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "the AWS profile \"%s\" has neither keys nor a credential_process",
        name);
    ma_error_hint(err,
        "roles and single sign-on are left to the AWS CLI; in another "
        "profile write: credential_process = aws configure "
        "export-credentials --profile %s --format process",
        name);
    return st;
}

/* A profile that nobody asked for may be there for its region alone. */
static mcpauth_status read_shared(
    const mcpauth_config *config, ma_awskeys *out, mcpauth_error *err)
{
    MA_SCOPED(shared) s = {0};
    mcpauth_status st = open_shared(config, &s, err);
    if (!st)
        st = read_profile_keys(&s, out, err);
    ma_span command = find_value(&s, "credential_process");
    if (!st && !out->key_id && command.len)
        st = run_process(command, out, err);
    if (st) {
        MA_AUTO(ma_text) shown = ma_quote(ma_span_of(s.profile));
        return ma_error_in(
            err, st, "the AWS profile \"%s\"", shown ? shown : "");
    }
    bool odd = s.named || find_value(&s, "sso_session").len ||
               find_value(&s, "sso_start_url").len ||
               find_value(&s, "role_arn").len;
    return !out->key_id && odd ? refuse_profile(&s, err) : st;
}

/* --- a container --------------------------------------------------------- */

static bool is_in_container(const mcpauth_config *config)
{
    return ma_config_variable(
               config, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
           ma_config_variable(config, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

static mcpauth_status write_service(
    const mcpauth_config *config, ma_buf *to, mcpauth_error *err)
{
    const char *path =
        ma_config_variable(config, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    if (path)
        ma_buf_addf(to, "http://169.254.170.2%s", path);
    else
        ma_buf_add_text(to,
            ma_config_variable(config, "AWS_CONTAINER_CREDENTIALS_FULL_URI"));
    return ma_buf_status(to, "the URL of the container's credentials", err);
}

/* A file is read anew each time: it is replaced before it expires. */
static mcpauth_status read_container_token(
    const mcpauth_config *config, ma_buf *to, mcpauth_error *err)
{
    const char *path =
        ma_config_variable(config, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (path) {
        mcpauth_status st = ma_textfile_read(path, to, err);
        return st ? ma_error_in(err, st,
                        "the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE "
                        "names")
                  : st;
    }
    ma_span token = ma_span_of(
        ma_config_variable(config, "AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    ma_buf_add_span(to, token);
    return ma_buf_status(to, "the container's token", err);
}

static mcpauth_status add_container_token(
    const mcpauth_config *config, mcpauth_headers *headers, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) token = ma_buf_init(ANSWER_MAX);
    mcpauth_status st = read_container_token(config, &token, err);
    ma_span value = ma_buf_span(&token);
    while (ma_span_ends(value, "\n") || ma_span_ends(value, "\r"))
        value.len--;
    if (st || !value.len)
        return st;
    st = ma_headers_add(headers, ma_span_of("Authorization"), value, err);
    return st ? ma_error_in(err, MCPAUTH_E_USAGE, "the container's token") : st;
}

static mcpauth_status ask_container(const mcpauth_config *config,
    const char *url, mcpauth_http *http, ma_http_answer *answer,
    mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (!headers)
        return ma_error_nomem(err);
    mcpauth_status st = add_container_token(config, headers, err);
    const mcpauth_http_request request = {
        .method = "GET",
        .url = url,
        .headers = headers,
        .body_max = ANSWER_MAX,
        .address = MCPAUTH_ADDRESS_NEAR,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = TIMEOUT_MS,
    };
    if (!st)
        st = ma_http_fetch(http, &request, answer, err);
    if (st || answer->status == 200)
        return st;
    st = ma_error_set(
        err, MCPAUTH_E_HTTP, "it answered HTTP %d", answer->status);
    ma_error_http_status(err, answer->status);
    return st;
}

static mcpauth_status read_container(const mcpauth_config *config,
    mcpauth_http *http, ma_awskeys *out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) url = ma_buf_init(MA_URL_MAX);
    MA_SCOPED(ma_http_answer) answer = {0};
    if (!is_in_container(config))
        return MCPAUTH_OK;
    mcpauth_status st = write_service(config, &url, err);
    if (st)
        return st;
    st = ask_container(config, ma_buf_text(&url), http, &answer, err);
    if (!st) {
        st = ma_awskeys_parse(ma_buf_span(&answer.body), out, err);
        st = st ? ma_error_in(err, st, "its answer") : st;
    }
    MA_AUTO(ma_text) shown = ma_url_redacted(ma_buf_text(&url));
    return st ? ma_error_in(err, st, "the container's credentials from %s",
                    shown ? shown : "its service")
              : st;
}

/* --- all of them --------------------------------------------------------- */

mcpauth_status ma_awschain_load(const mcpauth_config *config,
    mcpauth_http *http, ma_awskeys *out, mcpauth_error *err)
{
    mcpauth_status st = read_environment(config, out, err);
    if (!st && !out->key_id)
        st = read_shared(config, out, err);
    if (!st && !out->key_id)
        st = read_container(config, http, out, err);
    if (st || out->key_id)
        return st;
    st = ma_error_set(err, MCPAUTH_E_USAGE, "there are no AWS credentials");
    ma_error_hint(
        err, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE");
    return st;
}

void ma_awschain_describe(const mcpauth_config *config, ma_buf *to)
{
    const char *profile = find_profile(config);
    if (is_in_environment(config)) {
        ma_buf_add_text(to, "the environment");
    } else if (!profile && is_in_container(config)) {
        ma_buf_add_text(to, "the container's service");
    } else {
        ma_buf_add_text(to, "the profile ");
        ma_quote_write(
            to, ma_span_of(profile ? profile : "default"), MA_QUOTE_MAX);
    }
}

/* --- the region ---------------------------------------------------------- */

static mcpauth_status read_profile_region(
    const mcpauth_config *config, char **out, mcpauth_error *err)
{
    MA_SCOPED(shared) s = {0};
    mcpauth_status st = open_shared(config, &s, err);
    ma_span region = find_value(&s, "region");
    if (st)
        return st;
    if (!region.len) {
        st = ma_error_set(
            err, MCPAUTH_E_USAGE, "the AWS region to sign for is not known");
        ma_error_hint(err, "give it as --region, AWS_REGION or the setting "
                           "aws_region");
        return st;
    }
    *out = ma_strndup(region.at, region.len);
    return *out ? MCPAUTH_OK : ma_error_nomem(err);
}

/* A signature for another region than the host's is of no use to anybody. */
mcpauth_status ma_awschain_region(
    const mcpauth_config *config, char **out, mcpauth_error *err)
{
    static const char *const names[] = {
        "AGENTCORE_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"};
    const ma_url *server = ma_config_server(config);
    ma_span region = server ? ma_endpoint_signing_region(server) : (ma_span){0};
    if (!region.len)
        region = ma_config_span(config, MA_CONFIG_AWS_REGION);
    for (size_t i = 0; !region.len && i < sizeof names / sizeof *names; i++)
        region = ma_span_of(ma_config_variable(config, names[i]));
    if (!region.len)
        return read_profile_region(config, out, err);
    *out = ma_strndup(region.at, region.len);
    return *out ? MCPAUTH_OK : ma_error_nomem(err);
}
