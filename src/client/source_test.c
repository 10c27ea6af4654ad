/* source_test.c - the places an assertion can be at. */
#include "client/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/http.h"
#include "fakehttp.h"

enum { LONG_MS = 30000 };

static const fakehttp_row rows[] = {
    {"GET https://plain.test/", 200, "a.b.c\n", "Content-Type: text/plain",
        .when = "Metadata-Flavor: Google"},
    {"GET https://github.test/?audience=x", 200, "{'value':'a.b.c','count':1}",
        JSON},
    {"GET http://169.254.169.254/t", 200, "{'access_token':'a.b.c'}", JSON},
    {"GET https://gone.test/", 404, "SECRET"},
    {"GET https://moved.test/", 302, "", "Location: https://plain.test/"},
    {"GET https://empty.test/", 200, "\n"},
    {"GET https://page.test/", 200, "{'SECRET':1}", JSON},
    {"GET https://broken.test/", 200, "{'value", JSON},
    {"GET https://away.test/", .failure = MCPAUTH_E_NETWORK},
};

static void check(const char *text, const char *header, const char *expected,
    mcpauth_status status, const char *says)
{
    MA_SCOPED(ma_buf) got = ma_buf_init(MA_SOURCE_MAX);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    const ma_source source = {text, header, LONG_MS};
    fakehttp *fake = fakehttp_new(rows, sizeof rows / sizeof *rows);
    mcpauth_http *http = fakehttp_driver(fake);
    mcpauth_status st = ma_source_read(&source, http, &got, err);
    mcpauth_http_free(http);
    if (st != status)
        print_message("%s: %s\n", text, mcpauth_error_message(err));
    assert_int_equal(st, status);
    if (!st) {
        assert_string_equal(ma_buf_text(&got), expected);
        return;
    }
    const char *message = mcpauth_error_message(err);
    if (!strstr(message, says) || strstr(message, "SECRET"))
        fail_msg("%s: %s", text, message);
}

static void a_file_is_read_anew_each_time_A_211(void **state)
{
    char path[] = "/tmp/source_test.XXXXXX";
    char text[64];
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    snprintf(text, sizeof text, "file:%s", path);
    check(text, NULL, NULL, MCPAUTH_E_USAGE, "it gives nothing");
    assert_int_equal(write(fd, "a.b.c\n", 6), 6);
    check(text, NULL, "a.b.c\n", MCPAUTH_OK, NULL);
    char other[] = "/tmp/source_test.XXXXXX";
    int next = mkstemp(other);
    assert_int_equal(write(next, "d.e.f", 5), 5);
    assert_int_equal(rename(other, path), 0);
    check(text, NULL, "d.e.f", MCPAUTH_OK, NULL);
    close(fd);
    close(next);
    unlink(path);
    check(text, NULL, NULL, MCPAUTH_E_USAGE, "No such file");
    check("file:/tmp", NULL, NULL, MCPAUTH_E_USAGE, "no regular file");
    check("file:/dev/zero", NULL, NULL, MCPAUTH_E_USAGE, "no regular file");
}

static void a_variable_is_looked_up_A_211(void **state)
{
    (void)state;
    setenv("SOURCE_TEST", " a.b.c ", 1);
    check("env:SOURCE_TEST", NULL, " a.b.c ", MCPAUTH_OK, NULL);
    setenv("SOURCE_TEST", "", 1);
    check("env:SOURCE_TEST", NULL, NULL, MCPAUTH_E_USAGE, "gives nothing");
    unsetenv("SOURCE_TEST");
    check("env:SOURCE_TEST", NULL, NULL, MCPAUTH_E_USAGE, "is not set");
}

static void a_command_is_run_A_211(void **state)
{
    (void)state;
    check("command:echo a.b.c", NULL, "a.b.c\n", MCPAUTH_OK, NULL);
    check("command:printf SEC%s RET | exit 5", NULL, NULL, MCPAUTH_E_USAGE,
        "status 5");
    check("command:yes", NULL, NULL, MCPAUTH_E_LIMIT, "the assertion from");
}

static void a_metadata_service_is_asked_A_211(void **state)
{
    (void)state;
    check("https://plain.test/", "Metadata-Flavor: Google", "a.b.c\n",
        MCPAUTH_OK, NULL);
    check("https://plain.test/", NULL, NULL, MCPAUTH_E_HTTP, "404");
    check("https://github.test/?audience=x", NULL, "a.b.c", MCPAUTH_OK, NULL);
    check("http://169.254.169.254/t", NULL, "a.b.c", MCPAUTH_OK, NULL);
    check("https://gone.test/", NULL, NULL, MCPAUTH_E_HTTP,
        "https://gone.test/: it answered HTTP 404");
    check("https://moved.test/", NULL, NULL, MCPAUTH_E_HTTP, "302");
    check("https://empty.test/", NULL, NULL, MCPAUTH_E_USAGE, "gives nothing");
    check(
        "https://page.test/", NULL, NULL, MCPAUTH_E_PROTOCOL, "without value");
    check("https://broken.test/", NULL, NULL, MCPAUTH_E_PROTOCOL, "its answer");
    check("https://away.test/", NULL, NULL, MCPAUTH_E_NETWORK, "away.test");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_anew_each_time_A_211),
        cmocka_unit_test(a_variable_is_looked_up_A_211),
        cmocka_unit_test(a_command_is_run_A_211),
        cmocka_unit_test(a_metadata_service_is_asked_A_211),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
