/* hit.c - what a token costs when it is in the cache: one
 * mcpauth_caller_header beside one clock_gettime, in nanoseconds. */
#include <mcpauth/mcpauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 5000000 };

/* The one token of this run, from an authorization server made of text. */
static mcpauth_status answer(void *ctx, const mcpauth_http_request *request,
    const mcpauth_http_sink *sink, mcpauth_error *err)
{
    (void)ctx;
    const char *body = strcmp(request->method, "GET")
                           ? "{\"access_token\":\"bench\",\"expires_in\":3600,"
                             "\"token_type\":\"Bearer\"}"
                           : "{\"issuer\":\"https://as.example\","
                             "\"token_endpoint\":\"https://as.example/t\"}";
    mcpauth_status st = sink->head(sink->ctx, 200, NULL, err);
    return st ? st : sink->body(sink->ctx, body, strlen(body), err);
}

static void forget(void *ctx)
{
    (void)ctx;
}

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static mcpauth_config *configure(mcpauth_error *err)
{
    static const char *const settings[][2] = {
        {"server", "https://mcp.example/mcp"},
        {"discovery_url", "https://as.example"},
        {"client_id", "bench"},
        {"client_secret", "bench"},
    };
    mcpauth_config *config = mcpauth_config_new();
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (mcpauth_config_set(config, settings[i][0], settings[i][1], err))
            return NULL;
    return config;
}

static mcpauth_status measure(mcpauth_caller *caller, mcpauth_error *err)
{
    const char *header = NULL;
    mcpauth_status st = mcpauth_caller_header(caller, &header, err);
    double start_ns = now_ns();
    for (int i = 0; !st && i < ROUNDS; i++)
        st = mcpauth_caller_header(caller, &header, err);
    double hit_ns = (now_ns() - start_ns) / ROUNDS;
    start_ns = now_ns();
    for (int i = 0; i < ROUNDS; i++)
        (void)now_ns();
    double clock_ns = (now_ns() - start_ns) / ROUNDS;
    if (!st)
        printf("%.1f %.1f\n", hit_ns, clock_ns);
    return st;
}

int main(void)
{
    static const mcpauth_http_ops ops = {sizeof ops, answer, forget};
    mcpauth_error *err = mcpauth_error_new();
    mcpauth_config *config = configure(err);
    mcpauth_store *store = NULL;
    mcpauth_http *http = NULL;
    mcpauth_provider *provider = NULL;
    mcpauth_caller *caller = NULL;
    mcpauth_status st = mcpauth_store_memory_new(&store, err);
    if (!st)
        st = mcpauth_http_new(&ops, NULL, &http, err);
    mcpauth_provider_options options = {
        .size = sizeof options, .config = config, .store = store, .http = http};
    if (!st)
        st = mcpauth_provider_new(&options, &provider, err);
    if (!st)
        st = mcpauth_caller_new(provider, &caller, err);
    if (!st)
        st = measure(caller, err);
    if (st)
        fprintf(stderr, "hit: %s\n", mcpauth_error_message(err));
    mcpauth_caller_free(caller);
    mcpauth_provider_free(provider);
    mcpauth_http_free(http);
    mcpauth_store_free(store);
    mcpauth_config_free(config);
    mcpauth_error_free(err);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
