/* token.h - what is known about a token, read from its record. */
#ifndef MCPAUTH_TOKEN_H
#define MCPAUTH_TOKEN_H

#include <mcpauth/config.h>
#include <mcpauth/store.h>

MCPAUTH_BEGIN_DECLS

typedef struct mcpauth_token mcpauth_token;

/* Reads the token in a record; *out_token is NULL when it holds none.
 * E_STORE: the record is not one of ours. */
MCPAUTH_API mcpauth_status mcpauth_token_parse(const mcpauth_record *record,
    mcpauth_token **out_token, mcpauth_error *err);

/* Wipes and frees.  NULL is allowed. */
MCPAUTH_API void mcpauth_token_free(mcpauth_token *token);

/* The access token itself: a secret, lent. */
MCPAUTH_API const char *mcpauth_token_access(const mcpauth_token *token);

/* "Bearer"; "N_A" for an ID token, which is nobody's but the identity
 * provider's; or "DPoP": then it is good only with a proof of the key that it
 * is bound to (RFC 9449), as mcpauth_caller_proof makes them.  Static. */
MCPAUTH_API const char *mcpauth_token_type(const mcpauth_token *token);

/* Who gave it; lent. */
MCPAUTH_API const char *mcpauth_token_issuer(const mcpauth_token *token);

/* For which resource (RFC 8707); lent. */
MCPAUTH_API const char *mcpauth_token_resource(const mcpauth_token *token);

/* To which client; lent. */
MCPAUTH_API const char *mcpauth_token_client_id(const mcpauth_token *token);

/* Granted scope, space separated; NULL when neither asked for nor told. */
MCPAUTH_API const char *mcpauth_token_scope(const mcpauth_token *token);

/* The mode it was obtained in. */
MCPAUTH_API mcpauth_mode mcpauth_token_mode(const mcpauth_token *token);

/* Its end, in milliseconds since 1970; 0: the server did not say. */
MCPAUTH_API int64_t mcpauth_token_expires_at_ms(const mcpauth_token *token);

/* When it was received, in milliseconds since 1970. */
MCPAUTH_API int64_t mcpauth_token_obtained_at_ms(const mcpauth_token *token);

/* It can be renewed with nobody present: by a refresh token, because it is
 * machine to machine, or by the identity provider while the login there lasts.
 */
MCPAUTH_API bool mcpauth_token_renewable(const mcpauth_token *token);

/* Good for another min_valid_ms, seen from now_ms: not past its expiry, nor so
 * near to it that it is renewed first (60 s, half its life if that is
 * shorter).  Without a known expiry it is good until a server refuses it. */
MCPAUTH_API bool mcpauth_token_fresh(
    const mcpauth_token *token, int64_t now_ms, int64_t min_valid_ms);

MCPAUTH_END_DECLS

#endif
