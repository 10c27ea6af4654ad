/* attempt.c - is this answer a challenge, and is it worth answering?
 *
 * The rule is A-011 with the caps of: 401 always asks, 403
 * asks when nothing was sent, when what was sent is past its expiry, or when
 * the configuration says that this server means 401 by it; but never about the
 * authorization method, and never again for a token that was made for this
 * very request. */
#include "oauth/attempt.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "oauth/challenge.h"
#include "oauth/config.h"
#include "oauth/scope.h"
#include "oauth/token.h"

struct mcpauth_attempt {
    mcpauth_token *sent;
    int refreshes;
    int authorizations;
    int browses;
    int step_ups;
    bool steps_up;
    bool must_mark;
};

mcpauth_attempt *mcpauth_attempt_new(void)
{
    return ma_calloc(1, sizeof(mcpauth_attempt));
}

void mcpauth_attempt_free(mcpauth_attempt *attempt)
{
    if (!attempt)
        return;
    mcpauth_token_free(attempt->sent);
    ma_free(attempt);
}

void mcpauth_attempt_reset(mcpauth_attempt *attempt)
{
    mcpauth_token_free(attempt->sent);
    memset(attempt, 0, sizeof *attempt);
}

mcpauth_status mcpauth_attempt_sent(
    mcpauth_attempt *attempt, const mcpauth_token *token, mcpauth_error *err)
{
    MA_AUTO(mcpauth_token) copy = NULL;
    mcpauth_status st = token ? ma_token_dup(token, &copy, err) : MCPAUTH_OK;
    if (st)
        return st;
    mcpauth_token_free(attempt->sent);
    attempt->sent = ma_move(&copy);
    return MCPAUTH_OK;
}

const mcpauth_token *ma_attempt_token(const mcpauth_attempt *attempt)
{
    return attempt->sent;
}

void ma_attempt_note_refresh(mcpauth_attempt *attempt)
{
    attempt->refreshes++;
}

void ma_attempt_note_authorization(mcpauth_attempt *attempt)
{
    attempt->authorizations++;
}

void ma_attempt_note_browse(mcpauth_attempt *attempt)
{
    attempt->browses++;
}

int ma_attempt_browses(const mcpauth_attempt *attempt)
{
    return attempt->browses;
}

bool ma_attempt_refreshed(const mcpauth_attempt *attempt)
{
    return attempt->refreshes > 0;
}

bool ma_attempt_authorized(const mcpauth_attempt *attempt)
{
    return attempt->authorizations > 0;
}

bool ma_attempt_steps_up(const mcpauth_attempt *attempt)
{
    return attempt->steps_up;
}

bool ma_attempt_must_mark(const mcpauth_attempt *attempt)
{
    return attempt->must_mark;
}

/* --- the server's words -------------------------------------------------- */

const char *ma_attempt_message(const ma_json *body)
{
    const char *message = ma_json_text(body, "message");
    if (!message)
        message = ma_json_text(body, "Message");
    if (!message)
        message = ma_json_text(ma_json_get_object(body, "error"), "message");
    if (!message)
        message = ma_json_text(body, "error_description");
    return message;
}

/* Fills err with status, the challenge's words and the body's. */
static mcpauth_status refuse(const mcpauth_answer *answer,
    const ma_challenge *challenge, const char *why, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_REFUSED,
        "the MCP server answered %d: %s", answer->http_status, why);
    ma_error_http_status(err, answer->http_status);
    MA_AUTO(ma_json) body = NULL;
    ma_span text = ma_span_make(answer->body, answer->body_len);
    if (ma_json_parse(text, MA_JSON_DOCUMENT_DEPTH, &body, NULL))
        body = NULL;
    const char *message = ma_attempt_message(body);
    ma_span description = challenge->error_description
                              ? ma_span_of(challenge->error_description)
                          : message ? ma_span_of(message)
                          : body    ? (ma_span){NULL, 0}
                                    : ma_span_trim(text);
    ma_error_server(err, ma_span_of(challenge->error), description,
        ma_span_of(challenge->error_uri));
    return st;
}

static bool contains_nocase(ma_span text, const char *part)
{
    size_t len = strlen(part);
    for (size_t i = 0; i + len <= text.len; i++)
        if (!strncasecmp(text.at + i, part, len))
            return true;
    return false;
}

/* The server wants SigV4 where a token came, or the reverse (agentcore-cognito
 * 1.5): another token changes nothing. */
static bool is_method_mismatch(const mcpauth_answer *answer)
{
    return contains_nocase(ma_span_make(answer->body, answer->body_len),
        "authorization method mismatch");
}

/* --- judging ------------------------------------------------------------- */

static bool is_insufficient_scope(const ma_challenge *challenge)
{
    return challenge->error && !strcmp(challenge->error, "insufficient_scope");
}

/* What the token stands for: the granted scope, or else what was asked. */
static ma_span held_scope(const mcpauth_token *token)
{
    return ma_span_of(mcpauth_token_scope(token));
}

static mcpauth_status refuse_scope(const mcpauth_answer *answer,
    const ma_challenge *challenge, const char *why, mcpauth_error *err)
{
    mcpauth_status st = refuse(answer, challenge, why, err);
    MA_AUTO(ma_text) scope = ma_quote(ma_span_of(challenge->scope));
    if (challenge->scope && scope)
        ma_error_hint(err,
            "the server wants the scope \"%s\"; configure it, and check that "
            "the client may have it",
            scope);
    return st;
}

static mcpauth_status judge_scope(mcpauth_attempt *attempt,
    const mcpauth_config *config, const mcpauth_answer *answer,
    const ma_challenge *challenge, mcpauth_error *err)
{
    if (mcpauth_config_mode(config) != MCPAUTH_MODE_INTERACTIVE &&
        mcpauth_config_mode(config) != MCPAUTH_MODE_ENTERPRISE)
        return refuse_scope(answer, challenge,
            "the token's scope does not suffice, and a machine's scope is "
            "never widened silently",
            err);
    if (challenge->scope && ma_scope_covers(held_scope(attempt->sent),
                                ma_span_of(challenge->scope)))
        return refuse_scope(answer, challenge,
            "the token has every scope it asks for, and is refused still", err);
    if (attempt->authorizations && challenge->scope &&
        ma_scope_covers(ma_span_of(ma_token_requested_scope(attempt->sent)),
            ma_span_of(challenge->scope)))
        return refuse_scope(answer, challenge,
            "its authorization server grants less scope than was asked for",
            err);
    if (attempt->authorizations >= MA_ATTEMPT_AUTHORIZATIONS_MAX ||
        attempt->browses >= MA_ATTEMPT_AUTHORIZATIONS_MAX ||
        attempt->step_ups >= MA_ATTEMPT_STEP_UPS_MAX)
        return refuse_scope(
            answer, challenge, "it keeps asking for more scope", err);
    attempt->step_ups++;
    attempt->steps_up = true;
    return MCPAUTH_OK;
}

static bool was_made_for_this(const mcpauth_attempt *attempt)
{
    return attempt->refreshes || attempt->authorizations;
}

static mcpauth_status judge_401(const mcpauth_attempt *attempt,
    const mcpauth_config *config, const mcpauth_answer *answer,
    const ma_challenge *challenge, mcpauth_error *err)
{
    if (!attempt->sent || !was_made_for_this(attempt))
        return MCPAUTH_OK;
    bool renewed_only = !attempt->authorizations;
    if (renewed_only && mcpauth_config_mode(config) != MCPAUTH_MODE_M2M)
        return MCPAUTH_OK;
    return refuse(answer, challenge,
        "it refuses a token that was obtained for this request", err);
}

static mcpauth_status judge_403(mcpauth_attempt *attempt,
    const mcpauth_config *config, const mcpauth_answer *answer, int64_t now_ms,
    const ma_challenge *challenge, mcpauth_error *err)
{
    if (is_method_mismatch(answer)) {
        mcpauth_status st = refuse(
            answer, challenge, "it expects another authorization method", err);
        ma_error_hint(err,
            "the server is set up for AWS IAM, where no token is "
            "of use: give --auth sigv4, or set auth so");
        return st;
    }
    if (is_insufficient_scope(challenge) && attempt->sent)
        return judge_scope(attempt, config, answer, challenge, err);
    if (attempt->sent && was_made_for_this(attempt)) {
        attempt->must_mark = true;
        return refuse(answer, challenge,
            "it refuses a token that was obtained for this request", err);
    }
    if (attempt->sent && ma_token_refused(attempt->sent))
        return refuse(answer, challenge,
            "it refuses this token as it did when the token was new", err);
    if (!attempt->sent || ma_token_expired(attempt->sent, now_ms) ||
        ma_config_is(config, MA_CONFIG_CHALLENGE_403, "always"))
        return MCPAUTH_OK;
    return refuse(answer, challenge, "forbidden", err);
}

mcpauth_status mcpauth_attempt_judge(mcpauth_attempt *attempt,
    const mcpauth_config *config, const mcpauth_answer *answer, int64_t now_ms,
    mcpauth_error *err)
{
    if (answer->http_status != 401 && answer->http_status != 403)
        return MCPAUTH_E_STATE;
    attempt->steps_up = false;
    attempt->must_mark = false;
    MA_SCOPED(ma_challenge) challenge = {0};
    mcpauth_status st = ma_challenge_parse(answer->headers, &challenge, err);
    if (st)
        return st;
    if (answer->http_status == 401)
        st = judge_401(attempt, config, answer, &challenge, err);
    else
        st = judge_403(attempt, config, answer, now_ms, &challenge, err);
    if (st && attempt->sent)
        ma_error_mask(err, ma_token_access_span(attempt->sent));
    return st;
}
