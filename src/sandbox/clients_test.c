/* clients_test.c - the list of clients, and lists of words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"
#include "sandbox/clients.h"

static void a_client_is_kept_until_it_is_removed(void **state)
{
    (void)state;
    ma_clients clients = {0};
    const ma_client one = {.id = "one", .secret = "s"};
    const ma_client two = {.id = "two"};
    assert_int_equal(ma_clients_add(&clients, &one, NULL), MCPAUTH_OK);
    assert_int_equal(ma_clients_add(&clients, &two, NULL), MCPAUTH_OK);
    assert_string_equal(ma_clients_get(&clients, "one")->secret, "s");
    assert_null(ma_clients_get(&clients, "two")->secret);
    assert_null(ma_clients_get(&clients, NULL));
    ma_clients_remove(&clients, "one");
    assert_null(ma_clients_get(&clients, "one"));
    assert_non_null(ma_clients_get(&clients, "two"));
    ma_clients_done(&clients);
}

static void words_are_whole(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        const char *words;
        bool expected;
    } rows[] = {
        {"a b c", "c a", true},
        {"a b c", "", true},
        {"a b c", "a d", false},
        {"mcp-server/read", "mcp-server", false},
        {NULL, "a", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(ma_clients_lists_all(rows[i].list, rows[i].words),
            rows[i].expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_is_kept_until_it_is_removed),
        cmocka_unit_test(words_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
