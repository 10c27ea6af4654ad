/* dpop_test.c - proofs as RFC 9449 prints them, and what servers answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"
#include "base/jws.h"
#include "oauth/dpop.h"
#include "oauth/segments_test.h"

static void write_proof(
    ma_buf *to, const ma_key *key, const char *url, ma_dpop proof)
{
    MA_SCOPED(ma_url) parsed = {0};
    assert_int_equal(ma_url_parse(ma_span_of(url), &parsed, NULL), MCPAUTH_OK);
    proof.key = key;
    proof.alg = ma_key_choose_alg(key, NULL);
    proof.url = &parsed;
    assert_int_equal(ma_dpop_write(to, &proof, NULL), MCPAUTH_OK);
}

static void the_claims_are_the_vector_of_rfc_9449_A_202_A_203(void **state)
{
    (void)state;
    MA_AUTO(ma_key) key = read_key(EC_JWK);
    MA_SCOPED(ma_buf) token_proof = ma_buf_init(MA_JWS_MAX);
    write_proof(&token_proof, key, "https://server.example.com/token",
        (ma_dpop){.method = "POST",
            .jti = "-BwC3ESc6acc2lTc",
            .now_ms = INT64_C(1562262616000)});
    assert_segment(&token_proof, 0,
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"crv\":\"P-256\","
        "\"kty\":\"EC\"," EC_PUBLIC "}}");
    assert_segment(&token_proof, 1,
        "{\"jti\":\"-BwC3ESc6acc2lTc\",\"htm\":\"POST\","
        "\"htu\":\"https://server.example.com/token\",\"iat\":1562262616}");
    MA_SCOPED(ma_buf) proof = ma_buf_init(MA_JWS_MAX);
    write_proof(&proof, key, "https://resource.example.org/protectedresource",
        (ma_dpop){.method = "GET",
            .token = ma_span_of("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"),
            .nonce = "eyJ7S_zG.eyJH0-Z.HX4w-7v",
            .jti = "e1j3V_bKic8-LAEB",
            .now_ms = INT64_C(1562262618999)});
    assert_segment(&proof, 1,
        "{\"jti\":\"e1j3V_bKic8-LAEB\",\"htm\":\"GET\","
        "\"htu\":\"https://resource.example.org/protectedresource\","
        "\"iat\":1562262618,"
        "\"ath\":\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\","
        "\"nonce\":\"eyJ7S_zG.eyJH0-Z.HX4w-7v\"}");
}

static void the_address_is_in_normal_form_A_203(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *htu;
    } rows[] = {
        {"HTTPS://Example.COM:443/Mcp?a=b", "https://example.com/Mcp"},
        {"https://example.com:8443/mcp/", "https://example.com:8443/mcp/"},
        {"https://example.com", "https://example.com/"},
        {"https://example.com?q", "https://example.com/"},
        {"http://[::1]:8080/a%2Fb#f", "http://[::1]:8080/a%2Fb"},
    };
    MA_AUTO(ma_key) key = read_key(ED_JWK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) proof = ma_buf_init(MA_JWS_MAX);
        MA_SCOPED(ma_buf) expected = ma_buf_init(1024);
        write_proof(&proof, key, rows[i].url,
            (ma_dpop){.method = "DELETE", .jti = "j", .now_ms = 1000});
        ma_buf_addf(&expected,
            "{\"jti\":\"j\",\"htm\":\"DELETE\",\"htu\":\"%s\",\"iat\":1}",
            rows[i].htu);
        assert_segment(&proof, 1, ma_buf_text(&expected));
    }
}

static void no_proof_shows_the_private_key_A_202(void **state)
{
    (void)state;
    static const char *const keys[] = {EC_JWK, RSA_JWK, ED_JWK};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        MA_AUTO(ma_key) key = read_key(keys[i]);
        MA_AUTO(ma_json) header = NULL;
        MA_SCOPED(ma_buf) proof = ma_buf_init(MA_JWS_MAX);
        MA_SCOPED(ma_buf) text = ma_buf_init(MA_JWS_MAX);
        write_proof(&proof, key, "https://a.example/mcp",
            (ma_dpop){.method = "POST", .jti = "j"});
        ma_span rest = ma_buf_span(&proof);
        assert_true(ma_base64_read(&text, ma_span_cut(&rest, '.')));
        assert_int_equal(
            ma_json_parse_object(ma_buf_span(&text), &header, NULL),
            MCPAUTH_OK);
        const ma_json *jwk = ma_json_get(header, "jwk");
        static const char *const private[] = {"d", "p", "q", "dp", "dq", "qi"};
        for (size_t j = 0; j < sizeof private / sizeof *private; j++)
            assert_null(ma_json_get(jwk, private[j]));
        assert_in_range(ma_json_count(jwk), 3, 4);
    }
}

static void without_a_common_algorithm_both_are_named_A_201(void **state)
{
    (void)state;
    MA_AUTO(ma_key) key = read_key(EC_JWK);
    MA_AUTO(ma_json) supported = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    const char *alg = NULL;
    assert_int_equal(
        ma_json_parse(ma_span_of("[\"EdDSA\"]"), 4, &supported, NULL),
        MCPAUTH_OK);
    assert_int_equal(
        ma_dpop_choose_alg(key, supported, &alg, err), MCPAUTH_E_UNSUPPORTED);
    assert_non_null(
        strstr(mcpauth_error_message(err), "signed by ES256, but EdDSA"));
    assert_int_equal(ma_dpop_choose_alg(key, NULL, &alg, err), MCPAUTH_OK);
    assert_string_equal(alg, "ES256");
}

/* --- answers ------------------------------------------------------------- */

static mcpauth_headers *make_headers(const char *challenge, const char *nonce)
{
    mcpauth_headers *headers = mcpauth_headers_new();
    if (challenge)
        assert_int_equal(
            mcpauth_headers_add(headers, "WWW-Authenticate", challenge, NULL),
            MCPAUTH_OK);
    if (nonce)
        assert_int_equal(
            mcpauth_headers_add(headers, "DPoP-Nonce", nonce, NULL),
            MCPAUTH_OK);
    return headers;
}

static void a_token_endpoint_wants_a_nonce_A_206(void **state)
{
    (void)state;
    static const struct {
        int http_status;
        const char *nonce;
        const char *body;
        ma_dpop_demand demand;
    } rows[] = {
        {400, "n", "{\"error\":\"use_dpop_nonce\"}", MA_DPOP_NONCE},
        {401, "n", "{\"error\":\"use_dpop_nonce\"}", MA_DPOP_NONCE},
        {400, NULL, "{\"error\":\"use_dpop_nonce\"}", MA_DPOP_CONTENT},
        {400, "a b", "{\"error\":\"use_dpop_nonce\"}", MA_DPOP_CONTENT},
        {200, "n", "{\"error\":\"use_dpop_nonce\"}", MA_DPOP_CONTENT},
        {400, "n", "{\"error\":\"invalid_grant\"}", MA_DPOP_CONTENT},
        {400, "n", "{\"error\":7}", MA_DPOP_CONTENT},
        {400, "n", "<html>", MA_DPOP_CONTENT},
        {400, NULL, "{\"error\":\"invalid_dpop_proof\"}", MA_DPOP_PROOF},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_headers) headers = make_headers(NULL, rows[i].nonce);
        ma_dpop_demand demand = MA_DPOP_CONTENT;
        assert_int_equal(ma_dpop_read_refusal(rows[i].http_status, headers,
                             ma_span_of(rows[i].body), &demand, NULL),
            MCPAUTH_OK);
        if (demand != rows[i].demand)
            fail_msg("%d %s: %d", rows[i].http_status, rows[i].body, demand);
    }
}

static void an_mcp_server_wants_a_nonce_A_207(void **state)
{
    (void)state;
    static const struct {
        int http_status;
        const char *challenge;
        const char *nonce;
        ma_dpop_demand demand;
    } rows[] = {
        {401, "DPoP error=\"use_dpop_nonce\"", "n", MA_DPOP_NONCE},
        {401, "Bearer, DPoP error=use_dpop_nonce", "n", MA_DPOP_NONCE},
        {401, "DPoP error=\"use_dpop_nonce\"", NULL, MA_DPOP_CONTENT},
        {403, "DPoP error=\"use_dpop_nonce\"", "n", MA_DPOP_CONTENT},
        {401, "Bearer error=\"use_dpop_nonce\"", "n", MA_DPOP_CONTENT},
        {401, "DPoP error=\"invalid_token\"", "n", MA_DPOP_CONTENT},
        {401, NULL, "n", MA_DPOP_CONTENT},
        {401, "DPoP error=\"invalid_dpop_proof\"", NULL, MA_DPOP_PROOF},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_headers)
        headers = make_headers(rows[i].challenge, rows[i].nonce);
        ma_dpop_demand demand = MA_DPOP_CONTENT;
        assert_int_equal(
            ma_dpop_read_challenge(rows[i].http_status, headers, &demand, NULL),
            MCPAUTH_OK);
        if (demand != rows[i].demand)
            fail_msg("%d %s: %d", rows[i].http_status,
                rows[i].challenge ? rows[i].challenge : "-", demand);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_claims_are_the_vector_of_rfc_9449_A_202_A_203),
        cmocka_unit_test(the_address_is_in_normal_form_A_203),
        cmocka_unit_test(no_proof_shows_the_private_key_A_202),
        cmocka_unit_test(without_a_common_algorithm_both_are_named_A_201),
        cmocka_unit_test(a_token_endpoint_wants_a_nonce_A_206),
        cmocka_unit_test(an_mcp_server_wants_a_nonce_A_207),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
