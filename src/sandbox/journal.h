/* journal.h - every request that came, for a test to look at. */
#ifndef MA_SANDBOX_JOURNAL_H
#define MA_SANDBOX_JOURNAL_H

#include "sandbox/visit.h"

/* The oldest entries go when there are more. */
enum { MA_JOURNAL_ENTRIES = 65536 };

typedef struct {
    char **entries; /* a ring of JSON objects */
    size_t count;   /* all that were ever added */
} ma_journal;

mcpauth_status ma_journal_init(ma_journal *journal, mcpauth_error *err);
void ma_journal_done(ma_journal *journal);

/* Notes an answered visit; server is who answered. */
void ma_journal_add(
    ma_journal *journal, const char *server, const ma_visit *visit);
void ma_journal_clear(ma_journal *journal);

/* Appends a JSON array, oldest first. */
void ma_journal_write(const ma_journal *journal, ma_buf *to);

#endif
