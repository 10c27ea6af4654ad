/* prover_test.c - nonces and clocks, shared by threads. */
#include "client/prover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/headers.h"
#include "oauth/config.h"
#include "oauth/jwtview.h"

#define MCP "https://mcp.test/mcp"

typedef struct {
    ma_prover *prover;
    mcpauth_config *config;
    ma_key *key;
} world;

static world begin(void)
{
    world w = {ma_prover_new(), mcpauth_config_new(), NULL};
    assert_non_null(w.prover);
    assert_int_equal(ma_key_generate(&w.key, NULL), 0);
    return w;
}

static void end(world *w)
{
    ma_prover_free(w->prover);
    mcpauth_config_free(w->config);
    ma_key_free(w->key);
}

/* What the proof for a GET of url says, for ma_jwtview_done. */
static ma_jwtview prove(world *w, const char *url)
{
    ma_jwtview view = {0};
    MA_SCOPED(ma_buf) text = ma_buf_init(1 << 16);
    const ma_dpop proof = {
        .key = w->key, .method = "GET", .token = ma_span_of("CANARY")};
    assert_int_equal(
        ma_prover_write(w->prover, w->config, &proof, url, &text, NULL), 0);
    assert_int_equal(ma_jwtview_parse(ma_buf_span(&text), &view, NULL), 0);
    return view;
}

static void check_nonce(world *w, const char *url, const char *expected)
{
    MA_SCOPED(ma_jwtview) view = prove(w, url);
    const char *nonce = ma_json_text(view.claims, "nonce");
    if (expected)
        assert_string_equal(nonce, expected);
    else
        assert_null(nonce);
}

static void note(world *w, const char *url, const char *name, const char *value)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(mcpauth_headers_add(headers, name, value, NULL), 0);
    ma_prover_note(w->prover, url, headers);
}

static void each_origin_has_its_own_nonce_A_208(void **state)
{
    world w = begin();
    (void)state;
    check_nonce(&w, MCP, NULL);
    note(&w, MCP, "DPoP-Nonce", "n1");
    note(&w, "https://other.test/", "DPoP-Nonce", "n2");
    check_nonce(&w, "https://mcp.test/elsewhere?x", "n1");
    check_nonce(&w, "https://other.test/", "n2");
    note(&w, MCP, "DPoP-Nonce", "n3");
    note(&w, MCP, "Date", "no nonce");
    check_nonce(&w, MCP, "n3");
    check_nonce(&w, "https://third.test/", NULL);
    end(&w);
}

static void no_two_proofs_are_one_A_205(void **state)
{
    world w = begin();
    (void)state;
    MA_SCOPED(ma_jwtview) one = prove(&w, MCP "?query#fragment");
    MA_SCOPED(ma_jwtview) two = prove(&w, MCP);
    assert_string_equal(ma_json_text(one.claims, "htu"), MCP);
    assert_string_equal(ma_json_text(one.claims, "htm"), "GET");
    assert_non_null(ma_json_text(one.claims, "ath"));
    assert_string_not_equal(
        ma_json_text(one.claims, "jti"), ma_json_text(two.claims, "jti"));
    end(&w);
}

static void a_clock_that_is_off_is_allowed_for_A_208(void **state)
{
    static const int64_t ahead_s[] = {600, -600, 7200};
    (void)state;
    for (size_t i = 0; i < sizeof ahead_s / sizeof *ahead_s; i++) {
        world w = begin();
        char date[64];
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        time_t theirs = (time_t)(ma_clock_now_ms() / 1000 + ahead_s[i]);
        struct tm parts;
        strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT",
            gmtime_r(&theirs, &parts));
        assert_int_equal(mcpauth_headers_add(headers, "Date", date, NULL), 0);
        assert_true(ma_prover_redate(w.prover, headers));
        MA_SCOPED(ma_jwtview) view = prove(&w, MCP);
        int64_t off = ma_json_int(view.claims, "iat", 0) - theirs;
        assert_in_range(off + 30, 0, 60);
        end(&w);
    }
    world w = begin();
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_false(ma_prover_redate(w.prover, headers));
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_origin_has_its_own_nonce_A_208),
        cmocka_unit_test(no_two_proofs_are_one_A_205),
        cmocka_unit_test(a_clock_that_is_off_is_allowed_for_A_208),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
