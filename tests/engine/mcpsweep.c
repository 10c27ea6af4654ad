/* mcpsweep.c - what is pure is so without memory as well: with any one
 * allocation failing, and with all from there on, the answer is the usual one
 * or E_NOMEM (S-082). */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "mcp/elicit.h"
#include "mcp/paramheaders.h"
#include "mcp/params.h"
#include "mcp/rounds.h"
#include "mcp/session.h"
#include "mcp/skillentry.h"
#include "mcp/toolbook.h"

#define SCHEMA                                                                 \
    "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},"     \
    "\"b\":{\"type\":\"integer\",\"x-mcp-header\":\"B\"}}}"
#define WRONG "{\"items\":{\"x-mcp-header\":\"A\"}}"
#define TOOLS                                                                  \
    "[{\"name\":\"good\",\"inputSchema\":" SCHEMA "},"                         \
    "{\"name\":\"bad\",\"inputSchema\":" WRONG "}]"

#define SKILL "\"skill://a/SKILL.md\""
#define SKILL_FILE                                                             \
    "{\"uri\":" SKILL ",\"size\":45,\"digest\":\"sha256:"                      \
    "cd9d8258a60f8e2d5d61a1e6008e5ab813511d8d21de8755f2fc715324a2a930\"}"
#define SKILL_TEXT                                                             \
    "\"---\\nname: a\\nlist: [x]\\ntext: |\\n  y\\n\\\"z\\\": w\\n---\\n\""

/* Does a thing once and appends what came of it. */
typedef mcpauth_status thing_fn(ma_buf *to, mcpauth_error *err);

static mcpauth_status add_fields(ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (!headers)
        return MCPAUTH_E_NOMEM;
    mcpauth_status st = ma_paramheaders_add(headers, ma_span_of(SCHEMA),
        ma_span_of("{\"a\":\"\\u00e9\",\"b\":2.0}"), err);
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++)
        ma_buf_addf(to, "%s: %s; ", mcpauth_headers_name(headers, i),
            mcpauth_headers_value(headers, i));
    return st;
}

static mcpauth_status write_tools(ma_buf *to, mcpauth_error *err)
{
    return ma_paramheaders_write_tools(
        to, ma_span_of("{\"tools\":" TOOLS "}"), NULL, NULL, err);
}

static mcpauth_status keep_tools(ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    ma_toolbook_page good, bad;
    mcpauth_status st = ma_toolbook_feed(&book, ma_span_of(TOOLS), err);
    if (st)
        return st;
    assert_true(ma_toolbook_find(&book, ma_span_of("\"good\""), &good));
    assert_true(ma_toolbook_find(&book, ma_span_of("\"bad\""), &bad));
    assert_non_null(bad.refused);
    ma_buf_add_span(to, good.schema);
    return MCPAUTH_OK;
}

static mcpauth_status merge(ma_buf *to, mcpauth_error *err)
{
    return ma_params_write_meta(
        to, ma_span_of("{\"a\":1}"), ma_span_of("{\"b\":2}"), err);
}

static mcpauth_status answer(ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    bool more;
    mcpauth_status st = ma_rounds_feed(&rounds, "tools/call",
        ma_span_of("{\"resultType\":\"input_required\",\"inputRequests\":"
                   "{\"k\":{\"method\":\"roots/list\"}},\"requestState\":"
                   "\"s\"}"),
        &more, err);
    if (!st)
        st = ma_rounds_answer(&rounds, ma_span_of("{}"), err);
    return st ? st : ma_rounds_write_params(&rounds, ma_span_of("{}"), to, err);
}

static mcpauth_status open_url(ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_elicit) elicit = {0};
    mcpauth_status st =
        ma_elicit_read(ma_span_of("{\"mode\":\"url\",\"message\":\"m\","
                                  "\"url\":\"https://example.com/\"}"),
            &elicit, err);
    if (!st)
        ma_buf_add_text(to, elicit.url.host);
    return st;
}

/* The second choice of the form's only field, by its title. */
static mcpauth_status fill_in(ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_elicit) elicit = {0};
    ma_elicitfield field;
    mcpauth_status st = ma_elicit_read(
        ma_span_of("{\"message\":\"m\",\"requestedSchema\":{\"properties\":"
                   "{\"f\":{\"type\":\"array\",\"items\":{\"anyOf\":["
                   "{\"const\":\"r\",\"title\":\"Red\"},"
                   "{\"const\":\"g\",\"title\":\"Green\"}]}}}}}"),
        &elicit, err);
    if (st)
        return st;
    ma_value_walk walk = ma_elicit_fields(&elicit);
    assert_true(ma_elicit_next_field(&elicit, &walk, &field));
    return ma_elicitfield_write_typed(&field, ma_span_of("1,green"), to, err);
}

/* --- sessions ------------------------------------------------------------ */

#define DISCOVERED                                                             \
    "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{}}"
#define INITIALIZED "{\"protocolVersion\":\"2025-06-18\"}"

/* Carries exchange out; what it is answered is the result of a request. */
static mcpauth_status exchange_with(ma_exchange *exchange, const char *type,
    const char *before, const char *result, const ma_exchange_event **out_event,
    mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_SCOPED(ma_buf) body = ma_buf_init(1 << 16);
    ma_buf_addf(
        &body, "%s{\"jsonrpc\":\"2.0\",\"result\":%s,\"id\":", before, result);
    ma_buf_add_span(&body, ma_exchange_id(exchange));
    ma_buf_add_text(&body, "}\n\n");
    if (!headers)
        return MCPAUTH_E_NOMEM;
    mcpauth_status st = mcpauth_headers_add(headers, "Content-Type", type, err);
    if (!st)
        st = mcpauth_headers_add(headers, "Mcp-Session-Id", "s-1", err);
    if (!st)
        st = ma_buf_status(&body, "the body", err);
    if (!st)
        st = ma_exchange_head(exchange, 200, headers, err);
    if (!st)
        st = ma_exchange_feed(exchange, ma_buf_span(&body), err);
    if (st)
        return st;
    ma_exchange_end(exchange);
    return ma_exchange_next(exchange, out_event, err);
}

/* One step of an opening; *out_open: that was all. */
static mcpauth_status open_step(
    ma_session *session, const char *result, bool *out_open, mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    const ma_exchange_event *event = NULL;
    mcpauth_status st = ma_session_open_next(session, &exchange, err);
    *out_open = !st && !exchange;
    if (st || *out_open)
        return st;
    st = exchange_with(exchange, "application/json", "", result, &event, err);
    return st ? ma_session_open_failed(session, st, err)
              : ma_session_open_got(session, exchange, event, err);
}

static mcpauth_status open_session(const char *known, const char *result,
    ma_session **out_session, mcpauth_error *err)
{
    MA_AUTO(ma_session) session = NULL;
    const ma_session_options options = {.server = "https://mcp.test/mcp",
        .client_name = "c",
        .client_version = "1",
        .capabilities = ma_span_of("{\"roots\":{}}"),
        .known_version = known};
    mcpauth_status st = ma_session_new(&options, &session, err);
    bool open = false;
    while (!st && !open)
        st = open_step(session, result, &open, err);
    if (!st)
        *out_session = ma_move(&session);
    return st;
}

/* A call over a stream, whose result is the answer. */
static mcpauth_status call_in(ma_session *session, ma_exchange **out_exchange,
    ma_buf *to, mcpauth_error *err)
{
    const ma_exchange_event *event = NULL;
    const ma_session_call call = {
        "tools/call", ma_span_of("{\"name\":\"\\u00e9\"}"), NULL};
    mcpauth_status st =
        ma_session_write_request(session, &call, out_exchange, err);
    if (!st)
        st = exchange_with(*out_exchange, "text/event-stream",
            "id: e1\ndata:\n\ndata: ", "{ }", &event, err);
    if (!st)
        ma_buf_add_span(to, event->message.result);
    return st;
}

static mcpauth_status talk_modern(ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(ma_session) session = NULL;
    MA_AUTO(ma_exchange) exchange = NULL;
    mcpauth_status st = open_session(NULL, DISCOVERED, &session, err);
    return st ? st : call_in(session, &exchange, to, err);
}

static mcpauth_status talk_legacy(ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(ma_session) session = NULL;
    MA_AUTO(ma_exchange) exchange = NULL;
    MA_AUTO(ma_exchange) more = NULL;
    mcpauth_status st = open_session("2025-06-18", INITIALIZED, &session, err);
    if (!st)
        st = call_in(session, &exchange, to, err);
    if (!st)
        st = ma_session_resume(session, exchange, err);
    if (!st)
        st = ma_session_write_cancelled(session, exchange, &more, err);
    if (st)
        return st;
    ma_exchange_free(ma_move(&more));
    st = ma_session_write_error(session, ma_span_of("7"), -1, "no", &more, err);
    if (!st)
        ma_buf_add_span(to, ma_exchange_body(more));
    return st;
}

static mcpauth_status name_endpoint(
    ma_session *session, ma_span endpoint, mcpauth_error *err)
{
    MA_AUTO(ma_exchange) stream = NULL;
    const ma_exchange_event event = {
        .kind = MA_EXCHANGE_ENDPOINT, .message = {.text = endpoint}};
    mcpauth_status st = ma_session_open_next(session, &stream, err);
    return st ? st : ma_session_open_got(session, stream, &event, err);
}

/* The newer ways are refused first. */
static mcpauth_status talk_oldest(ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(ma_session) session = NULL;
    const ma_session_options options = {.server = "https://mcp.test/mcp",
        .client_name = "c",
        .client_version = "1"};
    const ma_exchange_event refused = {
        .kind = MA_EXCHANGE_REFUSED, .http_status = 404};
    mcpauth_status st = ma_session_new(&options, &session, err);
    for (int i = 0; !st && i < 2; i++) {
        MA_AUTO(ma_exchange) exchange = NULL;
        st = ma_session_open_next(session, &exchange, err);
        if (!st)
            st = ma_session_open_got(session, exchange, &refused, err);
    }
    if (!st)
        st = name_endpoint(session, ma_span_of("/m?s=1"), err);
    MA_AUTO(ma_exchange) initialize = NULL;
    if (!st)
        st = ma_session_open_next(session, &initialize, err);
    if (!st)
        ma_buf_add_text(to, ma_exchange_url(initialize));
    return st;
}

static mcpauth_status keep_words(ma_buf *to, mcpauth_error *err)
{
    static const char body[] =
        "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":1,"
        "\"message\":\"no\"}}\n\ndata: {}\n\n";
    const ma_exchange_rules rules = {.message_max = 1000};
    const ma_exchange_event *event = NULL;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_AUTO(ma_inbound) inbound = NULL;
    if (!headers)
        return MCPAUTH_E_NOMEM;
    mcpauth_status st =
        mcpauth_headers_add(headers, "Content-Type", "text/event-stream", err);
    if (!st)
        st = ma_inbound_new(
            MA_EXCHANGE_FOR_REQUEST, false, "7", &rules, &inbound, err);
    if (!st)
        st = ma_inbound_head(inbound, 200, headers, err);
    if (!st)
        st = ma_inbound_feed(inbound, ma_span_of(body), err);
    if (!st)
        st = ma_inbound_next(inbound, &event, err);
    if (!st)
        ma_buf_addf(to, "%lld", (long long)event->message.code);
    return st;
}

/* The front matter of the entry is not that of the file where it says so. */
static mcpauth_status open_skill(
    const char *list, ma_buf *to, mcpauth_error *err)
{
    static const char result[] =
        "{\"contents\":[{\"uri\":" SKILL ",\"text\":" SKILL_TEXT "}]}";
    MA_SCOPED(ma_buf) text = ma_buf_init(1 << 16);
    MA_SCOPED(ma_buf) file = ma_buf_init(1 << 16);
    ma_skillentry entry = {0};
    ma_buf_addf(&text,
        "{\"uri\":" SKILL ",\"frontmatter\":{\"name\":\"a\",\"list\":%s,"
        "\"text\":\"y\\n\",\"z\":\"w\"},\"resources\":[" SKILL_FILE "]}",
        list);
    mcpauth_status st = ma_buf_status(&text, "the entry", err);
    if (!st)
        st = ma_skillentry_read(ma_buf_span(&text), &entry, err);
    if (!st)
        st = ma_skillentry_open(
            &entry, entry.uri, ma_span_of(result), &file, err);
    if (st && st != MCPAUTH_E_MISMATCH)
        return st;
    ma_buf_add_text(to, st ? "mismatch" : "opened");
    return MCPAUTH_OK;
}

static mcpauth_status open_honest_skill(ma_buf *to, mcpauth_error *err)
{
    return open_skill("[\"x\"]", to, err);
}

static mcpauth_status open_other_skill(ma_buf *to, mcpauth_error *err)
{
    return open_skill("[1]", to, err);
}

/* --- the sweep ----------------------------------------------------------- */

/* How often the thing can fail for lack of memory. */
static size_t sweep_one(thing_fn *thing, bool all, ma_span usual)
{
    for (size_t position = 1;; position++) {
        MA_SCOPED(ma_buf) got = ma_buf_init(1 << 16);
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        alloc_sweep_start(position, all);
        mcpauth_status st = thing(&got, err);
        bool failed = alloc_sweep_stop();
        if (!st)
            st = got.failed;
        if (st)
            assert_int_equal(st, MCPAUTH_E_NOMEM);
        else
            assert_true(ma_span_eq(ma_buf_span(&got), usual));
        if (!failed)
            return position - 1;
    }
}

static void nothing_breaks_without_memory_S_082(void **state)
{
    static const struct {
        thing_fn *thing;
        const char *usual;
    } rows[] = {
        {add_fields, "Mcp-Param-A: =?base64?w6k=?=; Mcp-Param-B: 2; "},
        {write_tools,
            "{\"tools\":[{\"name\":\"good\",\"inputSchema\":" SCHEMA "}]}"},
        {keep_tools, SCHEMA},
        {merge, "{\"a\":1,\"_meta\":{\"b\":2}}"},
        {answer, "{\"inputResponses\":{\"k\":{}},\"requestState\":\"s\"}"},
        {open_url, "example.com"},
        {fill_in, "[\"r\",\"g\"]"},
        {talk_modern, "{ }"},
        {talk_legacy, "{ }{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-1,"
                      "\"message\":\"no\"}}"},
        {talk_oldest, "https://mcp.test/m?s=1"},
        {keep_words, "1"},
        {open_honest_skill, "opened"},
        {open_other_skill, "mismatch"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_span usual = ma_span_of(rows[i].usual);
        assert_true(sweep_one(rows[i].thing, false, usual) > 0);
        assert_true(sweep_one(rows[i].thing, true, usual) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_breaks_without_memory_S_082),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
