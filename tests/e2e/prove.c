/* prove.c - what a key proves, for a library of others to verify.
 *
 *     prove SUPPORTED_ALG <KEY
 *
 * Prints a JSON object: the algorithm, the public key, its thumbprint, a
 * client's assertion and a DPoP proof. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/jws.h"
#include "oauth/assertion.h"
#include "oauth/dpop.h"

static void must(mcpauth_status st, const mcpauth_error *err)
{
    if (!st)
        return;
    fprintf(stderr, "prove: %s\n", mcpauth_error_message(err));
    exit(1);
}

static ma_key *read_key(mcpauth_error *err)
{
    char text[MA_KEY_TEXT_MAX];
    size_t len = fread(text, 1, sizeof text, stdin);
    ma_key *key = NULL;
    must(ma_key_read(ma_span_make(text, len), &key, err), err);
    return key;
}

static void write_assertion(
    ma_buf *to, const ma_key *key, const char *alg, mcpauth_error *err)
{
    const ma_assertion assertion = {.key = key,
        .alg = alg,
        .client_id = "the client",
        .audience = "https://as.example",
        .jti = "an assertion",
        .now_ms = ma_clock_now_ms()};
    must(ma_assertion_write(to, &assertion, err), err);
}

static void write_proof(
    ma_buf *to, const ma_key *key, const char *alg, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    must(ma_url_parse(ma_span_of("https://mcp.example/mcp?q"), &url, err), err);
    const ma_dpop proof = {.key = key,
        .alg = alg,
        .method = "POST",
        .url = &url,
        .token = ma_span_of("token"),
        .nonce = "nonce",
        .jti = "a proof",
        .now_ms = ma_clock_now_ms()};
    must(ma_dpop_write(to, &proof, err), err);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_json) supported = ma_json_array();
    must(ma_json_push_text(supported, argv[1], err), err);
    MA_AUTO(ma_key) key = read_key(err);
    const char *alg = NULL;
    must(ma_assertion_choose_alg(key, supported, NULL, &alg, err), err);
    MA_SCOPED(ma_buf) out = ma_buf_init(4 * MA_JWS_MAX);
    ma_buf_addf(&out, "{\"alg\":\"%s\",\"jwk\":", alg);
    must(ma_key_write_jwk(&out, key, err), err);
    ma_buf_add_text(&out, ",\"thumbprint\":\"");
    must(ma_key_write_thumbprint(&out, key, err), err);
    ma_buf_add_text(&out, "\",\"assertion\":\"");
    write_assertion(&out, key, alg, err);
    ma_buf_add_text(&out, "\",\"proof\":\"");
    write_proof(&out, key, alg, err);
    ma_buf_add_text(&out, "\"}\n");
    must(ma_buf_status(&out, "the output", err), err);
    return fputs(ma_buf_text(&out), stdout) < 0;
}
