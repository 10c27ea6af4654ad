// An MCP server on the official TypeScript SDK that AWS IAM guards: a request
// is let in when @smithy/signature-v4, which AWS's own SDK signs with, makes
// the same signature of it.  Both URLs of AgentCore lead to it.
//
//   iam.mjs [--json]
//
// --json answers with application/json instead of an event stream.  GET /_seen
// tells what came; POST /_expire makes session tokens expire.
import { randomUUID } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from
  '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { SignatureV4 } from '@smithy/signature-v4';
import express from 'express';
import { z } from 'zod';
import { listen, options, ready } from './peer.mjs';
import { watch } from './seen.mjs';

const opt = options({ json: false });
const REGION = 'us-west-2';
const SKEW_MS = 5 * 60 * 1000;

// Who may come: keys, with a session token or without.
const users = {
  AKIDPERMANENT: { secretAccessKey: 'CANARY-permanent/key+of=AWS' },
  ASIATEMPORARY: {
    secretAccessKey: 'CANARY-temporary/key+of=AWS',
    sessionToken: 'CANARY-session/token+of==',
  },
  ASIARENEWED: {
    secretAccessKey: 'CANARY-renewed/key+of=AWS',
    sessionToken: 'CANARY-session/renewed+of==',
  },
};
let expired = false;

// --- what a request says -----------------------------------------------------

const pattern = new RegExp(
  '^AWS4-HMAC-SHA256 Credential=(\\w+)/(\\d{8})/([\\w-]+)/([\\w-]+)' +
  '/aws4_request, SignedHeaders=([\\w;-]+), Signature=([0-9a-f]{64})$');

function readDate(text) {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
  return parts && new Date(Date.UTC(
    parts[1], parts[2] - 1, parts[3], parts[4], parts[5], parts[6]));
}

function readQuery(text) {
  const query = {};
  for (const [name, value] of new URLSearchParams(text))
    query[name] = [query[name] ?? [], value].flat();
  return query;
}

async function signAgain(request, keyId, names, date) {
  const [path, query] = request.originalUrl.split('?');
  const signer = new SignatureV4({
    credentials: { accessKeyId: keyId, ...users[keyId] },
    region: REGION,
    service: 'bedrock-agentcore',
    sha256: Sha256,
    applyChecksum: false,
  });
  const { headers } = await signer.sign({
    method: request.method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    query: readQuery(query),
    headers: Object.fromEntries(
      names.map((name) => [name, request.headers[name]])),
    body: request.raw,
  }, { signingDate: date, signableHeaders: new Set(names) });
  return headers.authorization;
}

// As AWS tells it, the session token included.
const canonical = ({ method, headers }, names) =>
  [method, ...names.map((name) => `${name}:${headers[name]}`)].join('\n');

// --- what is said to it --------------------------------------------------------

class Refusal extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

async function check(request) {
  const { authorization } = request.headers;
  const found = pattern.exec(authorization ?? '');
  const date = readDate(request.headers['x-amz-date']);
  if (!found || !date)
    throw new Refusal('MissingAuthenticationTokenException',
                      'Missing Authentication Token');
  const [, keyId, , region, service, names] = found;
  const user = users[keyId];
  const session = request.headers['x-amz-security-token'];
  if (!user || user.sessionToken !== session)
    throw new Refusal('UnrecognizedClientException',
                      'The security token included in the request is invalid.');
  if (expired && keyId === 'ASIATEMPORARY')
    throw new Refusal('ExpiredTokenException',
                      'The security token included in the request is expired');
  if (Math.abs(Date.now() - date) > SKEW_MS)
    throw new Refusal('InvalidSignatureException', 'Signature expired');
  if (region !== REGION || service !== 'bedrock-agentcore')
    throw new Refusal('InvalidSignatureException',
                      'Credential should be scoped to a valid region.');
  const list = names.split(';');
  for (const name of ['host', 'x-amz-date', session && 'x-amz-security-token'])
    if (name && !list.includes(name))
      throw new Refusal('InvalidSignatureException', `${name} must be signed`);
  if (await signAgain(request, keyId, list, date) !== authorization)
    throw new Refusal('InvalidSignatureException',
                      'The request signature we calculated does not match the' +
                      ' signature you provided. The Canonical String for this' +
                      ` request should have been '${canonical(request, list)}'`);
}

async function guard(request, response, next) {
  try {
    await check(request);
    next();
  } catch ({ name, message }) {
    response.status(403).set('x-amzn-ErrorType', `${name}:http://a.example/`)
      .json({ message });
  }
}

// --- the MCP server --------------------------------------------------------------

async function open(sessions) {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: opt.json,
    onsessioninitialized: (id) => sessions.set(id, transport),
    onsessionclosed: (id) => sessions.delete(id),
  });
  const server = new McpServer({ name: 'iam', version: '1.0.0' });
  server.registerTool('add',
    { inputSchema: { a: z.number(), b: z.number() } },
    ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }));
  await server.connect(transport);
  return transport;
}

function endpoint(sessions) {
  return async (request, response) => {
    const id = request.headers['mcp-session-id'];
    const transport = id ? sessions.get(id) : await open(sessions);
    await transport.handleRequest(request, response, request.body);
  };
}

const { port, serve } = await listen(0);
const origin = `http://127.0.0.1:${port}`;
const app = express();
app.use(express.json({
  limit: '16mb',
  verify: (request, _response, bytes) => { request.raw = bytes; },
}));
app.post('/_expire', (_request, response) => {
  expired = true;
  response.end();
});
watch(app);
app.all(['/mcp', '/runtimes/:arn/invocations'], guard, endpoint(new Map()));
serve(app);
const arn = `arn:aws:bedrock-agentcore:${REGION}:123456789012:runtime/a-1`;
ready({
  origin,
  gateway: `${origin}/mcp`,
  runtime: `${origin}/runtimes/${encodeURIComponent(arn)}/invocations` +
           '?qualifier=DEFAULT',
  arn,
});
