/* faults.h - how the servers misbehave, and when.
 *
 * One table holds every fault: its word, what may stand behind it, and the
 * line of help.  A fault with a count strikes that many times and is over. */
#ifndef MA_SANDBOX_FAULTS_H
#define MA_SANDBOX_FAULTS_H

#include "sandbox/sandbox.h"
#include "sandbox/visit.h"

typedef enum {
    /* access tokens */
    MA_FAULT_EXPIRED_TOKEN,
    MA_FAULT_SHORT_LIFETIME,
    MA_FAULT_EXPIRES_IN,
    MA_FAULT_TOKEN_TYPE,
    MA_FAULT_ROTATE,
    /* MCP servers, before they look at the message */
    MA_FAULT_401_MISSING,
    MA_FAULT_401_CLAIM,
    MA_FAULT_403_ALWAYS,
    MA_FAULT_403_MISSING,
    MA_FAULT_403_UNPARSABLE,
    MA_FAULT_403_INSUFFICIENT_SCOPE,
    MA_FAULT_403_METHOD_MISMATCH,
    MA_FAULT_MCP_429,
    MA_FAULT_MCP_5XX,
    /* MCP servers, answering it */
    MA_FAULT_THROTTLED,
    MA_FAULT_CONFLICT,
    MA_FAULT_SESSION_LOST,
    MA_FAULT_SSE,
    /* token endpoints */
    MA_FAULT_TOKEN_429,
    MA_FAULT_TOKEN_5XX,
    MA_FAULT_REDIRECT_TOKEN,
    MA_FAULT_REFRESH_REFUSED,
    MA_FAULT_ECHO_SECRET,
    MA_FAULT_BASIC_ONLY,
    MA_FAULT_POST_ONLY,
    /* the browser's way */
    MA_FAULT_WRONG_STATE,
    MA_FAULT_WRONG_ISS,
    MA_FAULT_REFUSED_LOGIN,
    /* metadata */
    MA_FAULT_BAD_ISSUER,
    MA_FAULT_BAD_RESOURCE,
    MA_FAULT_MOVED_ISSUER,
    MA_FAULT_NO_S256,
    MA_FAULT_NO_DOMAIN,
    MA_FAULT_NO_REGISTRATION,
    MA_FAULT_REDIRECT_METADATA,
    /* any document */
    MA_FAULT_SLOW,
    MA_FAULT_OVERSIZED,
    MA_FAULT_TRUNCATED,
    MA_FAULT_HTML,
    MA_FAULT_MALFORMED_JSON,
    MA_FAULTS
} ma_fault;

enum { MA_FAULT_TEXT_MAX = 256 };

typedef struct {
    bool on;
    int64_t number; /* strikes left (0: no end), or seconds */
    char text[MA_FAULT_TEXT_MAX];
} ma_fault_state;

typedef struct {
    ma_fault_state states[MA_FAULTS];
} ma_faults;

/* Sets NAME or NAME=VALUE.  E_USAGE: no such fault, or not such a value. */
mcpauth_status ma_faults_set(
    ma_faults *faults, const char *word, mcpauth_error *err);
void ma_faults_clear(ma_faults *faults);

bool ma_faults_on(const ma_faults *faults, ma_fault fault);

/* Whether it strikes now; counts. */
bool ma_faults_strike(ma_faults *faults, ma_fault fault);

/* The seconds, or the text, behind '='. */
int64_t ma_faults_seconds(const ma_faults *faults, ma_fault fault);
const char *ma_faults_text(const ma_faults *faults, ma_fault fault);

/* Does to a finished answer what the faults for any document say. */
void ma_faults_spoil(ma_faults *faults, ma_visit *visit);

/* The rows of the table; false past its end. */
bool ma_faults_row(size_t index, ma_sandbox_word *out_word);

#endif
