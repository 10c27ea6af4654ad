/* settings.h - what is known about the server a command is to talk to.
 *
 * In falling order: options, the environment (with --env-file in front of it),
 * the server's entry in the configuration file, defaults. */
#ifndef MA_CLI_SETTINGS_H
#define MA_CLI_SETTINGS_H

#include <mcpauth/config.h>
#include <mcpauth/http.h>

#include "cli/configfile.h"
#include "cli/envfile.h"
#include "cli/options.h"

typedef struct {
    ma_envfile *envfile;      /* --env-file; NULL: none */
    ma_configfile file;       /* once a server is chosen */
    char *entry;              /* the server's name in it; NULL: none */
    char *word;               /* SERVER as a person gave it; NULL: he did not */
    mcpauth_config *config;   /* NULL until a server is chosen */
    mcpauth_headers *headers; /* sent to the MCP server */
    const char *protocol;     /* the one version of MCP; NULL: any */
    int64_t timeout_ms;       /* of one request; 0: the default */
    int64_t login_timeout_ms; /* 0: the default */
} ma_settings;

/* Reads --env-file; settings is zeroed. */
mcpauth_status ma_settings_begin(
    ma_settings *settings, const ma_options *options, mcpauth_error *err);

/* Allowed on zeroed settings. */
void ma_settings_done(ma_settings *settings);
MA_SCOPED_DEFINE(ma_settings, ma_settings_done)

/* The value of an environment variable, --env-file in front; NULL when unset
 * or empty.  Lent. */
const char *ma_settings_variable(const ma_settings *settings, const char *name);

/* SERVER as the environment gives it, for ma_free; NULL: it does not. */
mcpauth_status ma_settings_find_server(
    const ma_settings *settings, char **out_word, mcpauth_error *err);

/* Reads the configuration file, the one named by MCPAUTH_CONFIG if that is
 * set, into settings->file; done already: nothing. */
mcpauth_status ma_settings_open_file(ma_settings *settings, mcpauth_error *err);

/* Who asks, and for what. */
typedef struct {
    const ma_options *options;
    const char *word;    /* SERVER behind the command's name; NULL: none */
    bool login;          /* the command is `login` */
    mcpauth_log_fn *log; /* becomes the configuration's log */
    void *log_ctx;
} ma_settings_request;

/* Chooses the server and fills all but envfile; once.
 * E_USAGE: no server is named, or a value is bad; the message says which and
 * where it came from. */
mcpauth_status ma_settings_choose(ma_settings *settings,
    const ma_settings_request *request, mcpauth_error *err);

#endif
