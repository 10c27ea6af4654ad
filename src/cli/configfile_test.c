/* configfile_test.c - files as people write them, and as they should not. */
#include "cli/configfile.h"

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
#include "base/headers.h"
#include "base/keys_test.h"
#include "oauth/config.h"

static char path[] = "/tmp/mcpauth-configfile-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    close(fd);
    return fd < 0;
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

static const char good[] =
    "{\"other\": 1, \"mcpServers\": {"
    " \"weather\": {\"type\": \"http\", \"url\": \"https://a.example/mcp\","
    "  \"alwaysAllow\": [], \"headers\": {\"X-Team\": \"blue\","
    "   \"authorization\": \"Bearer canary-1\"},"
    "  \"oauth\": {\"clientId\": \"abc\", \"client_secret\": \"canary-2\","
    "   \"callbackPort\": 8123, \"allow_private\": false, \"scope\": null}},"
    " \"local\": {\"command\": \"npx\", \"args\": []},"
    " \"gemini\": {\"serverUrl\": \"https://g.example/mcp\"}}}";

static void entries_are_found_by_name(void **state)
{
    (void)state;
    write_file(good, 0600);
    MA_SCOPED(ma_configfile) file = {0};
    assert_int_equal(ma_configfile_load(path, &file, NULL), MCPAUTH_OK);
    const char *url = NULL;
    assert_int_equal(
        ma_configfile_url(&file, "weather", &url, NULL), MCPAUTH_OK);
    assert_string_equal(url, "https://a.example/mcp");
    assert_int_equal(
        ma_configfile_url(&file, "gemini", &url, NULL), MCPAUTH_OK);
    assert_string_equal(url, "https://g.example/mcp");
    assert_null(ma_configfile_find(&file, "nothing"));
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(
        ma_configfile_url(&file, "local", &url, err), MCPAUTH_E_USAGE);
    assert_non_null(strstr(mcpauth_error_message(err), "local server"));
}

static void settings_fill_what_is_open(void **state)
{
    (void)state;
    write_file(good, 0600);
    MA_SCOPED(ma_configfile) file = {0};
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(ma_configfile_load(path, &file, NULL), MCPAUTH_OK);
    assert_int_equal(
        mcpauth_config_set(config, "callback_port", "9", NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_configfile_apply(&file, "weather", config, NULL), MCPAUTH_OK);
    assert_string_equal(mcpauth_config_get(config, "client_id"), "abc");
    assert_string_equal(mcpauth_config_get(config, "callback_port"), "9");
    assert_string_equal(mcpauth_config_get(config, "allow_private"), "false");
    assert_true(mcpauth_config_has(config, "client_secret"));
    assert_false(mcpauth_config_has(config, "scope"));
}

static void count_warning(
    void *ctx, int level, const char *event, const char *text)
{
    (void)event;
    int *warnings = ctx;
    assert_int_equal(level, 0);
    assert_non_null(strstr(text, "client_secret"));
    assert_null(strstr(text, "canary"));
    ++*warnings;
}

static void a_secret_that_others_can_read_is_left_out(void **state)
{
    (void)state;
    static const mode_t modes[] = {0644, 0640, 0604};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        write_file(good, modes[i]);
        int warnings = 0;
        MA_SCOPED(ma_configfile) file = {0};
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        mcpauth_config_set_log(config, count_warning, &warnings);
        assert_int_equal(ma_configfile_load(path, &file, NULL), MCPAUTH_OK);
        assert_int_equal(
            ma_configfile_apply(&file, "weather", config, NULL), MCPAUTH_OK);
        assert_false(mcpauth_config_has(config, "client_secret"));
        assert_string_equal(mcpauth_config_get(config, "client_id"), "abc");
        assert_int_equal(warnings, 1);
    }
}

/* Loads a file whose one server has this in oauth, into config. */
static mcpauth_status apply_oauth(
    const char *oauth, mcpauth_config *config, mcpauth_error *err)
{
    char text[512];
    snprintf(text, sizeof text,
        "{\"mcpServers\":{\"a\":{\"url\":\"https://a.example\","
        "\"oauth\":%s}}}",
        oauth);
    write_file(text, 0600);
    MA_SCOPED(ma_configfile) file = {0};
    assert_int_equal(ma_configfile_load(path, &file, NULL), MCPAUTH_OK);
    return ma_configfile_apply(&file, "a", config, err);
}

static void a_key_lies_in_a_file_of_its_own_A_183_S_047(void **state)
{
    (void)state;
    char key[] = "/tmp/mcpauth-configfile-key-XXXXXX";
    char oauth[256];
    int fd = mkstemp(key);
    assert_int_equal(write(fd, EC_JWK, strlen(EC_JWK)), strlen(EC_JWK));
    close(fd);
    snprintf(oauth, sizeof oauth, "{\"privateKeyFile\":\"%s\"}", key);
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(apply_oauth(oauth, config, NULL), MCPAUTH_OK);
    assert_true(mcpauth_config_has(config, "private_key"));
    assert_int_equal(unlink(key), 0);
    /* What is there already is stronger, and the file not looked for. */
    assert_int_equal(apply_oauth(oauth, config, NULL), MCPAUTH_OK);
    MA_AUTO(mcpauth_config) other = mcpauth_config_new();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(apply_oauth(oauth, other, err), MCPAUTH_E_USAGE);
    assert_non_null(strstr(mcpauth_error_message(err), "private_key_file: "));
    assert_int_equal(
        apply_oauth("{\"private_key_file\":null}", other, NULL), MCPAUTH_OK);
    assert_int_equal(
        apply_oauth("{\"privateKeyKeyring\":null}", other, NULL), MCPAUTH_OK);
    assert_int_equal(
        apply_oauth("{\"privateKeyKeyring\":\"x\"}", config, NULL), MCPAUTH_OK);
    assert_int_equal(apply_oauth("{\"private_key_file\":\"key\"}", other, err),
        MCPAUTH_E_USAGE);
    assert_non_null(strstr(mcpauth_error_message(err), "absolute"));
}

static void authorization_is_ours_to_set_S_059(void **state)
{
    (void)state;
    write_file(good, 0600);
    MA_SCOPED(ma_configfile) file = {0};
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(ma_configfile_load(path, &file, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_configfile_headers(&file, "weather", headers, NULL), MCPAUTH_OK);
    assert_int_equal(mcpauth_headers_count(headers), 1);
    assert_string_equal(mcpauth_headers_get(headers, "x-team"), "blue");
}

static void bad_entries_name_file_and_member(void **state)
{
    (void)state;
    static const struct {
        const char *oauth;
        const char *words;
    } rows[] = {
        {"{\"client_idd\": \"x\"}", "no setting \"client_idd\""},
        {"{\"clientSecrets\": \"canary\"}", "no setting \"client_secrets\""},
        {"{\"mode\": \"magic\"}", "mode must be auto"},
        {"{\"scope\": [\"a\"]}", "scope must be a text"},
        {"{\"callback_port\": 70000}", "callback_port must be"},
        {"{\"client_secret\": \"canary\\u00e4\"}", "client_secret must be"},
    };
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        snprintf(text, sizeof text,
            "{\"mcpServers\": {\"a\": {\"oauth\": %s}}}", rows[i].oauth);
        write_file(text, 0600);
        MA_SCOPED(ma_configfile) file = {0};
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        assert_int_equal(ma_configfile_load(path, &file, NULL), MCPAUTH_OK);
        assert_int_equal(
            ma_configfile_apply(&file, "a", config, err), MCPAUTH_E_USAGE);
        const char *message = mcpauth_error_message(err);
        assert_non_null(strstr(message, path));
        assert_non_null(strstr(message, "mcpServers.a.oauth"));
        assert_non_null(strstr(message, rows[i].words));
        assert_null(strstr(message, "canary"));
    }
}

static void bad_files_are_named(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "[]", "{\"a\": 1", "{\"a\":1}x"};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_file(texts[i], 0600);
        MA_SCOPED(ma_configfile) file = {0};
        assert_int_equal(ma_configfile_load(path, &file, err), MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), path));
    }
}

static void only_a_file_asked_for_must_exist(void **state)
{
    (void)state;
    MA_SCOPED(ma_configfile) none = {0};
    assert_int_equal(ma_configfile_load("/nonexistent/x.json", &none, NULL),
        MCPAUTH_E_USAGE);
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    MA_SCOPED(ma_configfile) file = {0};
    assert_int_equal(ma_configfile_load(NULL, &file, NULL), MCPAUTH_OK);
    assert_string_equal(file.path, "/nonexistent/mcpauth/config.json");
    assert_null(ma_configfile_servers(&file));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_found_by_name),
        cmocka_unit_test(settings_fill_what_is_open),
        cmocka_unit_test(a_secret_that_others_can_read_is_left_out),
        cmocka_unit_test(a_key_lies_in_a_file_of_its_own_A_183_S_047),
        cmocka_unit_test(authorization_is_ours_to_set_S_059),
        cmocka_unit_test(bad_entries_name_file_and_member),
        cmocka_unit_test(bad_files_are_named),
        cmocka_unit_test(only_a_file_asked_for_must_exist),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
