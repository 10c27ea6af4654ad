/* transport.c - the HTTP driver of the program. */
#include "cli/transport.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/http.h"
#include "cli/module.h"
#include "oauth/config.h"

typedef struct {
    mcpauth_curl_options options;
    pthread_mutex_t mutex; /* guards http */
    mcpauth_http *http;    /* NULL until the first request */
} transport;

static mcpauth_status load(transport *t, mcpauth_error *err)
{
    if (t->http)
        return MCPAUTH_OK;
    const ma_net_module *net = NULL;
    mcpauth_status st = ma_module_net(&net, err);
    return st ? st : net->http_new(&t->options, &t->http, err);
}

static mcpauth_status perform(void *ctx, const mcpauth_http_request *request,
    const mcpauth_http_sink *sink, mcpauth_error *err)
{
    transport *t = ctx;
    pthread_mutex_lock(&t->mutex);
    mcpauth_status st = load(t, err);
    pthread_mutex_unlock(&t->mutex);
    return st ? st : ma_http_perform(t->http, request, sink, err);
}

static void free_transport(void *ctx)
{
    transport *t = ctx;
    mcpauth_http_free(t->http);
    pthread_mutex_destroy(&t->mutex);
    ma_free(t);
}

/* Of a pair that is given at once, none is taken from elsewhere. */
static mcpauth_status check_files(
    const ma_options *options, const mcpauth_config *config, mcpauth_error *err)
{
    bool cert = ma_options_has(options, MA_OPTION_CERT);
    bool key = ma_options_has(options, MA_OPTION_KEY);
    if (cert != key)
        return ma_error_set(err, MCPAUTH_E_USAGE, "--%s needs --%s as well",
            cert ? "cert" : "key", cert ? "key" : "cert");
    if (mcpauth_config_has(config, "certificate_key_file") &&
        !mcpauth_config_has(config, "certificate_file"))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "certificate_key_file needs certificate_file as well");
    return MCPAUTH_OK;
}

mcpauth_status ma_transport_read(const ma_options *options,
    const mcpauth_config *config, mcpauth_curl_options *out, mcpauth_error *err)
{
    mcpauth_status st = check_files(options, config, err);
    if (st)
        return st;
    *out = (mcpauth_curl_options){
        .size = sizeof *out,
        .allow_private = ma_config_is(config, MA_CONFIG_ALLOW_PRIVATE, "true"),
        .allow_http = ma_config_text(config, MA_CONFIG_ALLOW_HTTP),
        .ca_file = ma_options_text(options, MA_OPTION_CACERT),
        .cert_file = ma_config_text(config, MA_CONFIG_CERTIFICATE),
        .key_file = ma_config_text(config, MA_CONFIG_CERTIFICATE_KEY),
    };
    return MCPAUTH_OK;
}

mcpauth_status ma_transport_new(const ma_options *options,
    const mcpauth_config *config, mcpauth_http **out_http, mcpauth_error *err)
{
    static const mcpauth_http_ops ops = {sizeof ops, perform, free_transport};
    mcpauth_curl_options read;
    mcpauth_status st = ma_transport_read(options, config, &read, err);
    if (st)
        return st;
    transport *t = ma_calloc(1, sizeof *t);
    if (!t)
        return ma_error_nomem(err);
    t->options = read;
    pthread_mutex_init(&t->mutex, NULL);
    return mcpauth_http_new(&ops, t, out_http, err);
}
