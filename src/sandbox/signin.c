/* signin.c - see signin.h. */
#include "sandbox/signin.h"

#include <string.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/json.h"
#include "sandbox/issue.h"

#define API_TYPE "application/x-amz-json-1.1"

enum { MESSAGE_MAX = 1024 };

/* Users with the same password; error or challenge is what they get. */
static const struct {
    const char *name;
    const char *error;
    const char *message;
    const char *challenge;
} users[] = {
    {.name = MA_WORLD_USERNAME},
    {.name = "sandbox-new", .challenge = "NEW_PASSWORD_REQUIRED"},
    {.name = "sandbox-mfa", .challenge = "SOFTWARE_TOKEN_MFA"},
    {.name = "sandbox-unconfirmed",
        .error = "UserNotConfirmedException",
        .message = "User is not confirmed."},
    {.name = "sandbox-reset",
        .error = "PasswordResetRequiredException",
        .message = "Password reset required for the user"},
};

enum { USERS = sizeof users / sizeof *users };

static void refuse(ma_visit *visit, const char *type, const char *message)
{
    ma_visit_answer(visit, 400, API_TYPE);
    ma_visit_set(visit, "x-amzn-ErrorType", "%s:", type);
    ma_visit_set(visit, "x-amzn-ErrorMessage", "%s", message);
    ma_buf_addf(&visit->reply, "{\"__type\":\"%s\",\"message\":", type);
    ma_json_write_string(&visit->reply, ma_span_of(message));
    ma_buf_add_byte(&visit->reply, '}');
}

static void refuse_client(ma_visit *visit, const char *before,
    const ma_client *client, const char *after)
{
    MA_SCOPED(ma_buf) message = ma_buf_init(MESSAGE_MAX);
    ma_buf_addf(&message, "%s %s%s", before, client->id, after);
    refuse(visit, "NotAuthorizedException", ma_buf_text(&message));
}

/* --- who asks ------------------------------------------------------------ */

/* base64(HMAC-SHA256(secret, username + client id)). */
static bool verify_hash(
    const ma_client *client, const char *username, const char *hash)
{
    MA_SCOPED(ma_buf) message = ma_buf_init(MESSAGE_MAX);
    MA_SCOPED(ma_buf) good = ma_buf_init(MESSAGE_MAX);
    unsigned char mac[MA_SHA256_LEN];
    ma_buf_addf(&message, "%s%s", username, client->id);
    if (ma_crypto_hmac_sha256(
            ma_span_of(client->secret), ma_buf_span(&message), mac, NULL))
        return false;
    ma_base64_write(&good, ma_span_make((const char *)mac, sizeof mac));
    return ma_span_is(ma_buf_span(&good), hash);
}

/* Answers and returns false when the client may not ask for username. */
static bool check_client(const ma_client *client, const char *username,
    const ma_json *parameters, ma_visit *visit)
{
    const char *hash = ma_json_text(parameters, "SECRET_HASH");
    if (!client) {
        refuse(visit, "ResourceNotFoundException",
            "User pool client does not exist.");
        return false;
    }
    if (client->secret && !hash) {
        refuse_client(visit, "Client", client,
            " is configured with secret but SECRET_HASH was not received");
        return false;
    }
    if (client->secret && !verify_hash(client, username, hash)) {
        refuse_client(
            visit, "Unable to verify secret hash for client", client, "");
        return false;
    }
    if (ma_clients_lists(client->grants, ma_span_of("password")))
        return true;
    refuse(visit, "InvalidParameterException",
        "USER_PASSWORD_AUTH flow not enabled for this client");
    return false;
}

/* --- flows --------------------------------------------------------------- */

/* again: by a refresh token, which stays as it is. */
static void answer_tokens(
    ma_idp *idp, const ma_login *login, bool again, ma_visit *visit)
{
    ma_grant grant = ma_issue_grant(login);
    ma_visit_answer(visit, 200, API_TYPE);
    ma_buf_add_text(
        &visit->reply, "{\"AuthenticationResult\":{\"AccessToken\":\"");
    ma_issue_access(idp, &grant, &visit->reply);
    ma_buf_add_text(&visit->reply, "\",\"ExpiresIn\":");
    ma_issue_expires_in(idp, &visit->reply);
    ma_buf_add_text(&visit->reply, ",\"IdToken\":\"");
    ma_issue_id(idp, login, &visit->reply);
    if (!again) {
        ma_buf_add_text(&visit->reply, "\",\"RefreshToken\":\"");
        ma_idp_write_refresh(idp, login, &visit->reply);
    }
    ma_buf_add_text(&visit->reply, "\",\"TokenType\":\"Bearer\"},"
                                   "\"ChallengeParameters\":{}}");
    visit->place = MA_PLACE_TOKEN;
}

/* NULL when out of memory; such tokens have this scope only. */
static ma_login *make_login(const ma_client *client, const char *username)
{
    MA_AUTO(ma_login) login = ma_calloc(1, sizeof *login);
    if (!login)
        return NULL;
    login->client_id = ma_strdup(client->id);
    login->username = ma_strdup(username);
    login->scope = ma_strdup("aws.cognito.signin.user.admin");
    login->code_used = true;
    bool whole = login->client_id && login->username && login->scope;
    return whole ? ma_move(&login) : NULL;
}

static void challenge(const char *name, const char *username, ma_visit *visit)
{
    ma_visit_answer(visit, 200, API_TYPE);
    ma_buf_addf(&visit->reply,
        "{\"ChallengeName\":\"%s\",\"ChallengeParameters\":{"
        "\"USER_ID_FOR_SRP\":\"%s\",\"requiredAttributes\":\"[]\","
        "\"userAttributes\":\"{}\"},\"Session\":\"session-CANARY-0d44\"}",
        name, username);
}

static void sign_in(ma_idp *idp, const ma_client *client,
    const ma_json *parameters, ma_visit *visit)
{
    const char *username = ma_json_text(parameters, "USERNAME");
    const char *password = ma_json_text(parameters, "PASSWORD");
    if (!username || !password) {
        refuse(visit, "InvalidParameterException",
            "Missing required parameter USERNAME");
        return;
    }
    if (!check_client(client, username, parameters, visit))
        return;
    size_t i = 0;
    while (i < USERS && strcmp(users[i].name, username) != 0)
        i++;
    if (i == USERS || strcmp(password, MA_WORLD_PASSWORD) != 0) {
        refuse(
            visit, "NotAuthorizedException", "Incorrect username or password.");
        return;
    }
    if (users[i].error) {
        refuse(visit, users[i].error, users[i].message);
        return;
    }
    if (users[i].challenge) {
        challenge(users[i].challenge, username, visit);
        return;
    }
    ma_login *login = make_login(client, username);
    if (login && !ma_idp_add_login(idp, login))
        answer_tokens(idp, login, false, visit);
}

/* Refused where refresh tokens rotate. */
static void refresh(ma_idp *idp, const ma_client *client,
    const ma_json *parameters, ma_visit *visit)
{
    ma_faults *faults = &idp->world->faults;
    const char *token = ma_json_text(parameters, "REFRESH_TOKEN");
    bool refused = ma_idp_rotates(idp) ||
                   ma_faults_strike(faults, MA_FAULT_REFRESH_REFUSED);
    const ma_login *login = token ? ma_idp_find_refresh(idp, token) : NULL;
    const char *username = login ? login->username : "";
    if (!check_client(client, username, parameters, visit))
        return;
    if (refused || !login || strcmp(login->client_id, client->id) != 0)
        refuse(visit, "NotAuthorizedException", "Invalid Refresh Token");
    else
        answer_tokens(idp, login, true, visit);
}

/* --- endpoint ------------------------------------------------------------ */

static void initiate(ma_idp *idp, const ma_json *request, ma_visit *visit)
{
    const char *flow = ma_json_text(request, "AuthFlow");
    const ma_json *parameters = ma_json_get_object(request, "AuthParameters");
    const char *id = ma_json_text(request, "ClientId");
    const ma_client *client = ma_clients_get(&idp->clients, id);
    if (flow)
        ma_visit_note(visit, "auth_flow", ma_span_of(flow));
    if (flow && !strcmp(flow, "USER_PASSWORD_AUTH"))
        sign_in(idp, client, parameters, visit);
    else if (flow && !strncmp(flow, "REFRESH_TOKEN", 13))
        refresh(idp, client, parameters, visit);
    else
        refuse(visit, "InvalidParameterException",
            "1 validation error detected: unknown AuthFlow");
}

void ma_signin_answer(ma_idp *idp, ma_visit *visit)
{
    static const char wanted[] =
        "AWSCognitoIdentityProviderService.InitiateAuth";
    ma_faults *faults = &idp->world->faults;
    const char *target = ma_visit_field(visit, "X-Amz-Target");
    MA_AUTO(ma_json) request = NULL;
    if (!target || strcmp(target, wanted) != 0)
        refuse(visit, "UnknownOperationException", "");
    else if (ma_faults_strike(faults, MA_FAULT_TOKEN_429))
        refuse(visit, "TooManyRequestsException", "Rate exceeded");
    else if (ma_faults_strike(faults, MA_FAULT_TOKEN_5XX))
        ma_visit_answer(visit, 503, NULL);
    else if (ma_json_parse_object(ma_buf_span(&visit->body), &request, NULL))
        refuse(visit, "SerializationException", "");
    else
        initiate(idp, request, visit);
}
