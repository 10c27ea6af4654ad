// A host on the official SDK, with a server on stdio: the command is started
// as hosts start it, and its tool `echo` is called.
//
//   sdk-host.mjs [--calls N] [--at-once N] -- COMMAND [ARGUMENT...]
//
// --at-once calls are under way at any time.  Prints one JSON line: how many
// calls were `good`, what the others said (`bad`), which lines were no
// messages (`broken`), and how long it took (`ms`).
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from
  '@modelcontextprotocol/sdk/client/stdio.js';
import { parseArgs } from 'node:util';

const { values: opt, positionals: [command, ...args] } = parseArgs({
  allowPositionals: true,
  options: {
    calls: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '1' },
  },
});
const calls = Number(opt.calls);
const bad = [], broken = [];
let begun = 0, good = 0;

const transport = new StdioClientTransport({
  command, args, env: process.env, stderr: 'inherit',
});
const client = new Client({ name: 'sdk-host', version: '1.0.0' });
client.onerror = (error) => broken.push(String(error));

async function call(message) {
  try {
    const { content } =
      await client.callTool({ name: 'echo', arguments: { message } });
    if (content[0].text !== message)
      throw new Error(`${content[0].text} instead of ${message}`);
    good++;
  } catch (error) {
    bad.push(String(error));
  }
}

async function work() {
  while (begun < calls)
    await call(`call ${begun++}`);
}

const start = performance.now();
await client.connect(transport);
await client.listTools();
await Promise.all(Array.from({ length: Number(opt['at-once']) }, work));
const ms = Math.round(performance.now() - start);
await client.close();
console.log(JSON.stringify({ good, bad, broken, ms }));
