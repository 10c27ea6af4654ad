/* importreport_test.c - what a person reads, and what a script does. */
#include "cli/importreport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static ma_json *parse(const char *text)
{
    ma_json *json = NULL;
    assert_int_equal(ma_json_parse(ma_span_of(text), 8, &json, NULL), 0);
    return json;
}

/* The answer about one server, or none. */
static void write_one(const char *server, bool dry_run, ma_buf *to)
{
    MA_AUTO(ma_json) servers = parse(server);
    const ma_importreport report = {.servers = servers, .dry_run = dry_run};
    ma_importreport_write(&report, to);
}

static const struct {
    const char *server;
    bool dry_run;
    const char *text;
} rows[] = {
    {"[]", false, ""},
    {"[{\"name\":\"a\",\"url\":\"https://a.example/mcp?key=CANARY\","
     "\"found_in\":\"/f\",\"settings\":\"taken\",\"left\":[\"x: y\"]}]",
        false,
        "a  https://a.example/mcp\n  found in   /f\n  settings   taken\n"
        "  login      none at mcp-remote\n  left       x: y\n"},
    {"[{\"name\":\"a\",\"url\":\"https://a.example/\",\"settings\":\"taken\","
     "\"login\":\"taken\"}]",
        true,
        "a  https://a.example/\n  settings   would be taken\n"
        "  login      would be taken\n"},
    {"[{\"url\":\"https://a.example/\",\"login\":\"ended\"}]", false,
        "https://a.example/\n"
        "  login      not taken: it has ended, and cannot be renewed\n"},
    {"[{\"url\":\"https://a.example/\",\"login\":\"failed\","
     "\"login_error\":\"no \\u001b[1m\"}]",
        false, "https://a.example/\n  login      no \\x1b[1m\n"},
    {"[{\"name\":\"a\\u202e\",\"settings\":\"left\"}]", false,
        "a\\u{202e}\n  settings   not taken\n"},
};

static void servers_are_paragraphs_without_what_could_be_secret_S_022(
    void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(MA_IMPORTREPORT_MAX);
        write_one(rows[i].server, rows[i].dry_run, &text);
        assert_string_equal(ma_buf_text(&text), rows[i].text);
    }
}

static void a_document_has_every_part(void **state)
{
    (void)state;
    MA_AUTO(ma_json) none = parse("[]");
    MA_AUTO(ma_json) all = NULL;
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_IMPORTREPORT_MAX);
    const ma_importreport report = {
        .file = "/f", .servers = none, .unread = none, .unknown_logins = none};
    assert_int_equal(ma_importreport_write_json(&report, &text, NULL), 0);
    assert_int_equal(ma_json_parse_object(ma_buf_span(&text), &all, NULL), 0);
    assert_string_equal(ma_json_text(all, "file"), "/f");
    assert_non_null(ma_json_get(all, "dry_run"));
    assert_non_null(ma_json_get_array(all, "servers"));
    assert_non_null(ma_json_get_array(all, "unread"));
    assert_non_null(ma_json_get_array(all, "unknown_logins"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            servers_are_paragraphs_without_what_could_be_secret_S_022),
        cmocka_unit_test(a_document_has_every_part),
    };
    return cmocka_run_group_tests_name("importreport", tests, NULL, NULL);
}
