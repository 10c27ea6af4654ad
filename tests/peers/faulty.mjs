// A proxy before an MCP server that does wrong to one request in five.
//
//   faulty.mjs --to ORIGIN [--seed N] [--share PERCENT] [--port N]
//
// GET /_told gives what it did, by the name of the wrong, and `twice`: the ids
// of tools/call that came again after they may have been processed.  Such are
// all but those that it refused: the words of a refusal say that nothing was
// done (429 or 503 with Retry-After, 404 for a session that is lost).
import { Agent, request as send } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen, options, ready } from './peer.mjs';

const opt = options({ to: '', seed: '1', share: '20', port: '0' });
const LONGEST_STALL_MS = 300;
const agent = new Agent({ keepAlive: true });
const told = { good: 0, twice: [] };
const taken = new Set();

// mulberry32: the same numbers for the same seed.
let state = Number(opt.seed);
function chance() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}

const below = (limit) => Math.floor(chance() * limit);

// --- the server behind ------------------------------------------------------

// The head of its answer, whose body is still to come.
function ask({ method, url, headers }, body) {
  return new Promise((resolve, reject) => {
    const onward = send(new URL(url, opt.to), { agent, method, headers });
    onward.on('response', resolve).on('error', reject).end(body);
  });
}

// `most` bytes of the answer are passed on, then the connection is cut.
async function pass(request, response, body, most = Infinity) {
  const answer = await ask(request, body);
  response.on('close', () => answer.destroy());
  response.writeHead(answer.statusCode, answer.headers);
  response.flushHeaders();
  let left = most;
  for await (const piece of answer) {
    response.write(piece.subarray(0, left));
    left -= piece.length;
    if (left <= 0)
      break;
  }
  if (most === Infinity)
    response.end();
  else
    cut(request, response);
}

// --- wrongs -----------------------------------------------------------------

// What was written may arrive; what comes then is the end of the connection.
function cut(request, response) {
  if (chance() < 0.5)
    response.socket?.resetAndDestroy();
  else
    response.socket?.destroy();
}

async function cutAfter(request, response, body) {
  const answer = await ask(request, body);
  if (request.method !== 'GET')
    for await (const _ of answer);
  answer.destroy();
  cut(request, response);
}

async function stall(request, response) {
  await sleep(below(LONGEST_STALL_MS));
  cut(request, response);
}

async function dawdle(request, response, body) {
  await sleep(below(LONGEST_STALL_MS));
  await pass(request, response, body);
}

const halfStream = (request, response, body) =>
  pass(request, response, body, 1 + below(400));

function halfJson(request, response, body) {
  const id = readId(body) ?? null;
  const text = JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } });
  const half = text.slice(0, 1 + below(text.length - 1));
  response.writeHead(200, { 'content-type': 'application/json' });
  if (chance() < 0.5)
    response.end(half);
  else
    response.write(half, () => cut(request, response));
}

const refuse = (status, headers = {}) => (_request, response) => {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers });
  response.end('not now');
};

const wrongs = {
  'cut before': { act: cut },
  'cut after': { act: cutAfter },
  'stall': { act: stall },
  'dawdle': { act: dawdle },
  'half a stream': { act: halfStream },
  'half a document': { act: halfJson },
  '500': { act: refuse(500) },
  '502': { act: refuse(502) },
  '503': { act: refuse(503) },
  '429': { act: refuse(429, { 'retry-after': '0' }), refuses: true },
  '503 later': { act: refuse(503, { 'retry-after': '0' }), refuses: true },
  '404': { act: refuse(404), refuses: true },
};

// --- requests ---------------------------------------------------------------

function readId(body) {
  try {
    return JSON.parse(body).id;
  } catch {
    return undefined;
  }
}

function note(body, refuses) {
  const message = body.length ? JSON.parse(body) : {};
  if (message.method !== 'tools/call')
    return;
  if (taken.has(message.id))
    told.twice.push(message.id);
  if (!refuses)
    taken.add(message.id);
}

function choose(request) {
  const names = Object.keys(wrongs);
  if (chance() >= Number(opt.share) / 100)
    return 'good';
  const name = names[below(names.length)];
  // Only a session can be lost.
  return name === '404' && !request.headers['mcp-session-id'] ? '500' : name;
}

async function serveOne(request, response) {
  const pieces = await Array.fromAsync(request);
  const body = Buffer.concat(pieces);
  const name = choose(request);
  const { act, refuses } = wrongs[name] ?? { act: pass };
  told[name] = (told[name] ?? 0) + 1;
  note(body, refuses);
  await act(request, response, body);
}

const { port, serve } = await listen(opt.port);
serve((request, response) => {
  if (request.url === '/_told')
    response.end(JSON.stringify(told));
  else
    serveOne(request, response).catch(() => response.socket?.destroy());
});
ready({ port, url: `http://127.0.0.1:${port}/mcp` });
