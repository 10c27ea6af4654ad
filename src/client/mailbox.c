/* mailbox.c - a list of who waits, each with an event of his own. */
#include "client/mailbox.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/error.h"
#include "mcp/session.h"

typedef struct place {
    char *id;
    mcpauth_cancel *arrived;
    ma_buf text; /* empty: nothing will come */
    struct place *next;
} place;

struct ma_mailbox {
    pthread_mutex_t mutex; /* guards what follows */
    bool open;
    unsigned generation;
    place *places;
};

ma_mailbox *ma_mailbox_new(void)
{
    ma_mailbox *mailbox = ma_calloc(1, sizeof *mailbox);
    if (mailbox)
        pthread_mutex_init(&mailbox->mutex, NULL);
    return mailbox;
}

static void free_place(place *at)
{
    if (!at)
        return;
    mcpauth_cancel_free(at->arrived);
    ma_buf_done(&at->text);
    ma_free(at->id);
    ma_free(at);
}
MA_AUTO_DEFINE(place, free_place)

void ma_mailbox_free(ma_mailbox *mailbox)
{
    if (!mailbox)
        return;
    while (mailbox->places) {
        place *next = mailbox->places->next;
        free_place(mailbox->places);
        mailbox->places = next;
    }
    pthread_mutex_destroy(&mailbox->mutex);
    ma_free(mailbox);
}

/* The mutex is held.  The link that leads to the place, or to NULL. */
static place **find(ma_mailbox *mailbox, ma_span id)
{
    place **link = &mailbox->places;
    while (*link && !ma_envelope_same_id(id, ma_span_of((*link)->id)))
        link = &(*link)->next;
    return link;
}

void ma_mailbox_open(ma_mailbox *mailbox, unsigned generation)
{
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->open = true;
    mailbox->generation = generation;
    pthread_mutex_unlock(&mailbox->mutex);
}

mcpauth_status ma_mailbox_expect(
    ma_mailbox *mailbox, ma_span id, unsigned generation, mcpauth_error *err)
{
    MA_AUTO(place) at = ma_calloc(1, sizeof *at);
    if (!at)
        return ma_error_nomem(err);
    at->text = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    at->id = ma_strndup(id.at, id.len);
    at->arrived = mcpauth_cancel_new();
    if (!at->id || !at->arrived)
        return ma_error_nomem(err);
    pthread_mutex_lock(&mailbox->mutex);
    bool open = mailbox->open && mailbox->generation == generation;
    if (open) {
        at->next = mailbox->places;
        mailbox->places = ma_move(&at);
    }
    pthread_mutex_unlock(&mailbox->mutex);
    return open ? MCPAUTH_OK
                : ma_error_set(err, MCPAUTH_E_NETWORK,
                      "the MCP server's stream ended before the request was "
                      "sent");
}

void ma_mailbox_forget(ma_mailbox *mailbox, ma_span id)
{
    pthread_mutex_lock(&mailbox->mutex);
    place **link = find(mailbox, id);
    place *at = *link;
    if (at)
        *link = at->next;
    pthread_mutex_unlock(&mailbox->mutex);
    free_place(at);
}

static mcpauth_status wait_for(const place *at, int64_t timeout_ms,
    const mcpauth_cancel *cancel, mcpauth_error *err)
{
    mcpauth_status st = ma_cancel_await(at->arrived, cancel, timeout_ms);
    if (st == MCPAUTH_E_CANCELLED)
        return ma_cancel_error(err);
    return st ? ma_error_set(err, st,
                    "the MCP server took the request and did not answer it "
                    "within %lld ms",
                    (long long)timeout_ms)
              : MCPAUTH_OK;
}

mcpauth_status ma_mailbox_wait(ma_mailbox *mailbox, ma_span id,
    int64_t timeout_ms, const mcpauth_cancel *cancel, ma_buf *to,
    mcpauth_error *err)
{
    pthread_mutex_lock(&mailbox->mutex);
    place *at = *find(mailbox, id);
    pthread_mutex_unlock(&mailbox->mutex);
    mcpauth_status st = wait_for(at, timeout_ms, cancel, err);
    if (st)
        return st;
    if (!at->text.len)
        return ma_error_set(err, MCPAUTH_E_NETWORK,
            "the MCP server's stream ended before the response to request %s",
            at->id);
    ma_buf_add_span(to, ma_buf_span(&at->text));
    return ma_buf_status(to, "the MCP server's answer", err);
}

void ma_mailbox_deliver(ma_mailbox *mailbox, const ma_envelope *message)
{
    pthread_mutex_lock(&mailbox->mutex);
    place *at = *find(mailbox, message->id);
    if (at && !mcpauth_cancel_asked(at->arrived)) {
        ma_buf_add_span(&at->text, message->text);
        mcpauth_cancel_ask(at->arrived);
    }
    pthread_mutex_unlock(&mailbox->mutex);
}

void ma_mailbox_fail(ma_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->open = false;
    for (place *at = mailbox->places; at; at = at->next)
        mcpauth_cancel_ask(at->arrived);
    pthread_mutex_unlock(&mailbox->mutex);
}
