/* Tests of awsfile.c. */
#include "agentcore/awsfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char credentials[] = "# [default]\n"
                                  "[default]\r\n"
                                  "aws_access_key_id = AKID1\r\n"
                                  "; aws_access_key_id = AKID2\n"
                                  "aws_secret_access_key=a/b+c=\n"
                                  "s3 =\n"
                                  "  aws_session_token = nested\n"
                                  "\n"
                                  "[ work ]\n"
                                  "AWS_ACCESS_KEY_ID=AKID3\n"
                                  "credential_process = \"/bin/a b\" --x=y\n"
                                  "[work]\n"
                                  "aws_access_key_id\t=\tAKID4";

static const char config[] = "[default]\nregion = us-east-1\n"
                             "[work]\nregion = eu-north-1\n"
                             "[profile work]\nregion = eu-west-1\n"
                             "[profile \"my own\"]\nregion=eu-west-2\n"
                             "[sso-session work]\nregion = eu-west-3\n";

static void check(ma_awsfile_kind kind, const char *profile, const char *name,
    const char *want)
{
    const ma_awsfile file = {
        ma_span_of(kind == MA_AWSFILE_CONFIG ? config : credentials), kind};
    ma_span got = ma_awsfile_get(&file, profile, name);
    if (!ma_span_eq(got, ma_span_of(want)))
        fail_msg("%s.%s is %.*s", profile, name, (int)got.len, got.at);
}

static void values_are_found(void **state)
{
    const ma_awsfile_kind own = MA_AWSFILE_CREDENTIALS;
    (void)state;
    check(own, "default", "aws_access_key_id", "AKID1");
    check(own, "default", "aws_secret_access_key", "a/b+c=");
    check(own, "default", "aws_session_token", "");
    check(own, "work", "aws_access_key_id", "AKID4");
    check(own, "work", "credential_process", "\"/bin/a b\" --x=y");
    check(own, "Work", "aws_access_key_id", "");
    check(MA_AWSFILE_CONFIG, "default", "region", "us-east-1");
    check(MA_AWSFILE_CONFIG, "work", "region", "eu-west-1");
    check(MA_AWSFILE_CONFIG, "my own", "region", "eu-west-2");
    check(MA_AWSFILE_CONFIG, "none", "region", "");
}

static void a_profile_without_lines_is_there(void **state)
{
    const ma_awsfile file = {ma_span_of("[profile a]"), MA_AWSFILE_CONFIG};
    const ma_awsfile nothing = {ma_span_of(""), MA_AWSFILE_CONFIG};
    const ma_awsfile torn = {ma_span_of("["), MA_AWSFILE_CREDENTIALS};
    (void)state;
    assert_true(ma_awsfile_has(&file, "a"));
    assert_false(ma_awsfile_has(&file, "profile a"));
    assert_false(ma_awsfile_has(&nothing, "a"));
    assert_false(ma_awsfile_has(&torn, "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found),
        cmocka_unit_test(a_profile_without_lines_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
