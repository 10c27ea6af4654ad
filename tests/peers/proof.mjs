// DPoP proofs from the other side (RFC 9449): what one says, and whether a
// resource server may believe it.
import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, EmbeddedJWK,
         jwtVerify } from 'jose';

const ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];
const WINDOW_S = 120;

// What stands in it, with the key as one text; undefined: there is none.
export function readProof(text) {
  if (!text)
    return undefined;
  try {
    const { jwk } = decodeProtectedHeader(text);
    return { ...decodeJwt(text), key: jwk.x ?? jwk.n };
  } catch (error) {
    return { error: error.message };
  }
}

export class ProofError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

function demand(holds, message) {
  if (!holds)
    throw new ProofError('invalid_dpop_proof', message);
}

// The nonces of one server: a new one after `uses` requests, which answers
// tell from then on, or, silently, only who is refused for the old one.
// 0 uses: it is never the right one.
export class Nonces {
  #current = randomUUID();
  #used = 0;

  constructor(uses, silent) {
    this.uses = uses;
    this.silent = silent;
  }

  // For an answer; told: its proof was refused for the lack of it.
  next(told) {
    return told || !this.silent ? this.#current : undefined;
  }

  check(nonce) {
    if (this.uses === 0 || nonce !== this.#current) {
      if (this.uses === 0)
        this.#current = randomUUID();
      throw new ProofError('use_dpop_nonce', 'another nonce is wanted');
    }
    if (++this.#used % this.uses === 0)
      this.#current = randomUUID();
  }
}

// Verifies proofs by RFC 9449 4.3; each jti is good once.
export class ProofVerifier {
  #seen = new Set();

  constructor({ nonces, now }) {
    this.nonces = nonces;
    this.now = now;
  }

  async #open(text) {
    try {
      return await jwtVerify(text, EmbeddedJWK, {
        algorithms: ALGORITHMS,
        typ: 'dpop+jwt',
        currentDate: this.now(),
        requiredClaims: ['jti', 'htm', 'htu', 'iat', 'ath'],
      });
    } catch (error) {
      throw new ProofError('invalid_dpop_proof', error.message);
    }
  }

  // jkt: the key that the token is bound to; url: without query.
  async verify(text, { method, url, token, jkt }) {
    const { payload, protectedHeader: { jwk } } = await this.#open(text);
    const ath = createHash('sha256').update(token).digest('base64url');
    demand(payload.htm === method, 'htm mismatch');
    demand(payload.htu === url, 'htu mismatch');
    demand(payload.ath === ath, 'ath mismatch');
    demand(await calculateJwkThumbprint(jwk) === jkt, 'not the bound key');
    this.nonces?.check(payload.nonce);
    demand(Math.abs(this.now() / 1000 - payload.iat) <= WINDOW_S,
           'iat is out of the window');
    demand(!this.#seen.has(payload.jti), 'jti was used before');
    this.#seen.add(payload.jti);
  }
}
