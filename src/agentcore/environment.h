/* environment.h - a configuration from environment variables.
 *
 * Which variable fills which setting is told in mcpauth/agentcore.h.  The
 * environment is a function, so that a file of KEY=VALUE lines, or a test, can
 * stand in for it. */
#ifndef MA_AGENTCORE_ENVIRONMENT_H
#define MA_AGENTCORE_ENVIRONMENT_H

#include <mcpauth/agentcore.h>

/* The value of a variable, lent until the next call; NULL: unset. */
typedef const char *ma_environment_fn(void *ctx, const char *name);

typedef struct {
    ma_environment_fn *get;
    void *ctx;
} ma_environment;

/* The process's own environment. */
ma_environment ma_environment_process(void);

/* The SERVER word it holds, for ma_free; NULL: none. */
mcpauth_status ma_environment_server(
    const ma_environment *environment, char **out_word, mcpauth_error *err);

/* Fills the settings of config that have no value.  word is SERVER as a person
 * gave it, NULL: the environment's.  What options leave open comes from the
 * environment too.
 * E_USAGE: a value is bad; the message names its variable. */
mcpauth_status ma_environment_apply(const ma_environment *environment,
    const char *word, const mcpauth_agentcore_options *options,
    mcpauth_config *config, mcpauth_error *err);

/* OAUTH_M2M_SCOPES as scope, when config is of mode m2m by now; for one that
 * learned so from elsewhere. */
mcpauth_status ma_environment_apply_machine(const ma_environment *environment,
    mcpauth_config *config, mcpauth_error *err);

/* Names every variable without which config cannot work, in one message
 * (E_USAGE); without contacting anybody.  A client id is missed only where it
 * is certain that the server will not register one. */
mcpauth_status ma_environment_check(
    const mcpauth_config *config, mcpauth_error *err);

#endif
