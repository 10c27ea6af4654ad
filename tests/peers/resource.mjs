// The OAuth half of an MCP server, on the official SDK's own middleware:
// protected resource metadata (RFC 9728) and a bearer check.
//
// Its options, for every server that uses it:
//   --issuer URL          of the authorization server (required)
//   --verify jwks|introspection
//   --jwks-uri URL        when the discovery document names a wrong one
//   --introspector ID     the client that may introspect; its secret is
//                         INTROSPECTOR_SECRET
//   --any-audience        for Cognito, whose access tokens have no `aud`
//   --scope S             that a token must have; may be repeated
import { requireBearerAuth } from
  '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter } from
  '@modelcontextprotocol/sdk/server/auth/router.js';
import { InvalidTokenError } from
  '@modelcontextprotocol/sdk/server/auth/errors.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';

export const resourceOptions = {
  issuer: '',
  verify: 'jwks',
  'jwks-uri': '',
  introspector: '',
  'any-audience': false,
  scope: [],
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
    extra: { sub: claims.sub },
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

// Adds both halves to an express application that serves `url`; gives what
// makes a handler that demands these scopes.
export async function protect(app, url, opt) {
  const metadata = await discover(opt.issuer);
  const make =
    opt.verify === 'introspection' ? introspectionVerifier : jwksVerifier;

  app.use(mcpAuthMetadataRouter({
    oauthMetadata: metadata,
    resourceServerUrl: url,
    scopesSupported: opt.scope.length ? opt.scope : undefined,
  }));
  const verifier = { verifyAccessToken: make(opt, metadata) };
  const demand = (requiredScopes) => requireBearerAuth({
    verifier,
    requiredScopes,
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(url),
    expectedResource: opt['any-audience'] ? undefined : url,
  });
  app.use(url.pathname, demand(opt.scope));
  return demand;
}
