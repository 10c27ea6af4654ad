/* enrol_test.c - dynamic registration and its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

static answer enrol(ma_sandbox *sandbox, const char *body)
{
    return call(ma_sandbox_origin(sandbox, MA_SANDBOX_STANDARD), "POST",
        "/register", "Content-Type: application/json\r\n", body);
}

static void a_client_is_registered_with_or_without_a_secret(void **state)
{
    MA_SCOPED(answer)
    public = enrol(*state, "{\"client_name\":\"n\",\"redirect_uris\":"
                           "[\"http://127.0.0.1/callback\"],"
                           "\"token_endpoint_auth_method\":\"none\"}");
    assert_int_equal(public.status, 201);
    MA_AUTO(ma_json) json = json_of(&public);
    assert_string_equal(ma_json_text(json, "client_name"), "n");
    assert_non_null(ma_json_text(json, "client_id"));
    assert_null(ma_json_text(json, "client_secret"));
    MA_SCOPED(answer)
    secret = enrol(*state, "{\"redirect_uris\":[\"http://127.0.0.1/c\"]}");
    MA_AUTO(ma_json) other = json_of(&secret);
    assert_string_equal(ma_json_text(other, "token_endpoint_auth_method"),
        "client_secret_basic");
    assert_non_null(ma_json_text(other, "client_secret"));
    assert_int_equal(ma_json_int(other, "client_secret_expires_at", 1), 0);
}

static void bad_redirect_uris_are_refused(void **state)
{
    static const char *const bodies[] = {
        "{}",
        "{\"redirect_uris\":[]}",
        "{\"redirect_uris\":[7]}",
        "{\"redirect_uris\":[\"nothing\"]}",
        "{\"redirect_uris\":[\"http://a/#f\"]}",
        "{\"redirect_uris\":[\"http://a/\",\"http://b/ c\"]}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        MA_SCOPED(answer) got = enrol(*state, bodies[i]);
        assert_int_equal(got.status, 400);
        assert_string_equal(got.body, "{\"error\":\"invalid_redirect_uri\"}");
    }
    MA_SCOPED(answer) bad = enrol(*state, "[]");
    assert_string_equal(bad.body, "{\"error\":\"invalid_client_metadata\"}");
}

static void the_owner_ends_it_and_nobody_else(void **state)
{
    MA_SCOPED(answer)
    got = enrol(*state, "{\"redirect_uris\":[\"http://127.0.0.1/c\"]}");
    MA_AUTO(ma_text) uri = member_of(&got, "registration_client_uri");
    MA_AUTO(ma_text) key = member_of(&got, "registration_access_token");
    const char *origin = ma_sandbox_origin(*state, MA_SANDBOX_STANDARD);
    const char *path = uri + strlen(origin);
    MA_SCOPED(ma_buf) field = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&field, "Authorization: Bearer %s\r\n", key);
    MA_SCOPED(answer) bare = call(origin, "DELETE", path, "", NULL);
    assert_int_equal(bare.status, 401);
    MA_SCOPED(answer)
    stranger =
        call(origin, "DELETE", path, "Authorization: Bearer other\r\n", NULL);
    assert_int_equal(stranger.status, 401);
    MA_SCOPED(answer)
    done = call(origin, "DELETE", path, ma_buf_text(&field), NULL);
    assert_int_equal(done.status, 204);
    MA_SCOPED(answer)
    again = call(origin, "DELETE", path, ma_buf_text(&field), NULL);
    assert_int_equal(again.status, 401);
}

static void registration_can_be_missing(void **state)
{
    set_fault(*state, "no-registration");
    MA_SCOPED(answer)
    got = enrol(*state, "{\"redirect_uris\":[\"http://127.0.0.1/c\"]}");
    assert_int_equal(got.status, 404);
    clear_faults(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_is_registered_with_or_without_a_secret),
        cmocka_unit_test(bad_redirect_uris_are_refused),
        cmocka_unit_test(the_owner_ends_it_and_nobody_else),
        cmocka_unit_test(registration_can_be_missing),
    };
    return cmocka_run_group_tests(tests, start_sandbox, stop_sandbox);
}
