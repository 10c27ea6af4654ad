/* clients.h - who may ask an authorization server for what. */
#ifndef MA_SANDBOX_CLIENTS_H
#define MA_SANDBOX_CLIENTS_H

#include "base/alloc.h"
#include "base/buf.h"

/* Lists are texts with spaces between their words. */
typedef struct {
    const char *id;
    const char *secret;    /* NULL: a public client */
    const char *scopes;    /* all it may have */
    const char *redirects; /* registered redirect URIs */
    const char *grants;    /* grant types; "password" for InitiateAuth */
    const char *key;       /* registration access token; NULL: none */
} ma_client;

typedef struct {
    ma_client **items; /* removed ones leave NULL */
    size_t count;
} ma_clients;

void ma_clients_done(ma_clients *clients);

/* Adds a copy. */
mcpauth_status ma_clients_add(
    ma_clients *clients, const ma_client *client, mcpauth_error *err);

/* Lent until it is removed; NULL when there is none. */
const ma_client *ma_clients_get(const ma_clients *clients, const char *id);
void ma_clients_remove(ma_clients *clients, const char *id);

/* Whether list holds word; whether it holds every word of words. */
bool ma_clients_lists(const char *list, ma_span word);
bool ma_clients_lists_all(const char *list, const char *words);

#endif
