/* settings_test.c - what wins over what, and what is said when nothing fits. */
#include "cli/settings.h"

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

enum { ARGS_MAX = 10 };

/* --- a world of its own for each test ------------------------------------ */

static char config_path[] = "/tmp/mcpauth-settings-config-XXXXXX";
static char other_path[] = "/tmp/mcpauth-settings-other-XXXXXX";

static const char file_text[] =
    "{\"mcpServers\": {\"weather\": {\"url\": \"https://file.example/mcp\","
    " \"headers\": {\"X-From\": \"file\", \"X-Two\": \"file\"},"
    " \"oauth\": {\"client_id\": \"file-client\", \"scope\": \"file-scope\","
    "  \"provider\": \"cognito\"}}}}";

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static int make_files(void **state)
{
    (void)state;
    close(mkstemp(config_path));
    close(mkstemp(other_path));
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    return unlink(config_path) || unlink(other_path);
}

static int begin(void **state)
{
    (void)state;
    clearenv();
    write_file(config_path, file_text);
    return setenv("MCPAUTH_CONFIG", config_path, 1);
}

/* The settings that a command line, behind `mcpauth <command>`, leads to. */
static mcpauth_status choose(const char *const *args, const char *word,
    bool login, ma_settings *out, mcpauth_error *err)
{
    char *argv[ARGS_MAX + 1] = {(char *)"mcpauth"};
    int argc = 1;
    while (args && args[argc - 1]) {
        argv[argc] = (char *)args[argc - 1];
        argc++;
    }
    MA_AUTO(ma_options) options = NULL;
    assert_int_equal(ma_options_parse(argc, argv, &options, err), MCPAUTH_OK);
    const ma_settings_request request = {
        .options = options, .word = word, .login = login};
    mcpauth_status st = ma_settings_begin(out, options, err);
    return st ? st : ma_settings_choose(out, &request, err);
}

static const char *get(const ma_settings *settings, const char *name)
{
    return mcpauth_config_get(settings->config, name);
}

/* --- precedence ---------------------------------------------------------- */

static void options_win_over_environment_over_file(void **state)
{
    (void)state;
    setenv("MCPAUTH_SCOPE", "env-scope", 1);
    setenv("OAUTH_CLIENT_ID", "env-client", 1);
    static const char *const args[] = {"--scope", "option-scope", NULL};
    MA_SCOPED(ma_settings) settings = {0};
    assert_int_equal(
        choose(args, "weather", false, &settings, NULL), MCPAUTH_OK);
    assert_string_equal(get(&settings, "server"), "https://file.example/mcp");
    assert_string_equal(get(&settings, "scope"), "option-scope");
    assert_string_equal(get(&settings, "client_id"), "env-client");
    assert_string_equal(get(&settings, "provider"), "cognito");
    assert_string_equal(settings.word, "weather");
}

static void machine_scopes_wait_for_what_the_file_says_seed_14(void **state)
{
    (void)state;
    static const struct {
        const char *oauth; /* in the file */
        const char *scope;
    } rows[] = {
        {"\"client_secret\": \"s\"", "machine"},
        {"\"mode\": \"m2m\", \"scope\": \"file\"", "machine"},
        {"\"client_id\": \"c\", \"scope\": \"file\"", "file"},
        {"\"client_secret\": \"s\", \"mode\": \"interactive\"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        snprintf(text, sizeof text,
            "{\"mcpServers\": {\"weather\": {\"url\": "
            "\"https://file.example/mcp\", \"oauth\": {%s}}}}",
            rows[i].oauth);
        write_file(config_path, text);
        setenv("OAUTH_M2M_SCOPES", "machine", 1);
        MA_SCOPED(ma_settings) settings = {0};
        assert_int_equal(
            choose(NULL, "weather", false, &settings, NULL), MCPAUTH_OK);
        const char *scope = get(&settings, "scope");
        if (rows[i].scope)
            assert_string_equal(scope, rows[i].scope);
        else
            assert_null(scope);
    }
}

static void an_env_file_stands_before_the_environment(void **state)
{
    (void)state;
    setenv("OAUTH_CLIENT_ID", "env-client", 1);
    setenv("MCPAUTH_SCOPE", "env-scope", 1);
    write_file(other_path, "OAUTH_CLIENT_ID=envfile-client\n"
                           "MCPAUTH_SERVER=weather\n"
                           "MCPAUTH_TIMEOUT=9\n");
    const char *const args[] = {"--env-file", other_path, NULL};
    MA_SCOPED(ma_settings) settings = {0};
    assert_int_equal(choose(args, NULL, false, &settings, NULL), MCPAUTH_OK);
    assert_string_equal(get(&settings, "server"), "https://file.example/mcp");
    assert_string_equal(get(&settings, "client_id"), "envfile-client");
    assert_string_equal(get(&settings, "scope"), "env-scope");
    assert_int_equal(settings.timeout_ms, 9000);
    assert_null(settings.word);
}

static void a_server_comes_from_where_it_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *args[ARGS_MAX];
        const char *word;
        const char *variable;
        const char *server;
    } rows[] = {
        {{"--url", "https://option.example/mcp"}, NULL,
            "https://env.example/mcp", "https://option.example/mcp"},
        {{NULL}, "https://word.example/mcp", "https://env.example/mcp",
            "https://word.example/mcp"},
        {{NULL}, NULL, "https://env.example/mcp", "https://env.example/mcp"},
        {{NULL}, "weather", "https://env.example/mcp",
            "https://file.example/mcp"},
        {{"--url", "weather"}, NULL, NULL, "https://file.example/mcp"},
        {{"--region", "eu-west-1"}, "my-gateway-abcdefghij", NULL,
            "https://my-gateway-abcdefghij.gateway.bedrock-agentcore."
            "eu-west-1.amazonaws.com/mcp"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsetenv("MCPAUTH_SERVER");
        if (rows[i].variable)
            setenv("MCPAUTH_SERVER", rows[i].variable, 1);
        MA_SCOPED(ma_settings) settings = {0};
        assert_int_equal(
            choose(rows[i].args, rows[i].word, false, &settings, NULL),
            MCPAUTH_OK);
        assert_string_equal(get(&settings, "server"), rows[i].server);
    }
}

/* --- secrets ------------------------------------------------------------- */

static void a_secret_comes_by_file_or_descriptor_S_052(void **state)
{
    (void)state;
    write_file(other_path, "canary-1\r\n");
    const char *const by_file[] = {"--secret-file", other_path, NULL};
    setenv("OAUTH_CLIENT_SECRET", "canary-env", 1);
    MA_SCOPED(ma_settings) first = {0};
    assert_int_equal(
        choose(by_file, "https://a.example", false, &first, NULL), MCPAUTH_OK);
    assert_string_equal(
        ma_config_text(first.config, MA_CONFIG_CLIENT_SECRET), "canary-1");
    assert_int_equal(mcpauth_config_mode(first.config), MCPAUTH_MODE_M2M);

    int ends[2];
    char number[16];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "canary-2", 8), 8);
    close(ends[1]);
    snprintf(number, sizeof number, "%d", ends[0]);
    const char *const by_fd[] = {"--secret-fd", number, NULL};
    MA_SCOPED(ma_settings) second = {0};
    assert_int_equal(
        choose(by_fd, "https://a.example", false, &second, NULL), MCPAUTH_OK);
    assert_string_equal(
        ma_config_text(second.config, MA_CONFIG_CLIENT_SECRET), "canary-2");
    close(ends[0]);
}

static void a_key_comes_by_file_S_052_A_183(void **state)
{
    (void)state;
    const char *const by_option[] = {"--private-key-file", other_path, NULL};
    const char *const by_secret[] = {"--secret-file", config_path, NULL};
    write_file(other_path, EC_JWK "\n");
    MA_SCOPED(ma_settings) first = {0};
    assert_int_equal(
        choose(by_option, "https://a.example", false, &first, NULL),
        MCPAUTH_OK);
    assert_true(mcpauth_config_has(first.config, "private_key"));
    assert_int_equal(mcpauth_config_mode(first.config), MCPAUTH_MODE_M2M);

    setenv("MCPAUTH_PRIVATE_KEY_FILE", other_path, 1);
    setenv("OAUTH_M2M_SCOPES", "machines", 1);
    MA_SCOPED(ma_settings) second = {0};
    assert_int_equal(
        choose(NULL, "https://a.example", false, &second, NULL), MCPAUTH_OK);
    assert_true(mcpauth_config_has(second.config, "private_key"));
    assert_string_equal(get(&second, "scope"), "machines");

    MA_SCOPED(ma_settings) third = {0};
    write_file(config_path, "s");
    unsetenv("MCPAUTH_CONFIG");
    assert_int_equal(
        choose(by_secret, "https://a.example", false, &third, NULL),
        MCPAUTH_OK);
    assert_false(mcpauth_config_has(third.config, "private_key"));
}

static void a_key_that_cannot_be_had_is_told_with_its_place_S_047(void **state)
{
    (void)state;
    const char *const args[] = {"--private-key-file", other_path, NULL};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    write_file(other_path, EC_JWK);
    assert_int_equal(chmod(other_path, 0644), 0);
    MA_SCOPED(ma_settings) first = {0};
    assert_int_equal(
        choose(args, "https://a.example", false, &first, err), MCPAUTH_E_USAGE);
    assert_ptr_equal(strstr(mcpauth_error_message(err), "--private-key-file: "),
        mcpauth_error_message(err));
    assert_non_null(strstr(mcpauth_error_message(err), "others may read"));
    setenv("MCPAUTH_PRIVATE_KEY_FILE", "/nonexistent", 1);
    MA_SCOPED(ma_settings) second = {0};
    assert_int_equal(choose(NULL, "https://a.example", false, &second, err),
        MCPAUTH_E_USAGE);
    assert_non_null(strstr(mcpauth_error_message(err),
        "MCPAUTH_PRIVATE_KEY_FILE: /nonexistent: "));
}

/* --- modes --------------------------------------------------------------- */

static void a_test_user_is_for_login_without_a_secret(void **state)
{
    (void)state;
    static const struct {
        const char *args[ARGS_MAX];
        const char *password;
        const char *secret;
        bool login;
        mcpauth_mode mode;
    } rows[] = {
        {{NULL}, "p", NULL, true, MCPAUTH_MODE_PASSWORD},
        {{NULL}, "p", NULL, false, MCPAUTH_MODE_INTERACTIVE},
        {{NULL}, NULL, NULL, true, MCPAUTH_MODE_INTERACTIVE},
        {{NULL}, "p", "s", true, MCPAUTH_MODE_M2M},
        {{"--mode=interactive"}, "p", NULL, true, MCPAUTH_MODE_INTERACTIVE},
        {{"--mode=interactive"}, "p", "s", true, MCPAUTH_MODE_INTERACTIVE},
        {{"--mode=auto"}, "p", NULL, true, MCPAUTH_MODE_PASSWORD},
        {{"--private-key-file", other_path}, "p", NULL, true, MCPAUTH_MODE_M2M},
        {{"--assertion", "file:/t"}, "p", NULL, true, MCPAUTH_MODE_M2M},
    };
    write_file(other_path, EC_JWK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setenv("OAUTH_TEST_USERNAME", "u", 1);
        setenv("OAUTH_TEST_PASSWORD", rows[i].password ? "p" : "", 1);
        setenv("OAUTH_CLIENT_SECRET", rows[i].secret ? "s" : "", 1);
        MA_SCOPED(ma_settings) settings = {0};
        assert_int_equal(choose(rows[i].args, "https://a.example",
                             rows[i].login, &settings, NULL),
            MCPAUTH_OK);
        assert_int_equal(mcpauth_config_mode(settings.config), rows[i].mode);
    }
}

/* --- headers ------------------------------------------------------------- */

static void headers_are_joined(void **state)
{
    (void)state;
    static const char *const args[] = {
        "--header", "x-two:  option ", "--header=X-Three: a:b", NULL};
    MA_SCOPED(ma_settings) settings = {0};
    assert_int_equal(
        choose(args, "weather", false, &settings, NULL), MCPAUTH_OK);
    assert_int_equal(mcpauth_headers_count(settings.headers), 3);
    assert_string_equal(
        mcpauth_headers_get(settings.headers, "X-From"), "file");
    assert_string_equal(
        mcpauth_headers_get(settings.headers, "X-Two"), "option");
    assert_string_equal(
        mcpauth_headers_get(settings.headers, "X-Three"), "a:b");
}

/* --- what is refused ----------------------------------------------------- */

static void bad_input_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *args[ARGS_MAX];
        const char *word;
        const char *message; /* a part of it */
        const char *hint;    /* a part of it; NULL: not looked at */
    } rows[] = {
        {{"--url", "https://a.example"}, "https://b.example",
            "two servers are named", NULL},
        {{NULL}, "weathr", "\"weathr\" is no URL", "did you mean weather?"},
        {{NULL}, "arn:aws:s3:::bucket", "", NULL},
        {{"--mode=device"}, "weather", "--mode: mode must be", NULL},
        {{"--header", "nonsense"}, "weather", "'Name: value'", NULL},
        {{"--header", "authorization: Bearer x"}, "weather",
            "cannot set Authorization", NULL},
        {{"--header", "X: a\nb"}, "weather", "--header", NULL},
        {{"--timeout", "0"}, "weather", "--timeout must be", NULL},
        {{"--secret-file", "/nonexistent/s"}, "weather",
            "--secret-file: cannot", NULL},
        {{"--secret-file", "/dev/null"}, "weather", "the secret is empty",
            NULL},
        {{NULL}, NULL,
            "not set: OAUTH_DISCOVERY_URL, OAUTH_CLIENT_ID, "
            "AGENTCORE_RUNTIME_ARN",
            "name a server"},
    };
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_settings) settings = {0};
        mcpauth_error_clear(err);
        assert_int_equal(
            choose(rows[i].args, rows[i].word, false, &settings, err),
            MCPAUTH_E_USAGE);
        if (!strstr(mcpauth_error_message(err), rows[i].message))
            fail_msg("row %zu: %s", i, mcpauth_error_message(err));
        const char *hint = mcpauth_error_hint(err);
        assert_true(!rows[i].hint || (hint && strstr(hint, rows[i].hint)));
    }
}

static void a_bad_variable_is_named(void **state)
{
    (void)state;
    static const char *const values[] = {
        "soon", "0", "-1", "1e9", "99999999", "601"};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        setenv("MCPAUTH_LOGIN_TIMEOUT", values[i], 1);
        MA_SCOPED(ma_settings) settings = {0};
        assert_int_equal(
            choose(NULL, "weather", false, &settings, err), MCPAUTH_E_USAGE);
        assert_non_null(
            strstr(mcpauth_error_message(err), "MCPAUTH_LOGIN_TIMEOUT"));
    }
}

static void the_version_is_an_option_before_the_file_T_074_T_076(void **state)
{
    (void)state;
    static const struct {
        const char *entry; /* in the file */
        const char *option;
        const char *protocol; /* NULL: refused */
    } rows[] = {
        {"\"2025-06-18\"", NULL, "2025-06-18"},
        {"\"2025-06-18\"", "2026-07-28", "2026-07-28"},
        {"\"2025-06-18\"", "1999-01-01", NULL},
        {"\"newest\"", NULL, NULL},
        {"20250618", NULL, NULL},
    };
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        snprintf(text, sizeof text,
            "{\"mcpServers\": {\"weather\": {\"url\": "
            "\"https://file.example/mcp\", \"protocolVersion\": %s}}}",
            rows[i].entry);
        write_file(config_path, text);
        const char *args[] = {"--protocol", rows[i].option, NULL};
        MA_SCOPED(ma_settings) settings = {0};
        mcpauth_status st = choose(
            rows[i].option ? args : NULL, "weather", false, &settings, err);
        assert_int_equal(st, rows[i].protocol ? MCPAUTH_OK : MCPAUTH_E_USAGE);
        if (rows[i].protocol)
            assert_string_equal(settings.protocol, rows[i].protocol);
        else
            assert_non_null(strstr(mcpauth_error_message(err),
                rows[i].option ? "--protocol" : config_path));
    }
}

static void nothing_is_read_from_the_working_directory_S_079(void **state)
{
    (void)state;
    char directory[] = "/tmp/mcpauth-settings-cwd-XXXXXX";
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_non_null(mkdtemp(directory));
    assert_int_equal(chdir(directory), 0);
    write_file(".env", "MCPAUTH_SERVER=https://evil.example/mcp\n");
    assert_int_equal(mkdir("mcpauth", 0700), 0);
    write_file("mcpauth/config.json", file_text);
    unsetenv("MCPAUTH_CONFIG");
    setenv("XDG_CONFIG_HOME", ".", 1);
    MA_SCOPED(ma_settings) settings = {0};
    assert_int_equal(
        choose(NULL, "weather", false, &settings, NULL), MCPAUTH_E_USAGE);
    assert_null(settings.file.root);
    assert_int_equal(unlink(".env"), 0);
    assert_int_equal(unlink("mcpauth/config.json"), 0);
    assert_int_equal(rmdir("mcpauth"), 0);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(options_win_over_environment_over_file, begin),
        cmocka_unit_test_setup(
            machine_scopes_wait_for_what_the_file_says_seed_14, begin),
        cmocka_unit_test_setup(
            an_env_file_stands_before_the_environment, begin),
        cmocka_unit_test_setup(a_server_comes_from_where_it_is_named, begin),
        cmocka_unit_test_setup(
            a_secret_comes_by_file_or_descriptor_S_052, begin),
        cmocka_unit_test_setup(a_key_comes_by_file_S_052_A_183, begin),
        cmocka_unit_test_setup(
            a_key_that_cannot_be_had_is_told_with_its_place_S_047, begin),
        cmocka_unit_test_setup(
            a_test_user_is_for_login_without_a_secret, begin),
        cmocka_unit_test_setup(headers_are_joined, begin),
        cmocka_unit_test_setup(bad_input_is_told_with_its_place, begin),
        cmocka_unit_test_setup(a_bad_variable_is_named, begin),
        cmocka_unit_test_setup(
            the_version_is_an_option_before_the_file_T_074_T_076, begin),
        cmocka_unit_test_setup(
            nothing_is_read_from_the_working_directory_S_079, begin),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
