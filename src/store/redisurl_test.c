/* Tests of redisurl.c: which lines name a Redis. */
#include "store/redisurl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void assert_text(const char *is, const char *wanted)
{
    if (!wanted)
        assert_null(is);
    else
        assert_string_equal(is, wanted);
}

static void a_url_names_a_redis(void **state)
{
    static const struct {
        const char *text, *host, *path, *user, *password, *shown;
        int port, database;
        bool tls;
    } rows[] = {
        {"redis://localhost", "localhost", NULL, NULL, NULL,
            "redis://localhost:6379", 6379},
        {"REDISS://r.example:1/15", "r.example", NULL, NULL, NULL,
            "rediss://r.example:1/15", 1, 15, true},
        {"redis://[::1]:7/", "::1", NULL, NULL, NULL, "redis://[::1]:7", 7},
        {"redis://joe:p%40ss%3a@h", "h", NULL, "joe", "p@ss:", "redis://h:6379",
            6379},
        {"redis://:secret@h", "h", NULL, NULL, "secret", "redis://h:6379",
            6379},
        {"redis://joe@h", "h", NULL, "joe", NULL, "redis://h:6379", 6379},
        {"redis://joe:@h", "h", NULL, "joe", "", "redis://h:6379", 6379},
        {"redis+unix:///run/r%20s.sock", NULL, "/run/r s.sock", NULL, NULL,
            "redis+unix:///run/r s.sock", 0},
        {"redis+unix://u:p@/r.sock?db=3", NULL, "/r.sock", "u", "p",
            "redis+unix:///r.sock?db=3", 0, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_redisurl) url = {0};
        assert_int_equal(ma_redisurl_parse(rows[i].text, &url, NULL), 0);
        assert_text(url.host, rows[i].host);
        assert_text(url.path, rows[i].path);
        assert_text(url.user, rows[i].user);
        assert_text(ma_secret_text(url.password), rows[i].password);
        assert_text(url.shown, rows[i].shown);
        assert_int_equal(url.port, rows[i].port);
        assert_int_equal(url.database, rows[i].database);
        assert_int_equal(url.tls, rows[i].tls);
    }
}

static void what_is_no_url_is_refused_and_not_shown_S_054(void **state)
{
    static const char *const rows[] = {"", "CANARY", "http://h/", "redis:/h",
        "redis://", "redis://:CANARY@", "redis://h:", "redis://h:0",
        "redis://h:65536", "redis://h:6379x", "redis://h/CANARY",
        "redis://h/99999999999", "redis://[::1", "redis://[::1]x",
        "redis://CANARY%4@h", "redis://%00@h", "redis://CA NARY@h",
        "redis://h\x7f", "redis+unix://relative", "redis+unix:///r?CANARY=1",
        "redis+unix://"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        ma_redisurl url = {0};
        assert_int_equal(
            ma_redisurl_parse(rows[i], &url, err), MCPAUTH_E_USAGE);
        assert_null(url.shown);
        assert_null(strstr(mcpauth_error_message(err), "CANARY"));
        assert_non_null(mcpauth_error_hint(err));
    }
}

static void a_private_way_is_told_from_a_public_one_S_050(void **state)
{
    static const struct {
        const char *text;
        bool is_private;
    } rows[] = {{"redis://localhost", true}, {"redis://127.9.9.9", true},
        {"redis://[::1]", true}, {"redis+unix:///r", true},
        {"rediss://r.example", true}, {"redis://r.example", false},
        {"redis://10.0.0.1", false}, {"redis://localhost.example", false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_redisurl) url = {0};
        assert_int_equal(ma_redisurl_parse(rows[i].text, &url, NULL), 0);
        assert_int_equal(ma_redisurl_private(&url), rows[i].is_private);
    }
}

static void only_these_schemes_are_meant(void **state)
{
    (void)state;
    assert_true(ma_redisurl_named("redis://h"));
    assert_true(ma_redisurl_named("rediss://"));
    assert_true(ma_redisurl_named("redis+unix:///r"));
    assert_false(ma_redisurl_named("redis"));
    assert_false(ma_redisurl_named("file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_names_a_redis),
        cmocka_unit_test(what_is_no_url_is_refused_and_not_shown_S_054),
        cmocka_unit_test(a_private_way_is_told_from_a_public_one_S_050),
        cmocka_unit_test(only_these_schemes_are_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
