// Two grants that oidc-provider leaves to whoever runs it: an assertion of
// another issuer for a token (RFC 7523), and, at a company's identity provider,
// an ID token for such an assertion (RFC 8693, ID-JAG).
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify, SignJWT } from
  'jose';
import { randomUUID } from 'node:crypto';
import { errors } from 'oidc-provider';
import { checkDpopReplay, resolveRequestedResources, validateDpop } from
  'oidc-provider/lib/helpers/grants.js';

const GRANT = 'urn:ietf:params:oauth:grant-type';
const TYPE = 'urn:ietf:params:oauth:token-type';
export const JWT_BEARER = `${GRANT}:jwt-bearer`;
export const EXCHANGE = `${GRANT}:token-exchange`;
const JAG_TYP = 'oauth-id-jag+jwt';
const JAG_SECONDS = 120;

const { InvalidGrant, InvalidRequest, InvalidTarget } = errors;

function demand(holds, Refusal, message) {
  if (!holds)
    throw new Refusal(message);
}

// --- an assertion for a token -----------------------------------------------

async function verifyJwt(text, keys, expected) {
  try {
    return await jwtVerify(text, keys, expected);
  } catch (error) {
    throw new InvalidGrant(error.message);
  }
}

// What a platform says of a workload: good as long as it lives.
function believePlatform(platform, provider) {
  const keys = createRemoteJWKSet(new URL(`${platform}/jwks`));
  return async (text) => {
    const { payload } = await verifyJwt(text, keys, {
      issuer: platform,
      audience: provider.issuer,
      requiredClaims: ['sub', 'exp'],
    });
    return payload;
  };
}

// What a company says of somebody there: good once, for one client and server.
function believeCompany(company, provider) {
  const keys = createRemoteJWKSet(new URL(`${company}/jwks`));
  return async (text, { client, params }) => {
    const { payload } = await verifyJwt(text, keys, {
      issuer: company,
      audience: provider.issuer,
      typ: JAG_TYP,
      requiredClaims: ['sub', 'exp', 'jti', 'client_id', 'resource'],
    });
    demand(payload.client_id === client.clientId, InvalidGrant,
           'the assertion is for another client');
    demand(payload.resource === params.resource, InvalidTarget,
           'the assertion is for another resource');
    demand(await provider.ReplayDetection.unique(company, payload.jti,
                                                 payload.exp),
           InvalidGrant, 'the assertion was used before');
    return payload;
  };
}

async function makeToken(provider, ctx, accountId) {
  const { client, params } = ctx.oidc;
  const proof = await validateDpop(provider, ctx);
  const [resourceServer] = await resolveRequestedResources(provider, ctx);
  demand(resourceServer, InvalidTarget, 'resource is missing');
  const scope = params.scope ?? '';
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  grant.addResourceScope(params.resource, scope);
  const token = new provider.AccessToken({
    accountId, client, scope, grantId: await grant.save(), gty: 'jwt-bearer',
  });
  token.resourceServer = resourceServer;
  if (proof) {
    await checkDpopReplay(provider, ctx, proof, client.clientId);
    token.setThumbprint('jkt', proof.thumbprint);
  }
  return token;
}

function believers(provider, { platform, company }) {
  const found = new Map();
  if (platform)
    found.set(undefined, believePlatform(platform, provider));
  if (company)
    found.set(JAG_TYP, believeCompany(company, provider));
  return found;
}

function typeOf(assertion) {
  try {
    const { typ } = decodeProtectedHeader(assertion);
    return typ === JAG_TYP ? typ : undefined;
  } catch {
    throw new InvalidGrant('the assertion is no JWT');
  }
}

function bearAssertion(provider, trusted) {
  const believe = believers(provider, trusted);
  return async (ctx) => {
    const { assertion } = ctx.oidc.params;
    demand(assertion, InvalidRequest, 'assertion is missing');
    const believer = believe.get(typeOf(assertion));
    demand(believer, InvalidGrant, 'nobody here vouches for such assertions');
    const { sub } = await believer(assertion, ctx.oidc);
    const token = await makeToken(provider, ctx, sub);
    ctx.body = {
      access_token: await token.save(),
      token_type: token.tokenType,
      expires_in: token.expiration,
      scope: token.scope || undefined,
    };
  };
}

// --- an ID token for an assertion -------------------------------------------

async function readIdToken(provider, ctx, text) {
  try {
    const { payload } = await provider.IdToken.validate(
      text, ctx.oidc.client);
    demand(payload.exp > Date.now() / 1000, Error, 'it has ended');
    return payload;
  } catch (error) {
    throw new InvalidGrant(`the ID token is not good: ${error.message}`);
  }
}

// audiences: the authorization servers that the company agreed with; client:
// who its people's programs are there; again: assertions are made once for each
// and handed out again, as a careless cache does.
function exchange(provider, key, { audiences, client, again }) {
  const made = new Map();
  const sign = ({ sub }, { audience, resource, scope }) =>
    new SignJWT({ sub, client_id: client, resource, scope, jti: randomUUID() })
      .setProtectedHeader({ alg: 'RS256', typ: JAG_TYP, kid: key.kid })
      .setIssuer(provider.issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${JAG_SECONDS} s`)
      .sign(key.private);
  const make = async (person, params) => {
    const name = `${params.audience} ${params.resource}`;
    const kept = again && made.get(name);
    made.delete(name);
    const text = kept || await sign(person, params);
    if (again && !kept)
      made.set(name, text);
    return text;
  };
  return async (ctx) => {
    const { params } = ctx.oidc;
    demand(params.requested_token_type === `${TYPE}:id-jag`, InvalidRequest,
           'only ID-JAGs are issued here');
    demand(params.subject_token_type === `${TYPE}:id_token`, InvalidRequest,
           'only ID tokens are exchanged here');
    demand(params.audience && params.resource, InvalidRequest,
           'audience or resource is missing');
    demand(!audiences.length || audiences.includes(params.audience),
           InvalidTarget, 'the company has not agreed to that audience');
    const person = await readIdToken(provider, ctx, params.subject_token);
    ctx.body = {
      issued_token_type: `${TYPE}:id-jag`,
      access_token: await make(person, params),
      token_type: 'N_A',
      expires_in: JAG_SECONDS,
      scope: params.scope,
    };
  };
}

// Adds them to the provider, as far as there is somebody to trust, and a key
// to sign with.
export function addGrants(provider, trusted, key, company) {
  if (trusted.platform || trusted.company)
    provider.registerGrantType(JWT_BEARER, bearAssertion(provider, trusted),
                               ['assertion', 'scope', 'resource']);
  if (key)
    provider.registerGrantType(EXCHANGE, exchange(provider, key, company), [
      'requested_token_type', 'subject_token', 'subject_token_type',
      'audience', 'resource', 'scope']);
}
