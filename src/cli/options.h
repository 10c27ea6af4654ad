/* options.h - the words and options of one command line.
 *
 * Every option of the program is a row of one table.  What is parsed, what
 * help and completion offer and what the manual lists all come from it.
 * Options may stand before or behind words, as `--name value` or
 * `--name=value`; `--` ends them. */
#ifndef MA_CLI_OPTIONS_H
#define MA_CLI_OPTIONS_H

#include <mcpauth/error.h>
#include <stdbool.h>

#include "base/auto.h"

typedef enum {
    MA_OPTION_URL,
    MA_OPTION_ACCOUNT,
    MA_OPTION_AUTH,
    MA_OPTION_MODE,
    MA_OPTION_SCOPE,
    MA_OPTION_CLIENT_ID,
    MA_OPTION_DISCOVERY_URL,
    MA_OPTION_PROVIDER,
    MA_OPTION_SECRET_FILE,
    MA_OPTION_SECRET_FD,
    MA_OPTION_PRIVATE_KEY_FILE,
    MA_OPTION_ASSERTION,
    MA_OPTION_DPOP,
    MA_OPTION_ENV_FILE,
    MA_OPTION_REGION,
    MA_OPTION_QUALIFIER,
    MA_OPTION_ALLOW_HTTP,
    MA_OPTION_ALLOW_PRIVATE,
    MA_OPTION_CACERT,
    MA_OPTION_CERT,
    MA_OPTION_KEY,
    MA_OPTION_HEADER,
    MA_OPTION_TIMEOUT,
    MA_OPTION_PROTOCOL,
    MA_OPTION_TRACE,
    MA_OPTION_NO_BROWSER,
    MA_OPTION_CALLBACK_PORT,
    MA_OPTION_REDIRECT_URI,
    MA_OPTION_LOGIN_HINT,
    MA_OPTION_ALL,
    MA_OPTION_CHECK,
    MA_OPTION_KEEP_REGISTRATION,
    MA_OPTION_FORMAT,
    MA_OPTION_MIN_VALID,
    MA_OPTION_ARG,
    MA_OPTION_ARGS,
    MA_OPTION_ELICIT,
    MA_OPTION_ANSWER,
    MA_OPTION_META,
    MA_OPTION_LOG_LEVEL,
    MA_OPTION_PROFILE,
    MA_OPTION_FAULT,
    MA_OPTION_PORT,
    MA_OPTION_LIFETIME,
    MA_OPTION_LIST_FAULTS,
    MA_OPTION_ALLOW_TOOL,
    MA_OPTION_IGNORE_TOOL,
    MA_OPTION_FROM,
    MA_OPTION_REPLACE,
    MA_OPTION_DRY_RUN,
    MA_OPTION_JSON,
    MA_OPTION_QUIET,
    MA_OPTION_VERBOSE,
    MA_OPTION_HELP,
    MA_OPTION_VERSION,
    MA_OPTION_COUNT
} ma_option;

/* One row. */
typedef struct {
    const char *name;    /* without the dashes */
    char letter;         /* of the short form; 0: none */
    const char *value;   /* what its value is called; NULL: it takes none */
    const char *help;    /* one line */
    const char *setting; /* the setting of mcpauth/config.h it gives; or NULL */
    const char *choices; /* the values there are, space separated; or NULL */
} ma_option_row;

const ma_option_row *ma_options_row(ma_option option);

/* Sets of options, for the commands that take them. */
typedef uint64_t ma_option_set;
#define MA_OPTION_BIT(option) ((ma_option_set)1 << (option))

typedef struct ma_options ma_options;

/* Reads what follows the program's name; argv is lent.
 * E_USAGE: an unknown option (the nearest name is the hint), a missing or a
 * needless value, or a secret on the command line (S-052). */
mcpauth_status ma_options_parse(
    int argc, char *const *argv, ma_options **out_options, mcpauth_error *err);

/* NULL is allowed. */
void ma_options_free(ma_options *options);
MA_AUTO_DEFINE(ma_options, ma_options_free)

/* E_USAGE: an option was given that is not in allowed; names the command. */
mcpauth_status ma_options_allow(const ma_options *options,
    ma_option_set allowed, const char *command, mcpauth_error *err);

bool ma_options_has(const ma_options *options, ma_option option);

/* How often it was given. */
size_t ma_options_count(const ma_options *options, ma_option option);

/* The value given last; NULL when it was not given. */
const char *ma_options_text(const ma_options *options, ma_option option);

/* The value given first, second, ...; index is less than the count. */
const char *ma_options_at(
    const ma_options *options, ma_option option, size_t index);

/* Sets *out_number when the option was given.  E_USAGE: it is no whole number
 * from min to max. */
mcpauth_status ma_options_number(const ma_options *options, ma_option option,
    int64_t min, int64_t max, int64_t *out_number, mcpauth_error *err);

/* The words that are no options, the command's name among them. */
size_t ma_options_word_count(const ma_options *options);
const char *ma_options_word(const ma_options *options, size_t index);

#endif
