/* world.h - the inside of a script, for the files that play it.
 *
 * script.c opens, plays and looks; worldsteps.c carries the steps out;
 * worldwords.c puts requests into words. */
#ifndef MA_TESTS_ENGINE_WORLD_H
#define MA_TESTS_ENGINE_WORLD_H

#include <mcpauth/config.h>

#include "script.h"

#define CANARY "CANARY"

enum { STATUSES = MCPAUTH_E_RPC + 1, VALUE_MAX = 4096, SECRET_LEN = 43 };

typedef struct {
    char text[SCRIPT_TEXT_MAX];
    size_t len;
} world_page;

struct script {
    const script_case *row;
    mcpauth_config *config;
    mcpauth_error *err;
    mcpauth_error *why[STATUSES];
    mcpauth_token *sent;
    mcpauth_attempt *attempt; /* NULL before the first challenge */
    mcpauth_headers *challenge;
    mcpauth_headers *headers[SCRIPT_ANSWERS_MAX];
    char *bodies[SCRIPT_ANSWERS_MAX];
    bool used[SCRIPT_ANSWERS_MAX];

    char *record;
    int saved; /* times the engine has written */
    int64_t version;
    /* by mcpauth_lock_kind */
    bool locked[2];
    bool no_lock[2]; /* the store cannot lock */
    size_t locks[2];
    int64_t locked_at_ms; /* the refresh lock */

    bool granted; /* a token came, and the store was not asked to save it */
    bool unsaved; /* a token came, and the store has not answered but with a
                     conflict */
    bool meanwhile_done;
    size_t loads, saves, binds, redirects, assertions;

    int64_t now_ms;
    int drawn; /* random texts */
    bool bound;
    char state[VALUE_MAX];
    char code_challenge[VALUE_MAX];
    char jti[VALUE_MAX];       /* of the last assertion */
    char proof_jti[VALUE_MAX]; /* of the last DPoP proof */
    char proof_key[VALUE_MAX]; /* and the key it shows */

    world_page steps;
    world_page log;
    char message[SCRIPT_TEXT_MAX];
};

/* Appends; a page that is full fails the test. */
void world_write(world_page *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void world_clear(world_page *at);

/* Carries out one step of any kind but DONE. */
mcpauth_status world_do(
    script *world, mcpauth_flow *flow, const mcpauth_step *step);

/* Writes one line of the steps. */
void world_write_step(script *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Checks what holds for every request and puts it into words. */
void world_describe_request(
    script *world, world_page *to, const mcpauth_http_request *request);

/* The same for a URL that a browser is given; keeps what is random in it. */
void world_describe_browse(script *world, world_page *to, const char *url);

#endif
