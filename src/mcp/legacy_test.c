/* legacy_test.c - negotiation, session ids and headers, by the table alone. */
#include "mcp/legacy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"

static const ma_session_options anonymous = {
    .client_name = "a \"client\"", .client_version = "1.0"};

static void *make(const char *protocol_version)
{
    void *state = NULL;
    ma_session_options options = anonymous;
    options.protocol_version = protocol_version;
    assert_int_equal(ma_legacy_era.new(&options, &state, NULL), 0);
    return state;
}

static mcpauth_status read_hello(void *legacy, const char *result,
    const char *session_id, ma_session_peer *out_server, mcpauth_error *err)
{
    MA_AUTO(ma_secret) id = NULL;
    if (session_id)
        id = ma_secret_new(ma_span_of(session_id));
    return ma_legacy_era.read_opening(
        legacy, ma_span_of(result), id, out_server, err);
}

static mcpauth_status agree_on(void *legacy, const char *version)
{
    MA_SCOPED(ma_buf) result = ma_buf_init(1000);
    ma_session_peer server = {.version = NULL};
    ma_buf_addf(&result, "{\"protocolVersion\":\"%s\"}", version);
    return read_hello(legacy, ma_buf_text(&result), "s-1", &server, NULL);
}

static void assert_opening(const void *legacy, const char *version)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(1000);
    MA_SCOPED(ma_buf) expected = ma_buf_init(1000);
    ma_legacy_era.write_opening(legacy, &params);
    ma_buf_addf(&expected,
        "{\"protocolVersion\":\"%s\",\"capabilities\":{},\"clientInfo\":"
        "{\"name\":\"a \\\"client\\\"\",\"version\":\"1.0\"}}",
        version);
    assert_string_equal(ma_buf_text(&params), ma_buf_text(&expected));
}

static void the_newest_version_is_offered_T_010(void **state)
{
    void *legacy = make(NULL);
    (void)state;
    assert_opening(legacy, "2025-11-25");
    ma_legacy_era.free(legacy);
}

static void a_pinned_version_is_offered_T_076(void **state)
{
    void *legacy = make("2025-06-18");
    (void)state;
    assert_opening(legacy, "2025-06-18");
    ma_legacy_era.free(legacy);
}

static void capabilities_are_sent_as_given_T_013(void **state)
{
    void *legacy = NULL;
    MA_SCOPED(ma_buf) params = ma_buf_init(1000);
    ma_session_options options = anonymous;
    (void)state;
    options.capabilities = ma_span_of(" {\"roots\":{}} ");
    assert_int_equal(ma_legacy_era.new(&options, &legacy, NULL), 0);
    ma_legacy_era.write_opening(legacy, &params);
    assert_non_null(
        strstr(ma_buf_text(&params), "\"capabilities\":{\"roots\":{}},"));
    ma_legacy_era.free(legacy);
}

static void bad_options_are_refused(void **state)
{
    void *legacy = NULL;
    ma_session_options version = anonymous, capabilities = anonymous;
    (void)state;
    version.protocol_version = "1999-01-01";
    capabilities.capabilities = ma_span_of("[]");
    assert_int_equal(
        ma_legacy_era.new(&version, &legacy, NULL), MCPAUTH_E_USAGE);
    assert_int_equal(
        ma_legacy_era.new(&capabilities, &legacy, NULL), MCPAUTH_E_USAGE);
    assert_null(legacy);
}

static void versions_are_negotiated_T_011_T_005_T_055(void **state)
{
    static const struct {
        const char *pinned, *theirs;
        mcpauth_status st;
        bool batches;
        const char *header;
    } rows[] = {
        {NULL, "2025-11-25", 0, false, "2025-11-25"},
        {NULL, "2025-06-18", 0, false, "2025-06-18"},
        {NULL, "2025-03-26", 0, true, NULL},
        {NULL, "2024-11-05", 0, true, NULL},
        {NULL, "2026-07-28", MCPAUTH_E_UNSUPPORTED, false, NULL},
        {NULL, "", MCPAUTH_E_UNSUPPORTED, false, NULL},
        {"2025-06-18", "2025-06-18", 0, false, "2025-06-18"},
        {"2025-06-18", "2025-03-26", MCPAUTH_E_UNSUPPORTED, false, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *legacy = make(rows[i].pinned);
        ma_exchange_rules rules = {.batches = false};
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        assert_int_equal(agree_on(legacy, rows[i].theirs), rows[i].st);
        ma_legacy_era.set_rules(legacy, &rules);
        assert_int_equal(rules.batches, rows[i].batches);
        assert_true(rules.server_requests);
        assert_int_equal(
            ma_legacy_era.add_headers(legacy, NULL, headers, NULL), 0);
        const char *header =
            mcpauth_headers_get(headers, "MCP-Protocol-Version");
        assert_int_equal(!header, !rows[i].header);
        if (header)
            assert_string_equal(header, rows[i].header);
        ma_legacy_era.free(legacy);
    }
}

static void no_common_version_names_both_sides_T_011(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_session_peer server = {.version = NULL};
    void *legacy = make(NULL);
    (void)state;
    assert_int_equal(read_hello(legacy, "{\"protocolVersion\":\"1999-01-01\"}",
                         NULL, &server, err),
        MCPAUTH_E_UNSUPPORTED);
    assert_non_null(strstr(mcpauth_error_message(err), "1999-01-01"));
    assert_non_null(strstr(mcpauth_error_message(err), "2025-11-25"));
    assert_non_null(strstr(mcpauth_error_message(err), "2025-03-26"));
    ma_legacy_era.free(legacy);
}

static void an_answer_without_a_version_is_broken_T_011(void **state)
{
    static const char *const results[] = {
        "{}", "{\"protocolVersion\":20250326}", "{\"protocolVersion\":null}"};
    (void)state;
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        ma_session_peer server = {.version = NULL};
        void *legacy = make(NULL);
        assert_int_equal(read_hello(legacy, results[i], NULL, &server, NULL),
            MCPAUTH_E_PROTOCOL);
        assert_null(server.version);
        ma_legacy_era.free(legacy);
    }
}

static void the_server_is_kept_as_it_describes_itself_T_007(void **state)
{
    ma_session_peer server = {.version = NULL};
    void *legacy = make(NULL);
    (void)state;
    assert_int_equal(
        read_hello(legacy,
            "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":"
            "{ }},\"serverInfo\":{\"name\":\"x\"},\"instructions\":\"be\\n\"}",
            NULL, &server, NULL),
        0);
    assert_string_equal(server.version, "2025-06-18");
    assert_true(ma_span_is(server.capabilities, "{\"tools\":{ }}"));
    assert_true(ma_span_is(server.info, "{\"name\":\"x\"}"));
    assert_true(ma_span_is(server.instructions, "\"be\\n\""));
    ma_legacy_era.free(legacy);
}

static void members_of_other_types_count_as_absent(void **state)
{
    ma_session_peer server = {.version = NULL};
    void *legacy = make(NULL);
    (void)state;
    assert_int_equal(
        read_hello(legacy,
            "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":[],"
            "\"serverInfo\":\"x\",\"instructions\":{}}",
            NULL, &server, NULL),
        0);
    assert_null(server.capabilities.at);
    assert_null(server.info.at);
    assert_null(server.instructions.at);
    ma_legacy_era.free(legacy);
}

static void session_ids_are_visible_ascii_T_050_S_017(void **state)
{
    static char longest[MA_LEGACY_SESSION_ID_MAX + 2];
    static const struct {
        const char *id;
        mcpauth_status st;
    } rows[] = {
        {"!~aZ09-_.=", 0},
        {longest + 1, 0},
        {longest, MCPAUTH_E_PROTOCOL},
        {"", MCPAUTH_E_PROTOCOL},
        {"a b", MCPAUTH_E_PROTOCOL},
        {"a\tb", MCPAUTH_E_PROTOCOL},
        {"a\r\nX: 1", MCPAUTH_E_PROTOCOL},
        {"a\x7f", MCPAUTH_E_PROTOCOL},
        {"\xc3\xa9", MCPAUTH_E_PROTOCOL},
    };
    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_session_peer server = {.version = NULL};
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        void *legacy = make(NULL);
        assert_int_equal(
            read_hello(legacy, "{\"protocolVersion\":\"2025-06-18\"}",
                rows[i].id, &server, err),
            rows[i].st);
        assert_int_equal(
            ma_legacy_era.add_headers(legacy, NULL, headers, NULL), 0);
        const char *sent = mcpauth_headers_get(headers, "Mcp-Session-Id");
        assert_int_equal(!sent, rows[i].st != 0);
        if (sent)
            assert_string_equal(sent, rows[i].id);
        ma_legacy_era.free(legacy);
    }
}

static void a_reset_forgets_session_and_version_T_050_T_053(void **state)
{
    void *legacy = make(NULL);
    ma_exchange_rules rules = {.in_session = false};
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    (void)state;
    assert_int_equal(agree_on(legacy, "2025-06-18"), 0);
    ma_legacy_era.set_rules(legacy, &rules);
    assert_true(rules.in_session);
    ma_legacy_era.reset(legacy);
    ma_legacy_era.set_rules(legacy, &rules);
    assert_false(rules.in_session);
    assert_int_equal(ma_legacy_era.add_headers(legacy, NULL, headers, NULL), 0);
    assert_int_equal(mcpauth_headers_count(headers), 0);
    assert_opening(legacy, "2025-11-25");
    ma_legacy_era.free(legacy);
}

static bool retry(void *legacy, int64_t code, const char *data)
{
    ma_exchange_event event = {.kind = MA_EXCHANGE_ERROR, .http_status = 200};
    event.message.code = code;
    event.message.data = ma_span_of(data);
    return ma_legacy_era.judge_refusal(legacy, &event) == MA_ERA_AGAIN;
}

static void a_listed_version_is_tried_once_T_011(void **state)
{
    void *legacy = make(NULL);
    (void)state;
    assert_true(retry(legacy, MA_ENVELOPE_INVALID_PARAMS,
        "{\"supported\":[\"1999-01-01\",7,\"2025-03-26\",\"2025-06-18\"]}"));
    assert_opening(legacy, "2025-06-18");
    assert_false(retry(legacy, MA_ENVELOPE_INVALID_PARAMS,
        "{\"supported\":[\"2025-03-26\"]}"));
    ma_legacy_era.free(legacy);
}

static void other_errors_are_final_T_011(void **state)
{
    static const struct {
        int64_t code;
        const char *pinned, *data;
    } rows[] = {
        {MA_ENVELOPE_INVALID_PARAMS, NULL, NULL},
        {MA_ENVELOPE_INVALID_PARAMS, NULL, "{}"},
        {MA_ENVELOPE_INVALID_PARAMS, NULL, "{\"supported\":[]}"},
        {MA_ENVELOPE_INVALID_PARAMS, NULL, "{\"supported\":[\"2026-07-28\"]}"},
        {MA_ENVELOPE_INVALID_PARAMS, NULL, "{\"supported\":[\"2025-11-25\"]}"},
        {MA_ENVELOPE_INVALID_PARAMS, "2025-11-25",
            "{\"supported\":[\"2025-06-18\"]}"},
        {MA_ENVELOPE_INTERNAL_ERROR, NULL, "{\"supported\":[\"2025-06-18\"]}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *legacy = make(rows[i].pinned);
        assert_false(retry(legacy, rows[i].code, rows[i].data));
        ma_legacy_era.free(legacy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_version_is_offered_T_010),
        cmocka_unit_test(a_pinned_version_is_offered_T_076),
        cmocka_unit_test(capabilities_are_sent_as_given_T_013),
        cmocka_unit_test(bad_options_are_refused),
        cmocka_unit_test(versions_are_negotiated_T_011_T_005_T_055),
        cmocka_unit_test(no_common_version_names_both_sides_T_011),
        cmocka_unit_test(an_answer_without_a_version_is_broken_T_011),
        cmocka_unit_test(the_server_is_kept_as_it_describes_itself_T_007),
        cmocka_unit_test(members_of_other_types_count_as_absent),
        cmocka_unit_test(session_ids_are_visible_ascii_T_050_S_017),
        cmocka_unit_test(a_reset_forgets_session_and_version_T_050_T_053),
        cmocka_unit_test(a_listed_version_is_tried_once_T_011),
        cmocka_unit_test(other_errors_are_final_T_011),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
