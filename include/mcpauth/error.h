/* error.h - what went wrong, where, in whose words, and what kind of remedy.
 *
 * A function that can fail returns a mcpauth_status, which says what the
 * caller can do about it, and fills the mcpauth_error it was given, which
 * tells a person the rest.  The caller makes one mcpauth_error and reuses it.
 * No text in it ever holds a secret. */
#ifndef MCPAUTH_ERROR_H
#define MCPAUTH_ERROR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define MCPAUTH_BEGIN_DECLS extern "C" {
#define MCPAUTH_END_DECLS   }
#else
#define MCPAUTH_BEGIN_DECLS
#define MCPAUTH_END_DECLS
#endif

#define MCPAUTH_API __attribute__((visibility("default")))

/* A type that must not be ignored; GCC can say so of functions only. */
#ifdef __clang__
#define MCPAUTH_CHECKED __attribute__((warn_unused_result))
#else
#define MCPAUTH_CHECKED
#endif

MCPAUTH_BEGIN_DECLS

/* Sorted by remedy, not by place.  Numbers are fixed; new ones are appended. */
typedef enum MCPAUTH_CHECKED {
    MCPAUTH_OK = 0,
    MCPAUTH_E_NOMEM = 1,          /* out of memory */
    MCPAUTH_E_USAGE = 2,          /* the caller's argument or configuration */
    MCPAUTH_E_STATE = 3,          /* right call, wrong moment */
    MCPAUTH_E_NETWORK = 4,        /* not reached, or cut off; may be retried */
    MCPAUTH_E_HTTP = 5,           /* an answer with a status nobody expects */
    MCPAUTH_E_PROTOCOL = 6,       /* the answer breaks its specification */
    MCPAUTH_E_REFUSED = 7,        /* a server said no, in server_code */
    MCPAUTH_E_LOGIN_REQUIRED = 8, /* a person must log in first */
    MCPAUTH_E_UNTRUSTED = 9,      /* doing it would endanger a secret */
    MCPAUTH_E_STORE = 10,         /* tokens cannot be read or written */
    MCPAUTH_E_TIMEOUT = 11,       /* the caller's deadline passed */
    MCPAUTH_E_CANCELLED = 12,     /* the caller or the user stopped it */
    MCPAUTH_E_UNSUPPORTED = 13,   /* asked of a server that cannot do it */
    MCPAUTH_E_LIMIT = 14,         /* larger than a limit that protects us */
    MCPAUTH_E_RPC = 15,           /* the MCP server answered with an error */
    MCPAUTH_E_MISMATCH = 16       /* a file is not what was said of it */
} mcpauth_status;

typedef struct mcpauth_error mcpauth_error;

/* An empty error, or NULL when out of memory (every function takes NULL). */
MCPAUTH_API mcpauth_error *mcpauth_error_new(void);

/* NULL is allowed. */
MCPAUTH_API void mcpauth_error_free(mcpauth_error *err);

/* Empties it.  Calls that succeed leave it as it was. */
MCPAUTH_API void mcpauth_error_clear(mcpauth_error *err);

/* The last failure's status; OK when there was none. */
MCPAUTH_API mcpauth_status mcpauth_error_status(const mcpauth_error *err);

/* One line for a person: contexts first, outermost to innermost, then what
 * happened.  "" when there was no failure.  Lent until the next use of err. */
MCPAUTH_API const char *mcpauth_error_message(const mcpauth_error *err);

/* What to do next, as one line, or NULL when there is nothing to advise. */
MCPAUTH_API const char *mcpauth_error_hint(const mcpauth_error *err);

/* The HTTP status the failure came with; 0 without one. */
MCPAUTH_API int mcpauth_error_http_status(const mcpauth_error *err);

/* The server's own words (RFC 6749 5.2: error, error_description, error_uri;
 * or a JSON-RPC error's code and message), control characters escaped.  NULL
 * when it said nothing. */
MCPAUTH_API const char *mcpauth_error_server_code(const mcpauth_error *err);

/* What the server explained, as above. */
MCPAUTH_API const char *mcpauth_error_server_description(
    const mcpauth_error *err);

/* Where the server says more, as above; never open it unasked. */
MCPAUTH_API const char *mcpauth_error_server_uri(const mcpauth_error *err);

/* What a JSON-RPC error carried besides (`data`), a JSON value as the server
 * wrote it: not escaped, so not to be shown as it is.  NULL: nothing. */
MCPAUTH_API const char *mcpauth_error_server_data(const mcpauth_error *err);

/* The name of a status, as "E_NETWORK"; never NULL. */
MCPAUTH_API const char *mcpauth_status_name(mcpauth_status status);

/* Reports a failure from a caller's own store, HTTP driver or user interface:
 * sets status and message, forgets what err held, and returns status. */
MCPAUTH_API mcpauth_status mcpauth_error_set(
    mcpauth_error *err, mcpauth_status status, const char *message);

MCPAUTH_END_DECLS

#endif
