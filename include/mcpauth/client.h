/* client.h - tokens for any number of threads, and an MCP client that uses
 * them.
 *
 * A mcpauth_provider joins a configuration, a store, an HTTP driver and,
 * where a person may be asked, a user interface.  It is thread-safe: however
 * many callers want a token at the same moment, one request is made and all
 * share what came of it.
 *
 *     st = mcpauth_caller_authorize(caller, &request, headers, err);
 *     ... send the request with these headers ...
 *     st = mcpauth_caller_answered(caller, &answer, &again, err);
 *     ... if again: have it authorized and send it once more ...
 *
 * A mcpauth_client does that for you and speaks MCP. */
#ifndef MCPAUTH_CLIENT_H
#define MCPAUTH_CLIENT_H

#include <mcpauth/cancel.h>
#include <mcpauth/flow.h>
#include <mcpauth/http.h>
#include <mcpauth/store.h>

MCPAUTH_BEGIN_DECLS

/* --- a person ------------------------------------------------------------ */

/* What the engine says of a redirect: OK, the login goes on; E_STATE, not an
 * answer to this login (say so to whoever sent it, and go on waiting);
 * anything else, the login has failed. */
typedef mcpauth_status mcpauth_redirect_fn(
    void *ctx, const char *query, mcpauth_error *err);

/* How a person is reached.  mcpauth_ui_loopback_new (mcpauth.h) listens on
 * loopback and opens a browser. */
typedef struct mcpauth_ui_ops {
    size_t size; /* sizeof(mcpauth_ui_ops), for growth */

    /* Makes ready to receive a redirect at redirect_uri (NULL: any loopback
     * address, at port unless that is 0) and lends the address in
     * *out_redirect_uri until the next listen.
     * E_STATE: the address is taken. */
    mcpauth_status (*listen)(void *ctx, const char *redirect_uri, int port,
        const char **out_redirect_uri, mcpauth_error *err);

    /* Has url opened and gives every redirect to judge, until that says OK or
     * that the login failed; returns what it said.
     * E_TIMEOUT: until_ms (milliseconds since 1970) passed.
     * E_CANCELLED: the person gave up. */
    mcpauth_status (*browse)(void *ctx, const char *url, const char *issuer,
        int64_t until_ms, mcpauth_redirect_fn *judge, void *judge_ctx,
        mcpauth_error *err);

    /* No redirect is wanted any more. */
    void (*close)(void *ctx);

    /* Releases ctx. */
    void (*free)(void *ctx);
} mcpauth_ui_ops;

typedef struct mcpauth_ui mcpauth_ui;

/* Wraps ops (copied) and ctx (owned from then on, also on failure).
 * E_USAGE: ops lacks a function. */
MCPAUTH_API mcpauth_status mcpauth_ui_new(const mcpauth_ui_ops *ops, void *ctx,
    mcpauth_ui **out_ui, mcpauth_error *err);

/* NULL is allowed. */
MCPAUTH_API void mcpauth_ui_free(mcpauth_ui *ui);

/* --- provider ---------------------------------------------------------------
 */

typedef struct mcpauth_provider mcpauth_provider;

/* What a provider works with; all of it is borrowed and must outlive it. */
typedef struct mcpauth_provider_options {
    size_t size; /* sizeof(mcpauth_provider_options), for growth */
    const mcpauth_config *config; /* unchanged from then on */
    mcpauth_store *store;
    mcpauth_http *http;
    mcpauth_ui *ui;           /* NULL: nobody can be asked */
    int64_t login_timeout_ms; /* 0: five minutes; ten at most */
} mcpauth_provider_options;

/* E_USAGE: options, or the configuration, lack what every use needs. */
MCPAUTH_API mcpauth_status mcpauth_provider_new(
    const mcpauth_provider_options *options, mcpauth_provider **out_provider,
    mcpauth_error *err);

/* After all its callers.  NULL is allowed. */
MCPAUTH_API void mcpauth_provider_free(mcpauth_provider *provider);

/* A token good for another min_valid_ms: the cached one, a renewed one, or a
 * new one, even if its server made that shorter.  *out_token is the caller's.
 * E_LOGIN_REQUIRED: a person must log in, and none can be asked. */
MCPAUTH_API mcpauth_status mcpauth_provider_token(mcpauth_provider *provider,
    int64_t min_valid_ms, mcpauth_token **out_token, mcpauth_error *err);

/* A new authorization, whatever is cached.  *out_token is the caller's;
 * out_token NULL: not wanted. */
MCPAUTH_API mcpauth_status mcpauth_provider_login(
    mcpauth_provider *provider, mcpauth_token **out_token, mcpauth_error *err);

/* Takes over a login that another program made (mcpauth_flow_set_adoption).
 * *out_token is the caller's, of the login that is kept: this one, or one that
 * was there before; NULL: of one that was made with other settings. */
MCPAUTH_API mcpauth_status mcpauth_provider_adopt(mcpauth_provider *provider,
    const mcpauth_adoption *adoption, mcpauth_token **out_token,
    mcpauth_error *err);

/* Asks the issuer of the stored token whether it is good (RFC 7662), and
 * changes nothing.  *out_answer: a JSON object in which `active` is true or
 * false, for mcpauth_text_free; NULL: the issuer offers no introspection.
 * E_LOGIN_REQUIRED: nothing is stored.  E_REFUSED: this client may not ask. */
MCPAUTH_API mcpauth_status mcpauth_provider_introspect(
    mcpauth_provider *provider, char **out_answer, size_t *out_len,
    mcpauth_error *err);

/* Revokes, unregisters (unless keep_registration) and forgets.  What fails at
 * the server is logged; only a store that cannot forget is an error. */
MCPAUTH_API mcpauth_status mcpauth_provider_logout(
    mcpauth_provider *provider, bool keep_registration, mcpauth_error *err);

/* --- caller ------------------------------------------------------------------
 */

/* One thread's way to a provider's tokens, for one request at a time. */
typedef struct mcpauth_caller mcpauth_caller;

/* For one thread at a time; provider must outlive it.  E_NOMEM only. */
MCPAUTH_API mcpauth_status mcpauth_caller_new(mcpauth_provider *provider,
    mcpauth_caller **out_caller, mcpauth_error *err);

/* Wipes and frees.  NULL is allowed. */
MCPAUTH_API void mcpauth_caller_free(mcpauth_caller *caller);

/* How long a call may wait for somebody else's refresh or login, in
 * milliseconds; what is under way goes on without it.  Default 0: no limit. */
MCPAUTH_API void mcpauth_caller_set_timeout(
    mcpauth_caller *caller, int64_t timeout_ms);

/* Sets in headers what authorizes this one request: Authorization, and DPoP
 * where the token is bound to a key; or, with auth sigv4, an AWS signature with
 * its date and session token.  Of request, its method, URL and body count;
 * headers are all that it will be sent with, and what stands there already of
 * these names is replaced.  For each sending of a request, for what it sets is
 * good once. */
MCPAUTH_API mcpauth_status mcpauth_caller_authorize(mcpauth_caller *caller,
    const mcpauth_http_request *request, mcpauth_headers *headers,
    mcpauth_error *err);

/* The value of the Authorization field for the next request, lent until the
 * next call on caller; NULL: send none, as always with auth sigv4, where only
 * authorize serves.  As long as the token is fresh this
 * costs no lock, no allocation and no I/O. */
MCPAUTH_API mcpauth_status mcpauth_caller_header(
    mcpauth_caller *caller, const char **out_header, mcpauth_error *err);

/* The value of the DPoP field for one request of that method to that URL, sent
 * with the last header; lent until the next call on caller.  NULL: send none,
 * for the token is not bound to a key (RFC 9449 7). */
MCPAUTH_API mcpauth_status mcpauth_caller_proof(mcpauth_caller *caller,
    const char *method, const char *url, const char **out_proof,
    mcpauth_error *err);

/* Every answer of the MCP server goes here.  *out_again: something better
 * is there; have the same request authorized again and send it once more.  OK
 * without it: the answer is none of our business. E_REFUSED: the server refuses
 * for good, in its own words. */
MCPAUTH_API mcpauth_status mcpauth_caller_answered(mcpauth_caller *caller,
    const mcpauth_answer *answer, bool *out_again, mcpauth_error *err);

/* --- MCP client ---------------------------------------------------------- */

/* Speaks MCP to one server: Streamable HTTP of every revision from 2025-03-26
 * to 2026-07-28, and the HTTP+SSE of 2024-11-05 where a server knows nothing
 * newer.  Which of them is found out when it is opened, and remembered.
 *
 * It is thread-safe: requests of several threads run side by side.  Only free
 * comes after everything else. */
typedef struct mcpauth_client mcpauth_client;

/* Where the answer to a request of the server is put. */
typedef struct mcpauth_reply mcpauth_reply;

typedef struct mcpauth_client_options {
    size_t size;                /* sizeof(mcpauth_client_options), for growth */
    mcpauth_provider *provider; /* borrowed; NULL: no authorization */
    mcpauth_http *http;         /* borrowed */
    const char *server;         /* URL of the MCP endpoint */
    const char *name;           /* clientInfo; NULL: "mcpauth" */
    const char *version;        /* NULL: the library's */
    const char *protocol_version;   /* only this one; NULL: negotiate */
    const mcpauth_headers *headers; /* sent with every request; NULL: none */
    int64_t timeout_ms; /* of one HTTP exchange, progress included, a login and
                           the pauses between retries not; 0: none */

    /* Told of every notification of the server, as its raw text without a NUL,
     * lent.  Must not use the client; called in any thread, never in two at a
     * time. */
    void (*notified)(void *ctx, const char *message, size_t len);
    void *ctx;

    /* What serve can do, as MCP's ClientCapabilities, a JSON object such as
     * {"elicitation":{}}; NULL: nothing.  `extensions` need no serve. */
    const char *capabilities;

    /* Answers a request of the server ("elicitation/create", ...) by one of
     * the mcpauth_reply_ functions; params: a JSON object without a NUL, lent.
     * No reply is "method not found".  May take its time: a thread of the
     * client's own waits, or the one whose request it is about; never in two
     * at a time; and no timeout_ms runs meanwhile.  May use the client in its
     * own thread; what the server asks because of that is "method not found".
     * NULL: nobody serves. */
    void (*serve)(void *ctx, const char *method, const char *params, size_t len,
        mcpauth_reply *reply);

    /* Told of a tool that the server describes so badly that it is left out of
     * lists and not called (MCP 2026-07-28, x-mcp-header); why is one line fit
     * to print.  NULL: it is left out silently.  Called as notified is. */
    void (*dropped)(void *ctx, const char *tool, const char *why);

    /* Ends every function of the client but close, unless a call has its own.
     * Borrowed until the client is freed; NULL: nobody cancels. */
    const mcpauth_cancel *cancel;
} mcpauth_client_options;

/* Opens no connection yet; copies texts and headers.
 * E_UNTRUSTED: server is of another origin than the provider's.
 * E_USAGE: server is no URL, protocol_version is not known, or capabilities
 * are no object, or need a serve that is not there. */
MCPAUTH_API mcpauth_status mcpauth_client_new(
    const mcpauth_client_options *options, mcpauth_client **out_client,
    mcpauth_error *err);

/* Wipes and frees, without a word to the server.  NULL is allowed. */
MCPAUTH_API void mcpauth_client_free(mcpauth_client *client);

/* Finds out which revision the server speaks, and opens a session where that
 * has sessions.  Every other function does it by itself when it is still to be
 * done. */
MCPAUTH_API mcpauth_status mcpauth_client_open(
    mcpauth_client *client, mcpauth_error *err);

/* What is known of the server from open on; each is lent until the client is
 * freed, and NULL before, or when the server did not say. */

/* The revision it speaks with us, as "2025-11-25". */
MCPAUTH_API const char *mcpauth_client_protocol_version(
    const mcpauth_client *client);

/* serverInfo, an object. */
MCPAUTH_API const char *mcpauth_client_server_info(
    const mcpauth_client *client);

/* capabilities, an object. */
MCPAUTH_API const char *mcpauth_client_server_capabilities(
    const mcpauth_client *client);

/* instructions, a JSON string. */
MCPAUTH_API const char *mcpauth_client_server_instructions(
    const mcpauth_client *client);

/* --- requests ------------------------------------------------------------ */

/* One request.  params: a JSON object, or NULL.  *out_result: the text of the
 * result, byte for byte as the server wrote it, for mcpauth_text_free.
 * E_RPC: the server answered with an error; its code and message are in err.
 * E_USAGE: params are no JSON object. */
MCPAUTH_API mcpauth_status mcpauth_client_request(mcpauth_client *client,
    const char *method, const char *params, char **out_result, size_t *out_len,
    mcpauth_error *err);

/* A request, and how it is to be made. */
typedef struct mcpauth_call {
    size_t size; /* sizeof(mcpauth_call), for growth */
    const char *method;
    const char *params;           /* a JSON object; NULL: none */
    int64_t timeout_ms;           /* of the whole call, pauses and retries and
                                     the opening included, a login not, in place
                                     of the client's; 0: the client's, for each
                                     exchange of it */
    const mcpauth_cancel *cancel; /* NULL: it cannot be cancelled */

    /* Told of its progress: the params of a notifications/progress, an object
     * without a NUL, lent.  Must not use the client; called in any thread,
     * until the call returns.  NULL: not asked for. */
    void (*progress)(void *ctx, const char *params, size_t len);
    void *ctx;

    bool fresh; /* not a result that the server allowed to be used again for a
                   while (ttlMs, MCP 2026-07-28) */
} mcpauth_call;

/* Likewise.  E_CANCELLED: the server was told, and may have done it all the
 * same. */
MCPAUTH_API mcpauth_status mcpauth_client_call(mcpauth_client *client,
    const mcpauth_call *call, char **out_result, size_t *out_len,
    mcpauth_error *err);

/* All pages of a list method ("tools/list", ...), joined: a JSON array of the
 * entries of member ("tools", ...), each byte for byte as it came. */
MCPAUTH_API mcpauth_status mcpauth_client_list(mcpauth_client *client,
    const char *method, const char *member, char **out_array, size_t *out_len,
    mcpauth_error *err);

/* A notification, such as notifications/roots/list_changed. */
MCPAUTH_API mcpauth_status mcpauth_client_notify(mcpauth_client *client,
    const char *method, const char *params, mcpauth_error *err);

/* Has the server send what it notifies of unasked, to notified, until the
 * client is closed or listen is called again.  wanted: the `notifications` of
 * MCP's subscriptions/listen, such as {"toolsListChanged":true,
 * "resourceSubscriptions":["file:///a"]}; NULL: nothing any more.  Older
 * servers send list changes whatever is wanted.  A session that is lost
 * meanwhile is opened again.
 * E_UNSUPPORTED: this server sends nothing by itself. */
MCPAUTH_API mcpauth_status mcpauth_client_listen(
    mcpauth_client *client, const char *wanted, mcpauth_error *err);

/* Ends every stream, and the session at the server (DELETE) where it has one,
 * within two seconds.  What is just being opened ends in E_CANCELLED.  That
 * this fails matters to nobody; the next request opens it anew. */
MCPAUTH_API void mcpauth_client_close(mcpauth_client *client);

/* --- answers to the server ------------------------------------------------
 */

/* The result: a JSON object, copied.  E_USAGE: it is none. */
MCPAUTH_API mcpauth_status mcpauth_reply_result(
    mcpauth_reply *reply, const char *result, mcpauth_error *err);

/* A JSON-RPC error; message is copied.  Where the revision has no such answer
 * (2026-07-28) an elicitation counts as cancelled, and other requests make the
 * call they belong to fail with message. */
MCPAUTH_API mcpauth_status mcpauth_reply_error(mcpauth_reply *reply,
    int64_t code, const char *message, mcpauth_error *err);

/* Accepts an elicitation with the defaults of its form (MCP, SEP-1034).
 * params: those of the request.  E_UNSUPPORTED: it is no form.  E_USAGE: a
 * field that is required has no default. */
MCPAUTH_API mcpauth_status mcpauth_reply_defaults(
    mcpauth_reply *reply, const char *params, size_t len, mcpauth_error *err);

/* --- texts ---------------------------------------------------------------- */

/* Wipes and frees a text of this library.  NULL is allowed. */
MCPAUTH_API void mcpauth_text_free(char *text);

MCPAUTH_END_DECLS

#endif
