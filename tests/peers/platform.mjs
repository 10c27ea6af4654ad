// A platform that runs workloads, and vouches for them: a key, its JWKS, and
// tokens for who asks as GitHub Actions has it.
//
//   platform.mjs [--port N]
//
// GET /jwks                          its public key
// GET /make?name=value...            a JWT with these claims; for tests. `exp`
//                                    and `iat` are seconds from now; claims
//                                    left out are like those of a good one
// GET /token?audience=AUD            {"value": JWT}, for who brings the request
//                                    token, as a bearer token
// GET /_seen                         {audience, bearer} of each /token
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import express from 'express';
import { listen, options, ready } from './peer.mjs';

const opt = options({ port: '0' });
const requestToken = `canary-${randomUUID()}`;
const KID = 'platform';
const { privateKey, publicKey } = await generateKeyPair('ES256');
const { port, serve } = await listen(opt.port);
const origin = `http://127.0.0.1:${port}`;
const seen = [];

function make({ exp = 600, iat = 0, ...claims }) {
  const now = Math.floor(Date.now() / 1000);
  const whole = {
    iss: origin,
    sub: 'repo:example/app:ref:refs/heads/main',
    jti: randomUUID(),
    ...claims,
    iat: now + Number(iat),
    exp: now + Number(exp),
  };
  return new SignJWT(whole)
    .setProtectedHeader({ alg: 'ES256', kid: KID, typ: 'JWT' })
    .sign(privateKey);
}

const app = express();
app.get('/jwks', async (_request, response) => response.json({
  keys: [{ ...await exportJWK(publicKey), kid: KID, alg: 'ES256' }],
}));
app.get('/make', async ({ query }, response) =>
  response.type('text').send(await make(query)));
app.get('/token', async ({ query, headers }, response) => {
  const bearer = headers.authorization?.toLowerCase() ===
    `bearer ${requestToken}`;
  seen.push({ audience: query.audience, bearer });
  if (!bearer)
    return response.status(401).json({ message: 'no request token' });
  response.json({ count: 1, value: await make({ aud: query.audience }) });
});
app.get('/_seen', (_request, response) => response.json(seen));
serve(app);
ready({ port, origin, issuer: origin, request_token: requestToken,
        token_url: `${origin}/token` });
