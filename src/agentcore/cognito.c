/* cognito.c - InitiateAuth of Amazon Cognito, as requests and answers. */
#include "agentcore/cognito.h"

#include <string.h>

#include "agentcore/arn.h"
#include "base/alloc.h"
#include "base/base64.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"

#define TARGET "AWSCognitoIdentityProviderService.InitiateAuth"

enum { NAMES_MAX = 8192 };

/* --- recognising --------------------------------------------------------- */

/* cognito-idp.<region>.amazonaws.com */
static bool is_service(const char *host)
{
    static const char prefix[] = "cognito-idp.";
    if (strncmp(host, prefix, strlen(prefix)))
        return false;
    ma_span rest = ma_span_of(host + strlen(prefix));
    return ma_arn_is_region(ma_span_cut(&rest, '.')) &&
           (ma_span_is(rest, "amazonaws.com") ||
               ma_span_is(rest, "amazonaws.com.cn"));
}

/* The region of <name>.auth.<region>.amazoncognito.com; empty for others. */
static ma_span find_domain_region(const char *host)
{
    static const char middle[] = ".auth.";
    const char *at = strstr(host, middle);
    ma_span rest = ma_span_of(at ? at + strlen(middle) : NULL);
    ma_span region = ma_span_cut(&rest, '.');
    if (!ma_span_is(rest, "amazoncognito.com") || !ma_arn_is_region(region))
        return (ma_span){0};
    return region;
}

bool ma_cognito_is_issuer(const char *url)
{
    MA_SCOPED(ma_url) parsed = {0};
    return !ma_url_parse(ma_span_of(url), &parsed, NULL) && parsed.https &&
           parsed.path.len > 1 && is_service(parsed.host);
}

mcpauth_status ma_cognito_write_api(
    ma_buf *to, const char *issuer, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(issuer), &url, err);
    if (st)
        return ma_error_in(err, st, "the issuer");
    ma_span region = find_domain_region(url.host);
    if (region.len) {
        ma_buf_add_text(to, "https://cognito-idp.");
        ma_buf_add_span(to, region);
        ma_buf_add_text(to, ".amazonaws.com/");
        return ma_buf_status(to, "the URL of Cognito's API", err);
    }
    ma_url_write_origin(to, &url);
    ma_buf_add_byte(to, '/');
    return ma_buf_status(to, "the URL of Cognito's API", err);
}

/* --- asking -------------------------------------------------------------- */

mcpauth_status ma_cognito_write_secret_hash(ma_buf *to, ma_span secret,
    ma_span username, ma_span client_id, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) message = ma_buf_init(NAMES_MAX);
    ma_buf_add_span(&message, username);
    ma_buf_add_span(&message, client_id);
    mcpauth_status st = ma_buf_status(&message, "username and client id", err);
    if (st)
        return st;
    unsigned char hash[MA_SHA256_LEN];
    st = ma_crypto_hmac_sha256(secret, ma_buf_span(&message), hash, err);
    if (st)
        return st;
    ma_base64_write(to, ma_span_make((const char *)hash, sizeof hash));
    return ma_buf_status(to, "the secret hash", err);
}

static void add_member(ma_buf *body, const char *name, ma_span value)
{
    if (!ma_span_ends(ma_buf_span(body), "{"))
        ma_buf_add_byte(body, ',');
    ma_json_write_string(body, ma_span_of(name));
    ma_buf_add_byte(body, ':');
    ma_json_write_string(body, value);
}

static mcpauth_status need(const mcpauth_config *config,
    ma_config_setting setting, const char *variable, mcpauth_error *err)
{
    if (ma_config_span(config, setting).len)
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "a login with a password needs %s, which is not set", variable);
}

/* Everything up to the first of AuthParameters. */
static mcpauth_status start_request(const mcpauth_config *config,
    const char *issuer, const char *auth_flow, ma_request *request,
    mcpauth_error *err)
{
    mcpauth_status st =
        need(config, MA_CONFIG_CLIENT_ID, "OAUTH_CLIENT_ID", err);
    if (st)
        return st;
    MA_SCOPED(ma_buf) url = ma_buf_init(MA_URL_MAX);
    st = ma_cognito_write_api(&url, issuer, err);
    if (!st)
        st = ma_request_post(
            request, ma_buf_text(&url), "application/x-amz-json-1.1", err);
    if (!st)
        st = mcpauth_headers_add(request->headers, "X-Amz-Target", TARGET, err);
    if (st)
        return st;
    ma_buf_add_byte(&request->body, '{');
    add_member(&request->body, "AuthFlow", ma_span_of(auth_flow));
    add_member(&request->body, "ClientId",
        ma_config_span(config, MA_CONFIG_CLIENT_ID));
    ma_buf_add_text(&request->body, ",\"AuthParameters\":{");
    return MCPAUTH_OK;
}

static mcpauth_status finish_request(
    const mcpauth_config *config, ma_request *request, mcpauth_error *err)
{
    ma_span secret = ma_config_span(config, MA_CONFIG_CLIENT_SECRET);
    if (secret.len) {
        MA_SCOPED(ma_buf) hash = ma_buf_init(64);
        mcpauth_status st = ma_cognito_write_secret_hash(&hash, secret,
            ma_config_span(config, MA_CONFIG_USERNAME),
            ma_config_span(config, MA_CONFIG_CLIENT_ID), err);
        if (st)
            return st;
        add_member(&request->body, "SECRET_HASH", ma_buf_span(&hash));
    }
    ma_buf_add_text(&request->body, "}}");
    return ma_buf_status(&request->body, "the login request", err);
}

/* An issuer that only the MCP server named may be anybody's, and a pool's owner
 * can read the passwords that are tried (S-031). */
static mcpauth_status check_issuer_is_chosen(
    const mcpauth_config *config, mcpauth_error *err)
{
    if (ma_config_text(config, MA_CONFIG_DISCOVERY_URL))
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "a password goes only to a user pool that you name, not to one that "
        "the MCP server names");
    ma_error_hint(err, "set OAUTH_DISCOVERY_URL");
    return st;
}

mcpauth_status ma_cognito_write_login(const mcpauth_config *config,
    const char *issuer, ma_request *request, mcpauth_error *err)
{
    mcpauth_status st = check_issuer_is_chosen(config, err);
    if (!st)
        st = need(config, MA_CONFIG_USERNAME, "OAUTH_TEST_USERNAME", err);
    if (!st)
        st = need(config, MA_CONFIG_PASSWORD, "OAUTH_TEST_PASSWORD", err);
    if (!st)
        st = start_request(config, issuer, "USER_PASSWORD_AUTH", request, err);
    if (st)
        return st;
    add_member(
        &request->body, "USERNAME", ma_config_span(config, MA_CONFIG_USERNAME));
    add_member(
        &request->body, "PASSWORD", ma_config_span(config, MA_CONFIG_PASSWORD));
    return finish_request(config, request, err);
}

/* --- refusals ------------------------------------------------------------ */

#define UPDATE_CLIENT                                                          \
    "aws cognito-idp update-user-pool-client --user-pool-id POOL "             \
    "--client-id ID --explicit-auth-flows ALLOW_USER_PASSWORD_AUTH "           \
    "ALLOW_REFRESH_TOKEN_AUTH (repeat its other settings, which it resets)"
#define SET_PASSWORD                                                           \
    "aws cognito-idp admin-set-user-password --user-pool-id POOL "             \
    "--username NAME --password NEW --permanent"

/* The first row that fits is taken: name, and words of the message. */
static const struct refusal {
    const char *name;
    const char *words; /* NULL: whatever it says */
    mcpauth_status status;
    const char *hint;
} refusals[] = {
    {"NotAuthorizedException", "SECRET_HASH was not received",
        MCPAUTH_E_REFUSED,
        "this app client has a secret: set OAUTH_CLIENT_SECRET too"},
    {"NotAuthorizedException", "ecret hash", MCPAUTH_E_REFUSED,
        "the secret is not this app client's, or it has none: check "
        "OAUTH_CLIENT_SECRET"},
    {"NotAuthorizedException", "efresh Token", MCPAUTH_E_REFUSED,
        "log in again"},
    {"NotAuthorizedException", "Incorrect username", MCPAUTH_E_REFUSED,
        "check OAUTH_TEST_USERNAME and OAUTH_TEST_PASSWORD"},
    {"InvalidParameterException", "not enabled", MCPAUTH_E_REFUSED,
        "allow it: " UPDATE_CLIENT},
    {"UserNotConfirmedException", NULL, MCPAUTH_E_REFUSED,
        "confirm the user: aws cognito-idp admin-confirm-sign-up "
        "--user-pool-id POOL --username NAME"},
    {"PasswordResetRequiredException", NULL, MCPAUTH_E_REFUSED,
        "set a password: " SET_PASSWORD},
    {"UserNotFoundException", NULL, MCPAUTH_E_REFUSED,
        "check OAUTH_TEST_USERNAME"},
    {"ResourceNotFoundException", NULL, MCPAUTH_E_REFUSED,
        "this region has no such app client: check OAUTH_CLIENT_ID and the "
        "region in OAUTH_DISCOVERY_URL"},
    {"TooManyRequestsException", NULL, MCPAUTH_E_HTTP, "try again later"},
    {"LimitExceededException", NULL, MCPAUTH_E_HTTP, "try again later"},
    {NULL, NULL, MCPAUTH_E_REFUSED, NULL},
};

static const struct refusal *find_refusal(ma_span name, const char *message)
{
    const struct refusal *row = refusals;
    while (row->name && (!ma_span_is(name, row->name) ||
                            (row->words && !strstr(message, row->words))))
        row++;
    return row;
}

/* "com.amazonaws.cognito#Name:http://..." is Name. */
static ma_span strip_type(const char *type)
{
    const char *hash = strrchr(type, '#');
    ma_span rest = ma_span_of(hash ? hash + 1 : type);
    return ma_span_cut(&rest, ':');
}

static mcpauth_status refuse_named(int http_status, const ma_json *answer,
    const char *type, mcpauth_error *err)
{
    const char *message = ma_json_text(answer, "message");
    if (!message)
        message = ma_json_text(answer, "Message");
    ma_span name = strip_type(type);
    const struct refusal *row = find_refusal(name, message ? message : "");
    mcpauth_status st =
        http_status >= 500 || http_status == 429 ? MCPAUTH_E_HTTP : row->status;
    (void)ma_error_set(err, st, "Cognito refused the login");
    ma_error_http_status(err, http_status);
    ma_error_server(err, name, ma_span_of(message), ma_span_of(NULL));
    if (row->hint)
        ma_error_hint(err, "%s", row->hint);
    return st;
}

static mcpauth_status refuse_challenge(
    const char *challenge, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_LOGIN_REQUIRED, "Cognito asks for more than a password");
    ma_error_server(
        err, ma_span_of(challenge), ma_span_of(NULL), ma_span_of(NULL));
    if (!strcmp(challenge, "NEW_PASSWORD_REQUIRED"))
        ma_error_hint(err, "make the password permanent: " SET_PASSWORD);
    ma_error_hint(err, "log in with --mode interactive, or use a test user "
                       "without a second factor");
    return st;
}

/* The body of a success is never shown: it may be a damaged grant. */
static mcpauth_status refuse_foreign(
    int http_status, ma_span body, mcpauth_error *err)
{
    if (http_status < 300)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the login got status %d with an answer that is none of Cognito's",
            http_status);
    MA_AUTO(ma_text) shown = ma_quote(body);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_HTTP,
        "the login got status %d with \"%s\"", http_status, shown ? shown : "");
    ma_error_http_status(err, http_status);
    ma_error_hint(err, "a login with a password works at Cognito only: check "
                       "OAUTH_DISCOVERY_URL");
    return st;
}

/* --- granted ------------------------------------------------------------- */

/* What may stand in a header (S-017). */
static bool is_sendable(const char *token)
{
    for (const char *at = token; *at; at++) {
        if (*at < 0x21 || *at > 0x7e)
            return false;
    }
    return *token != '\0';
}

static int64_t clamp_life(int64_t life_s)
{
    if (life_s < 0)
        return -1;
    return life_s < MA_TOKENANSWER_LIFE_MAX_S ? life_s
                                              : MA_TOKENANSWER_LIFE_MAX_S;
}

static mcpauth_status read_grant(
    const ma_json *result, ma_tokenanswer *out, mcpauth_error *err)
{
    const char *access = ma_json_text(result, "AccessToken");
    if (!access || !is_sendable(access))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "Cognito's answer has no usable AccessToken");
    const char *type = ma_json_text(result, "TokenType");
    if (type && !ma_span_is_nocase(ma_span_of(type), "Bearer"))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "Cognito's answer has a TokenType that is not Bearer");
    const char *refresh = ma_json_text(result, "RefreshToken");
    MA_SCOPED(ma_tokenanswer)
    answer = {.expires_in_s = clamp_life(ma_json_int(result, "ExpiresIn", -1))};
    mcpauth_status st =
        ma_secret_set(&answer.access_token, ma_span_of(access), err);
    if (!st && refresh)
        st = ma_secret_set(&answer.refresh_token, ma_span_of(refresh), err);
    if (st)
        return st;
    *out = answer;
    answer = (ma_tokenanswer){0};
    return MCPAUTH_OK;
}

mcpauth_status ma_cognito_parse_answer(
    int http_status, ma_span body, ma_tokenanswer *out, mcpauth_error *err)
{
    MA_AUTO(ma_json) answer = NULL;
    mcpauth_status st = ma_json_parse_object(body, &answer, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    if (st)
        return refuse_foreign(http_status, body, err);
    const char *type = ma_json_text(answer, "__type");
    if (type)
        return refuse_named(http_status, answer, type, err);
    if (http_status != 200)
        return refuse_foreign(http_status, body, err);
    const char *challenge = ma_json_text(answer, "ChallengeName");
    if (challenge)
        return refuse_challenge(challenge, err);
    return read_grant(
        ma_json_get_object(answer, "AuthenticationResult"), out, err);
}

const ma_password_grant *ma_cognito_password_grant(void)
{
    static const ma_password_grant grant = {
        ma_cognito_write_login, ma_cognito_parse_answer};
    return &grant;
}
