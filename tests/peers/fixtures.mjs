// What the conformance suite wants of a server, with sessions, on the official
// TypeScript SDK.
//
//   fixtures.mjs
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from
  '@modelcontextprotocol/sdk/server/streamableHttp.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import express from 'express';
import { handlersOf, plainTools, say, text } from './fixture-parts.mjs';
import { listen, ready } from './peer.mjs';

const said = async (question) =>
  say(`said: ${JSON.stringify(await question)}`);

const asks = (properties) => (_given, { sendRequest }) => said(sendRequest({
  method: 'elicitation/create',
  params: {
    message: 'Please choose',
    requestedSchema: { type: 'object', properties, required: [] },
  },
}, types.ElicitResultSchema));

async function log(_given, { sendNotification }) {
  for (const data of ['started', 'at work', 'completed']) {
    await sendNotification({ method: 'notifications/message',
      params: { level: 'info', data } });
    await sleep(50);
  }
  return say('logged');
}

async function progress(_given, { _meta, sendNotification }) {
  for (const at of [0, 50, 100]) {
    await sendNotification({ method: 'notifications/progress', params: {
      progressToken: _meta?.progressToken, progress: at, total: 100 } });
    await sleep(50);
  }
  return say('done');
}

const sample = ({ prompt }, { sendRequest }) => said(sendRequest({
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: text(prompt) }],
    maxTokens: 100 },
}, types.CreateMessageResultSchema));

const elicit = ({ message }, { sendRequest }) => said(sendRequest({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties: {
    username: { type: 'string' }, email: { type: 'string' },
  }, required: ['username', 'email'] } },
}, types.ElicitResultSchema));

const titled = [{ const: 'value1', title: 'First' },
  { const: 'value2', title: 'Second' }];
const several = ['option1', 'option2', 'option3'];

const tools = {
  ...plainTools,
  test_tool_with_logging: log,
  test_tool_with_progress: progress,
  test_sampling: sample,
  test_elicitation: elicit,
  test_elicitation_sep1034_defaults: asks({
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', default: 'active',
      enum: ['active', 'inactive', 'pending'] },
    verified: { type: 'boolean', default: true },
  }),
  test_elicitation_sep1330_enums: asks({
    untitledSingle: { type: 'string', enum: several },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2'],
      enumNames: ['One', 'Two'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: several } },
    titledMulti: { type: 'array', items: { anyOf: titled } },
  }),
};

const handlers = {
  ...handlersOf({ tools, notFound: (uri) =>
    new types.McpError(-32002, 'no such resource', { uri }) }),
  'resources/subscribe': () => ({}),
  'resources/unsubscribe': () => ({}),
  'logging/setLevel': () => ({}),
};

// By which this SDK knows a method.
const schemaOf = (method) =>
  Object.values(types).find((it) => it?.shape?.method?.value === method);

async function begin(sessions) {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, transport),
    onsessionclosed: (id) => sessions.delete(id),
  });
  const server = new Server({ name: 'fixtures', version: '1.0.0' }, {
    capabilities: { tools: {}, prompts: {}, logging: {}, completions: {},
      resources: { subscribe: true } } });
  for (const [method, handler] of Object.entries(handlers))
    server.setRequestHandler(schemaOf(method), handler);
  await server.connect(transport);
  return transport;
}

const { port, serve } = await listen(0);
const sessions = new Map();
const app = express();
app.use(express.json({ limit: '16mb' }));
app.all('/mcp', async (request, response) => {
  const id = request.headers['mcp-session-id'];
  const known = sessions.get(id);
  if (!known && !types.isInitializeRequest(request.body))
    return response.status(id ? 404 : 400).json(
      { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'no' } });
  await (known ?? await begin(sessions))
    .handleRequest(request, response, request.body);
});
serve(app);
ready({ port, url: `http://localhost:${port}/mcp` });
