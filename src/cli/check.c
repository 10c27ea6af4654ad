/* check.c - see check.h. */
#include "cli/check.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"
#include "cli/moment.h"
#include "cli/onelogin.h"

static const char not_offered[] = "the issuer offers no introspection";

/* The last second that four digits of a year can say. */
#define SECONDS_MAX INT64_C(253402300799)

/* --- for machines -------------------------------------------------------- */

static mcpauth_status put_expiry(
    ma_json *check, const ma_json *said, mcpauth_error *err)
{
    char expiry[MA_MOMENT_MAX];
    double seconds = 0;
    if (!ma_json_number(said, "exp", &seconds) || !(seconds > 0) ||
        seconds > (double)SECONDS_MAX)
        return MCPAUTH_OK;
    ma_moment_write((int64_t)seconds * 1000, expiry);
    return ma_json_put_text(check, "expires_at", expiry, err);
}

static mcpauth_status put_said(
    ma_json *check, const ma_json *said, mcpauth_error *err)
{
    static const char *const names[] = {"sub", "username", "client_id", "scope",
        "token_type", "iss", "aud", "cnf"};
    mcpauth_status st =
        ma_json_put_true(check, "active", ma_json_true(said, "active"), err);
    for (size_t i = 0; !st && i < sizeof names / sizeof *names; i++) {
        const ma_json *value = ma_json_get(said, names[i]);
        if (value)
            st = ma_json_put(check, names[i], ma_json_dup(value), err);
    }
    return st ? st : put_expiry(check, said, err);
}

mcpauth_status ma_check_read(
    ma_span answer, ma_json **out_check, mcpauth_error *err)
{
    MA_AUTO(ma_json) said = NULL;
    mcpauth_status st = ma_json_parse_object(answer, &said, err);
    if (st)
        return st;
    MA_AUTO(ma_json) check = ma_json_object();
    if (!check)
        return ma_error_nomem(err);
    st = put_said(check, said, err);
    if (!st)
        *out_check = ma_move(&check);
    return st;
}

/* --- for people ---------------------------------------------------------- */

static void write_line(
    ma_buf *to, const char *name, const char *before, const char *value)
{
    if (!value)
        return;
    ma_buf_addf(to, "    %-8s %s", name, before);
    ma_quote_write(to, ma_span_of(value), MA_QUOTE_MAX);
    ma_buf_add_byte(to, '\n');
}

void ma_check_write(ma_buf *to, const ma_json *check)
{
    const char *reason = ma_json_text(check, "reason");
    const ma_json *bound = ma_json_get_object(check, "cnf");
    ma_buf_addf(to, "  %-10s ", "check");
    if (reason) {
        ma_buf_add_text(to, "not known: ");
        ma_quote_write(to, ma_span_of(reason), MA_QUOTE_MAX);
    } else {
        ma_buf_add_text(
            to, ma_json_true(check, "active") ? "active" : "NOT ACTIVE");
    }
    ma_buf_add_byte(to, '\n');
    write_line(to, "user", "", ma_json_text(check, "username"));
    write_line(to, "subject", "", ma_json_text(check, "sub"));
    write_line(to, "client", "", ma_json_text(check, "client_id"));
    write_line(to, "scope", "", ma_json_text(check, "scope"));
    write_line(to, "expires", "at ", ma_json_text(check, "expires_at"));
    write_line(to, "bound", "to the key ", ma_json_text(bound, "jkt"));
    write_line(
        to, "bound", "to the certificate ", ma_json_text(bound, "x5t#S256"));
}

/* --- asking -------------------------------------------------------------- */

static mcpauth_status give_reason(
    const char *reason, ma_json **out_check, mcpauth_error *err)
{
    MA_AUTO(ma_json) check = ma_json_object();
    if (!check)
        return ma_error_nomem(err);
    mcpauth_status st = ma_json_put_text(check, "reason", reason, err);
    if (!st)
        *out_check = ma_move(&check);
    return st;
}

static mcpauth_status refuse_inactive(
    const ma_context *context, mcpauth_error *err)
{
    MA_AUTO(ma_text)
    server =
        ma_url_redacted(mcpauth_config_get(context->settings.config, "server"));
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_LOGIN_REQUIRED,
        "the token for %s is not active, its issuer says",
        server ? server : "the server");
    ma_error_hint(err, "a login that is renewable is renewed by the next "
                       "command that uses it, as long as the issuer allows");
    return st;
}

static mcpauth_status ask(ma_context *one, void *ctx, mcpauth_error *err)
{
    ma_json **out_check = ctx;
    char *answer = NULL;
    size_t len = 0;
    mcpauth_status st =
        mcpauth_provider_introspect(one->provider, &answer, &len, err);
    if (st || !answer)
        return st ? st : give_reason(not_offered, out_check, err);
    st = ma_check_read(ma_span_make(answer, len), out_check, err);
    mcpauth_text_free(answer);
    if (st || ma_json_true(*out_check, "active"))
        return st;
    return refuse_inactive(one, err);
}

mcpauth_status ma_check_run(const ma_context *context,
    const mcpauth_store_key *key, const char *word, ma_json **out_check,
    mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    MA_AUTO(ma_json) check = NULL;
    if (!why)
        return ma_error_nomem(err);
    mcpauth_status st = ma_onelogin_run(context, key, word, ask, &check, why);
    mcpauth_status told = MCPAUTH_OK;
    if (!check)
        told = give_reason(mcpauth_error_message(why), &check, err);
    if (told)
        return told;
    *out_check = ma_move(&check);
    ma_error_copy(err, why);
    bool refused = st == MCPAUTH_E_REFUSED || st == MCPAUTH_E_UNTRUSTED;
    return refused ? MCPAUTH_E_HTTP : st;
}
