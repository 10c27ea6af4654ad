/* context.h - what one run of a command works with.
 *
 * Everything is made when it is first asked for, so that a command pays for
 * what it uses only.  The answer of a command goes to stdout through
 * ma_context_write and ma_context_print; all that is said to a person goes to
 * stderr through the others. */
#ifndef MA_CLI_CONTEXT_H
#define MA_CLI_CONTEXT_H

#include <mcpauth/client.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/meter.h"
#include "cli/prerequisite.h"
#include "cli/question.h"
#include "cli/settings.h"
#include "cli/trace.h"

typedef struct ma_context {
    /* Set by main before the command runs. */
    const ma_options *options;
    const ma_command *command;
    size_t words_used;       /* by the command's name */
    const char *login_words; /* what else `mcpauth login` has to be told, for a
                                shell, a blank before each; NULL: nothing */
    bool knows_skills;       /* so the server is told; by the command itself */
    FILE *out;               /* the answer */
    FILE *say;               /* words to a person */

    /* Made on demand, by the functions below. */
    ma_settings settings;
    mcpauth_store *store;
    mcpauth_http *http;
    ma_trace *trace; /* of http; NULL without --trace */
    mcpauth_ui *ui;
    mcpauth_provider *provider;
    ma_question *question;         /* NULL: the server may ask nothing */
    ma_prerequisite *prerequisite; /* likewise */
    mcpauth_client *client;
    mcpauth_cancel *cancel; /* of its calls, by an interrupt; outlives them, as
                               the handler may be at it in another thread */
    ma_meter *meter;        /* NULL: no terminal, or nothing to wait for */
} ma_context;

/* The options and words must be set. */
mcpauth_status ma_context_begin(ma_context *context, mcpauth_error *err);

/* Releases what was made; the session at an MCP server is closed first.
 * E_STORE: the trace could not be written. */
mcpauth_status ma_context_done(ma_context *context, mcpauth_error *err);

/* --- what was asked ------------------------------------------------------ */

/* The words behind the command's name. */
size_t ma_context_word_count(const ma_context *context);

/* NULL when there are not so many. */
const char *ma_context_word(const ma_context *context, size_t index);

/* --json was given: one JSON document is the answer. */
bool ma_context_json(const ma_context *context);

/* Whether --all was given.  E_USAGE: and with it one login was named. */
mcpauth_status ma_context_all(
    const ma_context *context, bool *out_all, mcpauth_error *err);

/* -1 with -q, 1 with -v, 2 with -vv. */
int ma_context_verbosity(const ma_context *context);

/* --- what is needed ------------------------------------------------------ */

/* Whether a person may be asked to log in. */
typedef enum {
    MA_CONTEXT_ASK_NOBODY,     /* no token will be asked for */
    MA_CONTEXT_ASK_IF_PRESENT, /* when one seems to be there */
    MA_CONTEXT_ASK_ONCE,       /* if a browser can be opened for him */
    MA_CONTEXT_ASK             /* `login` was the command */
} ma_context_asking;

/* Chooses the server: word as a person gave it, NULL for --url, then the
 * environment.  Fills context->settings; once, before the functions below.
 * E_USAGE: no server is named, or a bad value. */
mcpauth_status ma_context_choose(
    ma_context *context, const char *word, mcpauth_error *err);

/* Whether anybody names a server: word, --url or the environment. */
mcpauth_status ma_context_named(const ma_context *context, const char *word,
    bool *out_named, mcpauth_error *err);

/* context->store, as ma_storage_open says; the second one with kept. */
mcpauth_status ma_context_open_store(ma_context *context, mcpauth_error *err);
mcpauth_status ma_context_open_kept_store(
    ma_context *context, mcpauth_error *err);

/* context->provider, with all it needs, for the server chosen.  E_USAGE: in
 * one message, all that is missing to get a token. */
mcpauth_status ma_context_open_provider(
    ma_context *context, ma_context_asking asking, mcpauth_error *err);

/* ma_context_choose, then context->provider and context->client: a client of
 * the chosen server.  Talks to nobody yet. */
mcpauth_status ma_context_open_client(
    ma_context *context, const char *word, mcpauth_error *err);

/* --- what is said -------------------------------------------------------- */

/* A part of the answer, byte for byte. */
void ma_context_write(ma_context *context, ma_span bytes);
void ma_context_print(ma_context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The answer of --json about the store: where it is, and member, an array. */
mcpauth_status ma_context_print_stored(ma_context *context, const char *member,
    const ma_json *array, mcpauth_error *err);

/* One line to a person; nothing with -q. */
void ma_context_say(ma_context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "mcpauth: warning: ...", also with -q. */
void ma_context_warn(ma_context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends the `mcpauth login` that gets what this command lacked.  word is
 * SERVER as it was given; NULL: the environment names it. */
void ma_context_write_login(
    const ma_context *context, const char *word, ma_buf *to);

/* Shows why the command failed: "mcpauth: ..." and a line of advice.  A login
 * that is missing is answered with the command line that makes it. */
void ma_context_fail(
    ma_context *context, mcpauth_status status, const mcpauth_error *err);

/* The exit status of the program (mcpauth(1)). */
int ma_context_exit_status(mcpauth_status status);

#endif
