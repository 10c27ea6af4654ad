/* journal_test.c - what an entry tells, and what it keeps to itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

static ma_journal make_journal(void)
{
    ma_journal journal;
    assert_int_equal(ma_journal_init(&journal, NULL), MCPAUTH_OK);
    return journal;
}

static void an_entry_names_parameters_but_no_secret(void **state)
{
    (void)state;
    ma_journal journal = make_journal();
    MA_AUTO(ma_visit) visit = ma_visit_new("POST", "/oauth2/token?x=1");
    assert_int_equal(mcpauth_headers_add(
                         visit->fields, "Authorization", "Basic CANARY", NULL),
        MCPAUTH_OK);
    ma_visit_note_form(visit,
        ma_span_of(
            "grant_type=refresh_token&refresh_token=CANARY&scope=a%2Fb"));
    ma_journal_add(&journal, "cognito", visit);
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    ma_journal_write(&journal, &text);
    assert_string_equal(ma_buf_text(&text),
        "[\n{\"server\":\"cognito\",\"method\":\"POST\","
        "\"path\":\"/oauth2/token?x=1\",\"status\":404,"
        "\"authorization\":\"Basic\","
        "\"parameters\":[\"grant_type\",\"refresh_token\",\"scope\"],"
        "\"grant_type\":\"refresh_token\",\"scope\":\"a/b\"}\n]\n");
    ma_journal_done(&journal);
}

static void the_oldest_entries_go_first(void **state)
{
    (void)state;
    ma_journal journal = make_journal();
    MA_AUTO(ma_visit) first = ma_visit_new("GET", "/first");
    MA_AUTO(ma_visit) other = ma_visit_new("GET", "/other");
    ma_journal_add(&journal, "runtime", first);
    for (size_t i = 0; i < MA_JOURNAL_ENTRIES; i++)
        ma_journal_add(&journal, "runtime", other);
    MA_SCOPED(ma_buf) text = ma_buf_init(CALLER_MAX);
    ma_journal_write(&journal, &text);
    assert_null(strstr(ma_buf_text(&text), "/first"));
    MA_AUTO(ma_json) json = NULL;
    assert_int_equal(
        ma_json_parse(ma_buf_span(&text), 4, &json, NULL), MCPAUTH_OK);
    assert_int_equal(ma_json_count(json), MA_JOURNAL_ENTRIES);
    ma_journal_done(&journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_names_parameters_but_no_secret),
        cmocka_unit_test(the_oldest_entries_go_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
