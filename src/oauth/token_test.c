/* token_test.c - what a record says of its token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/token.h"

static mcpauth_status parse(
    const char *text, mcpauth_token **out_token, mcpauth_error *err)
{
    const mcpauth_record record = {.bytes = (char *)text, .len = strlen(text)};
    return mcpauth_token_parse(&record, out_token, err);
}

static mcpauth_token *parse_good(const char *text)
{
    mcpauth_token *token = NULL;
    assert_int_equal(parse(text, &token, NULL), MCPAUTH_OK);
    return token;
}

#define WHOLE                                                                  \
    "{\"version\":1,\"token\":{\"access_token\":\"CANARY-a\","                 \
    "\"refresh_token\":\"CANARY-r\",\"issuer\":\"https://as.test\","           \
    "\"trusted_issuer\":\"https://as.test/\","                                 \
    "\"resource\":\"https://mcp.test\",\"client_id\":\"app\","                 \
    "\"scope\":\"a\",\"requested_scope\":\"a b\",\"mode\":\"interactive\","    \
    "\"revocation_endpoint\":\"https://as.test/revoke\","                      \
    "\"assertion_audience\":\"https://as.test/\","                             \
    "\"assertion_alg\":\"ES256\","                                             \
    "\"expires_at_ms\":5000,\"obtained_at_ms\":1000,\"refused\":true}}"

static void check_whole(const mcpauth_token *token)
{
    assert_string_equal(mcpauth_token_access(token), "CANARY-a");
    assert_true(ma_secret_is(ma_token_refresh(token), ma_span_of("CANARY-r")));
    assert_string_equal(mcpauth_token_issuer(token), "https://as.test");
    assert_string_equal(ma_token_trusted_issuer(token), "https://as.test/");
    assert_string_equal(mcpauth_token_resource(token), "https://mcp.test");
    assert_string_equal(mcpauth_token_client_id(token), "app");
    assert_string_equal(mcpauth_token_scope(token), "a");
    assert_string_equal(ma_token_requested_scope(token), "a b");
    assert_string_equal(
        ma_token_revocation_endpoint(token), "https://as.test/revoke");
    assert_string_equal(ma_token_assertion_audience(token), "https://as.test/");
    assert_string_equal(ma_token_assertion_alg(token), "ES256");
    assert_int_equal(mcpauth_token_mode(token), MCPAUTH_MODE_INTERACTIVE);
    assert_int_equal(mcpauth_token_expires_at_ms(token), 5000);
    assert_int_equal(mcpauth_token_obtained_at_ms(token), 1000);
    assert_true(ma_token_refused(token));
    assert_true(mcpauth_token_renewable(token));
}

static void a_token_is_read_whole_A_261(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_token) token = parse_good(WHOLE);
    check_whole(token);
    MA_AUTO(mcpauth_token) copy = NULL;
    assert_int_equal(ma_token_dup(token, &copy, NULL), MCPAUTH_OK);
    check_whole(copy);
    assert_ptr_not_equal(
        mcpauth_token_access(copy), mcpauth_token_access(token));
}

static void a_bare_token_knows_nothing(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_token)
    token = parse_good("{\"version\":1,\"token\":{\"access_token\":\"a\"}}");
    MA_AUTO(mcpauth_token) copy = NULL;
    assert_int_equal(ma_token_dup(token, &copy, NULL), MCPAUTH_OK);
    assert_null(ma_token_refresh(copy));
    assert_null(mcpauth_token_issuer(copy));
    assert_null(ma_token_trusted_issuer(copy));
    assert_null(mcpauth_token_resource(copy));
    assert_null(mcpauth_token_client_id(copy));
    assert_null(mcpauth_token_scope(copy));
    assert_null(ma_token_requested_scope(copy));
    assert_int_equal(mcpauth_token_expires_at_ms(copy), 0);
    assert_false(ma_token_refused(copy));
    assert_false(mcpauth_token_renewable(copy));
}

static void a_record_without_token_is_no_error(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "{\"version\":1}",
        "{\"version\":1,\"token\":null}", "{\"version\":1,\"token\":7}",
        "{\"version\":1,\"token\":{}}",
        "{\"version\":1,\"token\":{\"access_token\":\"\"}}",
        "{\"version\":1,\"token\":{\"access_token\":7}}"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_null(parse_good(rows[i]));
}

static void what_is_no_record_is_refused_S_045(void **state)
{
    (void)state;
    static const char *const rows[] = {"x", "[]", "{", "7", "{\"version\":0}",
        "{\"version\":2}", "{}", "{\"version\":\"1\"}",
        "{\"version\":1,\"version\":1}"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mcpauth_token *token = (mcpauth_token *)1;
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_equal(parse(rows[i], &token, err), MCPAUTH_E_STORE);
        assert_int_equal(mcpauth_error_status(err), MCPAUTH_E_STORE);
        assert_ptr_equal(token, (mcpauth_token *)1);
    }
}

static void modes_are_read_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mcpauth_mode mode;
        bool renewable;
    } rows[] = {
        {"{\"version\":1,\"token\":{\"access_token\":\"a\",\"mode\":\"m2m\"}}",
            MCPAUTH_MODE_M2M, true},
        {"{\"version\":1,\"token\":{\"access_token\":\"a\",\"mode\":"
         "\"password\"}}",
            MCPAUTH_MODE_PASSWORD, false},
        {"{\"version\":1,\"token\":{\"access_token\":\"a\",\"mode\":\"x\"}}",
            MCPAUTH_MODE_INTERACTIVE, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_token) token = parse_good(rows[i].text);
        assert_int_equal(mcpauth_token_mode(token), rows[i].mode);
        assert_int_equal(mcpauth_token_renewable(token), rows[i].renewable);
    }
}

/* Obtained at 0 (or as said), asked at now: fresh, and past its expiry? */
static void freshness_ends_before_the_token_does_A_155_S_019(void **state)
{
    (void)state;
    static const struct {
        const char *times;
        int64_t now_ms;
        int64_t min_valid_ms;
        bool fresh;
        bool expired;
    } rows[] = {
        {"\"expires_at_ms\":3600000", 0, 0, true, false},
        {"\"expires_at_ms\":3600000", 3539999, 0, true, false},
        {"\"expires_at_ms\":3600000", 3540000, 0, false, false},
        {"\"expires_at_ms\":3600000", 3599999, 0, false, false},
        {"\"expires_at_ms\":3600000", 3600000, 0, false, true},
        {"\"expires_at_ms\":60000", 29999, 0, true, false},
        {"\"expires_at_ms\":60000", 30000, 0, false, false},
        {"\"expires_at_ms\":1", 0, 0, true, false},
        {"\"expires_at_ms\":3600000", 0, 3599999, true, false},
        {"\"expires_at_ms\":3600000", 0, 3600000, false, false},
        {"\"expires_at_ms\":3600000", 0, INT64_MAX, false, false},
        {"\"obtained_at_ms\":9", INT64_MAX, INT64_MAX, true, false},
        /* expires_in 0 */
        {"\"obtained_at_ms\":9,\"expires_at_ms\":9", 9, 0, false, true},
        {"\"obtained_at_ms\":9,\"expires_at_ms\":9", 8, 0, true, false},
        /* nonsense from a damaged record */
        {"\"obtained_at_ms\":10,\"expires_at_ms\":5", 4, 0, true, false},
        {"\"obtained_at_ms\":-9223372036854775807,\"expires_at_ms\":"
         "9223372036854775807",
            0, 0, true, false},
        {"\"obtained_at_ms\":9223372036854775807,\"expires_at_ms\":"
         "-9223372036854775807",
            0, 0, false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(4096);
        ma_buf_addf(&text,
            "{\"version\":1,\"token\":{\"access_token\":\"a\",%s}}",
            rows[i].times);
        MA_AUTO(mcpauth_token) token = parse_good(ma_buf_text(&text));
        bool fresh =
            mcpauth_token_fresh(token, rows[i].now_ms, rows[i].min_valid_ms);
        bool expired = ma_token_expired(token, rows[i].now_ms);
        if (fresh != rows[i].fresh || expired != rows[i].expired)
            fail_msg("row %zu: fresh %d, expired %d", i, fresh, expired);
    }
}

static void a_refusal_is_remembered_A_011(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_token)
    token = parse_good("{\"version\":1,\"token\":{\"access_token\":\"a\"}}");
    assert_false(ma_token_refused(token));
    ma_token_mark_refused(token);
    assert_true(ma_token_refused(token));
}

/* How long it is fresh that lives for life_ms, and is renewed so much later. */
static int64_t fresh_for_ms(int64_t life_ms, unsigned char delay)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    ma_buf_addf(&text,
        "{\"version\":1,\"token\":{\"access_token\":\"a\","
        "\"obtained_at_ms\":5,\"expires_at_ms\":%lld}}",
        (long long)life_ms + 5);
    MA_AUTO(mcpauth_token) token = parse_good(ma_buf_text(&text));
    ma_token_delay_renewal(token, delay);
    MA_AUTO(mcpauth_token) copy = NULL;
    assert_int_equal(ma_token_dup(token, &copy, NULL), MCPAUTH_OK);
    int64_t until_ms = ma_token_fresh_until_ms(token);
    assert_int_equal(ma_token_fresh_until_ms(copy), until_ms);
    assert_true(mcpauth_token_fresh(token, until_ms - 1, 0));
    assert_false(mcpauth_token_fresh(token, until_ms, 0));
    return until_ms - 5;
}

static void renewals_are_spread_over_half_their_time_A_155_S_069(void **state)
{
    (void)state;
    static const struct {
        int64_t life_ms;
        unsigned char delay;
        int64_t fresh_ms;
    } rows[] = {
        {3600000, 0, 3540000},
        {3600000, 1, 3540117},
        {3600000, 128, 3555058},
        {3600000, 255, 3570000},
        {60000, 0, 30000},
        {60000, 255, 45000},
        {2, 255, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            fresh_for_ms(rows[i].life_ms, rows[i].delay), rows[i].fresh_ms);
}

static void what_does_not_end_is_not_delayed_A_155(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_token)
    token = parse_good("{\"version\":1,\"token\":{\"access_token\":\"a\"}}");
    ma_token_delay_renewal(token, 255);
    assert_int_equal(ma_token_fresh_until_ms(token), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_read_whole_A_261),
        cmocka_unit_test(a_bare_token_knows_nothing),
        cmocka_unit_test(a_record_without_token_is_no_error),
        cmocka_unit_test(what_is_no_record_is_refused_S_045),
        cmocka_unit_test(modes_are_read_by_name),
        cmocka_unit_test(freshness_ends_before_the_token_does_A_155_S_019),
        cmocka_unit_test(renewals_are_spread_over_half_their_time_A_155_S_069),
        cmocka_unit_test(what_does_not_end_is_not_delayed_A_155),
        cmocka_unit_test(a_refusal_is_remembered_A_011),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
