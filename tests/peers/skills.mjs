// An MCP server on the second version of the official TypeScript SDK that
// serves skills (SEP-2640), as its authors would: the entry of a skill is
// computed from its files, its front matter by the YAML parser that the
// conformance suite brings.
//
//   skills.mjs [--port N] [--tamper WHAT]... [--only V]
//
// --tamper: what is sent is not what the entry says of it; text (as long, but
// other), size, frontmatter, or forms (that file alone); entry: an entry that
// breaks the rules.  --only: that older revision, with sessions, and nothing
// else.  GET /_seen tells what was sent.
import { createHash, randomUUID } from 'node:crypto';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from
  '@modelcontextprotocol/node';
import { createMcpHandler, McpServer, ProtocolError, ResourceTemplate } from
  '@modelcontextprotocol/server';
import express from 'express';
import { parse } from 'yaml';
import { z } from 'zod';
import { listen, options, ready } from './peer.mjs';
import { watch } from './seen.mjs';

const EXTENSION = 'io.modelcontextprotocol/skills';
const opt = options({ port: '0', tamper: [''], only: '' });
const tampers = (what) => opt.tamper.includes(what);

// Directories of files.
const SKILLS = {
  'skill://pdf-processing/': {
    'SKILL.md': `---
name: pdf-processing
description: >-
  Extract, fill, and assemble
  PDF documents: forms too

license: Apache-2.0 # of the text
allowed-tools: [Bash, "Read"]
metadata:
  version: "2.1"
  weight: 1.50
  authors:
  - name: Ada
    active: true
---

# PDF processing

See references/FORMS.md, \u00e9 and \ud83d\ude00.
`,
    'references/FORMS.md': 'Fill in the fields.\n',
    'assets/mark.bin': Buffer.from([0, 1, 2, 0xff]),
  },
  'skill://acme/billing/refunds/': {
    'SKILL.md': '---\r\nname: refunds\r\ndescription: "Refund \\u2014 or not"' +
      '\r\n---\r\nBe kind.\r\n',
    'inner/SKILL.md': '---\nname: inner\ndescription: Nested\n---\nInner.\n',
  },
  'skill://acme/odd/': {
    'SKILL.md': '---\nname: odd\ndescription: &d Odd\nagain: *d\n---\nOdd.\n',
  },
};
const UNLISTED = 'skill://hidden/';
SKILLS[UNLISTED] = {
  'SKILL.md': '---\nname: hidden\ndescription: Not listed\n---\nHidden.\n',
  'notes.md': 'Notes.\n',
};
const DYNAMIC = {
  uri: 'skill://daily/SKILL.md',
  frontmatter: { name: 'daily', description: 'Made anew' },
  resources: 'dynamic',
};

const LATE = 'skill://pdf-processing/late.md'; // in no entry

const bytesOf = (content) => Buffer.from(content);

const manifest = (root, files) => Object.entries(files).map(
  ([path, content]) => ({
    uri: root + path,
    digest: 'sha256:' +
      createHash('sha256').update(bytesOf(content)).digest('hex'),
    size: bytesOf(content).length,
  }));

function entryOf(root) {
  const files = SKILLS[root];
  const yaml = files['SKILL.md'].split(/^---\r?$/m)[1];
  const entry = {
    uri: `${root}SKILL.md`,
    frontmatter: parse(yaml),
    resources: manifest(root, files),
  };
  if (tampers('frontmatter'))
    entry.frontmatter.description = 'Harmless';
  if (tampers('entry'))
    entry.resources[0].digest = entry.resources[0].digest.toUpperCase();
  return entry;
}

function send(uri) {
  const root = Object.keys(SKILLS).find((one) => uri.startsWith(one));
  let content = SKILLS[root]?.[uri.slice(root.length)];
  if (uri === LATE)
    content = 'Came later.\n';
  if (uri === DYNAMIC.uri)
    content = 'Made now.\n';
  if (content === undefined)
    throw new ProtocolError(-32602, `there is no ${uri}`);
  const main = uri.endsWith('/SKILL.md');
  if (main && tampers('text') || !main && tampers('forms'))
    content = content.replace(/.\n$/, '!\n');
  if (main && tampers('size'))
    content += 'And more.\n';
  return Buffer.isBuffer(content)
    ? { uri, blob: content.toString('base64') }
    : { uri, mimeType: 'text/markdown', text: content };
}

const fresh = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };

function addSkills(server) {
  const none = z.looseObject({}).optional();
  server.server.setRequestHandler('skills/list', { params: none }, () => ({
    ...fresh,
    skills: [...Object.keys(SKILLS).filter((root) => root !== UNLISTED)
      .map(entryOf), DYNAMIC],
  }));
  server.server.setRequestHandler('skills/get',
    { params: z.looseObject({ uri: z.string() }) }, ({ uri }) => {
      const root = uri.replace(/SKILL\.md$/, '');
      if (!SKILLS[root])
        throw new ProtocolError(-32602, `no skill is at ${uri}`);
      return { ...fresh, skill: entryOf(root) };
    });
}

function makeServer() {
  const server = new McpServer({ name: 'skills', version: '1.0.0' }, {
    capabilities: { resources: {}, extensions: { [EXTENSION]: {} } },
    supportedProtocolVersions: opt.only ? [opt.only] : undefined,
  });
  addSkills(server);
  server.registerResource('skill file',
    new ResourceTemplate('skill://{+path}', { list: undefined }), {},
    (uri) => ({ contents: [send(uri.href)] }));
  server.registerResource('memo', 'memo://one', {},
    (uri) => ({ contents: [{ uri: uri.href, text: 'one' }] }));
  return server;
}

function stateless() {
  const answer = toNodeHandler(createMcpHandler(makeServer, {
    legacy: 'reject',
  }));
  return (request, response) => answer(request, response, request.body);
}

function sessions() {
  const open = new Map();
  return async (request, response) => {
    let transport = open.get(request.headers['mcp-session-id']);
    if (!transport) {
      transport = new NodeStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => open.set(id, transport),
      });
      await makeServer().connect(transport);
    }
    await transport.handleRequest(request, response, request.body);
  };
}

const { port, serve } = await listen(opt.port);
const origin = `http://127.0.0.1:${port}`;
const app = express();
app.use(express.json());
watch(app);
app.all('/mcp', opt.only ? sessions() : stateless());
serve(app);
ready({ port, url: `${origin}/mcp`, origin });
