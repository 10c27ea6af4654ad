/* Tests of provider.c: however many want a token, one goes for it. */
#include "client/provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "client/caller.h"
#include "oauth/token.h"
#include "places.h"
#include "scene.h"

#define MCP    "POST https://mcp.test/mcp"
#define FIRST  "Bearer CANARY-a1"
#define SECOND "Bearer CANARY-a2"

#define MINTS(n, members)                                                      \
    {                                                                          \
        .request = TOKEN, .http_status = 200,                                  \
        .body = "{'access_token':'CANARY-a" #n                                 \
                "','token_type':'Bearer'" members "}",                         \
        .times = 1                                                             \
    }

#define OPEN(at, text, person_there, list)                                     \
    scene_open(at, &(scene_options){.settings = (text),                        \
                       .person = (person_there),                               \
                       .rows = (list),                                         \
                       .row_count = sizeof(list) / sizeof *(list)})

/* --- waiters are counted ------------------------------------------------- */

static sem_t waiting; /* posted by every waiter of a flight */

int __real_pthread_cond_wait(pthread_cond_t *at, pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait(pthread_cond_t *at, pthread_mutex_t *mutex);

int __wrap_pthread_cond_wait(pthread_cond_t *at, pthread_mutex_t *mutex)
{
    sem_post(&waiting);
    return __real_pthread_cond_wait(at, mutex);
}

static void wait_for_waiters(int count)
{
    for (int i = 0; i < count; i++)
        sem_wait(&waiting);
}

/* --- time ---------------------------------------------------------------- */

static _Atomic int64_t later_ms; /* how far the clock has been put on */

int64_t __real_ma_clock_now_ms(void);
int64_t __wrap_ma_clock_now_ms(void);

int64_t __wrap_ma_clock_now_ms(void)
{
    return __real_ma_clock_now_ms() + later_ms;
}

static int turn_clock_back(void **state)
{
    (void)state;
    later_ms = 0;
    return 0;
}

/* --- many callers -------------------------------------------------------- */

typedef struct {
    scene *at;
    pthread_t thread;
    mcpauth_caller *caller;
    mcpauth_error *err;
    mcpauth_status status;
} passenger;

static void *travel(void *ctx)
{
    passenger *who = ctx;
    who->status = scene_call(who->at, who->caller, who->err);
    return NULL;
}

static passenger *start_passengers(scene *at, int count)
{
    passenger *all = calloc((size_t)count, sizeof *all);
    sem_init(&waiting, 0, 0);
    for (int i = 0; i < count; i++) {
        all[i].at = at;
        all[i].err = mcpauth_error_new();
        assert_int_equal(
            mcpauth_caller_new(at->provider, &all[i].caller, NULL), 0);
        assert_int_equal(
            pthread_create(&all[i].thread, NULL, travel, &all[i]), 0);
    }
    return all;
}

static void join_passengers(passenger *all, int count)
{
    for (int i = 0; i < count; i++)
        pthread_join(all[i].thread, NULL);
}

static void free_passengers(passenger *all, int count)
{
    for (int i = 0; i < count; i++) {
        mcpauth_caller_free(all[i].caller);
        mcpauth_error_free(all[i].err);
    }
    free(all);
    sem_destroy(&waiting);
}

static void meet_a_401_at_once(int count, bool store_works)
{
    gate all_refused;
    const fakehttp_row rows[] = {
        HAS_META(""),
        MINTS(1, HOUR),
        MINTS(2, HOUR),
        {MCP, 401, "", .when = FIRST, .before = gate_pass, .ctx = &all_refused},
        {MCP, 200, "{}", .when = SECOND},
    };
    scene at;
    gate_init(&all_refused);
    OPEN(&at, M2M AS, false, rows);
    at.options.store_fails = at.options.store_forgets = !store_works;
    mcpauth_token *refused = NULL;
    assert_int_equal(mcpauth_provider_token(at.provider, 0, &refused, NULL), 0);
    mcpauth_token_free(refused);
    passenger *all = start_passengers(&at, count);
    gate_wait_for(&all_refused, count);
    assert_int_equal(fakehttp_count(at.net, TOKEN, NULL), 1);
    gate_open(&all_refused);
    join_passengers(all, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(all[i].status, MCPAUTH_OK);
    assert_int_equal(fakehttp_count(at.net, TOKEN, NULL), 2);
    assert_int_equal(fakehttp_count(at.net, MCP, FIRST), count);
    assert_int_equal(fakehttp_count(at.net, MCP, SECOND), count);
    free_passengers(all, count);
    scene_close(&at);
    gate_done(&all_refused);
}

static void twenty_401s_at_once_are_one_token_request_seed_40_S_041(
    void **state)
{
    (void)state;
    meet_a_401_at_once(20, true);
}

static void two_hundred_401s_at_once_are_one_token_request_S_041(void **state)
{
    (void)state;
    meet_a_401_at_once(200, true);
}

static void without_a_store_it_is_one_token_request_too_S_041(void **state)
{
    (void)state;
    meet_a_401_at_once(20, false);
}

static void waiters_share_the_error_and_its_words_S_041_A_013(void **state)
{
    enum { COUNT = 20 };
    gate asked;
    const fakehttp_row rows[] = {
        HAS_META(""),
        {TOKEN, 400,
            "{'error':'invalid_client','error_description':'who are you'}",
            .before = gate_pass, .ctx = &asked},
    };
    scene at;
    (void)state;
    gate_init(&asked);
    OPEN(&at, M2M AS, false, rows);
    passenger *all = start_passengers(&at, COUNT);
    gate_wait_for(&asked, 1);
    wait_for_waiters(COUNT - 1);
    gate_open(&asked);
    join_passengers(all, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(all[i].status, MCPAUTH_E_REFUSED);
        assert_string_equal(
            mcpauth_error_server_code(all[i].err), "invalid_client");
        assert_string_equal(
            mcpauth_error_server_description(all[i].err), "who are you");
    }
    assert_int_equal(fakehttp_count(at.net, TOKEN, NULL), 1);
    assert_int_equal(fakehttp_count(at.net, MCP, NULL), 0);
    free_passengers(all, COUNT);
    scene_close(&at);
    gate_done(&asked);
}

static void waiters_use_a_token_that_is_past_already_S_019_S_041(void **state)
{
    enum { COUNT = 20 };
    gate asked;
    const fakehttp_row rows[] = {
        HAS_META(""),
        {TOKEN, 200, TOKEN_BODY(",'expires_in':0"), .before = gate_pass,
            .ctx = &asked},
        {MCP, 200, "{}", .when = SECOND},
    };
    scene at;
    (void)state;
    gate_init(&asked);
    OPEN(&at, M2M AS, false, rows);
    passenger *all = start_passengers(&at, COUNT);
    gate_wait_for(&asked, 1);
    wait_for_waiters(COUNT - 1);
    gate_open(&asked);
    join_passengers(all, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(all[i].status, MCPAUTH_OK);
    assert_int_equal(fakehttp_count(at.net, TOKEN, NULL), 1);
    assert_int_equal(fakehttp_count(at.net, MCP, SECOND), COUNT);
    free_passengers(all, COUNT);
    scene_close(&at);
    gate_done(&asked);
}

/* Whoever drives may have passed no error; the others want the words. */
static void words_reach_waiters_of_a_driver_without_an_error(void **state)
{
    gate asked;
    const fakehttp_row rows[] = {
        HAS_META(""),
        {TOKEN, 400, "{'error':'invalid_client'}", .before = gate_pass,
            .ctx = &asked},
    };
    scene at;
    (void)state;
    gate_init(&asked);
    OPEN(&at, M2M AS, false, rows);
    sem_init(&waiting, 0, 0);
    passenger who[2] = {{.at = &at}, {.at = &at, .err = mcpauth_error_new()}};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            mcpauth_caller_new(at.provider, &who[i].caller, NULL), 0);
        assert_int_equal(
            pthread_create(&who[i].thread, NULL, travel, &who[i]), 0);
        if (i == 0)
            gate_wait_for(&asked, 1);
    }
    wait_for_waiters(1);
    gate_open(&asked);
    join_passengers(who, 2);
    assert_int_equal(who[1].status, MCPAUTH_E_REFUSED);
    assert_string_equal(
        mcpauth_error_server_code(who[1].err), "invalid_client");
    for (int i = 0; i < 2; i++)
        mcpauth_caller_free(who[i].caller);
    mcpauth_error_free(who[1].err);
    sem_destroy(&waiting);
    scene_close(&at);
    gate_done(&asked);
}

static void a_waiters_timeout_leaves_the_flight_alone_A_013_S_041(void **state)
{
    gate asked;
    const fakehttp_row rows[] = {
        HAS_META(""),
        {TOKEN, 200, TOKEN_BODY(HOUR), .before = gate_pass, .ctx = &asked},
        {MCP, 200, "{}", .when = SECOND},
    };
    scene at;
    const char *header = NULL;
    mcpauth_caller *hasty = NULL;
    (void)state;
    gate_init(&asked);
    OPEN(&at, M2M AS, false, rows);
    passenger *driver = start_passengers(&at, 1);
    gate_wait_for(&asked, 1);
    assert_int_equal(mcpauth_caller_new(at.provider, &hasty, NULL), 0);
    mcpauth_caller_set_timeout(hasty, 1);
    assert_int_equal(
        mcpauth_caller_header(hasty, &header, NULL), MCPAUTH_E_TIMEOUT);
    assert_null(header);
    gate_open(&asked);
    join_passengers(driver, 1);
    assert_int_equal(driver->status, MCPAUTH_OK);
    assert_int_equal(mcpauth_caller_header(hasty, &header, NULL), MCPAUTH_OK);
    assert_string_equal(header, SECOND);
    assert_int_equal(fakehttp_count(at.net, TOKEN, NULL), 1);
    mcpauth_caller_free(hasty);
    free_passengers(driver, 1);
    scene_close(&at);
    gate_done(&asked);
}

/* Who shares a refresh may still share the login that follows, as the driver
 * may have it. */
static void shared_refresh_is_counted_as_a_refresh_A_012(void **state)
{
    gate both_refused, asked;
    const fakehttp_row rows[] = {
        HAS_META(""),
        MINTS(1, HOUR ",'refresh_token':'CANARY-r1'"),
        {TOKEN, 200, TOKEN_BODY(HOUR), .when = "CANARY-r1", .before = gate_pass,
            .ctx = &asked},
        MINTS(3, HOUR),
        {MCP, 401, "", .when = FIRST, .before = gate_pass,
            .ctx = &both_refused},
        {MCP, 401, "", .when = SECOND},
        {MCP, 200, "{}", .when = "Bearer CANARY-a3"},
    };
    scene at;
    (void)state;
    gate_init(&both_refused);
    gate_init(&asked);
    OPEN(&at, APP AS, true, rows);
    assert_int_equal(mcpauth_provider_login(at.provider, NULL, NULL), 0);
    passenger *both = start_passengers(&at, 2);
    gate_wait_for(&both_refused, 2);
    gate_open(&both_refused);
    gate_wait_for(&asked, 1);
    wait_for_waiters(1);
    gate_open(&asked);
    join_passengers(both, 2);
    assert_int_equal(both[0].status, MCPAUTH_OK);
    assert_int_equal(both[1].status, MCPAUTH_OK);
    assert_int_equal(fakehttp_count(at.net, TOKEN, "CANARY-r1"), 1);
    assert_int_equal(at.browses, 2);
    free_passengers(both, 2);
    scene_close(&at);
    gate_done(&both_refused);
    gate_done(&asked);
}

/* Renewed half a minute before its end, it is good for everybody else. */
static void others_go_on_while_one_renews_A_155_S_041(void **state)
{
    gate asked;
    const fakehttp_row rows[] = {
        HAS_META(""),
        MINTS(1, HOUR),
        {TOKEN, 200, TOKEN_BODY(HOUR), .before = gate_pass, .ctx = &asked},
        {MCP, 200, "{}"},
    };
    scene at;
    const char *header = NULL;
    mcpauth_caller *other = NULL;
    (void)state;
    gate_init(&asked);
    OPEN(&at, M2M AS, false, rows);
    assert_int_equal(mcpauth_caller_new(at.provider, &other, NULL), 0);
    assert_int_equal(mcpauth_caller_header(other, &header, NULL), MCPAUTH_OK);
    assert_string_equal(header, FIRST);
    later_ms = 3570 * 1000;
    passenger *one = start_passengers(&at, 1);
    gate_wait_for(&asked, 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            mcpauth_caller_header(other, &header, NULL), MCPAUTH_OK);
        assert_string_equal(header, FIRST);
    }
    gate_open(&asked);
    join_passengers(one, 1);
    assert_int_equal(mcpauth_caller_header(other, &header, NULL), MCPAUTH_OK);
    assert_string_equal(header, SECOND);
    assert_int_equal(fakehttp_count(at.net, TOKEN, NULL), 2);
    mcpauth_caller_free(other);
    free_passengers(one, 1);
    scene_close(&at);
    gate_done(&asked);
}

/* --- a crowd ------------------------------------------------------------- */

enum { CROWD_THREADS = 16, CROWD_ASKS = 625 };

typedef struct {
    scene *at;
    pthread_t thread;
    int served;
    int late;
    int other;
} asker;

/* Every seventh has no patience. */
static void *ask_often(void *ctx)
{
    asker *who = ctx;
    for (int i = 0; i < CROWD_ASKS; i++) {
        const char *header = NULL;
        mcpauth_caller *caller = NULL;
        if (mcpauth_caller_new(who->at->provider, &caller, NULL))
            continue;
        mcpauth_caller_set_timeout(caller, i % 7 ? 0 : 1);
        mcpauth_status st = mcpauth_caller_header(caller, &header, NULL);
        who->served += !st && !strcmp(header, SECOND);
        who->late += st == MCPAUTH_E_TIMEOUT;
        who->other += st && st != MCPAUTH_E_TIMEOUT;
        mcpauth_caller_free(caller);
    }
    return NULL;
}

static void ten_thousand_at_its_end_are_one_token_request_S_041(void **state)
{
    gate asked;
    const fakehttp_row rows[] = {
        HAS_META(""),
        MINTS(1, HOUR),
        {TOKEN, 200, TOKEN_BODY(HOUR), .before = gate_pass, .ctx = &asked},
    };
    scene at;
    asker crowd[CROWD_THREADS] = {0};
    mcpauth_token *old = NULL;
    int served = 0, late = 0;
    (void)state;
    gate_init(&asked);
    OPEN(&at, M2M AS, false, rows);
    assert_int_equal(mcpauth_provider_token(at.provider, 0, &old, NULL), 0);
    mcpauth_token_free(old);
    later_ms = 3601 * 1000;
    sem_init(&waiting, 0, 0);
    for (int i = 0; i < CROWD_THREADS; i++) {
        crowd[i].at = &at;
        assert_int_equal(
            pthread_create(&crowd[i].thread, NULL, ask_often, &crowd[i]), 0);
    }
    gate_wait_for(&asked, 1);
    wait_for_waiters(CROWD_THREADS / 2);
    gate_open(&asked);
    for (int i = 0; i < CROWD_THREADS; i++) {
        pthread_join(crowd[i].thread, NULL);
        served += crowd[i].served;
        late += crowd[i].late;
        assert_int_equal(crowd[i].other, 0);
    }
    assert_int_equal(served + late, CROWD_THREADS * CROWD_ASKS);
    assert_true(served >= CROWD_THREADS * CROWD_ASKS * 6 / 7);
    assert_int_equal(fakehttp_count(at.net, TOKEN, NULL), 2);
    sem_destroy(&waiting);
    scene_close(&at);
    gate_done(&asked);
}

static void twenty_step_ups_at_once_are_one_login_A_160_S_041(void **state)
{
    enum { COUNT = 20 };
    gate all_refused;
    const fakehttp_row rows[] = {
        HAS_META(""),
        MINTS(1, HOUR ",'scope':'a'"),
        MINTS(2, HOUR ",'scope':'a b'"),
        {MCP, 403, "",
            "WWW-Authenticate: Bearer error=\"insufficient_scope\", "
            "scope=\"b\"",
            .when = FIRST, .before = gate_pass, .ctx = &all_refused},
        {MCP, 200, "{}", .when = SECOND},
    };
    scene at;
    (void)state;
    gate_init(&all_refused);
    OPEN(&at, APP AS "scope=a\n", true, rows);
    passenger *all = start_passengers(&at, COUNT);
    gate_wait_for(&all_refused, COUNT);
    gate_open(&all_refused);
    join_passengers(all, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(all[i].status, MCPAUTH_OK);
    assert_int_equal(at.browses, 2);
    free_passengers(all, COUNT);
    scene_close(&at);
    gate_done(&all_refused);
}

/* --- asked by programs --------------------------------------------------- */

static void assert_token(
    mcpauth_provider *provider, int64_t min_valid_ms, const char *access)
{
    MA_AUTO(mcpauth_token) token = NULL;
    assert_int_equal(
        mcpauth_provider_token(provider, min_valid_ms, &token, NULL), 0);
    assert_string_equal(mcpauth_token_access(token), access);
}

static void token_is_cached_until_more_is_asked_of_it(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""),
        MINTS(1, HOUR),
        MINTS(2, HOUR),
    };
    scene at;
    (void)state;
    OPEN(&at, M2M AS, false, rows);
    assert_token(at.provider, 0, "CANARY-a1");
    assert_token(at.provider, 1800000, "CANARY-a1");
    mcpauth_provider *other = scene_another_provider(&at);
    assert_token(other, 0, "CANARY-a1");
    mcpauth_provider_free(other);
    assert_int_equal(fakehttp_count(at.net, TOKEN, NULL), 1);
    assert_token(at.provider, 7200000, "CANARY-a2");
    scene_close(&at);
}

static void machine_never_meets_the_person_seed_35(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR)};
    scene at;
    (void)state;
    OPEN(&at, M2M AS, true, rows);
    assert_token(at.provider, 0, "CANARY-a2");
    assert_int_equal(at.listens + at.browses + at.closes, 0);
    scene_close(&at);
}

static void machine_that_is_refused_does_not_ask_the_person_seed_35(
    void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), REFUSES("unauthorized_client")};
    scene at;
    MA_AUTO(mcpauth_token) token = NULL;
    (void)state;
    OPEN(&at, M2M AS, true, rows);
    assert_int_equal(mcpauth_provider_token(at.provider, 0, &token, NULL),
        MCPAUTH_E_REFUSED);
    assert_int_equal(at.listens + at.browses + at.closes, 0);
    scene_close(&at);
}

static void store_that_cannot_save_is_a_warning(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR)};
    scene at;
    (void)state;
    scene_open(&at, &(scene_options){.settings = M2M AS,
                        .rows = rows,
                        .row_count = 2,
                        .store_fails = true});
    assert_token(at.provider, 0, "CANARY-a2");
    assert_non_null(strstr(at.log, "0 store: "));
    assert_non_null(strstr(at.log, "the disk is full"));
    assert_null(strstr(at.log, "CANARY"));
    /* It lasts for this run. */
    assert_token(at.provider, 0, "CANARY-a2");
    assert_int_equal(fakehttp_count(at.net, TOKEN, NULL), 1);
    scene_close(&at);
}

static void server_is_asked_whom_it_trusts_when_nothing_says_so(void **state)
{
    static const fakehttp_row rows[] = {
        {MCP, 401, "",
            "WWW-Authenticate: Bearer scope=\"tools\", resource_metadata="
            "\"https://mcp.test/.well-known/oauth-protected-resource\""},
        {PRM_ROOT, 200, PRM_BODY("")},
        HAS_META(""),
        GRANTS(HOUR),
    };
    scene at;
    (void)state;
    OPEN(&at, M2M, false, rows);
    assert_token(at.provider, 0, "CANARY-a2");
    assert_int_equal(fakehttp_count(at.net, MCP, "\"server/discover\""), 1);
    assert_int_equal(fakehttp_count(at.net, TOKEN, "scope=tools"), 1);
    scene_close(&at);
}

static void nobody_to_ask_is_said_so(void **state)
{
    static const fakehttp_row rows[] = {HAS_META("")};
    scene at;
    MA_AUTO(mcpauth_token) token = NULL;
    (void)state;
    OPEN(&at, APP AS, false, rows);
    assert_int_equal(mcpauth_provider_token(at.provider, 0, &token, NULL),
        MCPAUTH_E_LOGIN_REQUIRED);
    assert_null(token);
    scene_close(&at);
}

static void login_is_new_whatever_is_cached(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), MINTS(1, HOUR), MINTS(2, HOUR)};
    scene at;
    MA_AUTO(mcpauth_token) token = NULL;
    (void)state;
    OPEN(&at, APP AS, true, rows);
    assert_int_equal(mcpauth_provider_login(at.provider, NULL, NULL), 0);
    assert_int_equal(mcpauth_provider_login(at.provider, &token, NULL), 0);
    assert_string_equal(mcpauth_token_access(token), "CANARY-a2");
    assert_int_equal(at.browses, 2);
    assert_int_equal(at.closes, 2);
    scene_close(&at);
}

static void logout_forgets_here_and_in_the_store(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), MINTS(1, HOUR), MINTS(2, HOUR)};
    scene at;
    const char *header = NULL;
    mcpauth_caller *caller = NULL;
    (void)state;
    OPEN(&at, APP AS, true, rows);
    assert_int_equal(mcpauth_caller_new(at.provider, &caller, NULL), 0);
    assert_int_equal(mcpauth_caller_header(caller, &header, NULL), 0);
    assert_string_equal(header, FIRST);
    assert_true(scene_has_stored(&at, "CANARY-a1"));
    assert_int_equal(mcpauth_provider_logout(at.provider, false, NULL), 0);
    assert_false(scene_has_stored(&at, "CANARY"));
    assert_int_equal(mcpauth_caller_header(caller, &header, NULL), 0);
    assert_null(header);
    mcpauth_caller_free(caller);
    scene_close(&at);
}

/* What callers have stays as it is. */
static void the_issuer_is_asked_beside_everything_else_A_263(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(",'introspection_endpoint':'https://as.test/i'"),
        MINTS(1, HOUR), {"POST https://as.test/i", 200, "{'active':false}"}};
    scene at;
    char *answer = NULL;
    size_t len = 0;
    const char *header = NULL;
    mcpauth_caller *caller = NULL;
    (void)state;
    OPEN(&at, M2M AS, false, rows);
    assert_int_equal(
        mcpauth_provider_introspect(at.provider, &answer, &len, NULL),
        MCPAUTH_E_LOGIN_REQUIRED);
    assert_int_equal(mcpauth_caller_new(at.provider, &caller, NULL), 0);
    assert_int_equal(mcpauth_caller_header(caller, &header, NULL), 0);
    assert_int_equal(
        mcpauth_provider_introspect(at.provider, &answer, &len, NULL),
        MCPAUTH_OK);
    assert_string_equal(answer, "{\"active\":false}");
    assert_int_equal(len, strlen(answer));
    mcpauth_text_free(answer);
    assert_int_equal(mcpauth_caller_header(caller, &header, NULL), 0);
    assert_string_equal(header, FIRST);
    assert_true(scene_has_stored(&at, "CANARY-a1"));
    mcpauth_caller_free(caller);
    scene_close(&at);
}

static void options_of_no_size_are_refused(void **state)
{
    scene at;
    (void)state;
    scene_open(&at, &(scene_options){.settings = M2M AS});
    mcpauth_provider_options options = {
        .config = at.config, .store = at.store, .http = at.http};
    mcpauth_provider *provider = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    const size_t sizes[] = {0, offsetof(mcpauth_provider_options, http)};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        options.size = sizes[i];
        assert_int_equal(
            mcpauth_provider_new(&options, &provider, err), MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), "size is not set"));
    }
    scene_close(&at);
}

/* What an older caller's options lack is not read, what a newer one's have
 * beyond ours is passed over. */
static void options_of_other_versions_are_taken(void **state)
{
    scene at;
    (void)state;
    scene_open(&at, &(scene_options){.settings = M2M AS});
    const struct {
        mcpauth_provider_options known;
        char more[64];
    } options = {{.config = at.config,
                     .store = at.store,
                     .http = at.http,
                     .ui = (mcpauth_ui *)1},
        "xxx"};
    const size_t sizes[] = {
        offsetof(mcpauth_provider_options, ui), sizeof options};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        mcpauth_provider_options given = options.known;
        given.size = sizes[i];
        mcpauth_provider *provider = NULL;
        assert_int_equal(
            mcpauth_provider_new(&given, &provider, NULL), MCPAUTH_OK);
        mcpauth_provider_free(provider);
    }
    scene_close(&at);
}

static void configuration_without_a_server_is_refused(void **state)
{
    scene at;
    scene_open(&at, &(scene_options){.settings = M2M AS});
    mcpauth_config *config = mcpauth_config_new();
    const mcpauth_provider_options options = {.size = sizeof options,
        .config = config,
        .store = at.store,
        .http = at.http};
    mcpauth_provider *provider = NULL;
    (void)state;
    assert_int_equal(
        mcpauth_provider_new(&options, &provider, NULL), MCPAUTH_E_USAGE);
    assert_null(provider);
    mcpauth_provider_free(NULL);
    mcpauth_config_free(config);
    scene_close(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            twenty_401s_at_once_are_one_token_request_seed_40_S_041),
        cmocka_unit_test(two_hundred_401s_at_once_are_one_token_request_S_041),
        cmocka_unit_test(without_a_store_it_is_one_token_request_too_S_041),
        cmocka_unit_test(waiters_share_the_error_and_its_words_S_041_A_013),
        cmocka_unit_test(waiters_use_a_token_that_is_past_already_S_019_S_041),
        cmocka_unit_test(words_reach_waiters_of_a_driver_without_an_error),
        cmocka_unit_test(a_waiters_timeout_leaves_the_flight_alone_A_013_S_041),
        cmocka_unit_test(shared_refresh_is_counted_as_a_refresh_A_012),
        cmocka_unit_test_teardown(
            others_go_on_while_one_renews_A_155_S_041, turn_clock_back),
        cmocka_unit_test_teardown(
            ten_thousand_at_its_end_are_one_token_request_S_041,
            turn_clock_back),
        cmocka_unit_test(twenty_step_ups_at_once_are_one_login_A_160_S_041),
        cmocka_unit_test(token_is_cached_until_more_is_asked_of_it),
        cmocka_unit_test(machine_never_meets_the_person_seed_35),
        cmocka_unit_test(
            machine_that_is_refused_does_not_ask_the_person_seed_35),
        cmocka_unit_test(store_that_cannot_save_is_a_warning),
        cmocka_unit_test(server_is_asked_whom_it_trusts_when_nothing_says_so),
        cmocka_unit_test(nobody_to_ask_is_said_so),
        cmocka_unit_test(login_is_new_whatever_is_cached),
        cmocka_unit_test(logout_forgets_here_and_in_the_store),
        cmocka_unit_test(the_issuer_is_asked_beside_everything_else_A_263),
        cmocka_unit_test(options_of_no_size_are_refused),
        cmocka_unit_test(options_of_other_versions_are_taken),
        cmocka_unit_test(configuration_without_a_server_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
