/* resource_test.c - the MCP server of the standards pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

#define PRM  "/.well-known/oauth-protected-resource"
#define INIT "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}"

static answer get(ma_sandbox *sandbox, const char *target)
{
    return call(ma_sandbox_origin(sandbox, MA_SANDBOX_RESOURCE), "GET", target,
        "", NULL);
}

static void metadata_is_inserted_before_the_path_seed_03(void **state)
{
    MA_SCOPED(ma_buf) expected = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&expected,
        "{\"authorization_servers\":[\"%s\"],\"resource\":\"%s/mcp\","
        "\"scopes_supported\":[\"mcp:read\",\"mcp:write\"]}",
        ma_sandbox_origin(*state, MA_SANDBOX_STANDARD),
        ma_sandbox_origin(*state, MA_SANDBOX_RESOURCE));
    MA_SCOPED(answer) got = get(*state, PRM "/mcp");
    assert_string_equal(got.body, ma_buf_text(&expected));
    MA_SCOPED(answer) root = get(*state, PRM);
    assert_int_equal(root.status, 404);
}

static void assert_challenge(
    ma_sandbox *sandbox, const answer *got, const char *error)
{
    MA_SCOPED(ma_buf) challenge = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&challenge,
        "Bearer %sscope=\"mcp:read mcp:write\", "
        "resource_metadata=\"%s" PRM "/mcp\"",
        error, ma_sandbox_origin(sandbox, MA_SANDBOX_RESOURCE));
    assert_field(got, "WWW-Authenticate", ma_buf_text(&challenge));
}

static void challenges_follow_rfc6750_seed_03(void **state)
{
    MA_SCOPED(answer)
    missing = post_mcp(*state, MA_SANDBOX_RESOURCE, "", "", INIT);
    assert_int_equal(missing.status, 401);
    assert_challenge(*state, &missing, "");
    MA_SCOPED(answer)
    bad = post_mcp(*state, MA_SANDBOX_RESOURCE,
        "Authorization: Bearer opaque\r\n", "", INIT);
    assert_int_equal(bad.status, 401);
    assert_challenge(*state, &bad, "error=\"invalid_token\", ");
    MA_AUTO(ma_text)
    field = machine_field(*state, MA_SANDBOX_STANDARD, "sandbox-m2m");
    set_fault(*state, "403-insufficient-scope");
    MA_SCOPED(answer)
    lacks = post_mcp(*state, MA_SANDBOX_RESOURCE, field, "", INIT);
    assert_int_equal(lacks.status, 403);
    assert_challenge(*state, &lacks, "error=\"insufficient_scope\", ");
    clear_faults(*state);
}

static void metadata_can_lie_S_027_S_031(void **state)
{
    set_fault(*state, "bad-resource");
    set_fault(*state, "moved-issuer");
    MA_SCOPED(answer) got = get(*state, PRM "/mcp");
    assert_non_null(
        strstr(got.body, "\"resource\":\"https://other.example/mcp\""));
    assert_non_null(strstr(got.body, MA_WORLD_POOL_PATH));
    clear_faults(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_is_inserted_before_the_path_seed_03),
        cmocka_unit_test(challenges_follow_rfc6750_seed_03),
        cmocka_unit_test(metadata_can_lie_S_027_S_031),
    };
    return cmocka_run_group_tests(tests, start_sandbox, stop_sandbox);
}
