/* idp.h - the memory of an authorization server: its clients, and the logins
 * that people consented to.
 *
 * A login is a family in the sense of RFC 9700 4.14.2: its code and all of its
 * refresh tokens stand or fall together. */
#ifndef MA_SANDBOX_IDP_H
#define MA_SANDBOX_IDP_H

#include "sandbox/clients.h"
#include "sandbox/world.h"

/* What sets one kind of authorization server apart, as data. */
typedef struct {
    ma_sandbox_server server;
    const char *issuer_path; /* behind the origin */
    const char *code_kind;   /* of seals, see signer.h */
    const char *refresh_kind;
    int invalid_client_status;  /* RFC 6749 5.2 says 401, Cognito 400 */
    const char *redirect_error; /* for another redirect_uri with the code */
    bool rotates;               /* a new refresh token at each use */
    bool describes;             /* errors carry error_description */
    bool names_itself;          /* iss in the redirect (RFC 9207) */
    bool any_loopback_port;     /* RFC 8252 7.3 */
    bool has_error_page;        /* a bad redirect_uri leads to /error */
    bool issues_id_tokens;
    bool tells_scope;    /* scope in the token answer */
    bool binds_at_token; /* `resource` counts at the token endpoint */
} ma_idp_kind;

typedef struct {
    unsigned index;
    char *client_id;
    char *username;
    char *scope;
    char *redirect_uri; /* NULL: no code, a login by InitiateAuth */
    char *challenge;    /* S256; NULL: none */
    char *resource;     /* NULL: none */
    char *nonce;        /* NULL: none */
    int64_t made_ms;
    unsigned generation; /* of the refresh token that is good */
    bool code_used;
    bool revoked;
} ma_login;

typedef struct {
    ma_world *world;
    const ma_idp_kind *kind;
    ma_clients clients;
    ma_login **logins;
    size_t login_count;
} ma_idp;

extern const ma_idp_kind ma_idp_cognito;
extern const ma_idp_kind ma_idp_standard;

/* With the clients that are there from the start. */
mcpauth_status ma_idp_init(
    ma_idp *idp, ma_world *world, const ma_idp_kind *kind, mcpauth_error *err);
void ma_idp_done(ma_idp *idp);

void ma_idp_write_issuer(const ma_idp *idp, ma_buf *to);

/* Takes over login, also when it fails. */
mcpauth_status ma_idp_add_login(ma_idp *idp, ma_login *login);
void ma_idp_free_login(ma_login *login);
MA_AUTO_DEFINE(ma_login, ma_idp_free_login)

bool ma_idp_rotates(const ma_idp *idp);

/* The login a code stands for, while it can be redeemed: five minutes, once.
 * Using it again revokes what came of it (RFC 6749 4.1.2). */
ma_login *ma_idp_find_code(ma_idp *idp, const char *code);

/* The login of a refresh token that is good.  One that was rotated away
 * revokes the login (RFC 9700 4.14.2). */
ma_login *ma_idp_find_refresh(ma_idp *idp, const char *token);

void ma_idp_write_code(const ma_idp *idp, const ma_login *login, ma_buf *to);
void ma_idp_write_refresh(const ma_idp *idp, const ma_login *login, ma_buf *to);

#endif
