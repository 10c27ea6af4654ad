/* sse_test.c - the same events, wherever the pieces end. */
#include "mcp/sse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"

enum { EVENT_MAX = 64 };

/* Writes what a stream holds: "type|data|" for every event, then the last id
 * and the retry value. */
static void take_events(ma_sse *sse, ma_buf *to)
{
    const ma_sse_event *event;
    for (;;) {
        assert_int_equal(ma_sse_next(sse, &event, NULL), 0);
        if (!event)
            return;
        ma_buf_add_span(to, event->type);
        ma_buf_add_text(to, event->too_long ? "!" : "|");
        ma_buf_add_span(to, event->data);
        ma_buf_add_byte(to, '|');
    }
}

static void write_events(ma_buf *to, ma_span stream, size_t piece_len)
{
    ma_sse *sse = NULL;
    assert_int_equal(ma_sse_new(EVENT_MAX, 0, &sse, NULL), 0);
    while (stream.len > 0) {
        size_t len = piece_len < stream.len ? piece_len : stream.len;
        assert_int_equal(
            ma_sse_feed(sse, ma_span_make(stream.at, len), NULL), 0);
        take_events(sse, to);
        stream = ma_span_make(stream.at + len, stream.len - len);
    }
    ma_buf_add_text(to, "id=");
    ma_buf_add_span(to, ma_sse_last_id(sse));
    ma_buf_addf(to, " retry=%d", (int)ma_sse_retry_ms(sse));
    ma_sse_free(sse);
}

#define LONG64                                                                 \
    "0123456789012345678901234567890123456789012345678901234567890123"

#define S(text)                                                                \
    {                                                                          \
        text, sizeof(text) - 1                                                 \
    }

static const struct {
    ma_span stream, events;
} rows[] = {
    {S("data: a\n\n"), S("message|a|id= retry=-1")},
    {S("data: a\r\n\r\n"), S("message|a|id= retry=-1")},
    {S("data: a\r\r"), S("message|a|id= retry=-1")},
    {S("data: a\r\n\rdata: b\n\r\n"), S("message|a|message|b|id= retry=-1")},
    {S("data: a\ndata: b\r\ndata:c\n\n"), S("message|a\nb\nc|id= retry=-1")},
    {S("data:  a \n\n"), S("message| a |id= retry=-1")},
    {S("data\n\n"), S("message||id= retry=-1")},
    {S("data:\ndata:\n\n"), S("message|\n|id= retry=-1")},
    {S("event: x\ndata: a\n\ndata: b\n\n"), S("x|a|message|b|id= retry=-1")},
    {S("event: x\n\ndata: b\n\n"), S("message|b|id= retry=-1")},
    {S(": comment\n\n:\n\ndata: a\n\n"), S("message|a|id= retry=-1")},
    {S("\xEF\xBB\xBF"
       "data: a\n\n"),
        S("message|a|id= retry=-1")},
    {S("\xEF\xBB\xBF\xEF\xBB\xBF"
       "data: a\n\n"),
        S("id= retry=-1")},
    {S("data: \xe4\xb8\x96\n\n"), S("message|\xe4\xb8\x96|id= retry=-1")},
    {S("datax: a\ndat: b\n data: c\nDATA: d\n\n"), S("id= retry=-1")},
    {S("data: a:b: c\n\n"), S("message|a:b: c|id= retry=-1")},
    {S("data: a\n"), S("id= retry=-1")},
    {S("id: 1\ndata: a"), S("id= retry=-1")},
    /* T-031: a priming event sets the id and is not handed out */
    {S("id: 7\n\n"), S("id=7 retry=-1")},
    {S("id: 7\ndata:\n\n"), S("message||id=7 retry=-1")},
    {S("id: 7\ndata: a\n\nid\ndata: b\n\n"),
        S("message|a|message|b|id= retry=-1")},
    {S("id: 7\ndata: a\n\ndata: b\n\n"),
        S("message|a|message|b|id=7 retry=-1")},
    {S("id: 7\ndata: a\n\nid: 8\ndata: b\n"), S("message|a|id=7 retry=-1")},
    {S("id: a\0b\ndata: a\n\n"), S("message|a|id= retry=-1")},
    {S("data: a\0b\n\n"), S("message|a\0b|id= retry=-1")},
    {S("retry: 2500\n"), S("id= retry=2500")},
    {S("retry: 2500\nretry: x\nretry: -1\nretry: 1.5\nretry:\n"),
        S("id= retry=2500")},
    {S("retry: 300001\n"), S("id= retry=300000")},
    {S("retry: 99999999999999999999999999\n"), S("id= retry=300000")},
    {S("data: " LONG64 "\n\n"), S("message|" LONG64 "|id= retry=-1")},
    {S("data: " LONG64 "x\n\ndata: a\n\n"),
        S("message!|message|a|id= retry=-1")},
    {S("id: 9\ndata: " LONG64 "\ndata: b\n\n"), S("message!|id=9 retry=-1")},
    {S("event: e\ndata: " LONG64 LONG64 LONG64 "\n\ndata: a\n\n"),
        S("e!|message|a|id= retry=-1")},
};

static void every_split_gives_the_same_events_T_030_T_032_S_023(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t len = 1; len <= rows[i].stream.len; len++) {
            MA_SCOPED(ma_buf) events = ma_buf_init(4096);
            write_events(&events, rows[i].stream, len);
            assert_int_equal(events.len, rows[i].events.len);
            assert_memory_equal(events.at, rows[i].events.at, events.len);
        }
    }
}

static void an_id_too_long_for_a_header_is_ignored_T_006(void **state)
{
    static char stream[MA_SSE_ID_MAX + 32];
    ma_sse *sse = NULL;
    const ma_sse_event *event;
    (void)state;
    memset(stream, 'x', sizeof stream);
    memcpy(stream, "id: ", 4);
    memcpy(stream + sizeof stream - 2, "\n\n", 2);
    assert_int_equal(ma_sse_new(sizeof stream, 0, &sse, NULL), 0);
    assert_int_equal(
        ma_sse_feed(sse, ma_span_make(stream, sizeof stream), NULL), 0);
    assert_int_equal(ma_sse_next(sse, &event, NULL), 0);
    assert_int_equal(ma_sse_last_id(sse).len, 0);
    ma_sse_free(sse);
}

static void an_overlong_type_is_not_a_message_S_023(void **state)
{
    static char stream[600] = "data: a\nevent: ";
    ma_sse *sse = NULL;
    const ma_sse_event *event;
    (void)state;
    memset(stream + 15, 'x', sizeof stream - 17);
    memcpy(stream + sizeof stream - 2, "\n\n", 2);
    assert_int_equal(ma_sse_new(sizeof stream, 0, &sse, NULL), 0);
    assert_int_equal(
        ma_sse_feed(sse, ma_span_make(stream, sizeof stream), NULL), 0);
    assert_int_equal(ma_sse_next(sse, &event, NULL), 0);
    assert_non_null(event);
    assert_false(ma_span_is(event->type, "message"));
    ma_sse_free(sse);
}

static void a_piece_is_used_up_before_the_next(void **state)
{
    ma_sse *sse = NULL;
    (void)state;
    assert_int_equal(ma_sse_new(EVENT_MAX, 0, &sse, NULL), 0);
    assert_int_equal(ma_sse_feed(sse, ma_span_of("data: a\n\n"), NULL), 0);
    assert_int_equal(ma_sse_feed(sse, ma_span_of("x"), NULL), MCPAUTH_E_STATE);
    ma_sse_free(sse);
    ma_sse_free(NULL);
}

static void a_piece_that_is_kept_need_not_stay(void **state)
{
    char piece[] = "data: a\n\ndata: b\n\n";
    const ma_sse_event *event = NULL;
    ma_sse *sse = NULL;
    (void)state;
    assert_int_equal(ma_sse_new(EVENT_MAX, 0, &sse, NULL), 0);
    assert_int_equal(ma_sse_feed(sse, ma_span_of(piece), NULL), 0);
    assert_int_equal(ma_sse_next(sse, &event, NULL), 0);
    assert_int_equal(ma_sse_keep(sse, NULL), 0);
    memset(piece, 'x', sizeof piece);
    assert_int_equal(ma_sse_next(sse, &event, NULL), 0);
    assert_non_null(event);
    assert_true(ma_span_is(event->data, "b"));
    ma_sse_free(sse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split_gives_the_same_events_T_030_T_032_S_023),
        cmocka_unit_test(an_id_too_long_for_a_header_is_ignored_T_006),
        cmocka_unit_test(an_overlong_type_is_not_a_message_S_023),
        cmocka_unit_test(a_piece_is_used_up_before_the_next),
        cmocka_unit_test(a_piece_that_is_kept_need_not_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
