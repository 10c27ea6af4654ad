/* adoption.c - see adoption.h. */
#include "oauth/adoption.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/choice.h"
#include "oauth/grant.h"
#include "oauth/keeping.h"
#include "oauth/register.h"

/* --- what is given ------------------------------------------------------- */

static mcpauth_status refuse(
    const char *what, mcpauth_status st, mcpauth_error *err)
{
    return st == MCPAUTH_E_NOMEM
               ? st
               : ma_error_in(err, MCPAUTH_E_USAGE, "the login's %s", what);
}

static mcpauth_status read_answer(
    mcpauth_flow *flow, ma_span text, mcpauth_error *err)
{
    MA_AUTO(ma_json) document = NULL;
    mcpauth_status st = ma_json_parse_object(text, &document, err);
    if (!st)
        st = ma_tokenanswer_read(document, &flow->adopted, err);
    return st ? refuse("token answer", st, err) : st;
}

static mcpauth_status read_registration(
    mcpauth_flow *flow, ma_span text, mcpauth_error *err)
{
    MA_AUTO(ma_json) document = NULL;
    mcpauth_status st = ma_json_parse_object(text, &document, err);
    if (!st)
        st = ma_register_keep(document, NULL, &flow->adopted_client, err);
    return st ? refuse("registration", st, err) : st;
}

mcpauth_status ma_adoption_set(
    mcpauth_flow *flow, const mcpauth_adoption *adoption, mcpauth_error *err)
{
    flow->adopted_at_ms = adoption->obtained_at_ms;
    mcpauth_status st =
        ma_flow_set_text(&flow->adopted_issuer, adoption->issuer, err);
    if (!st)
        st = ma_flow_set_text(
            &flow->adopted_request, adoption->requested_scope, err);
    if (!st)
        st = read_answer(
            flow, ma_span_make(adoption->answer, adoption->answer_len), err);
    if (st || !adoption->registration)
        return st;
    return read_registration(flow,
        ma_span_make(adoption->registration, adoption->registration_len), err);
}

/* --- whether it can be ours ---------------------------------------------- */

/* What cannot be read may be a better login. */
static mcpauth_status check_record(const mcpauth_flow *flow, mcpauth_error *err)
{
    if (!mcpauth_error_status(flow->unread))
        return MCPAUTH_OK;
    ma_error_copy(err, flow->unread);
    return ma_error_in(
        err, MCPAUTH_E_STORE, "looking for a login that is there already");
}

static mcpauth_status check_kind(const mcpauth_flow *flow, mcpauth_error *err)
{
    if (mcpauth_config_mode(flow->config) != MCPAUTH_MODE_INTERACTIVE)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "only a person's login can be taken over, and the mode here is %s",
            mcpauth_mode_name(mcpauth_config_mode(flow->config)));
    if (flow->adopted.bound)
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "the token is bound to a key of the program that has it (DPoP)");
    return MCPAUTH_OK;
}

/* A URL that is an origin is written with and without the slash behind it. */
static bool is_same_issuer(const char *known, const char *named)
{
    ma_span a = ma_span_of(known);
    ma_span b = ma_span_of(named);
    a.len -= ma_span_ends(a, "/");
    b.len -= ma_span_ends(b, "/");
    return ma_span_eq(a, b);
}

/* S-031 */
static mcpauth_status check_issuer(const mcpauth_flow *flow, mcpauth_error *err)
{
    const char *known = flow->adopted_issuer;
    if (!known || is_same_issuer(known, flow->issuer) ||
        (flow->server.issuer_trusted &&
            is_same_issuer(known, flow->server.issuer)))
        return MCPAUTH_OK;
    MA_AUTO(ma_text) before = ma_url_redacted(known);
    MA_AUTO(ma_text) now = ma_url_redacted(flow->issuer);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "the login was made at %s, but the MCP server now names the "
        "authorization server %s; its tokens stay there",
        before ? before : "", now ? now : "");
    ma_error_hint(err, "log in anew");
    return st;
}

static mcpauth_status refuse_client(
    const mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        flow->client_id ? "the login was made by another client than the one "
                          "that is configured"
                        : "the login does not say which client it is for");
    ma_error_hint(err, "%s",
        flow->client_id ? "configure that one, or none, or log in anew"
                        : "set client_id to that of the program which made it");
    return st;
}

/* The client that the tokens are for. */
static mcpauth_status choose_client(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *theirs = ma_json_text(flow->adopted_client, "client_id");
    mcpauth_status st = ma_choice_find_client(flow, err);
    if (!st && flow->client == MA_CLIENT_REGISTERED && theirs) {
        ma_json *copy = ma_json_dup(flow->adopted_client);
        st = copy ? ma_record_put_client(&flow->record, flow->issuer, copy, err)
                  : ma_error_nomem(err);
        if (!st)
            st = ma_choice_find_client(flow, err);
    }
    if (st)
        return st;
    bool ours =
        flow->client_id && (theirs ? !strcmp(theirs, flow->client_id)
                                   : flow->client != MA_CLIENT_REGISTERED);
    return ours ? MCPAUTH_OK : refuse_client(flow, err);
}

/* --- which one is kept --------------------------------------------------- */

static bool is_text(const char *a, const char *b)
{
    return a && !strcmp(a, b);
}

/* Of one client, the newer one is what became of the older. */
static bool stays(const mcpauth_flow *flow, const mcpauth_token *own)
{
    if (mcpauth_token_obtained_at_ms(own) >= flow->adopted_at_ms)
        return true;
    if (is_text(mcpauth_token_issuer(own), flow->issuer) &&
        is_text(mcpauth_token_client_id(own), flow->client_id))
        return false;
    return mcpauth_token_renewable(own) || !ma_token_expired(own, flow->now_ms);
}

/* The token, but not the client that was put beside it, is as it was. */
static mcpauth_status judge_own(
    mcpauth_flow *flow, bool *out_stays, mcpauth_error *err)
{
    MA_AUTO(mcpauth_token) own = NULL;
    bool fits = false;
    mcpauth_status st = ma_record_token(&flow->record, &own, err);
    *out_stays = !st && own && stays(flow, own);
    if (st || !*out_stays)
        return st;
    ma_config_log(flow->config, 1, "token",
        "the login that is there already is newer or still good; it stays");
    st = ma_token_fits(own, flow->config, &fits, err);
    mcpauth_token_free(flow->token);
    flow->token = fits ? ma_move(&own) : NULL;
    return st;
}

static mcpauth_status keep(mcpauth_flow *flow, mcpauth_error *err)
{
    bool fits = false;
    ma_record_grant grant = ma_grant_describe(flow);
    grant.requested_scope =
        flow->adopted_request ? flow->adopted_request : flow->adopted.scope;
    mcpauth_status st =
        ma_grant_keep(flow, &grant, &flow->adopted, flow->adopted_at_ms, err);
    if (!st)
        st = ma_token_fits(flow->token, flow->config, &fits, err);
    if (st || fits)
        return st;
    st = ma_error_set(err, MCPAUTH_E_USAGE,
        "the login was made with other settings than those in force here");
    ma_error_hint(err, "log in anew, or see to scope and dpop");
    return st;
}

/* It could be used for nothing. */
static mcpauth_status check_end(const mcpauth_flow *flow, mcpauth_error *err)
{
    const ma_tokenanswer *answer = &flow->adopted;
    if (answer->refresh_token || answer->expires_in_s < 0 ||
        flow->adopted_at_ms + answer->expires_in_s * 1000 > flow->now_ms)
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_LOGIN_REQUIRED,
        "the login has ended, and has no refresh token");
    ma_error_hint(err, "log in anew");
    return st;
}

mcpauth_status ma_adoption_take(mcpauth_flow *flow, mcpauth_error *err)
{
    bool own_stays = false;
    if (flow->adopted_at_ms <= 0 || flow->adopted_at_ms > flow->now_ms)
        flow->adopted_at_ms = flow->now_ms;
    mcpauth_status st = check_record(flow, err);
    if (!st)
        st = check_kind(flow, err);
    if (!st)
        st = check_end(flow, err);
    if (!st)
        st = check_issuer(flow, err);
    if (!st)
        st = choose_client(flow, err);
    if (!st)
        st = judge_own(flow, &own_stays, err);
    if (!st && own_stays)
        ma_keeping_finish(flow);
    if (st || own_stays)
        return st;
    st = keep(flow, err);
    if (st)
        return st;
    flow->dirty = flow->obtained = true;
    ma_keeping_begin_save(flow);
    return MCPAUTH_OK;
}
