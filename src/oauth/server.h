/* server.h - authorization server metadata (RFC 8414, OIDC Discovery). */
#ifndef MA_OAUTH_SERVER_H
#define MA_OAUTH_SERVER_H

#include "base/json.h"

/* Views into document, which the struct owns, and into the fallbacks given to
 * ma_server_parse, which must outlive it.  Texts are NULL when absent. */
typedef struct {
    ma_json *document;
    const char *issuer;
    bool issuer_trusted; /* another than was asked for; the user took it */
    const char *authorization_endpoint;
    const char *token_endpoint;
    const char *registration_endpoint;
    const char *revocation_endpoint;
    const char *introspection_endpoint;  /* RFC 7662 */
    const char *pushed_request_endpoint; /* RFC 9126 */
    const ma_json *scopes_supported;     /* array or NULL */
    const ma_json *token_endpoint_auth_methods_supported;
    const ma_json *token_endpoint_auth_signing_alg_values_supported;
    const ma_json *dpop_signing_alg_values_supported;
    const ma_json *code_challenge_methods_supported;
    const ma_json *grant_types_supported;
    const char *implied_auth_method; /* what is left to a client that has a
                                        certificate alone (RFC 8705), where it
                                        is not public; NULL: nothing */
    bool certified; /* the client's certificate is shown there, at the
                       mtls_endpoint_aliases, which are the endpoints then */
    bool pushed_requests_required; /* the browser is given no others */
    bool iss_parameter_supported;  /* RFC 9207 */
    bool client_documents;         /* client ID metadata documents are taken */
} ma_server;

typedef struct {
    const char *issuer;         /* the document's must equal it */
    bool issuer_cut;            /* it was cut out of another URL, so that a
                                   '/' at its end may be missing */
    const char *trusted_issuer; /* the one other value that is accepted; NULL */
    const char *authorization_endpoint; /* used only where the document has */
    const char *token_endpoint;         /* none; NULL: nothing to add */
    const char *clear_host;     /* host that may be spoken to by http; NULL */
    bool loopback_http;         /* http to loopback is allowed too */
    bool proves_by_certificate; /* the client does (RFC 8705 2), */
    bool has_certificate_alone; /* or has nothing else to do it by */
    bool binds_to_certificate;  /* the client would have its tokens bound to
                                   one, if the server does that (RFC 8705 3) */
} ma_server_rules;

/* Parses and judges a document.
 * E_PROTOCOL: not a metadata object, or a member has a wrong type.
 * E_UNTRUSTED: issuer differs (message prints both and the remedy), or an
 * endpoint is not https (S-001, S-009, A-055) or has a fragment (S-010). */
mcpauth_status ma_server_parse(ma_span body, const ma_server_rules *rules,
    ma_server *out, mcpauth_error *err);

void ma_server_done(ma_server *server);
MA_SCOPED_DEFINE(ma_server, ma_server_done)

/* code_challenge_methods_supported holds S256. */
bool ma_server_has_s256(const ma_server *server);

/* URL is one this client may send secrets to or open: https, or http to
 * loopback or clear_host as rules say; no fragment, no userinfo.  Only E_NOMEM
 * is an error. */
mcpauth_status ma_server_judge_endpoint(const char *url,
    const ma_server_rules *rules, bool *out_ok, mcpauth_error *err);

#endif
