/* clientdocument_test.c - which URLs can be the id of a client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oauth/clientdocument.h"

static void an_id_is_a_clean_https_url_with_a_path_A_072(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool valid;
    } rows[] = {
        {"https://app.test/client.json", true},
        {"https://app.test:8443/a/b", true},
        {"https://app.test/a?version=1", true},
        {"https://app.test/.hidden/a..b/...", true},
        {"https://app.test/%2ea", true},
        {"https://app.test", false},
        {"https://app.test/", false},
        {"https://app.test?a", false},
        {"http://app.test/client.json", false},
        {"http://localhost/client.json", false},
        {"https://app.test/client.json#a", false},
        {"https://me@app.test/client.json", false},
        {"https://app.test/a/../b", false},
        {"https://app.test/./b", false},
        {"https://app.test/a/..", false},
        {"https://app.test/a/%2e%2E/b", false},
        {"https://app.test/%2E/b", false},
        {"https://app.test/.%2e", false},
        {"app", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (ma_clientdocument_valid(ma_span_of(rows[i].url)) != rows[i].valid)
            fail_msg("%s", rows[i].url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_a_clean_https_url_with_a_path_A_072),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
