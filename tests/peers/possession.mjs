// The check of a token that is bound to a key (RFC 9449 7): what
// requireBearerAuth of the official SDK is for tokens that are not.
import { InsufficientScopeError, InvalidTokenError } from
  '@modelcontextprotocol/sdk/server/auth/errors.js';
import { Nonces, ProofError, ProofVerifier } from './proof.mjs';

// "told=3" or "silent=3"; "": nonces are not used.
function readNonces(text) {
  const [how, uses] = text.split('=');
  return how ? new Nonces(Number(uses), how === 'silent') : undefined;
}

// The parameters of a challenge that have a value.
export function quote(parameters) {
  return Object.entries(parameters).filter(([, value]) => value)
    .map(([name, value]) => `${name}="${value}"`).join(', ');
}

// seconds: what its clock is ahead of the true time; strict: tokens that are
// not bound are refused; scheme: of the challenge to who brings no token.
export class PossessionGuard {
  constructor({ verifier, url, metadataUrl, nonces, seconds, strict, scheme }) {
    Object.assign(this, { verifier, url, metadataUrl, strict, scheme });
    this.now = () => new Date(Date.now() + seconds * 1000);
    this.nonces = readNonces(nonces);
    this.proofs = new ProofVerifier({ nonces: this.nonces, now: this.now });
  }

  async #read(request) {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (!token)
      throw new InvalidTokenError('Missing Authorization header');
    const info = await this.verifier.verifyAccessToken(token);
    const { jkt } = info.extra;
    if (String(info.resource) !== this.url.href)
      throw new InvalidTokenError('Token was not issued for this resource');
    if (jkt ? scheme !== 'DPoP' : this.strict || scheme !== 'Bearer')
      throw new InvalidTokenError('Token came by the wrong scheme');
    if (jkt)
      await this.#prove(request, token, jkt);
    return info;
  }

  #prove(request, token, jkt) {
    const text = request.headers.dpop;
    if (!text)
      throw new ProofError('invalid_dpop_proof', 'there is no proof');
    return this.proofs.verify(
      text, { method: request.method, url: this.url.href, token, jkt });
  }

  #refuse(request, response, error, scope) {
    const bare = !request.headers.authorization;
    const code = error.code ?? error.errorCode;
    const scheme = bare ? this.scheme : 'DPoP';
    response.set('WWW-Authenticate', `${scheme} ` + quote({
      error: bare ? '' : code,
      error_description: bare ? '' : error.message,
      scope,
      algs: scheme === 'DPoP' ? 'ES256' : '',
      resource_metadata: this.metadataUrl,
    }));
    console.error('guard:', code, error.message);
    response.status(error instanceof InsufficientScopeError ? 403 : 401)
      .json({ error: code });
  }

  #tell(response, told) {
    const nonce = this.nonces?.next(told);
    if (nonce)
      response.set('DPoP-Nonce', nonce);
  }

  // A proof is good once, however many handlers demand it.
  async #admit(request, scopes) {
    request.auth ??= await this.#read(request);
    if (!scopes.every((scope) => request.auth.scopes.includes(scope)))
      throw new InsufficientScopeError('Insufficient scope');
  }

  // A handler that passes on what is proved and has these scopes.
  demand(scopes) {
    return async (request, response, next) => {
      response.set('Date', this.now().toUTCString());
      try {
        await this.#admit(request, scopes);
      } catch (error) {
        this.#tell(response, error.code === 'use_dpop_nonce');
        return this.#refuse(request, response, error, scopes.join(' '));
      }
      this.#tell(response, false);
      next();
    };
  }
}
