/* passage.h - one HTTP exchange, noted while it passes on to whom it is for. */
#ifndef MA_CLI_PASSAGE_H
#define MA_CLI_PASSAGE_H

#include "cli/redact.h"

typedef struct {
    const mcpauth_http_request *request; /* lent, but for its body */
    ma_buf asked;                        /* that */
    mcpauth_http_sink to;                /* whose answer it is */
    int64_t started_ms;
    int64_t begun_ms; /* likewise, by ma_clock_boot_ms */
    int64_t duration_ms;
    int status; /* 0: no answer */
    mcpauth_headers *headers;
    ma_buf body;
    size_t body_len;
    const char *failure; /* lent; NULL: it ended well */
} ma_passage;

ma_passage ma_passage_init(
    const mcpauth_http_request *request, const mcpauth_http_sink *to);
void ma_passage_done(ma_passage *passage);
MA_SCOPED_DEFINE(ma_passage, ma_passage_done)

/* Notes what it is told, and hands it on.  The passage stays where it is. */
mcpauth_http_sink ma_passage_sink(ma_passage *passage);

/* Its end.  failure is lent. */
void ma_passage_end(ma_passage *passage, const char *failure);

/* Appends it as a JSON object.  whole: bodies of MCP messages too, not only
 * what they are. */
void ma_passage_write(
    const ma_passage *passage, ma_redact *seen, bool whole, ma_buf *to);

#endif
