/* fetch_test.c - whom a flow may speak to, and when it tries again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"
#include "oauth/fetch.h"

MA_AUTO_DEFINE(mcpauth_flow, mcpauth_flow_free)

enum { NOW_MS = 5000, TRIES_MAX = 3 };

static int draw_byte; /* what the random source of these tests gives */

static mcpauth_status draw(void *ctx, void *out, size_t len, mcpauth_error *err)
{
    (void)ctx;
    (void)err;
    if (draw_byte < 0)
        return MCPAUTH_E_NOMEM;
    memset(out, draw_byte, len);
    return MCPAUTH_OK;
}

static mcpauth_config *make_config(const char *server)
{
    mcpauth_config *config = mcpauth_config_new();
    assert_int_equal(
        mcpauth_config_set(config, "server", server, NULL), MCPAUTH_OK);
    mcpauth_config_set_random(config, draw, NULL);
    draw_byte = 0;
    return config;
}

static mcpauth_flow *make_flow(const mcpauth_config *config)
{
    mcpauth_flow *flow = NULL;
    assert_int_equal(
        mcpauth_flow_new(config, MCPAUTH_FLOW_TOKEN, &flow, NULL), MCPAUTH_OK);
    flow->now_ms = NOW_MS;
    flow->state = MA_FLOW_TOKEN;
    return flow;
}

static void a_named_host_must_be_public_a_chosen_one_not_S_003_A_233(
    void **state)
{
    (void)state;
    static const struct {
        const char *server;
        const char *name;
        const char *value;
        const char *url;
        mcpauth_address_rule rule;
    } rows[] = {
        {"https://mcp.test", NULL, NULL, "https://as.test/x",
            MCPAUTH_ADDRESS_PUBLIC},
        {"https://mcp.test", NULL, NULL, "https://mcp.test/x",
            MCPAUTH_ADDRESS_ANY},
        {"https://mcp.test", NULL, NULL, "https://mcp.test:8443/x",
            MCPAUTH_ADDRESS_PUBLIC},
        {"https://mcp.test", "discovery_url", "https://as.test/pool",
            "https://as.test/token", MCPAUTH_ADDRESS_ANY},
        {"https://mcp.test", "discovery_url", "https://as.test/pool",
            "https://login.as.test/token", MCPAUTH_ADDRESS_PUBLIC},
        {"https://mcp.test", "token_endpoint", "https://as.test/t",
            "https://as.test/t", MCPAUTH_ADDRESS_ANY},
        {"https://mcp.test", "resource_metadata", "https://as.test/t",
            "https://as.test/t", MCPAUTH_ADDRESS_ANY},
        {"https://mcp.test", "allow_private", "true", "https://as.test/x",
            MCPAUTH_ADDRESS_ANY},
        {"https://mcp.test", "allow_private", "false", "https://as.test/x",
            MCPAUTH_ADDRESS_PUBLIC},
        {"http://127.0.0.1:1/mcp", NULL, NULL, "http://127.0.0.1:2/token",
            MCPAUTH_ADDRESS_ANY},
        {"https://10.0.0.1/mcp", NULL, NULL, "https://10.0.0.2/token",
            MCPAUTH_ADDRESS_ANY},
        {"https://mcp.test", NULL, NULL, "https://169.254.169.254/",
            MCPAUTH_ADDRESS_PUBLIC},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = make_config(rows[i].server);
        if (rows[i].name)
            assert_int_equal(
                mcpauth_config_set(config, rows[i].name, rows[i].value, NULL),
                MCPAUTH_OK);
        MA_AUTO(mcpauth_flow) flow = make_flow(config);
        assert_int_equal(
            ma_request_get(&flow->request, rows[i].url, NULL), MCPAUTH_OK);
        assert_int_equal(ma_fetch_ask(flow, NULL), MCPAUTH_OK);
        assert_int_equal(flow->step.kind, MCPAUTH_STEP_FETCH);
        assert_true(flow->asked);
        if (flow->step.request->address != rows[i].rule)
            fail_msg("%s from %s", rows[i].url, rows[i].server);
    }
}

static void clear_text_goes_where_the_user_said_S_003_S_009(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        const char *name;
        const char *value;
        bool loopback;
        const char *clear_host;
    } rows[] = {
        {"https://mcp.test", NULL, NULL, false, NULL},
        {"http://localhost:1/mcp", NULL, NULL, true, NULL},
        {"https://mcp.test", "discovery_url", "http://127.0.0.1:9/", true,
            NULL},
        {"https://mcp.test", "discovery_url", "https://as.test", false, NULL},
        {"https://mcp.test", "allow_http", "intra.test", false, "intra.test"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = make_config(rows[i].server);
        if (rows[i].name)
            assert_int_equal(
                mcpauth_config_set(config, rows[i].name, rows[i].value, NULL),
                MCPAUTH_OK);
        MA_AUTO(mcpauth_flow) flow = make_flow(config);
        ma_server_rules rules = {0};
        assert_int_equal(ma_fetch_rules(flow, &rules, NULL), MCPAUTH_OK);
        assert_int_equal(rules.loopback_http, rows[i].loopback);
        assert_int_equal(!rules.clear_host, !rows[i].clear_host);
        if (rows[i].clear_host)
            assert_string_equal(rules.clear_host, rows[i].clear_host);
    }
}

/* A fetch that ended so, after so many tries. */
typedef struct {
    mcpauth_status failure;
    int http_status;
    const char *retry_after;
    int tries;
    int byte;      /* random */
    int64_t waits; /* -1: not at all */
} retry;

static const retry retries[] = {
    {MCPAUTH_E_NETWORK, 0, NULL, 0, 0, 500},
    {MCPAUTH_E_NETWORK, 0, NULL, 1, 0, 1000},
    {MCPAUTH_E_NETWORK, 0, NULL, 2, 0, -1},
    {MCPAUTH_E_TIMEOUT, 0, NULL, 0, 0, -1},
    {MCPAUTH_E_UNTRUSTED, 0, NULL, 0, 0, -1},
    {MCPAUTH_E_LIMIT, 0, NULL, 0, 0, -1},
    {MCPAUTH_E_CANCELLED, 0, NULL, 0, 0, -1},
    {MCPAUTH_OK, 429, NULL, 0, 0, 500},
    {MCPAUTH_OK, 500, NULL, 0, 0, 500},
    {MCPAUTH_OK, 501, NULL, 0, 0, -1},
    {MCPAUTH_OK, 502, NULL, 0, 0, 500},
    {MCPAUTH_OK, 503, NULL, 0, 0, 500},
    {MCPAUTH_OK, 504, NULL, 0, 0, 500},
    {MCPAUTH_OK, 505, NULL, 0, 0, -1},
    {MCPAUTH_OK, 200, "1", 0, 0, -1},
    {MCPAUTH_OK, 302, "1", 0, 0, -1},
    {MCPAUTH_OK, 400, "1", 0, 0, -1},
    {MCPAUTH_OK, 503, "7", 0, 0, 7000},
    {MCPAUTH_OK, 503, "7", 1, 0, 7000},
    {MCPAUTH_OK, 503, "0", 0, 0, 500},
    {MCPAUTH_OK, 503, "-1", 0, 0, 500},
    {MCPAUTH_OK, 503, "7 s", 0, 0, 500},
    {MCPAUTH_OK, 503, "", 0, 0, 500},
    {MCPAUTH_OK, 503, "Wed, 21 Oct 2026 07:28:00 GMT", 0, 0, 60000},
    {MCPAUTH_OK, 503, "Thu, 01 Jan 1970 00:00:12 GMT", 0, 0, 7000},
    {MCPAUTH_OK, 503, "Thu, 01 Jan 1970 00:00:04 GMT", 0, 0, 500},
    {MCPAUTH_OK, 503, "Thu, 01 Jan 1970", 0, 0, 500},
    {MCPAUTH_OK, 503, "60", 0, 0, 60000},
    {MCPAUTH_OK, 503, "61", 0, 0, 60000},
    {MCPAUTH_OK, 503, "9223372036854775807", 0, 0, 60000},
    {MCPAUTH_OK, 503, "99999999999999999999", 0, 0, 60000},
    /* up to a quarter more; none when nothing random can be had */
    {MCPAUTH_OK, 503, NULL, 0, 255, 624},
    {MCPAUTH_OK, 503, "4", 0, 128, 4500},
    {MCPAUTH_OK, 503, NULL, 0, -1, 500},
};

static void check_retry(size_t i)
{
    const retry *row = &retries[i];
    MA_AUTO(mcpauth_config) config = make_config("https://mcp.test");
    MA_AUTO(mcpauth_flow) flow = make_flow(config);
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (row->retry_after)
        assert_int_equal(
            mcpauth_headers_add(headers, "Retry-After", row->retry_after, NULL),
            MCPAUTH_OK);
    draw_byte = row->byte;
    flow->tries = row->tries;
    const mcpauth_answer answer = {row->http_status, headers, "", 0};
    const ma_flow_fetch fetch = {
        row->failure, row->failure ? NULL : &answer, NULL};
    bool again = ma_fetch_again(flow, &fetch, TRIES_MAX);
    int64_t waits = again ? flow->until_ms - NOW_MS : -1;
    if (waits != row->waits)
        fail_msg("row %zu waits %lld", i, (long long)waits);
    assert_int_equal(flow->state, again ? MA_FLOW_BACKOFF : MA_FLOW_TOKEN);
    if (again)
        assert_int_equal(flow->resume, MA_FLOW_TOKEN);
}

static void what_may_pass_is_tried_again_S_067_A_124(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof retries / sizeof *retries; i++)
        check_retry(i);
}

static void a_failure_is_told_as_it_came_S_054(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st = mcpauth_error_set(why, MCPAUTH_E_NETWORK, "cut off");
    const ma_flow_fetch silence = {st, NULL, why};
    assert_int_equal(
        ma_fetch_failed(&silence, "https://a.test", err), MCPAUTH_E_NETWORK);
    assert_string_equal(mcpauth_error_message(err), "cut off");
    const mcpauth_answer answer = {418, NULL, "tea", 3};
    const ma_flow_fetch teapot = {MCPAUTH_OK, &answer, NULL};
    assert_int_equal(
        ma_fetch_failed(&teapot, "https://a.test/b?secret=CANARY", err),
        MCPAUTH_E_HTTP);
    assert_string_equal(
        mcpauth_error_message(err), "https://a.test/b answered 418");
    assert_int_equal(mcpauth_error_http_status(err), 418);
    assert_true(ma_span_is(ma_fetch_body(&teapot), "tea"));
}

static void an_assertion_that_comes_back_is_masked_S_054_A_182(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = make_config("https://mcp.test");
    MA_AUTO(mcpauth_flow) flow = make_flow(config);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(ma_request_post(&flow->request, "https://as.test/token",
                         "application/x-www-form-urlencoded", NULL),
        MCPAUTH_OK);
    ma_buf_add_text(&flow->request.body,
        "a=b&client_assertion_type=urn%3Ax&client_assertion=eyJh.eyJi.s-_1&c");
    assert_int_equal(
        ma_error_set(err, MCPAUTH_E_REFUSED, "not eyJh.eyJi.s-_1, of urn%%3Ax"),
        MCPAUTH_E_REFUSED);
    ma_fetch_mask(flow, err);
    assert_string_equal(mcpauth_error_message(err), "not [masked], of urn%3Ax");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_named_host_must_be_public_a_chosen_one_not_S_003_A_233),
        cmocka_unit_test(clear_text_goes_where_the_user_said_S_003_S_009),
        cmocka_unit_test(what_may_pass_is_tried_again_S_067_A_124),
        cmocka_unit_test(a_failure_is_told_as_it_came_S_054),
        cmocka_unit_test(an_assertion_that_comes_back_is_masked_S_054_A_182),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
