/* Tests of awskeys.c. */
#include "agentcore/awskeys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void times_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* 0: it is none */
    } rows[] = {
        {"2015-08-30T12:36:00Z", 1440938160000},
        {"2015-08-30T12:36:00.123Z", 1440938160000},
        {"2015-08-30T14:36:00+02:00", 1440938160000},
        {"2015-08-30T10:06:00-02:30", 1440938160000},
        {"2015-08-30T12:36:00", 0},
        {"2015-08-30 12:36:00Z", 0},
        {"tomorrow", 0},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ms = 0;
        assert_int_equal(
            ma_awskeys_parse_time(ma_span_of(rows[i].text), &ms), !!rows[i].ms);
        assert_int_equal(ms, rows[i].ms);
    }
}

static void both_kinds_of_documents_are_read(void **state)
{
    MA_SCOPED(ma_awskeys) a = {0};
    MA_SCOPED(ma_awskeys) b = {0};
    MA_SCOPED(ma_awskeys) c = {0};
    (void)state;
    assert_int_equal(
        ma_awskeys_parse(
            ma_span_of("{\"Version\":1,\"AccessKeyId\":\"AKID\","
                       "\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\","
                       "\"Expiration\":\"2015-08-30T12:36:00Z\"}"),
            &a, NULL),
        0);
    assert_string_equal(a.key_id, "AKID");
    assert_string_equal(ma_secret_text(a.key), "s");
    assert_string_equal(ma_secret_text(a.session), "t");
    assert_int_equal(a.expires_at_ms, 1440938160000);
    assert_int_equal(
        ma_awskeys_parse(ma_span_of("{\"RoleArn\":\"r\",\"Token\":\"t\","
                                    "\"AccessKeyId\":\"AKID\","
                                    "\"SecretAccessKey\":\"s\"}"),
            &b, NULL),
        0);
    assert_true(ma_awskeys_same(&a, &b));
    assert_int_equal(ma_awskeys_dup(&b, &c, NULL), 0);
    assert_true(ma_awskeys_same(&b, &c));
    assert_int_equal(ma_secret_set(&c.session, (ma_span){0}, NULL), 0);
    assert_false(ma_awskeys_same(&b, &c));
}

static void garbage_is_refused_and_not_shown_S_054(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } rows[] = {
        {"SECRET", ""},
        {"[\"SECRET\"]", ""},
        {"{\"Version\":2,\"AccessKeyId\":\"SECRET\"}", "Version"},
        {"{\"AccessKeyId\":\"SECRET\"}", "lacks"},
        {"{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"\"}", "lacks"},
        {"{\"AccessKeyId\":\"SECRET,\",\"SecretAccessKey\":\"SECRET\"}",
            "access key id"},
        {"{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"SECRET\","
         "\"Expiration\":\"SECRET\"}",
            "Expiration"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_awskeys) keys = {0};
        assert_int_not_equal(
            ma_awskeys_parse(ma_span_of(rows[i].text), &keys, err), 0);
        assert_null(keys.key_id);
        const char *message = mcpauth_error_message(err);
        if (!strstr(message, rows[i].says) || strstr(message, "SECRET"))
            fail_msg("%s: %s", rows[i].text, message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(both_kinds_of_documents_are_read),
        cmocka_unit_test(garbage_is_refused_and_not_shown_S_054),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
