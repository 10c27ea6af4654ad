/* buf.h - bytes that grow, never past a cap that its owner names.
 *
 * Appending returns nothing: the first failure sticks, later appends do
 * nothing, and ma_buf_status tells at the end.  So a text is built as straight
 * lines and checked once.  The content is NUL-terminated at every moment.
 * Growth copies to a new block and wipes the old one, so a buf may hold a
 * secret. */
#ifndef MA_BASE_BUF_H
#define MA_BASE_BUF_H

#include <mcpauth/error.h>
#include <stdarg.h>
#include <stdbool.h>

#include "base/auto.h"
#include "base/span.h"

typedef struct {
    char *at; /* NULL until the first append; use ma_buf_text */
    size_t len;
    size_t room;
    size_t cap;
    mcpauth_status failed; /* E_NOMEM or E_LIMIT, once it happened */
} ma_buf;

/* An empty buf that holds at most cap bytes. */
ma_buf ma_buf_init(size_t cap);

/* Wipes and frees; the buf is empty afterwards and may be used again. */
void ma_buf_done(ma_buf *buf);
MA_SCOPED_DEFINE(ma_buf, ma_buf_done)

void ma_buf_add(ma_buf *buf, const void *bytes, size_t len);
void ma_buf_add_text(ma_buf *buf, const char *text);
void ma_buf_add_span(ma_buf *buf, ma_span span);
void ma_buf_add_byte(ma_buf *buf, char byte);
void ma_buf_addf(ma_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ma_buf_vaddf(ma_buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Drops len bytes from the front and moves the rest up. */
void ma_buf_consume(ma_buf *buf, size_t len);

/* Keeps the first len bytes and wipes what stood behind them. */
void ma_buf_cut(ma_buf *buf, size_t len);

/* Empties it; keeps the block (wiped) and the cap, forgets a failure. */
void ma_buf_clear(ma_buf *buf);

/* The content as a NUL-terminated text; "" when empty.  Lent until the next
 * change. */
const char *ma_buf_text(const ma_buf *buf);
ma_span ma_buf_span(const ma_buf *buf);

/* OK, or what the first failing append met: E_NOMEM, or E_LIMIT at the cap.
 * Sets err with `what` as the name of the thing that was being built. */
mcpauth_status ma_buf_status(
    const ma_buf *buf, const char *what, mcpauth_error *err);

/* Moves the content out as a text for ma_free, or NULL when an append failed
 * or there is no memory.  The buf is empty afterwards; a failure stays for
 * ma_buf_status. */
char *ma_buf_take(ma_buf *buf);

#endif
