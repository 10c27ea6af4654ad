/* grant.c - the token request, and what comes of its answer. */
#include "oauth/grant.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/form.h"
#include "oauth/choice.h"
#include "oauth/clientproof.h"
#include "oauth/enrol.h"
#include "oauth/fetch.h"
#include "oauth/identity.h"
#include "oauth/keeping.h"
#include "oauth/passwordgrant.h"
#include "oauth/possession.h"
#include "oauth/scope.h"
#include "oauth/voucher.h"

enum { TRIES_MAX = 3, RESERVE_LEN = 64 * 1024 };

/* --- the token request ------------------------------------------------------
 */

bool ma_grant_sends_resource(const mcpauth_flow *flow, unsigned kind)
{
    const mcpauth_config *config = flow->config;
    if (!flow->resource || flow->resource_refused ||
        ma_config_is(config, MA_CONFIG_RESOURCE_POLICY, "never"))
        return false;
    return ma_config_is(config, MA_CONFIG_RESOURCE_POLICY, "always") ||
           (flow->quirks->resource & kind);
}

bool ma_grant_drop_resource(
    mcpauth_flow *flow, unsigned kind, const mcpauth_error *err)
{
    const char *said = mcpauth_error_server_description(err);
    const char *meant = flow->quirks->resource_refusal;
    if (!said || !meant || !strstr(said, meant) ||
        !ma_grant_sends_resource(flow, kind) ||
        ma_config_is(flow->config, MA_CONFIG_RESOURCE_POLICY, "always"))
        return false;
    ma_config_log(flow->config, 0, "token",
        "the server takes no `resource` beside this scope; asking once more "
        "without it (resource_policy=never spares that)");
    flow->resource_refused = true;
    return true;
}

static void write_client_credentials(const mcpauth_flow *flow, ma_buf *form)
{
    ma_form_add(form, "grant_type", ma_span_of("client_credentials"));
    if (flow->scope)
        ma_form_add(form, "scope", ma_span_of(flow->scope));
}

static void write_refresh(const mcpauth_flow *flow, ma_buf *form)
{
    ma_form_add(form, "grant_type", ma_span_of("refresh_token"));
    ma_form_add(
        form, "refresh_token", ma_secret_span(ma_token_refresh(flow->token)));
}

static void write_code(const mcpauth_flow *flow, ma_buf *form)
{
    ma_form_add(form, "grant_type", ma_span_of("authorization_code"));
    ma_form_add(form, "code", ma_secret_span(flow->code));
    ma_form_add(form, "redirect_uri", ma_span_of(flow->redirect_uri));
    ma_form_add(form, "code_verifier", ma_secret_span(flow->verifier));
}

/* RFC 7523 2.1; the assertion goes as it came. */
static void write_assertion(const mcpauth_flow *flow, ma_buf *form)
{
    ma_form_add(form, "grant_type",
        ma_span_of("urn:ietf:params:oauth:grant-type:jwt-bearer"));
    ma_form_add(form, "assertion", ma_secret_span(flow->voucher));
    if (flow->scope)
        ma_form_add(form, "scope", ma_span_of(flow->scope));
}

/* What differs between the grants of the token endpoint. */
static const struct grant {
    const char *name;
    void (*write)(const mcpauth_flow *flow, ma_buf *form);
    unsigned resource;   /* MA_RESOURCE_...: the kind of its request */
    bool once;           /* what it sends is good for one request */
    ma_flow_state again; /* where a request that is made anew begins */
} grants[] = {
    [MA_GRANT_CLIENT_CREDENTIALS] = {"client_credentials",
        write_client_credentials, MA_RESOURCE_CLIENT_CREDENTIALS, false,
        MA_FLOW_TOKEN},
    [MA_GRANT_REFRESH] = {"refresh_token", write_refresh, MA_RESOURCE_REFRESH,
        false, MA_FLOW_TOKEN},
    [MA_GRANT_CODE] = {"authorization_code", write_code, MA_RESOURCE_CODE, true,
        MA_FLOW_TOKEN},
    [MA_GRANT_PASSWORD] = {"password", NULL, MA_RESOURCE_CODE, false,
        MA_FLOW_TOKEN},
    [MA_GRANT_ASSERTION] = {"jwt-bearer", write_assertion,
        MA_RESOURCE_CLIENT_CREDENTIALS, false, MA_FLOW_VOUCHER},
    [MA_GRANT_EXCHANGE] = {"token-exchange", ma_identity_write_exchange, 0,
        false, MA_FLOW_TOKEN},
};

static unsigned resource_kind(ma_grant_kind grant)
{
    return grants[grant].resource;
}

static mcpauth_status write_request(mcpauth_flow *flow, mcpauth_error *err)
{
    ma_request *request = &flow->request;
    mcpauth_status st = ma_request_post(request, flow->server.token_endpoint,
        "application/x-www-form-urlencoded", err);
    if (st)
        return st;
    grants[flow->grant].write(flow, &request->body);
    if (ma_grant_sends_resource(flow, resource_kind(flow->grant)))
        ma_form_add(&request->body, "resource", ma_span_of(flow->resource));
    st = ma_clientproof_add_chosen(flow, err);
    return st ? st : ma_possession_add(flow, err);
}

/* What a token needs from its answer to its SAVE is taken before it is asked
 * for: to run out of memory in between would lose it (S-043). */
static mcpauth_status reserve_memory(mcpauth_flow *flow, mcpauth_error *err)
{
    if (!flow->reserve)
        flow->reserve = ma_malloc(RESERVE_LEN);
    return flow->reserve ? MCPAUTH_OK : ma_error_nomem(err);
}

mcpauth_status ma_grant_ask(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = reserve_memory(flow, err);
    if (st)
        return st;
    ma_config_log(flow->config, 1, "token", "asking for a token (%s)",
        grants[flow->grant].name);
    if (flow->grant == MA_GRANT_PASSWORD)
        st = ma_config_password_grant(flow->config)
                 ->write(flow->config, flow->issuer, &flow->request, err);
    else
        st = write_request(flow, err);
    return st ? st : ma_fetch_ask(flow, err);
}

/* --- refusals ----------------------------------------------------------------
 */

static const char key_hint[] =
    "check the client id, that the server knows the public half of this key, "
    "and that this client may use the grant; a server that does not take the "
    "issuer for an audience needs client_assertion_audience=endpoint";

static const char certificate_hint[] =
    "check the client id, that this client is registered with the certificate "
    "that is shown (--cert, certificate_file), and that it may use the grant; "
    "the server must also ask for a certificate where the request went";

/* What to look after when the proof of the client is refused. */
static const char *find_proof_hint(const mcpauth_flow *flow)
{
    if (flow->auth_method == MA_CLIENTAUTH_KEY)
        return key_hint;
    return ma_clientauth_is_tls(flow->auth_method) ? certificate_hint : NULL;
}

void ma_grant_add_hint(const mcpauth_flow *flow, mcpauth_error *err)
{
    const char *code = mcpauth_error_server_code(err);
    const char *proof = find_proof_hint(flow);
    if (code && !strcmp(code, "invalid_client") && proof)
        ma_error_hint(err, "%s", proof);
    if (flow->grant == MA_GRANT_ASSERTION)
        ma_voucher_add_hint(err);
    const char *hint = code ? ma_quirks_find_hint(flow->quirks, code,
                                  mcpauth_config_mode(flow->config))
                            : NULL;
    if (hint)
        ma_error_hint(err, "%s", hint);
}

/* A machine has shown nothing but its credentials: who turns it away without a
 * word will not have those. */
static mcpauth_status judge_machine(const mcpauth_flow *flow,
    const ma_flow_fetch *fetch, mcpauth_status st, mcpauth_error *err)
{
    int http_status = fetch->answer->http_status;
    bool turned_away =
        http_status == 400 || http_status == 401 || http_status == 403;
    if (flow->grant != MA_GRANT_CLIENT_CREDENTIALS || st != MCPAUTH_E_HTTP ||
        !turned_away || ma_fetch_body(fetch).len > 0)
        return st;
    const char *proof = find_proof_hint(flow);
    ma_error_hint(err, "the server does not say why; %s",
        proof ? proof
              : "check the client id and the client secret, and that this "
                "client may use the grant client_credentials");
    return MCPAUTH_E_REFUSED;
}

/* Some servers refuse without the words of RFC 6749 5.2. */
static bool is_silent(const ma_flow_fetch *fetch, mcpauth_status st)
{
    int http_status = fetch->answer->http_status;
    return st == MCPAUTH_E_HTTP && (http_status == 400 || http_status == 401);
}

/* invalid_grant costs the refresh token.  What is said without words may mean
 * something else: the token stays, and whoever noted a refresh before noted it
 * rightly. */
static mcpauth_status note_refusal(
    mcpauth_flow *flow, bool silent, mcpauth_error *err)
{
    flow->dirty = true;
    return silent ? ma_record_mark_refresh(&flow->record, flow->cut_off_ms, err)
                  : ma_record_drop_refresh(&flow->record, err);
}

/* The refresh token does not help; what remains is a full authorization
 * .  Without a lock somebody else may have used it first (S-042): then
 * what he has stored by now is looked at before. */
static mcpauth_status refresh_refused(
    mcpauth_flow *flow, bool silent, mcpauth_error *err)
{
    if (!flow->held[MCPAUTH_LOCK_REFRESH] && !flow->read_again) {
        flow->read_again = true;
        ma_flow_go(flow, MA_FLOW_LOCKED_RECORD);
        return MCPAUTH_OK;
    }
    flow->refresh_done = true;
    ma_keeping_explain_loss(flow, err);
    ma_config_log(flow->config, 0, "token", "the refresh token is %s: %s",
        silent ? "refused without a reason" : "no longer accepted",
        mcpauth_error_message(err));
    mcpauth_status st = note_refusal(flow, silent, err);
    return st ? st : ma_choice_make(flow, err);
}

/* A refusal that is the last word has used nothing up: what was noted for it
 * does not hold, and of what another noted nothing has come out. */
static mcpauth_status unmark(mcpauth_flow *flow)
{
    if (flow->grant != MA_GRANT_REFRESH)
        return MCPAUTH_OK;
    int64_t before_ms = flow->cut_off_ms;
    flow->dirty = true;
    flow->cut_off_ms = 0;
    return ma_record_mark_refresh(&flow->record, before_ms, NULL);
}

static mcpauth_status name_request(
    const mcpauth_flow *flow, mcpauth_status st, mcpauth_error *err)
{
    MA_AUTO(ma_text) url = ma_url_redacted(ma_buf_text(&flow->request.url));
    return ma_error_in(err, st, "asking %s for a token (%s)",
        url ? url : "the token endpoint", grants[flow->grant].name);
}

static mcpauth_status refused(mcpauth_flow *flow, const ma_flow_fetch *fetch,
    mcpauth_status st, mcpauth_error *err)
{
    ma_fetch_mask(flow, err);
    const char *code = mcpauth_error_server_code(err);
    if (st == MCPAUTH_E_REFUSED && code) {
        if (flow->grant == MA_GRANT_REFRESH && !strcmp(code, "invalid_grant"))
            return refresh_refused(flow, false, err);
        if (ma_enrol_is_forgotten(flow, st, err))
            return unmark(flow) ? ma_error_nomem(err)
                                : ma_enrol_again(flow, err);
        if (!grants[flow->grant].once &&
            ma_grant_drop_resource(flow, resource_kind(flow->grant), err)) {
            ma_flow_go(flow, grants[flow->grant].again);
            return MCPAUTH_OK;
        }
        if (!grants[flow->grant].once &&
            !strcmp(code, "temporarily_unavailable") &&
            ma_fetch_later(flow, fetch, TRIES_MAX)) {
            flow->resume = grants[flow->grant].again;
            return MCPAUTH_OK;
        }
    }
    if (flow->grant == MA_GRANT_REFRESH && is_silent(fetch, st))
        return refresh_refused(flow, true, err);
    int http_status = fetch->answer->http_status;
    if (http_status >= 400 && http_status < 500 && unmark(flow))
        return ma_error_nomem(err);
    if (flow->auth_method == MA_CLIENTAUTH_KEY || flow->proves ||
        flow->grant == MA_GRANT_ASSERTION)
        ma_fetch_hint_clock(flow, fetch, err);
    ma_grant_add_hint(flow, err);
    bool dated =
        st == MCPAUTH_E_REFUSED && code && !strcmp(code, "invalid_grant");
    st = name_request(flow, judge_machine(flow, fetch, st, err), err);
    return dated && ma_voucher_try_another(flow, st, err) ? MCPAUTH_OK : st;
}

/* --- success ------------------------------------------------------------- */

ma_record_grant ma_grant_describe(const mcpauth_flow *flow)
{
    bool signs = flow->auth_method == MA_CLIENTAUTH_KEY;
    return (ma_record_grant){
        .mode = mcpauth_config_mode(flow->config),
        .identity = ma_config_is_identity(flow->config),
        .issuer = flow->issuer,
        .trusted_issuer =
            flow->server.issuer_trusted ? flow->server.issuer : NULL,
        .resource = flow->resource,
        .client_id = flow->client_id,
        .requested_scope = flow->scope,
        .token_endpoint = flow->server.token_endpoint,
        .revocation_endpoint = flow->server.revocation_endpoint,
        .assertion_audience = signs ? ma_clientproof_audience(flow) : NULL,
        .assertion_alg = signs ? flow->auth_alg : NULL,
        .certified = flow->server.certified,
    };
}

mcpauth_status ma_grant_keep(mcpauth_flow *flow, const ma_record_grant *grant,
    const ma_tokenanswer *answer, int64_t obtained_at_ms, mcpauth_error *err)
{
    bool refreshed =
        flow->purpose != MCPAUTH_FLOW_ADOPT && flow->grant == MA_GRANT_REFRESH;
    mcpauth_status st = ma_record_put_token(
        &flow->record, grant, answer, refreshed, obtained_at_ms, err);
    if (!st && flow->client == MA_CLIENT_CONFIGURED && flow->client_id)
        st = ma_record_bind(&flow->record, flow->client_id, flow->issuer, err);
    MA_AUTO(mcpauth_token) token = NULL;
    if (!st)
        st = ma_record_token(&flow->record, &token, err);
    if (st)
        return st;
    mcpauth_token_free(flow->token);
    flow->token = ma_move(&token);
    return MCPAUTH_OK;
}

static mcpauth_status keep_token(
    mcpauth_flow *flow, const ma_tokenanswer *answer, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) key = ma_buf_init(MA_KEY_TEXT_MAX);
    mcpauth_status st =
        answer->bound ? ma_key_write_pem(&key, flow->key, err) : MCPAUTH_OK;
    if (!st)
        st = ma_buf_status(&key, "the key", err);
    if (st)
        return st;
    ma_record_grant grant = ma_grant_describe(flow);
    grant.dpop_key = answer->bound ? ma_buf_text(&key) : NULL;
    if (flow->grant == MA_GRANT_REFRESH)
        grant.requested_scope = ma_token_requested_scope(flow->token);
    return ma_grant_keep(flow, &grant, answer, flow->now_ms, err);
}

static void note_grant(const mcpauth_flow *flow)
{
    if (!flow->attempt)
        return;
    if (flow->grant == MA_GRANT_REFRESH)
        ma_attempt_note_refresh(flow->attempt);
    else
        ma_attempt_note_authorization(flow->attempt);
}

/* Less was granted than the MCP server wants: that is a denial, too. */
static mcpauth_status note_narrow_grant(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *wanted = flow->challenge.scope;
    if (!wanted || !flow->attempt || !ma_attempt_steps_up(flow->attempt) ||
        ma_scope_covers(
            ma_span_of(mcpauth_token_scope(flow->token)), ma_span_of(wanted)))
        return MCPAUTH_OK;
    return ma_record_note_denied(&flow->record, wanted, err);
}

static mcpauth_status granted(
    mcpauth_flow *flow, const ma_tokenanswer *answer, mcpauth_error *err)
{
    mcpauth_status st = keep_token(flow, answer, err);
    if (!st)
        st = note_narrow_grant(flow, err);
    if (st)
        return st;
    note_grant(flow);
    if (answer->expires_in_s >= 0)
        ma_config_log(flow->config, 1, "token",
            "got a token (%s), good for %lld s", grants[flow->grant].name,
            (long long)answer->expires_in_s);
    else
        ma_config_log(flow->config, 1, "token",
            "got a token (%s) of unknown lifetime", grants[flow->grant].name);
    if (flow->grant == MA_GRANT_EXCHANGE) {
        ma_keeping_finish(flow);
        return MCPAUTH_OK;
    }
    flow->dirty = true;
    flow->obtained = true;
    ma_keeping_begin_save(flow);
    return MCPAUTH_OK;
}

/* It is of the kind that was asked for. */
static mcpauth_status check_answer(
    const mcpauth_flow *flow, ma_tokenanswer *answer, mcpauth_error *err)
{
    bool exchange = flow->grant == MA_GRANT_EXCHANGE;
    if (exchange != answer->exchanged)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            exchange ? "the answer is an access token, and no assertion "
                       "(token_type is not N_A)"
                     : "the answer is no access token (token_type N_A)");
    if (exchange)
        return ma_identity_check_exchange(flow, answer, err);
    mcpauth_status st = ma_possession_judge(flow, answer->bound, err);
    if (!st && ma_config_is_identity(flow->config))
        st = ma_identity_take(flow, answer, err);
    return st;
}

static mcpauth_status take_answer(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    MA_SCOPED(ma_tokenanswer) answer = {0};
    const mcpauth_answer *got = fetch->answer;
    mcpauth_status st = MCPAUTH_OK;
    if (flow->grant == MA_GRANT_PASSWORD)
        st = ma_config_password_grant(flow->config)
                 ->parse(got->http_status, ma_fetch_body(fetch), &answer, err);
    else
        st = ma_tokenanswer_parse(
            got->http_status, got->headers, ma_fetch_body(fetch), &answer, err);
    if (st)
        return refused(flow, fetch, st, err);
    st = check_answer(flow, &answer, err);
    return st ? name_request(flow, st, err) : granted(flow, &answer, err);
}

/* A refresh without an answer may have used the token up (S-043): when it is
 * refused the next time, that is why. */
static void note_silence(mcpauth_flow *flow, const ma_flow_fetch *fetch)
{
    bool silent = fetch->status == MCPAUTH_E_NETWORK ||
                  fetch->status == MCPAUTH_E_TIMEOUT;
    if (silent && flow->grant == MA_GRANT_REFRESH && !flow->cut_off_ms)
        flow->cut_off_ms = ma_record_refresh_started(&flow->record);
}

mcpauth_status ma_grant_got(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    note_silence(flow, fetch);
    bool again = false;
    mcpauth_status st = ma_possession_read(flow, fetch, &again, err);
    if (st || again) {
        if (again)
            ma_flow_go(flow, MA_FLOW_TOKEN);
        return st;
    }
    if (!grants[flow->grant].once && ma_fetch_again(flow, fetch, TRIES_MAX)) {
        flow->resume = grants[flow->grant].again;
        return MCPAUTH_OK;
    }
    if (fetch->status)
        return name_request(flow, ma_fetch_failed(fetch, NULL, err), err);
    st = take_answer(flow, fetch, err);
    if (st == MCPAUTH_E_NOMEM && fetch->answer->http_status == 200 &&
        ma_flow_use_reserve(flow))
        st = take_answer(flow, fetch, err);
    return st;
}
