/* config_test.c - what a setting may be, and what follows from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <mcpauth/store.h>

#include "base/error.h"
#include "base/keys_test.h"
#include "oauth/config.h"
#include "oauth/passwordgrant.h"

static void set_good(
    mcpauth_config *config, const char *name, const char *value)
{
    assert_int_equal(mcpauth_config_set(config, name, value, NULL), MCPAUTH_OK);
}

static void every_setting_takes_the_right_values_only(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *good;
        const char *bad; /* NULL: nothing is */
    } rows[] = {
        {"server", "https://mcp.test/mcp", "mcp.test"},
        {"server", "http://127.0.0.1:8000/mcp", "https://user:p@mcp.test"},
        {"account", "me", "a\nb"},
        {"auth", "oauth", "aws"},
        {"auth", "sigv4", "SigV4"},
        {"auth", "none", "no"},
        {"aws_profile", "my own", "a\nb"},
        {"aws_region", "us-gov-west-1", "us west"},
        {"mode", "auto", "machine"},
        {"mode", "interactive", "Interactive"},
        {"mode", "m2m", "m2m "},
        {"mode", "password", "pass"},
        {"discovery_url", "https://as.test", "as.test"},
        {"client_id", "a b:%", "a\tb"},
        {"client_id", "~!", "\xc3\xa4"},
        {"client_secret", "a b", "a\x01"},
        {"token_endpoint_auth_method", "client_secret_post", "post"},
        {"token_endpoint_auth_method", "client_secret_basic",
            "client_secret_jwt"},
        {"token_endpoint_auth_method", "private_key_jwt", "private_key"},
        {"token_endpoint_auth_signing_alg", "PS256", "HS256"},
        {"token_endpoint_auth_signing_alg", "Ed25519", "none"},
        {"client_assertion_audience", "issuer", "https://as.test"},
        {"client_assertion_audience", "endpoint", "Endpoint"},
        {"private_key", EC_JWK, "no key"},
        {"private_key", RSA_JWK, "{\"kty\":\"oct\",\"k\":\"AAAA\"}"},
        {"token_endpoint_auth_method", "none", "NONE"},
        {"scope", "a b", "a  b"},
        {"scope", "a", "\"a\""},
        {"provider", "cognito", "nobody"},
        {"resource_policy", "auto", "maybe"},
        {"resource_policy", "always", "Always"},
        {"resource_policy", "never", "no"},
        {"resource_metadata", "https://mcp.test/prm", "/prm"},
        {"authorization_endpoint", "https://as.test/a", "javascript:1"},
        {"token_endpoint", "https://as.test/t", "ftp://as.test/t"},
        {"trusted_issuer", "https://as.test/", "a\x7f"},
        {"code_challenge_methods_supported", "S256", "plain"},
        {"challenge_403", "always", "never"},
        {"challenge_403", "auto", "yes"},
        {"redirect_uri", "http://localhost:3000", "a\r\nb"},
        {"callback_port", "0", "65536"},
        {"callback_port", "65535", "-1"},
        {"callback_port", "1", "1e3"},
        {"callback_port", "80", "99999999999999999999"},
        {"login_hint", "\xc3\xa4@e.com", "a\nb"},
        {"username", "\xc3\xa4", "a\nb"},
        {"password", "p w", "a\nb"},
        {"client_name", "my client", "a\x1b"},
        {"allow_http", "intra.test", "in\ttra"},
        {"allow_private", "true", "1"},
        {"allow_private", "false", "yes"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        set_good(config, rows[i].name, rows[i].good);
        mcpauth_status st =
            mcpauth_config_set(config, rows[i].name, rows[i].bad, err);
        if (st != MCPAUTH_E_USAGE)
            fail_msg("%s=%s is taken otherwise", rows[i].name, rows[i].bad);
        assert_non_null(strstr(mcpauth_error_message(err), rows[i].name));
        /* It stays as it was. */
        assert_true(mcpauth_config_has(config, rows[i].name));
        const char *kept = mcpauth_config_get(config, rows[i].name);
        if (kept)
            assert_string_equal(kept, rows[i].good);
    }
}

static void an_unknown_setting_is_named(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(
        mcpauth_config_set(config, "sever\x1b", "x", err), MCPAUTH_E_USAGE);
    assert_string_equal(
        mcpauth_error_message(err), "there is no setting \"sever\\x1b\"");
    assert_null(mcpauth_config_get(config, "sever"));
    assert_false(mcpauth_config_has(config, "sever"));
}

static void a_secret_can_be_had_from_inside_only_S_054(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        ma_config_setting setting;
    } rows[] = {{"client_secret", MA_CONFIG_CLIENT_SECRET},
        {"password", MA_CONFIG_PASSWORD}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_false(mcpauth_config_has(config, rows[i].name));
        set_good(config, rows[i].name, "CANARY");
        assert_true(mcpauth_config_has(config, rows[i].name));
        assert_null(mcpauth_config_get(config, rows[i].name));
        assert_string_equal(ma_config_text(config, rows[i].setting), "CANARY");
        assert_int_equal(
            mcpauth_config_set(config, rows[i].name, "CANARY\n", err),
            MCPAUTH_E_USAGE);
        assert_null(strstr(mcpauth_error_message(err), "CANARY"));
    }
}

static void an_empty_value_unsets(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    mcpauth_store_key key;
    set_good(config, "server", "https://mcp.test");
    set_good(config, "scope", "a");
    set_good(config, "server", "");
    set_good(config, "scope", "");
    assert_false(mcpauth_config_has(config, "scope"));
    assert_null(ma_config_server(config));
    assert_null(ma_config_server_text(config));
    assert_int_equal(mcpauth_config_key(config, &key, NULL), MCPAUTH_E_USAGE);
}

static void a_value_has_an_end(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    static char value[16386];
    memset(value, 'a', sizeof value - 1);
    assert_int_equal(
        mcpauth_config_set(config, "username", value, NULL), MCPAUTH_E_LIMIT);
    value[16384] = '\0';
    set_good(config, "username", value);
}

static void the_mode_follows_from_the_secret_seed_13_seed_14(void **state)
{
    (void)state;
    static const struct {
        const char *mode;
        const char *secret;
        mcpauth_mode is;
        const char *name;
    } rows[] = {
        {"", "", MCPAUTH_MODE_INTERACTIVE, "interactive"},
        {"", "s", MCPAUTH_MODE_M2M, "m2m"},
        {"auto", "", MCPAUTH_MODE_INTERACTIVE, "interactive"},
        {"auto", "s", MCPAUTH_MODE_M2M, "m2m"},
        {"interactive", "s", MCPAUTH_MODE_INTERACTIVE, "interactive"},
        {"m2m", "", MCPAUTH_MODE_M2M, "m2m"},
        {"password", "s", MCPAUTH_MODE_PASSWORD, "password"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        set_good(config, "mode", rows[i].mode);
        set_good(config, "client_secret", rows[i].secret);
        assert_int_equal(mcpauth_config_mode(config), rows[i].is);
        assert_string_equal(mcpauth_mode_name(rows[i].is), rows[i].name);
    }
}

static void a_key_is_kept_and_means_a_machine_A_183_S_054(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_store_key key = {0};
    assert_null(ma_config_private_key(config));
    set_good(config, "server", "https://mcp.test");
    set_good(config, "client_id", "app");
    set_good(config, "private_key", "{\"kid\":\"one\"," EC_MEMBERS "}");
    assert_int_equal(mcpauth_config_mode(config), MCPAUTH_MODE_M2M);
    assert_int_equal(mcpauth_config_key(config, &key, NULL), MCPAUTH_OK);
    assert_string_equal(key.account, "client:app");
    assert_true(mcpauth_config_has(config, "private_key"));
    assert_null(mcpauth_config_get(config, "private_key"));
    assert_string_equal(ma_key_id(ma_config_private_key(config)), "one");
    assert_int_equal(mcpauth_config_set(config, "private_key",
                         "{\"kty\":\"EC\",\"d\":\"CANARY\"}", err),
        MCPAUTH_E_USAGE);
    assert_null(strstr(mcpauth_error_message(err), "CANARY"));
    assert_string_equal(ma_key_id(ma_config_private_key(config)), "one");
    set_good(config, "private_key", EC_JWK);
    assert_null(ma_key_id(ma_config_private_key(config)));
    set_good(config, "mode", "interactive");
    assert_int_equal(mcpauth_config_mode(config), MCPAUTH_MODE_INTERACTIVE);
    set_good(config, "mode", "");
    set_good(config, "private_key", "");
    assert_null(ma_config_private_key(config));
    assert_int_equal(mcpauth_config_mode(config), MCPAUTH_MODE_INTERACTIVE);
}

static void a_certificate_that_proves_means_a_machine_A_270(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    set_good(config, "certificate_file", "/own.pem");
    assert_int_equal(mcpauth_config_mode(config), MCPAUTH_MODE_INTERACTIVE);
    set_good(config, "token_endpoint_auth_method", "tls_client_auth");
    assert_int_equal(mcpauth_config_mode(config), MCPAUTH_MODE_M2M);
    set_good(config, "token_endpoint_auth_method", "private_key_jwt");
    assert_int_equal(mcpauth_config_mode(config), MCPAUTH_MODE_INTERACTIVE);
    set_good(
        config, "token_endpoint_auth_method", "self_signed_tls_client_auth");
    assert_int_equal(mcpauth_config_mode(config), MCPAUTH_MODE_M2M);
    set_good(config, "mode", "interactive");
    assert_int_equal(mcpauth_config_mode(config), MCPAUTH_MODE_INTERACTIVE);
}

static void a_workload_is_told_apart_by_its_source_A_210(void **state)
{
    (void)state;
    static const struct {
        const char *client;
        const char *account;
        const char *source;
        const char *key_account;
    } rows[] = {
        {"", "", "file:/t", "workload:734881d27ce992a5"},
        {"", "", "env:T", "workload:d3dcd92681e15847"},
        {"app", "", "file:/t", "workload:734881d27ce992a5:app"},
        {"app", "me", "file:/t", "workload:734881d27ce992a5:app/me"},
        {"", "me", "file:/t", "workload:734881d27ce992a5/me"},
        {"app", "me", "", "me"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        mcpauth_store_key key = {0};
        set_good(config, "server", "https://mcp.test");
        set_good(config, "account", rows[i].account);
        set_good(config, "assertion", rows[i].source);
        set_good(config, "client_id", rows[i].client);
        assert_int_equal(mcpauth_config_key(config, &key, NULL), MCPAUTH_OK);
        assert_string_equal(key.account, rows[i].key_account);
    }
}

static void a_mode_that_is_none_has_a_name_too(void **state)
{
    (void)state;
    assert_string_equal(mcpauth_mode_name((mcpauth_mode)4), "unknown");
    assert_string_equal(mcpauth_mode_name((mcpauth_mode)-1), "unknown");
}

static void secrets_are_told_by_name_S_054(void **state)
{
    (void)state;
    assert_true(ma_config_is_secret("client_secret"));
    assert_true(ma_config_is_secret("private_key"));
    assert_true(ma_config_is_secret("password"));
    assert_true(ma_config_is_secret("initial_access_token"));
    assert_false(ma_config_is_secret("client_id"));
    assert_false(ma_config_is_secret("nonsense"));
}

static void the_key_tells_servers_people_and_machines_apart(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        const char *account;
        const char *secret;
        const char *key_server;
        const char *key_account;
    } rows[] = {
        {"https://MCP.test:443/", "", "", "https://mcp.test", "default"},
        {"HTTPS://mcp.test/Mcp?q=1#f", "me", "", "https://mcp.test/Mcp?q=1",
            "me"},
        {"https://mcp.test", "", "s", "https://mcp.test", "client:app"},
        {"https://mcp.test", "me", "s", "https://mcp.test", "client:app/me"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        mcpauth_store_key key = {0};
        /* In any order. */
        set_good(config, "account", rows[i].account);
        set_good(config, "server", rows[i].server);
        set_good(config, "client_id", "app");
        set_good(config, "client_secret", rows[i].secret);
        assert_int_equal(mcpauth_config_key(config, &key, NULL), MCPAUTH_OK);
        assert_string_equal(key.server, rows[i].key_server);
        assert_string_equal(key.account, rows[i].key_account);
    }
}

static void keep_line(void *ctx, int level, const char *event, const char *text)
{
    MA_SCOPED(ma_buf) line = ma_buf_init(2048);
    ma_buf_addf(&line, "%d %s %s", level, event, text);
    ma_buf_clear(ctx);
    ma_buf_add_span(ctx, ma_buf_span(&line));
}

static void the_log_gets_one_whole_line(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    MA_SCOPED(ma_buf) line = ma_buf_init(2048);
    ma_config_log(config, 0, "nobody", "listens");
    mcpauth_config_set_log(config, keep_line, &line);
    ma_config_log(config, 2, "test", "%s %d", "a", 7);
    assert_string_equal(ma_buf_text(&line), "2 test a 7");
    ma_config_log(config, 0, "test", "%2000d", 7);
    assert_int_equal(line.len, strlen("0 test ") + 1023);
    mcpauth_config_set_log(config, NULL, NULL);
    ma_config_log(config, 0, "nobody", "listens");
}

static mcpauth_status draw_seven(
    void *ctx, void *out, size_t len, mcpauth_error *err)
{
    (void)err;
    ++*(int *)ctx;
    memset(out, 7, len);
    return MCPAUTH_OK;
}

static void randomness_may_be_brought(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    unsigned char a[32] = {0};
    unsigned char b[32] = {0};
    int drawn = 0;
    assert_int_equal(ma_config_random(config, a, sizeof a, NULL), MCPAUTH_OK);
    assert_int_equal(ma_config_random(config, b, sizeof b, NULL), MCPAUTH_OK);
    assert_memory_not_equal(a, b, sizeof a);
    mcpauth_config_set_random(config, draw_seven, &drawn);
    assert_int_equal(ma_config_random(config, a, sizeof a, NULL), MCPAUTH_OK);
    assert_int_equal(drawn, 1);
    assert_int_equal(a[31], 7);
}

static void a_password_grant_may_be_brought(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    static const ma_password_grant grant = {0};
    assert_null(ma_config_password_grant(config));
    ma_config_set_password_grant(config, &grant);
    assert_ptr_equal(ma_config_password_grant(config), &grant);
    assert_false(ma_config_is(config, MA_CONFIG_MODE, ""));
    mcpauth_config_free(NULL);
}

static const char *find_variable(void *ctx, const char *name)
{
    (void)ctx;
    return !strcmp(name, "A") ? "a" : !strcmp(name, "EMPTY") ? "" : NULL;
}

static void only_oauth_wants_tokens(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_true(ma_config_wants_tokens(config));
    set_good(config, "auth", "oauth");
    assert_true(ma_config_wants_tokens(config));
    set_good(config, "auth", "sigv4");
    assert_false(ma_config_wants_tokens(config));
    set_good(config, "auth", "none");
    assert_false(ma_config_wants_tokens(config));
}

static void variables_come_from_where_they_are_said_to(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    MA_AUTO(mcpauth_config) heir = mcpauth_config_new();
    assert_non_null(ma_config_variable(config, "PATH"));
    ma_config_set_variables(config, find_variable, NULL);
    ma_config_inherit(heir, config);
    assert_string_equal(ma_config_variable(heir, "A"), "a");
    assert_null(ma_config_variable(config, "EMPTY"));
    assert_null(ma_config_variable(config, "PATH"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_oauth_wants_tokens),
        cmocka_unit_test(variables_come_from_where_they_are_said_to),
        cmocka_unit_test(every_setting_takes_the_right_values_only),
        cmocka_unit_test(an_unknown_setting_is_named),
        cmocka_unit_test(a_secret_can_be_had_from_inside_only_S_054),
        cmocka_unit_test(an_empty_value_unsets),
        cmocka_unit_test(a_value_has_an_end),
        cmocka_unit_test(the_mode_follows_from_the_secret_seed_13_seed_14),
        cmocka_unit_test(a_key_is_kept_and_means_a_machine_A_183_S_054),
        cmocka_unit_test(a_mode_that_is_none_has_a_name_too),
        cmocka_unit_test(secrets_are_told_by_name_S_054),
        cmocka_unit_test(a_certificate_that_proves_means_a_machine_A_270),
        cmocka_unit_test(a_workload_is_told_apart_by_its_source_A_210),
        cmocka_unit_test(the_key_tells_servers_people_and_machines_apart),
        cmocka_unit_test(the_log_gets_one_whole_line),
        cmocka_unit_test(randomness_may_be_brought),
        cmocka_unit_test(a_password_grant_may_be_brought),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
