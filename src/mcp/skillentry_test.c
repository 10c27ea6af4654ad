/* skillentry_test.c - entries by the rules, and files by their entry. */
#include "mcp/skillentry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define URI "skill://x/a/SKILL.md"
#define MD  "---\\nname: a\\ndescription: b\\n---\\nx\\n"
#define MD_SHA                                                                 \
    "e300b477c813fbf69acbb2b3b14cfd0b70c0b09d276046e164a778064107a414"
#define FORMS "skill://x/a/references/FORMS.md"
#define FORMS_SHA                                                              \
    "8bec8757f662f0f3cab90d3c7cfbf69ce66e4e120b0f8fb911aa1022798b3edf"
#define FRONTMATTER "{\"name\":\"a\",\"description\":\"b\"}"
#define FILE_OF(uri, sha, size)                                                \
    "{\"uri\":\"" uri "\",\"digest\":\"sha256:" sha "\",\"size\":" size "}"
#define MD_FILE    FILE_OF(URI, MD_SHA, "33")
#define FORMS_FILE FILE_OF(FORMS, FORMS_SHA, "5")
#define ENTRY_OF(uri, frontmatter, resources)                                  \
    "{\"uri\":\"" uri "\",\"frontmatter\":" frontmatter                        \
    ",\"resources\":" resources "}"
#define ENTRY ENTRY_OF(URI, FRONTMATTER, "[" MD_FILE "," FORMS_FILE "]")
#define TEXT_OF(uri, text)                                                     \
    "{\"contents\":[{\"uri\":\"" uri "\",\"text\":\"" text "\"}]}"

/* --- entries ------------------------------------------------------------- */

static void assert_refused(const char *text, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_skillentry entry = {0};
    mcpauth_status st = ma_skillentry_read(ma_span_of(text), &entry, err);
    if (st != MCPAUTH_E_PROTOCOL || !strstr(mcpauth_error_message(err), words))
        fail_msg("%s: %s", text, mcpauth_error_message(err));
    assert_null(entry.uri.at);
}

static void an_entry_is_read_T_240(void **state)
{
    ma_skillentry entry = {0};
    (void)state;
    assert_int_equal(ma_skillentry_read(ma_span_of(ENTRY), &entry, NULL), 0);
    assert_true(ma_span_is(entry.uri, "\"" URI "\""));
    assert_true(ma_span_is(
        ma_skillentry_find(&entry, ma_span_of("\"" FORMS "\"")), FORMS_FILE));
    assert_null(ma_skillentry_find(&entry, ma_span_of("\"skill://x/a/b\"")).at);
    assert_int_equal(ma_skillentry_read(
                         ma_span_of(ENTRY_OF(URI, FRONTMATTER, "\"dynamic\"")),
                         &entry, NULL),
        0);
    assert_null(entry.resources.at);
}

static void an_entry_that_breaks_a_rule_is_refused_T_240(void **state)
{
    static const char *const rows[][2] = {
        {"[]", "frontmatter"},
        {ENTRY_OF(URI, "[]", "[" MD_FILE "]"), "frontmatter"},
        {ENTRY_OF("skill://x/a/skill.md", FRONTMATTER, "[]"), "uri"},
        {ENTRY_OF(URI, "{\"name\":\"b\"}", "[" MD_FILE "]"), "name"},
        {ENTRY_OF(URI, "{\"name\":\"x/a\"}", "[" MD_FILE "]"), "name"},
        {ENTRY_OF(URI, "{\"name\":1}", "[" MD_FILE "]"), "name"},
        {ENTRY_OF("a/SKILL.md", FRONTMATTER, "[]"), "name"},
        {ENTRY_OF(URI, FRONTMATTER, "\"static\""), "list"},
        {ENTRY_OF(URI, FRONTMATTER, "null"), "list"},
        {ENTRY_OF(URI, FRONTMATTER, "[" FORMS_FILE "]"), "SKILL.md is not"},
        {ENTRY_OF(URI, FRONTMATTER, "[" MD_FILE "," MD_FILE "]"), "twice"},
        {ENTRY_OF(URI, FRONTMATTER, "[1]"), "directory"},
        {ENTRY_OF(URI, FRONTMATTER,
             "[" MD_FILE "," FILE_OF("skill://x/b", MD_SHA, "1") "]"),
            "directory"},
        {ENTRY_OF(URI, FRONTMATTER,
             "[" FILE_OF("skill://x/a/../b", MD_SHA, "1") "]"),
            "directory"},
        {ENTRY_OF(URI, FRONTMATTER, "[" FILE_OF(URI, "00", "1") "]"), "digest"},
        {ENTRY_OF(URI, FRONTMATTER, "[" FILE_OF(URI, MD_SHA "00", "1") "]"),
            "digest"},
        {ENTRY_OF(URI, FRONTMATTER, "[" FILE_OF(URI, MD_SHA, "-1") "]"),
            "size"},
        {ENTRY_OF(URI, FRONTMATTER, "[" FILE_OF(URI, MD_SHA, "\"1\"") "]"),
            "size"},
        {ENTRY_OF(URI, FRONTMATTER, "[" FILE_OF(URI, MD_SHA, "1.5") "]"),
            "size"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_refused(rows[i][0], rows[i][1]);
}

static void write_files(ma_buf *to, int count, const char *size)
{
    ma_buf_add_text(to, "{\"uri\":\"" URI "\",\"frontmatter\":" FRONTMATTER
                        ",\"resources\":[" MD_FILE);
    for (int i = 1; i < count; i++)
        ma_buf_addf(to,
            ",{\"uri\":\"skill://x/a/%d\",\"digest\":\"sha256:" MD_SHA
            "\",\"size\":%s}",
            i, size);
    ma_buf_add_text(to, "]}");
}

static void what_every_host_must_take_is_taken_and_no_more_T_240_S_011(
    void **state)
{
    static const struct {
        int count;
        const char *size;
        mcpauth_status status;
    } rows[] = {
        {512, "1", MCPAUTH_OK},
        {513, "1", MCPAUTH_E_LIMIT},
        {2, "16777183", MCPAUTH_OK},
        {2, "16777184", MCPAUTH_E_LIMIT},
        {3, "9223372036854775807", MCPAUTH_E_LIMIT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(1 << 20);
        ma_skillentry entry = {0};
        write_files(&text, rows[i].count, rows[i].size);
        assert_int_equal(ma_skillentry_read(ma_buf_span(&text), &entry, NULL),
            rows[i].status);
    }
}

static void the_extension_is_an_object_in_the_capabilities_T_240(void **state)
{
    (void)state;
    assert_true(ma_skillentry_offered(
        ma_span_of("{\"extensions\":{\"" MA_SKILLENTRY_EXTENSION "\":{}}}")));
    assert_false(ma_skillentry_offered(
        ma_span_of("{\"experimental\":{\"" MA_SKILLENTRY_EXTENSION "\":{}}}")));
    assert_false(ma_skillentry_offered(
        ma_span_of("{\"extensions\":{\"" MA_SKILLENTRY_EXTENSION "\":true}}")));
    assert_false(ma_skillentry_offered(ma_span_of(NULL)));
}

/* --- files --------------------------------------------------------------- */

static mcpauth_status open_file(const char *entry_text, const char *uri,
    const char *result, ma_buf *out, mcpauth_error *err)
{
    ma_skillentry entry = {0};
    assert_int_equal(
        ma_skillentry_read(ma_span_of(entry_text), &entry, NULL), 0);
    return ma_skillentry_open(
        &entry, ma_span_of(uri), ma_span_of(result), out, err);
}

static void a_file_that_is_as_its_entry_says_is_opened_T_241(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(100);
    MA_SCOPED(ma_buf) forms = ma_buf_init(100);
    MA_SCOPED(ma_buf) blob = ma_buf_init(100);
    (void)state;
    assert_int_equal(
        open_file(ENTRY, "\"" URI "\"", TEXT_OF(URI, MD), &text, NULL), 0);
    assert_string_equal(
        ma_buf_text(&text), "---\nname: a\ndescription: b\n---\nx\n");
    assert_int_equal(open_file(ENTRY, "\"" FORMS "\"", TEXT_OF(FORMS, "forms"),
                         &forms, NULL),
        0);
    assert_string_equal(ma_buf_text(&forms), "forms");
    assert_int_equal(
        open_file(ENTRY, "\"" FORMS "\"",
            "{\"contents\":[{\"uri\":\"" FORMS "\",\"blob\":\"Zm9ybXM=\"}]}",
            &blob, NULL),
        0);
    assert_string_equal(ma_buf_text(&blob), "forms");
}

static void assert_kept_shut(const char *entry, const char *uri,
    const char *result, mcpauth_status status, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_buf) out = ma_buf_init(100);
    assert_int_equal(open_file(entry, uri, result, &out, err), status);
    if (!strstr(mcpauth_error_message(err), words))
        fail_msg("%s", mcpauth_error_message(err));
    assert_int_equal(out.len, 0);
    assert_int_equal(
        mcpauth_error_hint(err) != NULL, status == MCPAUTH_E_MISMATCH);
}

static void another_size_is_a_mismatch_of_both_T_241(void **state)
{
    (void)state;
    assert_kept_shut(ENTRY, "\"" URI "\"", TEXT_OF(URI, MD "y"),
        MCPAUTH_E_MISMATCH,
        "its size is 34 bytes, and 33 in the skill's entry");
    assert_kept_shut(ENTRY, "\"" FORMS "\"", TEXT_OF(FORMS, ""),
        MCPAUTH_E_MISMATCH, "its size is 0 bytes, and 5");
}

static void another_digest_is_a_mismatch_of_both_T_241(void **state)
{
    (void)state;
    assert_kept_shut(ENTRY, "\"" FORMS "\"", TEXT_OF(FORMS, "evils"),
        MCPAUTH_E_MISMATCH,
        "its digest is sha256:9ad1a9651c726854852431d894116bac0a862b07"
        "196b55b78513f5b7b82ce420, and sha256:" FORMS_SHA
        " in the skill's entry");
}

static void another_front_matter_is_a_mismatch_T_242(void **state)
{
    (void)state;
    assert_kept_shut(ENTRY_OF(URI, "{\"name\":\"a\",\"description\":\"c\"}",
                         "[" MD_FILE "]"),
        "\"" URI "\"", TEXT_OF(URI, MD), MCPAUTH_E_MISMATCH,
        "description is \"b\" in the file, and \"c\" in the entry");
}

static void an_unlisted_file_is_a_mismatch_T_241(void **state)
{
    (void)state;
    assert_kept_shut(ENTRY, "\"skill://x/a/new.md\"",
        TEXT_OF("skill://x/a/new.md", "x"), MCPAUTH_E_MISMATCH,
        "none of the files");
}

static void an_answer_that_is_not_that_file_is_refused_T_241(void **state)
{
    static const char *const rows[] = {
        "{}",
        "{\"contents\":[]}",
        "{\"contents\":[{\"uri\":\"" FORMS "\"}]}",
        TEXT_OF(URI, "forms"),
        "{\"contents\":[{\"uri\":\"" FORMS "\",\"blob\":\"?\"}]}",
        "{\"contents\":[{\"uri\":\"" FORMS "\",\"text\":\"forms\"},{}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_kept_shut(ENTRY, "\"" FORMS "\"", rows[i], MCPAUTH_E_PROTOCOL,
            "the MCP server sent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_read_T_240),
        cmocka_unit_test(an_entry_that_breaks_a_rule_is_refused_T_240),
        cmocka_unit_test(
            what_every_host_must_take_is_taken_and_no_more_T_240_S_011),
        cmocka_unit_test(the_extension_is_an_object_in_the_capabilities_T_240),
        cmocka_unit_test(a_file_that_is_as_its_entry_says_is_opened_T_241),
        cmocka_unit_test(another_size_is_a_mismatch_of_both_T_241),
        cmocka_unit_test(another_digest_is_a_mismatch_of_both_T_241),
        cmocka_unit_test(another_front_matter_is_a_mismatch_T_242),
        cmocka_unit_test(an_unlisted_file_is_a_mismatch_T_241),
        cmocka_unit_test(an_answer_that_is_not_that_file_is_refused_T_241),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
