/* cognito_test.c - InitiateAuth, asked and answered, from tables. */
#include "agentcore/cognito.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define ISSUER "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC123"

/* Printed by: printf 'testuser@example.com1example23456789' |
 * openssl dgst -sha256 -hmac client-secret-value -binary | base64 */
#define KNOWN_HASH "M1I9/EK9QIK9FzhYUPi6ERZheIFukmtjkc04agfXrh8="

static mcpauth_config *new_config(const char *secret)
{
    mcpauth_config *config = mcpauth_config_new();
    const char *const settings[][2] = {
        {"discovery_url", ISSUER},
        {"client_id", "1example23456789"},
        {"client_secret", secret},
        {"username", "testuser@example.com"},
        {"password", "p\"w\\d"},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        assert_int_equal(
            mcpauth_config_set(config, settings[i][0], settings[i][1], NULL),
            MCPAUTH_OK);
    return config;
}

static void issuers_are_recognised(void **state)
{
    (void)state;
    static const struct row {
        const char *url;
        bool is;
    } rows[] = {
        {ISSUER, true},
        {ISSUER "/.well-known/openid-configuration", true},
        {"https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_a", true},
        {"http://cognito-idp.us-east-1.amazonaws.com/p", false},
        {"https://cognito-idp.us-east-1.amazonaws.com", false},
        {"https://cognito-idp.us-east-1.amazonaws.com.evil.test/p", false},
        {"https://xcognito-idp.us-east-1.amazonaws.com/p", false},
        {"https://evil.test/cognito-idp.us-east-1.amazonaws.com/p", false},
        {"https://d.auth.us-east-1.amazoncognito.com/p", false},
        {"cognito-idp", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(ma_cognito_is_issuer(rows[i].url), rows[i].is);
}

static void the_api_is_at_the_origin_of_the_issuer(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {ISSUER, "https://cognito-idp.us-east-1.amazonaws.com/"},
        {"https://my-pool.auth.eu-west-1.amazoncognito.com",
            "https://cognito-idp.eu-west-1.amazonaws.com/"},
        {"http://localhost:9229/local_pool", "http://localhost:9229/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) url = ma_buf_init(MA_URL_MAX);
        assert_int_equal(
            ma_cognito_write_api(&url, rows[i][0], NULL), MCPAUTH_OK);
        assert_string_equal(ma_buf_text(&url), rows[i][1]);
    }
    MA_SCOPED(ma_buf) none = ma_buf_init(MA_URL_MAX);
    assert_int_equal(
        ma_cognito_write_api(&none, "us-east-1_AbC", NULL), MCPAUTH_E_USAGE);
}

static void secret_hash_matches_the_known_vector_seed_30(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) hash = ma_buf_init(64);
    assert_int_equal(
        ma_cognito_write_secret_hash(&hash, ma_span_of("client-secret-value"),
            ma_span_of("testuser@example.com"), ma_span_of("1example23456789"),
            NULL),
        MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&hash), KNOWN_HASH);
}

static void login_is_an_initiate_auth_seed_29(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = new_config(NULL);
    MA_SCOPED(ma_request) request = {0};
    assert_int_equal(
        ma_cognito_write_login(config, ISSUER, &request, NULL), MCPAUTH_OK);
    assert_string_equal(request.view.method, "POST");
    assert_int_equal(request.view.redirects, 0);
    assert_string_equal(ma_buf_text(&request.url),
        "https://cognito-idp.us-east-1.amazonaws.com/");
    assert_string_equal(mcpauth_headers_get(request.headers, "Content-Type"),
        "application/x-amz-json-1.1");
    assert_string_equal(mcpauth_headers_get(request.headers, "X-Amz-Target"),
        "AWSCognitoIdentityProviderService.InitiateAuth");
    assert_null(mcpauth_headers_get(request.headers, "Authorization"));
    assert_string_equal(ma_buf_text(&request.body),
        "{\"AuthFlow\":\"USER_PASSWORD_AUTH\","
        "\"ClientId\":\"1example23456789\",\"AuthParameters\":{"
        "\"USERNAME\":\"testuser@example.com\","
        "\"PASSWORD\":\"p\\\"w\\\\d\"}}");
}

static void login_of_a_client_with_a_secret_proves_it_seed_30(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = new_config("client-secret-value");
    MA_SCOPED(ma_request) request = {0};
    assert_int_equal(
        ma_cognito_write_login(config, ISSUER, &request, NULL), MCPAUTH_OK);
    const char *body = ma_buf_text(&request.body);
    assert_non_null(strstr(body, ",\"SECRET_HASH\":\"" KNOWN_HASH "\"}}"));
    assert_null(strstr(body, "client-secret-value"));
}

static void a_password_needs_an_issuer_of_the_users_choice_S_031(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = new_config(NULL);
    assert_int_equal(
        mcpauth_config_set(config, "discovery_url", NULL, NULL), MCPAUTH_OK);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_request) request = {0};
    assert_int_equal(ma_cognito_write_login(config, ISSUER, &request, err),
        MCPAUTH_E_UNTRUSTED);
    assert_string_equal(mcpauth_error_hint(err), "set OAUTH_DISCOVERY_URL");
    assert_int_equal(request.body.len, 0);
}

static void a_login_without_its_parts_names_the_variable_seed_27(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"client_id", "OAUTH_CLIENT_ID"},
        {"username", "OAUTH_TEST_USERNAME"},
        {"password", "OAUTH_TEST_PASSWORD"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_config) config = new_config(NULL);
        assert_int_equal(
            mcpauth_config_set(config, rows[i][0], NULL, NULL), MCPAUTH_OK);
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_request) request = {0};
        assert_int_equal(ma_cognito_write_login(config, ISSUER, &request, err),
            MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), rows[i][1]));
    }
}

/* seed-29: the access token, not the ID token. */
static void a_grant_is_its_access_token_seed_29(void **state)
{
    (void)state;
    static const char body[] =
        "{\"AuthenticationResult\":{\"AccessToken\":\"acc.ess.1\","
        "\"IdToken\":\"id.tok.en\",\"RefreshToken\":\"refresh-1\","
        "\"ExpiresIn\":3600,\"TokenType\":\"Bearer\"},"
        "\"ChallengeParameters\":{}}";
    MA_SCOPED(ma_tokenanswer) answer = {0};
    assert_int_equal(
        ma_cognito_parse_answer(200, ma_span_of(body), &answer, NULL),
        MCPAUTH_OK);
    assert_string_equal(ma_secret_text(answer.access_token), "acc.ess.1");
    assert_string_equal(ma_secret_text(answer.refresh_token), "refresh-1");
    assert_int_equal(answer.expires_in_s, 3600);
}

static void a_refresh_brings_no_new_refresh_token(void **state)
{
    (void)state;
    static const char body[] =
        "{\"AuthenticationResult\":{\"AccessToken\":\"a\"}}";
    MA_SCOPED(ma_tokenanswer) answer = {0};
    assert_int_equal(
        ma_cognito_parse_answer(200, ma_span_of(body), &answer, NULL),
        MCPAUTH_OK);
    assert_null(answer.refresh_token);
    assert_int_equal(answer.expires_in_s, -1);
}

static void a_success_without_a_token_is_none(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{}",
        "{\"AuthenticationResult\":{\"IdToken\":\"i\"}}",
        "{\"AuthenticationResult\":{\"AccessToken\":\"\"}}",
        "{\"AuthenticationResult\":{\"AccessToken\":\"a\\r\\nX: y\"}}",
        "{\"AuthenticationResult\":{\"AccessToken\":7}}",
        ("{\"AuthenticationResult\":{\"AccessToken\":\"a\","
         "\"TokenType\":\"mac\"}}"),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        MA_SCOPED(ma_tokenanswer) answer = {0};
        assert_int_equal(
            ma_cognito_parse_answer(200, ma_span_of(bodies[i]), &answer, NULL),
            MCPAUTH_E_PROTOCOL);
        assert_null(answer.access_token);
    }
}

/* seed-41: status, the server's words, and a hint. */
static void refusals_keep_the_words_and_advise_seed_41(void **state)
{
    (void)state;
    static const struct row {
        int http_status;
        const char *body;
        mcpauth_status status;
        const char *code, *description, *hint;
    } rows[] = {
        {400,
            "{\"__type\":\"NotAuthorizedException\","
            "\"message\":\"Incorrect username or password.\"}",
            MCPAUTH_E_REFUSED, "NotAuthorizedException",
            "Incorrect username or password.", "OAUTH_TEST_PASSWORD"},
        {400,
            "{\"__type\":\"com.amazonaws.cognito#NotAuthorizedException\","
            "\"message\":\"Client 1ex is configured with secret but "
            "SECRET_HASH was not received\"}",
            MCPAUTH_E_REFUSED, "NotAuthorizedException",
            "Client 1ex is configured with secret but SECRET_HASH was not "
            "received",
            "set OAUTH_CLIENT_SECRET"},
        {400,
            "{\"__type\":\"NotAuthorizedException\",\"message\":\"Unable to "
            "verify secret hash for client 1ex\"}",
            MCPAUTH_E_REFUSED, "NotAuthorizedException",
            "Unable to verify secret hash for client 1ex",
            "check OAUTH_CLIENT_SECRET"},
        {400,
            "{\"__type\":\"NotAuthorizedException\","
            "\"message\":\"Refresh Token has expired\"}",
            MCPAUTH_E_REFUSED, "NotAuthorizedException",
            "Refresh Token has expired", "log in again"},
        {400,
            "{\"__type\":\"InvalidParameterException\","
            "\"message\":\"USER_PASSWORD_AUTH flow not enabled for this "
            "client\"}",
            MCPAUTH_E_REFUSED, "InvalidParameterException",
            "USER_PASSWORD_AUTH flow not enabled for this client",
            "--explicit-auth-flows ALLOW_USER_PASSWORD_AUTH"},
        {400, "{\"__type\":\"UserNotConfirmedException\"}", MCPAUTH_E_REFUSED,
            "UserNotConfirmedException", NULL, "admin-confirm-sign-up"},
        {400,
            "{\"__type\":\"ResourceNotFoundException\",\"Message\":\"User pool "
            "client 1ex does not exist.\"}",
            MCPAUTH_E_REFUSED, "ResourceNotFoundException",
            "User pool client 1ex does not exist.", "OAUTH_CLIENT_ID"},
        {400,
            "{\"__type\":\"TooManyRequestsException\","
            "\"message\":\"Too many requests\"}",
            MCPAUTH_E_HTTP, "TooManyRequestsException", "Too many requests",
            "later"},
        {500, "{\"__type\":\"InternalErrorException\"}", MCPAUTH_E_HTTP,
            "InternalErrorException", NULL, NULL},
        {400, "{\"__type\":\"SomethingNewException\",\"message\":\"no\"}",
            MCPAUTH_E_REFUSED, "SomethingNewException", "no", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_tokenanswer) answer = {0};
        assert_int_equal(ma_cognito_parse_answer(rows[i].http_status,
                             ma_span_of(rows[i].body), &answer, err),
            rows[i].status);
        assert_int_equal(mcpauth_error_http_status(err), rows[i].http_status);
        assert_string_equal(mcpauth_error_server_code(err), rows[i].code);
        if (rows[i].description)
            assert_string_equal(
                mcpauth_error_server_description(err), rows[i].description);
        if (rows[i].hint)
            assert_non_null(strstr(mcpauth_error_hint(err), rows[i].hint));
        else
            assert_null(mcpauth_error_hint(err));
    }
}

static void a_challenge_is_named(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"NEW_PASSWORD_REQUIRED", "admin-set-user-password"},
        {"SOFTWARE_TOKEN_MFA", "--mode interactive"},
        {"SMS_MFA", "--mode interactive"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) body = ma_buf_init(256);
        ma_buf_addf(&body, "{\"ChallengeName\":\"%s\",\"Session\":\"s3ss\"}",
            rows[i][0]);
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_tokenanswer) answer = {0};
        assert_int_equal(
            ma_cognito_parse_answer(200, ma_buf_span(&body), &answer, err),
            MCPAUTH_E_LOGIN_REQUIRED);
        assert_string_equal(mcpauth_error_server_code(err), rows[i][0]);
        assert_non_null(strstr(mcpauth_error_message(err), rows[i][0]));
        assert_non_null(strstr(mcpauth_error_hint(err), rows[i][1]));
        assert_null(strstr(mcpauth_error_message(err), "s3ss"));
    }
}

/* seed-41: a body that is no JSON is shown. */
static void a_foreign_answer_is_shown_seed_41(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_tokenanswer) answer = {0};
    assert_int_equal(ma_cognito_parse_answer(
                         404, ma_span_of("<h1>Not \x1b[31mhere"), &answer, err),
        MCPAUTH_E_HTTP);
    assert_int_equal(mcpauth_error_http_status(err), 404);
    assert_non_null(strstr(mcpauth_error_message(err), "<h1>Not "));
    assert_null(strchr(mcpauth_error_message(err), '\x1b'));
}

static void a_damaged_grant_is_not_shown(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"AuthenticationResult\":{\"AccessToken\":\"canary\",\"Acc",
        "[\"canary\"]",
        "canary",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_tokenanswer) answer = {0};
        assert_int_equal(
            ma_cognito_parse_answer(200, ma_span_of(bodies[i]), &answer, err),
            MCPAUTH_E_PROTOCOL);
        assert_null(strstr(mcpauth_error_message(err), "canary"));
    }
}

static void the_flow_gets_both_halves(void **state)
{
    (void)state;
    const ma_password_grant *grant = ma_cognito_password_grant();
    assert_ptr_equal(grant->write, ma_cognito_write_login);
    assert_ptr_equal(grant->parse, ma_cognito_parse_answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issuers_are_recognised),
        cmocka_unit_test(the_api_is_at_the_origin_of_the_issuer),
        cmocka_unit_test(secret_hash_matches_the_known_vector_seed_30),
        cmocka_unit_test(login_is_an_initiate_auth_seed_29),
        cmocka_unit_test(login_of_a_client_with_a_secret_proves_it_seed_30),
        cmocka_unit_test(a_password_needs_an_issuer_of_the_users_choice_S_031),
        cmocka_unit_test(a_login_without_its_parts_names_the_variable_seed_27),
        cmocka_unit_test(a_grant_is_its_access_token_seed_29),
        cmocka_unit_test(a_refresh_brings_no_new_refresh_token),
        cmocka_unit_test(a_success_without_a_token_is_none),
        cmocka_unit_test(refusals_keep_the_words_and_advise_seed_41),
        cmocka_unit_test(a_challenge_is_named),
        cmocka_unit_test(a_foreign_answer_is_shown_seed_41),
        cmocka_unit_test(a_damaged_grant_is_not_shown),
        cmocka_unit_test(the_flow_gets_both_halves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
