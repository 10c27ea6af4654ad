/* command.c - what the program can be told to do: one table. */
#include "cli/command.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "cli/nearest.h"

#define BIT(name) MA_OPTION_BIT(MA_OPTION_##name)

/* Every command. */
#define ALWAYS (BIT(QUIET) | BIT(VERBOSE) | BIT(HELP) | BIT(VERSION))

/* Which server, as whom. */
#define SERVER                                                                 \
    (ALWAYS | BIT(URL) | BIT(ACCOUNT) | BIT(AUTH) | BIT(MODE) | BIT(SCOPE) |   \
        BIT(CLIENT_ID) | BIT(DISCOVERY_URL) | BIT(PROVIDER) |                  \
        BIT(SECRET_FILE) | BIT(SECRET_FD) | BIT(PRIVATE_KEY_FILE) |            \
        BIT(ASSERTION) | BIT(DPOP) | BIT(ENV_FILE) | BIT(REGION) |             \
        BIT(QUALIFIER) | BIT(ALLOW_HTTP) | BIT(ALLOW_PRIVATE))

/* How it is talked to. */
#define NETWORK (SERVER | BIT(CACERT) | BIT(CERT) | BIT(KEY) | BIT(TRACE))

/* A person may have to log in. */
#define LOGIN                                                                  \
    (NETWORK | BIT(NO_BROWSER) | BIT(CALLBACK_PORT) | BIT(REDIRECT_URI) |      \
        BIT(LOGIN_HINT))

/* MCP is spoken. */
#define MCP (LOGIN | BIT(HEADER) | BIT(TIMEOUT) | BIT(PROTOCOL))

/* The server works on something, and may have questions. */
#define CALL                                                                   \
    (MCP | BIT(JSON) | BIT(ELICIT) | BIT(ANSWER) | BIT(META) | BIT(LOG_LEVEL))

static const ma_command commands[] = {
    {"login", "[SERVER]", "log in, or obtain a machine's token",
        "Asks a person in a browser, or with a client secret or key nobody.\n"
        "With --no-browser the URL is shown only, and the address the browser\n"
        "ends at may be pasted.  Takes the arguments of mcp-remote behind a "
        "URL\n"
        "too, for the login that `connect` would make with them.",
        LOGIN, 1, ma_login_run},
    {"logout", "[SERVER]", "revoke, unregister and forget",
        "Revokes the tokens and removes the registered client at the\n"
        "authorization server where it can do that, and deletes the record.",
        NETWORK | BIT(ALL) | BIT(KEEP_REGISTRATION), 1, ma_logout_run},
    {"status", "[SERVER]", "show who is logged in where",
        "Never shows a token. Talks to nobody; with --check the issuer of "
        "each\n"
        "login is asked whether its token is good, and nothing is renewed.\n"
        "Exit status 4: not logged in at SERVER, or a token is not good.",
        NETWORK | BIT(ALL) | BIT(CHECK) | BIT(JSON), 1, ma_status_run},
    {"token", "[SERVER]", "write an access token to stdout",
        "From the store while it is fresh, else renewed or obtained.",
        LOGIN | BIT(FORMAT) | BIT(MIN_VALID) | BIT(JSON), 1, ma_token_run},
    {"tools list", "[SERVER]", "list the server's tools", NULL, MCP | BIT(JSON),
        1, ma_tools_list},
    {"tools call", "[SERVER] NAME", "call a tool",
        "One word is NAME, two are SERVER and NAME.  --json prints the\n"
        "server's result byte for byte.  What the server asks for meanwhile "
        "is\n"
        "asked at the terminal, unless --elicit or --answer says it.",
        CALL | BIT(ARG) | BIT(ARGS), 2, ma_tools_call},
    {"resources list", "[SERVER]", "list the server's resources and skills",
        NULL, MCP | BIT(JSON), 1, ma_resources_list},
    {"resources read", "[SERVER] URI", "read a resource",
        "A file of a skill is shown only when its size and digest, and the\n"
        "front matter of a SKILL.md, are what the server says of it.",
        CALL, 2, ma_resources_read},
    {"resources templates", "[SERVER]", "list the templates of resources", NULL,
        MCP | BIT(JSON), 1, ma_resources_templates},
    {"prompts list", "[SERVER]", "list the server's prompts", NULL,
        MCP | BIT(JSON), 1, ma_prompts_list},
    {"prompts get", "[SERVER] NAME", "get a prompt", NULL,
        CALL | BIT(ARG) | BIT(ARGS), 2, ma_prompts_get},
    {"info", "[SERVER]", "show what the server says of itself", NULL,
        MCP | BIT(JSON), 1, ma_info_run},
    {"connect", "[SERVER]", "let an MCP host on stdio speak to the server",
        "A bridge for the configuration of an MCP host: JSON-RPC lines on\n"
        "stdin and stdout, and the server behind HTTP.  Logs in by a browser\n"
        "at its start where one is needed; later the host is told which\n"
        "command to run.  Takes the arguments of mcp-remote behind a URL too.",
        LOGIN | BIT(HEADER) | BIT(PROTOCOL) | BIT(ALLOW_TOOL) |
            BIT(IGNORE_TOOL),
        1, ma_connect_run},
    {"store list", NULL, "list the records of the store",
        "Whose they are, and what is in them, in whatever mode it was "
        "obtained;\n"
        "never a token.",
        ALWAYS | BIT(ENV_FILE) | BIT(JSON), 0, ma_storecmd_list},
    {"store move", "TARGET", "move every login into another store",
        "From the store that MCPAUTH_STORE names to TARGET: file, sealed,\n"
        "keyring or the URL of a Redis.  Nobody logs in again.  A key of its\n"
        "own is named by MCPAUTH_STORE_TARGET_KEY.",
        ALWAYS | BIT(ENV_FILE), 1, ma_storecmd_move},
    {"store check", NULL, "look for what is damaged or unusable",
        "Exit status 1: something is.", ALWAYS | BIT(ENV_FILE), 0,
        ma_storecmd_check},
    {"sandbox", NULL,
        "run an authorization server and an MCP server to try "
        "things on",
        "Prints the environment that leads to it, then serves until it is\n"
        "interrupted.",
        ALWAYS | BIT(PROFILE) | BIT(FAULT) | BIT(PORT) | BIT(LIFETIME) |
            BIT(LIST_FAULTS) | BIT(REDIRECT_URI),
        0, ma_sandboxcmd_run},
    {"config show", "[SERVER]", "show the settings in force for a server",
        "Without a server: those the configuration file names.",
        SERVER | BIT(JSON), 1, ma_configcmd_show},
    {"config path", NULL, "show where the configuration file is", NULL,
        ALWAYS | BIT(ENV_FILE), 0, ma_configcmd_path},
    {"config import", "[SERVER]", "take over what other programs know",
        "Servers of Claude Desktop, Claude Code, Cursor, VS Code and Windsurf\n"
        "go into the configuration file, and logins of mcp-remote at them "
        "into\n"
        "the store.  --from takes the files of one program, or one file.  "
        "With\n"
        "SERVER only the login there is taken.  Nothing of the others is "
        "changed.",
        ALWAYS | BIT(ENV_FILE) | BIT(ACCOUNT) | BIT(CACERT) | BIT(ALLOW_HTTP) |
            BIT(ALLOW_PRIVATE) | BIT(FROM) | BIT(REPLACE) | BIT(DRY_RUN) |
            BIT(JSON),
        1, ma_importcmd_run},
    {"completion", "bash|zsh|fish", "write a completion script", NULL, ALWAYS,
        1, ma_completion_run},
    {"version", NULL, "show the version", NULL, ALWAYS, 0, ma_version_run},
    {"help", "[COMMAND]", "show help", NULL, ALWAYS, 2, ma_help_run},
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

const ma_command *ma_command_at(size_t index)
{
    return index < COMMAND_COUNT ? &commands[index] : NULL;
}

/* --- finding one --------------------------------------------------------- */

/* How many words the command's name takes of the words from first on; 0: they
 * are not its name. */
static size_t match(
    const ma_command *command, const ma_options *options, size_t first)
{
    size_t used = 0;
    ma_span rest = ma_span_of(command->name);
    while (rest.at) {
        ma_span part = ma_span_cut(&rest, ' ');
        if (first + used >= ma_options_word_count(options) ||
            !ma_span_is(part, ma_options_word(options, first + used)))
            return 0;
        used++;
    }
    return used;
}

bool ma_command_in_group(const ma_command *command, const char *word)
{
    ma_span rest = ma_span_of(command->name);
    return ma_span_is(ma_span_cut(&rest, ' '), word) && rest.at;
}

static bool is_group(const char *word)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (ma_command_in_group(&commands[i], word))
            return true;
    return false;
}

/* The first word of a command of two: what may follow it. */
static mcpauth_status refuse_group(const char *word, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) list = ma_buf_init(256);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (ma_command_in_group(&commands[i], word))
            ma_buf_addf(&list, "%s%s", list.len ? ", " : "",
                commands[i].name + strlen(word) + 1);
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_USAGE, "mcpauth %s needs a second word", word);
    ma_error_hint(err, "one of: %s", ma_buf_text(&list));
    return st;
}

static mcpauth_status refuse(const char *word, mcpauth_error *err)
{
    ma_nearest nearest = ma_nearest_init(word);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        ma_nearest_offer(&nearest, commands[i].name);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(word));
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_USAGE, "there is no command \"%s\"", shown ? shown : "");
    const char *meant = ma_nearest_found(&nearest);
    if (meant)
        ma_error_hint(err, "did you mean mcpauth %s?", meant);
    ma_error_hint(err, "see mcpauth help");
    return st;
}

mcpauth_status ma_command_find(const ma_options *options, size_t first,
    const ma_command **out_command, size_t *out_used, mcpauth_error *err)
{
    if (ma_options_word_count(options) <= first) {
        mcpauth_status st =
            ma_error_set(err, MCPAUTH_E_USAGE, "no command was given");
        ma_error_hint(err, "see mcpauth help");
        return st;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        size_t used = match(&commands[i], options, first);
        if (!used)
            continue;
        *out_command = &commands[i];
        *out_used = used;
        return MCPAUTH_OK;
    }
    const char *word = ma_options_word(options, first);
    return is_group(word) ? refuse_group(word, err) : refuse(word, err);
}
