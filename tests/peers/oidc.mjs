// oidc-provider, the certified OpenID server, as an authorization server for
// MCP: resource indicators, rotating refresh tokens, revocation,
// introspection, dynamic registration.
//
//   oidc.mjs [--port N] [--tokens jwt|opaque] [--access-seconds N]
//            [--refresh-seconds N] [--refresh always|offline_access]
//            [--redirect-uri URI]... [--resource URL]... [--client JSON]...
//            [--no-registration] [--secret-seconds N] [--initial-token T]
//            [--document JSON] [--push] [--dpop offered|nonce]
//            [--platform URL] [--company URL]
//            [--exchange CLIENT [--audience URL]... [--again]] [--id-seconds N]
//            [--tls CERTIFICATE,KEY,CA [--no-public]]
//
// --resource limits the resources it issues tokens for; --client adds one
// (RFC 7591 names); --secret-seconds registers confidential clients only,
// whose secrets end; --initial-token is what registering takes; --document is
// a client ID metadata document, found at the client_id in it; --push takes
// authorization requests only when they were pushed; --dpop binds tokens to
// keys, with a nonce in every proof or without; --platform and --company are
// issuers whose assertions it takes for tokens; --exchange makes it such a
// company, whose people's programs are that client elsewhere (grants.mjs);
// --tls knows clients by certificates, at another address (certificates.mjs),
// and with --no-public none without proof.
// Anyone may log in: visit.mjs does.  What was pushed, what was granted for
// which resource, and why something was not, is told on stderr; GET /_seen
// gives what was asked for, and by which proof.  DELETE /_token forgets the
// opaque access token it came with, and nothing else of that login.
import { randomBytes } from 'node:crypto';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import Provider, { errors } from 'oidc-provider';
import { aliases, listenForCertificates, mutualTls, nameOf,
         tlsMethods } from
  './certificates.mjs';
import { addGrants, EXCHANGE, JWT_BEARER } from './grants.mjs';
import { listen, options, ready } from './peer.mjs';
import { readProof } from './proof.mjs';

const opt = options({
  port: '0',
  tokens: 'jwt',
  'access-seconds': '3600',
  'refresh-seconds': '86400',
  refresh: 'always',
  'redirect-uri': ['http://127.0.0.1/callback'],
  resource: [],
  client: [],
  'no-registration': false,
  'secret-seconds': '0',
  'initial-token': '',
  document: '',
  push: false,
  dpop: '',
  platform: '',
  company: '',
  exchange: '',
  audience: [],
  again: false,
  'id-seconds': '3600',
  tls: '',
  'no-public': false,
});
const scopes = ['mcp:read', 'mcp:write'];
const accessSeconds = Number(opt['access-seconds']);
const secretSeconds = Number(opt['secret-seconds']);
const authMethods = ['client_secret_basic', 'client_secret_post'];

// Native clients, whose loopback redirect URI may have any port (RFC 8252).
const person = {
  application_type: 'native',
  redirect_uris: opt['redirect-uri'],
  grant_types: ['authorization_code', 'refresh_token'],
};
const machine = {
  redirect_uris: [],
  response_types: [],
};
const clients = {
  public: {
    ...person,
    client_id: 'oidc-public',
    token_endpoint_auth_method: 'none',
  },
  confidential: {
    ...person,
    client_id: 'oidc-confidential',
    client_secret: 'canary-oidc-confidential-secret',
  },
  post: {
    ...person,
    client_id: 'oidc-post',
    client_secret: 'canary-oidc-post-secret',
    token_endpoint_auth_method: 'client_secret_post',
  },
  m2m: {
    ...machine,
    client_id: 'oidc-m2m',
    client_secret: 'canary-oidc-m2m-secret',
    grant_types: ['client_credentials'],
  },
  workload: {
    ...machine,
    client_id: 'oidc-workload',
    token_endpoint_auth_method: 'none',
    grant_types: [JWT_BEARER],
  },
  employee: {
    ...machine,
    client_id: 'oidc-employee',
    client_secret: 'canary-oidc-employee-secret',
    grant_types: [JWT_BEARER],
  },
  desk: {
    ...person,
    client_id: 'oidc-desk',
    client_secret: 'canary-oidc-desk-secret',
    grant_types: [...person.grant_types, EXCHANGE],
  },
  server: {
    ...machine,
    client_id: 'mcp-server',
    client_secret: 'canary-mcp-server-secret',
    grant_types: [],
  },
};

function resourceServer(_ctx, resource) {
  if (opt.resource.length && !opt.resource.includes(resource))
    throw new errors.InvalidTarget();
  return {
    scope: scopes.join(' '),
    audience: resource,
    accessTokenTTL: accessSeconds,
    accessTokenFormat: opt.tokens,
    jwt: { sign: { alg: 'RS256' } },
  };
}

function refreshIssued(_ctx, client, source) {
  return client.grantTypeAllowed('refresh_token') &&
    (opt.refresh === 'always' || source.scopes.has('offline_access'));
}

function limitSecret(ctx, _key, _value, metadata) {
  if (ctx && metadata.client_secret_expires_at === 0)
    metadata.client_secret_expires_at =
      metadata.client_id_issued_at + secretSeconds;
}

// Nothing is fetched from anywhere else.
function fetchDocument(url) {
  const document = opt.document && JSON.parse(opt.document);
  return document?.client_id === String(url)
    ? Response.json(document)
    : new Response('', { status: 404 });
}

// Those whose grants there are, and, where secrets end, who has one; or who
// proves what he is.
function mayBe(client) {
  const grants = client.grant_types ?? [];
  return (!secretSeconds || client.client_secret) &&
    (!opt['no-public'] || client.token_endpoint_auth_method !== 'none') &&
    (opt.platform || opt.company || !grants.includes(JWT_BEARER)) &&
    (opt.exchange || !grants.includes(EXCHANGE));
}

// A key of its own, where it signs more than oidc-provider does.
async function makeKey() {
  const { privateKey } =
    await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { private: privateKey, kid: 'desk',
           jwk: { ...jwk, kid: 'desk', use: 'sig', alg: 'RS256' } };
}

const key = opt.exchange ? await makeKey() : undefined;

const configuration = {
  clients: [...Object.values(clients), ...opt.client.map(JSON.parse)]
    .filter(mayBe),
  ...key && { jwks: { keys: [key.jwk] } },
  ...opt.tls && { clientAuthMethods: [
    ...authMethods, ...tlsMethods, ...opt['no-public'] ? [] : ['none']] },
  ...secretSeconds && {
    clientAuthMethods: authMethods,
    extraClientMetadata: { properties: ['limited'], validator: limitSecret },
  },
  scopes: ['openid', 'offline_access', ...scopes],
  cookies: { keys: ['canary-cookie-key'] },
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    registration: {
      enabled: !opt['no-registration'],
      initialAccessToken: opt['initial-token'] || undefined,
    },
    clientIdMetadataDocument: { enabled: Boolean(opt.document) },
    pushedAuthorizationRequests: {
      enabled: true,
      requirePushedAuthorizationRequests: opt.push,
    },
    registrationManagement: { enabled: !opt['no-registration'] },
    dPoP: {
      enabled: Boolean(opt.dpop),
      nonceSecret: opt.dpop === 'nonce' ? randomBytes(32) : undefined,
      requireNonce: () => opt.dpop === 'nonce',
    },
    mTLS: opt.tls ? mutualTls : { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: resourceServer,
    },
  },
  fetch: fetchDocument,
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: refreshIssued,
  ttl: {
    AccessToken: accessSeconds,
    ClientCredentials: accessSeconds,
    RefreshToken: Number(opt['refresh-seconds']),
    Grant: 86400,
    IdToken: Number(opt['id-seconds']),
    Interaction: 600,
    Session: 86400,
  },
};

const { port, serve } = await listen(opt.port);
const issuer = `http://127.0.0.1:${port}`;
const tls = opt.tls ? await listenForCertificates(opt.tls) : undefined;
if (tls)
  configuration.discovery = { mtls_endpoint_aliases: aliases(tls.origin) };
const provider = new Provider(issuer, configuration);
addGrants(provider, opt, key, {
  audiences: opt.audience,
  client: opt.exchange,
  again: opt.again,
});
provider.on('server_error', (_ctx, error) => console.error(error));
provider.on('registration_create.success', (_ctx, { clientId }) =>
  console.error('registered:', clientId));
provider.on('pushed_authorization_request.success', (ctx) =>
  console.error('pushed:', ctx.oidc.client.clientId,
                ctx.oidc.params.login_hint ?? ''));
provider.on('pushed_authorization_request.error', (_ctx, error) =>
  console.error('not pushed:', error.error, error.error_detail));
provider.on('grant.success', ({ oidc: { params } }) =>
  console.error('granted:', params.grant_type, params.resource));
provider.on('grant.error', (_ctx, { error, error_detail }) =>
  console.error('refused:', error, error_detail));

// What was asked for, oldest first: a member for each parameter that tells it
// apart, what its proof and its assertion say, and what came of it.
const seen = [];
const told = [
  'grant_type', 'resource', 'scope', 'audience', 'client_id', 'dpop_jkt',
];
provider.use(async (ctx, next) => {
  const entry = { method: ctx.method, path: ctx.path };
  seen.push(entry);
  await next();
  const params = ctx.oidc?.params ?? {};
  for (const name of told)
    entry[name] = params[name];
  entry.proof = readProof(ctx.get('dpop'));
  entry.assertion =
    params.client_assertion && decodeJwt(params.client_assertion);
  entry.certificate = nameOf(ctx);
  entry.status = ctx.status;
  entry.error = ctx.body?.error;
});
async function forget(request, response) {
  const value = request.headers.authorization.split(' ')[1];
  const token = await provider.AccessToken.find(value);
  await token.destroy();
  response.end();
}

const answer = provider.callback();
const ours = {
  '/_seen': (_request, response) => response.end(JSON.stringify(seen)),
  '/_token': forget,
};
serve((request, response) =>
  (ours[request.url] ?? answer)(request, response));
tls?.serve(answer);

const credentials = ({ client_id, client_secret }) =>
  ({ client_id, client_secret });
ready({
  port,
  issuer,
  origin: issuer,
  discovery_url: `${issuer}/.well-known/openid-configuration`,
  scopes,
  client_id: clients.public.client_id,
  confidential: credentials(clients.confidential),
  post: credentials(clients.post),
  m2m: credentials(clients.m2m),
  server: credentials(clients.server),
  workload: credentials(clients.workload),
  employee: credentials(clients.employee),
  desk: credentials(clients.desk),
});
