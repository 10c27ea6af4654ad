// What every peer shares: its options, its one line on stdout, its end.
//
// A peer prints one JSON line when it is ready, says everything else on
// stderr, and exits when its stdin closes, so that it cannot outlive the test
// that started it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

// Dependencies print freely; stdout is kept for the ready line.
console.log = console.info = console.error;

const print = process.stdout.write.bind(process.stdout);

export function ready(facts) {
  print(JSON.stringify(facts) + '\n');
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
  process.stdin.resume();
}

// Options by name; a value is the default: a text, false for a flag, or a
// list for an option that may be repeated.
export function options(defaults) {
  const spec = {};
  for (const [name, value] of Object.entries(defaults)) {
    spec[name] = {
      type: typeof value === 'boolean' ? 'boolean' : 'string',
      multiple: Array.isArray(value),
      default: value,
    };
  }
  return parseArgs({ options: spec }).values;
}

// A server on that port, 0 for any; serve(handler) starts its answers, so that
// a handler may know the port before it is made.
export async function listen(port) {
  const server = createServer();
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    serve: (handler) => server.on('request', handler),
  };
}

// For programs that listen by themselves on a port they are told.
export async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
