/* Tests of trust.c. */
#include "net/trust.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void users_file_wins_over_the_environment_S_076(void **state)
{
    ma_trust trust = {0};
    (void)state;
    setenv("SSL_CERT_FILE", "/environment.pem", 1);
    assert_true(ma_trust_find("/mine.pem", &trust));
    assert_string_equal(trust.file, "/mine.pem");
    assert_null(trust.dir);
    ma_trust_done(&trust);
    assert_true(ma_trust_find(NULL, &trust));
    assert_string_equal(trust.file, "/environment.pem");
    ma_trust_done(&trust);
    unsetenv("SSL_CERT_FILE");
    assert_true(ma_trust_find(NULL, &trust));
    assert_null(trust.file);
    ma_trust_done(&trust);
}

static void directory_counts_only_when_hashed(void **state)
{
    char dir[] = "/tmp/ma-net-trust-XXXXXX";
    char file[64];
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(file, sizeof file, "%s/ca-certificates.crt", dir);
    close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    assert_false(ma_trust_hashed(dir));
    unlink(file);
    snprintf(file, sizeof file, "%s/002c0b4f.0", dir);
    close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    assert_true(ma_trust_hashed(dir));
    unlink(file);
    rmdir(dir);
    assert_false(ma_trust_hashed(dir));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_file_wins_over_the_environment_S_076),
        cmocka_unit_test(directory_counts_only_when_hashed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
