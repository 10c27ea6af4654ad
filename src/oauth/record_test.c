/* record_test.c - what is kept, what is replaced, and what is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/record.h"
#include "oauth/token.h"

static ma_record parse_good(const char *text)
{
    ma_record record = {0};
    assert_int_equal(
        ma_record_parse(ma_span_of(text), &record, NULL), MCPAUTH_OK);
    return record;
}

static void assert_text(const ma_record *record, const char *text)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(4096);
    ma_record_write(record, &written);
    assert_string_equal(ma_buf_text(&written), text);
}

static ma_tokenanswer make_answer(
    const char *refresh, const char *scope, int64_t expires_in_s)
{
    return (ma_tokenanswer){
        .access_token = ma_secret_new(ma_span_of("A")),
        .refresh_token = refresh ? ma_secret_new(ma_span_of(refresh)) : NULL,
        .scope = (char *)scope,
        .expires_in_s = expires_in_s,
    };
}

static void done_answer(ma_tokenanswer *answer)
{
    ma_secret_free(answer->access_token);
    ma_secret_free(answer->refresh_token);
}

static const ma_record_grant grant = {
    .mode = MCPAUTH_MODE_INTERACTIVE,
    .issuer = "https://as.test",
    .trusted_issuer = "https://as.test/",
    .resource = "https://mcp.test",
    .client_id = "app",
    .requested_scope = "a b",
    .token_endpoint = "https://as.test/token",
    .revocation_endpoint = "https://as.test/revoke",
    .assertion_audience = "https://as.test/",
    .assertion_alg = "ES256",
};

#define GRANT                                                                  \
    "\"token_type\":\"Bearer\",\"mode\":\"interactive\","                      \
    "\"issuer\":\"https://as.test\",\"trusted_issuer\":\"https://as.test/\","  \
    "\"resource\":\"https://mcp.test\","                                       \
    "\"client_id\":\"app\",\"requested_scope\":\"a b\","                       \
    "\"token_endpoint\":\"https://as.test/token\","                            \
    "\"revocation_endpoint\":\"https://as.test/revoke\","                      \
    "\"assertion_audience\":\"https://as.test/"                                \
    "\",\"assertion_alg\":\"ES256\"}}"

static void nothing_starts_a_record(void **state)
{
    (void)state;
    MA_SCOPED(ma_record) record = parse_good("");
    assert_text(&record, "{\"version\":1}");
}

static void what_is_no_record_and_what_is_newer_S_045_S_051(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mcpauth_status status;
    } rows[] = {
        {"x", MCPAUTH_E_PROTOCOL},
        {"[]", MCPAUTH_E_PROTOCOL},
        {"{\"version\":1", MCPAUTH_E_PROTOCOL},
        {"{\"version\":2}", MCPAUTH_E_STORE},
        {"{}", MCPAUTH_E_STORE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_record) record = {0};
        assert_int_equal(
            ma_record_parse(ma_span_of(rows[i].text), &record, NULL),
            rows[i].status);
        assert_null(record.document);
    }
}

static void a_token_is_written_whole_A_261(void **state)
{
    (void)state;
    MA_SCOPED(ma_record) record = parse_good("");
    ma_tokenanswer answer = make_answer("R", "a", 60);
    assert_int_equal(
        ma_record_put_token(&record, &grant, &answer, false, 5000, NULL),
        MCPAUTH_OK);
    assert_text(&record,
        "{\"version\":1,\"token\":{\"access_token\":\"A\","
        "\"refresh_token\":\"R\",\"scope\":\"a\",\"obtained_at_ms\":5000,"
        "\"expires_at_ms\":65000," GRANT);
    done_answer(&answer);
}

static void what_the_answer_leaves_out_A_123_A_153_A_155(void **state)
{
    (void)state;
    static const struct {
        bool keeps;
        int64_t expires_in_s;
        const char *text;
    } rows[] = {
        {false, -1,
            "{\"version\":1,\"token\":{\"access_token\":\"A\","
            "\"scope\":\"a b\",\"obtained_at_ms\":5000," GRANT},
        {true, 0,
            "{\"version\":1,\"token\":{\"access_token\":\"A\","
            "\"refresh_token\":\"old\",\"scope\":\"a b\","
            "\"obtained_at_ms\":5000,\"expires_at_ms\":5000," GRANT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_record)
        record = parse_good("{\"version\":1,\"token\":{\"access_token\":\"x\","
                            "\"refresh_token\":\"old\",\"scope\":\"old\","
                            "\"refused\":true}}");
        ma_tokenanswer answer = make_answer(NULL, NULL, rows[i].expires_in_s);
        assert_int_equal(ma_record_put_token(&record, &grant, &answer,
                             rows[i].keeps, 5000, NULL),
            MCPAUTH_OK);
        assert_text(&record, rows[i].text);
        done_answer(&answer);
    }
}

/* Whether the server replaces refresh tokens, as answers to refreshes tell. */
static void expect_rotation(
    const char *old, const char *answered, bool refreshed, bool rotates)
{
    MA_SCOPED(ma_record) record = parse_good(old);
    ma_tokenanswer answer = make_answer(answered, NULL, 60);
    assert_int_equal(
        ma_record_put_token(&record, &grant, &answer, refreshed, 5000, NULL),
        MCPAUTH_OK);
    assert_int_equal(ma_record_rotates(&record), rotates);
    done_answer(&answer);
}

static void a_refresh_token_that_was_replaced_is_remembered_S_050(void **state)
{
    (void)state;
    static const char fresh[] = "{\"version\":1,\"token\":{\"access_token\":"
                                "\"x\",\"refresh_token\":\"old\"}}";
    static const char known[] =
        "{\"version\":1,\"token\":{\"access_token\":\"x\","
        "\"refresh_token\":\"old\",\"refresh_rotates\":true}}";
    expect_rotation("", "new", false, false);
    expect_rotation(fresh, NULL, true, false);
    expect_rotation(fresh, "old", true, false);
    expect_rotation(fresh, "new", true, true);
    expect_rotation(fresh, "new", false, false);
    expect_rotation(known, NULL, true, true);
    expect_rotation(known, "new", false, false);
}

static void the_longest_life_at_any_time_is_a_number_S_019(void **state)
{
    (void)state;
    MA_SCOPED(ma_record) record = parse_good("");
    ma_tokenanswer answer = make_answer(NULL, NULL, MA_TOKENANSWER_LIFE_MAX_S);
    const int64_t now_ms = INT64_C(253402300799000); /* the year 9999 */
    assert_int_equal(
        ma_record_put_token(&record, &grant, &answer, false, now_ms, NULL),
        MCPAUTH_OK);
    MA_AUTO(mcpauth_token) token = NULL;
    assert_int_equal(ma_record_token(&record, &token, NULL), MCPAUTH_OK);
    assert_int_equal(mcpauth_token_expires_at_ms(token),
        now_ms + MA_TOKENANSWER_LIFE_MAX_S * 1000);
    done_answer(&answer);
}

static void clients_are_kept_by_the_exact_issuer_A_080(void **state)
{
    (void)state;
    MA_SCOPED(ma_record) record = parse_good("{\"version\":1,\"x\":{\"y\":1}}");
    static const char *const issuers[] = {"https://as.test", "https://as.test/",
        "https://AS.test", "https://as.test/%41"};
    for (size_t i = 0; i < 4; i++) {
        assert_null(ma_record_client(&record, issuers[i]));
        ma_json *client = ma_json_object();
        assert_int_equal(
            ma_json_put_int(client, "number", (int64_t)i, NULL), MCPAUTH_OK);
        assert_int_equal(
            ma_record_put_client(&record, issuers[i], client, NULL),
            MCPAUTH_OK);
    }
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(
            ma_json_int(ma_record_client(&record, issuers[i]), "number", -1),
            i);
    assert_int_equal(
        ma_record_put_client(&record, issuers[0], NULL, NULL), MCPAUTH_OK);
    assert_null(ma_record_client(&record, issuers[0]));
    assert_non_null(ma_record_client(&record, issuers[1]));
    assert_non_null(ma_json_get(record.document, "x"));
}

static void a_client_is_bound_to_one_issuer_A_071_S_031(void **state)
{
    (void)state;
    MA_SCOPED(ma_record) record = parse_good("");
    assert_null(ma_record_binding(&record, "app"));
    assert_int_equal(
        ma_record_bind(&record, "app", "https://a.test", NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_record_bind(&record, "pp", "https://b.test", NULL), MCPAUTH_OK);
    assert_string_equal(ma_record_binding(&record, "app"), "https://a.test");
    assert_string_equal(ma_record_binding(&record, "pp"), "https://b.test");
    assert_null(ma_record_binding(&record, "ap"));
}

static void dropping_and_marking_touch_one_thing_A_154_A_011(void **state)
{
    (void)state;
    MA_SCOPED(ma_record)
    record = parse_good("{\"version\":1,\"token\":{\"access_token\":\"a\","
                        "\"refresh_token\":\"r\"},\"clients\":{}}");
    assert_int_equal(ma_record_drop_refresh(&record, NULL), MCPAUTH_OK);
    assert_text(&record, "{\"version\":1,\"token\":{\"access_token\":\"a\"},"
                         "\"clients\":{}}");
    assert_int_equal(ma_record_mark_refused(&record, NULL), MCPAUTH_OK);
    assert_text(&record, "{\"version\":1,\"token\":{\"access_token\":\"a\","
                         "\"refused\":true},\"clients\":{}}");
    assert_int_equal(ma_record_drop_token(&record, NULL), MCPAUTH_OK);
    assert_text(&record, "{\"version\":1,\"clients\":{}}");
    assert_int_equal(ma_record_drop_refresh(&record, NULL), MCPAUTH_OK);
    assert_int_equal(ma_record_mark_refused(&record, NULL), MCPAUTH_OK);
    assert_text(&record, "{\"version\":1,\"clients\":{}}");
}

static void a_refresh_token_has_its_mark_S_043_A_154(void **state)
{
    (void)state;
    MA_SCOPED(ma_record)
    record = parse_good("{\"version\":1,\"token\":{\"access_token\":\"a\","
                        "\"refresh_token\":\"r\"}}");
    assert_int_equal(ma_record_refresh_started(&record), 0);
    assert_int_equal(ma_record_mark_refresh(&record, 7000, NULL), MCPAUTH_OK);
    assert_int_equal(ma_record_refresh_started(&record), 7000);
    assert_text(&record, "{\"version\":1,\"token\":{\"access_token\":\"a\","
                         "\"refresh_token\":\"r\","
                         "\"refresh_started_at_ms\":7000}}");
    assert_int_equal(ma_record_mark_refresh(&record, 0, NULL), MCPAUTH_OK);
    assert_text(&record, "{\"version\":1,\"token\":{\"access_token\":\"a\","
                         "\"refresh_token\":\"r\"}}");
    assert_int_equal(ma_record_mark_refresh(&record, 8000, NULL), MCPAUTH_OK);
    assert_int_equal(ma_record_drop_refresh(&record, NULL), MCPAUTH_OK);
    assert_text(&record, "{\"version\":1,\"token\":{\"access_token\":\"a\"}}");

    /* The answer to a refresh ends it, also where its token stays. */
    assert_int_equal(ma_record_mark_refresh(&record, 9000, NULL), MCPAUTH_OK);
    ma_tokenanswer answer = make_answer(NULL, NULL, 60);
    assert_int_equal(
        ma_record_put_token(&record, &grant, &answer, true, 9000, NULL),
        MCPAUTH_OK);
    assert_int_equal(ma_record_refresh_started(&record), 0);
    done_answer(&answer);
}

static void where_no_token_is_nothing_is_marked_S_043(void **state)
{
    (void)state;
    MA_SCOPED(ma_record) record = parse_good("");
    assert_int_equal(ma_record_mark_refresh(&record, 7000, NULL), MCPAUTH_OK);
    assert_int_equal(ma_record_refresh_started(&record), 0);
    assert_text(&record, "{\"version\":1}");
}

#define AS_CLIENT(id)                                                          \
    "\"clients\":{\"https://as.test\":{\"client_id\":\"" id "\"}}"
#define TOKEN_OF(access, client, members)                                      \
    "\"token\":{\"access_token\":\"" access "\",\"client_id\":\"" client       \
    "\"" members "}"
#define R  ",\"refresh_token\":\"r\""
#define R2 ",\"refresh_token\":\"r2\""

/* What is ours, what others have saved, and what becomes of both. */
static void what_two_have_saved_is_put_together_S_042(void **state)
{
    (void)state;
    static const struct {
        const char *ours;
        const char *theirs;
        bool with_token;
        const char *both;
    } rows[] = {
        {"", "\"x\":1", false, "\"x\":1"},
        {"\"x\":1", "", true, NULL},
        {"\"resource_metadata\":true", "", false, "\"resource_metadata\":true"},
        {"", "\"resource_metadata\":true", false, "\"resource_metadata\":true"},
        {"\"bindings\":{\"a\":\"i\"}", "\"bindings\":{\"b\":\"j\"}", false,
            "\"bindings\":{\"b\":\"j\",\"a\":\"i\"}"},

        /* the token */
        {TOKEN_OF("a", "c", R), TOKEN_OF("b", "c", R2), true,
            TOKEN_OF("a", "c", R)},
        {TOKEN_OF("a", "c", R), TOKEN_OF("b", "c", R2), false,
            TOKEN_OF("b", "c", R2)},
        {"", TOKEN_OF("b", "c", R2), false, TOKEN_OF("b", "c", R2)},
        {TOKEN_OF("a", "c", R), "", false, NULL},
        {TOKEN_OF("a", "c", R), "", true, TOKEN_OF("a", "c", R)},

        /* what has come out about it */
        {TOKEN_OF("a", "c", ""), TOKEN_OF("a", "c", R), false,
            TOKEN_OF("a", "c", "")},
        {TOKEN_OF("a", "c", ""), TOKEN_OF("b", "c", R2), false,
            TOKEN_OF("b", "c", R2)},
        {TOKEN_OF("a", "c", R ",\"denied_scope\":\"s\",\"refused\":true"),
            TOKEN_OF("a", "c", R), false,
            TOKEN_OF("a", "c", R ",\"denied_scope\":\"s\",\"refused\":true")},
        {TOKEN_OF("a", "c", R),
            TOKEN_OF("a", "c", R ",\"refresh_started_at_ms\":7"), false,
            TOKEN_OF("a", "c", R ",\"refresh_started_at_ms\":7")},

        /* the client */
        {AS_CLIENT("c"), "", false, AS_CLIENT("c")},
        {AS_CLIENT("c"), AS_CLIENT("d"), false, AS_CLIENT("d")},
        {AS_CLIENT("c") "," TOKEN_OF("a", "c", ""), AS_CLIENT("d"), false,
            AS_CLIENT("d")},
        {AS_CLIENT("c") "," TOKEN_OF("a", "c", ""), AS_CLIENT("d"), true,
            AS_CLIENT("c") "," TOKEN_OF("a", "c", "")},
        {AS_CLIENT("c") "," TOKEN_OF("a", "app", ""), AS_CLIENT("d"), true,
            AS_CLIENT("d") "," TOKEN_OF("a", "app", "")},
        {"", AS_CLIENT("d"), false, AS_CLIENT("d")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char texts[3][256];
        const char *parts[] = {rows[i].ours, rows[i].theirs, rows[i].both};
        for (size_t j = 0; j < 3; j++)
            snprintf(texts[j], sizeof texts[j], "{\"version\":1%s%s}",
                parts[j] && *parts[j] ? "," : "", parts[j] ? parts[j] : "");
        MA_SCOPED(ma_record) ours = parse_good(texts[0]);
        MA_SCOPED(ma_record) record = parse_good(texts[1]);
        assert_int_equal(ma_record_adopt(&record, &ours, "https://as.test",
                             rows[i].with_token, NULL),
            MCPAUTH_OK);
        assert_text(&record, texts[2]);
        assert_text(&ours, texts[0]);
    }
}

static void a_client_of_no_known_issuer_is_not_put_anywhere_A_080(void **state)
{
    (void)state;
    MA_SCOPED(ma_record)
    ours = parse_good("{\"version\":1," AS_CLIENT("c") "}");
    static const char *const issuers[] = {
        NULL, "https://as.test/", "https://b.test"};
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++) {
        MA_SCOPED(ma_record) record = parse_good("");
        assert_int_equal(
            ma_record_adopt(&record, &ours, issuers[i], true, NULL),
            MCPAUTH_OK);
        assert_text(&record, "{\"version\":1}");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_starts_a_record),
        cmocka_unit_test(what_is_no_record_and_what_is_newer_S_045_S_051),
        cmocka_unit_test(a_token_is_written_whole_A_261),
        cmocka_unit_test(what_the_answer_leaves_out_A_123_A_153_A_155),
        cmocka_unit_test(a_refresh_token_that_was_replaced_is_remembered_S_050),
        cmocka_unit_test(the_longest_life_at_any_time_is_a_number_S_019),
        cmocka_unit_test(clients_are_kept_by_the_exact_issuer_A_080),
        cmocka_unit_test(a_client_is_bound_to_one_issuer_A_071_S_031),
        cmocka_unit_test(dropping_and_marking_touch_one_thing_A_154_A_011),
        cmocka_unit_test(a_refresh_token_has_its_mark_S_043_A_154),
        cmocka_unit_test(where_no_token_is_nothing_is_marked_S_043),
        cmocka_unit_test(what_two_have_saved_is_put_together_S_042),
        cmocka_unit_test(a_client_of_no_known_issuer_is_not_put_anywhere_A_080),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
