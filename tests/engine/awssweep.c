/* awssweep.c - AWS credentials, signatures and refusals, once for every
 * allocation that can fail (S-082): E_NOMEM and no output, or the output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agentcore/awskeys.h"
#include "agentcore/awsrefusal.h"
#include "agentcore/sigv4.h"
#include "alloc_sweep.h"
#include "base/error.h"
#include "base/headers.h"

typedef mcpauth_status (*act_fn)(const ma_awskeys *keys);

static mcpauth_status read_keys(const ma_awskeys *keys)
{
    MA_SCOPED(ma_awskeys) got = {0};
    MA_SCOPED(ma_awskeys) copy = {0};
    mcpauth_status st = ma_awskeys_parse(
        ma_span_of("{\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"k\","
                   "\"Token\":\"t\"}"),
        &got, NULL);
    if (!st)
        st = ma_awskeys_dup(&got, &copy, NULL);
    assert_true(!st == ma_awskeys_same(keys, &copy));
    return st;
}

static mcpauth_status sign(const ma_awskeys *keys)
{
    const ma_sigv4_signer signer = {
        keys->key_id, keys->key, keys->session, "r", "s"};
    const mcpauth_http_request request = {
        .method = "GET", .url = "https://a.example/a%3Ab?b=c&a=b"};
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (!headers)
        return MCPAUTH_E_NOMEM;
    mcpauth_status st =
        mcpauth_headers_add(headers, "Content-Type", "a/b", NULL);
    if (!st)
        st = ma_sigv4_sign(&signer, 0, &request, headers, NULL);
    const char *field = mcpauth_headers_get(headers, "Authorization");
    assert_true(!st == (field != NULL));
    return st;
}

static void sweep(act_fn act, const ma_awskeys *keys)
{
    for (int all = 0; all < 2; all++) {
        bool failed = true;
        for (size_t position = 1; failed; position++) {
            alloc_sweep_start(position, all);
            mcpauth_status st = act(keys);
            failed = alloc_sweep_stop();
            if (st != (failed ? MCPAUTH_E_NOMEM : MCPAUTH_OK))
                fail_msg(
                    "allocation %zu: %s", position, mcpauth_status_name(st));
        }
    }
}

static void whatever_runs_out_is_said_S_082(void **state)
{
    MA_SCOPED(ma_awskeys) keys = {0};
    (void)state;
    assert_int_equal(ma_awskeys_set(&keys, ma_span_of("AKID"), ma_span_of("k"),
                         ma_span_of("t"), NULL),
        MCPAUTH_OK);
    sweep(read_keys, &keys);
    sweep(sign, &keys);
}

/* Words may be lost, but not that it is a refusal. */
static void a_refusal_is_one_without_memory_S_082(void **state)
{
    static const char body[] = "{\"message\":\"no\"}";
    const mcpauth_answer answer = {403, NULL, body, sizeof body - 1};
    bool failed = true;
    (void)state;
    for (size_t position = 1; failed; position++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        alloc_sweep_start(position, false);
        mcpauth_status st = ma_awsrefusal_tell(&answer, 0, err);
        failed = alloc_sweep_stop();
        assert_int_equal(st, MCPAUTH_E_REFUSED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_runs_out_is_said_S_082),
        cmocka_unit_test(a_refusal_is_one_without_memory_S_082),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
