// Streamable HTTP in front of a server on stdio, for clients that know no
// stdio.
//
//   stdio-shim.mjs COMMAND [ARGUMENT...]
//
// A session starts the command anew, and messages pass as they are.  What the
// command says unasked goes on the stream of the request it is about, as far
// as that can be told: by its progress token, else the youngest there is.
import { randomUUID } from 'node:crypto';
import { StdioClientTransport } from
  '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPServerTransport } from
  '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import express from 'express';
import { listen, ready } from './peer.mjs';

const [command, ...args] = process.argv.slice(2);
const sessions = new Map();

// The id of the request that a message of the server is about.
function related(message, open) {
  const token = message.params?.progressToken;
  const about = [...open].filter(([, it]) =>
    token === undefined || it === token).map(([id]) => id);
  return about.at(-1);
}

async function join(http) {
  const stdio = new StdioClientTransport(
    { command, args, env: process.env, stderr: 'inherit' });
  const open = new Map();
  http.onmessage = (message) => {
    if ('method' in message && 'id' in message)
      open.set(message.id, message.params?._meta?.progressToken ?? null);
    stdio.send(message);
  };
  stdio.onmessage = (message) => {
    const answers = !('method' in message);
    if (answers)
      open.delete(message.id);
    http.send(message, answers
      ? undefined : { relatedRequestId: related(message, open) })
      .catch(({ message: why }) => console.error(why, message));
  };
  http.onclose = () => stdio.close();
  await stdio.start();
  await http.start();
}

async function begin() {
  const http = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, http),
    onsessionclosed: (id) => sessions.delete(id),
  });
  await join(http);
  return http;
}

const { port, serve } = await listen(0);
const app = express();
app.use(express.json({ limit: '16mb' }));
app.all('/mcp', async (request, response) => {
  const id = request.headers['mcp-session-id'];
  const known = sessions.get(id);
  if (!known && !isInitializeRequest(request.body))
    return response.status(id ? 404 : 400).json(
      { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'no' } });
  await (known ?? await begin())
    .handleRequest(request, response, request.body);
});
serve(app);
ready({ port, url: `http://localhost:${port}/mcp` });
