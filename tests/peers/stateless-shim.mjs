// Streamable HTTP without sessions in front of a server on stdio, for clients
// that know no stdio.
//
//   stateless-shim.mjs COMMAND [ARGUMENT...]
//
// The command is started once, and serves all requests; each has an id of its
// own there.  What the command says of a request before it answers makes a
// stream of that answer.  An error's HTTP status follows from its code.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import express from 'express';
import { listen, ready } from './peer.mjs';

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const STATUS = { '-32600': 400, '-32601': 404, '-32602': 400, '-32020': 400,
  '-32021': 400, '-32022': 400 };

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
const open = new Map();
let requests = 0;

const tell = (message) => child.stdin.write(JSON.stringify(message) + '\n');

function stream({ response }, message) {
  if (!response.headersSent) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
  }
  response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
}

function finish(waiting, message) {
  const answer = { ...message, id: waiting.id };
  if (waiting.response.headersSent) {
    stream(waiting, answer);
    waiting.response.end();
  } else {
    waiting.response.status(STATUS[message.error?.code] ?? 200).json(answer);
  }
}

// The request that a message is about: by its subscription or its progress
// token, else the youngest.
function related({ params }) {
  const subscription = params?._meta?.[SUBSCRIPTION];
  if (subscription !== undefined)
    return open.get(subscription);
  const token = params?.progressToken;
  return [...open.values()].filter(
    (it) => token === undefined || it.token === token).at(-1);
}

function pass(message) {
  const waiting = related(message);
  if (message.params?._meta?.[SUBSCRIPTION] !== undefined)
    message.params._meta[SUBSCRIPTION] = waiting?.id;
  if (waiting)
    stream(waiting, message);
}

createInterface({ input: child.stdout }).on('line', (line) => {
  const message = JSON.parse(line);
  if ('method' in message)
    return pass(message);
  const waiting = open.get(message.id);
  open.delete(message.id);
  if (waiting)
    finish(waiting, message);
});

function begin(message, response) {
  const id = `request-${++requests}`;
  open.set(id, { id: message.id, response,
    token: message.params?._meta?.progressToken });
  response.on('close', () => {
    if (open.delete(id))
      tell({ jsonrpc: '2.0', method: 'notifications/cancelled',
        params: { requestId: id } });
  });
  tell({ ...message, id });
}

const refuse = (response, id, status, code, message) =>
  response.status(status).json({ jsonrpc: '2.0', id, error: { code, message } });

const { port, serve } = await listen(0);
const app = express();
app.use(express.json({ limit: '16mb' }));
app.post('/mcp', (request, response) => {
  const { body: message, headers } = request;
  const version = message.params?._meta?.[VERSION];
  if (version && headers['mcp-protocol-version'] !== version)
    return refuse(response, message.id, 400, -32020, 'the versions differ');
  if (message.id !== undefined)
    return begin(message, response);
  tell(message);
  response.status(202).end();
});
app.all('/mcp', (_request, response) => response.status(405).end());
serve(app);
ready({ port, url: `http://localhost:${port}/mcp` });
