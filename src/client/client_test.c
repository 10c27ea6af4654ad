/* Tests of client.c: one MCP server, with all that a server may answer. */
#include <mcpauth/client.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"
#include "base/span.h"
#include "places.h"
#include "scene.h"

#define MCP     "POST https://mcp.test/mcp"
#define GOODBYE "DELETE https://mcp.test/mcp"

#define RESULT(text) "{'jsonrpc':'2.0','id':$ID,'result':" text "}"
#define FAILURE(code)                                                          \
    "{'jsonrpc':'2.0','id':$ID,'error':{'code':" code ",'message':'alas'}}"
#define EVENT(text) "data: " text "\n\n"

#define HELLO                                                                  \
    RESULT("{'protocolVersion':'2025-11-25','capabilities':{'tools':{}},"      \
           "'serverInfo':{'name':'s','version':'1.10'},"                       \
           "'instructions':'be kind'}")
#define GREETS                                                                 \
    {                                                                          \
        MCP, 200, HELLO, JSON "\nMcp-Session-Id: CANARY-s1",                   \
            .when = "'initialize'"                                             \
    }
#define NOTES                                                                  \
    {                                                                          \
        MCP, 202, "", .when = "notifications/initialized"                      \
    }
#define ANSWERS(method, text)                                                  \
    {                                                                          \
        MCP, 200, RESULT(text), .when = method                                 \
    }
#define MINTS(n)                                                               \
    {                                                                          \
        .request = TOKEN, .http_status = 200,                                  \
        .body =                                                                \
            "{'access_token':'CANARY-a" #n "','token_type':'Bearer'" HOUR "}", \
        .times = 1                                                             \
    }

/* --- one client in a scene ----------------------------------------------- */

typedef struct {
    scene at;
    mcpauth_client *client;
    mcpauth_error *err;
    char *text;
    size_t len;
    char noted[1024]; /* notifications, one a line */
} talk;

static void note(void *ctx, const char *message, size_t len)
{
    talk *t = ctx;
    size_t used = strlen(t->noted);
    snprintf(
        t->noted + used, sizeof t->noted - used, "%.*s\n", (int)len, message);
}

static void open_talk_as(
    talk *t, const char *settings, const fakehttp_row *rows, size_t row_count)
{
    memset(t, 0, sizeof *t);
    scene_open(&t->at,
        &(scene_options){
            .settings = settings, .rows = rows, .row_count = row_count});
    const mcpauth_client_options options = {
        .size = sizeof options,
        .provider = t->at.provider,
        .http = t->at.http,
        .server = "https://mcp.test/mcp",
        .notified = note,
        .ctx = t,
    };
    t->err = mcpauth_error_new();
    assert_int_equal(mcpauth_client_new(&options, &t->client, NULL), 0);
}

static void close_talk(talk *t)
{
    mcpauth_text_free(t->text);
    mcpauth_client_free(t->client);
    mcpauth_error_free(t->err);
    scene_close(&t->at);
}

#define OPEN_AS(t, settings, rows)                                             \
    open_talk_as(t, settings, rows, sizeof(rows) / sizeof *(rows))
#define OPEN(t, rows) OPEN_AS(t, M2M AS, rows)

static mcpauth_status ask(talk *t, const char *method)
{
    mcpauth_text_free(t->text);
    t->text = NULL;
    return mcpauth_client_request(
        t->client, method, NULL, &t->text, &t->len, t->err);
}

static int sent(talk *t, const char *with)
{
    return fakehttp_count(t->at.net, MCP, with);
}

/* --- authorization ------------------------------------------------------- */

static void every_message_carries_the_token_seed_39_T_024(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES, ANSWERS("tools/list", "{'tools':[]}"), {GOODBYE, 200, ""}};
    talk t;
    int count = 0;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(ask(&t, "tools/list"), MCPAUTH_OK);
    mcpauth_client_close(t.client);
    for (size_t i = 0; fakehttp_text(t.at.net, i); i++) {
        const char *text = fakehttp_text(t.at.net, i);
        bool to_server = !!strstr(text, " https://mcp.test/mcp\n");
        bool has_token = !!strstr(text, "\nAuthorization: Bearer CANARY-a2\n");
        bool in_session = !!strstr(text, "\nMcp-Session-Id: CANARY-s1\n");
        assert_int_equal(to_server, has_token);
        assert_int_equal(in_session,
            to_server && !strstr(text, "\"method\":\"initialize\"") &&
                !strstr(text, "\"method\":\"server/discover\""));
        count += to_server;
    }
    assert_int_equal(count, 5);
    assert_int_equal(fakehttp_count(t.at.net, GOODBYE, NULL), 1);
    close_talk(&t);
}

/* Nothing but the proof is made anew, and nobody is asked for a token. */
static void a_goodbye_is_repeated_with_the_nonce_it_lacked_A_207(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""),
        {.request = TOKEN,
            .http_status = 200,
            .body = "{'access_token':'CANARY-a1','token_type':'DPoP'" HOUR "}"},
        GREETS, NOTES, ANSWERS("tools/list", "{'tools':[]}"),
        {GOODBYE, 401, "",
            "WWW-Authenticate: DPoP error=\"use_dpop_nonce\"\nDPoP-Nonce: n1",
            .times = 1},
        {GOODBYE, 401, "", "WWW-Authenticate: Bearer",
            .when = "Mcp-Session-Id: CANARY-s1"}};
    talk t;
    (void)state;
    OPEN_AS(&t, M2M AS "dpop=always\n", rows);
    assert_int_equal(ask(&t, "tools/list"), MCPAUTH_OK);
    mcpauth_client_close(t.client);
    assert_int_equal(fakehttp_count(t.at.net, GOODBYE, "\nDPoP: ey"), 2);
    assert_int_equal(
        fakehttp_count(t.at.net, GOODBYE, "Mcp-Session-Id: CANARY-s1"), 2);
    assert_int_equal(fakehttp_count(t.at.net, TOKEN, NULL), 1);
    close_talk(&t);
}

static void refusal_in_a_session_leaves_the_session_alone_T_024(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), MINTS(1), MINTS(2),
        GREETS, NOTES,
        {MCP, 401, "", "WWW-Authenticate: Bearer", .when = "tools/call",
            .times = 1},
        ANSWERS("tools/call", "{'content':[]}")};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(ask(&t, "tools/call"), MCPAUTH_OK);
    assert_int_equal(sent(&t, "'initialize'"), 1);
    assert_int_equal(sent(&t, "tools/call"), 2);
    assert_int_equal(sent(&t, "Bearer CANARY-a2\n"), 1);
    close_talk(&t);
}

static void refusal_for_good_is_in_the_servers_words(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), GRANTS(HOUR), {MCP, 403, "{'message':'not you'}"}};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(ask(&t, "tools/list"), MCPAUTH_E_REFUSED);
    assert_string_equal(mcpauth_error_server_description(t.err), "not you");
    assert_null(mcpauth_client_protocol_version(t.client));
    close_talk(&t);
}

static void token_is_for_one_origin_only(void **state)
{
    static const struct {
        const char *server;
        mcpauth_status with_provider;
        mcpauth_status without;
    } table[] = {
        {"https://mcp.test/other", MCPAUTH_OK, MCPAUTH_OK},
        {"https://evil.test/mcp", MCPAUTH_E_UNTRUSTED, MCPAUTH_OK},
        {"https://mcp.test:444/mcp", MCPAUTH_E_UNTRUSTED, MCPAUTH_OK},
        {"http://mcp.test/mcp", MCPAUTH_E_UNTRUSTED, MCPAUTH_OK},
        {"ftp://mcp.test/mcp", MCPAUTH_E_USAGE, MCPAUTH_E_USAGE},
        {NULL, MCPAUTH_E_USAGE, MCPAUTH_E_USAGE},
    };
    scene at;
    (void)state;
    scene_open(&at, &(scene_options){.settings = M2M AS});
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        mcpauth_client_options options = {.size = sizeof options,
            .provider = at.provider,
            .http = at.http,
            .server = table[i].server};
        mcpauth_client *client = NULL;
        assert_int_equal(mcpauth_client_new(&options, &client, NULL),
            table[i].with_provider);
        mcpauth_client_free(client);
        client = NULL;
        options.provider = NULL;
        assert_int_equal(
            mcpauth_client_new(&options, &client, NULL), table[i].without);
        mcpauth_client_free(client);
    }
    scene_close(&at);
}

static void without_a_provider_no_token_is_sent(void **state)
{
    static const fakehttp_row rows[] = {
        {MCP, 401, "{'message':'who?'}", "WWW-Authenticate: Bearer"}};
    scene at;
    mcpauth_client *client = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    scene_open(&at,
        &(scene_options){.settings = M2M AS, .rows = rows, .row_count = 1});
    const mcpauth_client_options options = {.size = sizeof options,
        .http = at.http,
        .server = "https://mcp.test/mcp"};
    assert_int_equal(mcpauth_client_new(&options, &client, NULL), 0);
    assert_int_equal(mcpauth_client_open(client, err), MCPAUTH_E_REFUSED);
    assert_string_equal(mcpauth_error_server_description(err), "who?");
    assert_null(fakehttp_text(at.net, 1));
    assert_null(strstr(fakehttp_text(at.net, 0), "Authorization"));
    mcpauth_client_free(client);
    scene_close(&at);
}

static void own_fields_go_along_but_never_instead_of_the_token(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), GRANTS(HOUR), GREETS, NOTES};
    scene at;
    mcpauth_client *client = NULL;
    MA_AUTO(mcpauth_headers) own = mcpauth_headers_new();
    (void)state;
    assert_int_equal(mcpauth_headers_add(own, "X-Tenant", "t", NULL), 0);
    assert_int_equal(mcpauth_headers_add(own, "Authorization", "own", NULL), 0);
    scene_open(&at,
        &(scene_options){.settings = M2M AS, .rows = rows, .row_count = 4});
    const mcpauth_client_options options = {.size = sizeof options,
        .provider = at.provider,
        .http = at.http,
        .server = "https://mcp.test/mcp",
        .headers = own};
    assert_int_equal(mcpauth_client_new(&options, &client, NULL), 0);
    assert_int_equal(mcpauth_client_open(client, NULL), 0);
    assert_int_equal(fakehttp_count(at.net, MCP, "\nX-Tenant: t\n"), 3);
    assert_int_equal(fakehttp_count(at.net, MCP, "Authorization: own"), 0);
    assert_int_equal(fakehttp_count(at.net, MCP, "Bearer CANARY-a2"), 3);
    mcpauth_client_free(client);
    scene_close(&at);
}

/* --- sessions ------------------------------------------------------------ */

static void server_is_known_once_open(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), GRANTS(HOUR), GREETS, NOTES};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_null(mcpauth_client_protocol_version(t.client));
    assert_null(mcpauth_client_server_info(t.client));
    assert_int_equal(mcpauth_client_open(t.client, NULL), MCPAUTH_OK);
    assert_int_equal(mcpauth_client_open(t.client, NULL), MCPAUTH_OK);
    assert_int_equal(sent(&t, NULL), 3);
    assert_string_equal(
        mcpauth_client_protocol_version(t.client), "2025-11-25");
    assert_string_equal(mcpauth_client_server_info(t.client),
        "{\"name\":\"s\",\"version\":\"1.10\"}");
    assert_string_equal(
        mcpauth_client_server_capabilities(t.client), "{\"tools\":{}}");
    assert_string_equal(
        mcpauth_client_server_instructions(t.client), "\"be kind\"");
    close_talk(&t);
}

static void lost_session_is_opened_once_more_T_053(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES, {MCP, 404, "", .when = "tools/list", .times = 1},
        ANSWERS("tools/list", "{'tools':[]}")};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(ask(&t, "tools/list"), MCPAUTH_OK);
    assert_string_equal(t.text, "{\"tools\":[]}");
    assert_int_equal(sent(&t, "'initialize'"), 2);
    assert_int_equal(sent(&t, "notifications/initialized"), 2);
    assert_int_equal(sent(&t, "tools/list"), 2);
    close_talk(&t);
}

static void session_that_is_lost_again_is_an_error_T_053(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES, {MCP, 404, "", .when = "tools/list"}};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(ask(&t, "tools/list"), MCPAUTH_E_HTTP);
    assert_int_equal(mcpauth_error_http_status(t.err), 404);
    assert_int_equal(sent(&t, "'initialize'"), 2);
    assert_int_equal(sent(&t, "tools/list"), 2);
    close_talk(&t);
}

/* As behind a balancer that sends every request elsewhere. */
static void server_that_forgets_at_once_is_not_asked_for_ever_T_053(
    void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), GRANTS(HOUR), GREETS, {MCP, 404, ""}};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(ask(&t, "tools/list"), MCPAUTH_E_HTTP);
    assert_int_equal(sent(&t, "'initialize'"), 1);
    assert_int_equal(sent(&t, "notifications/initialized"), 1);
    close_talk(&t);
}

static void closed_client_opens_again_with_or_without_a_session(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR),
        {MCP, 200, HELLO, .when = "'initialize'", .times = 1}, GREETS, NOTES,
        ANSWERS("ping", "{}"), {GOODBYE, .failure = MCPAUTH_E_NETWORK}};
    talk t;
    (void)state;
    OPEN(&t, rows);
    mcpauth_client_close(t.client);
    assert_null(fakehttp_text(t.at.net, 0));
    assert_int_equal(ask(&t, "ping"), MCPAUTH_OK);
    mcpauth_client_close(t.client);
    assert_int_equal(fakehttp_count(t.at.net, GOODBYE, NULL), 0);
    assert_int_equal(ask(&t, "ping"), MCPAUTH_OK);
    mcpauth_client_close(t.client);
    assert_int_equal(fakehttp_count(t.at.net, GOODBYE, "CANARY-s1"), 1);
    assert_int_equal(ask(&t, "ping"), MCPAUTH_OK);
    assert_int_equal(sent(&t, "'initialize'"), 3);
    close_talk(&t);
}

static void server_may_name_the_versions_it_speaks_T_011(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR),
        {MCP, 400,
            "{'jsonrpc':'2.0','id':$ID,'error':{'code':-32602,'message':'no',"
            "'data':{'supported':['2025-03-26']}}}",
            .when = "'2025-11-25'"},
        {MCP, 200,
            RESULT("{'protocolVersion':'2025-03-26','capabilities':{},"
                   "'serverInfo':{'name':'s','version':'1'}}"),
            .when = "'initialize'"},
        NOTES};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(mcpauth_client_open(t.client, t.err), MCPAUTH_OK);
    assert_string_equal(
        mcpauth_client_protocol_version(t.client), "2025-03-26");
    close_talk(&t);
}

/* --- answers ------------------------------------------------------------- */

#define SIXTY "123456789012345678901234567890123456789012345678901234567890"
#define ODD   "{ 'n' : 1.10, 'n':" SIXTY ",\t'e':1E400,'s':'\\u00e9\\/' }"

static void result_comes_byte_for_byte_T_022(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES, ANSWERS("json", ODD),
        {MCP, 200, EVENT(RESULT(ODD)), STREAM, .when = "stream"}};
    static const char expected[] =
        "{ \"n\" : 1.10, \"n\":" SIXTY ",\t\"e\":1E400,\"s\":\"\\u00e9\\/\" }";
    static const char *const methods[] = {"json", "stream"};
    static const size_t pieces[] = {0, 1, 7};
    talk t;
    (void)state;
    OPEN(&t, rows);
    for (size_t i = 0; i < 6; i++) {
        fakehttp_set_piece(t.at.net, pieces[i / 2]);
        assert_int_equal(ask(&t, methods[i % 2]), MCPAUTH_OK);
        assert_string_equal(t.text, expected);
        assert_int_equal(t.len, strlen(expected));
    }
    close_talk(&t);
}

static void error_of_the_server_is_in_its_words(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES, {MCP, 200, FAILURE("-32010"), .when = "tools/call"}};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(ask(&t, "tools/call"), MCPAUTH_E_RPC);
    assert_string_equal(mcpauth_error_server_code(t.err), "-32010");
    assert_string_equal(mcpauth_error_server_description(t.err), "alas");
    assert_null(t.text);
    close_talk(&t);
}

static void params_that_are_no_object_are_refused(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), GRANTS(HOUR), GREETS, NOTES};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(mcpauth_client_request(
                         t.client, "tools/call", "[1]", &t.text, &t.len, t.err),
        MCPAUTH_E_USAGE);
    assert_int_equal(sent(&t, "tools/call"), 0);
    close_talk(&t);
}

#define MESSAGE(text)                                                          \
    "{'jsonrpc':'2.0','method':'notifications/message','params':" text "}"

static void notifications_are_told_as_they_came(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES,
        {MCP, 200,
            EVENT(MESSAGE("{ 'n':1.10 }")) EVENT(RESULT("{'ok':true}"))
                EVENT(MESSAGE("{'late':1}")),
            STREAM, .when = "tools/call"}};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(ask(&t, "tools/call"), MCPAUTH_OK);
    assert_string_equal(t.text, "{\"ok\":true}");
    assert_string_equal(t.noted,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":"
        "{ \"n\":1.10 }}\n"
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":"
        "{\"late\":1}}\n");
    close_talk(&t);
}

static void server_requests_are_answered_at_once_T_045(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES,
        {MCP, 200,
            EVENT("{'jsonrpc':'2.0','id':'p1','method':'ping'}")
                EVENT("{'jsonrpc':'2.0','id':99,'method':'roots/list'}")
                    EVENT(RESULT("{'ok':true}")),
            STREAM, .when = "tools/call"},
        {MCP, 202, "", .when = "'p1'"}, {MCP, 500, "", .when = ":99,"}};
    talk t;
    (void)state;
    OPEN(&t, rows);
    fakehttp_set_piece(t.at.net, 1);
    assert_int_equal(ask(&t, "tools/call"), MCPAUTH_OK);
    assert_string_equal(t.text, "{\"ok\":true}");
    assert_int_equal(sent(&t, "{'jsonrpc':'2.0','id':'p1','result':{}}"), 1);
    assert_int_equal(
        sent(&t, "{'jsonrpc':'2.0','id':99,'error':{'code':-32601,"), 1);
    assert_int_equal(sent(&t, "Bearer CANARY-a2"), 6);
    assert_int_equal(sent(&t, "Mcp-Session-Id: CANARY-s1"), 4);
    close_talk(&t);
}

static void connection_lost_behind_the_response_is_no_loss_T_040(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES,
        {MCP, 200, EVENT(RESULT("{'ok':true}")), STREAM, MCPAUTH_E_NETWORK,
            "tools/call"}};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(ask(&t, "tools/call"), MCPAUTH_OK);
    assert_string_equal(t.text, "{\"ok\":true}");
    close_talk(&t);
}

/* --- once more, or not --------------------------------------------------- */

static void lost_call_is_not_repeated_T_025(void **state)
{
    static const fakehttp_row calls[] = {
        {MCP, .failure = MCPAUTH_E_NETWORK, .when = "tools/"},
        {MCP, .failure = MCPAUTH_E_TIMEOUT, .when = "tools/"},
        {MCP, .failure = MCPAUTH_E_CANCELLED, .when = "tools/"},
        {MCP, 200, "", STREAM, MCPAUTH_E_NETWORK, "tools/"},
        {MCP, 200, "{'jsonrpc'", JSON, MCPAUTH_E_NETWORK, "tools/"},
        {MCP, 200, "data: {}\n\n", STREAM, .when = "tools/"},
    };
    static const mcpauth_status expected[] = {MCPAUTH_E_NETWORK,
        MCPAUTH_E_TIMEOUT, MCPAUTH_E_CANCELLED, MCPAUTH_E_NETWORK,
        MCPAUTH_E_NETWORK, MCPAUTH_E_NETWORK};
    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const fakehttp_row rows[] = {
            HAS_META(""), GRANTS(HOUR), GREETS, NOTES, calls[i]};
        talk t;
        OPEN(&t, rows);
        assert_int_equal(ask(&t, "tools/call"), expected[i]);
        assert_int_equal(sent(&t, "tools/call"), 1);
        assert_null(t.text);
        close_talk(&t);
    }
}

/* A method that only asks is sent again in any case; a call when the server
 * says that it did nothing (T-024). */
static void busy_server_is_asked_again_where_that_is_safe_T_024(void **state)
{
    static const struct {
        fakehttp_row refusal;
        const char *method;
        int sent;
    } table[] = {
        {{MCP, 503, "", .when = "tools/", .times = 1}, "tools/call", 1},
        {{MCP, 429, "", .when = "tools/", .times = 1}, "tools/call", 1},
        {{MCP, 503, "", "Retry-After: soon", .when = "tools/", .times = 1},
            "tools/call", 1},
        {{MCP, 503, "", "Retry-After: 61", .when = "tools/", .times = 1},
            "tools/list", 1},
        {{MCP, 503, "", .when = "tools/", .times = 1}, "tools/list", 2},
        {{MCP, 503, "", "Retry-After: 0", .when = "tools/", .times = 1},
            "tools/call", 2},
        {{MCP, 429, "", "Retry-After: 0", .when = "tools/", .times = 1},
            "tools/call", 2},
        {{MCP, 200, FAILURE("-32003"), .when = "tools/", .times = 1},
            "tools/call", 2},
        {{MCP, 200, EVENT(FAILURE("-32005")), STREAM, .when = "tools/",
             .times = 1},
            "tools/call", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS, NOTES,
            table[i].refusal, ANSWERS("tools/", "{}")};
        talk t;
        OPEN(&t, rows);
        mcpauth_status st = ask(&t, table[i].method);
        assert_int_equal(sent(&t, table[i].method), table[i].sent);
        assert_int_equal(st, table[i].sent == 2 ? MCPAUTH_OK : MCPAUTH_E_HTTP);
        if (st)
            assert_int_equal(
                mcpauth_error_http_status(t.err), table[i].refusal.http_status);
        close_talk(&t);
    }
}

static void patience_ends(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES,
        {MCP, 503, "{'message':'full'}", "Retry-After: 0",
            .when = "tools/call"}};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(ask(&t, "tools/call"), MCPAUTH_E_HTTP);
    assert_int_equal(sent(&t, "tools/call"), 6);
    assert_string_equal(mcpauth_error_server_description(t.err), "full");
    close_talk(&t);
}

/* --- pages --------------------------------------------------------------- */

static mcpauth_status list_tools(talk *t)
{
    return mcpauth_client_list(
        t->client, "tools/list", "tools", &t->text, &t->len, t->err);
}

static void pages_are_joined_and_cursors_go_back_as_they_came_T_122(
    void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES,
        {MCP, 200, RESULT("{'tools':[],'nextCursor':'z\\u00e9\\/'}"),
            .when = "'cursor':''"},
        {MCP, 200, RESULT("{'tools':[{ 'name':'c' }]}"),
            .when = "'cursor':'z\\u00e9\\/'"},
        {MCP, 200,
            RESULT("{'tools':[{'name':'a','n':1.10}, {'name':'b'}],"
                   "'nextCursor':''}"),
            .when = "tools/list"}};
    static const char expected[] =
        "[{\"name\":\"a\",\"n\":1.10},{\"name\":\"b\"},{ \"name\":\"c\" }]";
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(list_tools(&t), MCPAUTH_OK);
    assert_string_equal(t.text, expected);
    assert_int_equal(t.len, strlen(expected));
    assert_int_equal(sent(&t, "tools/list"), 3);
    close_talk(&t);
}

static void cursor_that_comes_again_ends_the_list_T_122(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), GREETS,
        NOTES, ANSWERS("tools/list", "{'tools':[],'nextCursor':'x'}")};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(list_tools(&t), MCPAUTH_E_PROTOCOL);
    assert_non_null(strstr(mcpauth_error_message(t.err), "tools/list: "));
    assert_null(t.text);
    assert_int_equal(sent(&t, "tools/list"), 2);
    close_talk(&t);
}

static void empty_list_is_an_array(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), GRANTS(HOUR), GREETS, NOTES, ANSWERS("tools/list", "{}")};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(list_tools(&t), MCPAUTH_OK);
    assert_string_equal(t.text, "[]");
    mcpauth_text_free(NULL);
    mcpauth_client_free(NULL);
    close_talk(&t);
}

/* --- 2026-07-28 ---------------------------------------------------------- */

#define DISCOVERS                                                              \
    ANSWERS("server/discover", "{'supportedVersions':['2026-07-28'],"          \
                               "'capabilities':{'tools':{}}}")

static void result_is_used_as_long_as_the_server_allows_T_081(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR), DISCOVERS,
        ANSWERS("tools/list", "{'tools':[],'ttlMs':600000}"),
        ANSWERS("resources/list", "{'resources':[]}")};
    talk t;
    (void)state;
    OPEN(&t, rows);
    const mcpauth_call fresh = {
        .size = sizeof fresh, .method = "tools/list", .fresh = true};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask(&t, "tools/list"), MCPAUTH_OK);
        assert_string_equal(t.text, "{\"tools\":[],\"ttlMs\":600000}");
        assert_int_equal(ask(&t, "resources/list"), MCPAUTH_OK);
    }
    assert_int_equal(sent(&t, "'tools/list'"), 1);
    assert_int_equal(sent(&t, "'resources/list'"), 2);
    mcpauth_text_free(t.text);
    assert_int_equal(
        mcpauth_client_call(t.client, &fresh, &t.text, &t.len, t.err), 0);
    assert_int_equal(sent(&t, "'tools/list'"), 2);
    close_talk(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_carries_the_token_seed_39_T_024),
        cmocka_unit_test(a_goodbye_is_repeated_with_the_nonce_it_lacked_A_207),
        cmocka_unit_test(refusal_in_a_session_leaves_the_session_alone_T_024),
        cmocka_unit_test(refusal_for_good_is_in_the_servers_words),
        cmocka_unit_test(token_is_for_one_origin_only),
        cmocka_unit_test(without_a_provider_no_token_is_sent),
        cmocka_unit_test(own_fields_go_along_but_never_instead_of_the_token),
        cmocka_unit_test(server_is_known_once_open),
        cmocka_unit_test(lost_session_is_opened_once_more_T_053),
        cmocka_unit_test(session_that_is_lost_again_is_an_error_T_053),
        cmocka_unit_test(
            server_that_forgets_at_once_is_not_asked_for_ever_T_053),
        cmocka_unit_test(closed_client_opens_again_with_or_without_a_session),
        cmocka_unit_test(server_may_name_the_versions_it_speaks_T_011),
        cmocka_unit_test(result_comes_byte_for_byte_T_022),
        cmocka_unit_test(error_of_the_server_is_in_its_words),
        cmocka_unit_test(params_that_are_no_object_are_refused),
        cmocka_unit_test(notifications_are_told_as_they_came),
        cmocka_unit_test(server_requests_are_answered_at_once_T_045),
        cmocka_unit_test(connection_lost_behind_the_response_is_no_loss_T_040),
        cmocka_unit_test(lost_call_is_not_repeated_T_025),
        cmocka_unit_test(busy_server_is_asked_again_where_that_is_safe_T_024),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(
            pages_are_joined_and_cursors_go_back_as_they_came_T_122),
        cmocka_unit_test(cursor_that_comes_again_ends_the_list_T_122),
        cmocka_unit_test(empty_list_is_an_array),
        cmocka_unit_test(result_is_used_as_long_as_the_server_allows_T_081),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
