/* script.h - a second driver of the engine: no network, no disk, no clock.
 *
 * A case says what is configured and stored and what everybody answers.  The
 * driver plays a flow against it and writes down what the flow asks for, one
 * line a step:
 *
 *     load | load failed
 *     lock | lock held | lock unavailable      the refresh lock
 *     lock login | lock login held | lock login unavailable
 *     wait 500                                 milliseconds from now
 *     GET https://as.test/x
 *     POST https://as.test/token [Basic app:CANARY-s] grant_type=...
 *     listen any | listen port 4711 | listen http://localhost:3000
 *     browse client_id=app redirect_uri=... scope=a b
 *     assert file:/token | assert file:/token fresh   an assertion from there
 *     assert identity [fresh] [person] [login] one of the identity provider
 *     ignored                                  a redirect that is not ours
 *     save | save conflict | save failed | remove
 *     unlock | unlock login
 *     said {"active":true}                     what an INTROSPECT has found
 *     done CANARY-a2 | done nothing | E_REFUSED
 *
 * In JSON that a case writes, ' stands for ".  Every secret, random ones
 * included, holds the word CANARY: no log line and no error may (S-054).  What
 * holds for every flow is checked at every step, in all cases. */
#ifndef MA_TESTS_ENGINE_SCRIPT_H
#define MA_TESTS_ENGINE_SCRIPT_H

#include <mcpauth/flow.h>

/* The rows of one request are used in order; the last stays.  A request that
 * no row is for is answered 404. */
typedef struct {
    const char *request; /* "GET https://as.test/x"; NULL ends the list */
    int http_status;
    const char *body;
    const char *header;     /* "Name: value"; NULL: none */
    mcpauth_status failure; /* comes instead of an answer */
    int64_t takes_ms;       /* until it comes */
} script_answer;

enum { SCRIPT_ANSWERS_MAX = 16 };

typedef struct {
    const char *name; /* the test's name, with the ids it is for */

    mcpauth_flow_purpose purpose;
    bool person;            /* somebody may be asked */
    bool keep_registration; /* of a LOGOUT */
    int64_t min_valid_ms;
    int64_t login_timeout_ms; /* 0: the default */
    const char *settings;     /* "name=value", one a line */
    bool identity;            /* the flow is one of their identity provider */
    const char *exchanges;    /* the ID token of an EXCHANGE */
    const mcpauth_adoption *adopts; /* the login of an ADOPT, in JSON */
    const char *stored;             /* the record; NULL: none */

    /* The MCP server's answer that started it; 0: none. */
    int challenge_status;
    const char *challenge; /* its WWW-Authenticate; NULL: none */
    const char *sent;      /* the record whose token was sent; NULL: no token */

    script_answer answers[SCRIPT_ANSWERS_MAX];
    const char *loads;       /* "sf": one served, all others fail; "u":
                                with E_USAGE */
    const char *locks;       /* "hu": one held, all others unavailable; "l";
                                "f": they fail */
    const char *login_locks; /* the same; by default there is one where the
                                refresh lock is */
    const char *saves;       /* "fcs": one fails, one comes too late, all
                                others are served */
    int64_t late_ms;         /* every wait takes so much longer than asked */
    unsigned char draw;      /* every random byte that is no secret */
    const char *binds;       /* "to": one address taken, all others bound; "c":
                                cancelled */
    const char *assertions[4]; /* what is brought, the last one always; or
                                  "!E_USAGE" for none */
    const char *redirects[4];  /* queries, "+" stands for the right state; or
                                  "!E_TIMEOUT" for none */

    /* Somebody else stores this, once, just before this line is written. */
    const char *meanwhile;
    const char *meanwhile_at;

    const char *steps;
    mcpauth_status status; /* of the flow */
    const char *says;      /* stands in message or hint; NULL: anything */
    const char *logs;      /* stands in the log; NULL: anything */
    const char *after; /* members of the record, "token scope=a b" a line, "-"
                          for absent; "none": no record; NULL: unchanged */
} script_case;

/* --- cases as tests ------------------------------------------------------ */

struct CMUnitTest;

/* Runs every case and every other test as a test of its own; for main. */
int script_main(const char *group, const script_case *cases, size_t case_count,
    const struct CMUnitTest *others, size_t other_count);

/* How a case is checked: once.c compares all of it, sweep.c plays it again and
 * again with less memory. */
void script_check(const script_case *row);

/* --- one world, any number of flows -------------------------------------- */

enum { SCRIPT_TEXT_MAX = 16 * 1024 };

typedef struct script script;

/* row outlives it. */
script *script_open(const script_case *row);
void script_close(script *world);

/* Plays the flow of the row, or one of another purpose and no challenge. */
mcpauth_status script_play(script *world);
mcpauth_status script_play_purpose(script *world, mcpauth_flow_purpose purpose);

/* The request goes out again, with the token that is stored now; what was
 * tried for it is remembered. */
void script_send_again(script *world);

/* From now on this is the challenge. */
void script_set_challenge(script *world, const char *challenge);

/* What happened since the last clear. */
const char *script_steps(const script *world);
void script_clear(script *world);
const char *script_log(const script *world);
const char *script_message(const script *world); /* and hint */
const char *script_stored(const script *world);  /* NULL: no record */

int64_t script_now_ms(const script *world);
void script_set_now(script *world, int64_t now_ms);
void script_store(script *world, const char *record);
mcpauth_config *script_config(script *world);

/* A token came and no SAVE after it. */
bool script_lost(const script *world);

/* The members that `after` of a case names are as it says. */
void script_assert_stored(const script *world, const char *members);

/* Called around every call into the engine; sweep.c counts memory there. */
void script_enter(void);
void script_leave(void);

#endif
