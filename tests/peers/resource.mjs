// The OAuth half of an MCP server, on the official SDK's own middleware:
// protected resource metadata (RFC 9728) and a check of tokens.
//
// Its options, for every server that uses it:
//   --issuer URL          of the authorization server (required)
//   --verify jwks|introspection
//   --jwks-uri URL        when the discovery document names a wrong one
//   --introspector ID     the client that may introspect; its secret is
//                         INTROSPECTOR_SECRET
//   --any-audience        for Cognito, whose access tokens have no `aud`
//   --scope S             that a token must have; may be repeated
//   --proof required|offered
//                         tokens must, or may, be bound to a key (RFC 9449)
//   --tell challenge|metadata
//                         the only place where that is told
//   --nonces told=N|silent=N
//                         proofs have a nonce, for N requests; N 0: never the
//                         right one
//   --clock SECONDS       what its clock is ahead
//   --tls CERTIFICATE,KEY,CA
//                         tokens must be bound to the certificate that the
//                         client shows (certificates.mjs)
import { requireBearerAuth } from
  '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter } from
  '@modelcontextprotocol/sdk/server/auth/router.js';
import { InvalidTokenError } from
  '@modelcontextprotocol/sdk/server/auth/errors.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { boundTo } from './certificates.mjs';
import { PossessionGuard, quote } from './possession.mjs';

export const resourceOptions = {
  issuer: '',
  verify: 'jwks',
  'jwks-uri': '',
  introspector: '',
  'any-audience': false,
  scope: [],
  proof: '',
  tell: '',
  nonces: '',
  clock: '0',
  tls: '',
};

async function discover(issuer) {
  const url = `${issuer}/.well-known/openid-configuration`;
  const answer = await fetch(url);
  if (!answer.ok)
    throw new Error(`${url} answered ${answer.status}`);
  return { ...(await answer.json()), issuer };
}

function authInfo(token, claims) {
  return {
    token,
    clientId: claims.client_id ?? '',
    scopes: (claims.scope ?? '').split(' ').filter(Boolean),
    expiresAt: claims.exp,
    resource: claims.aud ? new URL([claims.aud].flat()[0]) : undefined,
    extra: { sub: claims.sub, jkt: claims.cnf?.jkt,
             x5t: claims.cnf?.['x5t#S256'] },
  };
}

function jwksVerifier(opt, metadata) {
  const keys = createRemoteJWKSet(
    new URL(opt['jwks-uri'] || metadata.jwks_uri));
  return async (token) => {
    try {
      const { payload } =
        await jwtVerify(token, keys, { issuer: metadata.issuer });
      return authInfo(token, payload);
    } catch (error) {
      throw new InvalidTokenError(error.message);
    }
  };
}

function introspectionVerifier(opt, metadata) {
  const secret = process.env.INTROSPECTOR_SECRET ?? '';
  const basic = Buffer.from(
    [opt.introspector, secret].map(encodeURIComponent).join(':'));
  return async (token) => {
    const answer = await fetch(metadata.introspection_endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${basic.toString('base64')}` },
      body: new URLSearchParams({ token }),
    });
    const claims = await answer.json();
    if (!claims.active)
      throw new InvalidTokenError('Token is not active');
    return authInfo(token, claims);
  };
}

function possessionGuard(url, opt, verifier, metadataUrl) {
  return new PossessionGuard({
    verifier,
    url,
    metadataUrl,
    nonces: opt.nonces,
    seconds: Number(opt.clock),
    strict: opt.proof === 'required',
    scheme: opt.tell === 'metadata' ? 'Bearer' : 'DPoP',
  });
}

function describe(app, url, opt, issuer) {
  app.get(new URL(getOAuthProtectedResourceMetadataUrl(url)).pathname,
          (_request, response) => response.json({
            resource: url.href,
            authorization_servers: [issuer],
            scopes_supported: opt.scope,
            tls_client_certificate_bound_access_tokens: Boolean(opt.tls),
            ...opt.proof && opt.tell !== 'challenge' && {
              dpop_signing_alg_values_supported: ['ES256'],
              dpop_bound_access_tokens_required: opt.proof === 'required',
            },
          }));
}

// RFC 8705 3.
function demandCertificate(metadataUrl) {
  return (request, response, next) => {
    if (boundTo(request.socket, request.auth.extra.x5t))
      return next();
    console.error('guard: the token is bound to another certificate');
    response.set('WWW-Authenticate', 'Bearer ' + quote(
      { error: 'invalid_token', resource_metadata: metadataUrl }));
    response.status(401).json({ error: 'invalid_token' });
  };
}

// Adds both halves to an express application that serves `url`; gives what
// makes a handler that demands these scopes.
export async function protect(app, url, opt) {
  const metadata = await discover(opt.issuer);
  const make =
    opt.verify === 'introspection' ? introspectionVerifier : jwksVerifier;
  const verifier = { verifyAccessToken: make(opt, metadata) };
  const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(url);

  if (opt.proof || opt.tls)
    describe(app, url, opt, metadata.issuer);
  else
    app.use(mcpAuthMetadataRouter({
      oauthMetadata: metadata,
      resourceServerUrl: url,
      scopesSupported: opt.scope.length ? opt.scope : undefined,
    }));
  const guard =
    opt.proof && possessionGuard(url, opt, verifier, resourceMetadataUrl);
  const demand = (requiredScopes) => guard
    ? guard.demand(requiredScopes)
    : requireBearerAuth({
      verifier,
      requiredScopes,
      resourceMetadataUrl,
      expectedResource: opt['any-audience'] ? undefined : url,
    });
  app.use(url.pathname, demand(opt.scope));
  if (opt.tls)
    app.use(url.pathname, demandCertificate(resourceMetadataUrl));
  return demand;
}
