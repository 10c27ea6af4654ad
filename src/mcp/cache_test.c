/* Tests of cache.c. */
#include "mcp/cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NONE ma_span_make(NULL, 0)

static void put(
    ma_cache *cache, const char *method, const char *params, const char *result)
{
    ma_cache_put(cache, method, ma_span_of(params), ma_span_of(result), 1000);
}

static bool has(
    const ma_cache *cache, const char *method, const char *params, int64_t now)
{
    return ma_cache_find(cache, method, ma_span_of(params), now).at;
}

static void heard(ma_cache *cache, const char *text)
{
    ma_envelope message;
    assert_int_equal(ma_envelope_parse(ma_span_of(text), &message, NULL), 0);
    ma_cache_heard(cache, &message);
}

static void result_is_good_for_its_time_T_081(void **state)
{
    static const struct {
        const char *result;
        int64_t good_ms; /* -1: not at all */
    } rows[] = {
        {"{\"ttlMs\":500}", 500},
        {"{\"ttlMs\":500,\"cacheScope\":\"private\"}", 500},
        {"{\"ttlMs\":0}", -1},
        {"{\"ttlMs\":-5}", -1},
        {"{\"ttlMs\":\"500\"}", -1},
        {"{\"ttlMs\":1.5}", -1},
        {"{}", -1},
        {"{\"ttlMs\":999999999999}", MA_CACHE_TTL_MAX_MS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_cache) cache = {0};
        int64_t good_ms = rows[i].good_ms;
        put(&cache, "tools/list", NULL, rows[i].result);
        assert_int_equal(has(&cache, "tools/list", NULL, 1000), good_ms > 0);
        if (good_ms < 0)
            continue;
        assert_true(has(&cache, "tools/list", NULL, 1000 + good_ms - 1));
        assert_false(has(&cache, "tools/list", NULL, 1000 + good_ms));
    }
}

static void each_page_is_kept_by_itself_T_081(void **state)
{
    MA_SCOPED(ma_cache) cache = {0};
    (void)state;
    put(&cache, "tools/list", "{}", "{\"ttlMs\":9,\"n\":1.10}");
    put(&cache, "tools/list", "{\"cursor\":\"b\"}", "{\"ttlMs\":9,\"n\":2}");
    assert_true(
        ma_span_is(ma_cache_find(&cache, "tools/list", ma_span_of("{}"), 1000),
            "{\"ttlMs\":9,\"n\":1.10}"));
    assert_true(has(&cache, "tools/list", "{\"cursor\":\"b\"}", 1000));
    assert_false(has(&cache, "tools/list", "{\"cursor\":\"c\"}", 1000));
    assert_false(has(&cache, "prompts/list", "{}", 1000));
}

static void newer_result_replaces_the_older_T_081(void **state)
{
    MA_SCOPED(ma_cache) cache = {0};
    (void)state;
    put(&cache, "tools/list", "{}", "{\"ttlMs\":9,\"n\":1}");
    put(&cache, "tools/list", "{}", "{\"ttlMs\":9,\"n\":2}");
    assert_true(
        ma_span_is(ma_cache_find(&cache, "tools/list", ma_span_of("{}"), 1000),
            "{\"ttlMs\":9,\"n\":2}"));
    put(&cache, "tools/list", "{}", "{\"n\":3}");
    assert_false(has(&cache, "tools/list", "{}", 1000));
    assert_int_equal(cache.bytes, 0);
}

static void calls_are_never_kept_T_081(void **state)
{
    static const char *const methods[] = {
        "tools/call", "prompts/get", "completion/complete", "x"};
    MA_SCOPED(ma_cache) cache = {0};
    (void)state;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        put(&cache, methods[i], "{}", "{\"ttlMs\":500}");
        assert_false(has(&cache, methods[i], "{}", 1000));
    }
}

static void changes_are_heard_of_T_081(void **state)
{
    MA_SCOPED(ma_cache) cache = {0};
    (void)state;
    put(&cache, "tools/list", "{}", "{\"ttlMs\":9}");
    put(&cache, "resources/list", "{}", "{\"ttlMs\":9}");
    put(&cache, "resources/read", "{\"uri\":\"a:1\"}", "{\"ttlMs\":9}");
    put(&cache, "resources/read", "{\"uri\":\"a:2\"}", "{\"ttlMs\":9}");
    heard(&cache, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}");
    heard(&cache, "{\"jsonrpc\":\"2.0\",\"method\":"
                  "\"notifications/resources/updated\","
                  "\"params\":{\"uri\":\"a:\\u0031\"}}");
    assert_false(has(&cache, "resources/read", "{\"uri\":\"a:1\"}", 1000));
    assert_true(has(&cache, "resources/read", "{\"uri\":\"a:2\"}", 1000));
    assert_true(has(&cache, "resources/list", "{}", 1000));
    heard(&cache, "{\"jsonrpc\":\"2.0\",\"method\":"
                  "\"notifications/resources/list_changed\"}");
    assert_false(has(&cache, "resources/list", "{}", 1000));
    assert_true(has(&cache, "tools/list", "{}", 1000));
    ma_cache_clear(&cache);
    assert_false(has(&cache, "tools/list", "{}", 1000));
    assert_int_equal(cache.bytes, 0);
}

static void oldest_makes_room_S_011(void **state)
{
    MA_SCOPED(ma_cache) cache = {0};
    MA_SCOPED(ma_buf) big = ma_buf_init(MA_CACHE_BYTES_MAX * 2);
    (void)state;
    ma_buf_add_text(&big, "{\"ttlMs\":9,\"s\":\"");
    for (size_t i = 0; i < MA_CACHE_BYTES_MAX / 2; i++)
        ma_buf_add_byte(&big, 'x');
    ma_buf_add_text(&big, "\"}");
    put(&cache, "tools/list", "{}", "{\"ttlMs\":9}");
    put(&cache, "prompts/list", "{}", ma_buf_text(&big));
    assert_true(has(&cache, "tools/list", "{}", 1000));
    put(&cache, "resources/list", "{}", ma_buf_text(&big));
    assert_true(has(&cache, "resources/list", "{}", 1000));
    assert_false(has(&cache, "prompts/list", "{}", 1000));
    assert_true(cache.bytes <= MA_CACHE_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(result_is_good_for_its_time_T_081),
        cmocka_unit_test(each_page_is_kept_by_itself_T_081),
        cmocka_unit_test(newer_result_replaces_the_older_T_081),
        cmocka_unit_test(calls_are_never_kept_T_081),
        cmocka_unit_test(changes_are_heard_of_T_081),
        cmocka_unit_test(oldest_makes_room_S_011),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
