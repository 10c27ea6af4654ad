/* visit_test.c - a request is read, an answer written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

static void the_target_is_kept_as_it_came(void **state)
{
    (void)state;
    MA_AUTO(ma_visit) visit = ma_visit_new("GET", "/a%2Fb?x=1%202&y=");
    assert_true(ma_visit_is(visit, "GET", "/a%2Fb"));
    assert_false(ma_visit_is(visit, "GET", "/a/b"));
    MA_AUTO(ma_text) x = ma_visit_param(visit->query, "x");
    MA_AUTO(ma_text) z = ma_visit_param(visit->query, "z");
    assert_string_equal(x, "1 2");
    assert_null(z);
    assert_int_equal(visit->status, 404);
}

static void a_new_answer_forgets_the_old_one(void **state)
{
    (void)state;
    MA_AUTO(ma_visit) visit = ma_visit_new("GET", "/");
    ma_visit_json(visit, 200, "{}");
    ma_visit_set(visit, "Retry-After", "%d", 1);
    ma_visit_answer(visit, 204, NULL);
    assert_int_equal(mcpauth_headers_count(visit->reply_fields), 0);
    assert_int_equal(visit->reply.len, 0);
}

static void a_field_that_may_not_be_becomes_a_500(void **state)
{
    (void)state;
    MA_AUTO(ma_visit) visit = ma_visit_new("GET", "/");
    ma_visit_json(visit, 200, "{}");
    ma_visit_set(visit, "Location", "%s", "a\r\nX: 1");
    ma_visit_finish(visit);
    assert_int_equal(visit->status, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_target_is_kept_as_it_came),
        cmocka_unit_test(a_new_answer_forgets_the_old_one),
        cmocka_unit_test(a_field_that_may_not_be_becomes_a_500),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
