/* clients.c - see clients.h. */
#include "sandbox/clients.h"

#include <string.h>

#include "base/error.h"

static void free_client(ma_client *client)
{
    if (!client)
        return;
    ma_free((char *)client->id);
    ma_free((char *)client->secret);
    ma_free((char *)client->scopes);
    ma_free((char *)client->redirects);
    ma_free((char *)client->grants);
    ma_free((char *)client->key);
    ma_free(client);
}
MA_AUTO_DEFINE(ma_client, free_client)

/* True when a copy is missing though there was a text. */
static bool copy_text(const char **to, const char *text)
{
    *to = ma_strdup(text);
    return text && !*to;
}

static ma_client *dup_client(const ma_client *client)
{
    MA_AUTO(ma_client) copy = ma_calloc(1, sizeof *copy);
    if (!copy)
        return NULL;
    if (copy_text(&copy->id, client->id) ||
        copy_text(&copy->secret, client->secret) ||
        copy_text(&copy->scopes, client->scopes) ||
        copy_text(&copy->redirects, client->redirects) ||
        copy_text(&copy->grants, client->grants) ||
        copy_text(&copy->key, client->key))
        return NULL;
    return ma_move(&copy);
}

void ma_clients_done(ma_clients *clients)
{
    for (size_t i = 0; i < clients->count; i++)
        free_client(clients->items[i]);
    ma_free(clients->items);
    *clients = (ma_clients){0};
}

mcpauth_status ma_clients_add(
    ma_clients *clients, const ma_client *client, mcpauth_error *err)
{
    MA_AUTO(ma_client) copy = dup_client(client);
    size_t len = (clients->count + 1) * sizeof *clients->items;
    ma_client **items = copy ? ma_realloc(clients->items, len) : NULL;
    if (!items)
        return ma_error_nomem(err);
    clients->items = items;
    items[clients->count++] = ma_move(&copy);
    return MCPAUTH_OK;
}

static size_t find_client(const ma_clients *clients, const char *id)
{
    for (size_t i = 0; i < clients->count; i++)
        if (clients->items[i] && !strcmp(clients->items[i]->id, id))
            return i;
    return clients->count;
}

const ma_client *ma_clients_get(const ma_clients *clients, const char *id)
{
    size_t i = id ? find_client(clients, id) : clients->count;
    return i < clients->count ? clients->items[i] : NULL;
}

void ma_clients_remove(ma_clients *clients, const char *id)
{
    size_t i = find_client(clients, id);
    if (i < clients->count)
        free_client(ma_move(&clients->items[i]));
}

bool ma_clients_lists(const char *list, ma_span word)
{
    ma_span rest = ma_span_of(list);
    while (word.len && rest.at)
        if (ma_span_eq(ma_span_cut(&rest, ' '), word))
            return true;
    return false;
}

bool ma_clients_lists_all(const char *list, const char *words)
{
    ma_span rest = ma_span_of(words);
    while (rest.at) {
        ma_span word = ma_span_cut(&rest, ' ');
        if (word.len && !ma_clients_lists(list, word))
            return false;
    }
    return true;
}
