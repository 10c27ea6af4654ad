/* resource.c - the one check that binds a token to a server. */
#include "oauth/resource.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"

void ma_resource_done(ma_resource *resource)
{
    ma_json_free(resource->document);
    *resource = (ma_resource){0};
}

/* A slash at the end of either is of no account: servers publish both
 * spellings of one path, and clients accept both. */
static bool covers_path(ma_span parent, ma_span path)
{
    if (ma_span_ends(parent, "/"))
        parent.len--;
    if (!parent.len)
        return true;
    if (path.len < parent.len ||
        !ma_span_eq(ma_span_make(path.at, parent.len), parent))
        return false;
    return path.len == parent.len || path.at[parent.len] == '/';
}

static bool covers_query(const ma_url *resource, const ma_url *server)
{
    return !resource->query.at || !server->query.at ||
           ma_span_eq(resource->query, server->query);
}

/* The only failure is E_NOMEM, here and below: it must not look like a
 * verdict. */
mcpauth_status ma_resource_covers(ma_span resource, const ma_url *server,
    bool *out_covers, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(resource, &url, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    *out_covers = !st && !url.fragment && ma_url_same_origin(&url, server) &&
                  covers_path(url.path, server->path) &&
                  covers_query(&url, server);
    return MCPAUTH_OK;
}

mcpauth_status ma_resource_equals(ma_span resource, const ma_url *server,
    bool *out_equals, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(resource, &url, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    *out_equals = false;
    if (st || url.fragment)
        return MCPAUTH_OK;
    MA_SCOPED(ma_buf) theirs = ma_buf_init(MA_URL_MAX);
    MA_SCOPED(ma_buf) ours = ma_buf_init(MA_URL_MAX);
    ma_url_write_canonical(&theirs, &url);
    ma_url_write_canonical(&ours, server);
    st = ma_buf_status(&theirs, "a URL", err);
    if (!st)
        st = ma_buf_status(&ours, "a URL", err);
    *out_equals = !st && ma_span_eq(ma_buf_span(&theirs), ma_buf_span(&ours));
    return st;
}

static mcpauth_status judge_issuer(
    const char *text, bool *out_is_issuer, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(text), &url, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    *out_is_issuer = !st && !url.query.at && !url.fragment &&
                     (url.https || ma_url_loopback(&url));
    return MCPAUTH_OK;
}

static const char *issuer_at(const ma_resource *resource, size_t position)
{
    return ma_json_string(
        ma_json_at(resource->authorization_servers, position));
}

mcpauth_status ma_resource_issuer(const ma_resource *resource, size_t position,
    const char **out_issuer, mcpauth_error *err)
{
    const char *text = issuer_at(resource, position);
    bool is_issuer = false;
    mcpauth_status st = judge_issuer(text, &is_issuer, err);
    if (st)
        return st;
    *out_issuer = is_issuer ? text : NULL;
    return MCPAUTH_OK;
}

static mcpauth_status check_issuers(
    const ma_resource *resource, mcpauth_error *err)
{
    size_t count = ma_json_count(resource->authorization_servers);
    for (size_t i = 0; i < count; i++) {
        bool is_issuer = false;
        mcpauth_status st =
            judge_issuer(issuer_at(resource, i), &is_issuer, err);
        if (st || is_issuer)
            return st;
    }
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the protected resource metadata names no authorization server that "
        "can be used (https, without query or fragment)");
}

mcpauth_status ma_resource_refuse(
    const char *resource, const ma_url *server, mcpauth_error *err)
{
    MA_AUTO(ma_text) theirs = ma_quote(ma_span_of(resource));
    MA_AUTO(ma_text) ours = ma_url_redacted(server->text);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "the protected resource metadata is for \"%s\", not for %s",
        theirs ? theirs : "?", ours ? ours : "?");
    ma_error_hint(err,
        "use the URL that the server names as `resource`, or tell whoever "
        "runs it that the two differ");
    return st;
}

static mcpauth_status check_members(
    const ma_resource *resource, const ma_url *server, mcpauth_error *err)
{
    if (!resource->resource)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the protected resource metadata has no `resource` text");
    bool covers = false;
    mcpauth_status st = ma_resource_covers(
        ma_span_of(resource->resource), server, &covers, err);
    if (st)
        return st;
    if (!covers)
        return ma_resource_refuse(resource->resource, server, err);
    return check_issuers(resource, err);
}

mcpauth_status ma_resource_parse(
    ma_span body, const ma_url *server, ma_resource *out, mcpauth_error *err)
{
    MA_SCOPED(ma_resource) resource = {0};
    mcpauth_status st = ma_json_parse_object(body, &resource.document, err);
    if (st)
        return ma_error_in(err, st, "protected resource metadata");
    resource.resource = ma_json_text(resource.document, "resource");
    resource.authorization_servers =
        ma_json_get_array(resource.document, "authorization_servers");
    resource.scopes_supported =
        ma_json_get_array(resource.document, "scopes_supported");
    resource.dpop_algs = ma_json_get_array(
        resource.document, "dpop_signing_alg_values_supported");
    resource.dpop_required =
        ma_json_true(resource.document, "dpop_bound_access_tokens_required");
    resource.certificate_bound = ma_json_true(
        resource.document, "tls_client_certificate_bound_access_tokens");
    resource.bearer_methods =
        ma_json_get_array(resource.document, "bearer_methods_supported");
    st = check_members(&resource, server, err);
    if (st)
        return st;
    *out = resource;
    resource = (ma_resource){0};
    return MCPAUTH_OK;
}
