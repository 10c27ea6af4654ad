/* base64_test.c - vectors of RFC 4648 and what is not base64. */
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct {
    const char *bytes;
    const char *standard;
    const char *url;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/", "-_-_"},
};

static void vectors_are_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        MA_SCOPED(ma_buf) standard = ma_buf_init(64);
        MA_SCOPED(ma_buf) url = ma_buf_init(64);
        ma_base64_write(&standard, ma_span_of(vectors[i].bytes));
        ma_base64_write_url(&url, ma_span_of(vectors[i].bytes));
        assert_string_equal(ma_buf_text(&standard), vectors[i].standard);
        assert_string_equal(ma_buf_text(&url), vectors[i].url);
    }
}

static void check_read(const char *text, const char *bytes)
{
    MA_SCOPED(ma_buf) read = ma_buf_init(64);
    assert_true(ma_base64_read(&read, ma_span_of(text)));
    assert_string_equal(ma_buf_text(&read), bytes);
}

static void vectors_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        check_read(vectors[i].standard, vectors[i].bytes);
        check_read(vectors[i].url, vectors[i].bytes);
    }
}

static void other_text_leaves_the_buf_alone_S_083(void **state)
{
    (void)state;
    static const char *const refused[] = {"A", "AAAAA", "=",
        "====", "A===", "AA=", "AAA==", "AA==AA==", "AA=A", "A A=", "AAA\n",
        "AA*A", "Zh==", "Zm9=", "Zh", "Zm9vA", "\xC3\xA4\xC3\xA4"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        MA_SCOPED(ma_buf) read = ma_buf_init(64);
        ma_buf_add_text(&read, "before");
        if (ma_base64_read(&read, ma_span_of(refused[i])))
            fail_msg("%s was read", refused[i]);
        assert_string_equal(ma_buf_text(&read), "before");
    }
}

static void every_byte_survives(void **state)
{
    (void)state;
    char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    for (size_t len = 0; len <= sizeof bytes; len++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(1024);
        MA_SCOPED(ma_buf) back = ma_buf_init(1024);
        ma_base64_write_url(&text, ma_span_make(bytes, len));
        assert_true(ma_base64_read(&back, ma_buf_span(&text)));
        assert_int_equal(back.len, len);
        assert_memory_equal(ma_buf_text(&back), bytes, len);
    }
}

static void a_full_buf_is_no_success(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) small = ma_buf_init(2);
    assert_false(ma_base64_read(&small, ma_span_of("Zm9v")));
    assert_int_equal(small.failed, MCPAUTH_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_are_written),
        cmocka_unit_test(vectors_are_read),
        cmocka_unit_test(other_text_leaves_the_buf_alone_S_083),
        cmocka_unit_test(every_byte_survives),
        cmocka_unit_test(a_full_buf_is_no_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
