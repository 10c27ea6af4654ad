// The official SDK as a client: client credentials, initialize, one tool call.
//
//   MCP_CLIENT_ID=... MCP_CLIENT_SECRET=... \
//     sdk-client.mjs URL ISSUER [--scope S] [--tool NAME] [--args JSON]
//                    [--calls N]
//
// Prints the last call's result as one JSON line.
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ClientCredentialsProvider } from
  '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPClientTransport } from
  '@modelcontextprotocol/sdk/client/streamableHttp.js';

const { values: opt, positionals: [url, expectedIssuer] } = parseArgs({
  allowPositionals: true,
  options: {
    scope: { type: 'string' },
    tool: { type: 'string', default: 'add' },
    args: { type: 'string', default: '{"a": 2, "b": 3}' },
    calls: { type: 'string', default: '1' },
  },
});

const authProvider = new ClientCredentialsProvider({
  clientId: process.env.MCP_CLIENT_ID,
  clientSecret: process.env.MCP_CLIENT_SECRET,
  scope: opt.scope,
  expectedIssuer,
});
const transport =
  new StreamableHTTPClientTransport(new URL(url), { authProvider });
const client = new Client({ name: 'sdk-client', version: '1.0.0' });
await client.connect(transport);

let result;
for (let call = 0; call < Number(opt.calls); call++)
  result = await client.callTool(
    { name: opt.tool, arguments: JSON.parse(opt.args) });
console.log(JSON.stringify(result));
await transport.terminateSession();
await client.close();
