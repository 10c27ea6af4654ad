/* clientproof.h - what a flow's request carries to show who the client is
 * (A-122, A-182). */
#ifndef MA_OAUTH_CLIENTPROOF_H
#define MA_OAUTH_CLIENTPROOF_H

#include "oauth/flowstate.h"

typedef struct {
    ma_clientauth_method method;
    const char *client_id;
    ma_span secret;       /* may be empty */
    const char *alg;      /* of private_key_jwt: how it is signed, */
    const char *audience; /* and whom it is for: the issuer */
    bool certified;       /* its certificate is shown, whatever the method */
} ma_clientproof;

/* Adds it to flow->request, which it has show the certificate; an assertion
 * made for this request alone.  E_LIMIT, E_NOMEM, or what the random source
 * says. */
mcpauth_status ma_clientproof_add(
    mcpauth_flow *flow, const ma_clientproof *proof, mcpauth_error *err);

/* The same of the client and the server that the flow has chosen. */
mcpauth_status ma_clientproof_add_chosen(
    mcpauth_flow *flow, mcpauth_error *err);

/* The same of the client that the stored token was given to: as is configured
 * or registered, else by Basic with a secret.  supported: the methods that the
 * endpoint takes; NULL: it does not say.  E_UNSUPPORTED: none of ours. */
mcpauth_status ma_clientproof_add_stored(
    mcpauth_flow *flow, const ma_json *supported, mcpauth_error *err);

/* How the configured client is to prove itself: as is configured, or as the
 * server leaves it to do.  Lent; NULL: as may be. */
const char *ma_clientproof_method(const mcpauth_flow *flow);

/* What registration (RFC 7591) brought at the issuer of the stored token.
 * Lent; NULL: nothing. */
const ma_json *ma_clientproof_registered(const mcpauth_flow *flow);

/* Whom the assertions of the flow's client are for.  Lent. */
const char *ma_clientproof_audience(const mcpauth_flow *flow);

#endif
