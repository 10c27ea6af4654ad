/* guard.c - see guard.h. */
#include "sandbox/guard.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ISSUER_MAX = 512 };

/* --- faults -------------------------------------------------------------- */

/* What a fault makes of a request that has a token. */
static ma_guard_verdict find_forced(ma_faults *faults)
{
    static const struct {
        ma_fault fault;
        ma_guard_verdict verdict;
    } rows[] = {
        {MA_FAULT_401_MISSING, MA_GUARD_MISSING},
        {MA_FAULT_401_CLAIM, MA_GUARD_CLAIM},
        {MA_FAULT_403_UNPARSABLE, MA_GUARD_UNPARSABLE},
        {MA_FAULT_403_INSUFFICIENT_SCOPE, MA_GUARD_SCOPE},
        {MA_FAULT_403_METHOD_MISMATCH, MA_GUARD_MISMATCH},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (ma_faults_strike(faults, rows[i].fault))
            return rows[i].verdict;
    return MA_GUARD_GOOD;
}

/* --- the token ----------------------------------------------------------- */

static bool is_alive(const ma_world *world, const ma_json *claims)
{
    const char *jti = ma_json_text(claims, "jti");
    unsigned long number = jti ? strtoul(jti, NULL, 10) : 0;
    int64_t exp_s = ma_json_int(claims, "exp", 0);
    return number > world->tokens_dead && exp_s * 1000 > ma_world_now_ms(world);
}

static bool is_issuer(const ma_idp *idp, const ma_json *claims)
{
    MA_SCOPED(ma_buf) issuer = ma_buf_init(ISSUER_MAX);
    const char *iss = ma_json_text(claims, "iss");
    ma_idp_write_issuer(idp, &issuer);
    return iss && ma_span_is(ma_buf_span(&issuer), iss);
}

static bool has_scope(const char *scopes, const char *granted)
{
    ma_span rest = ma_span_of(granted);
    while (rest.at)
        if (ma_clients_lists(scopes, ma_span_cut(&rest, ' ')))
            return true;
    return false;
}

static ma_guard_verdict judge_claims(
    const ma_guard *guard, const ma_json *claims, bool forged)
{
    const char *client = ma_json_text(claims, "client_id");
    const char *audience = ma_json_text(claims, "aud");
    if (guard->clients && !ma_clients_lists(guard->clients, ma_span_of(client)))
        return MA_GUARD_CLAIM;
    if (forged || !is_issuer(guard->idp, claims) ||
        !is_alive(guard->idp->world, claims))
        return MA_GUARD_INVALID;
    if (guard->audience && audience && strcmp(audience, guard->audience) != 0)
        return MA_GUARD_AUDIENCE;
    if (guard->scopes &&
        !has_scope(guard->scopes, ma_json_text(claims, "scope")))
        return MA_GUARD_SCOPE;
    return MA_GUARD_GOOD;
}

/* The token, or an empty span; *out_other: another scheme is used. */
static ma_span read_token(const ma_visit *visit, bool *out_other)
{
    const char *field = ma_visit_field(visit, "Authorization");
    bool bearer = field && !strncasecmp(field, "Bearer", 6);
    *out_other = field && *field && !bearer;
    ma_span token = ma_span_trim(ma_span_of(bearer ? field + 6 : NULL));
    return ma_span_is(token, "undefined") ? (ma_span){0} : token;
}

static ma_guard_verdict judge_token(
    const ma_guard *guard, ma_span token, ma_visit *visit)
{
    MA_AUTO(ma_json) claims = NULL;
    ma_jwt_verdict verdict =
        ma_signer_read_jwt(&guard->idp->world->signer, token, &claims);
    if (verdict == MA_JWT_UNPARSABLE)
        return MA_GUARD_UNPARSABLE;
    const char *jti = ma_json_text(claims, "jti");
    if (jti)
        ma_visit_note_number(visit, "token", strtol(jti, NULL, 10));
    return judge_claims(guard, claims, verdict == MA_JWT_FORGED);
}

ma_guard_verdict ma_guard_judge(const ma_guard *guard, ma_visit *visit)
{
    bool other = false;
    ma_faults *faults = &guard->idp->world->faults;
    ma_span token = read_token(visit, &other);
    if (ma_faults_strike(faults, MA_FAULT_403_ALWAYS))
        return MA_GUARD_DENIED;
    if (other)
        return MA_GUARD_MISMATCH;
    if (!token.len)
        return MA_GUARD_MISSING;
    ma_guard_verdict forced = find_forced(faults);
    return forced ? forced : judge_token(guard, token, visit);
}
