/* passwordgrant.h - a login with username and password, as far as the flow
 * sees it.
 *
 * How it is spoken is the business of the layer that knows the identity
 * provider (agentcore/cognito.h); it gives the flow these two pure functions
 * through ma_config_set_password_grant. */
#ifndef MA_OAUTH_PASSWORDGRANT_H
#define MA_OAUTH_PASSWORDGRANT_H

#include "oauth/config.h"
#include "oauth/request.h"
#include "oauth/tokenanswer.h"

typedef struct ma_password_grant {
    /* Builds the POST that logs the configuration's user in at issuer. */
    mcpauth_status (*write)(const mcpauth_config *config, const char *issuer,
        ma_request *request, mcpauth_error *err);

    /* Reads its answer; errors as ma_tokenanswer_parse. */
    mcpauth_status (*parse)(
        int http_status, ma_span body, ma_tokenanswer *out, mcpauth_error *err);
} ma_password_grant;

#endif
