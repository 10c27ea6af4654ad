// An MCP server on the official TypeScript SDK, behind OAuth.
//
//   mcp-sdk-server.mjs --issuer URL [--port N] [--json]
//                      [--tool-scope TOOL=SCOPE]... [options of resource.mjs]
//
// --json answers with application/json instead of an event stream;
// --tool-scope demands one more scope of who calls that tool.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpServer, ResourceTemplate } from
  '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from
  '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import express from 'express';
import { z } from 'zod';
import { listenForCertificates } from './certificates.mjs';
import { listen, options, ready } from './peer.mjs';
import { protect, resourceOptions } from './resource.mjs';
import { watch } from './seen.mjs';

const opt = options({
  port: '0',
  json: false,
  'tool-scope': [],
  ...resourceOptions,
});
const BIG = 5 * 1024 * 1024;

const text = (value) => ({ content: [{ type: 'text', text: value }] });

function addTools(server) {
  server.registerTool('add',
    {
      description: 'Adds two numbers',
      inputSchema: { a: z.number(), b: z.number() },
      outputSchema: { sum: z.number() },
    },
    ({ a, b }) =>
      ({ ...text(String(a + b)), structuredContent: { sum: a + b } }));
  server.registerTool('echo',
    { description: 'Says it again', inputSchema: { message: z.string() } },
    ({ message }) => text(message));
  server.registerTool('whoami',
    { description: 'Tells whose token came' },
    ({ authInfo }) => text(authInfo.extra.sub ?? authInfo.clientId));
  server.registerTool('fail',
    { description: 'Ends with a tool error' },
    () => ({ ...text('it failed, as asked'), isError: true }));
  server.registerTool('big',
    { description: 'Answers with 5 MiB of text' },
    () => text('x'.repeat(BIG)));
  server.registerTool('slow',
    {
      description: 'Waits, telling its progress ten times',
      inputSchema: { ms: z.number().default(1000) },
    },
    slow);
}

async function slow({ ms }, { _meta, sendNotification }) {
  const progressToken = _meta?.progressToken;
  for (let progress = 1; progress <= 10; progress++) {
    await sleep(ms / 10);
    if (progressToken === undefined)
      continue;
    await sendNotification({
      method: 'notifications/progress',
      params: { progressToken, progress, total: 10 },
    });
  }
  return text('done');
}

function addResources(server) {
  server.registerResource('motto', 'memo://motto',
    { mimeType: 'text/plain' },
    (uri) => ({ contents: [{ uri: uri.href, text: 'peers are real' }] }));
  server.registerResource('page',
    new ResourceTemplate('memo://page/{number}', { list: undefined }),
    { mimeType: 'text/plain' },
    (uri, { number }) =>
      ({ contents: [{ uri: uri.href, text: `page ${number}` }] }));
}

function addPrompts(server) {
  server.registerPrompt('greet',
    { description: 'Greets someone', argsSchema: { name: z.string() } },
    ({ name }) => ({
      messages: [
        { role: 'user', content: { type: 'text', text: `Greet ${name}` } },
      ],
    }));
}

async function open(sessions) {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: opt.json,
    onsessioninitialized: (id) => sessions.set(id, transport),
    onsessionclosed: (id) => sessions.delete(id),
  });
  const server = new McpServer({ name: 'sdk-server', version: '1.0.0' });
  addTools(server);
  addResources(server);
  addPrompts(server);
  await server.connect(transport);
  return transport;
}

const refuse = (response, status, message) =>
  response.status(status).json(
    { jsonrpc: '2.0', error: { code: -32001, message }, id: null });

function endpoint(sessions) {
  return async (request, response) => {
    const id = request.headers['mcp-session-id'];
    if (id && !sessions.has(id))
      return refuse(response, 404, 'Session not found');
    if (!id && !isInitializeRequest(request.body))
      return refuse(response, 400, 'Session id missing');
    const transport = id ? sessions.get(id) : await open(sessions);
    await transport.handleRequest(request, response, request.body);
  };
}

const calls = (tool) => ({ method, params }) =>
  method === 'tools/call' && params.name === tool;

function guardTool(tool, demand) {
  return (request, response, next) =>
    [request.body].flat().filter(Boolean).some(calls(tool))
      ? demand(request, response, next)
      : next();
}

const { port, serve } = await listen(opt.port);
const tls = opt.tls ? await listenForCertificates(opt.tls) : undefined;
const origin = `http://127.0.0.1:${port}`;
const url = new URL(`${tls ? tls.origin : origin}/mcp`);
const app = express();
watch(app);
const demand = await protect(app, url, opt);
app.use(express.json({ limit: '16mb' }));
for (const [tool, scope] of opt['tool-scope'].map((it) => it.split('=')))
  app.use(url.pathname, guardTool(tool, demand([scope])));
app.all(url.pathname, endpoint(new Map()));
serve(app);
tls?.serve(app);
ready({ port, origin, url: url.href });
