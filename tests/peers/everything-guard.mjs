// @modelcontextprotocol/server-everything behind a bearer check: the server
// listens on an inner port, and this passes on what carries a good token.
//
//   everything-guard.mjs --issuer URL [--port N] [options of resource.mjs]
import { request as send } from 'node:http';
import { pipeline } from 'node:stream';
import express from 'express';
import { freePort, listen, options, ready } from './peer.mjs';
import { protect, resourceOptions } from './resource.mjs';

const opt = options({ port: '0', ...resourceOptions });

async function startEverything() {
  const port = await freePort();
  process.env.PORT = String(port);
  await import('@modelcontextprotocol/server-everything' +
    '/dist/transports/streamableHttp.js');
  return port;
}

function passOn(innerPort) {
  return (request, response) => {
    const { authorization, host, ...headers } = request.headers;
    const inner = send({
      port: innerPort,
      method: request.method,
      path: request.originalUrl,
      headers,
    });
    const ignore = () => {};

    inner.on('response', (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders();
      pipeline(answer, response, ignore);
    });
    inner.on('error', () => response.destroy());
    response.on('close', () => inner.destroy());
    request.pipe(inner);
  };
}

const { port, serve } = await listen(opt.port);
const url = new URL(`http://127.0.0.1:${port}/mcp`);
const innerPort = await startEverything();
const app = express();
await protect(app, url, opt);
app.all(url.pathname, passOn(innerPort));
serve(app);
ready({ port, url: url.href });
