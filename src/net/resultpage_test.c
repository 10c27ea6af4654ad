/* Tests of resultpage.c. */
#include "net/resultpage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void pages_are_whole_and_load_nothing_S_039(void **state)
{
    static const struct {
        ma_resultpage page;
        unsigned status;
    } rows[] = {
        {MA_RESULTPAGE_DONE, 200},
        {MA_RESULTPAGE_FAILED, 200},
        {MA_RESULTPAGE_REFUSED, 400},
        {MA_RESULTPAGE_FORBIDDEN, 403},
        {MA_RESULTPAGE_NOT_FOUND, 404},
        {MA_RESULTPAGE_METHOD, 405},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *html = ma_resultpage_html(rows[i].page);
        assert_int_equal(ma_resultpage_status(rows[i].page), rows[i].status);
        assert_non_null(strstr(html, "</html>"));
        assert_null(strstr(html, "http"));
        assert_null(strstr(html, "<script"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_whole_and_load_nothing_S_039),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
