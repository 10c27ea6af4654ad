// What the conformance suite wants of a server without sessions, on the second
// version of the official TypeScript SDK.
//
//   modern-fixtures.mjs
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { acceptedContent, createMcpHandler, createRequestStateCodec,
         inputRequired, inputResponse, MissingRequiredClientCapabilityError,
         ResourceNotFoundError, Server } from '@modelcontextprotocol/server';
import express from 'express';
import { handlersOf, plainTools, say, text, user } from './fixture-parts.mjs';
import { listen, ready } from './peer.mjs';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const states = createRequestStateCodec({ key: randomBytes(32) });

// --- questions --------------------------------------------------------------

const form = (message, property, type = 'string') => inputRequired.elicit({
  message,
  requestedSchema: {
    type: 'object',
    properties: { [property]: { type } },
    required: [property],
  },
});
const sample = (question, maxTokens = 100) => inputRequired.createMessage(
  { messages: [user(text(question))], maxTokens });

const NAME = form('What is your name?', 'name');
const CAPITAL = sample('What is the capital of France?');
const CONFIRM = form('Please confirm', 'ok', 'boolean');

const given = ({ mcpReq }, key) => acceptedContent(mcpReq.inputResponses, key);
const answered = ({ mcpReq }, key) =>
  inputResponse(mcpReq.inputResponses, key).kind !== 'missing';
const ask = (inputRequests, requestState) =>
  inputRequired({ inputRequests, ...requestState && { requestState } });

// Of one round: asks until each key is answered.
const once = (inputRequests, finish) => (_arguments, context) =>
  Object.keys(inputRequests).every((key) => answered(context, key))
    ? finish(context) : ask(inputRequests);

// The same, with a state that comes back as it was made.
const stated = (inputRequests, finish) => async (_arguments, context) =>
  context.mcpReq.requestState() === undefined
    ? ask(inputRequests, await states.mint({ round: 1 })) : finish(context);

function greet(_arguments, context) {
  const name = given(context, 'user_name')?.name;
  return typeof name === 'string'
    ? say(`Hello, ${name}!`) : ask({ user_name: NAME });
}

async function rounds(_arguments, context) {
  const state = context.mcpReq.requestState();
  if (state === undefined)
    return ask({ step1: form('Step 1: What is your name?', 'name') },
      await states.mint({ round: 1 }));
  if (state.round === 1)
    return ask({ step2: form('Step 2: What is your favorite color?', 'color') },
      await states.mint({ round: 2 }));
  return say('both steps are done');
}

const capabilities = ({ mcpReq }) => mcpReq.envelope?.[CAPABILITIES] ?? {};

const possible = (_arguments, context) => ask({
  ...capabilities(context).sampling && { capital_question: CAPITAL },
  ...capabilities(context).elicitation && { user_name: NAME },
});

function needsSampling(_arguments, context) {
  if (!capabilities(context).sampling)
    throw new MissingRequiredClientCapabilityError(
      { requiredCapabilities: { sampling: {} } });
  return say('it is there');
}

// --- what comes in between --------------------------------------------------

async function progress(_arguments, { mcpReq }) {
  for (const at of [0, 50, 100]) {
    await mcpReq.notify({ method: 'notifications/progress', params: {
      progressToken: mcpReq._meta?.progressToken, progress: at, total: 100 } });
    await sleep(50);
  }
  return say('done');
}

async function log(_arguments, { mcpReq }) {
  await mcpReq.log('info', 'at work');
  return say('logged');
}

const change = (name) => () => {
  handler.notify[name]();
  return say('changed');
};

// --- the server -------------------------------------------------------------

const tools = {
  ...plainTools,
  test_tool_with_progress: progress,
  test_logging_tool: log,
  test_missing_capability: needsSampling,
  test_streaming_elicitation: once({ user_name: NAME }, () => say('asked')),
  test_trigger_tool_change: change('toolsChanged'),
  test_trigger_prompt_change: change('promptsChanged'),
  test_input_required_result_elicitation: greet,
  test_input_required_result_sampling:
    once({ capital_question: CAPITAL }, () => say('it was said')),
  test_input_required_result_list_roots:
    once({ client_roots: inputRequired.listRoots() },
      ({ mcpReq }) => say(JSON.stringify(mcpReq.inputResponses))),
  test_input_required_result_request_state:
    stated({ confirm: CONFIRM }, () => say('state-ok')),
  test_input_required_result_multiple_inputs: stated({
    user_name: NAME,
    greeting: sample('Generate a greeting', 50),
    client_roots: inputRequired.listRoots(),
  }, () => say('all of it')),
  test_input_required_result_multi_round: rounds,
  test_input_required_result_tampered_state:
    stated({ confirm: CONFIRM }, () => say('it was whole')),
  test_input_required_result_capabilities: possible,
};

const morePrompts = {
  test_input_required_result_prompt: (context) => answered(context,
    'user_context')
    ? { messages: [user(text(given(context, 'user_context').context))] }
    : ask({ user_context:
      form('What context should the prompt use?', 'context') }),
};

const handlers = handlersOf(
  { tools, morePrompts, notFound: (uri) => new ResourceNotFoundError(uri) });

function makeServer() {
  const server = new Server({ name: 'modern-fixtures', version: '1.0.0' }, {
    capabilities: {
      tools: { listChanged: true }, prompts: { listChanged: true },
      logging: {}, completions: {}, resources: {},
    },
    requestState: { verify: states.verify },
  });
  for (const [method, handle] of Object.entries(handlers))
    server.setRequestHandler(method, handle);
  return server;
}

const { port, serve } = await listen(0);
const handler = createMcpHandler(makeServer, { legacy: 'reject' });
const answer = toNodeHandler(handler);
const app = express();
app.use(express.json({ limit: '16mb' }));
app.all('/mcp', (request, response) =>
  answer(request, response, request.body));
serve(app);
ready({ port, url: `http://localhost:${port}/mcp` });
