/* journal.c - see journal.h. */
#include "sandbox/journal.h"

#include "base/error.h"
#include "base/json.h"

enum { ENTRY_MAX = 128 * 1024 };

mcpauth_status ma_journal_init(ma_journal *journal, mcpauth_error *err)
{
    char **entries = ma_calloc(MA_JOURNAL_ENTRIES, sizeof *entries);
    if (!entries)
        return ma_error_nomem(err);
    *journal = (ma_journal){.entries = entries};
    return MCPAUTH_OK;
}

void ma_journal_clear(ma_journal *journal)
{
    for (size_t i = 0; journal->entries && i < MA_JOURNAL_ENTRIES; i++) {
        ma_free(journal->entries[i]);
        journal->entries[i] = NULL;
    }
    journal->count = 0;
}

void ma_journal_done(ma_journal *journal)
{
    ma_journal_clear(journal);
    ma_free(journal->entries);
    journal->entries = NULL;
}

/* The scheme of Authorization; what stands behind it is a secret. */
static void write_scheme(ma_buf *to, const ma_visit *visit)
{
    ma_span value = ma_span_of(ma_visit_field(visit, "Authorization"));
    if (!value.at)
        return;
    ma_buf_add_text(to, ",\"authorization\":");
    ma_json_write_string(to, ma_span_cut(&value, ' '));
}

void ma_journal_add(
    ma_journal *journal, const char *server, const ma_visit *visit)
{
    MA_SCOPED(ma_buf) entry = ma_buf_init(ENTRY_MAX);
    ma_buf_addf(&entry, "{\"server\":\"%s\",\"method\":", server);
    ma_json_write_string(&entry, ma_span_of(visit->method));
    ma_buf_add_text(&entry, ",\"path\":");
    ma_json_write_string(&entry, ma_span_of(visit->target));
    ma_buf_addf(&entry, ",\"status\":%d", visit->status);
    write_scheme(&entry, visit);
    ma_buf_add_span(&entry, ma_buf_span(&visit->notes));
    ma_buf_add_byte(&entry, '}');
    char *text = ma_buf_take(&entry);
    if (!text)
        return;
    char **slot = &journal->entries[journal->count++ % MA_JOURNAL_ENTRIES];
    ma_free(*slot);
    *slot = text;
}

void ma_journal_write(const ma_journal *journal, ma_buf *to)
{
    size_t from = journal->count > MA_JOURNAL_ENTRIES
                      ? journal->count - MA_JOURNAL_ENTRIES
                      : 0;
    ma_buf_add_byte(to, '[');
    for (size_t i = from; i < journal->count; i++) {
        ma_buf_add_text(to, i > from ? ",\n" : "\n");
        ma_buf_add_text(to, journal->entries[i % MA_JOURNAL_ENTRIES]);
    }
    ma_buf_add_text(to, "\n]\n");
}
