/* resource.c - see resource.h. */
#include "sandbox/resource.h"

#include "sandbox/metadata.h"

#define METADATA_PATH "/.well-known/oauth-protected-resource/mcp"

/* RFC 6750 3.1: error only when there was a token. */
static void refuse(const ma_idp *idp, ma_guard_verdict verdict, ma_visit *visit)
{
    bool lacks = verdict == MA_GUARD_SCOPE;
    const char *error =
        lacks ? "error=\"insufficient_scope\", " : "error=\"invalid_token\", ";
    ma_visit_json(visit, lacks ? 403 : 401, "{\"error\":\"%s\"}",
        lacks ? "insufficient_scope" : "invalid_token");
    ma_visit_set(visit, "WWW-Authenticate",
        "Bearer %sscope=\"" MA_WORLD_STANDARD_SCOPES
        "\", resource_metadata=\"%s" METADATA_PATH "\"",
        verdict == MA_GUARD_MISSING ? "" : error,
        idp->world->origins[MA_SANDBOX_RESOURCE]);
}

void ma_resource_answer(const ma_idp *idp, ma_mcpserver *mcp, ma_visit *visit)
{
    const ma_guard guard = {
        .idp = idp,
        .audience = idp->world->mcp_urls[MA_SANDBOX_RESOURCE],
        .scopes = MA_WORLD_STANDARD_SCOPES,
    };
    if (ma_visit_is(visit, "GET", METADATA_PATH)) {
        ma_metadata_answer(
            idp, MA_SANDBOX_RESOURCE, MA_WORLD_STANDARD_SCOPES, visit);
        return;
    }
    if (!ma_span_is(visit->path, "/mcp"))
        return;
    ma_guard_verdict verdict = ma_guard_judge(&guard, visit);
    bool bare = verdict == MA_GUARD_MISSING &&
                ma_faults_on(&idp->world->faults, MA_FAULT_403_MISSING);
    if (bare || verdict == MA_GUARD_DENIED)
        ma_visit_json(visit, 403, "{\"message\":\"Forbidden\"}");
    else if (verdict)
        refuse(idp, verdict, visit);
    else
        ma_mcpserver_answer(mcp, visit);
}
