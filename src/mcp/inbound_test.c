/* inbound_test.c - every form an answer of Streamable HTTP can take. */
#include "mcp/inbound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"

#define JSON   "application/json"
#define SSE    "text/event-stream"
#define RESULT "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"n\":1.10}}"
#define NOTICE "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}"
#define CALL   "{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"ping\"}"
#define ERROR                                                                  \
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,"                \
    "\"message\":\"no\"}}"
#define OTHER "{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{}}"

static const ma_exchange_rules rules = {
    .server_requests = true,
    .message_max = 200,
    .retry_codes = {-32003, -32005},
};

/* One that waits for its answer; a request has id 7. */
static ma_inbound *make(
    ma_exchange_purpose purpose, const ma_exchange_rules *with)
{
    ma_inbound *inbound = NULL;
    bool stream = purpose == MA_EXCHANGE_FOR_STREAM;
    assert_int_equal(
        ma_inbound_new(purpose, stream, "7", with, &inbound, NULL), 0);
    return inbound;
}

static mcpauth_status head(ma_inbound *inbound, int status, const char *name,
    const char *value, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (name)
        assert_int_equal(mcpauth_headers_add(headers, name, value, NULL), 0);
    return ma_inbound_head(inbound, status, headers, err);
}

/* One letter for each event, in the order of ma_exchange_event_kind. */
static mcpauth_status take_events(
    ma_inbound *inbound, ma_buf *to, mcpauth_error *err)
{
    const ma_exchange_event *event;
    for (;;) {
        mcpauth_status st = ma_inbound_next(inbound, &event, err);
        if (st || !event)
            return st;
        ma_buf_add_byte(to, "NSPO.REAULrFC|"[event->kind]);
    }
}

/* Gives the answer in pieces of piece_len and writes the events of it. */
static mcpauth_status play(ma_inbound *inbound, ma_span body, size_t piece_len,
    ma_buf *to, mcpauth_error *err)
{
    while (body.len > 0) {
        size_t len = piece_len < body.len ? piece_len : body.len;
        mcpauth_status st =
            ma_inbound_feed(inbound, ma_span_make(body.at, len), err);
        if (!st)
            st = take_events(inbound, to, err);
        if (st)
            return st;
        body = ma_span_make(body.at + len, body.len - len);
    }
    ma_inbound_end(inbound);
    return take_events(inbound, to, err);
}

/* --- answers to a request ------------------------------------------------ */

static const struct {
    int status;
    const char *type, *body;
    mcpauth_status st;
    const char *events;
} answers[] = {
    {200, JSON, RESULT, MCPAUTH_OK, "R"},
    {200, "Application/JSON ; charset=utf-8", RESULT, MCPAUTH_OK, "R"},
    {200, JSON, ERROR, MCPAUTH_OK, "E"},
    {200, JSON, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"\"}}",
        MCPAUTH_OK, "E"},
    /* T-022, S-014, S-018 */
    {200, JSON, "", MCPAUTH_E_PROTOCOL, ""},
    {200, JSON, "{\"jsonrpc\":\"2.0\",\"id\":7,\"resu", MCPAUTH_E_PROTOCOL, ""},
    {200, JSON, "<html>", MCPAUTH_E_PROTOCOL, ""},
    {200, JSON, RESULT RESULT, MCPAUTH_E_PROTOCOL, ""},
    {200, JSON, NOTICE, MCPAUTH_E_PROTOCOL, "N"},
    /* T-002, T-004, S-024: nobody else's id, nor ours as a string */
    {200, JSON, OTHER, MCPAUTH_E_PROTOCOL, ""},
    {200, JSON, "{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":{}}",
        MCPAUTH_E_PROTOCOL, ""},
    {200, JSON, "{\"jsonrpc\":\"2.0\",\"id\":7.5,\"result\":{}}",
        MCPAUTH_E_PROTOCOL, ""},
    /* T-002: the same number, written otherwise */
    {200, JSON, "{\"jsonrpc\":\"2.0\",\"id\":7.0,\"result\":{}}", MCPAUTH_OK,
        "R"},
    /* T-005 */
    {200, JSON, "[" RESULT "]", MCPAUTH_E_PROTOCOL, ""},
    {200, SSE, "data: [" RESULT "]\n\n", MCPAUTH_E_PROTOCOL, ""},
    /* T-040: in order, the response last or not */
    {200, SSE, "data: " RESULT "\n\n", MCPAUTH_OK, "R"},
    {200, SSE,
        "id: 1\ndata:\n\ndata: " NOTICE "\n\ndata: " CALL "\n\ndata: " RESULT
        "\n\ndata: " NOTICE "\n\ndata: " RESULT "\n\n",
        MCPAUTH_OK, "NSRN"},
    {200, SSE, "data: " ERROR "\n\n", MCPAUTH_OK, "E"},
    {200, SSE, "data: " OTHER "\n\ndata: " RESULT "\n\n", MCPAUTH_OK, "R"},
    /* T-031: bad events and other types are skipped */
    {200, SSE, "data: {\n\nevent: x\ndata: " ERROR "\n\ndata: " RESULT "\n\n",
        MCPAUTH_OK, "R"},
    /* T-041: cut off */
    {200, SSE, "data: " NOTICE "\n\n", MCPAUTH_E_NETWORK, "N"},
    {200, SSE, "data: " RESULT "\n", MCPAUTH_E_NETWORK, ""},
    {200, SSE, "", MCPAUTH_E_NETWORK, ""},
    /* seed-36, AgentCore: 200 with an error that passes */
    {200, JSON,
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32003,"
        "\"message\":\"Rate limit exceeded\"}}",
        MCPAUTH_OK, "r"},
    {200, SSE,
        "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32005,"
        "\"message\":\"Session operation in progress\"}}\n\n",
        MCPAUTH_OK, "r"},
    {200, JSON,
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32004,"
        "\"message\":\"Resource not found\"}}",
        MCPAUTH_OK, "E"},
    /* T-023, T-024 */
    {400, JSON, ERROR, MCPAUTH_OK, "E"},
    {404, JSON, ERROR, MCPAUTH_OK, "E"},
    {400, JSON,
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"
        "\"message\":\"m\"}}",
        MCPAUTH_OK, "E"},
    {400, JSON,
        "{\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":-32600,"
        "\"message\":\"m\"}}",
        MCPAUTH_OK, "F"},
    {400, JSON, RESULT, MCPAUTH_OK, "F"},
    {404, "text/html", "<html>", MCPAUTH_OK, "F"},
    {500, NULL, "", MCPAUTH_OK, "F"},
    {302, "text/html", "", MCPAUTH_OK, "F"},
    {401, JSON, ERROR, MCPAUTH_OK, "U"},
    {403, JSON, "{\"message\":\"no\"}", MCPAUTH_OK, "U"},
    {429, NULL, "", MCPAUTH_OK, "r"},
    {503, JSON, ERROR, MCPAUTH_OK, "r"},
};

static void every_answer_in_every_split_T_022_T_023_T_040_S_023(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        ma_span body = ma_span_of(answers[i].body);
        for (size_t len = 1; len <= body.len + 1; len++) {
            MA_SCOPED(ma_buf) events = ma_buf_init(100);
            MA_AUTO(ma_inbound)
            inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
            const char *name = answers[i].type ? "Content-Type" : NULL;
            assert_int_equal(
                head(inbound, answers[i].status, name, answers[i].type, NULL),
                0);
            assert_int_equal(
                play(inbound, body, len, &events, NULL), answers[i].st);
            assert_string_equal(ma_buf_text(&events), answers[i].events);
            assert_true(ma_inbound_done(inbound));
        }
    }
}

static void another_type_is_no_answer_T_022(void **state)
{
    static const struct {
        int status;
        const char *type;
    } rows[] = {
        {200, "text/html; charset=utf-8"},
        {200, "text/plain"},
        {200, NULL},
        {200, "application/json-seq"},
        {202, JSON},
        {204, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
        assert_int_equal(
            head(inbound, rows[i].status, rows[i].type ? "Content-Type" : NULL,
                rows[i].type, err),
            MCPAUTH_E_PROTOCOL);
        assert_int_equal(mcpauth_error_http_status(err), rows[i].status);
        assert_non_null(mcpauth_error_hint(err));
        assert_int_equal(
            ma_inbound_feed(inbound, ma_span_of("<"), NULL), MCPAUTH_E_STATE);
    }
}

static void a_login_page_is_named_by_its_type_T_022_S_018(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    assert_int_equal(head(inbound, 200, "Content-Type", "text/html; x", err),
        MCPAUTH_E_PROTOCOL);
    assert_non_null(strstr(
        mcpauth_error_message(err), "200 with media type \"text/html\""));
}

/* --- what events carry --------------------------------------------------- */

/* Plays the whole answer and lends the last event of it. */
static const ma_exchange_event *last_event(ma_inbound *inbound, int status,
    const char *name, const char *value, const char *body)
{
    const ma_exchange_event *event, *last = NULL;
    assert_int_equal(head(inbound, status, name, value, NULL), 0);
    assert_int_equal(ma_inbound_feed(inbound, ma_span_of(body), NULL), 0);
    ma_inbound_end(inbound);
    do {
        assert_int_equal(ma_inbound_next(inbound, &event, NULL), 0);
        last = event ? event : last;
    } while (event);
    return last;
}

static void a_result_keeps_its_bytes_T_007(void **state)
{
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    const ma_exchange_event *event =
        last_event(inbound, 200, "Content-Type", JSON, RESULT);
    (void)state;
    assert_true(ma_span_is(event->message.result, "{\"n\":1.10}"));
}

static void a_server_request_carries_its_raw_id_T_045(void **state)
{
    const ma_exchange_event *event;
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    assert_int_equal(head(inbound, 200, "Content-Type", SSE, NULL), 0);
    assert_int_equal(
        ma_inbound_feed(inbound, ma_span_of("data: " CALL "\n\n"), NULL), 0);
    assert_int_equal(ma_inbound_next(inbound, &event, NULL), 0);
    assert_int_equal(event->kind, MA_EXCHANGE_SERVER_REQUEST);
    assert_true(ma_span_is(event->message.id, "\"s\""));
    assert_false(ma_inbound_done(inbound));
}

static void retry_after_is_read_T_024(void **state)
{
    static const struct {
        const char *value;
        int64_t retry_after_ms;
    } rows[] = {
        {"0", 0},
        {" 2 ", 2000},
        {"3600", 3600000},
        {"99999999999999999999", 86400000},
        {"-1", -1},
        {"1.5", -1},
        {"", -1},
        {"Wed, 21 Oct 2026 07:28:00 GMT", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
        const ma_exchange_event *event =
            last_event(inbound, 429, "Retry-After", rows[i].value, "");
        assert_int_equal(event->kind, MA_EXCHANGE_RETRY_LATER);
        assert_int_equal(event->retry_after_ms, rows[i].retry_after_ms);
    }
}

static void a_404_in_a_session_means_it_is_lost_T_053(void **state)
{
    ma_exchange_rules in_session = rules;
    in_session.in_session = true;
    MA_AUTO(ma_inbound) inside = make(MA_EXCHANGE_FOR_REQUEST, &in_session);
    MA_AUTO(ma_inbound) notice = make(MA_EXCHANGE_FOR_NOTICE, &in_session);
    (void)state;
    assert_int_equal(last_event(inside, 404, NULL, NULL, ERROR)->kind,
        MA_EXCHANGE_SESSION_LOST);
    assert_int_equal(last_event(notice, 404, NULL, NULL, "")->kind,
        MA_EXCHANGE_SESSION_LOST);
}

static void an_error_becomes_an_error_in_the_servers_words_T_023(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    last_event(inbound, 200, "Content-Type", JSON, ERROR);
    assert_int_equal(ma_inbound_failure(inbound, err), MCPAUTH_E_RPC);
    assert_string_equal(mcpauth_error_server_code(err), "-32602");
    assert_string_equal(mcpauth_error_server_description(err), "no");
}

static void what_follows_an_error_leaves_its_words_alone_T_023(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    last_event(inbound, 200, "Content-Type", SSE,
        "data: " ERROR "\n\ndata: " NOTICE "\n\n: x\n\n");
    assert_int_equal(ma_inbound_failure(inbound, err), MCPAUTH_E_RPC);
    assert_string_equal(mcpauth_error_server_code(err), "-32602");
    assert_string_equal(mcpauth_error_server_description(err), "no");
}

static void a_refusal_becomes_an_error_in_the_servers_words(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    last_event(inbound, 403, NULL, NULL, "{\"message\":\"OAuth failed\"}");
    assert_int_equal(ma_inbound_failure(inbound, err), MCPAUTH_E_REFUSED);
    assert_int_equal(mcpauth_error_http_status(err), 403);
    assert_string_equal(mcpauth_error_server_description(err), "OAuth failed");
}

static void a_redirect_names_its_target_without_the_query_T_026(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    last_event(
        inbound, 307, "Location", "https://other.example/mcp?key=hush", "");
    assert_int_equal(ma_inbound_failure(inbound, err), MCPAUTH_E_HTTP);
    assert_non_null(
        strstr(mcpauth_error_message(err), "https://other.example/mcp"));
    assert_null(strstr(mcpauth_error_message(err), "hush"));
}

static void a_priming_event_is_never_read_T_031(void **state)
{
    MA_SCOPED(ma_buf) events = ma_buf_init(100);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    assert_false(ma_inbound_streams(inbound));
    assert_int_equal(head(inbound, 200, "Content-Type", SSE, NULL), 0);
    assert_true(ma_inbound_streams(inbound));
    assert_int_equal(
        play(inbound, ma_span_of("id: 1\ndata:\n\n"), 99, &events, err),
        MCPAUTH_E_NETWORK);
    assert_non_null(strstr(mcpauth_error_message(err), "(0 messages"));
}

/* --- streams ------------------------------------------------------------- */

static void a_stream_of_the_servers_own_T_044(void **state)
{
    static const struct {
        int status;
        const char *type, *body, *events;
    } rows[] = {
        {200, SSE, "data: " NOTICE "\n\ndata: " CALL "\n\n", "NSC"},
        {200, SSE, "data: " RESULT "\n\ndata: " ERROR "\n\n", "OOC"},
        {200, SSE, "", "C"},
        {405, NULL, "", "F"},
        {404, "text/html", "<html>", "F"},
        {401, NULL, "", "U"},
        {503, NULL, "", "r"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) events = ma_buf_init(100);
        MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_STREAM, &rules);
        assert_int_equal(
            head(inbound, rows[i].status, rows[i].type ? "Content-Type" : NULL,
                rows[i].type, NULL),
            0);
        assert_int_equal(
            play(inbound, ma_span_of(rows[i].body), 7, &events, NULL), 0);
        assert_string_equal(ma_buf_text(&events), rows[i].events);
    }
}

static void json_is_no_stream_T_044(void **state)
{
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_STREAM, &rules);
    (void)state;
    assert_int_equal(
        head(inbound, 200, "Content-Type", JSON, NULL), MCPAUTH_E_PROTOCOL);
}

static void an_endpoint_is_an_event_where_there_is_one_T_171(void **state)
{
    static const char body[] = "event: endpoint\ndata: /m?s=1\n\n";
    ma_exchange_rules elsewhere = rules;
    const ma_exchange_event *event;
    (void)state;
    for (int there = 0; there < 2; there++) {
        elsewhere.elsewhere = there;
        MA_AUTO(ma_inbound)
        inbound = make(MA_EXCHANGE_FOR_STREAM, &elsewhere);
        assert_int_equal(head(inbound, 200, "Content-Type", SSE, NULL), 0);
        assert_int_equal(ma_inbound_feed(inbound, ma_span_of(body), NULL), 0);
        assert_int_equal(ma_inbound_next(inbound, &event, NULL), 0);
        assert_int_equal(event != NULL, there);
        assert_true(!event || ma_span_is(event->message.text, "/m?s=1"));
    }
}

/* --- limits -------------------------------------------------------------- */

static void where_answers_come_elsewhere_a_body_says_nothing_T_171(void **state)
{
    ma_exchange_rules elsewhere = rules;
    elsewhere.elsewhere = true;
    (void)state;
    for (int status = 200; status <= 202; status++) {
        MA_SCOPED(ma_buf) events = ma_buf_init(100);
        MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &elsewhere);
        assert_int_equal(head(inbound, status, NULL, NULL, NULL), 0);
        assert_int_equal(
            play(inbound, ma_span_of(RESULT), 99, &events, NULL), 0);
        assert_string_equal(ma_buf_text(&events), "A");
    }
}

static void an_answer_over_the_limit_is_cut_off_T_006_S_011(void **state)
{
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    assert_int_equal(head(inbound, 200, "Content-Type", JSON, NULL), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(
            ma_inbound_feed(inbound, ma_span_of("0123456789"), NULL), 0);
    assert_int_equal(
        ma_inbound_feed(inbound, ma_span_of("0"), NULL), MCPAUTH_E_LIMIT);
}

static void an_event_over_the_limit_is_skipped_S_023(void **state)
{
    MA_SCOPED(ma_buf) body = ma_buf_init(4096);
    MA_SCOPED(ma_buf) events = ma_buf_init(100);
    MA_AUTO(ma_inbound) answered = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    MA_AUTO(ma_inbound) waiting = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    ma_buf_addf(&body, "data: %0300d\n\n", 0);
    assert_int_equal(head(waiting, 200, "Content-Type", SSE, NULL), 0);
    assert_int_equal(play(waiting, ma_buf_span(&body), 4096, &events, NULL),
        MCPAUTH_E_LIMIT);
    ma_buf_add_text(&body, "data: " RESULT "\n\n");
    assert_int_equal(head(answered, 200, "Content-Type", SSE, NULL), 0);
    assert_int_equal(
        play(answered, ma_buf_span(&body), 4096, &events, NULL), 0);
    assert_string_equal(ma_buf_text(&events), "R");
}

/* The pieces of an answer, '|' where it ends, and '!' where it breaks off. */
static void write_pieces(const char *type, const char *body, size_t piece_len,
    bool whole, ma_buf *to)
{
    const ma_exchange_rules pouring = {.message_max = 200, .hold_max = 80};
    const ma_exchange_event *event = NULL;
    ma_span rest = ma_span_of(body);
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &pouring);
    assert_int_equal(head(inbound, 200, "Content-Type", type, NULL), 0);
    for (bool last = false; !last;) {
        size_t len = piece_len < rest.len ? piece_len : rest.len;
        mcpauth_status st = MCPAUTH_OK;
        last = !len;
        if (len)
            assert_int_equal(
                ma_inbound_feed(inbound, ma_span_make(rest.at, len), NULL), 0);
        else if (whole)
            ma_inbound_end(inbound);
        rest = ma_span_make(rest.at + len, rest.len - len);
        while (!(st = ma_inbound_next(inbound, &event, NULL)) && event) {
            ma_buf_add_span(to, event->message.text);
            if (event->kind == MA_EXCHANGE_PIECED)
                ma_buf_add_byte(to, '|');
            else if (event->kind != MA_EXCHANGE_PIECE)
                ma_buf_addf(to, "%d", (int)event->kind);
        }
        if (st)
            ma_buf_add_byte(to, '!');
    }
}

#define BEFORE "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"text\":\""
#define LONG   "0123456789012345678901234567890123456789"
#define BEHIND "\"}}"

/* The last line end is no part of the data, but known too late to be. */
static void check_but_for_line_ends(const char *got, const char *wanted)
{
    for (;; got++, wanted++) {
        got += strspn(got, "\n");
        wanted += strspn(wanted, "\n");
        assert_int_equal(*got, *wanted);
        if (!*got)
            return;
    }
}

static void a_long_response_comes_in_pieces_T_183(void **state)
{
    static const struct {
        const char *type, *body, *pieces;
    } table[] = {
        {JSON, BEFORE LONG LONG LONG LONG LONG BEHIND,
            BEFORE LONG LONG LONG LONG LONG BEHIND "|"},
        {JSON, BEFORE LONG LONG, BEFORE LONG LONG "|"},
        {SSE, "data: " BEFORE LONG LONG LONG LONG LONG BEHIND "\n\n",
            BEFORE LONG LONG LONG LONG LONG BEHIND "|"},
        {SSE,
            "data: " NOTICE "\n\ndata:" BEFORE LONG "\ndata: " LONG BEHIND
            "\r\n\r\n",
            NOTICE "0" BEFORE LONG "\n" LONG BEHIND "|"},
        {SSE, "data: " BEFORE LONG LONG LONG "\n", BEFORE LONG LONG LONG "\n!"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (size_t len = 1; len < 40; len++) {
            MA_SCOPED(ma_buf) got = ma_buf_init(1000);
            write_pieces(table[i].type, table[i].body, len, true, &got);
            check_but_for_line_ends(ma_buf_text(&got), table[i].pieces);
        }
}

static void what_is_no_response_is_never_poured_T_183(void **state)
{
    static const char *const bodies[] = {
        "data: {\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"x\":\"" LONG
            LONG BEHIND "\n\n",
        "data: {\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{\"x\":\"" LONG LONG
            BEHIND "\n\n",
        "data: {\"x\":\"" LONG LONG "\"}\n\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        MA_SCOPED(ma_buf) got = ma_buf_init(1000);
        write_pieces(SSE, bodies[i], 11, true, &got);
        assert_null(strchr(ma_buf_text(&got), '|'));
    }
}

static void what_is_to_be_held_is_held_T_183_T_212(void **state)
{
    const ma_exchange_rules pouring = {.message_max = 200, .hold_max = 80};
    const ma_exchange_event *event = NULL;
    const char said[] = "data: " BEFORE LONG LONG BEHIND "\n\n";
    (void)state;
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &pouring);
    assert_int_equal(head(inbound, 200, "Content-Type", SSE, NULL), 0);
    ma_inbound_hold(inbound);
    for (size_t i = 0; i < sizeof said - 1; i++) {
        assert_null(event);
        assert_int_equal(
            ma_inbound_feed(inbound, ma_span_make(said + i, 1), NULL), 0);
        assert_int_equal(ma_inbound_next(inbound, &event, NULL), 0);
    }
    assert_non_null(event);
    assert_int_equal(event->kind, MA_EXCHANGE_RESPONSE);
}

static void a_long_refusal_is_cut_not_failed_S_011(void **state)
{
    static char page[100 * 1024];
    MA_SCOPED(ma_buf) events = ma_buf_init(100);
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    memset(page, ' ', sizeof page);
    assert_int_equal(head(inbound, 401, NULL, NULL, NULL), 0);
    assert_int_equal(
        play(inbound, ma_span_make(page, sizeof page), 7000, &events, NULL), 0);
    assert_string_equal(ma_buf_text(&events), "U");
}

/* --- batches and eras ---------------------------------------------------- */

static void a_batch_is_read_item_by_item_T_005(void **state)
{
    static const struct {
        const char *type, *body;
        mcpauth_status st;
        const char *events;
    } rows[] = {
        {JSON, "[" NOTICE "," CALL " , " RESULT "," OTHER "]", 0, "NSR"},
        {SSE, "data: [" NOTICE "," RESULT "]\n\ndata: " NOTICE "\n\n", 0,
            "NRN"},
        {JSON, "[]", MCPAUTH_E_PROTOCOL, ""},
        {JSON, "[[" RESULT "]]", MCPAUTH_E_PROTOCOL, ""},
        {JSON, "[" NOTICE "]", MCPAUTH_E_PROTOCOL, "N"},
    };
    ma_exchange_rules with = rules;
    with.batches = true;
    with.message_max = 1000;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) events = ma_buf_init(100);
        MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &with);
        assert_int_equal(
            head(inbound, 200, "Content-Type", rows[i].type, NULL), 0);
        assert_int_equal(
            play(inbound, ma_span_of(rows[i].body), 9, &events, NULL),
            rows[i].st);
        assert_string_equal(ma_buf_text(&events), rows[i].events);
    }
}

static void a_request_of_the_server_needs_an_era_for_it_T_156(void **state)
{
    ma_exchange_rules with = rules;
    with.server_requests = false;
    MA_SCOPED(ma_buf) events = ma_buf_init(100);
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_REQUEST, &with);
    (void)state;
    assert_int_equal(head(inbound, 200, "Content-Type", JSON, NULL), 0);
    assert_int_equal(
        play(inbound, ma_span_of(CALL), 9, &events, NULL), MCPAUTH_E_PROTOCOL);
}

/* --- notices and the close ----------------------------------------------- */

static void notices_are_accepted_or_not_T_021(void **state)
{
    static const struct {
        int status;
        mcpauth_status st;
        const char *events;
    } rows[] = {
        {202, MCPAUTH_OK, "A"},
        {200, MCPAUTH_OK, "A"},
        {204, MCPAUTH_OK, "A"},
        {400, MCPAUTH_OK, "F"},
        {404, MCPAUTH_OK, "F"},
        {401, MCPAUTH_OK, "U"},
        {403, MCPAUTH_OK, "U"},
        {503, MCPAUTH_OK, "r"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) events = ma_buf_init(100);
        MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_NOTICE, &rules);
        assert_int_equal(head(inbound, rows[i].status, NULL, NULL, NULL), 0);
        assert_int_equal(
            play(inbound, ma_span_of(ERROR), 9, &events, NULL), rows[i].st);
        assert_string_equal(ma_buf_text(&events), rows[i].events);
    }
}

static void any_answer_to_a_close_will_do_T_052_A_010(void **state)
{
    static const int statuses[] = {200, 202, 204, 401, 404, 405, 500};
    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        MA_SCOPED(ma_buf) events = ma_buf_init(100);
        MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_CLOSE, &rules);
        assert_int_equal(head(inbound, statuses[i], NULL, NULL, NULL), 0);
        assert_int_equal(play(inbound, ma_span_of("x"), 9, &events, NULL), 0);
        assert_string_equal(ma_buf_text(&events), "A");
    }
}

static void an_answer_has_one_head_and_begins_with_it(void **state)
{
    MA_AUTO(ma_inbound) inbound = make(MA_EXCHANGE_FOR_NOTICE, &rules);
    (void)state;
    assert_int_equal(
        ma_inbound_feed(inbound, ma_span_of("x"), NULL), MCPAUTH_E_STATE);
    assert_int_equal(head(inbound, 202, NULL, NULL, NULL), 0);
    assert_int_equal(head(inbound, 202, NULL, NULL, NULL), MCPAUTH_E_STATE);
    ma_inbound_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_in_every_split_T_022_T_023_T_040_S_023),
        cmocka_unit_test(another_type_is_no_answer_T_022),
        cmocka_unit_test(a_login_page_is_named_by_its_type_T_022_S_018),
        cmocka_unit_test(a_result_keeps_its_bytes_T_007),
        cmocka_unit_test(a_server_request_carries_its_raw_id_T_045),
        cmocka_unit_test(retry_after_is_read_T_024),
        cmocka_unit_test(a_404_in_a_session_means_it_is_lost_T_053),
        cmocka_unit_test(an_error_becomes_an_error_in_the_servers_words_T_023),
        cmocka_unit_test(what_follows_an_error_leaves_its_words_alone_T_023),
        cmocka_unit_test(a_refusal_becomes_an_error_in_the_servers_words),
        cmocka_unit_test(a_redirect_names_its_target_without_the_query_T_026),
        cmocka_unit_test(a_priming_event_is_never_read_T_031),
        cmocka_unit_test(a_stream_of_the_servers_own_T_044),
        cmocka_unit_test(json_is_no_stream_T_044),
        cmocka_unit_test(an_endpoint_is_an_event_where_there_is_one_T_171),
        cmocka_unit_test(
            where_answers_come_elsewhere_a_body_says_nothing_T_171),
        cmocka_unit_test(an_answer_over_the_limit_is_cut_off_T_006_S_011),
        cmocka_unit_test(an_event_over_the_limit_is_skipped_S_023),
        cmocka_unit_test(a_long_response_comes_in_pieces_T_183),
        cmocka_unit_test(what_is_no_response_is_never_poured_T_183),
        cmocka_unit_test(what_is_to_be_held_is_held_T_183_T_212),
        cmocka_unit_test(a_long_refusal_is_cut_not_failed_S_011),
        cmocka_unit_test(a_batch_is_read_item_by_item_T_005),
        cmocka_unit_test(a_request_of_the_server_needs_an_era_for_it_T_156),
        cmocka_unit_test(notices_are_accepted_or_not_T_021),
        cmocka_unit_test(any_answer_to_a_close_will_do_T_052_A_010),
        cmocka_unit_test(an_answer_has_one_head_and_begins_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
