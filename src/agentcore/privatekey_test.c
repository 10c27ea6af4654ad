/* privatekey_test.c - which files a key is taken from. */
#include "agentcore/privatekey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/keys_test.h"
#include "oauth/config.h"

static char path[] = "/tmp/mcpauth-privatekey-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    return close(mkstemp(path));
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_file(const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void a_key_is_read_with_its_line_end_A_183(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    write_file("\n{\"kid\":\"mine\"," EC_MEMBERS "}\n", 0600);
    assert_int_equal(ma_privatekey_read(config, path, NULL), MCPAUTH_OK);
    assert_string_equal(ma_key_id(ma_config_private_key(config)), "mine");
}

static void what_is_no_key_of_ours_is_refused_S_047_S_054(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mode_t mode;
        const char *words;
    } rows[] = {
        {EC_JWK, 0640, "others may read"},
        {EC_JWK, 0604, "others may read"},
        {"", 0600, "it is empty"},
        {"CANARY", 0600, "private_key"},
        {"{\"kty\":\"oct\",\"k\":\"CANARY\"}", 0600, "private_key"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        write_file(rows[i].text, rows[i].mode);
        assert_int_equal(
            ma_privatekey_read(config, path, err), MCPAUTH_E_USAGE);
        const char *said = mcpauth_error_message(err);
        if (!strstr(said, rows[i].words) || strstr(said, "CANARY"))
            fail_msg("row %zu: %s", i, said);
        assert_ptr_equal(strstr(said, path), said);
        assert_null(ma_config_private_key(config));
    }
}

static void what_is_not_there_is_named(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(
        ma_privatekey_read(config, "/nonexistent/key", err), MCPAUTH_E_USAGE);
    assert_string_equal(mcpauth_error_message(err),
        "/nonexistent/key: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_read_with_its_line_end_A_183),
        cmocka_unit_test(what_is_no_key_of_ours_is_refused_S_047_S_054),
        cmocka_unit_test(what_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
