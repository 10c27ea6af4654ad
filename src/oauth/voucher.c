/* voucher.c - what is brought for a workload, looked at before it is sent. */
#include "oauth/voucher.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "oauth/clientproof.h"
#include "oauth/jwtview.h"
#include "oauth/keeping.h"

/* */
#define PROFILE "urn:ietf:params:oauth:grant-profile:id-jag"
#define GRANT   "urn:ietf:params:oauth:grant-type:jwt-bearer"

enum { PATIENCE_MS = 30000, SOURCE_SHOWN_MAX = 128 };

static bool is_enterprise(const mcpauth_flow *flow)
{
    return mcpauth_config_mode(flow->config) == MCPAUTH_MODE_ENTERPRISE;
}

/* Somebody is to log in at the identity provider, whoever did before. */
static bool wants_login(const mcpauth_flow *flow)
{
    return is_enterprise(flow) && flow->purpose == MCPAUTH_FLOW_LOGIN &&
           flow->interactive &&
           !ma_config_text(flow->config, MA_CONFIG_ASSERTION);
}

mcpauth_status ma_voucher_start(mcpauth_flow *flow, mcpauth_error *err)
{
    const ma_json *grants = flow->server.grant_types_supported;
    const ma_json *profiles = ma_json_get_array(
        flow->server.document, "authorization_grant_profiles_supported");
    bool taken =
        !grants || ma_json_has(grants, GRANT) || ma_json_has(profiles, PROFILE);
    if (taken) {
        flow->grant = MA_GRANT_ASSERTION;
        if (wants_login(flow))
            ma_keeping_begin_login(flow, MA_FLOW_VOUCHER);
        else
            ma_flow_go(flow, MA_FLOW_VOUCHER);
        return MCPAUTH_OK;
    }
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    MA_AUTO(ma_text) listed = ma_json_quote_texts(grants);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "%s takes no assertion for a grant (grant_types_supported: %s)",
        issuer ? issuer : "the authorization server", listed ? listed : "?");
    ma_error_hint(err, "have " GRANT " allowed there, or set client_secret or "
                       "private_key instead of assertion");
    return st;
}

/* Others wait for the lock no longer than that; a person takes his time. */
static int64_t until_ms(const mcpauth_flow *flow)
{
    int64_t lock_ms = ma_keeping_until_ms(flow);
    int64_t patience_ms =
        flow->now_ms +
        (flow->step.person ? flow->login_timeout_ms : PATIENCE_MS);
    return lock_ms < patience_ms ? lock_ms : patience_ms;
}

mcpauth_status ma_voucher_ask(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = ma_keeping_check_time(flow, err);
    flow->step.kind = MCPAUTH_STEP_ASSERT;
    if (!is_enterprise(flow))
        flow->step.assertion =
            ma_config_text(flow->config, MA_CONFIG_ASSERTION);
    flow->step.person = flow->interactive && ma_keeping_may_ask(flow);
    flow->step.login =
        wants_login(flow) && flow->step.person && !flow->vouched_twice;
    flow->step.audience = ma_clientproof_audience(flow);
    flow->step.resource = flow->resource;
    flow->step.scope = flow->scope;
    flow->step.fresh =
        flow->refused && (!is_enterprise(flow) || flow->vouched_again);
    flow->step.until_ms = until_ms(flow);
    flow->asked = !st;
    return st;
}

/* --- looking at it ------------------------------------------------------- */

/* Where it came from, for a message; a command is cut short. */
static char *name_source(const mcpauth_flow *flow)
{
    const char *source = ma_config_text(flow->config,
        is_enterprise(flow) ? MA_CONFIG_IDP_ISSUER : MA_CONFIG_ASSERTION);
    if (strncmp(source, "http", 4) == 0)
        return ma_url_redacted(source);
    MA_SCOPED(ma_buf) text = ma_buf_init(4 * SOURCE_SHOWN_MAX);
    ma_quote_write(&text, ma_span_of(source), SOURCE_SHOWN_MAX);
    return ma_buf_take(&text);
}

static mcpauth_status refuse_form(const mcpauth_flow *flow, mcpauth_error *err)
{
    MA_AUTO(ma_text) source = name_source(flow);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "what %s gives is no JWT: an assertion is three parts of base64url "
        "with dots between",
        source ? source : "the source");
    ma_error_hint(err, "look at what it gives: it must be the token alone");
    return st;
}

static mcpauth_status refuse_expired(
    const mcpauth_flow *flow, int64_t expiry_ms, mcpauth_error *err)
{
    MA_AUTO(ma_text) source = name_source(flow);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_REFUSED,
        "the assertion from %s has expired %" PRId64 " s ago",
        source ? source : "the source", (flow->now_ms - expiry_ms) / 1000);
    ma_error_hint(err, "see to whoever issues it, or to the clock of this "
                       "machine, if that is wrong");
    return st;
}

/* It may be for the issuer or for the endpoint; nobody can change it here. */
static void warn_of_audience(const mcpauth_flow *flow, const ma_jwtview *view)
{
    const char *endpoint = flow->server.token_endpoint;
    if (ma_jwtview_is_for(view, flow->issuer) ||
        (flow->server.issuer && ma_jwtview_is_for(view, flow->server.issuer)) ||
        (endpoint && ma_jwtview_is_for(view, endpoint)))
        return;
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    ma_config_log(flow->config, 0, "token",
        "the assertion is for neither %s nor its token endpoint (aud), which "
        "may refuse it",
        issuer ? issuer : "the authorization server");
}

/* It is for the client that will send it; whom and what for was looked
 * at where it was made. */
static mcpauth_status check_client(
    const mcpauth_flow *flow, const ma_jwtview *view, mcpauth_error *err)
{
    const ma_jwtview_wanted wanted = {
        .client_id = flow->client_id, .now_ms = flow->now_ms};
    mcpauth_status st = ma_jwtview_check(view, &wanted, err);
    return st ? ma_error_in(err, st, "the identity provider's assertion") : st;
}

static mcpauth_status look_at(
    const mcpauth_flow *flow, ma_span text, mcpauth_error *err)
{
    MA_SCOPED(ma_jwtview) view = {0};
    int64_t expiry_ms = 0;
    mcpauth_status st = ma_jwtview_parse(text, &view, NULL);
    if (st)
        return st == MCPAUTH_E_NOMEM ? ma_error_nomem(err)
                                     : refuse_form(flow, err);
    if (ma_jwtview_expiry(&view, &expiry_ms) && expiry_ms <= flow->now_ms)
        return refuse_expired(flow, expiry_ms, err);
    if (is_enterprise(flow))
        return check_client(flow, &view, err);
    warn_of_audience(flow, &view);
    return MCPAUTH_OK;
}

static ma_span trim(ma_span text)
{
    while (text.len && strchr(" \t\r\n", text.at[0]))
        text = ma_span_make(text.at + 1, text.len - 1);
    while (text.len && strchr(" \t\r\n", text.at[text.len - 1]))
        text.len--;
    return text;
}

/* While there is no other one, the refusal stands: it says more than why there
 * is none.  Without memory nothing is known. */
static mcpauth_status or_refusal(
    const mcpauth_flow *flow, mcpauth_status st, mcpauth_error *err)
{
    if (!flow->refused || st == MCPAUTH_E_NOMEM)
        return st;
    ma_error_copy(err, flow->refusal);
    return flow->refused;
}

mcpauth_status ma_voucher_failed(mcpauth_flow *flow, mcpauth_status status,
    const mcpauth_error *why, mcpauth_error *err)
{
    if (status == MCPAUTH_E_LOGIN_REQUIRED && is_enterprise(flow) &&
        flow->interactive && !ma_keeping_may_ask(flow)) {
        ma_keeping_begin_login(flow, MA_FLOW_VOUCHER);
        return MCPAUTH_OK;
    }
    mcpauth_status st =
        ma_error_set(err, status, "there is no assertion to be had");
    if (mcpauth_error_status(why))
        ma_error_copy(err, why);
    return or_refusal(flow, st, err);
}

/* A new assertion costs an identity provider nothing, and a new ID token one of
 * its refresh tokens: that comes only when the former is no new one. */
static mcpauth_status got_same(mcpauth_flow *flow, mcpauth_error *err)
{
    if (!is_enterprise(flow) || flow->vouched_again)
        return or_refusal(flow, flow->refused, err);
    flow->vouched_again = true;
    ma_flow_go(flow, MA_FLOW_VOUCHER);
    return MCPAUTH_OK;
}

mcpauth_status ma_voucher_got(
    mcpauth_flow *flow, ma_span text, mcpauth_error *err)
{
    text = trim(text);
    if (flow->refused && ma_secret_is(flow->voucher, text))
        return got_same(flow, err);
    mcpauth_status st = look_at(flow, text, err);
    if (!st)
        st = ma_secret_set(&flow->voucher, text, err);
    if (st)
        return or_refusal(flow, st, err);
    flow->refused = MCPAUTH_OK;
    ma_keeping_begin_token(flow);
    return MCPAUTH_OK;
}

void ma_voucher_add_hint(mcpauth_error *err)
{
    static const struct {
        const char *code;
        const char *hint;
    } rows[] = {
        {"invalid_grant",
            "the authorization server must trust whoever signs the assertion "
            "(its `iss`), know its `sub`, and be its `aud`: by the name of its "
            "issuer or of its token endpoint, as it wants it"},
        {"unauthorized_client",
            "allow the grant " GRANT " for this client at the authorization "
            "server"},
        {"invalid_client",
            "where the authorization server takes assertions of known clients "
            "only, set client_id to one that may use them"},
    };
    const char *code = mcpauth_error_server_code(err);
    for (size_t i = 0; code && i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(code, rows[i].code))
            ma_error_hint(err, "%s", rows[i].hint);
}

/* A command, or a service, makes another one each time, and of the same words:
 * that it differs says nothing.  That of an identity provider is good once
 * (A-195). */
static bool is_replaced_by_others(const mcpauth_flow *flow)
{
    return is_enterprise(flow) ||
           ma_span_starts(
               ma_config_span(flow->config, MA_CONFIG_ASSERTION), "file:");
}

bool ma_voucher_try_another(
    mcpauth_flow *flow, mcpauth_status status, const mcpauth_error *err)
{
    if (flow->grant != MA_GRANT_ASSERTION || flow->vouched_twice ||
        !is_replaced_by_others(flow))
        return false;
    flow->vouched_twice = true;
    flow->refused = status;
    ma_error_copy(flow->refusal, err);
    ma_flow_go(flow, MA_FLOW_VOUCHER);
    return true;
}
