/* Tests of awschain.c: the places, and their order. */
#include "client/awschain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/http.h"
#include "fakehttp.h"
#include "oauth/config.h"

/* --- one look ------------------------------------------------------------ */

enum { VARIABLES_MAX = 8 };

typedef struct {
    const char *settings[VARIABLES_MAX];  /* name, value, ... */
    const char *variables[VARIABLES_MAX]; /* likewise */
    const char *key_id;                   /* found; NULL: it fails */
    const char *session;
    const char *says;  /* in the message or the hint */
    const char *place; /* described */
} look;

static char home[] = "/tmp/awschain_test.XXXXXX";

static const fakehttp_row rows[] = {
    {"GET http://169.254.170.2/role", 200,
        "{'AccessKeyId':'AKIDECS','SecretAccessKey':'CANARY','Token':'t'}",
        JSON},
    {"GET http://127.0.0.1:1/eks", 200,
        "{'AccessKeyId':'AKIDEKS','SecretAccessKey':'CANARY'}", JSON,
        .when = "Authorization: tok\n"},
    {"GET http://127.0.0.1:1/odd", 200, "CANARY", JSON},
};

static const char *find_variable(void *ctx, const char *name)
{
    const char *const *list = ctx;
    for (size_t i = 0; i + 1 < VARIABLES_MAX && list[i]; i += 2)
        if (!strcmp(list[i], name))
            return list[i + 1];
    return strcmp(name, "HOME") == 0 ? home : NULL;
}

static mcpauth_config *make_config(const look *at)
{
    mcpauth_config *config = mcpauth_config_new();
    ma_config_set_variables(config, find_variable, (void *)at->variables);
    for (size_t i = 0; i + 1 < VARIABLES_MAX && at->settings[i]; i += 2)
        assert_int_equal(mcpauth_config_set(config, at->settings[i],
                             at->settings[i + 1], NULL),
            0);
    return config;
}

static void check(const look *at)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(mcpauth_config) config = make_config(at);
    MA_SCOPED(ma_awskeys) keys = {0};
    MA_SCOPED(ma_buf) place = ma_buf_init(1024);
    mcpauth_http *http =
        fakehttp_driver(fakehttp_new(rows, sizeof rows / sizeof *rows));
    mcpauth_status st = ma_awschain_load(config, http, &keys, err);
    mcpauth_http_free(http);
    ma_awschain_describe(config, &place);
    const char *message = mcpauth_error_message(err);
    const char *hint = mcpauth_error_hint(err);
    if (at->place)
        assert_string_equal(ma_buf_text(&place), at->place);
    assert_int_equal(!st, !!at->key_id);
    if (st && !strstr(message, at->says) && !strstr(hint ? hint : "", at->says))
        fail_msg("%s", message);
    assert_null(strstr(message, "CANARY"));
    assert_true(!st || !keys.key_id);
    if (st)
        return;
    const char *session = ma_secret_text(keys.session);
    assert_string_equal(keys.key_id, at->key_id);
    assert_string_equal(session ? session : "", at->session ? at->session : "");
}

#define ENV "AWS_ACCESS_KEY_ID", "AKIDENV", "AWS_SECRET_ACCESS_KEY", "CANARY"

static void check_all(const look *looks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(&looks[i]);
}

static void the_order_is_that_of_aws_tools(void **state)
{
    static const look looks[] = {
        {{NULL}, {ENV}, "AKIDENV", .place = "the environment"},
        {{NULL}, {ENV, "AWS_SESSION_TOKEN", "t"}, "AKIDENV", "t"},
        {{NULL}, {ENV, "AWS_PROFILE", "work"}, "AKIDENV"},
        {{"aws_profile", "work"}, {ENV}, "AKIDWORK", "w",
            .place = "the profile work"},
        {{NULL}, {"AWS_PROFILE", "work"}, "AKIDWORK", "w"},
        {{NULL}, {NULL}, "AKIDDEF", .place = "the profile default"},
        {{NULL}, {"AWS_PROFILE", "conf"}, "AKIDCONF"},
        {{NULL}, {"AWS_PROFILE", "made"}, "AKIDMADE", "m"},
        {{NULL},
            {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/role", "HOME", ""},
            "AKIDECS", "t", .place = "the container's service"},
        {{NULL},
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/eks",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN", "tok", "HOME", ""},
            "AKIDEKS"},
        {{NULL}, {"AWS_SHARED_CREDENTIALS_FILE", "~/other"}, "AKIDOTHER"},
    };
    (void)state;
    check_all(looks, sizeof looks / sizeof *looks);
}

static void a_failure_names_the_place_and_no_secret_S_054(void **state)
{
    static const look looks[] = {
        {{NULL}, {"AWS_ACCESS_KEY_ID", "AKIDENV"}, .says = "the former"},
        {{NULL}, {"AWS_SECRET_ACCESS_KEY", "CANARY"}, .says = "the latter"},
        {{NULL}, {"HOME", ""}, .says = "AWS_PROFILE"},
        {{NULL}, {"AWS_PROFILE", "nobody"},
            .says = "no AWS profile \"nobody\""},
        {{NULL}, {"AWS_PROFILE", "nobody", "HOME", ""},
            .says = "in ~/.aws/credentials or ~/.aws/config"},
        {{NULL}, {"AWS_PROFILE", "sso"}, .says = "export-credentials"},
        {{NULL}, {"AWS_PROFILE", "garbage"}, .says = "what it prints"},
        {{NULL}, {"AWS_PROFILE", "fails"}, .says = "status 3"},
        {{NULL}, {"AWS_CONFIG_FILE", "/"}, .says = "no regular file"},
        {{NULL},
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/odd",
                "HOME", ""},
            .says = "http://127.0.0.1:1/odd"},
        {{NULL},
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/no",
                "HOME", ""},
            .says = "HTTP 404"},
    };
    (void)state;
    check_all(looks, sizeof looks / sizeof *looks);
}

/* --- the region ---------------------------------------------------------- */

#define HOST "https://bedrock-agentcore.eu-west-1.amazonaws.com"
#define ARN                                                                    \
    "/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aeu-west-2%3A1%3Aruntime%2Fa"    \
    "/invocations"

static void the_servers_region_wins(void **state)
{
    static const look looks[] = {
        {{"server", HOST ARN}, {NULL}, "eu-west-1"},
        {{"server", "http://127.0.0.1:1" ARN, "aws_region", "eu-west-3"},
            {NULL}, "eu-west-2"},
        {{"server", "https://a.example/mcp", "aws_region", "eu-west-3"},
            {"AWS_REGION", "x"}, "eu-west-3"},
        {{"server", "https://a.example/mcp"},
            {"AWS_DEFAULT_REGION", "x", "AWS_REGION", "y"}, "y"},
        {{"server", "https://a.example/mcp"}, {"AWS_DEFAULT_REGION", "x"}, "x"},
        {{"server", "https://a.example/mcp"}, {"AWS_PROFILE", "conf"},
            "eu-north-1"},
        {{"server", "https://a.example/mcp"}, {NULL}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        MA_AUTO(mcpauth_config) config = make_config(&looks[i]);
        MA_AUTO(ma_text) region = NULL;
        mcpauth_status st = ma_awschain_region(config, &region, NULL);
        assert_int_equal(st, looks[i].key_id ? MCPAUTH_OK : MCPAUTH_E_USAGE);
        if (!st)
            assert_string_equal(region, looks[i].key_id);
    }
}

/* --- a home directory ---------------------------------------------------- */

static const struct {
    const char *path;
    const char *text;
} files[] = {
    {"/.aws/credentials",
        "[default]\naws_access_key_id = AKIDDEF\n"
        "aws_secret_access_key = CANARY\n"
        "[work]\naws_access_key_id = AKIDWORK\n"
        "aws_secret_access_key = CANARY\naws_session_token = w\n"},
    {"/.aws/config",
        "[profile conf]\naws_access_key_id = AKIDCONF\n"
        "aws_secret_access_key = CANARY\nregion = eu-north-1\n"
        "[profile made]\ncredential_process = printf '{\"Version\":1,"
        "\"AccessKeyId\":\"AKIDMADE\",\"SecretAccessKey\":\"CANARY\","
        "\"SessionToken\":\"m\"}'\n"
        "[profile garbage]\ncredential_process = echo CANARY\n"
        "[profile fails]\ncredential_process = echo CANARY; exit 3\n"
        "[profile sso]\nsso_session = s\n"},
    {"/other", "[default]\naws_access_key_id = AKIDOTHER\n"
               "aws_secret_access_key = CANARY\n"},
};

static int make_home(void **state)
{
    char path[128];
    (void)state;
    if (!mkdtemp(home))
        return -1;
    snprintf(path, sizeof path, "%s/.aws", home);
    if (mkdir(path, 0700))
        return -1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s%s", home, files[i].path);
        FILE *file = fopen(path, "w");
        if (!file)
            return -1;
        fputs(files[i].text, file);
        fclose(file);
    }
    return 0;
}

static int remove_home(void **state)
{
    char path[128];
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s%s", home, files[i].path);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/.aws", home);
    rmdir(path);
    return rmdir(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_that_of_aws_tools),
        cmocka_unit_test(a_failure_names_the_place_and_no_secret_S_054),
        cmocka_unit_test(the_servers_region_wins),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
