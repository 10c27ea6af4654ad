/* options.c - the table of options, and one pass over the arguments. */
#include "cli/options.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "cli/nearest.h"

static const ma_option_row rows[MA_OPTION_COUNT] = {
    [MA_OPTION_URL] = {"url", 0, "URL", "the MCP server, instead of SERVER",
        NULL, NULL},
    [MA_OPTION_ACCOUNT] = {"account", 0, "NAME",
        "which of several logins at that server", "account", NULL},
    [MA_OPTION_AUTH] = {"auth", 0, "WHAT",
        "what requests carry: a token, an AWS signature, nothing", "auth",
        "oauth sigv4 none"},
    [MA_OPTION_MODE] = {"mode", 0, "MODE", "how tokens are obtained", "mode",
        "auto interactive m2m password enterprise"},
    [MA_OPTION_SCOPE] = {"scope", 0, "SCOPE",
        "what to ask for, space separated", "scope", NULL},
    [MA_OPTION_CLIENT_ID] = {"client-id", 0, "ID", "a pre-registered client",
        "client_id", NULL},
    [MA_OPTION_DISCOVERY_URL] = {"discovery-url", 0, "URL",
        "the authorization server or its document", "discovery_url", NULL},
    [MA_OPTION_PROVIDER] = {"provider", 0, "NAME",
        "which identity provider it is", "provider", NULL},
    [MA_OPTION_SECRET_FILE] = {"secret-file", 0, "FILE",
        "file with the client secret", NULL, NULL},
    [MA_OPTION_SECRET_FD] = {"secret-fd", 0, "N",
        "descriptor to read the client secret from", NULL, NULL},
    [MA_OPTION_PRIVATE_KEY_FILE] = {"private-key-file", 0, "FILE",
        "file with the client's private key", NULL, NULL},
    [MA_OPTION_ASSERTION] = {"assertion", 0, "SOURCE",
        "where the platform's token for this workload is", "assertion", NULL},
    [MA_OPTION_DPOP] = {"dpop", 0, "WHEN", "whether tokens are bound to a key",
        "dpop", "auto always never"},
    [MA_OPTION_ENV_FILE] = {"env-file", 0, "FILE",
        "KEY=VALUE lines, stronger than the environment", NULL, NULL},
    [MA_OPTION_REGION] = {"region", 0, "R",
        "AWS region of a name without one, or to sign for", "aws_region", NULL},
    [MA_OPTION_QUALIFIER] = {"qualifier", 0, "Q",
        "version or endpoint of a runtime", NULL, NULL},
    [MA_OPTION_ALLOW_HTTP] = {"allow-http", 0, "HOST",
        "a host that may be spoken to in clear", "allow_http", NULL},
    [MA_OPTION_ALLOW_PRIVATE] = {"allow-private", 0, NULL,
        "servers may name hosts on private addresses", "allow_private", NULL},
    [MA_OPTION_CACERT] = {"cacert", 0, "FILE",
        "certificates to trust instead of the system's", NULL, NULL},
    [MA_OPTION_CERT] = {"cert", 0, "FILE", "client certificate (mutual TLS)",
        "certificate_file", NULL},
    [MA_OPTION_KEY] = {"key", 0, "FILE", "its private key",
        "certificate_key_file", NULL},
    [MA_OPTION_HEADER] = {"header", 0, "'K: V'",
        "sent with every request to the MCP server", NULL, NULL},
    [MA_OPTION_TIMEOUT] = {"timeout", 0, "SECONDS", "for each MCP request",
        NULL, NULL},
    [MA_OPTION_PROTOCOL] = {"protocol", 0, "VERSION",
        "the one version of MCP to speak", NULL,
        "2026-07-28 2025-11-25 2025-06-18 2025-03-26 2024-11-05"},
    [MA_OPTION_TRACE] = {"trace", 0, "FILE",
        "write the exchange, redacted, as JSON", NULL, NULL},
    [MA_OPTION_NO_BROWSER] = {"no-browser", 0, NULL,
        "print the URL only; the answer may be pasted", NULL, NULL},
    [MA_OPTION_CALLBACK_PORT] = {"callback-port", 0, "N",
        "port of the loopback redirect URI", "callback_port", NULL},
    [MA_OPTION_REDIRECT_URI] = {"redirect-uri", 0, "URI", "used byte for byte",
        "redirect_uri", NULL},
    [MA_OPTION_LOGIN_HINT] = {"login-hint", 0, "NAME",
        "who is to log in, told to the login page", "login_hint", NULL},
    [MA_OPTION_ALL] = {"all", 0, NULL, "every login there is", NULL, NULL},
    [MA_OPTION_CHECK] = {"check", 0, NULL,
        "ask the issuer whether the token is good", NULL, NULL},
    [MA_OPTION_KEEP_REGISTRATION] = {"keep-registration", 0, NULL,
        "leave the registered client at the server", NULL, NULL},
    [MA_OPTION_FORMAT] = {"format", 0, "FORMAT", "how the token is written",
        NULL, "raw header json env headers-helper exec-credential"},
    [MA_OPTION_MIN_VALID] = {"min-valid", 0, "SECONDS",
        "how long it must still be good", NULL, NULL},
    [MA_OPTION_ARG] = {"arg", 0, "K=V", "one argument; K:=JSON for any value",
        NULL, NULL},
    [MA_OPTION_ARGS] = {"args", 0, "JSON", "all arguments; @FILE, or - (stdin)",
        NULL, NULL},
    [MA_OPTION_ELICIT] = {"elicit", 0, "ACTION",
        "how the server's questions are answered, unasked", NULL,
        "accept decline cancel"},
    [MA_OPTION_ANSWER] = {"answer", 0, "FIELD=V",
        "what a form of the server is filled in with", NULL, NULL},
    [MA_OPTION_META] = {"meta", 0, "JSON", "members of the request's _meta",
        NULL, NULL},
    [MA_OPTION_LOG_LEVEL] = {"log-level", 0, "LEVEL",
        "show the server's log from there on", NULL,
        "debug info notice warning error critical alert emergency"},
    [MA_OPTION_PROFILE] = {"profile", 0, "NAME", "which world it plays", NULL,
        NULL},
    [MA_OPTION_FAULT] = {"fault", 0, "NAME", "what it does wrong", NULL, NULL},
    [MA_OPTION_PORT] = {"port", 0, "N", "where it listens; 0: any", NULL, NULL},
    [MA_OPTION_LIFETIME] = {"lifetime", 0, "SECONDS", "of its access tokens",
        NULL, NULL},
    [MA_OPTION_LIST_FAULTS] = {"list-faults", 0, NULL,
        "say which faults there are", NULL, NULL},
    [MA_OPTION_ALLOW_TOOL] = {"allow-tool", 0, "NAME",
        "show the host only tools of this name; * stands for anything", NULL,
        NULL},
    [MA_OPTION_IGNORE_TOOL] = {"ignore-tool", 0, "NAME",
        "hide tools of this name from the host", NULL, NULL},
    [MA_OPTION_FROM] = {"from", 0, "FILE", "what to take from, or a name", NULL,
        "claude-desktop claude-code cursor vscode windsurf mcp-remote"},
    [MA_OPTION_REPLACE] = {"replace", 0, NULL,
        "in place of settings that are there", NULL, NULL},
    [MA_OPTION_DRY_RUN] = {"dry-run", 0, NULL,
        "say what would be done, and do nothing", NULL, NULL},
    [MA_OPTION_JSON] = {"json", 0, NULL, "answer with one JSON document", NULL,
        NULL},
    [MA_OPTION_QUIET] = {"quiet", 'q', NULL, "say only what went wrong", NULL,
        NULL},
    [MA_OPTION_VERBOSE] = {"verbose", 'v', NULL,
        "say what is done; -vv: every step", NULL, NULL},
    [MA_OPTION_HELP] = {"help", 'h', NULL, "show help", NULL, NULL},
    [MA_OPTION_VERSION] = {"version", 0, NULL, "show the version", NULL, NULL},
};

typedef struct {
    ma_option option;
    const char *value; /* lent by argv; NULL without one */
} given;

struct ma_options {
    given *given;
    size_t given_count;
    const char **words;
    size_t word_count;
};

const ma_option_row *ma_options_row(ma_option option)
{
    return &rows[option];
}

/* --- reading ------------------------------------------------------------- */

static int find_name(ma_span name)
{
    for (int i = 0; i < MA_OPTION_COUNT; i++)
        if (ma_span_is(name, rows[i].name))
            return i;
    return -1;
}

static int find_letter(char letter)
{
    for (int i = 0; i < MA_OPTION_COUNT; i++)
        if (rows[i].letter == letter)
            return i;
    return -1;
}

/* What people try, and everybody on the machine can read (S-052). */
static bool names_secret(ma_span name)
{
    static const char *const names[] = {"client-secret", "secret", "password",
        "token", "access-token", "bearer", "refresh-token", "private-key"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (ma_span_is(name, names[i]))
            return true;
    return false;
}

static mcpauth_status refuse_secret(ma_span name, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "--%.*s is refused: everybody on this machine can read a command line",
        (int)name.len, name.at);
    ma_error_hint(err, "put a client secret into the environment variable "
                       "MCPAUTH_CLIENT_SECRET, or give --secret-file FILE or "
                       "--secret-fd N; give a key by --private-key-file FILE");
    return st;
}

static mcpauth_status refuse_name(ma_span name, mcpauth_error *err)
{
    if (names_secret(name))
        return refuse_secret(name, err);
    MA_AUTO(ma_text) shown = ma_quote(name);
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_USAGE, "there is no option --%s", shown ? shown : "");
    ma_nearest nearest = ma_nearest_init(shown ? shown : "");
    for (int i = 0; i < MA_OPTION_COUNT; i++)
        ma_nearest_offer(&nearest, rows[i].name);
    const char *meant = ma_nearest_found(&nearest);
    if (meant)
        ma_error_hint(err, "did you mean --%s?", meant);
    ma_error_hint(err, "see mcpauth help");
    return st;
}

static void note(ma_options *options, int option, const char *value)
{
    options->given[options->given_count++] = (given){(ma_option)option, value};
}

/* One "--name" or "--name=value"; *at moves over a value behind it. */
static mcpauth_status read_long(ma_options *options, int argc,
    char *const *argv, int *at, mcpauth_error *err)
{
    const char *text = argv[*at] + 2;
    ma_span name = ma_span_of(text);
    name.len = ma_span_find(name, '=');
    const char *value = text[name.len] ? text + name.len + 1 : NULL;
    int option = find_name(name);
    if (option < 0)
        return refuse_name(name, err);
    const char *wanted = rows[option].value;
    if (!wanted && value)
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "--%s takes no value", rows[option].name);
    if (wanted && !value && *at + 1 < argc &&
        strncmp(argv[*at + 1], "--", 2) != 0)
        value = argv[++*at];
    if (wanted && !value)
        return ma_error_set(err, MCPAUTH_E_USAGE, "--%s needs a value: %s",
            rows[option].name, wanted);
    note(options, option, value);
    return MCPAUTH_OK;
}

/* One "-v", or several letters in one; all of them are without value. */
static mcpauth_status read_letters(
    ma_options *options, const char *letters, mcpauth_error *err)
{
    for (const char *letter = letters; *letter; letter++) {
        int option = find_letter(*letter);
        if (option >= 0) {
            note(options, option, NULL);
            continue;
        }
        MA_AUTO(ma_text) shown = ma_quote(ma_span_make(letter, 1));
        mcpauth_status st = ma_error_set(
            err, MCPAUTH_E_USAGE, "there is no option -%s", shown ? shown : "");
        ma_error_hint(err, "see mcpauth help");
        return st;
    }
    return MCPAUTH_OK;
}

static mcpauth_status read_arguments(
    ma_options *options, int argc, char *const *argv, mcpauth_error *err)
{
    bool ended = false;
    mcpauth_status st = MCPAUTH_OK;
    for (int at = 1; !st && at < argc; at++) {
        const char *text = argv[at];
        if (ended || text[0] != '-' || !text[1])
            options->words[options->word_count++] = text;
        else if (strcmp(text, "--") == 0)
            ended = true;
        else if (text[1] == '-')
            st = read_long(options, argc, argv, &at, err);
        else
            st = read_letters(options, text + 1, err);
    }
    return st;
}

/* Every argument is a word or an option, or some letters. */
static size_t count_most(int argc, char *const *argv)
{
    size_t most = 1;
    for (int at = 1; at < argc; at++)
        most += 1 + strlen(argv[at]);
    return most;
}

mcpauth_status ma_options_parse(
    int argc, char *const *argv, ma_options **out_options, mcpauth_error *err)
{
    MA_AUTO(ma_options) options = ma_calloc(1, sizeof *options);
    if (!options)
        return ma_error_nomem(err);
    size_t most = count_most(argc, argv);
    options->given = ma_calloc(most, sizeof *options->given);
    options->words = ma_calloc(most, sizeof *options->words);
    if (!options->given || !options->words)
        return ma_error_nomem(err);
    mcpauth_status st = read_arguments(options, argc, argv, err);
    if (st)
        return st;
    *out_options = ma_move(&options);
    return MCPAUTH_OK;
}

void ma_options_free(ma_options *options)
{
    if (!options)
        return;
    ma_free(options->given);
    ma_free(options->words);
    ma_free(options);
}

mcpauth_status ma_options_allow(const ma_options *options,
    ma_option_set allowed, const char *command, mcpauth_error *err)
{
    for (size_t i = 0; i < options->given_count; i++) {
        ma_option option = options->given[i].option;
        if (allowed & MA_OPTION_BIT(option))
            continue;
        mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
            "mcpauth %s takes no --%s", command, rows[option].name);
        ma_error_hint(err, "see mcpauth help %s", command);
        return st;
    }
    return MCPAUTH_OK;
}

/* --- asking -------------------------------------------------------------- */

size_t ma_options_count(const ma_options *options, ma_option option)
{
    size_t count = 0;
    for (size_t i = 0; i < options->given_count; i++)
        count += options->given[i].option == option;
    return count;
}

bool ma_options_has(const ma_options *options, ma_option option)
{
    return ma_options_count(options, option) > 0;
}

const char *ma_options_at(
    const ma_options *options, ma_option option, size_t index)
{
    for (size_t i = 0; i < options->given_count; i++)
        if (options->given[i].option == option && index-- == 0)
            return options->given[i].value;
    return NULL;
}

const char *ma_options_text(const ma_options *options, ma_option option)
{
    size_t count = ma_options_count(options, option);
    return count ? ma_options_at(options, option, count - 1) : NULL;
}

/* A whole number without sign; false when it is none or above max. */
static bool read_number(const char *text, int64_t max, int64_t *out_number)
{
    int64_t number = 0;
    for (const char *at = text; *at; at++) {
        if (*at < '0' || *at > '9' || number > (max - (*at - '0')) / 10)
            return false;
        number = number * 10 + (*at - '0');
    }
    *out_number = number;
    return *text;
}

mcpauth_status ma_options_number(const ma_options *options, ma_option option,
    int64_t min, int64_t max, int64_t *out_number, mcpauth_error *err)
{
    const char *text = ma_options_text(options, option);
    int64_t number = 0;
    if (!text)
        return MCPAUTH_OK;
    if (!read_number(text, max, &number) || number < min) {
        MA_AUTO(ma_text) shown = ma_quote(ma_span_of(text));
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "--%s must be a whole number from %lld to %lld, and is \"%s\"",
            rows[option].name, (long long)min, (long long)max,
            shown ? shown : "");
    }
    *out_number = number;
    return MCPAUTH_OK;
}

size_t ma_options_word_count(const ma_options *options)
{
    return options->word_count;
}

const char *ma_options_word(const ma_options *options, size_t index)
{
    return options->words[index];
}
