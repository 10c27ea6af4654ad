/* guard_test.c - good tokens that are refused: by a fault, or by time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"

static char *field;

static int start(void **state)
{
    int failed = start_sandbox(state);
    if (!failed)
        field = machine_field(*state, MA_SANDBOX_COGNITO, "sandbox-m2m");
    return failed;
}

static int stop(void **state)
{
    ma_free(field);
    return stop_sandbox(state);
}

static answer ping(ma_sandbox *sandbox, const char *authorization)
{
    return post_mcp(sandbox, MA_SANDBOX_RUNTIME, authorization, "", PING);
}

static void faults_refuse_good_tokens_seed_49(void **state)
{
    static const struct {
        const char *fault;
        int status;
        bool challenged;
        const char *words;
    } rows[] = {
        {"401-missing=1", 401, true, "Missing Authentication Token"},
        {"401-claim=1", 401, false, "Claim 'client_id' value mismatch"},
        {"403-always=1", 403, false, "OAuth authorization failed"},
        {"403-unparsable=1", 403, false, "Failed to parse token"},
        {"403-insufficient-scope=1", 403, true, "Insufficient permissions"},
        {"403-method-mismatch=1", 403, false, "Authorization method mismatch"},
        {"mcp-429=1", 429, false, "Too Many Requests"},
        {"mcp-5xx=1", 503, false, "Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        set_fault(*state, rows[i].fault);
        MA_SCOPED(answer) got = ping(*state, field);
        MA_AUTO(ma_text) challenge = field_of(&got, "WWW-Authenticate");
        assert_int_equal(got.status, rows[i].status);
        assert_int_equal(challenge != NULL, rows[i].challenged);
        assert_non_null(strstr(got.body, rows[i].words));
        MA_SCOPED(answer) after = ping(*state, field);
        assert_int_equal(after.status, 200);
    }
}

static void refusing_for_ever_needs_no_token_seed_04(void **state)
{
    set_fault(*state, "403-always");
    for (int i = 0; i < 3; i++) {
        MA_SCOPED(answer) got = ping(*state, i ? field : "");
        assert_int_equal(got.status, 403);
        assert_string_equal(
            got.body, "{\"message\":\"OAuth authorization failed\"}");
    }
    clear_faults(*state);
}

static void an_expired_token_is_invalid(void **state)
{
    set_fault(*state, "expired-token");
    MA_AUTO(ma_text)
    expired = machine_field(*state, MA_SANDBOX_COGNITO, "sandbox-m2m");
    clear_faults(*state);
    MA_SCOPED(answer) got = ping(*state, expired);
    assert_int_equal(got.status, 401);
    assert_string_equal(got.body,
        "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32001,\"message\":"
        "\"Authentication error - Invalid credentials\"}}");
}

static void a_forged_token_is_invalid(void **state)
{
    MA_AUTO(ma_text) forged = ma_strdup(field);
    char *last = forged + strlen(forged) - strlen("xy\r\n");
    *last = *last == 'A' ? 'B' : 'A';
    MA_SCOPED(answer) got = ping(*state, forged);
    assert_int_equal(got.status, 401);
}

static void a_token_of_the_other_issuer_is_invalid_S_031(void **state)
{
    MA_AUTO(ma_text)
    other = machine_field(*state, MA_SANDBOX_STANDARD, "sandbox-m2m");
    MA_SCOPED(answer) got = ping(*state, other);
    assert_int_equal(got.status, 401);
}

static void tokens_can_be_ended_at_once(void **state)
{
    MA_SCOPED(answer) done = call_control(*state, "POST", "/_sandbox/expire");
    assert_int_equal(done.status, 204);
    MA_SCOPED(answer) got = ping(*state, field);
    assert_int_equal(got.status, 401);
    MA_AUTO(ma_text)
    fresh = machine_field(*state, MA_SANDBOX_COGNITO, "sandbox-m2m");
    MA_SCOPED(answer) good = ping(*state, fresh);
    assert_int_equal(good.status, 200);
}

static void a_short_life_ends_by_the_clock_seed_46(void **state)
{
    set_fault(*state, "short-lifetime=5");
    MA_AUTO(ma_text)
    brief = machine_field(*state, MA_SANDBOX_COGNITO, "sandbox-m2m");
    clear_faults(*state);
    MA_SCOPED(answer) good = ping(*state, brief);
    assert_int_equal(good.status, 200);
    MA_SCOPED(answer)
    moved = call_control(*state, "POST", "/_sandbox/clock?advance_s=6");
    assert_int_equal(moved.status, 204);
    MA_SCOPED(answer) late = ping(*state, brief);
    assert_int_equal(late.status, 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_refuse_good_tokens_seed_49),
        cmocka_unit_test(refusing_for_ever_needs_no_token_seed_04),
        cmocka_unit_test(an_expired_token_is_invalid),
        cmocka_unit_test(a_forged_token_is_invalid),
        cmocka_unit_test(a_token_of_the_other_issuer_is_invalid_S_031),
        cmocka_unit_test(tokens_can_be_ended_at_once),
        cmocka_unit_test(a_short_life_ends_by_the_clock_seed_46),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
