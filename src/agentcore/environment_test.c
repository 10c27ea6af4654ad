/* environment_test.c - variables in, settings out. */
#include "agentcore/environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/keys_test.h"
#include "base/scratch_test.h"
#include "oauth/config.h"

#define ARN "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/a"
#define ENC                                                                    \
    "/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-west-2%3A123456789012%3A"    \
    "runtime%2Fa/invocations"
#define HOST   "https://bedrock-agentcore.us-west-2.amazonaws.com"
#define ISSUER "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC123"

enum { PAIRS_MAX = 10 };

/* An environment as a list of names and values that ends with NULL. */
typedef const char *pair[2];

static const char *get_pair(void *ctx, const char *name)
{
    const pair *pairs = ctx;
    for (size_t i = 0; i < PAIRS_MAX && pairs[i][0]; i++) {
        if (!strcmp(pairs[i][0], name))
            return pairs[i][1];
    }
    return NULL;
}

static const mcpauth_agentcore_options no_options = {.size = sizeof no_options};

static mcpauth_status apply(
    const pair *pairs, mcpauth_config *config, mcpauth_error *err)
{
    ma_environment environment = {get_pair, (void *)(uintptr_t)pairs};
    return ma_environment_apply(&environment, NULL, &no_options, config, err);
}

static void assert_setting(
    const mcpauth_config *config, const char *name, const char *value)
{
    if (value)
        assert_string_equal(mcpauth_config_get(config, name), value);
    else
        assert_false(mcpauth_config_has(config, name));
}

/* The sample's own environment: seed-27, seed-28. */
static void the_samples_names_fill_a_configuration_seed_27(void **state)
{
    (void)state;
    static const pair pairs[PAIRS_MAX] = {
        {"OAUTH_DISCOVERY_URL", ISSUER "/.well-known/openid_configuration"},
        {"OAUTH_CLIENT_ID", "client-1"},
        {"OAUTH_CLIENT_SECRET", "s3cret"},
        {"OAUTH_M2M_SCOPES", "mcp-server/read mcp-server/write"},
        {"AGENTCORE_RUNTIME_ARN", ARN},
        {"AGENTCORE_REGION", "us-west-2"},
        {"OAUTH_TEST_USERNAME", "testuser@example.com"},
        {"OAUTH_TEST_PASSWORD", "your-password"},
    };
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(apply(pairs, config, NULL), MCPAUTH_OK);
    assert_setting(config, "server", HOST ENC "?qualifier=DEFAULT");
    assert_setting(
        config, "discovery_url", ISSUER "/.well-known/openid_configuration");
    assert_setting(config, "client_id", "client-1");
    assert_setting(config, "scope", "mcp-server/read mcp-server/write");
    assert_setting(config, "username", "testuser@example.com");
    assert_setting(config, "challenge_403", "always");
    assert_true(ma_config_is(config, MA_CONFIG_CLIENT_SECRET, "s3cret"));
    assert_true(ma_config_is(config, MA_CONFIG_PASSWORD, "your-password"));
    assert_int_equal(mcpauth_config_mode(config), MCPAUTH_MODE_M2M);
    assert_int_equal(ma_environment_check(config, NULL), MCPAUTH_OK);
}

/* Where the server comes from, and with what: seed-26, seed-45. */
static void a_server_is_found_seed_26_seed_45(void **state)
{
    (void)state;
    static const struct row {
        pair pairs[PAIRS_MAX];
        const char *server;
    } rows[] = {
        {{{"MCPAUTH_SERVER", "https://mcp.example/mcp"},
             {"AGENTCORE_RUNTIME_ARN", ARN}},
            "https://mcp.example/mcp"},
        {{{"AGENTCORE_RUNTIME_ARN", ARN},
             {"AGENTCORE_GATEWAY_URL", "https://g.example/mcp"}},
            HOST ENC "?qualifier=DEFAULT"},
        {{{"AGENTCORE_RUNTIME_ARN", ARN}, {"AGENTCORE_QUALIFIER", "prod"}},
            HOST ENC "?qualifier=prod"},
        {{{"AGENTCORE_RUNTIME_ARN", ARN}, {"AGENTCORE_REGION", "eu-west-1"}},
            HOST ENC "?qualifier=DEFAULT"},
        {{{"AGENTCORE_RUNTIME_ARN", ARN},
             {"BEDROCK_AGENTCORE_DP_ENDPOINT", "https://toolkit.example"}},
            "https://toolkit.example" ENC "?qualifier=DEFAULT"},
        {{{"AGENTCORE_RUNTIME_ARN", ARN},
             {"BEDROCK_AGENTCORE_DP_ENDPOINT", "https://toolkit.example"},
             {"MCPAUTH_AGENTCORE_ENDPOINT", "http://127.0.0.1:8080/"}},
            "http://127.0.0.1:8080" ENC "?qualifier=DEFAULT"},
        {{{"AGENTCORE_GATEWAY_ID", "tools-abcdefghij"},
             {"AGENTCORE_REGION", "us-east-1"}},
            "https://tools-abcdefghij.gateway.bedrock-agentcore.us-east-1"
            ".amazonaws.com/mcp"},
        {{{"AGENTCORE_GATEWAY_ID", "tools-abcdefghij"},
             {"AGENTCORE_GATEWAY_URL", "https://g.example/mcp"}},
            "https://g.example/mcp"},
        {{{"MCPAUTH_SERVER", " \t"}, {"AGENTCORE_RUNTIME_ARN", ARN "\r\n"}},
            HOST ENC "?qualifier=DEFAULT"},
        {{{"OAUTH_CLIENT_ID", "c"}}, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        assert_int_equal(apply(rows[i].pairs, config, NULL), MCPAUTH_OK);
        assert_setting(config, "server", rows[i].server);
    }
}

static void ours_win_and_blank_counts_as_unset(void **state)
{
    (void)state;
    static const struct row {
        pair pairs[PAIRS_MAX];
        const char *setting, *value;
    } rows[] = {
        {{{"OAUTH_CLIENT_ID", "theirs"}, {"MCPAUTH_CLIENT_ID", "ours"}},
            "client_id", "ours"},
        {{{"OAUTH_CLIENT_ID", "theirs"}, {"MCPAUTH_CLIENT_ID", ""}},
            "client_id", "theirs"},
        {{{"OAUTH_CLIENT_ID", "theirs"}, {"MCPAUTH_CLIENT_ID", " \t\r\n"}},
            "client_id", "theirs"},
        {{{"MCPAUTH_AUTH", "sigv4"}}, "auth", "sigv4"},
        {{{"OAUTH_CLIENT_ID", "theirs\r\n"}}, "client_id", "theirs"},
        {{{"OAUTH_CLIENT_ID", "\n"}}, "client_id", NULL},
        {{{"MCPAUTH_REDIRECT_URI", "http://localhost:3000"}}, "redirect_uri",
            "http://localhost:3000"},
        {{{"MCPAUTH_PROVIDER", "cognito"}}, "provider", "cognito"},
        {{{"MCPAUTH_SCOPE", "a b"}, {"OAUTH_M2M_SCOPES", "c"}}, "scope", "a b"},
        {{{"MCPAUTH_SCOPE", "a b"}, {"OAUTH_M2M_SCOPES", "c"},
             {"OAUTH_CLIENT_SECRET", "s"}},
            "scope", "a b"},
        {{{"OAUTH_M2M_SCOPES", "c"}, {"OAUTH_CLIENT_SECRET", "s"}}, "scope",
            "c"},
        {{{"OAUTH_M2M_SCOPES", "c"}}, "scope", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        assert_int_equal(apply(rows[i].pairs, config, NULL), MCPAUTH_OK);
        assert_setting(config, rows[i].setting, rows[i].value);
    }
}

/* seed-14: a secret need not mean m2m. */
static void m2m_scopes_wait_for_mode_m2m_seed_14(void **state)
{
    (void)state;
    static const pair pairs[PAIRS_MAX] = {
        {"OAUTH_M2M_SCOPES", "mcp/read"}, {"OAUTH_CLIENT_SECRET", "s"}};
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(
        mcpauth_config_set(config, "mode", "interactive", NULL), MCPAUTH_OK);
    assert_int_equal(apply(pairs, config, NULL), MCPAUTH_OK);
    assert_false(mcpauth_config_has(config, "scope"));
    assert_true(mcpauth_config_has(config, "client_secret"));
}

static void what_is_set_stays(void **state)
{
    (void)state;
    static const pair pairs[PAIRS_MAX] = {
        {"OAUTH_CLIENT_ID", "other"}, {"AGENTCORE_RUNTIME_ARN", ARN}};
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(
        mcpauth_config_set(config, "client_id", "mine", NULL), MCPAUTH_OK);
    assert_int_equal(
        mcpauth_config_set(config, "server", "https://mcp.example/mcp", NULL),
        MCPAUTH_OK);
    assert_int_equal(apply(pairs, config, NULL), MCPAUTH_OK);
    assert_setting(config, "client_id", "mine");
    assert_setting(config, "server", "https://mcp.example/mcp");
    assert_setting(config, "challenge_403", NULL);
}

static void a_configured_runtime_is_known_as_one_A_011(void **state)
{
    (void)state;
    static const pair pairs[PAIRS_MAX] = {{NULL, NULL}};
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(
        mcpauth_config_set(config, "server", HOST ENC, NULL), MCPAUTH_OK);
    assert_int_equal(apply(pairs, config, NULL), MCPAUTH_OK);
    assert_setting(config, "server", HOST ENC);
    assert_setting(config, "challenge_403", "always");
}

static void words_and_options_of_a_person_win(void **state)
{
    (void)state;
    static const pair pairs[PAIRS_MAX] = {
        {"AGENTCORE_RUNTIME_ARN", "arn:aws:bedrock-agentcore:us-west-2:"
                                  "123456789012:runtime/another"},
        {"AGENTCORE_QUALIFIER", "dev"}, {"AGENTCORE_REGION", "eu-west-1"}};
    mcpauth_agentcore_options options = {
        .region = "us-west-2", .qualifier = "prod"};
    ma_environment environment = {get_pair, (void *)(uintptr_t)pairs};
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(
        ma_environment_apply(&environment, ARN, &options, config, NULL),
        MCPAUTH_OK);
    assert_setting(config, "server", HOST ENC "?qualifier=prod");
}

static void the_server_word_can_be_asked_for(void **state)
{
    (void)state;
    static const pair named[PAIRS_MAX] = {{"MCPAUTH_SERVER", "prod\n"}};
    static const pair none[PAIRS_MAX] = {{"MCPAUTH_SERVER", ""}};
    ma_environment environment = {get_pair, (void *)(uintptr_t)named};
    MA_AUTO(ma_text) word = NULL;
    assert_int_equal(
        ma_environment_server(&environment, &word, NULL), MCPAUTH_OK);
    assert_string_equal(word, "prod");
    environment.ctx = (void *)(uintptr_t)none;
    MA_AUTO(ma_text) nothing = NULL;
    assert_int_equal(
        ma_environment_server(&environment, &nothing, NULL), MCPAUTH_OK);
    assert_null(nothing);
}

/* seed-28: the message of a bad secret does not show it. */
static void bad_values_are_refused_by_variable_seed_28(void **state)
{
    (void)state;
    static const struct row {
        pair pairs[PAIRS_MAX];
        const char *said;
    } rows[] = {
        {{{"AGENTCORE_RUNTIME_ARN", "arn:aws:s3:::bucket"}},
            "AGENTCORE_RUNTIME_ARN"},
        {{{"MCPAUTH_SERVER", "prod"}}, "MCPAUTH_SERVER"},
        {{{"AGENTCORE_GATEWAY_ID", "tools-abcdefghij"}},
            "AGENTCORE_GATEWAY_ID"},
        {{{"OAUTH_DISCOVERY_URL", "cognito"}}, "OAUTH_DISCOVERY_URL"},
        {{{"OAUTH_CLIENT_SECRET", "can\x01ry"}}, "OAUTH_CLIENT_SECRET"},
        {{{"MCPAUTH_PROVIDER", "nobody"}}, "MCPAUTH_PROVIDER"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        assert_int_equal(apply(rows[i].pairs, config, err), MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), rows[i].said));
        assert_null(strstr(mcpauth_error_message(err), "can"));
    }
}

/* seed-27: one message names every missing variable.  seed-19: a client id is
 * missed before any network where nobody can register. */
static void the_missing_are_named_at_once_seed_27_seed_19(void **state)
{
    (void)state;
    static const struct row {
        pair settings[PAIRS_MAX];
        const char *said; /* NULL: nothing is missing */
    } rows[] = {
        {{{NULL, NULL}}, "not set: OAUTH_DISCOVERY_URL, OAUTH_CLIENT_ID, "
                         "AGENTCORE_RUNTIME_ARN"},
        {{{"client_id", "c"}},
            "not set: OAUTH_DISCOVERY_URL, AGENTCORE_RUNTIME_ARN"},
        {{{"client_id", "c"}, {"discovery_url", ISSUER}},
            "not set: AGENTCORE_RUNTIME_ARN"},
        {{{"server", HOST ENC}, {"discovery_url", ISSUER}},
            "not set: OAUTH_CLIENT_ID"},
        {{{"server", HOST ENC}, {"client_secret", "s"}},
            "not set: OAUTH_CLIENT_ID"},
        {{{"server", HOST ENC}, {"private_key", EC_JWK}},
            "not set: OAUTH_CLIENT_ID"},
        {{{"server", HOST ENC}, {"private_key", EC_JWK}, {"client_id", "c"}},
            NULL},
        {{{"server", HOST ENC}, {"private_key", EC_JWK},
             {"mode", "interactive"},
             {"client_metadata_url", "https://app.test/c.json"}},
            NULL},
        {{{"server", HOST ENC}, {"mode", "m2m"}},
            "not set: OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET"},
        {{{"server", HOST ENC}, {"mode", "password"}, {"client_id", "c"}},
            "not set: OAUTH_DISCOVERY_URL, OAUTH_TEST_USERNAME, "
            "OAUTH_TEST_PASSWORD"},
        {{{"server", HOST ENC}}, NULL},
        {{{"server", HOST ENC}, {"auth", "sigv4"}, {"mode", "m2m"}}, NULL},
        {{{"auth", "none"}}, "not set: AGENTCORE_RUNTIME_ARN"},
        {{{"server", HOST ENC}, {"discovery_url", "https://as.example"}}, NULL},
        {{{"server", HOST ENC}, {"discovery_url", ISSUER}, {"client_id", "c"}},
            NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_AUTO(mcpauth_config) config = mcpauth_config_new();
        for (const pair *at = rows[i].settings; (*at)[0]; at++)
            assert_int_equal(
                mcpauth_config_set(config, (*at)[0], (*at)[1], NULL),
                MCPAUTH_OK);
        assert_int_equal(ma_environment_check(config, err),
            rows[i].said ? MCPAUTH_E_USAGE : MCPAUTH_OK);
        assert_string_equal(
            mcpauth_error_message(err), rows[i].said ? rows[i].said : "");
        assert_int_equal(mcpauth_error_hint(err) != NULL, rows[i].said != NULL);
    }
}

/* In a file that others cannot read, as the program wants it, too. */
static void a_key_comes_from_the_file_that_is_named_A_183_S_047(void **state)
{
    const char *path = scratch_path(*state, "key");
    const pair pairs[PAIRS_MAX] = {{"MCPAUTH_SERVER", HOST ENC},
        {"MCPAUTH_PRIVATE_KEY_FILE", path}, {"OAUTH_CLIENT_ID", "c"},
        {"OAUTH_M2M_SCOPES", "machines"}};
    scratch_write(path, ma_span_of(EC_JWK "\n"), 0600);
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(apply(pairs, config, NULL), MCPAUTH_OK);
    assert_true(mcpauth_config_has(config, "private_key"));
    assert_int_equal(mcpauth_config_mode(config), MCPAUTH_MODE_M2M);
    assert_setting(config, "scope", "machines");

    MA_AUTO(mcpauth_config) other = mcpauth_config_new();
    assert_int_equal(
        mcpauth_config_set(other, "client_secret", "s", NULL), MCPAUTH_OK);
    assert_int_equal(apply(pairs, other, NULL), MCPAUTH_OK);
    assert_false(mcpauth_config_has(other, "private_key"));

    MA_AUTO(mcpauth_config) third = mcpauth_config_new();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    scratch_write(path, ma_span_of(EC_JWK), 0644);
    assert_int_equal(apply(pairs, third, err), MCPAUTH_E_USAGE);
    const char *said = mcpauth_error_message(err);
    assert_ptr_equal(
        strstr(said, "the environment variable MCPAUTH_PRIVATE_KEY_FILE: /"),
        said);
    assert_non_null(strstr(said, "others may read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_samples_names_fill_a_configuration_seed_27),
        cmocka_unit_test(a_server_is_found_seed_26_seed_45),
        cmocka_unit_test(ours_win_and_blank_counts_as_unset),
        cmocka_unit_test(m2m_scopes_wait_for_mode_m2m_seed_14),
        cmocka_unit_test(what_is_set_stays),
        cmocka_unit_test(a_configured_runtime_is_known_as_one_A_011),
        cmocka_unit_test(words_and_options_of_a_person_win),
        cmocka_unit_test(the_server_word_can_be_asked_for),
        cmocka_unit_test(bad_values_are_refused_by_variable_seed_28),
        cmocka_unit_test(the_missing_are_named_at_once_seed_27_seed_19),
        cmocka_unit_test_setup_teardown(
            a_key_comes_from_the_file_that_is_named_A_183_S_047, scratch_setup,
            scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
