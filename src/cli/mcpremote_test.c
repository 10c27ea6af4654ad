/* mcpremote_test.c - the names of its files, and what is in them. */
#include "cli/mcpremote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define URL      "https://a.example/mcp"
#define PLAIN    "aa5b24b0ba3994ba0c496692c23aa9e7"
#define ARGUED   "8220d0dffd4c03c030a6563d16690e1e"
#define OTHER    "00000000000000000000000000000000"
#define TOKENS   "_tokens.json"
#define STEM_LEN 33

/* --- names --------------------------------------------------------------- */

static void read_args(const char *args, ma_finding **out)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(65536);
    MA_AUTO(ma_json) theirs = NULL;
    ma_buf_addf(&text,
        "{\"command\":\"npx\",\"args\":[\"mcp-remote\",\"" URL "\"%s]}", args);
    assert_int_equal(
        ma_json_parse(ma_buf_span(&text), 32, &theirs, NULL), MCPAUTH_OK);
    assert_int_equal(ma_finding_read("a", theirs, "/f", out, NULL), MCPAUTH_OK);
}

/* As getServerUrlHash of 0.15.1 gives them. */
static void names_are_those_that_it_gives(void **state)
{
    (void)state;
    MA_AUTO(ma_finding) plain = NULL;
    MA_AUTO(ma_finding) argued = NULL;
    read_args("", &plain);
    assert_string_equal(plain->stems.at, PLAIN);
    read_args(",\"--header\",\"X-B:  a \\\"q\\\" \\\\ \\u00fc/\","
              "\"--header\",\"A-a:${T}\",\"--authorize-param\",\"p=1\","
              "\"--authorize-param\",\"audience=x=y\",\"--resource\","
              "\"https://t.example/\",\"--token-endpoint\","
              "\"https://as.example/t\",\"--client-metadata-url\","
              "\"https://c.example/app\"",
        &argued);
    assert_string_equal(argued->stems.at, ARGUED);
    assert_string_equal(argued->stems.at + STEM_LEN, PLAIN);
    assert_true(argued->another_login);
}

static void a_file_has_an_owner(void **state)
{
    (void)state;
    MA_AUTO(ma_finding) plain = NULL;
    read_args("", &plain);
    assert_true(ma_mcpremote_owns(plain, "/d/" PLAIN TOKENS));
    assert_false(ma_mcpremote_owns(plain, "/d/" OTHER TOKENS));
    assert_false(ma_mcpremote_owns(plain, "/" PLAIN "/x" TOKENS));
    assert_false(ma_mcpremote_owns(plain, "/d/" PLAIN "_x" TOKENS));
}

/* --- files --------------------------------------------------------------- */

static char top[] = "/tmp/mcpauth-mcpremote-XXXXXX";

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(top) ? 0 : -1;
}

static int remove_one(
    const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static int remove_directory(void **state)
{
    (void)state;
    return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void path_of(const char *name, char out[256])
{
    snprintf(out, 256, "%s/%s", top, name);
}

static void put_file(const char *name, const char *text, time_t at)
{
    char path[256];
    path_of(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    const struct timespec times[2] = {{.tv_sec = at}, {.tv_sec = at}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void make_version(const char *name)
{
    char path[256];
    path_of(name, path);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void list_all(ma_buf *to)
{
    assert_int_equal(ma_mcpremote_list(top, to, NULL), MCPAUTH_OK);
}

static void assert_found(const ma_finding *finding, const char *name)
{
    char path[256];
    MA_SCOPED(ma_buf) listed = ma_buf_init(65536);
    list_all(&listed);
    path_of(name, path);
    assert_string_equal(ma_mcpremote_find(finding, &listed), path);
}

static void the_newest_of_all_versions_is_found(void **state)
{
    (void)state;
    MA_AUTO(ma_finding) argued = NULL;
    MA_SCOPED(ma_buf) listed = ma_buf_init(65536);
    read_args(",\"--header\",\"X-B: c\"", &argued);
    list_all(&listed);
    assert_null(ma_mcpremote_find(argued, &listed));
    make_version("mcp-remote-0.1.29");
    make_version("mcp-remote-v1");
    make_version("else");
    put_file("else/" PLAIN TOKENS, "{}", 9000);
    put_file("mcp-remote-v1/" PLAIN "_client_info.json", "{}", 9000);
    put_file("mcp-remote-v1/" PLAIN TOKENS, "{}", 1000);
    put_file("mcp-remote-0.1.29/" PLAIN TOKENS, "{}", 2000);
    assert_found(argued, "mcp-remote-0.1.29/" PLAIN TOKENS);
    put_file("mcp-remote-v1/" PLAIN TOKENS, "{}", 3000);
    assert_found(argued, "mcp-remote-v1/" PLAIN TOKENS);
}

static void no_directory_has_no_files(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) listed = ma_buf_init(64);
    assert_int_equal(
        ma_mcpremote_list("/nowhere/at/all", &listed, NULL), MCPAUTH_OK);
    assert_int_equal(listed.len, 0);
    assert_int_equal(
        ma_mcpremote_list("/dev/null", &listed, NULL), MCPAUTH_E_USAGE);
}

/* --- logins -------------------------------------------------------------- */

static const struct {
    const char *tokens;
    const char *client; /* NULL: there is none */
    const char *issuer;
    int64_t obtained_at_ms;
} logins[] = {
    {"{\"access_token\":\"CANARY\"}", NULL, NULL, 5000000},
    {"{\"expires_in\":3600,\"expires_at\":5600000,\"issuer\":\"i\"}", NULL, "i",
        2000000},
    {"{\"expires_in\":1,\"expires_at\":9000000}", "{\"issuer\":\"j\"}", "j",
        5000000},
    {"{\"expires_in\":\"x\",\"expires_at\":-1}", "{}", NULL, 5000000},
};

static void load(const char *client, const char *tokens,
    ma_mcpremote_login *out, mcpauth_status wanted)
{
    char path[256];
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    put_file(OTHER TOKENS, tokens, 5000);
    path_of(OTHER "_client_info.json", path);
    unlink(path);
    if (client)
        put_file(OTHER "_client_info.json", client, 5000);
    path_of(OTHER TOKENS, path);
    assert_int_equal(ma_mcpremote_load(path, out, err), wanted);
    if (wanted)
        assert_non_null(strstr(mcpauth_error_message(err), OTHER));
    assert_null(strstr(mcpauth_error_message(err), "CANARY"));
}

static void a_login_is_as_old_as_its_token(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof logins / sizeof *logins; i++) {
        MA_SCOPED(ma_mcpremote_login) login = {0};
        load(logins[i].client, logins[i].tokens, &login, MCPAUTH_OK);
        assert_int_equal(login.obtained_at_ms, logins[i].obtained_at_ms);
        assert_int_equal(login.client != NULL, logins[i].client != NULL);
        if (logins[i].issuer)
            assert_string_equal(login.issuer, logins[i].issuer);
        else
            assert_null(login.issuer);
    }
}

static void a_broken_one_is_named_without_its_words_S_054(void **state)
{
    (void)state;
    MA_SCOPED(ma_mcpremote_login) login = {0};
    load(NULL, "{\"access_token\":\"CANARY", &login, MCPAUTH_E_PROTOCOL);
    load("[\"CANARY\"]", "{}", &login, MCPAUTH_E_PROTOCOL);
    load(NULL, "", &login, MCPAUTH_E_PROTOCOL);
    assert_null(login.document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_that_it_gives),
        cmocka_unit_test(a_file_has_an_owner),
        cmocka_unit_test(the_newest_of_all_versions_is_found),
        cmocka_unit_test(no_directory_has_no_files),
        cmocka_unit_test(a_login_is_as_old_as_its_token),
        cmocka_unit_test(a_broken_one_is_named_without_its_words_S_054),
    };
    return cmocka_run_group_tests_name(
        "mcpremote", tests, make_directory, remove_directory);
}
