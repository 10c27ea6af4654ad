/* server.c - judging an authorization server by its own document. */
#include "oauth/server.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"
#include "oauth/clientauth.h"

void ma_server_done(ma_server *server)
{
    ma_json_free(server->document);
    *server = (ma_server){0};
}

/* The only failure is E_NOMEM: it must not look like a verdict. */
mcpauth_status ma_server_judge_endpoint(const char *text,
    const ma_server_rules *rules, bool *out_ok, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(text), &url, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    *out_ok = false;
    if (st || url.fragment)
        return MCPAUTH_OK;
    *out_ok = url.https || (rules->loopback_http && ma_url_loopback(&url)) ||
              (rules->clear_host &&
                  ma_span_is_nocase(ma_span_of(url.host), rules->clear_host));
    return MCPAUTH_OK;
}

/* Whether a member of this name, when there is one, is a text or an array. */
static mcpauth_status check_kind(
    const ma_json *document, const char *name, bool array, mcpauth_error *err)
{
    const ma_json *member = ma_json_get(document, name);
    if (!member || ma_json_is_null(member))
        return MCPAUTH_OK;
    if (array ? ma_json_is_array(member) : ma_json_string(member) != NULL)
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "`%s` in the authorization server's metadata is no %s", name,
        array ? "array" : "text");
}

static mcpauth_status check_kinds(const ma_json *document, mcpauth_error *err)
{
    static const struct {
        const char *name;
        bool array;
    } members[] = {
        {"issuer", false},
        {"authorization_endpoint", false},
        {"token_endpoint", false},
        {"registration_endpoint", false},
        {"revocation_endpoint", false},
        {"pushed_authorization_request_endpoint", false},
        {"scopes_supported", true},
        {"response_types_supported", true},
        {"grant_types_supported", true},
        {"token_endpoint_auth_methods_supported", true},
        {"token_endpoint_auth_signing_alg_values_supported", true},
        {"dpop_signing_alg_values_supported", true},
        {"code_challenge_methods_supported", true},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        mcpauth_status st =
            check_kind(document, members[i].name, members[i].array, err);
        if (st)
            return st;
    }
    return MCPAUTH_OK;
}

/* Bytes are compared as they are: no folding, no slash (RFC 8414 3.3). */
static mcpauth_status check_issuer(
    ma_server *server, const ma_server_rules *rules, mcpauth_error *err)
{
    const char *issuer = server->issuer;
    if (!issuer)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the authorization server's metadata has no `issuer`");
    size_t len = strlen(rules->issuer);
    if (!strncmp(issuer, rules->issuer, len) &&
        (!issuer[len] || (rules->issuer_cut && !strcmp(issuer + len, "/"))))
        return MCPAUTH_OK;
    server->issuer_trusted =
        rules->trusted_issuer && !strcmp(issuer, rules->trusted_issuer);
    if (server->issuer_trusted)
        return MCPAUTH_OK;
    MA_AUTO(ma_text) theirs = ma_quote(ma_span_of(issuer));
    MA_AUTO(ma_text) ours = ma_quote(ma_span_of(rules->issuer));
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "the authorization server's metadata names the issuer \"%s\", but it "
        "was looked up as \"%s\"",
        theirs ? theirs : "?", ours ? ours : "?");
    ma_error_hint(err,
        "if you know that both are one server, set `trusted_issuer` to \"%s\"",
        theirs ? theirs : "?");
    return st;
}

/* A member of the document, or else the fallback; NULL when neither says
 * anything. */
static const char *choose_endpoint(
    const ma_json *document, const char *name, const char *fallback)
{
    const char *text = ma_json_text(document, name);
    if (text && *text)
        return text;
    return fallback && *fallback ? fallback : NULL;
}

static mcpauth_status check_endpoint(const char *url, const char *name,
    const ma_server_rules *rules, mcpauth_error *err)
{
    if (!url)
        return MCPAUTH_OK;
    bool ok = false;
    mcpauth_status st = ma_server_judge_endpoint(url, rules, &ok, err);
    if (st || ok)
        return st;
    MA_AUTO(ma_text) quoted = ma_quote(ma_span_of(url));
    return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "the authorization server's `%s` is not an https URL that can be "
        "trusted: \"%s\"",
        name, quoted ? quoted : "?");
}

static mcpauth_status check_endpoints(
    const ma_server *server, const ma_server_rules *rules, mcpauth_error *err)
{
    const struct {
        const char *name;
        const char *url;
    } endpoints[] = {
        {"authorization_endpoint", server->authorization_endpoint},
        {"token_endpoint", server->token_endpoint},
        {"registration_endpoint", server->registration_endpoint},
        {"revocation_endpoint", server->revocation_endpoint},
        {"pushed_authorization_request_endpoint",
            server->pushed_request_endpoint},
    };
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
        mcpauth_status st =
            check_endpoint(endpoints[i].url, endpoints[i].name, rules, err);
        if (st)
            return st;
    }
    return MCPAUTH_OK;
}

/* RFC 8705 5: where a certificate is asked for, if not at the endpoint. */
static const char *choose_alias(
    const ma_server *server, const char *name, const char *fallback)
{
    const ma_json *aliases =
        server->certified
            ? ma_json_get_object(server->document, "mtls_endpoint_aliases")
            : NULL;
    return choose_endpoint(
        aliases, name, choose_endpoint(server->document, name, fallback));
}

static void read_lists(ma_server *server)
{
    const ma_json *document = server->document;
    server->scopes_supported = ma_json_get_array(document, "scopes_supported");
    server->token_endpoint_auth_methods_supported =
        ma_json_get_array(document, "token_endpoint_auth_methods_supported");
    server->token_endpoint_auth_signing_alg_values_supported =
        ma_json_get_array(
            document, "token_endpoint_auth_signing_alg_values_supported");
    server->dpop_signing_alg_values_supported =
        ma_json_get_array(document, "dpop_signing_alg_values_supported");
    server->code_challenge_methods_supported =
        ma_json_get_array(document, "code_challenge_methods_supported");
    server->grant_types_supported =
        ma_json_get_array(document, "grant_types_supported");
}

/* The two methods differ in what the server has registered, and in nothing that
 * is sent. */
static const char *find_implied_method(const ma_server *server)
{
    static const ma_clientauth_method methods[] = {
        MA_CLIENTAUTH_TLS, MA_CLIENTAUTH_SELF_SIGNED_TLS};
    const ma_json *taken = server->token_endpoint_auth_methods_supported;
    if (ma_json_has(taken, ma_clientauth_name(MA_CLIENTAUTH_NONE)))
        return NULL;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (ma_json_has(taken, ma_clientauth_name(methods[i])))
            return ma_clientauth_name(methods[i]);
    return NULL;
}

/* Behind the lists. */
static void judge_certificate(ma_server *server, const ma_server_rules *rules)
{
    bool binds = rules->binds_to_certificate &&
                 ma_json_true(server->document,
                     "tls_client_certificate_bound_access_tokens");
    if (rules->has_certificate_alone)
        server->implied_auth_method = find_implied_method(server);
    server->certified =
        rules->proves_by_certificate || server->implied_auth_method || binds;
}

/* Behind what was judged of a certificate. */
static void read_endpoints(ma_server *server, const ma_server_rules *rules)
{
    const ma_json *document = server->document;
    server->authorization_endpoint = choose_endpoint(
        document, "authorization_endpoint", rules->authorization_endpoint);
    server->token_endpoint =
        choose_alias(server, "token_endpoint", rules->token_endpoint);
    server->registration_endpoint =
        choose_endpoint(document, "registration_endpoint", NULL);
    server->revocation_endpoint =
        choose_alias(server, "revocation_endpoint", NULL);
    server->introspection_endpoint =
        choose_alias(server, "introspection_endpoint", NULL);
    server->pushed_request_endpoint =
        choose_alias(server, "pushed_authorization_request_endpoint", NULL);
}

static void read_members(ma_server *server, const ma_server_rules *rules)
{
    const ma_json *document = server->document;
    server->issuer = ma_json_text(document, "issuer");
    read_lists(server);
    judge_certificate(server, rules);
    read_endpoints(server, rules);
    server->pushed_requests_required =
        ma_json_true(document, "require_pushed_authorization_requests");
    server->iss_parameter_supported = ma_json_true(
        document, "authorization_response_iss_parameter_supported");
    server->client_documents =
        ma_json_true(document, "client_id_metadata_document_supported");
}

mcpauth_status ma_server_parse(ma_span body, const ma_server_rules *rules,
    ma_server *out, mcpauth_error *err)
{
    MA_SCOPED(ma_server) server = {0};
    mcpauth_status st = ma_json_parse_object(body, &server.document, err);
    if (st)
        return ma_error_in(err, st, "authorization server metadata");
    st = check_kinds(server.document, err);
    if (st)
        return st;
    read_members(&server, rules);
    st = check_issuer(&server, rules, err);
    if (!st)
        st = check_endpoints(&server, rules, err);
    if (st)
        return st;
    *out = server;
    server = (ma_server){0};
    return MCPAUTH_OK;
}

bool ma_server_has_s256(const ma_server *server)
{
    return ma_json_has(server->code_challenge_methods_supported, "S256");
}
