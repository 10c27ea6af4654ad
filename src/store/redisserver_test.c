/* Tests of redisserver.c on servers that are none (S-050). */
#include "store/redisserver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/error.h"
#include "raw.h"

/* What a server says to a new connection, and then to GET. */
#define GREETING "+OK\r\n$2\r\nab\r\n"

typedef struct {
    const char *text;
    size_t len;
    bool lingers; /* keeps the connection and says no more */
} speech;

static void say(raw_peer *peer, void *ctx)
{
    const speech *said = ctx;
    char heard[4096];
    if (recv(peer->fd, heard, sizeof heard, 0) <= 0)
        return;
    (void)raw_send_bytes(peer, said->text, said->len);
    if (said->lingers)
        raw_linger(peer);
}

static ma_redisserver *make(const char *before_port, int port)
{
    static const ma_redislink_trust none;
    char text[128];
    ma_redisurl url = {0};
    ma_redisserver *server = NULL;
    snprintf(text, sizeof text, "%s%d", before_port, port);
    assert_int_equal(ma_redisurl_parse(text, &url, NULL), 0);
    assert_int_equal(ma_redisserver_new(&url, &none, &server, NULL), 0);
    return server;
}

static mcpauth_status ask(
    ma_redisserver *server, ma_redisreply **out_reply, mcpauth_error *err)
{
    const ma_span words[] = {ma_span_of("GET"), ma_span_of("x")};
    return ma_redisserver_ask(server, false, words, 2, out_reply, err);
}

/* Asks one that says this; the message and the hint are left in err. */
static mcpauth_status ask_one_that_says(
    speech said, mcpauth_error *err, int *out_hits)
{
    raw_server *raw = raw_start(say, &said);
    MA_AUTO(ma_redisserver)
    server = make("redis://u:CANARY@127.0.0.1:", raw_port(raw));
    MA_AUTO(ma_redisreply) reply = NULL;
    mcpauth_status st = ask(server, &reply, err);
    assert_int_equal(st != 0, reply == NULL);
    *out_hits = raw_hits(raw);
    raw_stop(raw);
    return st;
}

static void a_good_answer_is_given(void **state)
{
    static const char text[] = "+OK\r\n" GREETING "$3\r\nyes\r\n";
    int hits = 0;
    (void)state;
    assert_int_equal(
        ask_one_that_says((speech){text, strlen(text)}, NULL, &hits), 0);
    assert_int_equal(hits, 1);
}

static void one_that_closes_at_any_byte_is_an_error_S_050(void **state)
{
    static const char text[] = "+OK\r\n" GREETING "*2\r\n$3\r\nyes\r\n:4\r\n";
    (void)state;
    for (size_t len = 0; len < strlen(text); len++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        int hits = 0;
        assert_int_equal(ask_one_that_says((speech){text, len}, err, &hits),
            MCPAUTH_E_STORE);
        assert_int_equal(hits, 2);
        assert_non_null(
            strstr(mcpauth_error_message(err), "redis://127.0.0.1:"));
    }
}

/* One array in another, deeper than anything that Redis says. */
#define NESTED "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"

static void nonsense_is_an_error_S_050(void **state)
{
    static const char *const rows[] = {"HTTP/1.1 400 Bad Request\r\n\r\n",
        "\x15\x03\x03\x00\x02\x02\x28", "+OK\r\n*-7\r\n", "$-9\r\n",
        "$99999999999999999999\r\n", NESTED, ":4x\r\n", "SSH-2.0-OpenSSH\r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        int hits = 0;
        assert_int_equal(
            ask_one_that_says((speech){rows[i], strlen(rows[i])}, err, &hits),
            MCPAUTH_E_STORE);
        assert_non_null(mcpauth_error_hint(err));
        assert_int_equal(hits, 1);
    }
}

static void an_answer_without_end_is_an_error_S_050(void **state)
{
    static char text[MA_REDISREPLY_MAX + 65536] =
        "+OK\r\n" GREETING "$33000000\r\n";
    size_t head = strlen(text);
    int hits = 0;
    (void)state;
    memset(text + head, 'a', sizeof text - head);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(
        ask_one_that_says((speech){text, sizeof text, true}, err, &hits),
        MCPAUTH_E_STORE);
    if (!strstr(mcpauth_error_message(err), "too long"))
        fail_msg("%s", mcpauth_error_message(err));
}

static void refusals_have_their_words_and_a_remedy_S_050(void **state)
{
    static const struct {
        const char *said, *hint;
    } rows[] = {
        {"WRONGPASS invalid username-password pair", "MCPAUTH_REDIS_PASSWORD"},
        {"NOAUTH Authentication required.", "MCPAUTH_REDIS_PASSWORD"},
        {"NOPERM this user has no permissions", "~mcpauth:*"},
        {"LOADING Redis is loading the dataset in memory", "soon"},
        {"MASTERDOWN Link with MASTER is down", "primary"},
        {"MISCONF Redis is configured to save RDB snapshots", "disk"},
        {"OOM command not allowed when used memory > 'maxmemory'.", "full"},
        {"READONLY You can't write against a read only replica.", "primary"},
        {"NOREPLICAS Not enough good replicas to write.", "replicas"},
        {"MOVED 3999 127.0.0.1:6381", "Cluster"},
        {"CLUSTERDOWN Hash slot not served", "cluster"},
        {"WRONGTYPE Operation against a key holding the wrong kind", "keys"},
        {"BUSY Redis is busy running a script.", "soon"},
        {"ERR something else", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        char text[256];
        int hits = 0;
        snprintf(text, sizeof text, "+OK\r\n" GREETING "-%s\r\n", rows[i].said);
        assert_int_equal(
            ask_one_that_says((speech){text, strlen(text)}, err, &hits),
            MCPAUTH_E_STORE);
        char code[64] = "";
        sscanf(rows[i].said, "%63s", code);
        assert_non_null(strstr(mcpauth_error_message(err), code));
        if (rows[i].hint)
            assert_non_null(strstr(mcpauth_error_hint(err), rows[i].hint));
        assert_int_equal(hits, 1);
    }
}

static void a_password_that_comes_back_is_masked_S_054(void **state)
{
    static const char text[] = "-ERR wrong: AUTH u CANARY\r\n+OK\r\n$0\r\n\r\n";
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    int hits = 0;
    (void)state;
    assert_int_equal(
        ask_one_that_says((speech){text, strlen(text)}, err, &hits),
        MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), "wrong"));
    assert_null(strstr(mcpauth_error_message(err), "CANARY"));
}

static void one_that_throws_keys_away_is_refused_S_050(void **state)
{
    static const struct {
        const char *info;
        mcpauth_status wanted;
    } rows[] = {
        {"x:1\r\nmaxmemory:100\r\nmaxmemory_policy:allkeys-lru\r\n",
            MCPAUTH_E_STORE},
        {"x:1\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n", MCPAUTH_OK},
        {"x:1\r\nmaxmemory:100\r\nmaxmemory_policy:noeviction\r\n", MCPAUTH_OK},
        {"x:1\r\nmaxmemory:100\r\nmaxmemory_policy:volatile-ttl\r\n",
            MCPAUTH_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        int hits = 0;
        snprintf(text, sizeof text, "+OK\r\n+OK\r\n$%zu\r\n%s\r\n$1\r\nx\r\n",
            strlen(rows[i].info), rows[i].info);
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_equal(
            ask_one_that_says((speech){text, strlen(text)}, err, &hits),
            rows[i].wanted);
        if (rows[i].wanted)
            assert_string_equal(mcpauth_error_hint(err),
                "set its maxmemory-policy to noeviction");
    }
}

static void who_may_not_ask_for_info_may_go_on(void **state)
{
    static const char text[] =
        "+OK\r\n+OK\r\n-NOPERM no 'info'\r\n$3\r\nyes\r\n";
    int hits = 0;
    (void)state;
    assert_int_equal(
        ask_one_that_says((speech){text, strlen(text)}, NULL, &hits), 0);
}

/* --- time ---------------------------------------------------------------- */

static void one_that_is_silent_is_given_up_and_left_alone_S_050(void **state)
{
    static const char *const urls[] = {
        "redis://127.0.0.1:", "rediss://127.0.0.1:"};
    speech nothing = {"", 0, true};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        raw_server *raw = raw_start(say, &nothing);
        MA_AUTO(ma_redisserver) server = make(urls[i], raw_port(raw));
        MA_AUTO(ma_redisreply) reply = NULL;
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_equal(ask(server, &reply, err), MCPAUTH_E_STORE);
        assert_non_null(strstr(mcpauth_error_message(err), "in time"));
        int hits = raw_hits(raw);
        assert_int_equal(ask(server, &reply, err), MCPAUTH_E_STORE);
        assert_non_null(strstr(mcpauth_error_message(err), "just now"));
        assert_int_equal(raw_hits(raw), hits);
        raw_stop(raw);
    }
}

static void one_that_is_not_there_is_named_S_050(void **state)
{
    speech nothing = {"", 0, true};
    raw_server *raw = raw_start(say, &nothing);
    int port = raw_port(raw);
    raw_stop(raw);
    MA_AUTO(ma_redisserver) server = make("redis://127.0.0.1:", port);
    MA_AUTO(ma_redisserver) nowhere = make("redis+unix:///nowhere/", port);
    MA_AUTO(ma_redisreply) reply = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(ask(server, &reply, err), MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), "Connection refused"));
    assert_int_equal(ask(nowhere, &reply, err), MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_answer_is_given),
        cmocka_unit_test(one_that_closes_at_any_byte_is_an_error_S_050),
        cmocka_unit_test(nonsense_is_an_error_S_050),
        cmocka_unit_test(an_answer_without_end_is_an_error_S_050),
        cmocka_unit_test(refusals_have_their_words_and_a_remedy_S_050),
        cmocka_unit_test(a_password_that_comes_back_is_masked_S_054),
        cmocka_unit_test(one_that_throws_keys_away_is_refused_S_050),
        cmocka_unit_test(who_may_not_ask_for_info_may_go_on),
        cmocka_unit_test(one_that_is_silent_is_given_up_and_left_alone_S_050),
        cmocka_unit_test(one_that_is_not_there_is_named_S_050),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
