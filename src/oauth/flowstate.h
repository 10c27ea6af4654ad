/* flowstate.h - the inside of a flow, for the files that are its states.
 *
 * A state is what the flow waits for.  flow.c owns the table, the back-off and
 * the only assignment of the state; keeping.c (the record and its locks),
 * discovery.c, login.c, enrol.c, push.c, voucher.c, grant.c, introspection.c
 * and logout.c hold the rest, two small functions a state: `ask` writes the
 * step, `got` reads the answer and names what comes next. */
#ifndef MA_OAUTH_FLOWSTATE_H
#define MA_OAUTH_FLOWSTATE_H

#include <mcpauth/flow.h>

#include "base/auto.h"
#include "base/secret.h"
#include "oauth/attempt.h"
#include "oauth/challenge.h"
#include "oauth/clientauth.h"
#include "oauth/config.h"
#include "oauth/nonces.h"
#include "oauth/quirks.h"
#include "oauth/record.h"
#include "oauth/request.h"
#include "oauth/resource.h"
#include "oauth/server.h"
#include "oauth/token.h"
#include "oauth/tokenanswer.h"
#include "oauth/wellknown.h"

typedef enum {
    MA_FLOW_RECORD,            /* a first look, without lock */
    MA_FLOW_LOCK,              /* the lock it wants */
    MA_FLOW_LOCK_TURN,         /* someone else's turn to end */
    MA_FLOW_TURN_RECORD,       /* a look at what came of it */
    MA_FLOW_LOCKED_RECORD,     /* a look with the lock */
    MA_FLOW_RESOURCE_METADATA, /* RFC 9728 */
    MA_FLOW_SERVER_METADATA,   /* RFC 8414 or OpenID Connect Discovery */
    MA_FLOW_CALLBACK,          /* an address for the redirect */
    MA_FLOW_REGISTRATION,      /* RFC 7591 */
    MA_FLOW_PUSHED_REQUEST,    /* RFC 9126 */
    MA_FLOW_REDIRECT,          /* the person's answer */
    MA_FLOW_VOUCHER,           /* an assertion, from somebody else */
    MA_FLOW_MARKED,            /* that a refresh begins, to be durable */
    MA_FLOW_TOKEN,             /* the token endpoint */
    MA_FLOW_BACKOFF,           /* a while, before the same request again */
    MA_FLOW_INTROSPECTION,     /* RFC 7662 */
    MA_FLOW_REVOCATION,        /* RFC 7009 */
    MA_FLOW_UNREGISTRATION,    /* RFC 7592 */
    MA_FLOW_SAVED,             /* the record to be durable */
    MA_FLOW_CONFLICT_RECORD,   /* what someone saved in between */
    MA_FLOW_UNLOCKED,          /* a lock to be free again */
    MA_FLOW_END                /* nothing */
} ma_flow_state;

typedef enum {
    MA_GRANT_CLIENT_CREDENTIALS,
    MA_GRANT_REFRESH,
    MA_GRANT_CODE,
    MA_GRANT_PASSWORD,
    MA_GRANT_ASSERTION,
    MA_GRANT_EXCHANGE
} ma_grant_kind;

/* Where the client's id is from. */
typedef enum {
    MA_CLIENT_CONFIGURED,
    MA_CLIENT_DOCUMENT,  /* the URL of its document: good at every issuer */
    MA_CLIENT_REGISTERED /* by RFC 7591, or about to be */
} ma_client_kind;

struct mcpauth_flow {
    const mcpauth_config *config;
    mcpauth_flow_purpose purpose;
    bool interactive;
    bool keep_registration;
    int64_t min_valid_ms;
    int64_t login_timeout_ms;

    ma_flow_state state;
    bool asked; /* step is the step of state */
    mcpauth_step step;
    int64_t now_ms;
    int64_t until_ms;     /* LOCK_TURN, REDIRECT, BACKOFF */
    ma_flow_state resume; /* after BACKOFF */
    int tries;            /* of the request in hand */
    ma_request request;

    mcpauth_attempt *attempt; /* borrowed; NULL without a challenge */
    bool challenged;
    ma_challenge challenge;

    /* keeping; the arrays by mcpauth_lock_kind */
    ma_record record;
    int64_t version;
    mcpauth_token *token; /* of record; NULL: none */
    mcpauth_lock_kind wanted;
    bool held[2];
    bool unlockable[2]; /* this store cannot lock */
    int64_t waiting_since_ms;
    int64_t locked_at_ms;
    ma_flow_state after;   /* UNLOCKED; END: it is over */
    bool read_again;       /* a second time, for want of a lock */
    bool unsafe;           /* the lock failed: no refresh token is used up */
    mcpauth_error *unread; /* why the record could not be read; OK: it was */
    bool dirty;            /* record differs from what is stored */
    bool obtained;         /* its token was obtained by this flow */
    bool merging;          /* it is to go into what is stored by then */
    bool unsaved;          /* record has what could not be saved */
    bool remove;           /* SAVE is to remove it */
    int64_t cut_off_ms;    /* when a refresh began that was cut off; or 0 */
    int conflicts;

    /* discovery */
    ma_wellknown candidates;
    size_t candidate;
    ma_buf tried;   /* URLs without a document, for the message */
    bool vague;     /* one of them answered otherwise than by 4xx */
    char *resource; /* for RFC 8707 and the record */
    char *issuer;
    ma_resource resource_metadata; /* document NULL: injected or skipped */
    ma_server server;
    const ma_quirks *quirks;
    bool fallback;       /* by the rules of 2025-03-26; see fallback.h */
    bool places_assumed; /* server is no document, but what those rules say */

    /* grant */
    ma_grant_kind grant;
    bool refresh_done; /* tried in this flow, or not wanted */
    bool reregistered;
    char *client_id;
    ma_secret *client_secret; /* NULL: public */
    ma_client_kind client;
    ma_clientauth_method auth_method;
    const char *auth_alg;  /* of private_key_jwt */
    char *scope;           /* NULL: none is named */
    bool scope_narrowed;   /* the server would not have all of it */
    bool resource_refused; /* RFC 8707 `resource` is to be left out */
    void *reserve;         /* memory for a token answer and its record */

    /* voucher */
    ma_secret *voucher;     /* NULL: none was brought */
    bool vouched_twice;     /* another was wanted once, since one was refused */
    bool vouched_again;     /* and the same one was brought in its place */
    mcpauth_status refused; /* voucher, until another is there; OK: it is not */
    mcpauth_error *refusal; /* why */

    /* exchange */
    char *audience;
    char *exchanged_for; /* the resource */

    /* adoption */
    ma_tokenanswer adopted;
    ma_json *adopted_client; /* NULL: the configured one */
    char *adopted_issuer;    /* NULL: not known */
    char *adopted_request;   /* the scope; NULL: what was granted */
    int64_t adopted_at_ms;

    /* possession */
    bool proves;       /* a key, in requests to the authorization server */
    ma_key *key;       /* which one; NULL: none was needed yet */
    char *thumbprint;  /* of it (RFC 7638) */
    ma_nonces nonces;  /* of the authorization server */
    bool nonce_wanted; /* by the last answer */
    int64_t skew_ms;   /* its clock is ahead so much, as far as it matters */

    /* login */
    char *redirect_uri;
    bool any_port;       /* the registered address was taken */
    char *listen_at;     /* where to wait this time; NULL: as usual */
    bool enrol_plainly;  /* registration would not have our wishes */
    bool enrol_adjusted; /* it was asked for otherwise already */
    int browses;         /* times a person was sent away */
    char *request_uri;   /* what was pushed, until it is used; NULL */
    ma_secret *login_state;
    ma_secret *verifier;
    ma_secret *nonce;
    ma_secret *code;
    ma_buf url;

    /* introspection */
    ma_buf introspection; /* what is said of the token, JSON; empty: nothing */

    /* logout */
    bool access_revoked;
    bool refresh_revoked;

    /* the end */
    mcpauth_status result;
    mcpauth_error *failure;
};

/* What a FETCH step came to.  answer is NULL unless status is OK. */
typedef struct {
    mcpauth_status status;
    const mcpauth_answer *answer;
    const mcpauth_error *why;
} ma_flow_fetch;

/* --- offered by flow.c --------------------------------------------------- */

/* Names the state to wait for next; the only assignment of it. */
void ma_flow_go(mcpauth_flow *flow, ma_flow_state state);

/* Gives the reserve back to whoever ran out of memory; false: there is none. */
bool ma_flow_use_reserve(mcpauth_flow *flow);

/* Replaces *at by a copy of text (NULL clears). */
mcpauth_status ma_flow_set_text(
    char **at, const char *text, mcpauth_error *err);

#endif
