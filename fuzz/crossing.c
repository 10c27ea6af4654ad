/* crossing.c - whatever host and server say, and in whatever order: every
 * request of the host is answered once (T-183), in JSON, and nothing that is
 * gone is touched. */
#include "bridge/crossing.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { IDS = 100, ACTS_MAX = 300, LINE_MAX_LEN = 4096 };

/* An errand on its way. */
typedef struct flight {
    ma_errand *errand; /* NULL: nobody waits for it any more */
    ma_exchange_rules rules;
    ma_inbound *inbound; /* NULL: no answer has begun */
    bool streams;
    struct flight *next;
} flight;

/* The play: each byte is what somebody does next. */
typedef struct {
    const uint8_t *at, *end;
    ma_crossing *crossing;
    flight *flights;
    const flight *busy; /* whose event is being told */
    int ids;
    int answers[IDS + 1];
    bool cancelled[IDS + 1];
    ma_buf question; /* the id of the last one of the server's */
    ma_buf state;    /* the last that a question came with */
} play;

static void require(bool truth)
{
    if (!truth)
        abort();
}

static unsigned draw(play *p, size_t choices)
{
    return p->at < p->end ? *p->at++ % (unsigned)choices : 0;
}

/* --- what the crossing does ---------------------------------------------- */

static void note_answer(play *p, ma_span id)
{
    int64_t number = 0;
    if (!ma_value_integer(id, &number) || number < 1 || number > p->ids)
        return;
    require(++p->answers[number] == 1);
}

static mcpauth_status say(void *ctx, ma_span message, mcpauth_error *err)
{
    play *p = ctx;
    ma_envelope said;
    (void)err;
    require(!ma_envelope_parse(message, &said, NULL));
    if (said.kind == MA_ENVELOPE_REQUEST) {
        ma_buf_clear(&p->question);
        ma_buf_add_span(&p->question, said.id);
        return MCPAUTH_OK;
    }
    if (said.kind == MA_ENVELOPE_RESPONSE || said.kind == MA_ENVELOPE_ERROR)
        note_answer(p, said.id);
    /* How a subscription ends that is not answered. */
    if (ma_envelope_is(&said, "notifications/cancelled"))
        note_answer(p, ma_value_member(said.params, "requestId"));
    ma_span state = ma_value_member(said.result, "requestState");
    if (state.at) {
        ma_buf_clear(&p->state);
        ma_buf_add_span(&p->state, state);
    }
    return MCPAUTH_OK;
}

static mcpauth_status send(void *ctx, ma_errand *errand, mcpauth_error *err)
{
    play *p = ctx;
    flight *made = ma_calloc(1, sizeof *made);
    if (!made)
        return ma_error_nomem(err);
    made->errand = errand;
    made->next = p->flights;
    p->flights = made;
    return MCPAUTH_OK;
}

static void land(play *p, flight *which)
{
    flight **at = &p->flights;
    while (*at != which)
        at = &(*at)->next;
    *at = which->next;
    ma_inbound_free(which->inbound);
    ma_free(which);
}

static void drop(void *ctx, ma_errand *errand)
{
    play *p = ctx;
    for (flight *at = p->flights; at; at = at->next) {
        if (at->errand != errand)
            continue;
        require(at != p->busy);
        land(p, at);
        return;
    }
    require(false);
}

static void log_line(void *ctx, int level, const char *event, const char *text)
{
    (void)ctx, (void)level, (void)event, (void)text;
}

/* --- what the host does -------------------------------------------------- */

#define META                                                                   \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","   \
    "\"io.modelcontextprotocol/clientCapabilities\":{\"roots\":{},"            \
    "\"elicitation\":{\"form\":{}}}}"
#define REQUEST(method, params)                                                \
    "{\"jsonrpc\":\"2.0\",\"id\":%,\"method\":\"" method                       \
    "\",\"params\":{" params "}}"
#define CALLED "\"name\":\"t\",\"arguments\":{\"a\":\"b\"}"

static const char *const requests[] = {
    REQUEST("initialize",
        "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"roots\":{},"
        "\"elicitation\":{}},\"clientInfo\":{\"name\":\"h\"}"),
    REQUEST("server/discover", META),
    REQUEST("tools/call", CALLED),
    REQUEST("tools/call", CALLED "," META),
    REQUEST("resources/read", "\"uri\":\"u:x\""),
    REQUEST("resources/read", "\"uri\":\"u:x\"," META),
    REQUEST("tools/list", ""),
    REQUEST("tools/list", META),
    REQUEST("ping", ""),
    REQUEST("logging/setLevel", "\"level\":\"info\""),
    REQUEST("resources/subscribe", "\"uri\":\"u:x\""),
    REQUEST("subscriptions/listen",
        "\"notifications\":{\"toolsListChanged\":true,"
        "\"resourceSubscriptions\":[\"u:x\"]}," META),
    REQUEST("tasks/get", ""),
};

static const char *const notices[] = {
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/roots/list_changed\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":1}",
    "{",
    "[]",
};

static void hear(play *p, const ma_buf *line)
{
    require(!line->failed);
    require(!ma_crossing_heard(p->crossing, ma_buf_span(line), NULL));
}

/* A form, with the id in the place of its %. */
static void write_form(ma_buf *to, const char *form, const char *id)
{
    ma_span rest = ma_span_of(form);
    ma_buf_add_span(to, ma_span_cut(&rest, '%'));
    if (!rest.at)
        return;
    ma_buf_add_text(to, id);
    ma_buf_add_span(to, rest);
}

static void host_asks(play *p, ma_buf *line)
{
    char id[16];
    unsigned number = draw(p, sizeof requests / sizeof *requests);
    if (p->ids == IDS)
        return;
    snprintf(id, sizeof id, "%d", ++p->ids);
    write_form(line, requests[number], id);
    hear(p, line);
}

static void host_brings(play *p, ma_buf *line)
{
    if (p->ids == IDS || !p->state.len)
        return;
    ma_buf_addf(line,
        "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":{" CALLED
        ",\"inputResponses\":{\"question\":{}},\"requestState\":%s," META "}}",
        ++p->ids, draw(p, 4) ? "tools/call" : "resources/read",
        ma_buf_text(&p->state));
    hear(p, line);
}

static void host_cancels(play *p, ma_buf *line)
{
    int id = p->ids ? 1 + (int)draw(p, (size_t)p->ids) : 1;
    p->cancelled[id] = true;
    ma_buf_addf(line,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
        "\"params\":{\"requestId\":%d}}",
        id);
    hear(p, line);
}

static void host_answers(play *p, ma_buf *line)
{
    if (!p->question.len)
        return;
    ma_buf_addf(line, "{\"jsonrpc\":\"2.0\",\"id\":%s,%s}",
        ma_buf_text(&p->question),
        draw(p, 3) ? "\"result\":{\"action\":\"accept\"}"
                   : "\"error\":{\"code\":-32601,\"message\":\"no\"}");
    ma_buf_clear(&p->question);
    hear(p, line);
}

static void host_tells(play *p, ma_buf *line)
{
    ma_buf_add_text(line, notices[draw(p, sizeof notices / sizeof *notices)]);
    hear(p, line);
}

/* --- what the server does ------------------------------------------------ */

#define RESULT(members)                                                        \
    "{\"jsonrpc\":\"2.0\",\"id\":%,\"result\":{" members "}}"
#define ERROR(members)                                                         \
    "{\"jsonrpc\":\"2.0\",\"id\":%,\"error\":{\"message\":\"no\","             \
    "\"code\":" members "}}"
#define TOLD(method) "{\"jsonrpc\":\"2.0\",\"method\":\"" method "\"}"
#define OFFERS                                                                 \
    "\"capabilities\":{\"tools\":{\"listChanged\":true},\"logging\":{},"       \
    "\"resources\":{\"subscribe\":true}}"

static const char *const messages[] = {
    RESULT("\"n\":1"),
    RESULT("\"protocolVersion\":\"2025-11-25\",\"serverInfo\":{\"name\":\"s\"}"
           "," OFFERS),
    RESULT("\"supportedVersions\":[\"2026-07-28\"]," OFFERS),
    RESULT("\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\","
           "\"properties\":{\"a\":{\"type\":\"string\","
           "\"x-mcp-header\":\"A\"}}}}]"),
    RESULT("\"tools\":[],\"nextCursor\":\"c\""),
    RESULT("\"resultType\":\"input_required\",\"requestState\":\"s\""),
    RESULT("\"resultType\":\"input_required\",\"inputRequests\":{\"k\":{"
           "\"method\":\"elicitation/create\",\"params\":{}}}"),
    RESULT("\"resultType\":\"input_required\",\"inputRequests\":{\"k\":{"
           "\"method\":\"roots/list\"}}"),
    ERROR("-32601"),
    ERROR("-32602"),
    ERROR("-32020"),
    ERROR("-32022,\"data\":{\"supported\":[\"2026-07-28\"]}"),
    ERROR("-32022,\"data\":{\"supported\":[\"2025-11-25\"]}"),
    ERROR("-32042,\"data\":{\"elicitations\":[{\"mode\":\"url\"}]}"),
    TOLD("notifications/message"),
    TOLD("notifications/tools/list_changed"),
    TOLD("notifications/subscriptions/acknowledged"),
    "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"elicitation/create\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"roots/list\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
    "nonsense",
};

static const struct {
    int status;
    const char *type;
} heads[] = {
    {200, "application/json"},
    {200, "text/event-stream"},
    {202, "text/plain"},
    {404, "application/json"},
    {400, "application/json"},
    {401, "text/plain"},
    {405, "text/plain"},
    {503, "text/plain"},
    {200, "text/html"},
};

static void fail(play *p, flight *which, mcpauth_status status)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    ma_errand *errand = ma_move(&which->errand);
    land(p, which);
    (void)!ma_error_set(why, status, "it failed");
    if (errand)
        require(!ma_crossing_failed(p->crossing, errand, status, why, NULL));
}

/* Tells what there is; false: it is over. */
static bool tell(play *p, flight *which)
{
    const ma_exchange_event *event = NULL;
    for (;;) {
        mcpauth_status st = ma_inbound_next(which->inbound, &event, NULL);
        if (st)
            fail(p, which, st);
        if (st || !event)
            return !st;
        bool final = event->kind >= MA_EXCHANGE_RESPONSE;
        ma_errand *errand = which->errand;
        if (final)
            which->errand = NULL;
        p->busy = which;
        require(!ma_crossing_came(
            p->crossing, errand, event, which->inbound, NULL));
        p->busy = NULL;
        if (which->errand)
            continue;
        land(p, which);
        return false;
    }
}

static bool begin(play *p, flight *which)
{
    MA_AUTO(mcpauth_headers) asked = mcpauth_headers_new();
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    ma_errand *errand = which->errand;
    unsigned head = draw(p, sizeof heads / sizeof *heads);
    bool stream = errand->purpose == MA_EXCHANGE_FOR_STREAM;
    which->rules.message_max = 1 << 20;
    which->streams = head == 1;
    mcpauth_status st =
        ma_crossing_prepare(p->crossing, errand, asked, &which->rules, NULL);
    if (!st)
        st = ma_inbound_new(errand->purpose, stream, errand->id, &which->rules,
            &which->inbound, NULL);
    require(!st);
    require(
        !mcpauth_headers_add(headers, "Content-Type", heads[head].type, NULL));
    if (draw(p, 2))
        require(!mcpauth_headers_add(headers, "Mcp-Session-Id", "s", NULL));
    st = ma_inbound_head(which->inbound, heads[head].status, headers, NULL);
    if (st)
        fail(p, which, st);
    return !st;
}

static bool feed(play *p, flight *which)
{
    unsigned number = draw(p, sizeof messages / sizeof *messages);
    const char *id = which->errand->id ? which->errand->id : "null";
    MA_SCOPED(ma_buf) body = ma_buf_init(LINE_MAX_LEN);
    ma_buf_add_text(&body, which->streams ? "data: " : "");
    write_form(&body, messages[number], id);
    ma_buf_add_text(&body, which->streams ? "\n\n" : "");
    mcpauth_status st =
        ma_inbound_feed(which->inbound, ma_buf_span(&body), NULL);
    if (st)
        fail(p, which, st);
    return !st && tell(p, which);
}

/* A stream may go on with a later act. */
static void server_acts(play *p, flight *which)
{
    if (!draw(p, 8)) {
        fail(p, which, MCPAUTH_E_NETWORK);
        return;
    }
    if (!which->inbound && !begin(p, which))
        return;
    if (!feed(p, which) || (which->streams && draw(p, 4)))
        return;
    ma_inbound_end(which->inbound);
    if (tell(p, which))
        fail(p, which, MCPAUTH_E_NETWORK);
}

static flight *choose(play *p)
{
    size_t count = 0;
    for (const flight *at = p->flights; at; at = at->next)
        count++;
    flight *found = p->flights;
    for (unsigned skip = count ? draw(p, count) : 0; skip; skip--)
        found = found->next;
    return found;
}

/* --- the play ------------------------------------------------------------ */

static void act(play *p)
{
    static void (*const acts[])(play *, ma_buf *) = {
        host_asks, host_brings, host_cancels, host_answers, host_tells};
    MA_SCOPED(ma_buf) line = ma_buf_init(2 * LINE_MAX_LEN);
    unsigned what = draw(p, 12);
    flight *which = NULL;
    if (what < sizeof acts / sizeof *acts)
        acts[what](p, &line);
    else
        which = choose(p);
    if (which)
        server_acts(p, which);
}

static void end(play *p)
{
    require(!ma_crossing_end(p->crossing, NULL));
    for (int left = ACTS_MAX; p->flights && left; left--)
        fail(p, p->flights, MCPAUTH_E_NETWORK);
    require(ma_crossing_is_idle(p->crossing));
    ma_crossing_free(p->crossing);
    require(!p->flights);
    for (int id = 1; id <= p->ids; id++)
        require(p->answers[id] == 1 || p->cancelled[id]);
    ma_buf_done(&p->question);
    ma_buf_done(&p->state);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const ma_crossing_ops ops = {say, send, drop, log_line};
    static const char *const known[] = {NULL, "2025-11-25", "2026-07-28"};
    play p = {.at = bytes,
        .end = bytes + len,
        .question = ma_buf_init(LINE_MAX_LEN),
        .state = ma_buf_init(LINE_MAX_LEN)};
    const ma_crossing_options options = {
        .server = "https://mcp.example/mcp",
        .client_name = "fuzz",
        .client_version = "1",
        .known_version = known[draw(&p, 3)],
    };
    require(!ma_crossing_new(&options, &ops, &p, &p.crossing, NULL));
    for (int left = ACTS_MAX; p.at < p.end && left; left--)
        act(&p);
    end(&p);
    return 0;
}
