/* flow.h - from a 401 to a usable token, without doing any I/O.
 *
 * A flow says what to do next; its driver does it and tells what happened.
 * mcpauth_provider (client.h) is such a driver; use a flow yourself to bring
 * your own event loop, store or HTTP library:
 *
 *     for (;;) {
 *         st = mcpauth_flow_next(flow, now_ms, &step, err);
 *         if (st || step->kind == MCPAUTH_STEP_DONE)
 *             break;
 *         carry_out(flow, step);    // ends in one mcpauth_flow_<answer>
 *     }
 *
 * Failure is an answer too: retry, back-off and giving up are the flow's.  A
 * flow may be dropped at any step before it asks for a token; from then on it
 * must get to its last SAVE: behind it waits a token that exists nowhere else.
 * Who drops one lets go of the locks that LOCK took; however a flow ends, its
 * driver stops listening. */
#ifndef MCPAUTH_FLOW_H
#define MCPAUTH_FLOW_H

#include <mcpauth/config.h>
#include <mcpauth/http.h>
#include <mcpauth/store.h>
#include <mcpauth/token.h>

MCPAUTH_BEGIN_DECLS

/* --- what to do next ----------------------------------------------------- */

typedef enum {
    MCPAUTH_STEP_LOAD = 0,   /* the record of key: mcpauth_flow_loaded */
    MCPAUTH_STEP_LOCK = 1,   /* a lock of key: mcpauth_flow_locked */
    MCPAUTH_STEP_UNLOCK = 2, /* let go of it: mcpauth_flow_unlocked */
    MCPAUTH_STEP_FETCH = 3,  /* one request: mcpauth_flow_fetched */
    MCPAUTH_STEP_LISTEN = 4, /* bind the callback: mcpauth_flow_listening */
    MCPAUTH_STEP_BROWSE = 5, /* open url, then mcpauth_flow_redirected */
    MCPAUTH_STEP_WAIT = 6,   /* until until_ms: mcpauth_flow_waited */
    MCPAUTH_STEP_SAVE = 7,   /* record over version: mcpauth_flow_saved */
    MCPAUTH_STEP_DONE = 8,   /* the flow succeeded; see token */
    MCPAUTH_STEP_ASSERT = 9  /* bring an assertion: mcpauth_flow_asserted */
} mcpauth_step_kind;

/* Lent until the next call on the flow; only the members named for its kind
 * are set.  May grow at its end. */
typedef struct mcpauth_step {
    mcpauth_step_kind kind;
    const char *state; /* what it is for, as "server metadata"; for logs */

    mcpauth_store_key key;  /* LOAD, LOCK, UNLOCK, SAVE */
    mcpauth_lock_kind lock; /* LOCK, UNLOCK */

    const mcpauth_http_request *request; /* FETCH */

    const char *redirect_uri; /* LISTEN: exactly this; NULL: any loopback.
                                 BROWSE: where the answer will come */
    int callback_port;        /* LISTEN without redirect_uri; 0: any */

    const char *url;    /* BROWSE: give this to a browser, or to a person */
    const char *issuer; /* BROWSE: who will ask the person to log in */
    int64_t until_ms;   /* WAIT; BROWSE, ASSERT: when to give up */

    const char *record; /* SAVE: secret; NULL: remove what is there */
    size_t record_len;
    int64_t version;

    const mcpauth_token *token; /* DONE: NULL when nothing is to be attached,
                                   or after a LOGOUT or INTROSPECT */

    const char *assertion; /* ASSERT: where it is, as the setting of that name
                              says; NULL: at the identity provider */
    const char *audience;  /* ASSERT: the authorization server it is for, */
    const char *resource;  /* what the token is wanted for, */
    const char *scope;     /* and what it is to allow; NULL: not known */
    bool fresh;            /* ASSERT: the one before was refused, and where the
                              identity provider makes it, has come back */
    bool person;           /* ASSERT: somebody may be asked for it */
    bool login;            /* ASSERT: and is to be asked in any case */
} mcpauth_step;

/* --- a flow -------------------------------------------------------------- */

typedef enum {
    MCPAUTH_FLOW_ATTACH = 0,    /* a token if one can be had before asking the
                                   MCP server: cached, renewable, or from a
                                   configured authorization server */
    MCPAUTH_FLOW_TOKEN = 1,     /* a token in any case */
    MCPAUTH_FLOW_LOGIN = 2,     /* a new authorization, whatever is stored */
    MCPAUTH_FLOW_LOGOUT = 3,    /* revoke (RFC 7009), unregister (RFC 7592),
                                   forget */
    MCPAUTH_FLOW_EXCHANGE = 4,  /* an ID token for an assertion (RFC 8693);
                                  mcpauth_flow_set_exchange */
    MCPAUTH_FLOW_ADOPT = 5,     /* a login that another program made;
                                   mcpauth_flow_set_adoption */
    MCPAUTH_FLOW_INTROSPECT = 6 /* what its issuer says of the stored token
                                  (RFC 7662); mcpauth_flow_introspection */
} mcpauth_flow_purpose;

typedef struct mcpauth_flow mcpauth_flow;

/* config is borrowed and must outlive the flow, unchanged.
 * E_USAGE: the configuration lacks what every flow needs. */
MCPAUTH_API mcpauth_status mcpauth_flow_new(const mcpauth_config *config,
    mcpauth_flow_purpose purpose, mcpauth_flow **out_flow, mcpauth_error *err);

/* Wipes and frees.  NULL is allowed. */
MCPAUTH_API void mcpauth_flow_free(mcpauth_flow *flow);

/* Whether a person may be asked (LISTEN and BROWSE).  Default: no; then a
 * flow that needs one ends with E_LOGIN_REQUIRED. */
MCPAUTH_API void mcpauth_flow_set_interactive(mcpauth_flow *flow, bool on);

/* What an EXCHANGE is to bring: an assertion of the identity provider that the
 * flow's configuration is of (mcpauth_config_identity).  Nothing is loaded and
 * nothing saved; DONE lends it as a token, which goes to audience alone and
 * once. */
typedef struct mcpauth_exchange {
    size_t size;               /* sizeof(mcpauth_exchange), for growth */
    const char *subject_token; /* the ID token, a secret */
    size_t subject_token_len;
    const char *audience; /* issuer of the MCP server's authorization server */
    const char *resource; /* of the MCP server */
    const char *scope;    /* NULL: none is named */
} mcpauth_exchange;

/* Copies what exchange names.  Before the first next. */
MCPAUTH_API mcpauth_status mcpauth_flow_set_exchange(
    mcpauth_flow *flow, const mcpauth_exchange *exchange, mcpauth_error *err);

/* A person's login that another program has made at the MCP server, for an
 * ADOPT to take over. */
typedef struct mcpauth_adoption {
    size_t size;        /* sizeof(mcpauth_adoption), for growth */
    const char *answer; /* of the token endpoint, JSON (RFC 6749 5.1); secret */
    size_t answer_len;
    const char *registration; /* of the client it answered, JSON (RFC 7591
                                 3.2.1); NULL: the one that is configured */
    size_t registration_len;
    const char *issuer;          /* who answered; NULL: that is not known */
    int64_t obtained_at_ms;      /* when, in milliseconds since 1970 */
    const char *requested_scope; /* what was asked for; NULL: what was granted
                                  */
} mcpauth_adoption;

/* Copies what adoption names.  Before the first next.  Whom the MCP server
 * trusts is found out anew, and the login becomes one at that issuer: nobody
 * else is ever sent its tokens.  One that is stored stays when it is newer, or
 * still good and another client's; DONE lends whichever is kept.
 * The flow ends with E_UNTRUSTED when issuer is another one, with E_USAGE when
 * another client is configured, with E_LOGIN_REQUIRED when the login has ended
 * and has no refresh token, and with E_STORE when it cannot be kept.
 * E_USAGE: answer or registration is none. */
MCPAUTH_API mcpauth_status mcpauth_flow_set_adoption(
    mcpauth_flow *flow, const mcpauth_adoption *adoption, mcpauth_error *err);

/* How long a stored token must still be good, in milliseconds.  Default 0. */
MCPAUTH_API void mcpauth_flow_set_min_valid(
    mcpauth_flow *flow, int64_t min_valid_ms);

/* How long BROWSE may take, and how long somebody else's login is waited for,
 * in milliseconds.  Default 300 000, at most 600 000. */
MCPAUTH_API void mcpauth_flow_set_login_timeout(
    mcpauth_flow *flow, int64_t timeout_ms);

/* LOGOUT leaves the registered client at the authorization server. */
MCPAUTH_API void mcpauth_flow_set_keep_registration(
    mcpauth_flow *flow, bool on);

/* What came of an INTROSPECT, which renews nothing and saves nothing: the
 * issuer's answer (RFC 7662 2.2), a JSON object in which `active` is true or
 * false, lent until the flow is freed.  NULL before DONE, and when the issuer
 * offers no introspection.
 * The flow ends with E_LOGIN_REQUIRED when nothing is stored, with E_REFUSED
 * when this client may not ask, with E_USAGE when another issuer is configured,
 * and with E_PROTOCOL when the answer is none. */
MCPAUTH_API const char *mcpauth_flow_introspection(
    const mcpauth_flow *flow, size_t *out_len);

/* --- what the MCP server said -------------------------------------------- */

/* One request to the MCP server over all its tries: remembers what was sent
 * and what was tried, so that nothing is tried twice. */
typedef struct mcpauth_attempt mcpauth_attempt;

/* Nothing sent, nothing tried; NULL when out of memory. */
MCPAUTH_API mcpauth_attempt *mcpauth_attempt_new(void);

/* Wipes and frees.  NULL is allowed. */
MCPAUTH_API void mcpauth_attempt_free(mcpauth_attempt *attempt);

/* Another request begins. */
MCPAUTH_API void mcpauth_attempt_reset(mcpauth_attempt *attempt);

/* The request was sent with this token (NULL: without any). */
MCPAUTH_API mcpauth_status mcpauth_attempt_sent(
    mcpauth_attempt *attempt, const mcpauth_token *token, mcpauth_error *err);

/* An answer of the MCP server to judge.  body is what came of it, for the
 * server's words; it may be cut at 64 KiB. */
typedef struct mcpauth_answer {
    int http_status;
    const mcpauth_headers *headers;
    const char *body;
    size_t body_len;
} mcpauth_answer;

/* Whether an answer asks for authentication that is worth trying.
 * OK: it does; start a flow with mcpauth_flow_set_challenge.
 * E_STATE: it has nothing to do with authentication (err untouched).
 * E_REFUSED: it refuses for good; the message has the server's words. */
MCPAUTH_API mcpauth_status mcpauth_attempt_judge(mcpauth_attempt *attempt,
    const mcpauth_config *config, const mcpauth_answer *answer, int64_t now_ms,
    mcpauth_error *err);

/* The flow notes in attempt what it does for that request, so that a token
 * obtained for it is not replaced for it.  attempt is borrowed until the flow
 * is freed.  Before the first next. */
MCPAUTH_API void mcpauth_flow_set_attempt(
    mcpauth_flow *flow, mcpauth_attempt *attempt);

/* Gives the flow the answer that was judged OK.  attempt is borrowed until the
 * flow is freed; the flow notes in it what it did.  Before the first next. */
MCPAUTH_API mcpauth_status mcpauth_flow_set_challenge(mcpauth_flow *flow,
    mcpauth_attempt *attempt, const mcpauth_answer *answer, mcpauth_error *err);

/* --- driving ------------------------------------------------------------- */

/* What to do now; the same step again until it was answered.  Any status but
 * OK is the end of the flow: the reason is in err, and the locks that LOCK took
 * have been given back by UNLOCK steps before. */
MCPAUTH_API mcpauth_status mcpauth_flow_next(mcpauth_flow *flow, int64_t now_ms,
    const mcpauth_step **out_step, mcpauth_error *err);

/* Answers to steps.  E_STATE: the flow did not ask for this one. */

/* record NULL: there is none.  status: what load returned; E_USAGE, a store
 * opened in a wrong way, ends the flow with `why`, every other failure counts
 * as no record, but nobody is asked to log in for it. */
MCPAUTH_API mcpauth_status mcpauth_flow_loaded(mcpauth_flow *flow,
    mcpauth_status status, const mcpauth_record *record,
    const mcpauth_error *why, mcpauth_error *err);

/* How LOCK went; a failure is FAILED, and then no refresh token is used up:
 * what came of it could not be kept. */
MCPAUTH_API mcpauth_status mcpauth_flow_locked(
    mcpauth_flow *flow, const mcpauth_lock *lock, mcpauth_error *err);

/* The lock is free again. */
MCPAUTH_API mcpauth_status mcpauth_flow_unlocked(
    mcpauth_flow *flow, mcpauth_error *err);

/* status: what became of the request; why: its error, NULL when OK. */
MCPAUTH_API mcpauth_status mcpauth_flow_fetched(mcpauth_flow *flow,
    mcpauth_status status, const mcpauth_answer *answer,
    const mcpauth_error *why, mcpauth_error *err);

/* redirect_uri: what was bound, byte for byte.  status E_STATE: the address is
 * taken, and the flow asks again where another will do; failures end it with
 * `why`. */
MCPAUTH_API mcpauth_status mcpauth_flow_listening(mcpauth_flow *flow,
    mcpauth_status status, const char *redirect_uri, const mcpauth_error *why,
    mcpauth_error *err);

/* A redirect arrived, or a person pasted one: query is the text behind '?'
 * (or the whole URL).
 * E_STATE: not an answer to this request; tell the sender so, and go on
 * waiting.  Any other status ends the waiting: OK, or the reason why the login
 * failed, which mcpauth_flow_next will return as well.  After OK the flow goes
 * on; a server that wants to be asked otherwise leads to LISTEN and BROWSE
 * once more. */
MCPAUTH_API mcpauth_status mcpauth_flow_redirected(
    mcpauth_flow *flow, const char *query, mcpauth_error *err);

/* No redirect will come: status says why (E_TIMEOUT, E_CANCELLED, ...).  The
 * driver watches until_ms, the flow does not. */
MCPAUTH_API mcpauth_status mcpauth_flow_redirect_failed(mcpauth_flow *flow,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err);

/* text: what was brought, byte for byte; line ends and blanks around it do not
 * count.  Every token request wants it anew, since whoever issues it replaces
 * it (RFC 7521 4.1).  status other than OK: there is none, and
 * `why` says for what reason; the flow ends with it, or with the refusal of the
 * one before. */
MCPAUTH_API mcpauth_status mcpauth_flow_asserted(mcpauth_flow *flow,
    mcpauth_status status, const char *text, size_t len,
    const mcpauth_error *why, mcpauth_error *err);

/* until_ms of WAIT has come. */
MCPAUTH_API mcpauth_status mcpauth_flow_waited(
    mcpauth_flow *flow, mcpauth_error *err);

/* status other than OK: it could not be saved; the token is used all the same
 * and the configuration's log says so, but a LOGOUT ends with E_STORE. */
MCPAUTH_API mcpauth_status mcpauth_flow_saved(mcpauth_flow *flow,
    mcpauth_status status, mcpauth_save_answer answer, int64_t version,
    const mcpauth_error *why, mcpauth_error *err);

MCPAUTH_END_DECLS

#endif
