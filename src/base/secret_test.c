/* secret_test.c - copies, comparison and fingerprints. */
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/alloc.h"

static bool memory_is_out;
static bool watched_is_clean;
static const ma_secret *watched;

void *__real_ma_malloc(size_t len);
void *__wrap_ma_malloc(size_t len);
void __real_ma_free(void *at);
void __wrap_ma_free(void *at);

/* Both linked in the place of what they wrap. */
void *__wrap_ma_malloc(size_t len)
{
    return memory_is_out ? NULL : __real_ma_malloc(len);
}

void __wrap_ma_free(void *at)
{
    if (at && at == watched)
        watched_is_clean = ma_secret_text(at)[0] == '\0' &&
                           memchr(ma_secret_text(at), 's', 6) == NULL;
    __real_ma_free(at);
}

static void a_secret_is_a_copy(void **state)
{
    (void)state;
    char token[] = "s3cr3t";
    MA_AUTO(ma_secret) secret = ma_secret_new(ma_span_of(token));
    memset(token, 'x', 6);
    assert_string_equal(ma_secret_text(secret), "s3cr3t");
    assert_int_equal(ma_secret_span(secret).len, 6);
}

static void its_length_counts_not_its_nul_S_017(void **state)
{
    (void)state;
    MA_AUTO(ma_secret) secret = ma_secret_new(ma_span_make("a\0b", 3));
    assert_int_equal(ma_secret_span(secret).len, 3);
    assert_false(ma_secret_is(secret, ma_span_of("a")));
    assert_true(ma_secret_is(secret, ma_span_make("a\0b", 3)));
}

static void it_is_wiped_before_it_is_freed(void **state)
{
    (void)state;
    ma_secret *secret = ma_secret_new(ma_span_of("s3cr3t"));
    watched = secret;
    watched_is_clean = false;
    ma_secret_free(secret);
    watched = NULL;
    assert_true(watched_is_clean);
}

static void no_secret_is_allowed(void **state)
{
    (void)state;
    MA_AUTO(ma_secret) empty = ma_secret_new(ma_span_of(NULL));
    assert_null(ma_secret_text(NULL));
    assert_null(ma_secret_span(NULL).at);
    assert_true(ma_secret_eq(NULL, NULL));
    assert_false(ma_secret_eq(NULL, empty));
    assert_false(ma_secret_eq(empty, NULL));
    assert_false(ma_secret_is(NULL, ma_span_of("")));
    assert_true(ma_secret_is(empty, ma_span_of("")));
    assert_string_equal(ma_secret_text(empty), "");
    ma_secret_free(NULL);
}

static void equality_S_081(void **state)
{
    (void)state;
    MA_AUTO(ma_secret) a = ma_secret_new(ma_span_of("same"));
    MA_AUTO(ma_secret) b = ma_secret_new(ma_span_of("same"));
    MA_AUTO(ma_secret) c = ma_secret_new(ma_span_of("sam"));
    assert_true(ma_secret_eq(a, b));
    assert_false(ma_secret_eq(a, c));
}

static void setting_replaces_or_clears(void **state)
{
    (void)state;
    MA_AUTO(ma_secret) secret = NULL;
    assert_int_equal(
        ma_secret_set(&secret, ma_span_of("one"), NULL), MCPAUTH_OK);
    ma_span own = ma_secret_span(secret);
    assert_int_equal(ma_secret_set(&secret, own, NULL), MCPAUTH_OK);
    assert_string_equal(ma_secret_text(secret), "one");
    assert_int_equal(
        ma_secret_set(&secret, ma_span_of(NULL), NULL), MCPAUTH_OK);
    assert_null(secret);
}

static void a_failed_set_changes_nothing(void **state)
{
    (void)state;
    MA_AUTO(ma_secret) secret = ma_secret_new(ma_span_of("one"));
    memory_is_out = true;
    mcpauth_status st = ma_secret_set(&secret, ma_span_of("two"), NULL);
    memory_is_out = false;
    assert_int_equal(st, MCPAUTH_E_NOMEM);
    assert_string_equal(ma_secret_text(secret), "one");
}

static void an_impossible_length_is_refused_S_083(void **state)
{
    (void)state;
    assert_null(ma_secret_new(ma_span_make("", SIZE_MAX)));
    assert_null(ma_secret_new(ma_span_make("", SIZE_MAX - 1)));
}

static void a_fingerprint_tells_two_apart(void **state)
{
    (void)state;
    char out[MA_FINGERPRINT_MAX];
    MA_AUTO(ma_secret) abc = ma_secret_new(ma_span_of("abc"));
    ma_secret_fingerprint(abc, "token", out);
    assert_string_equal(out, "token#ba78");
    ma_secret_fingerprint(NULL, "token", out);
    assert_string_equal(out, "token#none");
    ma_secret_fingerprint(abc, "twenty-bytes-of-kind-and-more", out);
    assert_string_equal(out, "twenty-bytes-of-kind#ba78");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_a_copy),
        cmocka_unit_test(its_length_counts_not_its_nul_S_017),
        cmocka_unit_test(it_is_wiped_before_it_is_freed),
        cmocka_unit_test(no_secret_is_allowed),
        cmocka_unit_test(equality_S_081),
        cmocka_unit_test(setting_replaces_or_clears),
        cmocka_unit_test(a_failed_set_changes_nothing),
        cmocka_unit_test(an_impossible_length_is_refused_S_083),
        cmocka_unit_test(a_fingerprint_tells_two_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
