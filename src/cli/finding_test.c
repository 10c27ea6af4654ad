/* finding_test.c - servers as hosts write them, and what becomes of them. */
#include "cli/finding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cli/mcpremote.h"

#define URL         "https://a.example/mcp"
#define OF(members) "{'type':'http','url':'" URL "'" members "}"
#define RUNS(words) "{'command':'npx','args':['-y','mcp-remote','" URL "'" words

/* In JSON ' stands for ". */
static const struct {
    const char *theirs;
    const char *entry; /* NULL: it is a local server */
    const char *left;  /* stands in the notes; NULL: there are none */
} rows[] = {
    /* Claude Code, Cursor, VS Code, Windsurf */
    {"{'url':'" URL "'}", OF(""), NULL},
    {"{'type':'sse','url':'" URL "','disabled':true}", OF(""), NULL},
    {"{'serverUrl':'" URL "'}", OF(""), NULL},
    {"{'url':'" URL "','headers':{'X-Team':'blue','X-No':1}}",
        OF(",'headers':{'X-Team':'blue'}"), NULL},
    {"{'url':'" URL "','headers':{'authorization':'Bearer CANARY'}}", OF(""),
        "header authorization: left out"},
    {"{'url':'" URL "','headers':{'X-Key':'${env:KEY}'}}", OF(""),
        "header X-Key: refers to a variable"},
    {"{'url':'" URL "','headers':{'X-Key':'CANARY\\nX: y','A b':'CANARY'}}",
        OF(""), "header A b: is none"},
    {"{'url':'" URL "','headers':'CANARY','headersHelper':'CANARY'}", OF(""),
        "headersHelper: runs a program"},
    {"{'url':'" URL "','oauth':{'clientId':'app','callbackPort':8080,"
     "'scopes':'a b','authServerMetadataUrl':'https://as.example/x'}}",
        OF(",'oauth':{'client_id':'app','scope':'a b',"
           "'discovery_url':'https://as.example/x',"
           "'redirect_uri':'http://localhost:8080/callback'}"),
        NULL},
    {"{'url':'" URL "','auth':{'CLIENT_ID':'app','CLIENT_SECRET':'CANARY',"
     "'scopes':['a','b']}}",
        OF(",'oauth':{'client_id':'app','client_secret':'CANARY',"
           "'scope':'a b','mode':'interactive'}"),
        NULL},
    {"{'url':'" URL "','auth':{'CLIENT_ID':'app','CLIENT_SECRET':"
     "'${env:SECRET}'}}",
        OF(",'oauth':{'client_id':'app'}"),
        "client_secret: refers to a variable"},
    {"{'url':'https://${HOST}/mcp'}", "{'type':'http'}", "url: refers"},
    {"{'url':'unix:///run/mcp.sock'}", "{'type':'http'}", "url: is no http"},
    {"{'url':'https://user:CANARY@a.example/mcp'}", "{'type':'http'}",
        "url: is no http"},
    {"{'command':'npx','args':['-y','server-files','/tmp']}", NULL, NULL},
    {"{'command':'npx'}", NULL, NULL},
    {"{'command':'npx','args':'mcp-remote'}", NULL, NULL},
    {"{'args':['mcp-remote','" URL "']}", NULL, NULL},
    {"{'url':7}", NULL, NULL},
    {"[]", NULL, NULL},
    {"null", NULL, NULL},
    /* mcp-remote, in all the ways it is run */
    {RUNS("]}"), OF(""), NULL},
    {"{'command':'mcp-remote','args':['" URL "']}", OF(""), NULL},
    {"{'command':'/usr/bin/mcp-remote','args':['" URL "']}", OF(""), NULL},
    {"{'command':'cmd','args':['/c','npx','-y','mcp-remote@latest','" URL
     "','3334']}",
        OF(""), NULL},
    {"{'command':'bunx','args':['mcp-remote@0.1.29','" URL "']}", OF(""), NULL},
    {"{'command':'pnpm','args':['dlx','mcp-remote','" URL "']}", OF(""), NULL},
    {"{'command':'deno','args':['run','-A','npm:mcp-remote','" URL "']}",
        OF(""), NULL},
    {"{'command':'node','args':['/opt/mcp-remote/dist/proxy.js','" URL "']}",
        OF(""), NULL},
    {"{'command':'npx','args':['not-mcp-remote','" URL "']}", NULL, NULL},
    {"{'command':'npx','args':['mcp-remote-static','" URL "']}", NULL, NULL},
    {"{'command':'npx','args':['mcp-remote']}", "{'type':'http'}",
        "names no URL"},
    {"{'command':'npx','args':['mcp-remote',7,null]}", "{'type':'http'}",
        "names no URL"},
    /* and what it is told */
    {RUNS(",'--header','X-Team: blue','--header','X-Key:${KEY}',"
          "'--header','Authorization: Bearer ${TOKEN}','--header','odd'],"
          "'env':{'KEY':'CANARY-k'}}"),
        OF(",'headers':{'X-Team':'blue','X-Key':'CANARY-k'}"),
        "header Authorization: left out"},
    {RUNS(",'--header','X-Key: ${KEY}','--header']}"), OF(""),
        "header X-Key: refers to a variable"},
    {RUNS(",'--header-file','/nowhere/at/all']}"), OF(""),
        "--header-file: the file"},
    {RUNS(",'--transport','sse-only','--debug','--keep-alive',"
          "'--ping-interval','9','--unheard-of']}"),
        OF(""), NULL},
    {RUNS(",'--ignore-tool','delete*']}"), OF(""),
        "--ignore-tool: is an option"},
    {RUNS(",'--disable-resource-parameter']}"),
        OF(",'oauth':{'resource_policy':'never'}"), NULL},
    {RUNS(",'--resource','" URL "']}"), OF(""), NULL},
    {RUNS(",'--resource','https://tenant.example/']}"), OF(""),
        "--resource: mcpauth names"},
    {RUNS(",'--authorize-param','login_hint=ada','--authorize-param',"
          "'audience=x']}"),
        OF(",'oauth':{'login_hint':'ada'}"), "--authorize-param: mcpauth"},
    {RUNS(",'--client-metadata-url','https://c.example/app']}"),
        OF(",'oauth':{'client_metadata_url':'https://c.example/app'}"), NULL},
    {RUNS(",'--use-id-token']}"), OF(""), "--use-id-token: mcpauth"},
    {RUNS(",'9696','--static-oauth-client-info','{\\\"client_id\\\":"
          "\\\"app\\\",\\\"client_secret\\\":\\\"${SECRET}\\\"}'],"
          "'env':{'SECRET':'CANARY-s'}}"),
        OF(",'oauth':{'client_id':'app','client_secret':'CANARY-s',"
           "'redirect_uri':'http://localhost:9696/oauth/callback',"
           "'mode':'interactive'}"),
        NULL},
    {RUNS(",'--host','127.0.0.1','--callback-path','/back',"
          "'--static-oauth-client-info','{\\\"client_id\\\":\\\"app\\\"}']}"),
        OF(",'oauth':{'client_id':'app',"
           "'redirect_uri':'http://127.0.0.1:46946/back'}"),
        NULL},
    {RUNS(",'--static-oauth-client-info','CANARY']}"), OF(""),
        "--static-oauth-client-info: it is no JSON"},
    {RUNS(",'--static-oauth-client-info','@/nowhere/at/all']}"), OF(""),
        "--static-oauth-client-info: the file"},
    {RUNS(",'--static-oauth-client-metadata','{\\\"scope\\\":\\\"a b\\\","
          "\\\"token_endpoint_auth_method\\\":\\\"client_secret_post\\\"}']}"),
        OF(",'oauth':{'scope':'a b',"
           "'token_endpoint_auth_method':'client_secret_post'}"),
        NULL},
    {RUNS(",'--client-credentials','--token-endpoint','https://as.example/t',"
          "'--static-oauth-client-info','{\\\"client_id\\\":\\\"app\\\","
          "\\\"client_secret\\\":\\\"CANARY\\\"}']}"),
        OF(",'oauth':{'mode':'m2m','token_endpoint':'https://as.example/t',"
           "'client_id':'app','client_secret':'CANARY'}"),
        NULL},
    {"{'command':'npx','args':['mcp-remote','http://10.0.0.1/mcp',"
     "'--allow-http']}",
        "{'type':'http','url':'http://10.0.0.1/mcp',"
        "'oauth':{'allow_http':'10.0.0.1'}}",
        NULL},
};

static char *quoted(const char *text)
{
    char *copy = strdup(text);
    for (char *at = copy; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    return copy;
}

static ma_json *parse(const char *text)
{
    char *json = quoted(text);
    ma_json *parsed = NULL;
    assert_int_equal(ma_json_parse(ma_span_of(json), 32, &parsed, NULL), 0);
    free(json);
    return parsed;
}

static void check(size_t index)
{
    MA_AUTO(ma_json) theirs = parse(rows[index].theirs);
    MA_AUTO(ma_finding) found = NULL;
    MA_SCOPED(ma_buf) entry = ma_buf_init(65536);
    MA_SCOPED(ma_buf) left = ma_buf_init(65536);
    assert_int_equal(ma_finding_read("a", theirs, "/file", &found, NULL), 0);
    if (!rows[index].entry) {
        assert_null(found);
        return;
    }
    assert_non_null(found);
    ma_json_write(&entry, found->entry);
    ma_json_write(&left, found->left);
    char *wanted = quoted(rows[index].entry);
    assert_string_equal(ma_buf_text(&entry), wanted);
    free(wanted);
    assert_null(strstr(ma_buf_text(&left), "CANARY"));
    if (rows[index].left)
        assert_non_null(strstr(ma_buf_text(&left), rows[index].left));
    else
        assert_string_equal(ma_buf_text(&left), "[]");
}

static void servers_become_entries_and_no_note_holds_a_value_S_054(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(i);
}

static void it_says_where_it_was_found(void **state)
{
    (void)state;
    MA_AUTO(ma_json) theirs = parse("{'url':'" URL "'}");
    MA_AUTO(ma_finding) found = NULL;
    assert_int_equal(ma_finding_read("a", theirs, "/file", &found, NULL), 0);
    assert_string_equal(found->name, "a");
    assert_string_equal(found->place, "/file");
    assert_string_equal(found->url, URL);
    assert_false(found->another_login);
}

static void one_of_no_file_has_no_entry(void **state)
{
    (void)state;
    MA_AUTO(ma_finding) found = NULL;
    assert_int_equal(ma_finding_of_url(NULL, URL, &found, NULL), 0);
    assert_null(found->entry);
    assert_null(found->name);
    assert_string_equal(found->url, URL);
    assert_int_equal(found->stems.len, 33);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            servers_become_entries_and_no_note_holds_a_value_S_054),
        cmocka_unit_test(it_says_where_it_was_found),
        cmocka_unit_test(one_of_no_file_has_no_entry),
    };
    return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
