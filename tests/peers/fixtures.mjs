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
import { listen, ready } from './peer.mjs';

// One pixel, and no sound.
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q' +
  'DwADhgGAWjR9awAAAABJRU5ErkJggg==';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

const text = (value) => ({ type: 'text', text: value });
const image = { type: 'image', data: PNG, mimeType: 'image/png' };
const audio = { type: 'audio', data: WAV, mimeType: 'audio/wav' };
const embedded = (uri, mimeType, value) =>
  ({ type: 'resource', resource: { uri, mimeType, text: value } });
const one = (item) => () => ({ content: [item] });

const said = async (question) =>
  ({ content: [text(`said: ${JSON.stringify(await question)}`)] });

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
  return { content: [text('logged')] };
}

async function progress(_given, { _meta, sendNotification }) {
  for (const at of [0, 50, 100]) {
    await sendNotification({ method: 'notifications/progress', params: {
      progressToken: _meta?.progressToken, progress: at, total: 100 } });
    await sleep(50);
  }
  return { content: [text('done')] };
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
  test_simple_text: one(text('This is a simple text response for testing.')),
  test_image_content: one(image),
  test_audio_content: one(audio),
  test_embedded_resource: one(
    embedded('test://embedded-resource', 'text/plain', 'embedded')),
  test_multiple_content_types: () => ({ content: [text('several:'), image,
    embedded('test://mixed-content-resource', 'application/json', '{}')] }),
  test_tool_with_logging: log,
  test_tool_with_progress: progress,
  test_error_handling: () => ({ isError: true, content: [
    text('This tool intentionally returns an error for testing')] }),
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
  json_schema_2020_12_tool: one(text('it fits')),
  test_elicitation_sep1330_enums: asks({
    untitledSingle: { type: 'string', enum: several },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2'],
      enumNames: ['One', 'Two'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: several } },
    titledMulti: { type: 'array', items: { anyOf: titled } },
  }),
};

const schemas = {
  json_schema_2020_12_tool: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: { address: { $anchor: 'addressDef', type: 'object', properties: {
      street: { type: 'string' }, city: { type: 'string' } } } },
    properties: { name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' }, email: { type: 'string' } },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } },
      required: ['contactMethod'] },
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  },
};

const resources = {
  'test://static-text': { mimeType: 'text/plain', text: 'static' },
  'test://static-binary': { mimeType: 'image/png', blob: PNG },
  'test://watched-resource': { mimeType: 'text/plain', text: 'watched' },
};

const user = (content) => ({ role: 'user', content });
const prompts = {
  test_simple_prompt: () => [user(text('This is a simple prompt.'))],
  test_prompt_with_arguments: ({ arg1, arg2 }) =>
    [user(text(`arg1='${arg1}', arg2='${arg2}'`))],
  test_prompt_with_embedded_resource: ({ resourceUri }) =>
    [user(embedded(resourceUri, 'text/plain', 'embedded'))],
  test_prompt_with_image: () => [user(image), user(text('Look at it.'))],
};
const wants = {
  test_prompt_with_arguments: ['arg1', 'arg2'],
  test_prompt_with_embedded_resource: ['resourceUri'],
};

function read(uri) {
  const page = /^test:\/\/template\/(.*)\/data$/.exec(uri);
  const found = page
    ? { mimeType: 'application/json', text: JSON.stringify({ id: page[1] }) }
    : resources[uri];
  if (!found)
    throw new types.McpError(-32002, 'no such resource', { uri });
  return { contents: [{ uri, ...found }] };
}

const handlers = [
  [types.ListToolsRequestSchema, () => ({ tools: Object.keys(tools).map(
    (name) => ({ name, description: name, inputSchema:
      schemas[name] ?? { type: 'object', properties: {} } })) })],
  [types.CallToolRequestSchema, ({ params }, extra) =>
    tools[params.name](params.arguments ?? {}, extra)],
  [types.ListResourcesRequestSchema, () => ({
    resources: Object.entries(resources).map(([uri, { mimeType }]) =>
      ({ uri, mimeType, name: uri })) })],
  [types.ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [
    { uriTemplate: 'test://template/{id}/data', name: 'template' }] })],
  [types.ReadResourceRequestSchema, ({ params }) => read(params.uri)],
  [types.SubscribeRequestSchema, () => ({})],
  [types.UnsubscribeRequestSchema, () => ({})],
  [types.SetLevelRequestSchema, () => ({})],
  [types.ListPromptsRequestSchema, () => ({
    prompts: Object.keys(prompts).map((name) => ({ name, description: name,
      arguments: (wants[name] ?? []).map((it) =>
        ({ name: it, required: true })) })) })],
  [types.GetPromptRequestSchema, ({ params }) =>
    ({ messages: prompts[params.name](params.arguments ?? {}) })],
  [types.CompleteRequestSchema, () =>
    ({ completion: { values: [], total: 0, hasMore: false } })],
];

async function begin(sessions) {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, transport),
    onsessionclosed: (id) => sessions.delete(id),
  });
  const server = new Server({ name: 'fixtures', version: '1.0.0' }, {
    capabilities: { tools: {}, prompts: {}, logging: {}, completions: {},
      resources: { subscribe: true } } });
  for (const [schema, handler] of handlers)
    server.setRequestHandler(schema, handler);
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
