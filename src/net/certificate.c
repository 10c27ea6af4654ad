/* certificate.c - see certificate.h. */
#include "net/certificate.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/quote.h"

enum { FILE_MAX = 256 * 1024 };

void ma_certificate_done(ma_certificate *certificate)
{
    ma_buf_done(&certificate->chain);
    ma_buf_done(&certificate->key);
}

static mcpauth_status refuse_file(
    const char *path, const char *what, int cause, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(path));
    return ma_error_set(err, MCPAUTH_E_USAGE, "the %s %s cannot be read: %s",
        what, shown ? shown : "", cause ? strerror(cause) : "it is empty");
}

static mcpauth_status read_file(
    const char *path, const char *what, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_fd) fd = ma_fd_open(AT_FDCWD, path, O_RDONLY | O_NOCTTY, 0);
    *to = ma_buf_init(FILE_MAX);
    int cause = fd < 0 ? errno : ma_fd_read_all(fd, to);
    if (cause)
        return refuse_file(path, what, cause, err);
    mcpauth_status st = ma_buf_status(to, what, err);
    return st || to->len ? st : refuse_file(path, what, 0, err);
}

static mcpauth_status read_files(const mcpauth_curl_options *options,
    ma_certificate *out, mcpauth_error *err)
{
    const char *key = options->key_file;
    mcpauth_status st =
        read_file(options->cert_file, "client certificate", &out->chain, err);
    return st ? st
              : read_file(key ? key : options->cert_file,
                    "client certificate's key", &out->key, err);
}

static mcpauth_status refuse_none(const ma_url *url, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "%s:%d is to know this client by its certificate, and none is named",
        url->host, url->port);
    ma_error_hint(err, "name it with --cert and --key, or certificate_file and "
                       "certificate_key_file in the configuration");
    return st;
}

/* Whom only a server has named learns who we are when that is what the request
 * is about. */
mcpauth_status ma_certificate_find(const mcpauth_curl_options *options,
    const mcpauth_http_request *request, const ma_url *url, ma_certificate *out,
    mcpauth_error *err)
{
    bool wanted = request->certificate;
    *out = (ma_certificate){0};
    if (wanted && !url->https)
        return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "%s:%d is to know this client by its certificate, which takes "
            "https",
            url->host, url->port);
    if (!options->cert_file)
        return wanted ? refuse_none(url, err) : MCPAUTH_OK;
    if (!url->https || (!wanted && request->address == MCPAUTH_ADDRESS_PUBLIC))
        return MCPAUTH_OK;
    return read_files(options, out, err);
}
