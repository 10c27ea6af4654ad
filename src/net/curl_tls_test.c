/* Tests of curl.c against `openssl s_server`: whom TLS lets through (S-076). */
#include <mcpauth/mcpauth.h>

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "askhttp.h"

static char dir[] = "/tmp/ma-net-tls-XXXXXX";

static void run(const char *const *argv)
{
    pid_t child = 0;
    int status = 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawnp(&child, argv[0], &actions, NULL,
                         (char *const *)argv, environ),
        0);
    posix_spawn_file_actions_destroy(&actions);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* A self-signed certificate for name in name.pem, its key in name.key. */
static void make_certificate(const char *name, const char *alt_name)
{
    char subject[64];
    char key[32];
    char cert[32];
    snprintf(subject, sizeof subject, "/CN=%s", name);
    snprintf(key, sizeof key, "%s.key", name);
    snprintf(cert, sizeof cert, "%s.pem", name);
    const char *const argv[] = {"openssl", "req", "-x509", "-newkey", "ec",
        "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
        cert, "-days", "2", "-subj", subject, "-addext", alt_name, NULL};
    run(argv);
}

static int make_certificates(void **state)
{
    static const char *const seal[] = {"openssl", "ec", "-in", "client.key",
        "-aes128", "-passout", "pass:CANARY", "-out", "sealed.key", NULL};
    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);
    make_certificate("localhost", "subjectAltName=DNS:localhost");
    make_certificate("other", "subjectAltName=DNS:other.invalid");
    make_certificate("client", "subjectAltName=DNS:client.invalid");
    run(seal);
    return 0;
}

static int remove_certificates(void **state)
{
    static const char *const argv[] = {"rm", "-r", dir, NULL};
    (void)state;
    run(argv);
    return 0;
}

/* --- the server ---------------------------------------------------------- */

struct tls_server {
    pid_t pid;
    FILE *out;
    int port;
};

/* Starts it and waits for "ACCEPT 127.0.0.1:port". */
static struct tls_server start_tls(const char *name, const char *extra)
{
    struct tls_server server = {0};
    char cert[32];
    char key[32];
    char line[256];
    int ends[2];
    posix_spawn_file_actions_t actions;
    snprintf(cert, sizeof cert, "%s.pem", name);
    snprintf(key, sizeof key, "%s.key", name);
    const char *argv[16] = {"openssl", "s_server", "-accept", "127.0.0.1:0",
        "-www", "-cert", cert, "-key", key};
    char copy[128];
    char *rest = NULL;
    size_t count = 9;
    snprintf(copy, sizeof copy, "%s", extra);
    for (char *word = strtok_r(copy, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest))
        argv[count++] = word;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawnp(&server.pid, argv[0], &actions, NULL,
                         (char *const *)argv, environ),
        0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    server.out = fdopen(ends[0], "r");
    assert_non_null(server.out);
    while (server.port == 0 && fgets(line, sizeof line, server.out))
        if (strncmp(line, "ACCEPT ", 7) == 0)
            server.port = (int)strtol(strrchr(line, ':') + 1, NULL, 10);
    assert_int_not_equal(server.port, 0);
    return server;
}

static void stop_tls(struct tls_server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    fclose(server->out);
}

static mcpauth_status ask_over(
    mcpauth_http *http, const struct tls_server *server, mcpauth_error *err)
{
    char room[ASK_URL_MAX];
    MA_SCOPED(ma_http_answer) answer = {0};
    mcpauth_http_request request = ask_get(room, 1, "/");
    snprintf(room, sizeof room, "https://localhost:%d/", server->port);
    return ma_http_fetch(http, &request, &answer, err);
}

static mcpauth_status ask_tls(const struct tls_server *server,
    const mcpauth_curl_options *options, mcpauth_error *err)
{
    MA_AUTO(mcpauth_http) http = ask_driver(options);
    return ask_over(http, server, err);
}

/* now.pem and now.key become these. */
static void copy_pair(const char *certificate, const char *key)
{
    char from[32];
    const char *const cert_argv[] = {"cp", from, "now.pem", NULL};
    const char *const key_argv[] = {"cp", from, "now.key", NULL};
    snprintf(from, sizeof from, "%s.pem", certificate);
    run(cert_argv);
    snprintf(from, sizeof from, "%s.key", key);
    run(key_argv);
}

/* --- tests --------------------------------------------------------------- */

static const mcpauth_curl_options trusting = {
    .size = sizeof(mcpauth_curl_options), .ca_file = "localhost.pem"};

static void unknown_issuer_is_refused_until_it_is_named_S_076(void **state)
{
    struct tls_server server = start_tls("localhost", "");
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(ask_tls(&server, NULL, err), MCPAUTH_E_NETWORK);
    assert_non_null(strstr(mcpauth_error_message(err), "certificate"));
    assert_non_null(strstr(mcpauth_error_message(err), "localhost:"));
    assert_non_null(strstr(mcpauth_error_hint(err), "--cacert"));
    assert_int_equal(ask_tls(&server, &trusting, NULL), MCPAUTH_OK);
    setenv("SSL_CERT_FILE", "localhost.pem", 1);
    mcpauth_status st = ask_tls(&server, NULL, NULL);
    unsetenv("SSL_CERT_FILE");
    assert_int_equal(st, MCPAUTH_OK);
    stop_tls(&server);
}

static void certificate_for_another_host_is_refused_S_076(void **state)
{
    const mcpauth_curl_options options = {
        .size = sizeof(mcpauth_curl_options), .ca_file = "other.pem"};
    struct tls_server server = start_tls("other", "");
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(ask_tls(&server, &options, err), MCPAUTH_E_NETWORK);
    assert_non_null(strstr(mcpauth_error_message(err), "certificate"));
    stop_tls(&server);
}

static void old_tls_is_refused_S_076(void **state)
{
    struct tls_server server =
        start_tls("localhost", "-tls1_1 -cipher DEFAULT:@SECLEVEL=0");
    (void)state;
    assert_int_equal(ask_tls(&server, &trusting, NULL), MCPAUTH_E_NETWORK);
    stop_tls(&server);
}

static void unreadable_ca_file_is_the_users_mistake(void **state)
{
    const mcpauth_curl_options options = {
        .size = sizeof(mcpauth_curl_options), .ca_file = "missing.pem"};
    struct tls_server server = start_tls("localhost", "");
    (void)state;
    assert_int_equal(ask_tls(&server, &options, NULL), MCPAUTH_E_USAGE);
    stop_tls(&server);
}

static void client_certificate_is_shown_when_there_is_one(void **state)
{
    mcpauth_curl_options options = {.size = sizeof(mcpauth_curl_options),
        .ca_file = "localhost.pem",
        .cert_file = "client.pem",
        .key_file = "client.key"};
    struct tls_server server =
        start_tls("localhost", "-Verify 1 -verify_return_error "
                               "-CAfile client.pem");
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(ask_tls(&server, &trusting, err), MCPAUTH_E_NETWORK);
    assert_non_null(strstr(mcpauth_error_hint(err), "--cert and --key"));
    assert_int_equal(ask_tls(&server, &options, NULL), MCPAUTH_OK);
    /* Would ask the terminal, were it allowed to. */
    options.key_file = "sealed.key";
    assert_int_equal(ask_tls(&server, &options, NULL), MCPAUTH_E_USAGE);
    stop_tls(&server);
}

/* Neither a connection nor a TLS session that another one opened. */
static void a_certificate_that_was_replaced_is_shown_no_longer_A_274(
    void **state)
{
    const mcpauth_curl_options options = {
        .size = sizeof(mcpauth_curl_options),
        .ca_file = "localhost.pem",
        .cert_file = "now.pem",
        .key_file = "now.key",
    };
    struct tls_server server = start_tls(
        "localhost", "-Verify 1 -verify_return_error -CAfile client.pem");
    MA_AUTO(mcpauth_http) http = ask_driver(&options);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    copy_pair("client", "client");
    assert_int_equal(ask_over(http, &server, NULL), MCPAUTH_OK);
    copy_pair("other", "other");
    assert_int_equal(ask_over(http, &server, NULL), MCPAUTH_E_NETWORK);
    copy_pair("client", "other");
    assert_int_equal(ask_over(http, &server, err), MCPAUTH_E_USAGE);
    assert_non_null(strstr(mcpauth_error_hint(err), "--cert"));
    copy_pair("client", "client");
    assert_int_equal(ask_over(http, &server, NULL), MCPAUTH_OK);
    stop_tls(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_issuer_is_refused_until_it_is_named_S_076),
        cmocka_unit_test(certificate_for_another_host_is_refused_S_076),
        cmocka_unit_test(old_tls_is_refused_S_076),
        cmocka_unit_test(unreadable_ca_file_is_the_users_mistake),
        cmocka_unit_test(client_certificate_is_shown_when_there_is_one),
        cmocka_unit_test(
            a_certificate_that_was_replaced_is_shown_no_longer_A_274),
    };
    return cmocka_run_group_tests(
        tests, make_certificates, remove_certificates);
}
