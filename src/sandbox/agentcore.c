/* agentcore.c - the refusals of AgentCore, as they were seen in 2026.
 *
 * The Runtime's words and statuses follow one table, the Gateway's another;
 * what both do not say (a challenge with a bad token, for one) is left out
 * here too. */
#include "sandbox/agentcore.h"

#include <string.h>

#include "sandbox/metadata.h"

#define CLIENTS       "sandbox-m2m sandbox-public sandbox-web"
#define METADATA_PATH "/.well-known/oauth-protected-resource"
#define RPC_ERROR                                                              \
    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":%d,\"message\":\"%s\"}}"

enum { UNAUTHORIZED = -32001, DENIED = -32002, RUNTIME_SESSION_MIN = 33 };

static const char *const mismatch =
    "Authorization method mismatch. The agent is configured for a different "
    "authorization method than what was used in your request. Check the "
    "agent's authorization configuration and ensure your request uses the "
    "matching method (OAuth or SigV4)";

static bool is_2025(const ma_idp *idp)
{
    return ma_faults_on(&idp->world->faults, MA_FAULT_403_MISSING);
}

static void refuse_plainly(ma_visit *visit, const char *message)
{
    ma_visit_json(visit, 403, "{\"message\":\"%s\"}", message);
    ma_visit_set(visit, "x-amzn-ErrorType", "AccessDeniedException");
}

/* --- Runtime ------------------------------------------------------------- */

/* The suffix form: neither RFC 9728's insertion nor the root. */
static void set_challenge(
    const ma_idp *idp, const char *parameters, ma_visit *visit)
{
    ma_visit_set(visit, "WWW-Authenticate",
        "Bearer %sresource_metadata=\"%s%s?qualifier=DEFAULT\"", parameters,
        idp->world->origins[MA_SANDBOX_RUNTIME],
        MA_WORLD_RUNTIME_PATH METADATA_PATH);
}

static void refuse_missing(const ma_idp *idp, ma_visit *visit)
{
    if (is_2025(idp)) {
        refuse_plainly(visit, "Missing Authentication Token");
        return;
    }
    ma_visit_json(
        visit, 401, RPC_ERROR, UNAUTHORIZED, "Missing Authentication Token");
    set_challenge(idp, "", visit);
}

/* Only a fault leads here: this Runtime demands no scope. */
static void refuse_scope(const ma_idp *idp, ma_visit *visit)
{
    ma_visit_json(visit, 403, RPC_ERROR, DENIED,
        "Authorization error - Insufficient permissions");
    set_challenge(idp,
        "error=\"insufficient_scope\", scope=\"" MA_WORLD_POOL_SCOPES "\", ",
        visit);
}

static void refuse_runtime(
    const ma_idp *idp, ma_guard_verdict verdict, ma_visit *visit)
{
    switch (verdict) {
    case MA_GUARD_MISSING:
        refuse_missing(idp, visit);
        return;
    case MA_GUARD_MISMATCH:
        refuse_plainly(visit, mismatch);
        return;
    case MA_GUARD_UNPARSABLE:
        refuse_plainly(
            visit, "OAuth authorization failed: Failed to parse token");
        return;
    case MA_GUARD_DENIED:
        refuse_plainly(visit, "OAuth authorization failed");
        return;
    case MA_GUARD_CLAIM:
        ma_visit_json(visit, 401, RPC_ERROR, UNAUTHORIZED,
            "Claim 'client_id' value mismatch with configuration.");
        return;
    case MA_GUARD_SCOPE:
        refuse_scope(idp, visit);
        return;
    default:
        ma_visit_json(visit, 401, RPC_ERROR, UNAUTHORIZED,
            "Authentication error - Invalid credentials");
    }
}

/* DEFAULT, also when it is left out. */
static bool has_qualifier(const ma_visit *visit)
{
    MA_AUTO(ma_text) qualifier = ma_visit_param(visit->query, "qualifier");
    return !qualifier || !strcmp(qualifier, "DEFAULT");
}

static bool check_runtime_session(ma_visit *visit)
{
    const char *session =
        ma_visit_field(visit, "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id");
    if (!session || strlen(session) >= RUNTIME_SESSION_MIN)
        return true;
    ma_visit_json(visit, 400,
        "{\"message\":\"1 validation error detected: Value at "
        "'runtimeSessionId' failed to satisfy constraint: Member must have "
        "length greater than or equal to 33\"}");
    return false;
}

static void invoke(const ma_idp *idp, ma_mcpserver *mcp, ma_visit *visit)
{
    const ma_guard guard = {.idp = idp, .clients = CLIENTS};
    ma_guard_verdict verdict = ma_guard_judge(&guard, visit);
    if (verdict)
        refuse_runtime(idp, verdict, visit);
    else if (check_runtime_session(visit))
        ma_mcpserver_answer(mcp, visit);
}

void ma_agentcore_answer_runtime(
    const ma_idp *idp, ma_mcpserver *mcp, ma_visit *visit)
{
    static const char metadata[] = MA_WORLD_RUNTIME_PATH METADATA_PATH;
    bool known = has_qualifier(visit);
    if (known && ma_visit_is(visit, "GET", metadata))
        ma_metadata_answer(idp, MA_SANDBOX_RUNTIME, NULL, visit);
    else if (known && ma_span_is(visit->path, MA_WORLD_RUNTIME_PATH))
        invoke(idp, mcp, visit);
    ma_visit_set(visit, "x-amzn-requestid", "00000000-0000-4000-8000-%012zu",
        idp->world->journal.count);
}

/* --- Gateway ------------------------------------------------------------- */

static void challenge(
    const ma_idp *idp, int status, const char *error, ma_visit *visit)
{
    bool lacks = status == 403;
    ma_visit_json(visit, status, RPC_ERROR, lacks ? DENIED : UNAUTHORIZED,
        lacks ? "Insufficient scope" : "Invalid Bearer token");
    ma_visit_set(visit, "WWW-Authenticate",
        "Bearer error=\"%s\", scope=\"" MA_WORLD_POOL_SCOPES
        "\", resource_metadata=\"%s" METADATA_PATH "\"",
        error, idp->world->origins[MA_SANDBOX_GATEWAY]);
}

static void refuse_gateway(
    const ma_idp *idp, ma_guard_verdict verdict, ma_visit *visit)
{
    if (verdict == MA_GUARD_SCOPE)
        challenge(idp, 403, "insufficient_scope", visit);
    else if (verdict == MA_GUARD_DENIED)
        refuse_plainly(visit, "AuthorizationError");
    else if (verdict == MA_GUARD_MISMATCH)
        refuse_plainly(visit, mismatch);
    else if (verdict == MA_GUARD_MISSING && is_2025(idp))
        refuse_plainly(visit, "Missing Authentication Token");
    else
        challenge(idp, 401, "invalid_token", visit);
}

void ma_agentcore_answer_gateway(
    const ma_idp *idp, ma_mcpserver *mcp, ma_visit *visit)
{
    const ma_guard guard = {
        .idp = idp, .clients = CLIENTS, .scopes = MA_WORLD_POOL_SCOPES};
    if (ma_visit_is(visit, "GET", METADATA_PATH)) {
        ma_metadata_answer(
            idp, MA_SANDBOX_GATEWAY, MA_WORLD_POOL_SCOPES, visit);
        return;
    }
    if (!ma_span_is(visit->path, "/mcp"))
        return;
    ma_guard_verdict verdict = ma_guard_judge(&guard, visit);
    if (verdict)
        refuse_gateway(idp, verdict, visit);
    else
        ma_mcpserver_answer(mcp, visit);
}
