/* status.c - mcpauth status. */
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "base/url.h"
#include "cli/check.h"
#include "cli/context.h"
#include "cli/keys.h"
#include "cli/moment.h"
#include "client/awschain.h"
#include "oauth/config.h"
#include "oauth/token.h"

enum { ANSWER_MAX = 16 * 1024 * 1024, WORDS_MAX = 1024 };

typedef struct {
    const char *server;  /* only this one; NULL: all */
    const char *account; /* only this one; NULL: all */
    ma_json *checks;     /* by record; NULL: nobody is asked */
    ma_buf *text;        /* for people */
    ma_json *logins;     /* for machines */
    size_t count;
    mcpauth_status status;
    mcpauth_error *err;
} census;

/* --- one login ----------------------------------------------------------- */

static void write_line(ma_buf *to, const char *name, const char *value)
{
    ma_buf_addf(to, "  %-10s ", name);
    ma_quote_write(to, ma_span_of(value), MA_QUOTE_MAX);
    ma_buf_add_byte(to, '\n');
}

/* */
static void write_warning(ma_buf *to, const char *trusted_issuer)
{
    if (!trusted_issuer)
        return;
    ma_buf_addf(to, "  %-10s its metadata names the issuer ", "WARNING");
    ma_quote_write(to, ma_span_of(trusted_issuer), MA_QUOTE_MAX);
    ma_buf_add_text(to, "; taken because trusted_issuer says so\n");
}

static void write_text(
    ma_buf *to, const mcpauth_store_key *key, const mcpauth_token *token)
{
    MA_AUTO(ma_text) server = ma_url_redacted(key->server);
    const char *scope = mcpauth_token_scope(token);
    const char *issuer = mcpauth_token_issuer(token);
    char expiry[MA_MOMENT_MAX];
    ma_moment_write_until(mcpauth_token_expires_at_ms(token), expiry);
    ma_buf_addf(to, "%s\n", server ? server : "");
    write_line(to, "account", key->account);
    write_line(to, "mode", mcpauth_mode_name(mcpauth_token_mode(token)));
    write_line(to, "issuer", issuer ? issuer : "not known");
    write_warning(to, ma_token_trusted_issuer(token));
    write_line(to, "scope", scope ? scope : "not told");
    if (ma_token_is_bound(token))
        write_line(to, "bound", "to a key of this login (DPoP)");
    write_line(to, "expires", expiry);
    write_line(to, "renewable",
        mcpauth_token_renewable(token) ? "yes, with nobody present" : "no");
}

static mcpauth_status put_times(
    ma_json *login, const mcpauth_token *token, mcpauth_error *err)
{
    char expiry[MA_MOMENT_MAX];
    int64_t at_ms = mcpauth_token_expires_at_ms(token);
    if (!at_ms)
        return MCPAUTH_OK;
    int64_t left_ms = at_ms - ma_clock_now_ms();
    ma_moment_write(at_ms, expiry);
    mcpauth_status st = ma_json_put_text(login, "expires_at", expiry, err);
    if (!st)
        st = ma_json_put_int(login, "expires_in_seconds", left_ms / 1000, err);
    return st;
}

static mcpauth_status put_login(ma_json *login, const mcpauth_store_key *key,
    const mcpauth_token *token, mcpauth_error *err)
{
    const struct {
        const char *name;
        const char *value;
    } texts[] = {
        {"server", key->server},
        {"account", key->account},
        {"mode", mcpauth_mode_name(mcpauth_token_mode(token))},
        {"issuer", mcpauth_token_issuer(token)},
        {"trusted_issuer", ma_token_trusted_issuer(token)},
        {"resource", mcpauth_token_resource(token)},
        {"client_id", mcpauth_token_client_id(token)},
        {"scope", mcpauth_token_scope(token)},
        {"token_type", mcpauth_token_type(token)},
    };
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < sizeof texts / sizeof *texts; i++)
        if (texts[i].value)
            st = ma_json_put_text(login, texts[i].name, texts[i].value, err);
    if (!st)
        st = put_times(login, token, err);
    if (!st)
        st = ma_json_put_true(
            login, "renewable", mcpauth_token_renewable(token), err);
    return st;
}

static bool is_wanted(const census *c, const mcpauth_store_key *key)
{
    return (!c->server || strcmp(c->server, key->server) == 0) &&
           (!c->account || strcmp(c->account, key->account) == 0);
}

/* --- asking its issuer --------------------------------------------------- */

/* What a check is found by. */
static void write_name(ma_buf *to, const mcpauth_store_key *key)
{
    ma_buf_addf(to, "%s\n%s", key->server, key->account);
}

/* Lent; NULL: nobody was asked. */
static const ma_json *find_check(const census *c, const mcpauth_store_key *key)
{
    MA_SCOPED(ma_buf) name = ma_buf_init(MA_KEYS_MAX);
    write_name(&name, key);
    return name.failed ? NULL : ma_json_get(c->checks, ma_buf_text(&name));
}

static mcpauth_status add_check(const ma_context *context, census *c,
    const mcpauth_store_key *key, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) name = ma_buf_init(MA_KEYS_MAX);
    const char *word = c->server ? context->settings.word : key->server;
    ma_json *check = NULL;
    write_name(&name, key);
    mcpauth_status st = ma_buf_status(&name, "the name of a login", err);
    if (!st)
        st = ma_check_run(context, key, word, &check, err);
    if (!check)
        return st;
    mcpauth_status kept =
        ma_json_put(c->checks, ma_buf_text(&name), check, st ? NULL : err);
    return st ? st : kept;
}

/* All that are wanted; the first failure is what remains. */
static mcpauth_status check_all(
    const ma_context *context, census *c, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) names = ma_buf_init(MA_KEYS_MAX);
    mcpauth_store_key key;
    mcpauth_status first = MCPAUTH_OK;
    if (!ma_options_has(context->options, MA_OPTION_CHECK))
        return MCPAUTH_OK;
    c->checks = ma_json_object();
    if (!c->checks)
        return ma_error_nomem(err);
    /* What cannot be listed is told by the listing itself. */
    mcpauth_status listed = ma_keys_gather(context->store, &names, NULL);
    (void)listed;
    for (ma_span rest = ma_buf_span(&names); ma_keys_next(&rest, &key);) {
        if (!is_wanted(c, &key))
            continue;
        mcpauth_status st = add_check(context, c, &key, first ? NULL : err);
        first = first ? first : st;
    }
    return first;
}

/* --- no login ------------------------------------------------------------ */

/* What is used in place of tokens. */
typedef struct {
    const char *auth;
    ma_text *region; /* NULL: not known */
    ma_buf keys;     /* where they would be looked for */
} substitute;

static mcpauth_status describe_substitute(
    const mcpauth_config *config, substitute *used, mcpauth_error *err)
{
    used->auth = ma_config_text(config, MA_CONFIG_AUTH);
    used->keys = ma_buf_init(WORDS_MAX);
    if (!ma_config_is(config, MA_CONFIG_AUTH, "sigv4"))
        return MCPAUTH_OK;
    ma_awschain_describe(config, &used->keys);
    mcpauth_status st = ma_awschain_region(config, &used->region, err);
    return st == MCPAUTH_E_USAGE ? MCPAUTH_OK : st;
}

static void free_substitute(substitute *used)
{
    ma_free(used->region);
    ma_buf_done(&used->keys);
}
MA_SCOPED_DEFINE(substitute, free_substitute)

static mcpauth_status write_substitute(
    census *c, const substitute *used, mcpauth_error *err)
{
    MA_AUTO(ma_json) login = ma_json_object();
    MA_AUTO(ma_text) server = ma_url_redacted(c->server);
    if (!login)
        return ma_error_nomem(err);
    c->count++;
    ma_buf_addf(c->text, "%s\n", server ? server : "");
    write_line(c->text, "auth", used->auth);
    mcpauth_status st = ma_json_put_text(login, "server", c->server, err);
    if (!st)
        st = ma_json_put_text(login, "auth", used->auth, err);
    if (!st && used->keys.len) {
        const char *region = used->region ? used->region : "not known";
        write_line(c->text, "region", region);
        write_line(c->text, "keys", ma_buf_text(&used->keys));
        st = ma_json_put_text(login, "region", used->region, err);
        if (!st)
            st = ma_json_put_text(login, "keys", ma_buf_text(&used->keys), err);
    }
    return st ? st : ma_json_push(c->logins, ma_move(&login), err);
}

static mcpauth_status add_substitute(
    census *c, const mcpauth_config *config, mcpauth_error *err)
{
    MA_SCOPED(substitute) used = {0};
    mcpauth_status st = describe_substitute(config, &used, err);
    return st ? st : write_substitute(c, &used, err);
}

/* --- all of them --------------------------------------------------------- */

static mcpauth_status add_login(
    census *c, const mcpauth_store_key *key, const mcpauth_token *token)
{
    c->count++;
    write_text(c->text, key, token);
    const ma_json *check = find_check(c, key);
    if (check)
        ma_check_write(c->text, check);
    MA_AUTO(ma_json) login = ma_json_object();
    if (!login)
        return ma_error_nomem(c->err);
    mcpauth_status st = put_login(login, key, token, c->err);
    if (!st && check)
        st = ma_json_put(login, "check", ma_json_dup(check), c->err);
    return st ? st : ma_json_push(c->logins, ma_move(&login), c->err);
}

/* A record that cannot be read counts as none, as it does for a login. */
static bool count_record(
    void *ctx, const mcpauth_store_key *key, const mcpauth_record *record)
{
    census *c = ctx;
    MA_AUTO(mcpauth_token) token = NULL;
    if (is_wanted(c, key) && !mcpauth_token_parse(record, &token, NULL) &&
        token)
        c->status = add_login(c, key, token);
    return !c->status;
}

static mcpauth_status answer(ma_context *context, census *c, mcpauth_error *err)
{
    if (!ma_context_json(context)) {
        ma_context_write(context, ma_buf_span(c->text));
        if (c->count)
            ma_context_say(
                context, "store: %s", mcpauth_store_describe(context->store));
        return MCPAUTH_OK;
    }
    return ma_context_print_stored(context, "logins", c->logins, err);
}

static mcpauth_status report_none(
    ma_context *context, const char *server, mcpauth_error *err)
{
    if (!server) {
        if (!ma_context_json(context))
            ma_context_say(context, "Not logged in anywhere.");
        return MCPAUTH_OK;
    }
    MA_AUTO(ma_text) shown = ma_url_redacted(server);
    return ma_error_set(err, MCPAUTH_E_LOGIN_REQUIRED, "not logged in to %s",
        shown ? shown : "the server");
}

/* Sets the census to one server when one is named somewhere. */
static mcpauth_status choose(ma_context *context, census *c, mcpauth_error *err)
{
    const char *word = ma_context_word(context, 0);
    bool all = false;
    bool named = false;
    mcpauth_status st = ma_context_all(context, &all, err);
    if (st || all)
        return st;
    st = ma_context_named(context, word, &named, err);
    if (st || !named)
        return st;
    mcpauth_store_key key;
    st = ma_context_choose(context, word, err);
    if (!st)
        st = mcpauth_config_key(context->settings.config, &key, err);
    if (st)
        return st;
    c->server = key.server;
    c->account = mcpauth_config_has(context->settings.config, "account")
                     ? key.account
                     : NULL;
    return MCPAUTH_OK;
}

/* The answer is written whatever the issuers said. */
static mcpauth_status tell(
    ma_context *context, census *c, mcpauth_status checked, mcpauth_error *err)
{
    mcpauth_error *why = checked ? NULL : err;
    c->err = why;
    mcpauth_status listed =
        mcpauth_store_list(context->store, count_record, c, why);
    mcpauth_status st = c->status;
    if (!st)
        st = ma_buf_status(c->text, "the answer", why);
    if (!st)
        st = answer(context, c, why);
    if (checked || st || listed)
        return checked ? checked : st ? st : listed;
    return c->count ? MCPAUTH_OK : report_none(context, c->server, err);
}

static mcpauth_status tell_substitute(
    ma_context *context, census *c, mcpauth_error *err)
{
    mcpauth_status st = add_substitute(c, context->settings.config, err);
    if (!st)
        st = ma_buf_status(c->text, "the answer", err);
    return st ? st : answer(context, c, err);
}

mcpauth_status ma_status_run(ma_context *context, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(ANSWER_MAX);
    MA_AUTO(ma_json) logins = ma_json_array();
    if (!logins)
        return ma_error_nomem(err);
    census c = {.text = &text, .logins = logins};
    mcpauth_status st = choose(context, &c, err);
    if (!st)
        st = ma_context_open_kept_store(context, err);
    if (st)
        return st;
    if (c.server && !ma_config_wants_tokens(context->settings.config))
        return tell_substitute(context, &c, err);
    st = tell(context, &c, check_all(context, &c, err), err);
    ma_json_free(c.checks);
    return st;
}
