#!/usr/bin/env node
// jose as the one who makes keys, and believes only what it has verified.
//
//   prove.mjs make ALG     prints {"pem", "jwk", "public"} of a new key
//   prove.mjs verify       reads what prove.c printed and, as "public", the key
//                          it should have used
//
// Exit status 1, with jose's own words: it does not verify.
import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import * as jose from 'jose';

const equal = (got, wanted, what) => {
  if (got !== wanted) throw new Error(`${what}: ${got}, not ${wanted}`);
};

async function make(alg) {
  const { privateKey, publicKey } = await jose.generateKeyPair(alg, {
    extractable: true,
  });
  return {
    pem: await jose.exportPKCS8(privateKey),
    jwk: await jose.exportJWK(privateKey),
    public: await jose.exportJWK(publicKey),
  };
}

async function verifyAssertion(said, key) {
  const { payload } = await jose.jwtVerify(said.assertion, key, {
    algorithms: [said.alg],
    issuer: 'the client',
    subject: 'the client',
    audience: 'https://as.example',
    typ: 'client-authentication+jwt',
    requiredClaims: ['jti', 'exp'],
    maxTokenAge: '5 minutes',
  });
  equal(typeof payload.aud, 'string', 'aud');
  if (payload.exp - payload.iat > 300) throw new Error('exp is too late');
}

async function verifyProof(said, wanted) {
  const { payload, protectedHeader } = await jose.jwtVerify(
    said.proof, jose.EmbeddedJWK,
    { algorithms: [said.alg], typ: 'dpop+jwt', maxTokenAge: '5 minutes' });
  equal(await jose.calculateJwkThumbprint(protectedHeader.jwk),
    await jose.calculateJwkThumbprint(wanted), 'the embedded key');
  equal(protectedHeader.jwk.d, undefined, 'd');
  equal(payload.htm, 'POST', 'htm');
  equal(payload.htu, 'https://mcp.example/mcp', 'htu');
  equal(payload.nonce, 'nonce', 'nonce');
  equal(payload.ath,
    createHash('sha256').update('token').digest('base64url'), 'ath');
}

async function verify() {
  const said = JSON.parse(await text(process.stdin));
  const key = await jose.importJWK(said.public, said.alg);
  equal(said.thumbprint, await jose.calculateJwkThumbprint(said.public),
    'the thumbprint');
  equal(await jose.calculateJwkThumbprint(said.jwk), said.thumbprint,
    'the public key');
  await verifyAssertion(said, key);
  await verifyProof(said, said.public);
  return { verified: said.alg };
}

const [action, alg] = process.argv.slice(2);
console.log(JSON.stringify(action === 'make' ? await make(alg) : await verify()));
