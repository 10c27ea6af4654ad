/* issue.h - the tokens an authorization server gives, and the answers they
 * come in. */
#ifndef MA_SANDBOX_ISSUE_H
#define MA_SANDBOX_ISSUE_H

#include "sandbox/idp.h"

/* What an access token says. */
typedef struct {
    const char *client_id;
    const char *scope;
    const char *username; /* NULL: the client itself */
    const char *resource; /* becomes aud; NULL: none */
} ma_grant;

/* Appends an access token with Cognito's claims. */
void ma_issue_access(ma_idp *idp, const ma_grant *grant, ma_buf *to);
void ma_issue_id(ma_idp *idp, const ma_login *login, ma_buf *to);

/* Appends the value of expires_in: a number, unless a fault says otherwise. */
void ma_issue_expires_in(const ma_idp *idp, ma_buf *to);

/* The token answer of client_credentials. */
void ma_issue_machine(ma_idp *idp, const ma_grant *grant, ma_visit *visit);

/* The token answer of a login.  again: by its refresh token. */
void ma_issue_login(ma_idp *idp, ma_login *login, bool again, ma_visit *visit);

/* What a login's access token says; lent. */
ma_grant ma_issue_grant(const ma_login *login);

#endif
