/* caller.h - a sandbox and the plainest HTTP client, for the tests beside,
 * which include cmocka before it. */
#ifndef MA_SANDBOX_CALLER_H
#define MA_SANDBOX_CALLER_H

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/form.h"
#include "base/json.h"
#include "sandbox/sandbox.h"
#include "sandbox/world.h"

enum { CALLER_MAX = 128 * 1024 * 1024, CALLER_TEXT_MAX = 64 * 1024 };

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define MCP                                                                    \
    "Content-Type: application/json\r\n"                                       \
    "Accept: application/json, text/event-stream\r\n"

/* A whole answer as it came over the wire. */
typedef struct {
    ma_buf bytes;
    int status;
    const char *body;
} answer;

static inline void answer_done(answer *got)
{
    ma_buf_done(&got->bytes);
}
MA_SCOPED_DEFINE(answer, answer_done)

static inline int connect_to(const char *origin)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    at.sin_port = htons((uint16_t)strtol(strrchr(origin, ':') + 1, NULL, 10));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

/* Sends one request and reads until the server closes.  fields end in CRLF
 * each; body NULL: none. */
static inline answer call(const char *origin, const char *method,
    const char *target, const char *fields, const char *body)
{
    MA_SCOPED(ma_buf) request = ma_buf_init(CALLER_MAX);
    ma_buf_addf(&request,
        "%s %s HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n%s", method,
        target, fields);
    if (body)
        ma_buf_addf(&request, "Content-Length: %zu\r\n", strlen(body));
    ma_buf_addf(&request, "\r\n%s", body ? body : "");
    int fd = connect_to(origin);
    assert_int_equal(
        send(fd, request.at, request.len, MSG_NOSIGNAL), (ssize_t)request.len);
    answer got = {.bytes = ma_buf_init(CALLER_MAX)};
    char block[16384];
    ssize_t len = 0;
    while ((len = recv(fd, block, sizeof block, 0)) > 0)
        ma_buf_add(&got.bytes, block, (size_t)len);
    close(fd);
    const char *text = ma_buf_text(&got.bytes);
    const char *end = strstr(text, "\r\n\r\n");
    assert_non_null(end);
    got.status = (int)strtol(text + strlen("HTTP/1.1 "), NULL, 10);
    got.body = end + 4;
    return got;
}

/* The value of a field as text for ma_free; NULL when it is absent. */
static inline char *field_of(const answer *got, const char *name)
{
    const char *at = ma_buf_text(&got->bytes);
    size_t len = strlen(name);
    while (at < got->body) {
        const char *end = strstr(at, "\r\n");
        if (!strncasecmp(at, name, len) && at[len] == ':')
            return ma_strndup(at + len + 2, (size_t)(end - at) - len - 2);
        at = end + 2;
    }
    return NULL;
}

static inline void assert_field(
    const answer *got, const char *name, const char *value)
{
    MA_AUTO(ma_text) field = field_of(got, name);
    if (!value) {
        assert_null(field);
        return;
    }
    assert_non_null(field);
    assert_string_equal(field, value);
}

static inline ma_json *json_of(const answer *got)
{
    ma_json *json = NULL;
    assert_int_equal(
        ma_json_parse(ma_span_of(got->body), 32, &json, NULL), MCPAUTH_OK);
    return json;
}

/* A copy of one text member of the body, for ma_free; NULL when absent. */
static inline char *member_of(const answer *got, const char *name)
{
    MA_AUTO(ma_json) json = json_of(got);
    return ma_strdup(ma_json_text(json, name));
}

/* A copy of one parameter of a Location, for ma_free; NULL when absent. */
static inline char *parameter_of(const answer *got, const char *name)
{
    MA_AUTO(ma_text) location = field_of(got, "Location");
    assert_non_null(location);
    ma_span query = ma_span_of(location);
    ma_span_cut(&query, '?');
    return ma_visit_param(query, name);
}

/* --- sandbox ------------------------------------------------------------- */

static inline int start_sandbox(void **state)
{
    static const ma_sandbox_options options = {0};
    ma_sandbox *sandbox = NULL;
    mcpauth_status st = ma_sandbox_new(&options, &sandbox, NULL);
    *state = sandbox;
    return (int)st;
}

static inline int stop_sandbox(void **state)
{
    ma_sandbox_free(*state);
    return 0;
}

static inline answer call_control(
    ma_sandbox *sandbox, const char *method, const char *target)
{
    return call(
        ma_sandbox_origin(sandbox, MA_SANDBOX_RUNTIME), method, target, "", "");
}

static inline void set_fault(ma_sandbox *sandbox, const char *word)
{
    MA_SCOPED(ma_buf) target = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_add_text(&target, "/_sandbox/fault?");
    ma_form_add(&target, "name", ma_span_of(word));
    MA_SCOPED(answer)
    got = call_control(sandbox, "POST", ma_buf_text(&target));
    assert_int_equal(got.status, 204);
}

static inline void clear_faults(ma_sandbox *sandbox)
{
    MA_SCOPED(answer)
    got = call_control(sandbox, "POST", "/_sandbox/fault?clear=1");
    assert_int_equal(got.status, 204);
}

static inline answer ask_token(
    ma_sandbox *sandbox, ma_sandbox_server server, const char *form)
{
    const char *path =
        server == MA_SANDBOX_COGNITO ? "/oauth2/token" : "/token";
    return call(ma_sandbox_origin(sandbox, server), "POST", path, FORM, form);
}

/* An access token for the machine client, as a field, for ma_free. */
static inline char *machine_field(
    ma_sandbox *sandbox, ma_sandbox_server server, const char *client)
{
    MA_SCOPED(ma_buf) form = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&form,
        "grant_type=client_credentials&client_id=%s&client_"
        "secret=" MA_WORLD_M2M_SECRET,
        client);
    MA_SCOPED(answer) got = ask_token(sandbox, server, ma_buf_text(&form));
    assert_int_equal(got.status, 200);
    MA_AUTO(ma_text) token = member_of(&got, "access_token");
    MA_SCOPED(ma_buf) field = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&field, "Authorization: Bearer %s\r\n", token);
    return ma_buf_take(&field);
}

/* Sends one JSON-RPC message; more are further fields, with CRLF. */
static inline answer post_mcp(ma_sandbox *sandbox, ma_sandbox_server server,
    const char *authorization, const char *more, const char *message)
{
    MA_SCOPED(ma_buf) fields = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&fields, MCP "%s%s", authorization, more);
    const char *path =
        strchr(ma_sandbox_mcp_url(sandbox, server) + strlen("http://"), '/');
    return call(ma_sandbox_origin(sandbox, server), "POST", path,
        ma_buf_text(&fields), message);
}

#endif
