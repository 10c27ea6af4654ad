// What a peer was sent, for a test to look at: GET /_seen gives a list with one
// entry per HTTP request, the oldest first.
//
// An entry has the members of `fields` below, `proof`: what the DPoP proof
// says, `certificate`: the name in the client's, `gone`: the client hung up before the answer was whole, and `status`.
import { EventEmitter, once } from 'node:events';
import { finished } from 'node:stream';
import { nameOf } from './certificates.mjs';
import { readProof } from './proof.mjs';

const fields = {
  session: 'mcp-session-id',
  version: 'mcp-protocol-version',
  resumes: 'last-event-id',
  methodField: 'mcp-method',
  nameField: 'mcp-name',
  token: 'authorization',
};

function describe(request) {
  const { method, path, headers, body } = request;
  const entry = { method, path };
  for (const [name, header] of Object.entries(fields))
    entry[name] = headers[header];
  if (entry.token)
    entry.token = entry.token.split(' ')[0];
  entry.proof = readProof(headers.dpop);
  entry.certificate = nameOf(request);
  entry.params = Object.fromEntries(Object.entries(headers)
    .filter(([name]) => name.startsWith('mcp-param-')));
  if (body && !Array.isArray(body)) {
    entry.rpc = body.method;
    entry.id = body.id;
    entry.message = body;
  }
  return entry;
}

// Adds it to an express application; behind the parser of bodies.
export function watch(app) {
  const seen = [];
  app.get('/_seen', (_request, response) => response.json(seen));
  app.use((request, response, next) => {
    const entry = describe(request);
    seen.push(entry);
    finished(response, (error) => {
      entry.gone = Boolean(error);
      entry.status = response.statusCode;
    });
    next();
  });
}

// Calls that were cancelled: how many, as soon as there is one.
export class Aborts extends EventEmitter {
  count = 0;

  // Until the call of that signal is.
  async expect(signal) {
    if (!signal.aborted)
      await once(signal, 'abort');
    this.count++;
    this.emit('abort');
  }

  async first() {
    if (this.count === 0)
      await once(this, 'abort');
    return this.count;
  }
}
