/* caller.c - one thread's way to a provider's tokens. */
#include <mcpauth/client.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "client/caller.h"
#include "client/provider.h"
#include "oauth/attempt.h"
#include "oauth/token.h"

enum { HEADER_MAX = 64 * 1024 };

struct mcpauth_caller {
    mcpauth_provider *provider;
    mcpauth_attempt *attempt;
    ma_provider_copy copy;
    int64_t fresh_until_ms;
    ma_buf header; /* empty: nothing to attach */
    int64_t timeout_ms;
    bool again; /* the next header is for the request in hand */
};

mcpauth_status mcpauth_caller_new(
    mcpauth_provider *provider, mcpauth_caller **out_caller, mcpauth_error *err)
{
    MA_AUTO(mcpauth_caller) caller = ma_calloc(1, sizeof *caller);
    if (!caller)
        return ma_error_nomem(err);
    caller->provider = provider;
    caller->header = ma_buf_init(HEADER_MAX);
    caller->attempt = mcpauth_attempt_new();
    if (!caller->attempt)
        return ma_error_nomem(err);
    *out_caller = ma_move(&caller);
    return MCPAUTH_OK;
}

void mcpauth_caller_free(mcpauth_caller *caller)
{
    if (!caller)
        return;
    mcpauth_attempt_free(caller->attempt);
    mcpauth_token_free(caller->copy.token);
    ma_buf_done(&caller->header);
    ma_free(caller);
}

void mcpauth_caller_set_timeout(mcpauth_caller *caller, int64_t timeout_ms)
{
    caller->timeout_ms = timeout_ms;
}

static mcpauth_status write_header(mcpauth_caller *caller, mcpauth_error *err)
{
    const mcpauth_token *token = caller->copy.token;
    caller->fresh_until_ms = token ? ma_token_fresh_until_ms(token) : INT64_MAX;
    ma_buf_clear(&caller->header);
    if (!token)
        return MCPAUTH_OK;
    ma_buf_add_text(&caller->header, "Bearer ");
    ma_buf_add_span(&caller->header, ma_token_access_span(token));
    return ma_buf_status(&caller->header, "the Authorization field", err);
}

static bool is_hit(const mcpauth_caller *caller)
{
    return caller->copy.generation &&
           caller->copy.generation ==
               ma_provider_generation(caller->provider) &&
           ma_clock_now_ms() < caller->fresh_until_ms;
}

bool ma_caller_is_ready(const mcpauth_caller *caller)
{
    return caller->again || is_hit(caller);
}

mcpauth_status mcpauth_caller_header(
    mcpauth_caller *caller, const char **out_header, mcpauth_error *err)
{
    /* A token made for the request in hand is sent even if it is so short
     * lived that it would not be taken from a cache. */
    bool again = caller->again;
    caller->again = false;
    if (!again)
        mcpauth_attempt_reset(caller->attempt);
    if (!again && !is_hit(caller)) {
        mcpauth_status st = ma_provider_attach(caller->provider,
            caller->timeout_ms, caller->attempt, &caller->copy, err);
        if (!st)
            st = write_header(caller, err);
        if (st)
            return st;
    }
    *out_header = caller->header.len ? ma_buf_text(&caller->header) : NULL;
    return MCPAUTH_OK;
}

static mcpauth_status find_better(
    mcpauth_caller *caller, const mcpauth_answer *answer, mcpauth_error *err)
{
    const mcpauth_config *config = ma_provider_config(caller->provider);
    mcpauth_status st =
        mcpauth_attempt_sent(caller->attempt, caller->copy.token, err);
    if (!st)
        st = mcpauth_attempt_judge(
            caller->attempt, config, answer, ma_clock_now_ms(), err);
    if (st && ma_attempt_must_mark(caller->attempt))
        ma_provider_mark_refused(caller->provider, caller->copy.token);
    if (!st)
        st = ma_provider_challenge(caller->provider, caller->timeout_ms,
            caller->attempt, answer, &caller->copy, err);
    return st ? st : write_header(caller, err);
}

mcpauth_status mcpauth_caller_answered(mcpauth_caller *caller,
    const mcpauth_answer *answer, bool *out_again, mcpauth_error *err)
{
    bool refused = answer->http_status == 401 || answer->http_status == 403;
    mcpauth_status st = refused ? find_better(caller, answer, err) : MCPAUTH_OK;
    caller->again = refused && !st;
    if (!caller->again)
        mcpauth_attempt_reset(caller->attempt);
    if (!st)
        *out_again = caller->again;
    return st;
}
