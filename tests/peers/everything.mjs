// @modelcontextprotocol/server-everything, on a transport of its own choice:
//
//   everything.mjs --transport streamableHttp|sse
import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort, options, ready } from './peer.mjs';

const opt = options({ transport: 'streamableHttp' });
const paths = { streamableHttp: '/mcp', sse: '/sse' };

async function isListening(port) {
  const socket = connect(port, 'localhost');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const port = await freePort();
process.env.PORT = String(port);
await import('@modelcontextprotocol/server-everything' +
  `/dist/transports/${opt.transport}.js`);
while (!await isListening(port));
ready({ port, url: `http://localhost:${port}${paths[opt.transport]}` });
