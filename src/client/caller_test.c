/* Tests of caller.c: what one request costs, and what its refusal leads to. */
#include "client/caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"
#include "client/provider.h"
#include "places.h"
#include "scene.h"

#define MCP    "POST https://mcp.test/mcp"
#define FIRST  "Bearer CANARY-a1"
#define SECOND "Bearer CANARY-a2"
#define THIRD  "Bearer CANARY-a3"

#define MINTS(n, members)                                                      \
    {                                                                          \
        .request = TOKEN, .http_status = 200,                                  \
        .body = "{'access_token':'CANARY-a" #n                                 \
                "','token_type':'Bearer'" members "}",                         \
        .times = 1                                                             \
    }
#define FORBIDS                                                                \
    {                                                                          \
        MCP, 403, "{'message':'not you'}"                                      \
    }
#define WANTS(scope)                                                           \
    "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"" scope "\""

/* --- costs are counted --------------------------------------------------- */

static int costs; /* of memory and of locks */

void *__real_ma_malloc(size_t len);
void *__wrap_ma_malloc(size_t len);
void *__real_ma_calloc(size_t count, size_t size);
void *__wrap_ma_calloc(size_t count, size_t size);
char *__real_ma_strdup(const char *text);
char *__wrap_ma_strdup(const char *text);
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);

void *__wrap_ma_malloc(size_t len)
{
    costs++;
    return __real_ma_malloc(len);
}

void *__wrap_ma_calloc(size_t count, size_t size)
{
    costs++;
    return __real_ma_calloc(count, size);
}

char *__wrap_ma_strdup(const char *text)
{
    costs++;
    return __real_ma_strdup(text);
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    costs++;
    return __real_pthread_mutex_lock(mutex);
}

/* --- one caller in a scene ----------------------------------------------- */

typedef struct {
    scene at;
    mcpauth_caller *caller;
    mcpauth_error *err;
} call;

static void open_call(call *c, const char *settings, bool person,
    const fakehttp_row *rows, size_t row_count)
{
    scene_open(&c->at, &(scene_options){.settings = settings,
                           .person = person,
                           .rows = rows,
                           .row_count = row_count});
    c->err = mcpauth_error_new();
    assert_int_equal(mcpauth_caller_new(c->at.provider, &c->caller, NULL), 0);
}

static void close_call(call *c)
{
    mcpauth_caller_free(c->caller);
    mcpauth_error_free(c->err);
    scene_close(&c->at);
}

#define OPEN(c, settings, person, rows)                                        \
    open_call(c, settings, person, rows, sizeof(rows) / sizeof *(rows))

static mcpauth_status run(call *c)
{
    return scene_call(&c->at, c->caller, c->err);
}

static int tokens(call *c)
{
    return fakehttp_count(c->at.net, TOKEN, NULL);
}

static int sent(call *c, const char *with)
{
    return fakehttp_count(c->at.net, MCP, with);
}

static const char *header_of(mcpauth_caller *caller)
{
    const char *header = NULL;
    assert_int_equal(mcpauth_caller_header(caller, &header, NULL), MCPAUTH_OK);
    return header;
}

/* --- costs --------------------------------------------------------------- */

static void a_hit_takes_no_lock_and_no_memory(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), MINTS(1, HOUR)};
    call c;
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    costs = 0;
    const char *first = header_of(c.caller);
    assert_string_equal(first, FIRST);
    assert_true(costs > 0);
    costs = 0;
    for (int i = 0; i < 1000; i++)
        assert_ptr_equal(header_of(c.caller), first);
    assert_int_equal(costs, 0);
    assert_string_equal(first, FIRST);
    close_call(&c);
}

static void nothing_to_attach_is_a_hit_too_A_010(void **state)
{
    static const fakehttp_row rows[] = {{MCP, 200, "{}"}};
    call c;
    (void)state;
    OPEN(&c, APP, true, rows);
    assert_int_equal(run(&c), MCPAUTH_OK);
    costs = 0;
    assert_null(header_of(c.caller));
    assert_int_equal(costs, 0);
    assert_int_equal(sent(&c, "Authorization"), 0);
    assert_int_equal(c.at.browses, 0);
    close_call(&c);
}

static void what_one_caller_got_is_ready_for_the_next(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), MINTS(1, HOUR)};
    call c;
    mcpauth_caller *next = NULL;
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    assert_int_equal(mcpauth_caller_new(c.at.provider, &next, NULL), 0);
    assert_false(ma_caller_is_ready(next));
    assert_string_equal(header_of(c.caller), FIRST);
    assert_true(ma_caller_is_ready(next));
    assert_string_equal(header_of(next), FIRST);
    assert_int_equal(tokens(&c), 1);
    mcpauth_caller_free(next);
    close_call(&c);
}

static void other_callers_see_a_new_token_at_once(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), MINTS(1, HOUR),
        MINTS(2, HOUR), {MCP, 401, "", .when = FIRST},
        {MCP, 200, "{}", .when = SECOND}};
    call c;
    mcpauth_caller *other = NULL;
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    assert_int_equal(mcpauth_caller_new(c.at.provider, &other, NULL), 0);
    assert_string_equal(header_of(other), FIRST);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_string_equal(header_of(other), SECOND);
    assert_int_equal(tokens(&c), 2);
    mcpauth_caller_free(other);
    close_call(&c);
}

static void token_that_is_past_at_once_is_used_once_S_019(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""),
        MINTS(1, ",'expires_in':0"), MINTS(2, ",'expires_in':0"),
        {MCP, 200, "{}"}};
    call c;
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(tokens(&c), 1);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(tokens(&c), 2);
    assert_int_equal(sent(&c, FIRST), 1);
    assert_int_equal(sent(&c, SECOND), 1);
    close_call(&c);
}

/* A token of an earlier request, which a later one may find refused. */
static void warm(call *c)
{
    mcpauth_token *token = NULL;
    assert_int_equal(
        mcpauth_provider_token(c->at.provider, 0, &token, NULL), 0);
    mcpauth_token_free(token);
}

/* What was minted for a request is not minted again for it. */
static void token_made_for_the_request_is_not_replaced_seed_04_A_012(
    void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), MINTS(1, HOUR), FORBIDS};
    call c;
    (void)state;
    OPEN(&c, M2M AS "challenge_403=always\n", false, rows);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_int_equal(tokens(&c), 1);
    assert_int_equal(sent(&c, NULL), 1);
    close_call(&c);
}

/* The token of a challenge is sent though it is past already. */
static void token_that_is_past_at_once_answers_a_challenge_S_019(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), MINTS(1, HOUR),
        MINTS(2, ",'expires_in':0"), {MCP, 401, "", .when = FIRST},
        {MCP, 200, "{}", .when = SECOND}};
    call c;
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    warm(&c);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(tokens(&c), 2);
    close_call(&c);
}

/* --- refusals ------------------------------------------------------------ */

static void server_that_always_forbids_is_tried_once_more_seed_04_A_012(
    void **state)
{
    static const fakehttp_row rows[] = {
        HAS_PRM(""), HAS_META(""), MINTS(1, HOUR), FORBIDS};
    call c;
    (void)state;
    OPEN(&c, M2M, false, rows);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_int_equal(tokens(&c), 1);
    assert_int_equal(sent(&c, NULL), 2);
    assert_int_equal(sent(&c, FIRST), 1);
    assert_int_equal(mcpauth_error_http_status(c.err), 403);
    assert_string_equal(mcpauth_error_server_description(c.err), "not you");
    close_call(&c);
}

static void forbidden_new_token_is_not_taken_for_expired_again_A_011(
    void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), MINTS(1, HOUR), MINTS(2, HOUR), MINTS(3, HOUR), FORBIDS};
    call c;
    mcpauth_caller *other = NULL;
    mcpauth_caller *later = NULL;
    (void)state;
    OPEN(&c, M2M AS "challenge_403=always\n", false, rows);
    warm(&c);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_int_equal(tokens(&c), 2);
    assert_true(scene_has_stored(&c.at, "\"refused\":true"));
    /* The same run, this caller and another. */
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_int_equal(mcpauth_caller_new(c.at.provider, &other, NULL), 0);
    assert_int_equal(scene_call(&c.at, other, NULL), MCPAUTH_E_REFUSED);
    /* The next run. */
    mcpauth_provider *next = scene_another_provider(&c.at);
    assert_int_equal(mcpauth_caller_new(next, &later, NULL), 0);
    assert_int_equal(scene_call(&c.at, later, c.err), MCPAUTH_E_REFUSED);
    assert_non_null(strstr(mcpauth_error_message(c.err), "when the token was"));
    assert_int_equal(tokens(&c), 2);
    assert_int_equal(sent(&c, NULL), 5);
    mcpauth_caller_free(other);
    mcpauth_caller_free(later);
    mcpauth_provider_free(next);
    close_call(&c);
}

/* What somebody else has stored since is not marked. */
static void mark_is_for_the_refused_token_only_A_011(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), MINTS(1, HOUR), MINTS(2, HOUR)};
    call c;
    mcpauth_token *old = NULL;
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    assert_int_equal(mcpauth_provider_token(c.at.provider, 0, &old, NULL), 0);
    assert_int_equal(mcpauth_provider_login(c.at.provider, NULL, NULL), 0);
    ma_provider_mark_refused(c.at.provider, old);
    ma_provider_mark_refused(c.at.provider, NULL);
    assert_true(scene_has_stored(&c.at, "CANARY-a2"));
    assert_false(scene_has_stored(&c.at, "refused"));
    mcpauth_token_free(old);
    close_call(&c);
}

static void break_store(void *ctx)
{
    scene *at = ctx;
    at->options.store_fails = true;
}

static void mark_that_cannot_be_saved_is_a_word_in_the_log(void **state)
{
    call c;
    const fakehttp_row rows[] = {HAS_META(""), MINTS(1, HOUR), MINTS(2, HOUR),
        {MCP, 403, "", .when = FIRST},
        {MCP, 403, "", .before = break_store, .ctx = &c.at}};
    (void)state;
    OPEN(&c, M2M AS "challenge_403=always\n", false, rows);
    warm(&c);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_non_null(strstr(c.at.log, "1 store: the disk is full"));
    assert_null(strstr(c.at.log, "CANARY"));
    close_call(&c);
}

static void refresh_then_login_then_the_servers_words_A_012(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""),
        MINTS(1, HOUR ",'refresh_token':'CANARY-r1'"), MINTS(2, HOUR),
        MINTS(3, HOUR),
        {MCP, 401, "",
            "WWW-Authenticate: Bearer error=\"invalid_token\", "
            "error_description=\"go away\""}};
    call c;
    (void)state;
    OPEN(&c, APP AS, true, rows);
    warm(&c);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_int_equal(fakehttp_count(c.at.net, TOKEN, "CANARY-r1"), 1);
    assert_int_equal(tokens(&c), 3);
    assert_int_equal(c.at.browses, 2);
    assert_int_equal(sent(&c, NULL), 3);
    assert_int_equal(sent(&c, THIRD), 1);
    assert_string_equal(mcpauth_error_server_code(c.err), "invalid_token");
    assert_string_equal(mcpauth_error_server_description(c.err), "go away");
    close_call(&c);
}

static void more_scope_is_asked_of_the_person_A_160_A_161(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""),
        MINTS(1, HOUR ",'scope':'a','refresh_token':'CANARY-r1'"),
        MINTS(2, HOUR ",'scope':'a b'"), {MCP, 403, "", WANTS("b"), 0, FIRST},
        {MCP, 200, "{}", .when = SECOND}};
    call c;
    (void)state;
    OPEN(&c, APP AS "scope=a\n", true, rows);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(c.at.browses, 2);
    assert_string_equal(c.at.scope, "a+b");
    /* */
    assert_int_equal(fakehttp_count(c.at.net, TOKEN, "CANARY-r1"), 0);
    close_call(&c);
}

static void scope_that_never_suffices_ends_A_163(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""),
        MINTS(1, HOUR ",'scope':'a'"), MINTS(2, HOUR ",'scope':'a'"),
        MINTS(3, HOUR ",'scope':'a'"),
        {TOKEN, 200, TOKEN_BODY(HOUR ",'scope':'a'")},
        {MCP, 403, "", WANTS("b")}};
    call c;
    (void)state;
    OPEN(&c, APP AS "scope=a\n", true, rows);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_string_equal(mcpauth_error_server_code(c.err), "insufficient_scope");
    assert_true(c.at.browses <= 4);
    close_call(&c);
}

static void machine_does_not_widen_its_scope_seed_35_A_160(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), MINTS(1, HOUR), {MCP, 403, "", WANTS("b")}};
    call c;
    (void)state;
    OPEN(&c, M2M AS, true, rows);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_non_null(strstr(mcpauth_error_hint(c.err), "\"b\""));
    assert_int_equal(tokens(&c), 1);
    assert_int_equal(c.at.listens + c.at.browses, 0);
    close_call(&c);
}

/* --- from one request to the next ---------------------------------------- */

static void answers_of_no_concern_pass(void **state)
{
    static const int statuses[] = {200, 202, 400, 404, 429, 500, 503};
    static const fakehttp_row rows[] = {HAS_META(""), MINTS(1, HOUR)};
    call c;
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        const mcpauth_answer answer = {.http_status = statuses[i]};
        bool again = true;
        assert_int_equal(
            mcpauth_caller_answered(c.caller, &answer, &again, NULL), 0);
        assert_false(again);
    }
    assert_int_equal(tokens(&c), 0);
    close_call(&c);
}

/* The replay was lost on its way, so nobody told the caller of its end. */
static void lost_replay_is_not_held_against_the_next_request(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), MINTS(1, HOUR),
        MINTS(2, HOUR), MINTS(3, HOUR), {MCP, 401, "", .when = FIRST},
        {MCP, .failure = MCPAUTH_E_NETWORK, .when = SECOND, .times = 1},
        {MCP, 401, "", .when = SECOND}, {MCP, 200, "{}", .when = THIRD}};
    call c;
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    warm(&c);
    assert_int_equal(run(&c), MCPAUTH_E_NETWORK);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(tokens(&c), 3);
    close_call(&c);
}

static void each_request_has_tries_of_its_own_A_012(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), MINTS(1, HOUR),
        MINTS(2, HOUR), MINTS(3, HOUR), {MCP, 401, "", .when = FIRST},
        {MCP, 200, "{}", .when = SECOND, .times = 1},
        {MCP, 401, "", .when = SECOND}, {MCP, 200, "{}", .when = THIRD}};
    call c;
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    warm(&c);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(tokens(&c), 3);
    close_call(&c);
}

static void failed_renewal_leaves_the_header_untouched(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), REFUSES("invalid_client")};
    call c;
    const char *header = "untouched";
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    assert_int_equal(
        mcpauth_caller_header(c.caller, &header, c.err), MCPAUTH_E_REFUSED);
    assert_string_equal(header, "untouched");
    assert_null(strstr(mcpauth_error_message(c.err), "CANARY"));
    mcpauth_caller_free(NULL);
    close_call(&c);
}

/* --- proofs -------------------------------------------------------------- */

#define BOUND                                                                  \
    {                                                                          \
        .request = TOKEN, .http_status = 200,                                  \
        .body = "{'access_token':'CANARY-a1','token_type':'DPoP'" HOUR "}"     \
    }
#define ALWAYS M2M AS "dpop=always\n"
#define SHOWN  "Authorization: DPoP CANARY-a1"
#define DEMANDS(error, nonce, count)                                           \
    {                                                                          \
        MCP, 401, "",                                                          \
            "WWW-Authenticate: DPoP error=\"" error "\"\nDPoP-Nonce: " nonce,  \
            .times = count                                                     \
    }

static void a_bound_token_goes_with_a_proof_A_205(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), BOUND, {MCP, 200, "{}", .when = SHOWN}};
    call c;
    (void)state;
    OPEN(&c, ALWAYS, false, rows);
    for (int i = 0; i < 3; i++)
        assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(sent(&c, "\nDPoP: ey"), 3);
    assert_int_equal(sent(&c, "Bearer"), 0);
    assert_int_equal(tokens(&c), 1);
    close_call(&c);
}

static void a_token_that_is_not_bound_goes_alone_A_205(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), MINTS(1, HOUR), {MCP, 200, "{}"}};
    call c;
    const char *proof = "";
    (void)state;
    OPEN(&c, M2M AS, false, rows);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(sent(&c, "DPoP"), 0);
    assert_int_equal(
        mcpauth_caller_proof(c.caller, "POST", "https://x.test/", &proof, NULL),
        0);
    assert_null(proof);
    close_call(&c);
}

/* Neither metadata nor token is asked for again. */
static void a_demand_for_a_nonce_is_no_refusal_A_207_A_208(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), BOUND,
        DEMANDS("use_dpop_nonce", "n1", 1), {MCP, 200, "{}", .times = 1},
        DEMANDS("use_dpop_nonce", "n2", 1), {MCP, 200, "{}"}};
    call c;
    (void)state;
    OPEN(&c, ALWAYS, false, rows);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(sent(&c, NULL), 2);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(sent(&c, NULL), 4);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(sent(&c, NULL), 5);
    assert_int_equal(tokens(&c), 1);
    assert_int_equal(fakehttp_count(c.at.net, META, NULL), 1);
    close_call(&c);
}

static void a_server_that_demands_for_ever_is_left_A_208(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), BOUND, DEMANDS("use_dpop_nonce", "n1", 0)};
    call c;
    (void)state;
    OPEN(&c, ALWAYS, false, rows);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_non_null(strstr(mcpauth_error_message(c.err), "use_dpop_nonce"));
    assert_int_equal(sent(&c, NULL), 2);
    assert_int_equal(tokens(&c), 1);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_int_equal(sent(&c, NULL), 4);
    close_call(&c);
}

static void a_proof_that_is_refused_costs_no_token_A_208(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), BOUND, DEMANDS("invalid_dpop_proof", "n1", 0)};
    call c;
    (void)state;
    OPEN(&c, ALWAYS, false, rows);
    assert_int_equal(run(&c), MCPAUTH_E_REFUSED);
    assert_non_null(strstr(mcpauth_error_message(c.err), "invalid_dpop_proof"));
    assert_int_equal(sent(&c, NULL), 1);
    assert_int_equal(tokens(&c), 1);
    close_call(&c);
}

static void a_clock_that_is_off_is_allowed_for_A_208(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), BOUND,
        {MCP, 401, "",
            "WWW-Authenticate: DPoP error=\"invalid_dpop_proof\"\n"
            "Date: Tue, 14 Nov 2023 22:13:20 GMT",
            .times = 1},
        {MCP, 200, "{}"}};
    call c;
    (void)state;
    OPEN(&c, ALWAYS, false, rows);
    assert_int_equal(run(&c), MCPAUTH_OK);
    assert_int_equal(sent(&c, NULL), 2);
    assert_int_equal(tokens(&c), 1);
    close_call(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hit_takes_no_lock_and_no_memory),
        cmocka_unit_test(what_one_caller_got_is_ready_for_the_next),
        cmocka_unit_test(nothing_to_attach_is_a_hit_too_A_010),
        cmocka_unit_test(other_callers_see_a_new_token_at_once),
        cmocka_unit_test(token_that_is_past_at_once_is_used_once_S_019),
        cmocka_unit_test(token_that_is_past_at_once_answers_a_challenge_S_019),
        cmocka_unit_test(
            token_made_for_the_request_is_not_replaced_seed_04_A_012),
        cmocka_unit_test(
            server_that_always_forbids_is_tried_once_more_seed_04_A_012),
        cmocka_unit_test(
            forbidden_new_token_is_not_taken_for_expired_again_A_011),
        cmocka_unit_test(mark_is_for_the_refused_token_only_A_011),
        cmocka_unit_test(mark_that_cannot_be_saved_is_a_word_in_the_log),
        cmocka_unit_test(refresh_then_login_then_the_servers_words_A_012),
        cmocka_unit_test(more_scope_is_asked_of_the_person_A_160_A_161),
        cmocka_unit_test(scope_that_never_suffices_ends_A_163),
        cmocka_unit_test(machine_does_not_widen_its_scope_seed_35_A_160),
        cmocka_unit_test(answers_of_no_concern_pass),
        cmocka_unit_test(lost_replay_is_not_held_against_the_next_request),
        cmocka_unit_test(each_request_has_tries_of_its_own_A_012),
        cmocka_unit_test(failed_renewal_leaves_the_header_untouched),
        cmocka_unit_test(a_bound_token_goes_with_a_proof_A_205),
        cmocka_unit_test(a_token_that_is_not_bound_goes_alone_A_205),
        cmocka_unit_test(a_demand_for_a_nonce_is_no_refusal_A_207_A_208),
        cmocka_unit_test(a_server_that_demands_for_ever_is_left_A_208),
        cmocka_unit_test(a_proof_that_is_refused_costs_no_token_A_208),
        cmocka_unit_test(a_clock_that_is_off_is_allowed_for_A_208),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
