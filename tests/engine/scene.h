/* scene.h - a provider with everybody around it played: the servers by
 * fakehttp, a person who logs in at once, a store that may be out of order. */
#ifndef MA_TESTS_ENGINE_SCENE_H
#define MA_TESTS_ENGINE_SCENE_H

#include <mcpauth/client.h>
#include <pthread.h>
#include <semaphore.h>

#include "fakehttp.h"

enum { SCENE_LOG_MAX = 64 * 1024 };

typedef struct {
    const char *settings; /* "name=value", one a line; '\n' behind each */
    const fakehttp_row *rows;
    size_t row_count;
    bool person;
    bool store_fails;           /* to save */
    bool store_forgets;         /* what is loaded is always nothing */
    mcpauth_status person_says; /* instead of logging in; OK: logs in */
} scene_options;

typedef struct {
    scene_options options;
    mcpauth_config *config;
    mcpauth_store *memory;
    mcpauth_store *store;
    fakehttp *net;
    mcpauth_http *http;
    mcpauth_ui *ui;
    mcpauth_provider *provider;

    /* What the person went through. */
    int listens;
    int browses;
    int closes;
    int forged;      /* redirects not ours that were told so */
    char scope[256]; /* asked for last, as in the URL */

    pthread_mutex_t log_mutex;
    char log[SCENE_LOG_MAX]; /* "0 store: text", one a line */
} scene;

void scene_open(scene *at, const scene_options *options);
void scene_close(scene *at);

/* Another provider on the same store and net: another run of the program. */
mcpauth_provider *scene_another_provider(scene *at);

/* The stored record's text has this in it. */
bool scene_has_stored(scene *at, const char *text);

/* One request to the MCP server as a program makes it: with the caller's
 * header, and as often as the caller says.  A server that cannot be reached is
 * not told to the caller. */
mcpauth_status scene_call(
    scene *at, mcpauth_caller *caller, mcpauth_error *err);

/* --- threads ------------------------------------------------------------- */

/* A door that those who come wait at until it is opened. */
typedef struct {
    sem_t arrived;
    sem_t door;
} gate;

void gate_init(gate *at);
void gate_done(gate *at);
void gate_pass(void *at);                /* waits */
void gate_wait_for(gate *at, int count); /* until so many more have come */
void gate_open(gate *at);

#endif
