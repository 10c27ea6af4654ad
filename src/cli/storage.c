/* storage.c - see storage.h. */
#include "cli/storage.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cli/module.h"
#include "cli/paths.h"
#include "cli/redisstorage.h"
#include "cli/terminal.h"
#include "store/store.h"

#define STORE      "MCPAUTH_STORE"
#define KEY        "MCPAUTH_STORE_KEY"
#define TARGET_KEY "MCPAUTH_STORE_TARGET_KEY"

/* Which store is to be opened. */
typedef struct {
    ma_context *context;
    const char *name;         /* as MCPAUTH_STORE has it */
    const char *key_variable; /* where its key is described */
    bool asked_for;           /* no other is used instead */
    bool paired;              /* the key may be that of the other one */
} wanted;

/* --- plain --------------------------------------------------------------- */

static mcpauth_status find_state(ma_buf *to, mcpauth_error *err)
{
    if (!ma_paths_state(to))
        return ma_error_set(err, MCPAUTH_E_STORE,
            "neither XDG_STATE_HOME nor HOME is an absolute path");
    return ma_buf_status(to, "the store's path", err);
}

/* The locks are beside the records: a login session, a cron job and a service
 * have other runtime directories, but must lock in one place. */
static mcpauth_status make_file(mcpauth_store **out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) state = ma_buf_init(PATH_MAX);
    mcpauth_status st = find_state(&state, err);
    return st ? st
              : mcpauth_store_file_new(ma_buf_text(&state), NULL, out, err);
}

static mcpauth_status open_file(
    const wanted *what, mcpauth_store **out, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    const char *key = ma_settings_variable(&what->context->settings, KEY);
    if (key && !what->paired) {
        mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
            KEY " is set, but the store is file, which has no key");
        ma_error_hint(err, "set " STORE "=sealed, or unset " KEY);
        return st;
    }
    if (what->asked_for)
        return make_file(out, err);
    if (!make_file(out, why))
        return MCPAUTH_OK;
    ma_context_warn(what->context, "tokens are kept for this run only: %s",
        mcpauth_error_message(why));
    return mcpauth_store_memory_new(out, err);
}

static mcpauth_status open_memory(
    const wanted *what, mcpauth_store **out, mcpauth_error *err)
{
    (void)what;
    return mcpauth_store_memory_new(out, err);
}

/* --- sealed -------------------------------------------------------------- */

static mcpauth_status ask(
    void *ctx, const char *prompt, ma_buf *to, mcpauth_error *err)
{
    (void)ctx;
    if (ma_terminal_reachable())
        return ma_terminal_read_secret(prompt, to, err);
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_USAGE, "there is no terminal to type it at");
    ma_error_hint(err, "where nobody types, use file:, credential: or keyctl:");
    return st;
}

static mcpauth_status find_key(const wanted *what, const char *store,
    const char *sources, ma_sealkey_source *out, mcpauth_error *err)
{
    const char *variable = what->key_variable;
    *out = (ma_sealkey_source){
        .text = ma_settings_variable(&what->context->settings, variable),
        .credentials = getenv("CREDENTIALS_DIRECTORY"),
        .ask = ask,
    };
    if (out->text)
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_USAGE, "the store %s needs %s", store, variable);
    ma_error_hint(err, "%s is %s", variable, sources);
    return st;
}

static mcpauth_status open_sealed(
    const wanted *what, mcpauth_store **out, mcpauth_error *err)
{
    const ma_sealmodule *seal = NULL;
    MA_AUTO(mcpauth_store) file = NULL;
    MA_SCOPED(ma_buf) state = ma_buf_init(PATH_MAX);
    ma_sealkey_source source;
    mcpauth_status st = find_key(what, "sealed",
        "file:PATH, credential:NAME, keyctl:NAME or passphrase", &source, err);
    if (!st)
        st = ma_module_seal(&seal, err);
    if (!st)
        st = find_state(&state, err);
    if (!st)
        st = make_file(&file, err);
    source.directory = ma_buf_text(&state);
    return st ? st : seal->sealed_new(ma_move(&file), &source, out, err);
}

/* Whoever can read the Redis gets nothing readable.  A passphrase has its salt
 * on one machine, so it makes another key on each. */
static mcpauth_status open_redis(
    const wanted *what, mcpauth_store **out, mcpauth_error *err)
{
    static const char sources[] = "file:PATH, credential:NAME or keyctl:NAME, "
                                  "the same key on every machine";
    const ma_sealmodule *seal = NULL;
    MA_AUTO(mcpauth_store) redis = NULL;
    ma_sealkey_source source;
    mcpauth_status st = find_key(what, "redis", sources, &source, err);
    if (!st && strcmp(source.text, "passphrase") == 0) {
        st = ma_error_set(err, MCPAUTH_E_USAGE,
            KEY "=passphrase is for the files of one machine");
        ma_error_hint(err, "for a fleet, " KEY " is %s", sources);
    }
    if (!st)
        st = ma_module_seal(&seal, err);
    if (!st)
        st = ma_redisstorage_open(
            &what->context->settings, what->name, &redis, err);
    return st ? st : seal->sealed_new(ma_move(&redis), &source, out, err);
}

/* --- the keyring --------------------------------------------------------- */

/* A locked one is worth a question only where somebody sees it. */
static mcpauth_status open_keyring(
    const wanted *what, mcpauth_store **out, mcpauth_error *err)
{
    (void)what;
    const ma_keyringmodule *keyring = NULL;
    MA_SCOPED(ma_buf) state = ma_buf_init(PATH_MAX);
    mcpauth_status st = ma_module_keyring(&keyring, err);
    if (!st)
        st = find_state(&state, err);
    return st ? st
              : keyring->keyring_new(
                    ma_buf_text(&state), ma_terminal_present(), out, err);
}

/* --- any ----------------------------------------------------------------- */

static mcpauth_status open_wanted(
    const wanted *what, mcpauth_store **out_store, mcpauth_error *err)
{
    static const struct {
        const char *name;
        mcpauth_status (*open)(
            const wanted *what, mcpauth_store **out, mcpauth_error *err);
    } rows[] = {
        {"file", open_file},
        {"sealed", open_sealed},
        {"keyring", open_keyring},
        {"memory", open_memory},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(what->name, rows[i].name) == 0)
            return rows[i].open(what, out_store, err);
    if (ma_redisstorage_named(what->name))
        return open_redis(what, out_store, err);
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "%s must be file, sealed, keyring, memory, or the URL of a Redis",
        what->paired ? "a store" : "the environment variable " STORE);
}

mcpauth_status ma_storage_open(ma_context *context, bool kept,
    mcpauth_store **out_store, mcpauth_error *err)
{
    const char *name = ma_settings_variable(&context->settings, STORE);
    const wanted what = {
        context, name ? name : "file", KEY, kept || name, false};
    return open_wanted(&what, out_store, err);
}

/* --- two ----------------------------------------------------------------- */

static bool is_files(const char *name)
{
    return strcmp(name, "file") == 0 || strcmp(name, "sealed") == 0;
}

static mcpauth_status refuse_pair(
    const wanted *from, const wanted *to, mcpauth_error *err)
{
    if (strcmp(from->name, "memory") == 0 || strcmp(to->name, "memory") == 0)
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "the store memory keeps nothing to move");
    if (strcmp(from->name, to->name) != 0 ||
        strcmp(from->key_variable, to->key_variable) != 0)
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "the logins are in the store %s already",
        is_files(to->name) ? to->name : "named");
    ma_error_hint(err, "name another; for another key set " TARGET_KEY);
    return st;
}

mcpauth_status ma_storage_open_pair(ma_context *context, const char *target,
    ma_storage_pair *out, mcpauth_error *err)
{
    const ma_settings *settings = &context->settings;
    const char *name = ma_settings_variable(settings, STORE);
    bool own_key = ma_settings_variable(settings, TARGET_KEY);
    const wanted from = {context, name ? name : "file", KEY, true, true};
    const wanted to = {context, target, own_key ? TARGET_KEY : KEY, true, true};
    MA_AUTO(mcpauth_store) source = NULL;
    mcpauth_status st = refuse_pair(&from, &to, err);
    if (!st)
        st = open_wanted(&from, &source, err);
    if (!st)
        st = open_wanted(&to, &out->target, err);
    if (st)
        return st;
    out->source = ma_move(&source);
    out->same_place = strcmp(from.name, to.name) == 0 ||
                      (is_files(from.name) && is_files(to.name));
    out->same_locks = out->same_place || (!ma_redisstorage_named(from.name) &&
                                             !ma_redisstorage_named(to.name));
    return MCPAUTH_OK;
}
