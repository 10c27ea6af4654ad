// cognito-local with one user pool, two clients and one confirmed user.
//
//   cognito.mjs [--port N] [--redirect-uri URI]... [--access-minutes N]
//
// Its discovery document names port 9229 whatever the port is, and has no
// endpoints: the ready line tells the real ones.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, options, ready } from './peer.mjs';

const require = createRequire(import.meta.url);
const opt = options({
  port: '0',
  'redirect-uri': ['http://127.0.0.1:8765/callback'],
  'access-minutes': '60',
});
const pool = 'local_pool';
const user = { username: 'ada', password: 'canary-Pa55word!' };

function client(id, secret) {
  const date = new Date().toISOString();
  return {
    ClientId: id,
    ClientName: id,
    ClientSecret: secret,
    UserPoolId: pool,
    CallbackURLs: opt['redirect-uri'],
    AccessTokenValidity: Number(opt['access-minutes']),
    TokenValidityUnits: { AccessToken: 'minutes', RefreshToken: 'days' },
    RefreshTokenValidity: 30,
    CreationDate: date,
    LastModifiedDate: date,
  };
}

const clients = {
  public: client('cognito-public'),
  confidential: client('cognito-confidential', 'canary-cognito-secret'),
};

function person() {
  const date = new Date().toISOString();
  return {
    Username: user.username,
    Password: user.password,
    UserStatus: 'CONFIRMED',
    Enabled: true,
    Attributes: [
      { Name: 'sub', Value: '0d1f2c3b-ada0-4000-8000-000000000001' },
      { Name: 'email', Value: 'ada@example.com' },
      { Name: 'email_verified', Value: 'true' },
    ],
    RefreshTokens: [],
    UserCreateDate: date,
    UserLastModifiedDate: date,
  };
}

function prepare(home) {
  const database = join(home, '.cognito', 'db');
  const write = (name, value) =>
    writeFileSync(join(database, name), JSON.stringify(value));

  mkdirSync(database, { recursive: true });
  write('clients.json', {
    Clients: Object.fromEntries(
      Object.values(clients).map((it) => [it.ClientId, it])),
  });
  write(`${pool}.json`, {
    Users: { [user.username]: person() },
    Options: { Id: pool, Name: pool, UsernameAttributes: [] },
  });
}

const home = mkdtempSync(join(tmpdir(), 'cognito-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
prepare(home);
process.chdir(home);

const port = Number(opt.port) || (await freePort());
process.env.HOST = 'localhost';
process.env.PORT = String(port);

const pino = require('pino');
const { createDefaultServer } = require('cognito-local/lib/server');
const logger = pino({ level: 'warn' }, pino.destination(2));
const server = await createDefaultServer(logger);
await server.start();

const base = `http://localhost:${port}`;
ready({
  port,
  url: base,
  issuer: `${base}/${pool}`,
  document_issuer: `http://localhost:9229/${pool}`,
  discovery_url: `${base}/${pool}/.well-known/openid-configuration`,
  jwks_uri: `${base}/${pool}/.well-known/jwks.json`,
  authorization_endpoint: `${base}/oauth2/authorize`,
  token_endpoint: `${base}/oauth2/token`,
  redirect_uris: opt['redirect-uri'],
  client_id: clients.public.ClientId,
  confidential: {
    client_id: clients.confidential.ClientId,
    client_secret: clients.confidential.ClientSecret,
  },
  ...user,
});
