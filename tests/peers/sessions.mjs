// An MCP server of the revisions with sessions, on the official TypeScript
// SDK: 2025-03-26 to 2025-11-25 at /mcp, and 2024-11-05 (HTTP+SSE) at /sse.
//
//   sessions.mjs [--port N] [--store] [--retry MS] [--slow] [--issuer URL ...]
//
// --slow never comes to an end of listing its tools.
// --store keeps events, so that streams can be resumed; --issuer demands
// tokens (resource.mjs).  GET /_seen tells what was sent (seen.mjs).
import { randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from
  '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest, ListToolsRequestSchema, ResultSchema,
  SubscribeRequestSchema, UnsubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import express from 'express';
import { z } from 'zod';
import { listen, options, ready } from './peer.mjs';
import { protect, resourceOptions } from './resource.mjs';
import { Aborts, watch } from './seen.mjs';

const opt = options({
  port: '0',
  store: false,
  retry: '',
  slow: false,
  ...resourceOptions,
});
const aborts = new Aborts();
let calls = 0;

const text = (value) => ({ content: [{ type: 'text', text: value }] });

// Events by their number; the SDK's own example of a store mixes up those of
// one millisecond.
class Store {
  events = [];

  async storeEvent(streamId, message) {
    this.events.push({ streamId, message });
    return String(this.events.length);
  }

  async getStreamIdForEventId(id) {
    return this.events[Number(id) - 1]?.streamId;
  }

  async replayEventsAfter(id, { send }) {
    const { streamId } = this.events[Number(id) - 1];
    for (let at = Number(id); at < this.events.length; at++)
      if (this.events[at].streamId === streamId)
        await send(String(at + 1), this.events[at].message);
    return streamId;
  }
}

// --- tools ------------------------------------------------------------------

// Says `mark` on the way and counts itself: what a broken stream loses, and
// what must not be done twice.
async function once({ mark }, { sendNotification }) {
  calls++;
  await sendNotification({
    method: 'notifications/message',
    params: { level: 'error', data: mark },
  });
  return text(`call ${calls}`);
}

// Sends its client away in the middle, as 2025-11-25 allows.
async function away(_arguments, { closeSSEStream }) {
  calls++;
  closeSSEStream();
  return text(`call ${calls}`);
}

// Asks the client something, beside this call or on its stream.
const ask = (server) => async ({ method, params, beside }, extra) => {
  const send = beside
    ? (request) => server.server.request(request, ResultSchema)
    : (request) => extra.sendRequest(request, ResultSchema);
  try {
    return text(JSON.stringify(await send({ method, params })));
  } catch (error) {
    return text(`error ${error.code}`);
  }
};

// Until it is cancelled.
const wait = async (_arguments, { signal, sendNotification }) => {
  await sendNotification({
    method: 'notifications/message',
    params: { level: 'error', data: 'waiting' },
  });
  await aborts.expect(signal);
  return text('cancelled');
};

async function steps({ count }, { _meta, sendNotification }) {
  for (let progress = 1; progress <= count; progress++) {
    await sendNotification({
      method: 'notifications/progress',
      params: { progressToken: _meta.progressToken, progress, total: count },
    });
  }
  return text('done');
}

const big = ({ bytes }) => text('x'.repeat(bytes));

function addTools(server) {
  const add = (name, inputSchema, handler) =>
    server.registerTool(name, { description: name, inputSchema }, handler);
  add('echo', { message: z.string() }, ({ message }) => text(message));
  add('once', { mark: z.string() }, once);
  add('away', {}, away);
  add('count', {}, () => text(String(calls)));
  add('ask', {
    method: z.string(),
    params: z.record(z.string(), z.any()).default({}),
    beside: z.boolean().default(false),
  }, ask(server));
  add('wait', {}, wait);
  add('aborted', {}, async () => text(String(await aborts.first())));
  add('steps', { count: z.number() }, steps);
  add('big', { bytes: z.number() }, big);
  add('log', { level: z.string() }, async ({ level }, { sessionId }) => {
    await server.sendLoggingMessage({ level, data: `log ${level}` }, sessionId);
    return text('logged');
  });
  add('grow', {}, () => {
    add(`grown-${randomUUID()}`, {}, () => text('grown'));
    return text('grown');
  });
}

function addResource(server) {
  const subscribed = new Set();
  server.registerResource('memo', 'memo://one', {},
    (uri) => ({ contents: [{ uri: uri.href, text: 'one' }] }));
  server.server.registerCapabilities({ resources: { subscribe: true } });
  server.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    subscribed.add(params.uri);
    return {};
  });
  server.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });
  server.registerTool('touch', { inputSchema: { uri: z.string() } },
    async ({ uri }) => {
      if (subscribed.has(uri))
        await server.server.sendResourceUpdated({ uri });
      return text(String(subscribed.has(uri)));
    });
}

function makeServer() {
  const server = new McpServer({ name: 'sessions', version: '1.0.0' },
    { capabilities: { logging: {} } });
  addResource(server);
  addTools(server);
  if (opt.slow) {
    server.server.setRequestHandler(ListToolsRequestSchema,
      (_request, { signal }) => aborts.expect(signal));
  }
  return server;
}

// --- transports -------------------------------------------------------------

async function open(sessions) {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: opt.store ? new Store() : undefined,
    retryInterval: opt.retry ? Number(opt.retry) : undefined,
    onsessioninitialized: (id) => sessions.set(id, transport),
    onsessionclosed: (id) => sessions.delete(id),
  });
  await makeServer().connect(transport);
  return transport;
}

const refuse = (response, status, message) =>
  response.status(status).json(
    { jsonrpc: '2.0', error: { code: -32001, message }, id: null });

function streamable(sessions) {
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

function addHttpSse(app) {
  const streams = new Map();
  app.get('/sse', async (_request, response) => {
    const transport = new SSEServerTransport('/messages', response);
    streams.set(transport.sessionId, transport);
    response.on('close', () => streams.delete(transport.sessionId));
    await makeServer().connect(transport);
  });
  app.post('/messages', async (request, response) => {
    const transport = streams.get(request.query.sessionId);
    if (!transport)
      return refuse(response, 404, 'No such stream');
    await transport.handlePostMessage(request, response, request.body);
  });
}

const { port, serve } = await listen(opt.port);
const origin = `http://127.0.0.1:${port}`;
const app = express();
app.use(express.json({ limit: '64mb' }));
watch(app);
if (opt.issuer) {
  const demand = await protect(app, new URL(`${origin}/sse`), opt);
  app.use('/messages', demand([]));
}
app.all('/mcp', streamable(new Map()));
addHttpSse(app);
serve(app);
ready({ port, url: `${origin}/mcp`, sse: `${origin}/sse`, origin });
