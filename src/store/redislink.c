/* redislink.c - see redislink.h; the only file that knows libssl. */
#include "store/redislink.h"

#include <arpa/inet.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"

enum { CHUNK = 16384 };

struct ma_redislink {
    const ma_redisurl *url;
    ma_fd fd;
    SSL_CTX *context; /* NULL: clear text */
    SSL *tls;
    BIO *arrived; /* bytes of the network, owned by tls */
    BIO *leaving;
};

void ma_redislink_free(ma_redislink *link)
{
    if (!link)
        return;
    SSL_free(link->tls);
    SSL_CTX_free(link->context);
    ma_fd_done(&link->fd);
    ma_free(link);
}

/* --- words --------------------------------------------------------------- */

/* The last thing that libssl had to say. */
static mcpauth_status refuse(
    const ma_redislink *link, const char *doing, mcpauth_error *err)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return ma_error_set(err, MCPAUTH_E_STORE, "%s: TLS: %s: %s",
        link->url->shown, doing, reason ? reason : "no reason was given");
}

static mcpauth_status refuse_certificate(
    const ma_redislink *link, long verdict, mcpauth_error *err)
{
    ERR_clear_error();
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "%s: its certificate is not accepted: %s", link->url->shown,
        X509_verify_cert_error_string(verdict));
    ma_error_hint(err, "name the authority that signed it in a CA file "
                       "(MCPAUTH_REDIS_CACERT), and the host as the "
                       "certificate does");
    return st;
}

static mcpauth_status refuse_file(const ma_redislink *link, const char *what,
    const char *path, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(path));
    mcpauth_status st = refuse(link, shown ? shown : what, err);
    ma_error_hint(err, "it must be a readable PEM file with %s", what);
    return st;
}

/* --- the handshake ------------------------------------------------------- */

static mcpauth_status use_own_certificate(
    ma_redislink *link, const ma_redislink_trust *trust, mcpauth_error *err)
{
    if (!trust->cert_file)
        return MCPAUTH_OK;
    const char *key = trust->key_file ? trust->key_file : trust->cert_file;
    if (SSL_CTX_use_certificate_chain_file(link->context, trust->cert_file) !=
        1)
        return refuse_file(link, "a certificate", trust->cert_file, err);
    if (SSL_CTX_use_PrivateKey_file(link->context, key, SSL_FILETYPE_PEM) != 1)
        return refuse_file(link, "the key of the certificate", key, err);
    return MCPAUTH_OK;
}

/* An encrypted key is an error; nobody is asked at the terminal. */
static int give_no_passphrase(char *room, int room_len, int writing, void *ctx)
{
    (void)room;
    (void)room_len;
    (void)writing;
    (void)ctx;
    return -1;
}

static mcpauth_status make_context(
    ma_redislink *link, const ma_redislink_trust *trust, mcpauth_error *err)
{
    link->context = SSL_CTX_new(TLS_client_method());
    if (!link->context)
        return refuse(link, "starting", err);
    SSL_CTX_set_default_passwd_cb(link->context, give_no_passphrase);
    SSL_CTX_set_verify(link->context, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_set_min_proto_version(link->context, TLS1_2_VERSION) != 1)
        return refuse(link, "starting", err);
    int known = trust->ca_file
                    ? SSL_CTX_load_verify_file(link->context, trust->ca_file)
                    : SSL_CTX_set_default_verify_paths(link->context);
    if (known != 1)
        return refuse_file(link, "certificates of authorities",
            trust->ca_file ? trust->ca_file : "the system's", err);
    return use_own_certificate(link, trust, err);
}

/* Whom the certificate must be made for. */
static bool set_host(SSL *tls, const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, host, address) == 1 ||
        inet_pton(AF_INET6, host, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host) == 1;
    SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(tls, host) == 1 &&
           SSL_set_tlsext_host_name(tls, host) == 1;
}

static mcpauth_status make_tls(ma_redislink *link, mcpauth_error *err)
{
    BIO *arrived = BIO_new(BIO_s_mem());
    BIO *leaving = BIO_new(BIO_s_mem());
    link->tls = SSL_new(link->context);
    if (!arrived || !leaving || !link->tls) {
        BIO_free(arrived);
        BIO_free(leaving);
        return refuse(link, "starting", err);
    }
    BIO_set_mem_eof_return(arrived, -1);
    SSL_set_bio(link->tls, arrived, leaving);
    link->arrived = arrived;
    link->leaving = leaving;
    return set_host(link->tls, link->url->host)
               ? MCPAUTH_OK
               : refuse(link, "naming the host", err);
}

/* --- between libssl and the socket --------------------------------------- */

static mcpauth_status flush(
    ma_redislink *link, int64_t deadline_ms, mcpauth_error *err)
{
    char chunk[CHUNK];
    mcpauth_status st = MCPAUTH_OK;
    while (!st && BIO_pending(link->leaving) > 0) {
        int len = BIO_read(link->leaving, chunk, sizeof chunk);
        if (len <= 0)
            return refuse(link, "writing", err);
        st = ma_redissocket_send(link->fd, link->url,
            ma_span_make(chunk, (size_t)len), deadline_ms, err);
    }
    return st;
}

static mcpauth_status fill(
    ma_redislink *link, int64_t deadline_ms, mcpauth_error *err)
{
    char chunk[CHUNK];
    size_t len = 0;
    mcpauth_status st = ma_redissocket_receive(
        link->fd, link->url, deadline_ms, chunk, sizeof chunk, &len, err);
    if (!st && BIO_write(link->arrived, chunk, (int)len) != (int)len)
        return ma_error_nomem(err);
    return st;
}

/* What is to be done after libssl returned result: send what it wrote, and
 * wait for what it wants to read. */
static mcpauth_status go_on(ma_redislink *link, int result, const char *doing,
    int64_t deadline_ms, mcpauth_error *err)
{
    int wanted = SSL_get_error(link->tls, result);
    mcpauth_status st = flush(link, deadline_ms, err);
    if (st || result > 0)
        return st;
    if (wanted == SSL_ERROR_WANT_READ)
        return fill(link, deadline_ms, err);
    long verdict = SSL_get_verify_result(link->tls);
    return verdict == X509_V_OK ? refuse(link, doing, err)
                                : refuse_certificate(link, verdict, err);
}

static mcpauth_status shake_hands(
    ma_redislink *link, int64_t deadline_ms, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    int result = 0;
    while (!st && result <= 0) {
        ERR_clear_error();
        result = SSL_connect(link->tls);
        st = go_on(link, result, "the handshake", deadline_ms, err);
    }
    return st;
}

mcpauth_status ma_redislink_open(const ma_redisurl *url,
    const ma_redislink_trust *trust, int64_t deadline_ms,
    ma_redislink **out_link, mcpauth_error *err)
{
    MA_AUTO(ma_redislink) link = ma_calloc(1, sizeof *link);
    if (!link)
        return ma_error_nomem(err);
    *link = (ma_redislink){.url = url, .fd = -1};
    mcpauth_status st = url->tls ? make_context(link, trust, err) : MCPAUTH_OK;
    if (!st)
        st = ma_redissocket_open(url, deadline_ms, &link->fd, err);
    if (!st && url->tls)
        st = make_tls(link, err);
    if (!st && url->tls)
        st = shake_hands(link, deadline_ms, err);
    if (!st)
        *out_link = ma_move(&link);
    return st;
}

/* --- bytes --------------------------------------------------------------- */

mcpauth_status ma_redislink_send(
    ma_redislink *link, ma_span bytes, int64_t deadline_ms, mcpauth_error *err)
{
    if (!link->tls)
        return ma_redissocket_send(
            link->fd, link->url, bytes, deadline_ms, err);
    if (bytes.len > INT_MAX)
        return ma_error_nomem(err);
    mcpauth_status st = MCPAUTH_OK;
    int result = 0;
    while (!st && result <= 0) {
        ERR_clear_error();
        result = SSL_write(link->tls, bytes.at, (int)bytes.len);
        st = go_on(link, result, "sending", deadline_ms, err);
    }
    return st;
}

mcpauth_status ma_redislink_receive(ma_redislink *link, int64_t deadline_ms,
    char *room, size_t room_len, size_t *out_len, mcpauth_error *err)
{
    if (!link->tls)
        return ma_redissocket_receive(
            link->fd, link->url, deadline_ms, room, room_len, out_len, err);
    mcpauth_status st = MCPAUTH_OK;
    int result = 0;
    while (!st && result <= 0) {
        ERR_clear_error();
        int wanted = room_len < INT_MAX ? (int)room_len : INT_MAX;
        result = SSL_read(link->tls, room, wanted);
        st = go_on(link, result, "receiving", deadline_ms, err);
    }
    if (!st)
        *out_len = (size_t)result;
    return st;
}
