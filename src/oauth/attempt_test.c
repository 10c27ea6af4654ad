/* attempt_test.c - which answers of an MCP server are worth answering. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"
#include "oauth/attempt.h"
#include "oauth/config.h"
#include "oauth/token.h"

enum { NOW_MS = 1000000 };

/* What was done for the request before: nothing, a refresh, one, two or three
 * full authorizations, or a refresh and one. */
typedef enum { FIRST, REFRESHED, AUTHORIZED, TWICE, THRICE, BOTH } history;

typedef struct {
    const char *name;
    const char *mode;
    bool always;      /* challenge_403 */
    const char *sent; /* members of the token; NULL: no token */
    history before;
    int http_status;
    const char *challenge;
    const char *body;
    mcpauth_status status;
    const char *says;
    bool steps_up;
    bool must_mark;
} judgement;

#define PLAIN    ""
#define PAST     ",\"expires_at_ms\":1000000,\"obtained_at_ms\":1"
#define FUTURE   ",\"expires_at_ms\":1000001,\"obtained_at_ms\":1"
#define HAS(s)   ",\"requested_scope\":\"" s "\",\"scope\":\"" s "\""
#define WANTS(s) "Bearer error=\"insufficient_scope\", scope=\"" s "\""
#define PRM      "Bearer resource_metadata=\"https://mcp.test/prm\""

/* agentcore-cognito 1.5 */
#define UNPARSABLE                                                             \
    "{\"message\":\"OAuth authorization failed: Failed to parse token\"}"
#define CLAIM                                                                  \
    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32001,\"message\":\"Claim "     \
    "'client_id' value mismatch with configuration.\"}}"
#define METHOD                                                                 \
    "{\"message\":\"Authorization method mismatch. The agent is configured "   \
    "for a different authorization method\"}"

static const judgement rows[] = {
    /* seed-49: the five answers, to a first token and to a new one. */
    {"401, nothing sent", "m2m", true, NULL, FIRST, 401, PRM, "",
        .status = MCPAUTH_OK},
    {"403, not parsed", "m2m", true, PLAIN, FIRST, 403, NULL, UNPARSABLE,
        .status = MCPAUTH_OK},
    {"403, not parsed, new token", "m2m", true, PLAIN, AUTHORIZED, 403, NULL,
        UNPARSABLE, .status = MCPAUTH_E_REFUSED,
        .says = "answered 403: it refuses a token that was obtained for this "
                "request "
                "(\"OAuth authorization failed: Failed to parse token\")",
        .must_mark = true},
    {"401, claim", "m2m", true, PLAIN, FIRST, 401, NULL, CLAIM,
        .status = MCPAUTH_OK},
    {"401, claim, new token", "m2m", true, PLAIN, AUTHORIZED, 401, NULL, CLAIM,
        .status = MCPAUTH_E_REFUSED,
        .says = "Claim 'client_id' value mismatch"},
    {"403, scope, machine", "m2m", true, PLAIN, FIRST, 403, WANTS("b"), "",
        .status = MCPAUTH_E_REFUSED,
        .says = "a machine's scope is never widened silently "
                "(insufficient_scope) | "
                "the server wants the scope \"b\""},
    {"403, scope, person", "interactive", true, HAS("a"), FIRST, 403,
        WANTS("b"), "", .status = MCPAUTH_OK, .steps_up = true},
    {"403, method", "m2m", true, PLAIN, FIRST, 403, NULL, METHOD,
        .status = MCPAUTH_E_REFUSED, .says = "--auth sigv4"},
    {"403, method, nothing sent", "m2m", true, NULL, FIRST, 403, NULL, METHOD,
        .status = MCPAUTH_E_REFUSED, .says = "Authorization method mismatch"},
    {"403, method, expired", "m2m", true, PAST, FIRST, 403, NULL, METHOD,
        .status = MCPAUTH_E_REFUSED,
        .says = "expects another authorization method"},

    /* 401 */
    {"401 bare", "interactive", false, PLAIN, FIRST, 401, NULL, "",
        .status = MCPAUTH_OK},
    {"401 after refresh, person", "interactive", false, PLAIN, REFRESHED, 401,
        NULL, "", .status = MCPAUTH_OK},
    {"401 after refresh, machine", "m2m", false, PLAIN, REFRESHED, 401, NULL,
        "", .status = MCPAUTH_E_REFUSED,
        .says = "refuses a token that was obtained"},
    {"401 after both", "interactive", false, PLAIN, BOTH, 401, NULL, "",
        .status = MCPAUTH_E_REFUSED,
        .says = "refuses a token that was obtained"},
    {"401 after a login", "interactive", false, PLAIN, AUTHORIZED, 401,
        "Bearer error=\"invalid_token\", error_description=\"gone\"", "",
        .status = MCPAUTH_E_REFUSED, .says = "(invalid_token: \"gone\")"},
    {"401 without token, though tried", "interactive", false, NULL, AUTHORIZED,
        401, NULL, "", .status = MCPAUTH_OK},

    /* 403 */
    {"403, nothing sent", "m2m", false, NULL, FIRST, 403, NULL, "",
        .status = MCPAUTH_OK},
    {"403, expired", "m2m", false, PAST, FIRST, 403, NULL, "",
        .status = MCPAUTH_OK},
    {"403, good", "m2m", false, FUTURE, FIRST, 403, NULL, "no",
        .status = MCPAUTH_E_REFUSED,
        .says = "answered 403: forbidden (\"no\")"},
    {"403, no expiry", "m2m", false, PLAIN, FIRST, 403, NULL, "",
        .status = MCPAUTH_E_REFUSED, .says = "forbidden"},
    {"403, always", "m2m", true, FUTURE, FIRST, 403, NULL, "",
        .status = MCPAUTH_OK},
    {"403, always, once", "interactive", true, FUTURE, REFRESHED, 403, NULL, "",
        .status = MCPAUTH_E_REFUSED, .says = "refuses a token",
        .must_mark = true},
    {"403, expired, once", "m2m", false, PAST, AUTHORIZED, 403, NULL, "",
        .status = MCPAUTH_E_REFUSED, .says = "refuses a token",
        .must_mark = true},
    {"403, refused when new", "m2m", true, ",\"refused\":true", FIRST, 403,
        NULL, "", .status = MCPAUTH_E_REFUSED,
        .says = "as it did when the token was new"},
    {"403, scope, nothing sent", "interactive", false, NULL, FIRST, 403,
        WANTS("b"), "", .status = MCPAUTH_OK},
    {"403, other error", "interactive", false, FUTURE, FIRST, 403,
        "Bearer error=\"invalid_request\"", "", .status = MCPAUTH_E_REFUSED,
        .says = "(invalid_request)"},

    /* A-160..A-164, S-034: step-up */
    {"scope is there", "interactive", false, HAS("a b"), FIRST, 403,
        WANTS("b a"), "", .status = MCPAUTH_E_REFUSED,
        .says = "every scope it asks for"},
    {"scope unnamed", "interactive", false, HAS("a"), FIRST, 403,
        "Bearer error=\"insufficient_scope\"", "", .status = MCPAUTH_OK,
        .steps_up = true},
    {"scope, second", "interactive", false, HAS("a"), AUTHORIZED, 403,
        WANTS("b"), "", .status = MCPAUTH_OK, .steps_up = true},
    {"scope, third", "interactive", false, HAS("a"), TWICE, 403, WANTS("b"), "",
        .status = MCPAUTH_OK, .steps_up = true},
    {"scope, fourth", "interactive", false, HAS("a"), THRICE, 403, WANTS("b"),
        "", .status = MCPAUTH_E_REFUSED, .says = "keeps asking for more scope"},
    {"scope asked for, not granted", "interactive", false,
        ",\"requested_scope\":\"a b\",\"scope\":\"a\"", AUTHORIZED, 403,
        WANTS("b"), "", .status = MCPAUTH_E_REFUSED,
        .says = "grants less scope than was asked"},
    {"scope asked for long ago, not granted", "interactive", false,
        ",\"requested_scope\":\"a b\",\"scope\":\"a\"", FIRST, 403, WANTS("b"),
        "", .status = MCPAUTH_OK, .steps_up = true},
    {"scope, test user", "password", false, HAS("a"), FIRST, 403, WANTS("b"),
        "", .status = MCPAUTH_E_REFUSED, .says = "never widened"},

    /* seed-03, A-011: not about authentication */
    {"404", "m2m", true, PLAIN, FIRST, 404, PRM, "", .status = MCPAUTH_E_STATE},
    {"400", "m2m", true, PLAIN, FIRST, 400, PRM, "", .status = MCPAUTH_E_STATE},
    {"503", "m2m", true, NULL, FIRST, 503, PRM, "", .status = MCPAUTH_E_STATE},
    {"200", "m2m", true, NULL, FIRST, 200, PRM, "", .status = MCPAUTH_E_STATE},

    /* S-054: what we sent is not shown */
    {"a server that says it back", "m2m", false, FUTURE, FIRST, 403, NULL,
        "you sent CANARY-a", .status = MCPAUTH_E_REFUSED,
        .says = "\"you sent [masked]\""},
};

static mcpauth_token *make_token(const char *members)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    ma_buf_addf(&text,
        "{\"version\":1,\"token\":{\"access_token\":\"CANARY-a\"%s}}", members);
    const mcpauth_record record = {
        .bytes = (char *)ma_buf_text(&text), .len = text.len};
    mcpauth_token *token = NULL;
    assert_int_equal(mcpauth_token_parse(&record, &token, NULL), MCPAUTH_OK);
    return token;
}

static mcpauth_attempt *make_attempt(const judgement *row)
{
    mcpauth_attempt *attempt = mcpauth_attempt_new();
    MA_AUTO(mcpauth_token) token = row->sent ? make_token(row->sent) : NULL;
    assert_int_equal(mcpauth_attempt_sent(attempt, token, NULL), MCPAUTH_OK);
    if (row->before == REFRESHED || row->before == BOTH)
        ma_attempt_note_refresh(attempt);
    const int logins[] = {
        [AUTHORIZED] = 1, [TWICE] = 2, [THRICE] = 3, [BOTH] = 1};
    for (int i = 0; i < logins[row->before]; i++)
        ma_attempt_note_authorization(attempt);
    return attempt;
}

static mcpauth_config *make_config(const judgement *row)
{
    mcpauth_config *config = mcpauth_config_new();
    mcpauth_status st = mcpauth_config_set(config, "mode", row->mode, NULL);
    if (!st && row->always)
        st = mcpauth_config_set(config, "challenge_403", "always", NULL);
    assert_int_equal(st, MCPAUTH_OK);
    return config;
}

static void check_words(const judgement *row, const mcpauth_error *err)
{
    const char *hint = mcpauth_error_hint(err);
    MA_SCOPED(ma_buf) all = ma_buf_init(65536);
    ma_buf_addf(&all, "%s | %s", mcpauth_error_message(err), hint ? hint : "");
    if (row->says && !strstr(ma_buf_text(&all), row->says))
        fail_msg("%s: %s", row->name, ma_buf_text(&all));
    assert_null(strstr(ma_buf_text(&all), "CANARY"));
    const char *words = mcpauth_error_server_description(err);
    assert_false(words && strstr(words, "CANARY"));
    int http_status = row->status == MCPAUTH_E_REFUSED ? row->http_status : 0;
    assert_int_equal(mcpauth_error_http_status(err), http_status);
}

static void check_row(const judgement *row)
{
    MA_AUTO(mcpauth_config) config = make_config(row);
    MA_AUTO(mcpauth_attempt) attempt = make_attempt(row);
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    if (row->challenge)
        assert_int_equal(mcpauth_headers_add(
                             headers, "WWW-Authenticate", row->challenge, NULL),
            MCPAUTH_OK);
    const mcpauth_answer answer = {
        row->http_status, headers, row->body, strlen(row->body)};
    mcpauth_status st =
        mcpauth_attempt_judge(attempt, config, &answer, NOW_MS, err);
    if (st != row->status || ma_attempt_steps_up(attempt) != row->steps_up ||
        ma_attempt_must_mark(attempt) != row->must_mark)
        fail_msg("%s: %s, steps up %d, must mark %d", row->name,
            mcpauth_status_name(st), ma_attempt_steps_up(attempt),
            ma_attempt_must_mark(attempt));
    check_words(row, err);
}

static void answers_are_judged_A_010_A_011_A_012_A_163_seed_49(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i]);
}

/* A judgement says nothing about the next answer. */
static void a_judgement_leaves_no_trace_A_160(void **state)
{
    (void)state;
    const judgement row = {.mode = "interactive", .sent = HAS("a")};
    MA_AUTO(mcpauth_config) config = make_config(&row);
    MA_AUTO(mcpauth_attempt) attempt = make_attempt(&row);
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(
        mcpauth_headers_add(headers, "WWW-Authenticate", WANTS("b"), NULL),
        MCPAUTH_OK);
    mcpauth_answer answer = {403, headers, "", 0};
    assert_int_equal(
        mcpauth_attempt_judge(attempt, config, &answer, 0, NULL), MCPAUTH_OK);
    assert_true(ma_attempt_steps_up(attempt));
    answer = (mcpauth_answer){401, NULL, "", 0};
    assert_int_equal(
        mcpauth_attempt_judge(attempt, config, &answer, 0, NULL), MCPAUTH_OK);
    assert_false(ma_attempt_steps_up(attempt));
}

static void another_request_begins_afresh_A_012(void **state)
{
    (void)state;
    const judgement row = {.mode = "m2m", .sent = PLAIN, .before = BOTH};
    MA_AUTO(mcpauth_attempt) attempt = make_attempt(&row);
    assert_true(ma_attempt_refreshed(attempt));
    assert_non_null(ma_attempt_token(attempt));
    mcpauth_attempt_reset(attempt);
    assert_false(ma_attempt_refreshed(attempt));
    assert_null(ma_attempt_token(attempt));
    mcpauth_attempt_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_judged_A_010_A_011_A_012_A_163_seed_49),
        cmocka_unit_test(a_judgement_leaves_no_trace_A_160),
        cmocka_unit_test(another_request_begins_afresh_A_012),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
