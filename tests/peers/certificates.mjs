// Clients that are known by their certificates (RFC 8705): how oidc-provider
// looks at one, and the address where it asks for it.
//
// Files are told as "CERTIFICATE,KEY,CA": those of the server, and the CA that
// signed the certificates of clients.  One that another signed is let in as
// far as HTTP, for who registered it as his own.
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const raw = (socket) => socket.getPeerCertificate?.().raw;

// undefined: none was shown.
export function certificateOf(socket) {
  const bytes = raw(socket);
  return bytes && new X509Certificate(bytes);
}

// The CN, for the record of what was asked for.
export function nameOf({ socket }) {
  return certificateOf(socket)?.subject.replace(/^CN=/, '');
}

// thumbprint: of a token's cnf, `x5t#S256`.
export function boundTo(socket, thumbprint) {
  const bytes = raw(socket);
  return Boolean(bytes) &&
    createHash('sha256').update(bytes).digest('base64url') === thumbprint;
}

export const tlsMethods =
  ['tls_client_auth', 'self_signed_tls_client_auth'];

export const mutualTls = {
  enabled: true,
  certificateBoundAccessTokens: true,
  selfSignedTlsClientAuth: true,
  tlsClientAuth: true,
  getCertificate: ({ socket }) => certificateOf(socket),
  certificateAuthorized: ({ socket }) => socket.authorized,
  certificateSubjectMatches: ({ socket }, property, expected) =>
    property === 'tls_client_auth_subject_dn' &&
    certificateOf(socket).subject === expected,
};

export const aliases = (origin) => ({
  token_endpoint: `${origin}/token`,
  revocation_endpoint: `${origin}/token/revocation`,
  introspection_endpoint: `${origin}/token/introspection`,
  pushed_authorization_request_endpoint: `${origin}/request`,
});

// Like peer.mjs's listen, with an origin.
export async function listenForCertificates(files) {
  const [cert, key, ca] =
    files.split(',').map((path) => readFileSync(path));
  const server = createServer(
    { cert, key, ca, requestCert: true, rejectUnauthorized: false });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    port,
    origin: `https://127.0.0.1:${port}`,
    serve: (handler) => server.on('request', handler),
  };
}
