/* certificate.h - the certificate that the client shows in TLS (RFC 8705).
 *
 * Its files are read for every request anew: who replaces them, as a
 * platform does from hour to hour, needs to tell nobody. */
#ifndef MA_NET_CERTIFICATE_H
#define MA_NET_CERTIFICATE_H

#include <mcpauth/mcpauth.h>

#include "base/buf.h"
#include "base/url.h"

/* PEM; both are empty where none is shown. */
typedef struct {
    ma_buf chain;
    ma_buf key;
} ma_certificate;

void ma_certificate_done(ma_certificate *certificate);
MA_SCOPED_DEFINE(ma_certificate, ma_certificate_done)

/* Reads what is to be shown to url for this request.  E_USAGE: a file cannot be
 * read, or the request wants a certificate and none is named.  E_UNTRUSTED: it
 * wants one, and url is no https. */
mcpauth_status ma_certificate_find(const mcpauth_curl_options *options,
    const mcpauth_http_request *request, const ma_url *url, ma_certificate *out,
    mcpauth_error *err);

#endif
