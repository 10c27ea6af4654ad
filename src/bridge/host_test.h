/* host_test.h - a crossing between a host and a server that a test plays. */
#ifndef MA_BRIDGE_HOST_TEST_H
#define MA_BRIDGE_HOST_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"
#include "bridge/crossing.h"

enum { HOST_SENT_MAX = 64 };

/* What was sent and has no end yet, oldest first. */
typedef struct {
    ma_crossing *crossing;
    ma_buf said; /* a line a message */
    ma_errand *sent[HOST_SENT_MAX];
    size_t sent_count;
    mcpauth_headers *headers; /* of what host_open prepared last */
    char version[32];
} host;

static mcpauth_status host_say(void *ctx, ma_span message, mcpauth_error *err)
{
    host *h = ctx;
    (void)err;
    ma_buf_add_span(&h->said, message);
    ma_buf_add_byte(&h->said, '\n');
    return MCPAUTH_OK;
}

static mcpauth_status host_send(
    void *ctx, ma_errand *errand, mcpauth_error *err)
{
    host *h = ctx;
    (void)err;
    assert_true(h->sent_count < HOST_SENT_MAX);
    h->sent[h->sent_count++] = errand;
    return MCPAUTH_OK;
}

static void host_forget(host *h, const ma_errand *errand)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->sent_count; i++)
        if (h->sent[i] != errand)
            h->sent[kept++] = h->sent[i];
    h->sent_count = kept;
}

static void host_drop(void *ctx, ma_errand *errand)
{
    host_forget(ctx, errand);
}

static void host_log(void *ctx, int level, const char *event, const char *text)
{
    (void)ctx, (void)level, (void)event, (void)text;
}

/* pinned: the one version that the user allows, or NULL. */
static void host_begin_pinned(
    host *h, const char *known_version, const char *pinned)
{
    static const ma_crossing_ops ops = {
        host_say, host_send, host_drop, host_log};
    const ma_crossing_options options = {
        .server = "https://mcp.example/mcp",
        .client_name = "bridge",
        .client_version = "1",
        .known_version = known_version,
        .protocol_version = pinned,
    };
    *h = (host){.said = ma_buf_init(1 << 20)};
    assert_int_equal(ma_crossing_new(&options, &ops, h, &h->crossing, NULL), 0);
}

static void host_begin(host *h, const char *known_version)
{
    host_begin_pinned(h, known_version, NULL);
}

static void host_end(host *h)
{
    ma_crossing_free(h->crossing);
    ma_buf_done(&h->said);
    mcpauth_headers_free(h->headers);
}

/* The bridge ends while the host waits for these two, and is told of both. */
static void host_end_waiting(host *h, const char *one, const char *other)
{
    assert_int_equal(ma_crossing_waiting(h->crossing), 2);
    assert_int_equal(ma_crossing_end(h->crossing, NULL), 0);
    assert_true(ma_crossing_is_idle(h->crossing));
    assert_non_null(strstr(ma_buf_text(&h->said), one));
    assert_non_null(strstr(ma_buf_text(&h->said), other));
    host_end(h);
}

/* The host says a line. */
static void host_says(host *h, const char *line)
{
    assert_int_equal(ma_crossing_heard(h->crossing, ma_span_of(line), NULL), 0);
}

/* What the host was told since the last time. */
static void host_heard(host *h, const char *expected)
{
    assert_string_equal(ma_buf_text(&h->said), expected);
    ma_buf_clear(&h->said);
}

/* The oldest errand under way of that method; of a stream "GET", of the end of
 * a session "DELETE", of an answer "". */
static ma_errand *host_find(const host *h, const char *method)
{
    for (size_t i = 0; i < h->sent_count; i++) {
        ma_errand *at = h->sent[i];
        const char *name = at->method                              ? at->method
                           : at->purpose == MA_EXCHANGE_FOR_STREAM ? "GET"
                           : at->purpose == MA_EXCHANGE_FOR_CLOSE  ? "DELETE"
                                                                   : "";
        if (!strcmp(name, method))
            return at;
    }
    return NULL;
}

/* An answer under way; stays where it was opened. */
typedef struct {
    host *h;
    ma_errand *errand;
    ma_exchange_rules rules;
    ma_inbound *from;
} reply;

static reply host_open(host *h, const char *method)
{
    reply r = {.h = h,
        .errand = host_find(h, method),
        .rules = {.message_max = 1 << 20}};
    assert_non_null(r.errand);
    mcpauth_headers_free(h->headers);
    h->headers = mcpauth_headers_new();
    assert_int_equal(
        ma_crossing_prepare(h->crossing, r.errand, h->headers, &r.rules, NULL),
        0);
    return r;
}

static void reply_take(reply *r)
{
    const ma_exchange_event *event = NULL;
    assert_int_equal(ma_inbound_next(r->from, &event, NULL), 0);
    for (; event;) {
        if (event->kind >= MA_EXCHANGE_RESPONSE)
            host_forget(r->h, r->errand);
        assert_int_equal(
            ma_crossing_came(r->h->crossing, r->errand, event, r->from, NULL),
            0);
        assert_int_equal(ma_inbound_next(r->from, &event, NULL), 0);
    }
}

/* It begins with that status; session: its Mcp-Session-Id, or NULL. */
static void reply_head(
    reply *r, int status, const char *type, const char *session)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    bool get = r->errand->purpose == MA_EXCHANGE_FOR_STREAM;
    assert_int_equal(ma_inbound_new(r->errand->purpose, get, r->errand->id,
                         &r->rules, &r->from, NULL),
        0);
    assert_int_equal(
        mcpauth_headers_add(headers, "Content-Type", type, NULL), 0);
    if (session)
        assert_int_equal(
            mcpauth_headers_add(headers, "Mcp-Session-Id", session, NULL), 0);
    assert_int_equal(ma_inbound_head(r->from, status, headers, NULL), 0);
}

static void reply_feed(reply *r, const char *bytes)
{
    assert_int_equal(ma_inbound_feed(r->from, ma_span_of(bytes), NULL), 0);
    reply_take(r);
}

static void reply_end(reply *r)
{
    ma_inbound_end(r->from);
    reply_take(r);
    ma_inbound_free(r->from);
}

/* A whole answer of JSON. */
static void server_says(host *h, const char *method, int status,
    const char *session, const char *body)
{
    reply r = host_open(h, method);
    reply_head(&r, status, "application/json", session);
    reply_feed(&r, body);
    reply_end(&r);
}

/* It fails on the way. */
static void server_fails(host *h, const char *method, const char *why)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_errand *errand = host_find(h, method);
    assert_non_null(errand);
    host_forget(h, errand);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_NETWORK, "%s", why);
    assert_int_equal(ma_crossing_failed(h->crossing, errand, st, err, NULL), 0);
}

#endif
