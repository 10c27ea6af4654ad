/* skill_test.c - files are read by their entry, one at a time, until one
 * contradicts it. */
#include <mcpauth/skill.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "places.h"
#include "scene.h"

#define MCP          "POST https://mcp.test/mcp"
#define RESULT(text) "{'jsonrpc':'2.0','id':$ID,'result':" text "}"
#define HELLO                                                                  \
    RESULT("{'protocolVersion':'2025-11-25','capabilities':{'resources':{}},"  \
           "'serverInfo':{'name':'s','version':'1'}}")
#define GREETS                                                                 \
    {                                                                          \
        MCP, 200, HELLO, JSON, .when = "'initialize'"                          \
    }
#define NOTES                                                                  \
    {                                                                          \
        MCP, 202, "", .when = "notifications/initialized"                      \
    }
#define SENDS(uri, text)                                                       \
    {                                                                          \
        MCP, 200,                                                              \
            RESULT("{'contents':[{'uri':'" uri "','text':'" text "'}]}"),      \
            .when = "'uri':'" uri "'"                                          \
    }

#define MAIN  "skill://a/SKILL.md"
#define FORMS "skill://a/FORMS.md"
#define SHA_FORMS                                                              \
    "sha256:8bec8757f662f0f3cab90d3c7cfbf69ce66e4e120b0f8fb911aa1022798b3edf"
#define SHA_MAIN                                                               \
    "sha256:e300b477c813fbf69acbb2b3b14cfd0b70c0b09d276046e164a778064107a414"
#define MD   "---\\nname: a\\ndescription: b\\n---\\nx\\n"
#define EVIL "---\\nname: a\\ndescription: b\\n---\\ny\\n"
#define ENTRY                                                                  \
    "{\"uri\":\"" MAIN "\",\"frontmatter\":{\"name\":\"a\","                   \
    "\"description\":\"b\"},\"resources\":["                                   \
    "{\"uri\":\"" MAIN "\",\"size\":33,\"digest\":\"" SHA_MAIN "\"},"          \
    "{\"uri\":\"" FORMS "\",\"size\":5,\"digest\":\"" SHA_FORMS "\"}]}"

typedef struct {
    scene at;
    mcpauth_client *client;
    mcpauth_skill *skill;
    mcpauth_error *err;
} talk;

static mcpauth_status new_client(talk *t, const char *capabilities)
{
    mcpauth_client_free(t->client);
    t->client = NULL;
    const mcpauth_client_options options = {
        .size = sizeof options,
        .http = t->at.http,
        .server = "https://mcp.test/mcp",
        .capabilities = capabilities,
    };
    return mcpauth_client_new(&options, &t->client, t->err);
}

static void open_talk(talk *t, const fakehttp_row *rows, size_t row_count)
{
    memset(t, 0, sizeof *t);
    scene_open(
        &t->at, &(scene_options){
                    .settings = M2M AS, .rows = rows, .row_count = row_count});
    t->err = mcpauth_error_new();
    assert_int_equal(new_client(t, NULL), 0);
    assert_int_equal(mcpauth_skill_new(t->client, ENTRY, &t->skill, t->err), 0);
}

static void close_talk(talk *t)
{
    mcpauth_skill_free(t->skill);
    mcpauth_client_free(t->client);
    mcpauth_error_free(t->err);
    scene_close(&t->at);
}

#define OPEN(t, rows) open_talk(t, rows, sizeof(rows) / sizeof *(rows))

static int count_reads(talk *t)
{
    return fakehttp_count(t->at.net, MCP, "resources/read");
}

static mcpauth_status read_to(talk *t, const char *uri, const char *expected)
{
    char *bytes = NULL;
    size_t len = 0;
    mcpauth_status st = mcpauth_skill_read(t->skill, uri, &bytes, &len, t->err);
    assert_true(st || strcmp(bytes, expected) == 0);
    assert_true(st || len == strlen(expected));
    assert_true(!st || !bytes);
    mcpauth_text_free(bytes);
    return st;
}

static void files_are_read_when_they_are_asked_for_T_243(void **state)
{
    static const fakehttp_row rows[] = {
        GREETS, NOTES, SENDS(MAIN, MD), SENDS(FORMS, "forms")};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(fakehttp_count(t.at.net, MCP, NULL), 0);
    assert_int_equal(read_to(&t, FORMS, "forms"), MCPAUTH_OK);
    assert_int_equal(count_reads(&t), 1);
    assert_int_equal(
        read_to(&t, MAIN, "---\nname: a\ndescription: b\n---\nx\n"),
        MCPAUTH_OK);
    assert_int_equal(count_reads(&t), 2);
    close_talk(&t);
}

static void after_a_mismatch_nothing_more_is_read_T_243(void **state)
{
    static const fakehttp_row rows[] = {
        GREETS, NOTES, SENDS(MAIN, EVIL), SENDS(FORMS, "forms")};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(read_to(&t, MAIN, ""), MCPAUTH_E_MISMATCH);
    assert_non_null(strstr(mcpauth_error_message(t.err),
        "reading " MAIN ": its digest is sha256:"));
    assert_non_null(strstr(mcpauth_error_message(t.err), SHA_MAIN));
    mcpauth_error_clear(t.err);
    assert_int_equal(read_to(&t, FORMS, ""), MCPAUTH_E_MISMATCH);
    assert_non_null(strstr(mcpauth_error_message(t.err), SHA_MAIN));
    assert_non_null(mcpauth_error_hint(t.err));
    assert_int_equal(count_reads(&t), 1);
    assert_int_equal(
        mcpauth_skill_read(t.skill, FORMS, &(char *){NULL}, &(size_t){0}, NULL),
        MCPAUTH_E_MISMATCH);
    close_talk(&t);
}

static void an_unlisted_file_is_not_even_asked_for_T_241_T_243(void **state)
{
    static const fakehttp_row rows[] = {
        GREETS, NOTES, SENDS("skill://a/new.md", "x"), SENDS(FORMS, "forms")};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(read_to(&t, "skill://a/new.md", ""), MCPAUTH_E_MISMATCH);
    assert_int_equal(read_to(&t, FORMS, ""), MCPAUTH_E_MISMATCH);
    assert_int_equal(count_reads(&t), 0);
    close_talk(&t);
}

static void a_failure_of_the_server_breaks_nothing_T_243(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {MCP, 200,
            "{'jsonrpc':'2.0','id':$ID,'error':{'code':-1,'message':'alas'}}",
            .when = "resources/read", .times = 1},
        SENDS(FORMS, "forms")};
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(read_to(&t, FORMS, ""), MCPAUTH_E_RPC);
    assert_int_equal(read_to(&t, FORMS, "forms"), MCPAUTH_OK);
    close_talk(&t);
}

static void an_entry_must_say_what_files_are_T_240(void **state)
{
    static const struct {
        const char *entry;
        mcpauth_status status;
    } rows[] = {
        {"{", MCPAUTH_E_PROTOCOL},
        {"{\"uri\":\"" MAIN "\"}", MCPAUTH_E_PROTOCOL},
        {"{\"uri\":\"" MAIN "\",\"frontmatter\":{\"name\":\"a\"},"
         "\"resources\":\"dynamic\"}",
            MCPAUTH_E_UNSUPPORTED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mcpauth_skill *skill = NULL;
        assert_int_equal(mcpauth_skill_new(NULL, rows[i].entry, &skill, NULL),
            rows[i].status);
        assert_null(skill);
    }
    mcpauth_skill_free(NULL);
}

static void the_extension_is_declared_by_who_uses_it_T_013(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES};
    static const char declared[] =
        "'capabilities':{'extensions':{'io.modelcontextprotocol/skills':{}}}";
    talk t;
    (void)state;
    OPEN(&t, rows);
    assert_int_equal(mcpauth_client_open(t.client, t.err), MCPAUTH_OK);
    assert_int_equal(fakehttp_count(t.at.net, MCP, "extensions"), 0);
    assert_int_equal(
        new_client(
            &t, "{\"extensions\":{\"io.modelcontextprotocol/skills\":{}}}"),
        0);
    assert_int_equal(mcpauth_client_open(t.client, t.err), MCPAUTH_OK);
    assert_true(fakehttp_count(t.at.net, MCP, declared) > 0);
    assert_int_equal(
        new_client(&t, "{\"extensions\":{},\"roots\":{}}"), MCPAUTH_E_USAGE);
    close_talk(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_when_they_are_asked_for_T_243),
        cmocka_unit_test(after_a_mismatch_nothing_more_is_read_T_243),
        cmocka_unit_test(an_unlisted_file_is_not_even_asked_for_T_241_T_243),
        cmocka_unit_test(a_failure_of_the_server_breaks_nothing_T_243),
        cmocka_unit_test(an_entry_must_say_what_files_are_T_240),
        cmocka_unit_test(the_extension_is_declared_by_who_uses_it_T_013),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
