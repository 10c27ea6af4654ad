/* remoteargs.c - see remoteargs.h. */
#include "cli/remoteargs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "cli/advice.h"
#include "cli/mcpremote.h"

enum { LOGIN_MAX = 128 * 1024 };

void ma_remoteargs_done(ma_remoteargs *self)
{
    ma_free((void *)self->argv);
    ma_json_free(self->theirs);
    ma_buf_done(&self->login);
    *self = (ma_remoteargs){0};
}

/* --- whose it is --------------------------------------------------------- */

static bool is_url(const char *word)
{
    return *word != '-' && strstr(word, "://");
}

/* Some names are of both: then what follows decides. */
static bool is_theirs(const char *name, const char *next)
{
    bool value = false;
    if (!strcmp(name, "--ignore-tool") || !ma_mcpremote_option(name, &value))
        return false;
    if (!strcmp(name, "--protocol"))
        return next && (!strcmp(next, "legacy") || !strcmp(next, "auto"));
    if (!strcmp(name, "--allow-http"))
        return !next || *next == '-' || is_url(next);
    return true;
}

static bool takes_value(const char *name)
{
    for (int i = 0; i < MA_OPTION_COUNT; i++) {
        const ma_option_row *row = ma_options_row((ma_option)i);
        if (row->value && !strcmp(name + 2, row->name))
            return true;
    }
    return false;
}

static bool is_port(const char *word)
{
    return *word && !word[strspn(word, "0123456789")];
}

/* --- taking it apart ----------------------------------------------------- */

/* ${NAME} is the environment's; one that is not set stays as it is. */
static mcpauth_status note_variables(
    ma_json *env, const char *text, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    const char *end = NULL;
    for (; !st && (text = strstr(text, "${")); text = end) {
        end = strchr(text, '}');
        if (!end)
            break;
        MA_AUTO(ma_text) whole = ma_strndup(text, (size_t)(end - text) + 1);
        MA_AUTO(ma_text) name = ma_strndup(text + 2, (size_t)(end - text) - 2);
        if (!whole || !name)
            return ma_error_nomem(err);
        const char *value = getenv(name);
        st = ma_json_put_text(env, name, value ? value : whole, err);
    }
    return st;
}

typedef struct {
    ma_remoteargs *out;
    ma_json *args;
    ma_json *env;
    size_t count; /* of theirs */
    bool named;   /* the URL was there */
} splitting;

static void keep(splitting *self, char *word)
{
    self->out->argv[self->out->argc++] = word;
}

static mcpauth_status give(
    splitting *self, const char *word, mcpauth_error *err)
{
    mcpauth_status st = note_variables(self->env, word, err);
    self->count++;
    return st ? st : ma_json_push_text(self->args, word, err);
}

static void note_login(splitting *self, const char *word)
{
    ma_buf_add_byte(&self->out->login, ' ');
    ma_advice_write_word(&self->out->login, word);
}

/* What is known of a client is a secret, but for its id, unless it stands in a
 * file or in the environment. */
static bool shows_secret(const char *name, const char *value)
{
    MA_AUTO(ma_json) client = NULL;
    bool info = !strcmp(name, "--static-oauth-client-info");
    if (ma_json_parse_object(ma_span_of(value), &client, NULL))
        return strstr(value, "client_secret") || (info && *value != '@');
    const char *secret = ma_json_text(client, "client_secret");
    if (secret && strncmp(secret, "${", 2) != 0)
        return true;
    size_t known = ma_json_text(client, "client_id") ? 1 : 0;
    return info && ma_json_count(client) > known + (secret ? 1 : 0);
}

/* A field may be a secret, too. */
static void note_option(splitting *self, const char *name, const char *value)
{
    if (!strcmp(name, "--header"))
        return;
    note_login(self, name);
    if (value)
        note_login(self, shows_secret(name, value) ? "@FILE" : value);
}

static mcpauth_status split_theirs(
    splitting *self, const char *name, const char *value, mcpauth_error *err)
{
    static char loud[] = "-v";
    static char quiet[] = "-q";
    if (!strcmp(name, "--debug"))
        keep(self, loud);
    if (!strcmp(name, "--silent"))
        keep(self, quiet);
    if (value && !strcmp(name, "--static-oauth-client-info"))
        self->out->secret = *value != '@';
    note_option(self, name, value);
    mcpauth_status st = give(self, name, err);
    return !st && value ? give(self, value, err) : st;
}

static mcpauth_status split_word(
    splitting *self, char *word, mcpauth_error *err)
{
    bool port = self->named && is_port(word);
    if (!port)
        keep(self, word);
    if (!port && (self->named || !is_url(word)))
        return MCPAUTH_OK;
    if (port)
        note_login(self, word);
    self->named = true;
    return give(self, word, err);
}

/* *at moves over a value. */
static mcpauth_status split_one(
    splitting *self, char **argv, int *at, mcpauth_error *err)
{
    char *word = argv[*at];
    const char *next = argv[*at + 1];
    bool value = false;
    if (*word != '-')
        return split_word(self, word, err);
    if (is_theirs(word, next)) {
        ma_mcpremote_option(word, &value);
        *at += value && next;
        return split_theirs(self, word, value ? next : NULL, err);
    }
    keep(self, word);
    if (!strncmp(word, "--", 2) && takes_value(word) && next)
        keep(self, argv[++*at]);
    return MCPAUTH_OK;
}

static mcpauth_status split_all(
    splitting *self, int argc, char **argv, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    keep(self, argv[0]);
    keep(self, argv[1]);
    for (int at = 2; !st && at < argc; at++)
        st = split_one(self, argv, &at, err);
    if (!st && self->named && self->count > 1)
        return MCPAUTH_OK;
    memcpy((void *)self->out->argv, (void *)argv,
        (size_t)argc * sizeof *self->out->argv);
    self->out->argc = argc;
    self->out->secret = false;
    ma_buf_done(&self->out->login);
    ma_json_free(self->out->theirs);
    self->out->theirs = NULL;
    return st;
}

static mcpauth_status begin(splitting *self, mcpauth_error *err)
{
    self->out->theirs = ma_json_object();
    ma_json *args = ma_json_array();
    ma_json *env = ma_json_object();
    self->args = args;
    self->env = env;
    if (!self->out->theirs || !args || !env) {
        ma_json_free(args);
        ma_json_free(env);
        return ma_error_nomem(err);
    }
    mcpauth_status st = ma_json_put(self->out->theirs, "args", args, err);
    if (!st)
        return ma_json_put(self->out->theirs, "env", env, err);
    ma_json_free(env);
    return st;
}

static bool takes_theirs(const char *command)
{
    return !strcmp(command, "connect") || !strcmp(command, "login");
}

mcpauth_status ma_remoteargs_split(
    int argc, char **argv, ma_remoteargs *out, mcpauth_error *err)
{
    MA_SCOPED(ma_remoteargs) made = {.login = ma_buf_init(LOGIN_MAX)};
    splitting self = {.out = &made};
    made.argv = ma_calloc((size_t)argc + 1, sizeof *made.argv);
    if (!made.argv)
        return ma_error_nomem(err);
    mcpauth_status st = MCPAUTH_OK;
    if (argc < 2 || !takes_theirs(argv[1])) {
        memcpy(
            (void *)made.argv, (void *)argv, (size_t)argc * sizeof *made.argv);
        made.argc = argc;
    } else {
        st = begin(&self, err);
        if (!st)
            st = split_all(&self, argc, argv, err);
    }
    if (st)
        return st;
    *out = made;
    made = (ma_remoteargs){0};
    return MCPAUTH_OK;
}

/* --- what becomes of it -------------------------------------------------- */

static mcpauth_status make_file(
    ma_finding *finding, ma_configfile *file, mcpauth_error *err)
{
    MA_AUTO(ma_json) root = ma_json_object();
    ma_json *servers = ma_json_object();
    file->path = ma_strdup("the command line");
    if (!root || !servers || !file->path) {
        ma_json_free(servers);
        return ma_error_nomem(err);
    }
    mcpauth_status st = ma_json_put(root, "mcpServers", servers, err);
    if (!st)
        st = ma_json_put(servers, finding->url, ma_move(&finding->entry), err);
    if (!st)
        file->root = ma_move(&root);
    return st;
}

mcpauth_status ma_remoteargs_apply(
    const ma_remoteargs *self, ma_context *context, mcpauth_error *err)
{
    MA_AUTO(ma_finding) finding = NULL;
    if (!self->theirs)
        return MCPAUTH_OK;
    mcpauth_status st = ma_finding_of_arguments(self->theirs, &finding, err);
    if (!st)
        st = ma_buf_status(&self->login, "the command line", err);
    if (st)
        return st;
    context->login_words = ma_buf_text(&self->login);
    for (size_t i = 0; i < ma_json_count(finding->left); i++)
        ma_context_say(context, "mcpauth: %s",
            ma_json_string(ma_json_at(finding->left, i)));
    const ma_json *oauth = ma_json_get_object(finding->entry, "oauth");
    if (self->secret && ma_json_text(oauth, "client_secret"))
        ma_context_warn(context,
            "everybody on this machine can read a command line, and the client "
            "secret in it: put it into the environment variable "
            "OAUTH_CLIENT_SECRET, or --static-oauth-client-info @FILE");
    return finding->url ? make_file(finding, &context->settings.file, err)
                        : MCPAUTH_OK;
}
