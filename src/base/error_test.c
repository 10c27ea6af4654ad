/* error_test.c - words, contexts, the server's own words, and masks. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

static bool memory_is_out;

void *__real_ma_malloc(size_t len);
void *__wrap_ma_malloc(size_t len);

/* Linked in the place of ma_malloc. */
void *__wrap_ma_malloc(size_t len)
{
    return memory_is_out ? NULL : __real_ma_malloc(len);
}

static void no_failure_has_no_words(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(mcpauth_error_status(err), MCPAUTH_OK);
    assert_string_equal(mcpauth_error_message(err), "");
    assert_null(mcpauth_error_hint(err));
    assert_int_equal(mcpauth_error_http_status(err), 0);
    assert_null(mcpauth_error_server_code(err));
    assert_null(mcpauth_error_server_description(err));
    assert_null(mcpauth_error_server_uri(err));
}

static void every_function_takes_no_error(void **state)
{
    (void)state;
    ma_span words = ma_span_of("words");
    assert_int_equal(ma_error_set(NULL, MCPAUTH_E_HTTP, "x"), MCPAUTH_E_HTTP);
    assert_int_equal(ma_error_in(NULL, MCPAUTH_E_HTTP, "x"), MCPAUTH_E_HTTP);
    assert_int_equal(ma_error_nomem(NULL), MCPAUTH_E_NOMEM);
    ma_error_hint(NULL, "x");
    ma_error_http_status(NULL, 500);
    ma_error_server(NULL, words, words, words);
    ma_error_mask(NULL, words);
    ma_error_copy(NULL, NULL);
    mcpauth_error_clear(NULL);
    mcpauth_error_free(NULL);
    assert_int_equal(mcpauth_error_status(NULL), MCPAUTH_OK);
    assert_string_equal(mcpauth_error_message(NULL), "");
    assert_null(mcpauth_error_hint(NULL));
}

static void contexts_stand_in_front(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_REFUSED, "the server refused the refresh token");
    ma_error_server(err, ma_span_of("invalid_grant"),
        ma_span_of("Session revoked by admin"), ma_span_of(""));
    st = ma_error_in(
        err, st, "refreshing the token for %s", "https://a.example/mcp");
    assert_int_equal(st, MCPAUTH_E_REFUSED);
    assert_int_equal(mcpauth_error_status(err), MCPAUTH_E_REFUSED);
    assert_string_equal(mcpauth_error_message(err),
        "refreshing the token for https://a.example/mcp: the server refused "
        "the refresh token (invalid_grant: \"Session revoked by admin\")");
    assert_string_equal(mcpauth_error_server_code(err), "invalid_grant");
    assert_string_equal(
        mcpauth_error_server_description(err), "Session revoked by admin");
    assert_null(mcpauth_error_server_uri(err));
}

static void server_words_come_in_any_combination(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        const char *description;
        const char *message;
    } rows[] = {
        {"", "", "no"},
        {"invalid_scope", "", "no (invalid_scope)"},
        {"-32001", "", "no (-32001)"},
        {"", "sorry", "no (\"sorry\")"},
        {"a b", "sorry", "no (\"a b\": \"sorry\")"},
        {"x) done. (", "", "no (\"x) done. (\")"},
        {"c", "say \"hi\"", "no (c: \"say \\x22hi\\x22\")"},
        {"c", "a\r\nb\033[2J", "no (c: \"a\\x0d\\x0ab\\x1b[2J\")"},
    };
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(
            ma_error_set(err, MCPAUTH_E_REFUSED, "no"), MCPAUTH_E_REFUSED);
        ma_error_server(err, ma_span_of(rows[i].code),
            ma_span_of(rows[i].description), ma_span_of(NULL));
        assert_string_equal(mcpauth_error_message(err), rows[i].message);
    }
}

static void fields_keep_what_the_message_cuts_S_022(void **state)
{
    (void)state;
    static char words[5000];
    memset(words, 'w', sizeof words);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(
        ma_error_set(err, MCPAUTH_E_REFUSED, "no"), MCPAUTH_E_REFUSED);
    ma_error_server(err, ma_span_of("c"), ma_span_make(words, sizeof words),
        ma_span_of("https://e.test/\a"));
    assert_true(strlen(mcpauth_error_message(err)) < 400);
    assert_int_equal(
        strlen(mcpauth_error_server_description(err)), sizeof words);
    assert_string_equal(mcpauth_error_server_uri(err), "https://e.test/\\x07");
}

static void the_first_hint_stays(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(
        mcpauth_error_set(err, MCPAUTH_E_STORE, "full"), MCPAUTH_E_STORE);
    ma_error_hint(err, "run %s", "login");
    ma_error_hint(err, "despair");
    ma_error_http_status(err, 401);
    assert_string_equal(mcpauth_error_hint(err), "run login");
    assert_int_equal(mcpauth_error_http_status(err), 401);
}

static void setting_forgets_what_was_there(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st = mcpauth_error_set(err, MCPAUTH_E_HTTP, "first");
    ma_error_hint(err, "hint");
    ma_error_http_status(err, 500);
    ma_error_server(err, ma_span_of("c"), ma_span_of("d"), ma_span_of("u"));
    st = ma_error_set(
        err, MCPAUTH_E_STORE, "was: %s", mcpauth_error_message(err));
    assert_int_equal(st, MCPAUTH_E_STORE);
    assert_string_equal(mcpauth_error_message(err), "was: first (c: \"d\")");
    assert_null(mcpauth_error_hint(err));
    assert_null(mcpauth_error_server_code(err));
    assert_null(mcpauth_error_server_uri(err));
    assert_int_equal(mcpauth_error_http_status(err), 0);
}

static void status_survives_lack_of_memory(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    memory_is_out = true;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_HTTP, "words");
    ma_error_server(err, ma_span_of("c"), ma_span_of("d"), ma_span_of(""));
    ma_error_hint(err, "hint");
    memory_is_out = false;
    assert_int_equal(st, MCPAUTH_E_HTTP);
    assert_int_equal(mcpauth_error_status(err), MCPAUTH_E_HTTP);
    assert_string_equal(mcpauth_error_message(err), "E_HTTP");

    assert_int_equal(ma_error_nomem(err), MCPAUTH_E_NOMEM);
    st = ma_error_in(err, MCPAUTH_E_NOMEM, "here");
    assert_int_equal(st, MCPAUTH_E_NOMEM);
    assert_string_equal(mcpauth_error_message(err), "here: out of memory");
}

static void a_mask_that_fails_hides_everything(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(
        mcpauth_error_set(err, MCPAUTH_E_HTTP, "token s3cr3t"), MCPAUTH_E_HTTP);
    memory_is_out = true;
    ma_error_mask(err, ma_span_of("s3cr3t"));
    memory_is_out = false;
    assert_int_equal(mcpauth_error_status(err), MCPAUTH_E_HTTP);
    assert_string_equal(mcpauth_error_message(err), "E_HTTP");
}

static void every_form_of_a_secret_is_masked(void **state)
{
    (void)state;
    static const struct {
        const char *secret;
        const char *said;
        const char *shown;
    } rows[] = {
        {"s3cr3t", "your s3cr3t is bad", "your [masked] is bad"},
        {"s3cr3t", "s3cr3ts3cr3t", "[masked][masked]"},
        {"s3cr3t", "s3cr3 is not it", "s3cr3 is not it"},
        {"a/b=c d", "body k=a%2Fb%3Dc+d", "body k=[masked]"},
        {"a/b=c d", "url a%2Fb%3Dc%20d.", "url [masked]."},
        {"a/b=c d", "raw a/b=c d.", "raw [masked]."},
        {"a\"b\\c", "raw a\"b\\c.", "raw [masked]."},
        {"\xff\xfe>?", "basic //4+Pw==.", "basic [masked]."},
        {"\xff\xfe>?", "jwt __4-Pw.", "jwt [masked]."},
        {"s3cr3t", "basic czNjcjN0", "basic [masked]"},
        {"ab\xC3\xA4", "ab\xC3\xA4!", "[masked]!"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        ma_span said = ma_span_of(rows[i].said);
        mcpauth_status st =
            mcpauth_error_set(err, MCPAUTH_E_REFUSED, rows[i].said);
        assert_int_equal(st, MCPAUTH_E_REFUSED);
        ma_error_hint(err, "%s", rows[i].said);
        ma_error_server(err, said, said, said);
        ma_error_mask(err, ma_span_of(rows[i].secret));
        const char *shown = rows[i].shown;
        assert_string_equal(mcpauth_error_hint(err), shown);
        assert_string_equal(mcpauth_error_server_code(err), shown);
        assert_string_equal(mcpauth_error_server_description(err), shown);
        assert_string_equal(mcpauth_error_server_uri(err), shown);
        assert_ptr_equal(strstr(mcpauth_error_message(err), shown),
            mcpauth_error_message(err));
    }
}

static void a_secret_cut_off_is_masked(void **state)
{
    (void)state;
    char words[310];
    memset(words, '.', sizeof words);
    memcpy(words + 290, "s3cr3t-s3cr3t-s3cr3t", 20);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(
        mcpauth_error_set(err, MCPAUTH_E_HTTP, ""), MCPAUTH_E_HTTP);
    ma_error_server(
        err, ma_span_of(""), ma_span_make(words, sizeof words), ma_span_of(""));
    assert_non_null(strstr(mcpauth_error_message(err), "s3cr3t-s3c..."));
    ma_error_mask(err, ma_span_of("s3cr3t-s3cr3t-s3cr3t"));
    assert_null(strstr(mcpauth_error_message(err), "s3cr3t"));
    assert_non_null(strstr(mcpauth_error_message(err), "[masked]..."));
}

static void an_empty_secret_masks_nothing(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(
        mcpauth_error_set(err, MCPAUTH_E_HTTP, "abc"), MCPAUTH_E_HTTP);
    ma_error_mask(err, ma_span_of(""));
    assert_string_equal(mcpauth_error_message(err), "abc");
}

static void a_copy_is_whole_and_apart(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) from = mcpauth_error_new();
    MA_AUTO(mcpauth_error) to = mcpauth_error_new();
    assert_int_equal(
        mcpauth_error_set(from, MCPAUTH_E_RPC, "m"), MCPAUTH_E_RPC);
    ma_error_hint(from, "h");
    ma_error_http_status(from, 400);
    ma_error_server(from, ma_span_of("c"), ma_span_of("d"), ma_span_of("u"));
    ma_error_data(from, ma_span_of("{\"n\":1.10}"));
    ma_error_copy(to, from);
    ma_error_copy(to, to);
    mcpauth_error_clear(from);
    assert_int_equal(mcpauth_error_status(to), MCPAUTH_E_RPC);
    assert_string_equal(mcpauth_error_message(to), "m (c: \"d\")");
    assert_string_equal(mcpauth_error_hint(to), "h");
    assert_int_equal(mcpauth_error_http_status(to), 400);
    assert_string_equal(mcpauth_error_server_uri(to), "u");
    assert_string_equal(mcpauth_error_server_data(to), "{\"n\":1.10}");
    ma_error_data(to, ma_span_of(NULL));
    assert_string_equal(mcpauth_error_server_data(to), "{\"n\":1.10}");
    ma_error_data(NULL, ma_span_of("1"));
    assert_null(mcpauth_error_server_data(NULL));
    ma_error_copy(to, NULL);
    assert_null(mcpauth_error_server_data(to));
    assert_int_equal(mcpauth_error_status(to), MCPAUTH_OK);
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(mcpauth_status_name(MCPAUTH_OK), "OK");
    assert_string_equal(mcpauth_status_name(MCPAUTH_E_RPC), "E_RPC");
    for (int i = MCPAUTH_E_NOMEM; i <= MCPAUTH_E_MISMATCH; i++) {
        const char *name = mcpauth_status_name((mcpauth_status)i);
        assert_memory_equal(name, "E_", 2);
        assert_string_not_equal(name, "E_UNKNOWN");
    }
    assert_string_equal(mcpauth_status_name((mcpauth_status)17), "E_UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_failure_has_no_words),
        cmocka_unit_test(every_function_takes_no_error),
        cmocka_unit_test(contexts_stand_in_front),
        cmocka_unit_test(server_words_come_in_any_combination),
        cmocka_unit_test(fields_keep_what_the_message_cuts_S_022),
        cmocka_unit_test(the_first_hint_stays),
        cmocka_unit_test(setting_forgets_what_was_there),
        cmocka_unit_test(status_survives_lack_of_memory),
        cmocka_unit_test(a_mask_that_fails_hides_everything),
        cmocka_unit_test(every_form_of_a_secret_is_masked),
        cmocka_unit_test(a_secret_cut_off_is_masked),
        cmocka_unit_test(an_empty_secret_masks_nothing),
        cmocka_unit_test(a_copy_is_whole_and_apart),
        cmocka_unit_test(every_status_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
