/* Tests of signer.c, through a caller: which credentials sign, and until when.
 * They come from the service of a container. */
#include "client/signer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "client/caller.h"
#include "oauth/config.h"
#include "places.h"
#include "scene.h"

#define MCP     "POST https://mcp.test/mcp"
#define SERVICE "GET http://169.254.170.2/role"
#define SIGNED  SERVER "auth=sigv4\naws_region=eu-west-1\n"

#define GIVES(n, members)                                                      \
    {                                                                          \
        SERVICE, 200,                                                          \
            "{'AccessKeyId':'AKID" #n                                          \
            "','SecretAccessKey':'CANARY-k','Token':'CANARY-t'" members "}",   \
            JSON, .times = 1                                                   \
    }
#define LAPSED                                                                 \
    {                                                                          \
        MCP, 403, "{'message':'is expired'}",                                  \
            "x-amzn-ErrorType: ExpiredTokenException", .times = 1              \
    }
#define WORKS                                                                  \
    {                                                                          \
        MCP, 200, "{}"                                                         \
    }

/* --- the clock ----------------------------------------------------------- */

/* 2040-01-01T00:00:00Z, which the credentials know. */
static int64_t now_ms;
static const int64_t START_MS = INT64_C(2208988800000);

int64_t __wrap_ma_clock_now_ms(void);

int64_t __wrap_ma_clock_now_ms(void)
{
    return now_ms;
}

/* --- one caller ---------------------------------------------------------- */

typedef struct {
    scene at;
    mcpauth_caller *caller;
    mcpauth_error *err;
} call;

static const char *find_variable(void *ctx, const char *name)
{
    (void)ctx;
    bool wanted = !strcmp(name, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    return wanted ? "/role" : NULL;
}

static void open_call(
    call *c, const char *settings, const fakehttp_row *rows, size_t count)
{
    now_ms = START_MS;
    scene_open(
        &c->at, &(scene_options){
                    .settings = settings, .rows = rows, .row_count = count});
    ma_config_set_variables(c->at.config, find_variable, NULL);
    c->err = mcpauth_error_new();
    assert_int_equal(mcpauth_caller_new(c->at.provider, &c->caller, NULL), 0);
}

static void close_call(call *c)
{
    mcpauth_caller_free(c->caller);
    mcpauth_error_free(c->err);
    scene_close(&c->at);
}

#define OPEN(c, rows) open_call(c, SIGNED, rows, sizeof(rows) / sizeof *(rows))

static mcpauth_status run(call *c)
{
    return scene_call(&c->at, c->caller, c->err);
}

static int sent(call *c, const char *with)
{
    return fakehttp_count(c->at.net, MCP, with);
}

static int readings(call *c)
{
    return fakehttp_count(c->at.net, SERVICE, NULL);
}

/* --- tests --------------------------------------------------------------- */

static void a_request_is_signed_for_its_region(void **state)
{
    static const fakehttp_row rows[] = {GIVES(1, ""), WORKS};
    call c;
    (void)state;
    OPEN(&c, rows);
    assert_false(ma_caller_is_ready(c.caller));
    for (int i = 0; i < 3; i++)
        assert_int_equal(run(&c), MCPAUTH_OK);
    assert_true(ma_caller_is_ready(c.caller));
    assert_int_equal(readings(&c), 1);
    assert_int_equal(
        sent(&c, "AWS4-HMAC-SHA256 Credential=AKID1/20400101/eu-west-1/"
                 "bedrock-agentcore/aws4_request, SignedHeaders=host;"
                 "x-amz-date;x-amz-security-token, Signature="),
        3);
    assert_int_equal(sent(&c, "X-Amz-Security-Token: CANARY-t"), 3);
    close_call(&c);
}

static void they_are_read_anew_before_they_expire(void **state)
{
    static const fakehttp_row rows[] = {
        GIVES(1, ",'Expiration':'2040-01-01T01:00:00Z'"),
        GIVES(2, ",'Expiration':'2040-01-01T02:00:00Z'"), WORKS};
    call c;
    (void)state;
    OPEN(&c, rows);
    assert_int_equal(run(&c), MCPAUTH_OK);
    now_ms = START_MS + 58 * 60000;
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(readings(&c), 1);
    now_ms = START_MS + 59 * 60000;
    assert_false(ma_caller_is_ready(c.caller));
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(readings(&c), 2);
    assert_int_equal(sent(&c, "AKID2"), 1);
    close_call(&c);
}

static void what_lives_shortly_is_used_all_the_same(void **state)
{
    static const fakehttp_row rows[] = {
        GIVES(1, ",'Expiration':'2040-01-01T00:00:40Z'"),
        GIVES(2, ",'Expiration':'2039-12-31T00:00:00Z'"), WORKS};
    call c;
    (void)state;
    OPEN(&c, rows);
    assert_int_equal(run(&c), MCPAUTH_OK);
    now_ms = START_MS + 19000;
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(readings(&c), 1);
    now_ms = START_MS + 20000;
    assert_int_equal(run(&c), MCPAUTH_E_USAGE);
    assert_non_null(
        strstr(mcpauth_error_message(c.err), "have expired already"));
    close_call(&c);
}

static void expired_ones_are_read_anew_once(void **state)
{
    static const fakehttp_row rows[] = {
        LAPSED, LAPSED, GIVES(1, ""), GIVES(2, ""), GIVES(2, "")};
    call c;
    (void)state;
    OPEN(&c, rows);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_int_equal(sent(&c, "AKID1"), 1);
    assert_int_equal(sent(&c, "AKID2"), 1);
    assert_int_equal(readings(&c), 2);
    assert_string_equal(
        mcpauth_error_server_code(c.err), "ExpiredTokenException");
    close_call(&c);
}

static void expired_ones_that_nobody_has_renewed_are_not_sent_again(
    void **state)
{
    static const fakehttp_row rows[] = {
        LAPSED, WORKS, GIVES(1, ""), GIVES(1, "")};
    call c;
    (void)state;
    OPEN(&c, rows);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_int_equal(sent(&c, NULL), 1);
    assert_int_equal(run(&c), MCPAUTH_OK);
    close_call(&c);
}

static void a_refusal_is_told_and_no_secret_with_it_S_054(void **state)
{
    static const fakehttp_row rows[] = {
        {MCP, 403,
            "{'message':'not authorized; the canonical string should have been "
            "x-amz-security-token:CANARY-t and no CANARY-k'}"},
        GIVES(1, "")};
    call c;
    (void)state;
    OPEN(&c, rows);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_int_equal(sent(&c, NULL), 1);
    assert_non_null(strstr(mcpauth_error_message(c.err), "not authorized"));
    assert_null(strstr(mcpauth_error_message(c.err), "CANARY"));
    close_call(&c);
}

static void credentials_that_are_not_there_are_an_error(void **state)
{
    static const fakehttp_row rows[] = {WORKS};
    call c;
    (void)state;
    OPEN(&c, rows);
    assert_int_equal(run(&c), MCPAUTH_E_HTTP);
    assert_int_equal(sent(&c, NULL), 0);
    close_call(&c);
}

static void *run_in_thread(void *ctx)
{
    scene *at = ctx;
    mcpauth_caller *caller = NULL;
    assert_int_equal(mcpauth_caller_new(at->provider, &caller, NULL), 0);
    mcpauth_status st = scene_call(at, caller, NULL);
    mcpauth_caller_free(caller);
    return (void *)(uintptr_t)st;
}

/* Whoever comes while they are read waits for that. */
static void many_share_one_reading_S_041(void **state)
{
    enum { COUNT = 4 };
    gate door;
    gate_init(&door);
    const fakehttp_row rows[] = {{SERVICE, 200,
                                     "{'AccessKeyId':'AKID1',"
                                     "'SecretAccessKey':'CANARY-k'}",
                                     JSON, .before = gate_pass, .ctx = &door},
        WORKS};
    pthread_t threads[COUNT];
    call c;
    (void)state;
    OPEN(&c, rows);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, run_in_thread, &c.at), 0);
    gate_wait_for(&door, 1);
    gate_open(&door);
    for (int i = 0; i < COUNT; i++) {
        void *st = NULL;
        assert_int_equal(pthread_join(threads[i], &st), 0);
        assert_null(st);
    }
    assert_int_equal(readings(&c), 1);
    assert_int_equal(sent(&c, "AKID1"), COUNT);
    gate_done(&door);
    close_call(&c);
}

static void there_are_neither_tokens_nor_logins(void **state)
{
    static const fakehttp_row rows[] = {{MCP, 401, ""}};
    static const char *const settings[] = {SIGNED, SERVER "auth=none\n"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        call c;
        mcpauth_token *token = NULL;
        open_call(&c, settings[i], rows, 1);
        assert_int_equal(
            mcpauth_provider_token(c.at.provider, 0, &token, c.err),
            MCPAUTH_E_USAGE);
        assert_int_equal(mcpauth_provider_login(c.at.provider, &token, c.err),
            MCPAUTH_E_USAGE);
        assert_int_equal(mcpauth_provider_logout(c.at.provider, false, c.err),
            MCPAUTH_E_USAGE);
        assert_null(token);
        assert_int_equal(fakehttp_count(c.at.net, MCP, NULL), 0);
        close_call(&c);
    }
}

static void nothing_is_sent_with_auth_none(void **state)
{
    static const fakehttp_row rows[] = {{MCP, 401, ""}};
    call c;
    (void)state;
    open_call(&c, SERVER "auth=none\n", rows, 1);
    assert_true(ma_caller_is_ready(c.caller));
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(sent(&c, NULL), 1);
    assert_int_equal(sent(&c, "Authorization"), 0);
    close_call(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_signed_for_its_region),
        cmocka_unit_test(they_are_read_anew_before_they_expire),
        cmocka_unit_test(what_lives_shortly_is_used_all_the_same),
        cmocka_unit_test(expired_ones_are_read_anew_once),
        cmocka_unit_test(
            expired_ones_that_nobody_has_renewed_are_not_sent_again),
        cmocka_unit_test(a_refusal_is_told_and_no_secret_with_it_S_054),
        cmocka_unit_test(credentials_that_are_not_there_are_an_error),
        cmocka_unit_test(many_share_one_reading_S_041),
        cmocka_unit_test(there_are_neither_tokens_nor_logins),
        cmocka_unit_test(nothing_is_sent_with_auth_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
