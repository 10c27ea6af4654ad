/* metadata.c - every document and answer that OAuth reads, from one text. */
#include <stdint.h>
#include <stdlib.h>

#include "base/headers.h"
#include "oauth/alphabet.h"
#include "oauth/register.h"
#include "oauth/resource.h"
#include "oauth/server.h"
#include "oauth/tokenanswer.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void read_resource(ma_span body)
{
    MA_SCOPED(ma_url) server = {0};
    must(!ma_url_parse(ma_span_of("https://e.com/mcp/x?q=1"), &server, NULL));
    MA_SCOPED(ma_resource) resource = {0};
    if (ma_resource_parse(body, &server, &resource, NULL))
        return;
    bool covers = false;
    must(!ma_resource_covers(
        ma_span_of(resource.resource), &server, &covers, NULL));
    must(covers);
    size_t usable = 0;
    for (size_t i = 0; i < ma_json_count(resource.authorization_servers); i++) {
        const char *issuer = NULL;
        must(!ma_resource_issuer(&resource, i, &issuer, NULL));
        usable += issuer != NULL;
    }
    must(usable > 0);
}

static void read_server(ma_span body)
{
    const ma_server_rules rules = {
        .issuer = "https://a.com",
        .trusted_issuer = "https://b.com",
        .token_endpoint = "https://a.com/token",
        .clear_host = "intra.example",
        .loopback_http = true,
    };
    MA_SCOPED(ma_server) server = {0};
    if (ma_server_parse(body, &rules, &server, NULL))
        return;
    const char *endpoints[] = {server.authorization_endpoint,
        server.token_endpoint, server.registration_endpoint,
        server.revocation_endpoint, server.pushed_request_endpoint};
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
        bool ok = !endpoints[i];
        must(ok || !ma_server_judge_endpoint(endpoints[i], &rules, &ok, NULL));
        must(ok);
    }
    must(server.token_endpoint != NULL);
}

static void read_answer(int http_status, ma_span body)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_SCOPED(ma_tokenanswer) answer = {0};
    if (ma_tokenanswer_parse(http_status, headers, body, &answer, NULL))
        return;
    must(http_status == 200);
    must(ma_alphabet_b64token(ma_secret_span(answer.access_token)));
    must(answer.expires_in_s >= -1 &&
         answer.expires_in_s <= MA_TOKENANSWER_LIFE_MAX_S);
}

static void read_registration(ma_span body)
{
    const char *redirect = "http://127.0.0.1:1/callback";
    MA_AUTO(ma_json) client = NULL;
    if (ma_register_parse(201, NULL, body, redirect, &client, NULL))
        return;
    must(ma_json_has(ma_json_get(client, "redirect_uris"), redirect));
    must(*ma_json_text(client, "client_id") != '\0');
    ma_register_expired(client, INT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ma_span body = ma_span_make((const char *)data, size);
    read_resource(body);
    read_server(body);
    read_answer(200, body);
    read_answer(400, body);
    read_registration(body);
    return 0;
}
