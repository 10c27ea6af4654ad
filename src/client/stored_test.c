/* Tests of stored.c: what is noted, over what, and what is left alone. */
#include "client/stored.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "client/provider.h"
#include "oauth/token.h"
#include "places.h"
#include "scene.h"

static const fakehttp_row mints[] = {HAS_META(""), GRANTS(HOUR)};

static void open_scene(scene *at)
{
    scene_open(at, &(scene_options){.settings = M2M AS,
                       .rows = mints,
                       .row_count = sizeof mints / sizeof *mints});
}

static void login(scene *at)
{
    assert_int_equal(mcpauth_provider_login(at->provider, NULL, NULL), 0);
}

static void assert_version(scene *at, const char *expected)
{
    MA_SCOPED(ma_buf) version = ma_buf_init(100);
    assert_int_equal(ma_stored_read_version(
                         ma_provider_options(at->provider), &version, NULL),
        0);
    assert_string_equal(ma_buf_text(&version), expected);
}

static void note(scene *at, const char *version)
{
    assert_int_equal(ma_stored_note_version(
                         ma_provider_options(at->provider), version, NULL),
        0);
}

static void version_is_kept_beside_the_token_T_074(void **state)
{
    scene at;
    (void)state;
    open_scene(&at);
    login(&at);
    assert_version(&at, "");
    note(&at, "2025-06-18");
    assert_version(&at, "2025-06-18");
    note(&at, "2026-07-28");
    assert_version(&at, "2026-07-28");
    assert_true(scene_has_stored(&at, "CANARY-a2"));
    scene_close(&at);
}

static void nothing_is_stored_for_its_sake(void **state)
{
    scene at;
    (void)state;
    open_scene(&at);
    note(&at, "2025-06-18");
    assert_version(&at, "");
    assert_false(scene_has_stored(&at, "2025-06-18"));
    scene_close(&at);
}

static void new_token_leaves_the_version_alone(void **state)
{
    scene at;
    (void)state;
    open_scene(&at);
    login(&at);
    note(&at, "2025-06-18");
    login(&at);
    assert_version(&at, "2025-06-18");
    scene_close(&at);
}

static void only_the_token_that_was_refused_is_marked_A_011(void **state)
{
    scene at;
    mcpauth_token *first = NULL, *second = NULL;
    (void)state;
    open_scene(&at);
    const mcpauth_provider_options *options = ma_provider_options(at.provider);
    assert_int_equal(mcpauth_provider_login(at.provider, &first, NULL), 0);
    assert_int_equal(ma_stored_mark_refused(options, NULL, NULL), 0);
    assert_false(scene_has_stored(&at, "refused"));
    assert_int_equal(ma_stored_mark_refused(options, first, NULL), 0);
    assert_true(scene_has_stored(&at, "\"refused\":true"));
    assert_int_equal(mcpauth_provider_login(at.provider, &second, NULL), 0);
    mcpauth_token_free(first);
    mcpauth_token_free(second);
    scene_close(&at);
}

static void store_that_fails_is_told(void **state)
{
    scene at;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    open_scene(&at);
    login(&at);
    at.options.store_fails = true;
    assert_int_not_equal(
        ma_stored_note_version(
            ma_provider_options(at.provider), "2025-06-18", err),
        MCPAUTH_OK);
    assert_version(&at, "");
    scene_close(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_kept_beside_the_token_T_074),
        cmocka_unit_test(nothing_is_stored_for_its_sake),
        cmocka_unit_test(new_token_leaves_the_version_alone),
        cmocka_unit_test(only_the_token_that_was_refused_is_marked_A_011),
        cmocka_unit_test(store_that_fails_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
