// An MCP server on the second version of the official TypeScript SDK.
//
//   modern.mjs [--port N] [--legacy stateless|reject] [--sse] [--only V]
//
// It speaks 2026-07-28, and by default older revisions too, without sessions;
// --legacy reject: nothing else; --only: that older revision, with sessions,
// and nothing else.  --sse answers every call with a stream.  GET /_seen tells
// what was sent (seen.mjs).
import { randomUUID } from 'node:crypto';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from
  '@modelcontextprotocol/node';
import { createMcpHandler, fromJsonSchema, inputRequired, McpServer } from
  '@modelcontextprotocol/server';
import express from 'express';
import { z } from 'zod';
import { listen, options, ready } from './peer.mjs';
import { Aborts, watch } from './seen.mjs';

const opt = options({
  port: '0',
  legacy: 'stateless',
  sse: false,
  only: '',
});
const STATE = '{"round": 1} "\\ \u00e9" =?base64?';
const aborts = new Aborts();
let calls = 0;
let field = 'Region'; // that the tool `place` wants its argument in
let grown = false;
let notify; // null where nobody listens

const text = (value) => ({ content: [{ type: 'text', text: value }] });

// Asks in two rounds, and says what was answered.
function ask(_arguments, { mcpReq }) {
  const state = mcpReq.requestState();
  calls++;
  if (state === undefined) {
    return inputRequired({
      requestState: STATE,
      inputRequests: {
        who: inputRequired.elicit({
          message: 'Who?',
          requestedSchema: {
            type: 'object',
            properties: { name: { type: 'string', default: 'Ada' } },
          },
        }),
      },
    });
  }
  if (state === STATE) {
    return inputRequired({
      requestState: JSON.stringify(mcpReq.inputResponses),
      inputRequests: { where: inputRequired.listRoots() },
    });
  }
  return text(state + JSON.stringify(mcpReq.inputResponses));
}

// Wants a form filled in or a page visited, and says what was answered.
const want = (request) => (_arguments, { mcpReq }) =>
  mcpReq.inputResponses
    ? text(JSON.stringify(mcpReq.inputResponses))
    : inputRequired({ inputRequests: { it: request } });

const form = want(inputRequired.elicit({
  message: 'Who?',
  requestedSchema: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      age: { type: 'integer', default: 36 },
    },
    required: ['name'],
  },
}));

const page = want(inputRequired.elicitUrl({
  message: 'Connect it',
  url: 'https://accounts.example/connect',
}));

async function log({ level }, { mcpReq }) {
  await mcpReq.log(level, `log ${level}`);
  return text('logged');
}

const tell = ({ mcpReq }, progress, total) => mcpReq.notify({
  method: 'notifications/progress',
  params: { progressToken: mcpReq._meta.progressToken, progress, total },
});

async function wait(_arguments, context) {
  await tell(context, 1, 2);
  await aborts.expect(context.mcpReq.signal);
  return text('cancelled');
}

async function steps({ count }, context) {
  for (let progress = 1; progress <= count; progress++)
    await tell(context, progress, count);
  return text('done');
}

// Says where an argument is also sent, as a header field.
const placeSchema = () => fromJsonSchema({
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': field },
    zone: { type: 'integer', 'x-mcp-header': 'Zone' },
    plain: { type: 'string' },
  },
});

const badSchema = fromJsonSchema({
  type: 'object',
  properties: { weight: { type: 'number', 'x-mcp-header': 'Weight' } },
});

function addTools(server) {
  const add = (name, inputSchema, handler) =>
    server.registerTool(name, { description: name, inputSchema }, handler);
  const none = z.object({});
  add('echo', z.object({ message: z.string() }),
    ({ message }) => text(message));
  add('count', none, () => text(String(calls)));
  add('ask', none, ask);
  add('form', none, form);
  add('page', none, page);
  add('log', z.object({ level: z.string() }), log);
  add('wait', none, wait);
  add('aborted', none, async () => text(String(await aborts.first())));
  add('steps', z.object({ count: z.number() }), steps);
  add('big', z.object({ bytes: z.number() }),
    ({ bytes }) => text('x'.repeat(bytes)));
  add('place', placeSchema(), (given) => {
    calls++;
    return text(JSON.stringify(given));
  });
  add('bad', badSchema, () => text('bad'));
  add('h\u00e9llo', none, () => text('hello'));
  add('reshape', z.object({ field: z.string() }), (given) => {
    field = given.field;
    return text(field);
  });
  add('grow', none, () => {
    grown = true;
    notify.toolsChanged();
    return text('grown');
  });
  add('touch', z.object({ uri: z.string() }), ({ uri }) => {
    notify.resourceUpdated(uri);
    return text(uri);
  });
  if (grown)
    add('grown', none, () => text('grown'));
}

function makeServer() {
  const server = new McpServer({ name: 'modern', version: '2.0.0' }, {
    capabilities: {
      logging: {},
      tools: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
    },
    supportedProtocolVersions: opt.only ? [opt.only] : undefined,
  });
  addTools(server);
  server.registerResource('memo', 'memo://one', {},
    (uri) => ({ contents: [{ uri: uri.href, text: 'one' }] }));
  server.registerPrompt('greet', { argsSchema: z.object({ name: z.string() }) },
    ({ name }) => ({ messages: [
      { role: 'user', content: { type: 'text', text: `Greet ${name}` } },
    ] }));
  return server;
}

function stateless() {
  const handler = createMcpHandler(makeServer, {
    legacy: opt.legacy,
    responseMode: opt.sse ? 'sse' : 'auto',
  });
  notify = handler.notify;
  const answer = toNodeHandler(handler);
  return (request, response) => answer(request, response, request.body);
}

function sessions() {
  const open = new Map();
  return async (request, response) => {
    const id = request.headers['mcp-session-id'];
    let transport = open.get(id);
    if (id && !transport)
      return response.status(404).end();
    if (!transport) {
      transport = new NodeStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => open.set(id, transport),
      });
      await makeServer().connect(transport);
    }
    await transport.handleRequest(request, response, request.body);
  };
}

const { port, serve } = await listen(opt.port);
const origin = `http://127.0.0.1:${port}`;
const app = express();
app.use(express.json({ limit: '64mb' }));
watch(app);
app.all('/mcp', opt.only ? sessions() : stateless());
serve(app);
ready({ port, url: `${origin}/mcp`, origin });
