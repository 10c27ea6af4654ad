/* Tests of answer.c: lines go in as libcurl hands them over. */
#include "net/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What the sink was given, as one text. */
struct seen {
    char text[1024];
    size_t len;
    mcpauth_status says;
};

static void __attribute__((format(printf, 2, 3)))
append(struct seen *seen, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    seen->len += (size_t)vsnprintf(
        seen->text + seen->len, sizeof seen->text - seen->len, format, args);
    va_end(args);
}

static mcpauth_status see_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    struct seen *seen = ctx;
    (void)err;
    append(seen, "%d;", status);
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++)
        append(seen, "%s=%s;", mcpauth_headers_name(headers, i),
            mcpauth_headers_value(headers, i));
    return seen->says;
}

static mcpauth_status see_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    struct seen *seen = ctx;
    (void)err;
    append(seen, "%.*s", (int)len, bytes);
    return MCPAUTH_OK;
}

struct row {
    int status;
    const char *head;
    const char *body;
    mcpauth_status result;
    const char *seen;
};

/* Feeds head line by line, then body in one piece. */
static mcpauth_status feed(const struct row *row, struct seen *seen)
{
    MA_SCOPED(ma_url) url = {0};
    const mcpauth_http_request request = {.method = "GET", .body_max = 8};
    const mcpauth_http_sink sink = {see_head, see_body, seen};
    assert_int_equal(
        ma_url_parse(ma_span_of("https://a.example/p"), &url, NULL), 0);
    MA_SCOPED(ma_answer)
    answer = ma_answer_init(&request, &url, 1, &sink, NULL);
    bool interim = false;
    ma_span rest = ma_span_of(row->head);
    while (rest.len > 0) {
        size_t len = ma_span_find(rest, '\n') + 1;
        ma_span line = ma_span_make(rest.at, len);
        if (ma_span_starts(line, "HTTP/"))
            interim = ma_span_starts(line, "HTTP/1.1 1");
        mcpauth_status st =
            ma_answer_feed_line(&answer, interim ? 100 : row->status, line);
        if (st)
            return st;
        rest = ma_span_make(rest.at + len, rest.len - len);
    }
    return ma_answer_feed_body(&answer, ma_span_of(row->body));
}

#define HEAD "HTTP/1.1 200 OK\r\n"

static void head_and_body_are_judged_S_011_S_014(void **state)
{
    static const struct row rows[] = {
        {200, HEAD "A: 1\r\nB:2 \r\n\r\n", "body", MCPAUTH_OK,
            "200;A=1;B=2;body"},
        {200, HEAD "A: 1\n\n", "", MCPAUTH_OK, "200;A=1;"},
        {200, HEAD "A:\r\n\r\n", "", MCPAUTH_OK, "200;A=;"},
        {200, HEAD "A: 1\r\n  2\r\n\r\n", "", MCPAUTH_OK, "200;A=1    2;"},
        {200, HEAD "\r\nTrailer: 1\r\n", "x", MCPAUTH_OK, "200;x"},
        {200, HEAD "\r\n", "12345678", MCPAUTH_OK, "200;12345678"},
        {200, HEAD "\r\n", "123456789", MCPAUTH_E_LIMIT, "200;"},
        {200, HEAD "A: 1\r\n", "body", MCPAUTH_E_PROTOCOL, ""},
        {200, HEAD "A\r\n\r\n", "", MCPAUTH_E_PROTOCOL, ""},
        {200, HEAD "A b: 1\r\n\r\n", "", MCPAUTH_E_PROTOCOL, ""},
        {200, HEAD "A: \x01\r\n\r\n", "", MCPAUTH_E_PROTOCOL, ""},
        {200, HEAD ": 1\r\n\r\n", "", MCPAUTH_E_PROTOCOL, ""},
        {200, HEAD "Content-Length: 1\r\ncontent-length: 2\r\n\r\n", "",
            MCPAUTH_E_PROTOCOL, ""},
        {200, HEAD "Content-Length: 1\r\ncontent-length: 1\r\n\r\n", "",
            MCPAUTH_OK, "200;Content-Length=1;content-length=1;"},
        {200, HEAD "Content-Length: +1\r\n\r\n", "", MCPAUTH_E_PROTOCOL, ""},
        {200, HEAD "Content-Length:\r\n\r\n", "", MCPAUTH_E_PROTOCOL, ""},
        {302, HEAD "Location: /x\r\n\r\n", "12345678", MCPAUTH_OK, ""},
        {302, HEAD "Location: /x\r\n\r\n", "123456789", MCPAUTH_E_LIMIT, ""},
        {302, HEAD "\r\n", "", MCPAUTH_E_UNTRUSTED, ""},
        {304, HEAD "Location: /x\r\n\r\n", "", MCPAUTH_OK, "304;Location=/x;"},
        {200, "HTTP/1.1 100 Go on\r\nA: 1\r\n\r\n" HEAD "B: 2\r\n\r\n", "",
            MCPAUTH_OK, "200;B=2;"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct seen seen = {0};
        mcpauth_status st = feed(&rows[i], &seen);
        if (st != rows[i].result || strcmp(seen.text, rows[i].seen) != 0)
            fail_msg("row %zu: status %d, \"%s\"", i, (int)st, seen.text);
    }
}

static void sink_may_refuse_the_head(void **state)
{
    const struct row row = {200, HEAD "\r\n", "", MCPAUTH_OK, ""};
    struct seen seen = {.says = MCPAUTH_E_CANCELLED};
    (void)state;
    assert_int_equal(feed(&row, &seen), MCPAUTH_E_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(head_and_body_are_judged_S_011_S_014),
        cmocka_unit_test(sink_may_refuse_the_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
