/* fakehttp.c - see fakehttp.h. */
#include "fakehttp.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/headers.h"
#include "base/http.h"

enum { ROWS_MAX = 64, TEXTS_MAX = 4096, TEXT_MAX = 1024 * 1024 };

/* An answer that goes on. */
typedef struct held {
    const char *text;
    mcpauth_cancel *news; /* asked when there is something to say */
    const char *body;     /* NULL: nothing */
    bool ended;
    mcpauth_status failure;
    struct held *next;
} held;

struct fakehttp {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    held *helds;
    const fakehttp_row *rows;
    size_t count;
    int used[ROWS_MAX];
    size_t piece;
    char *texts[TEXTS_MAX];
    size_t text_count;
};

fakehttp *fakehttp_new(const fakehttp_row *rows, size_t count)
{
    fakehttp *fake = calloc(1, sizeof *fake);
    if (!fake || count > ROWS_MAX)
        abort();
    pthread_mutex_init(&fake->mutex, NULL);
    pthread_cond_init(&fake->changed, NULL);
    fake->rows = rows;
    fake->count = count;
    return fake;
}

static void free_fake(void *ctx)
{
    fakehttp *fake = ctx;
    for (size_t i = 0; i < fake->text_count; i++)
        free(fake->texts[i]);
    pthread_cond_destroy(&fake->changed);
    pthread_mutex_destroy(&fake->mutex);
    free(fake);
}

void fakehttp_set_piece(fakehttp *fake, size_t len)
{
    fake->piece = len;
}

/* --- what was asked ------------------------------------------------------ */

static char *write_text(const mcpauth_http_request *request)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    ma_buf_addf(&text, "%s %s\n", request->method, request->url);
    for (size_t i = 0; i < mcpauth_headers_count(request->headers); i++)
        ma_buf_addf(&text, "%s: %s\n",
            mcpauth_headers_name(request->headers, i),
            mcpauth_headers_value(request->headers, i));
    ma_buf_add(&text, request->body, request->body ? request->body_len : 0);
    return strdup(ma_buf_text(&text));
}

/* text goes on like this, where ' stands for ". */
static bool starts(const char *text, const char *with)
{
    while (*with && *text == (*with == '\'' ? '"' : *with)) {
        text++;
        with++;
    }
    return !*with;
}

static bool has(const char *text, const char *with)
{
    while (*text && !starts(text, with))
        text++;
    return *text;
}

static bool is_like(const char *text, const char *request, const char *with)
{
    size_t len = strlen(request);
    return !strncmp(text, request, len) && text[len] == '\n' &&
           (!with || has(text + len, with));
}

/* The mutex is held. */
static int count_like(
    const fakehttp *fake, const char *request, const char *with)
{
    int count = 0;
    for (size_t i = 0; i < fake->text_count; i++)
        count += is_like(fake->texts[i], request, with);
    return count;
}

int fakehttp_count(fakehttp *fake, const char *request, const char *with)
{
    pthread_mutex_lock(&fake->mutex);
    int count = count_like(fake, request, with);
    pthread_mutex_unlock(&fake->mutex);
    return count;
}

void fakehttp_wait(
    fakehttp *fake, const char *request, const char *with, int count)
{
    pthread_mutex_lock(&fake->mutex);
    while (count_like(fake, request, with) < count)
        pthread_cond_wait(&fake->changed, &fake->mutex);
    pthread_mutex_unlock(&fake->mutex);
}

const char *fakehttp_text(fakehttp *fake, size_t index)
{
    return index < fake->text_count ? fake->texts[index] : NULL;
}

/* Keeps text and finds who answers it. */
static const fakehttp_row *choose(fakehttp *fake, char *text)
{
    static const fakehttp_row nobody = {
        "", 404, "", JSON, 0, NULL, 0, NULL, 0, 0};
    const fakehttp_row *chosen = &nobody;
    pthread_mutex_lock(&fake->mutex);
    if (fake->text_count == TEXTS_MAX)
        abort();
    fake->texts[fake->text_count++] = text;
    pthread_cond_broadcast(&fake->changed);
    for (size_t i = 0; i < fake->count && chosen == &nobody; i++) {
        const fakehttp_row *row = &fake->rows[i];
        if (!is_like(text, row->request, row->when) ||
            (row->times && fake->used[i] == row->times))
            continue;
        fake->used[i]++;
        chosen = row;
    }
    pthread_mutex_unlock(&fake->mutex);
    return chosen;
}

/* --- what is answered ---------------------------------------------------- */

static void add_body(ma_buf *to, const char *body, const char *asked)
{
    const char *id = strstr(asked, "\"id\":");
    for (; body && *body; body++) {
        if (!strncmp(body, "$ID", 3)) {
            ma_buf_add(to, id + 5, id ? strcspn(id + 5, ",}") : 0);
            body += 2;
            continue;
        }
        ma_buf_add_byte(to, *body == '\'' ? '"' : *body);
    }
}

static mcpauth_status give_head(
    const fakehttp_row *row, const mcpauth_http_sink *sink, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    ma_span lines = ma_span_of(row->headers ? row->headers : JSON);
    while (lines.at) {
        ma_span value = ma_span_cut(&lines, '\n');
        ma_span name = ma_span_cut(&value, ':');
        if (ma_headers_add(headers, name, ma_span_trim(value), err))
            abort();
    }
    return sink->head(sink->ctx, row->http_status, headers, err);
}

static mcpauth_status give_body(ma_span body, size_t piece,
    const mcpauth_http_sink *sink, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    while (!st && body.len) {
        size_t len = piece && piece < body.len ? piece : body.len;
        st = sink->body(sink->ctx, body.at, len, err);
        body = ma_span_make(body.at + len, body.len - len);
    }
    return st;
}

/* --- answers that go on -------------------------------------------------- */

/* The mutex is held. */
static held *find_held(const fakehttp *fake, const char *with)
{
    held *at = fake->helds;
    while (at && !has(at->text, with))
        at = at->next;
    return at;
}

static bool is_held(const fakehttp *fake, const held *wanted)
{
    const held *at = fake->helds;
    while (at && at != wanted)
        at = at->next;
    return at;
}

/* Waits for the request, hands it news, and waits until it took them. */
static void tell(fakehttp *fake, const char *with, const held *news)
{
    held *at;
    pthread_mutex_lock(&fake->mutex);
    while (!(at = find_held(fake, with)))
        pthread_cond_wait(&fake->changed, &fake->mutex);
    at->body = news->body;
    at->ended = news->ended;
    at->failure = news->failure;
    mcpauth_cancel_ask(at->news);
    while (is_held(fake, at) && (at->body || at->ended))
        pthread_cond_wait(&fake->changed, &fake->mutex);
    pthread_mutex_unlock(&fake->mutex);
}

void fakehttp_push(fakehttp *fake, const char *with, const char *body)
{
    tell(fake, with, &(held){.body = body});
}

void fakehttp_end(fakehttp *fake, const char *with, mcpauth_status failure)
{
    tell(fake, with, &(held){.ended = true, .failure = failure});
}

void fakehttp_wait_free(fakehttp *fake, const char *with)
{
    pthread_mutex_lock(&fake->mutex);
    while (find_held(fake, with))
        pthread_cond_wait(&fake->changed, &fake->mutex);
    pthread_mutex_unlock(&fake->mutex);
}

static void enlist(fakehttp *fake, held *at)
{
    pthread_mutex_lock(&fake->mutex);
    at->next = fake->helds;
    fake->helds = at;
    pthread_cond_broadcast(&fake->changed);
    pthread_mutex_unlock(&fake->mutex);
}

static void strike(fakehttp *fake, const held *at)
{
    pthread_mutex_lock(&fake->mutex);
    held **link = &fake->helds;
    while (*link != at)
        link = &(*link)->next;
    *link = at->next;
    pthread_cond_broadcast(&fake->changed);
    pthread_mutex_unlock(&fake->mutex);
}

/* False: cancelled. */
static bool await_news(const held *at, const mcpauth_cancel *cancel)
{
    struct pollfd fds[] = {{mcpauth_cancel_fd(at->news), POLLIN, 0},
        {mcpauth_cancel_fd(cancel), POLLIN, 0}};
    poll(fds, 2, -1);
    return !mcpauth_cancel_asked(cancel);
}

/* Gives what there is to say; true when that was all. */
static bool give_news(fakehttp *fake, held *at, const mcpauth_http_sink *sink,
    mcpauth_status *status, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) body = ma_buf_init(TEXT_MAX);
    pthread_mutex_lock(&fake->mutex);
    add_body(&body, at->body, at->text);
    bool ended = at->ended;
    mcpauth_cancel_free(at->news);
    at->news = mcpauth_cancel_new();
    pthread_mutex_unlock(&fake->mutex);
    *status = give_body(ma_buf_span(&body), fake->piece, sink, err);
    if (!*status && ended && at->failure)
        *status = mcpauth_error_set(err, at->failure, "the fake fails");
    if (*status || ended)
        return true;
    pthread_mutex_lock(&fake->mutex);
    at->body = NULL;
    pthread_cond_broadcast(&fake->changed);
    pthread_mutex_unlock(&fake->mutex);
    return false;
}

static mcpauth_status hold(fakehttp *fake, const char *text,
    const mcpauth_cancel *cancel, const mcpauth_http_sink *sink,
    mcpauth_error *err)
{
    held at = {.text = text, .news = mcpauth_cancel_new()};
    mcpauth_status st = MCPAUTH_OK;
    enlist(fake, &at);
    do {
        if (!await_news(&at, cancel)) {
            st = ma_cancel_error(err);
            break;
        }
    } while (!give_news(fake, &at, sink, &st, err));
    strike(fake, &at);
    mcpauth_cancel_free(at.news);
    return st;
}

static mcpauth_status perform(void *ctx, const mcpauth_http_request *request,
    const mcpauth_http_sink *sink, mcpauth_error *err)
{
    fakehttp *fake = ctx;
    if (mcpauth_cancel_asked(request->cancel))
        return ma_cancel_error(err);
    char *text = write_text(request);
    const fakehttp_row *row = choose(fake, text);
    MA_SCOPED(ma_buf) body = ma_buf_init(TEXT_MAX);
    add_body(&body, row->body, text);
    if (row->before)
        row->before(row->ctx);
    mcpauth_status st = MCPAUTH_OK;
    if (row->http_status)
        st = give_head(row, sink, err);
    if (!st && row->http_status)
        st = give_body(ma_buf_span(&body), fake->piece, sink, err);
    if (!st && row->hold)
        st = hold(fake, text, request->cancel, sink, err);
    if (!st && row->failure)
        st = mcpauth_error_set(err, row->failure, "the fake fails");
    return st;
}

mcpauth_http *fakehttp_driver(fakehttp *fake)
{
    static const mcpauth_http_ops ops = {sizeof ops, perform, free_fake};
    mcpauth_http *http = NULL;
    if (mcpauth_http_new(&ops, fake, &http, NULL))
        abort();
    return http;
}
