/* talk.c - see talk.h. */
#include "talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* --- what is noted ------------------------------------------------------- */

void talk_note(talk *t, const char *line, size_t len)
{
    pthread_mutex_lock(&t->mutex);
    size_t used = strlen(t->noted);
    if (used + len + 2 > sizeof t->noted)
        abort();
    memcpy(t->noted + used, line, len);
    memcpy(t->noted + used + len, "\n", 2);
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->mutex);
}

static void notified(void *ctx, const char *message, size_t len)
{
    talk_note(ctx, message, len);
}

static void write_plain(char *to, size_t room, const char *with)
{
    size_t len = 0;
    for (; with[len] && len + 1 < room; len++)
        to[len] = with[len];
    to[len] = '\0';
    for (char *at = to; *at; at++)
        if (*at == '\'')
            *at = '"';
}

void talk_wait(talk *t, const char *with)
{
    char plain[512];
    write_plain(plain, sizeof plain, with);
    pthread_mutex_lock(&t->mutex);
    while (!strstr(t->noted, plain))
        pthread_cond_wait(&t->changed, &t->mutex);
    pthread_mutex_unlock(&t->mutex);
}

bool talk_has(talk *t, const char *with)
{
    char plain[512];
    write_plain(plain, sizeof plain, with);
    pthread_mutex_lock(&t->mutex);
    bool has = strstr(t->noted, plain);
    pthread_mutex_unlock(&t->mutex);
    return has;
}

/* --- life ---------------------------------------------------------------- */

void talk_open(talk *t, const fakehttp_row *rows, size_t count,
    const mcpauth_client_options *own)
{
    mcpauth_client_options options = *own;
    memset(t, 0, sizeof *t);
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->changed, NULL);
    t->err = mcpauth_error_new();
    t->net = fakehttp_new(rows, count);
    t->http = fakehttp_driver(t->net);
    options.size = sizeof options;
    options.http = t->http;
    options.server = TALK_SERVER;
    options.notified = notified;
    options.ctx = t;
    if (mcpauth_client_new(&options, &t->client, NULL))
        abort();
}

void talk_close(talk *t)
{
    mcpauth_client_free(t->client);
    mcpauth_text_free(t->text);
    mcpauth_error_free(t->err);
    mcpauth_http_free(t->http);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->mutex);
}

/* --- calls --------------------------------------------------------------- */

mcpauth_status talk_ask(talk *t, const char *method, const char *params)
{
    mcpauth_text_free(t->text);
    t->text = NULL;
    mcpauth_error_clear(t->err);
    return mcpauth_client_request(
        t->client, method, params, &t->text, &t->len, t->err);
}

int talk_sent(talk *t, const char *with)
{
    return fakehttp_count(t->net, MCP, with);
}

static void *make_call(void *ctx)
{
    talk_call *call = ctx;
    call->status = mcpauth_client_call(
        call->at->client, &call->call, &call->text, &call->len, call->err);
    return NULL;
}

void talk_start(talk_call *call, talk *t, const mcpauth_call *wanted)
{
    memset(call, 0, sizeof *call);
    call->at = t;
    call->call = *wanted;
    call->call.size = sizeof call->call;
    call->err = mcpauth_error_new();
    if (pthread_create(&call->thread, NULL, make_call, call))
        abort();
}

mcpauth_status talk_join(talk_call *call)
{
    pthread_join(call->thread, NULL);
    return call->status;
}

void talk_call_done(talk_call *call)
{
    mcpauth_text_free(call->text);
    mcpauth_error_free(call->err);
}
