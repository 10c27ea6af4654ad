/* buf.c - growth that never passes the cap and never leaves a copy behind. */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

enum { ROOM_MIN = 64, LARGE = 128 * 1024 };

ma_buf ma_buf_init(size_t cap)
{
    /* Half the address space at most, so that no sum below can wrap. */
    return (ma_buf){.cap = cap < SIZE_MAX / 2 ? cap : SIZE_MAX / 2 - 1};
}

static void release(ma_buf *buf)
{
    if (buf->at)
        explicit_bzero(buf->at, buf->len); /* behind it nothing was left */
    ma_free(buf->at);
    buf->at = NULL;
    buf->len = 0;
    buf->room = 0;
}

void ma_buf_done(ma_buf *buf)
{
    release(buf);
    buf->failed = MCPAUTH_OK;
}

/* Pages that nothing is put in cost nothing, unlike those of a block that was
 * outgrown: a large one is given far more than it needs. */
static size_t next_room(const ma_buf *buf, size_t needed)
{
    size_t growth = buf->room < LARGE ? 2 : 8;
    size_t room = buf->room ? buf->room * growth : ROOM_MIN;
    if (room < needed)
        room = needed;
    return room <= buf->cap ? room : buf->cap + 1;
}

/* Makes place for len more bytes and the NUL; false, and failed set, when
 * there is none. */
static bool reserve(ma_buf *buf, size_t len)
{
    if (buf->failed)
        return false;
    if (len > buf->cap - buf->len) {
        buf->failed = MCPAUTH_E_LIMIT;
        return false;
    }
    size_t needed = buf->len + len + 1;
    if (needed <= buf->room)
        return true;

    size_t room = next_room(buf, needed);
    char *grown = ma_malloc(room);
    if (!grown) {
        buf->failed = MCPAUTH_E_NOMEM;
        return false;
    }
    size_t kept = buf->len;
    if (kept)
        memcpy(grown, buf->at, kept);
    release(buf);
    buf->at = grown;
    buf->len = kept;
    buf->room = room;
    return true;
}

void ma_buf_add(ma_buf *buf, const void *bytes, size_t len)
{
    if (!reserve(buf, len))
        return;
    if (len)
        memcpy(buf->at + buf->len, bytes, len);
    buf->len += len;
    buf->at[buf->len] = '\0';
}

void ma_buf_add_text(ma_buf *buf, const char *text)
{
    ma_buf_add_span(buf, ma_span_of(text));
}

void ma_buf_add_span(ma_buf *buf, ma_span span)
{
    ma_buf_add(buf, span.at, span.len);
}

void ma_buf_add_byte(ma_buf *buf, char byte)
{
    ma_buf_add(buf, &byte, 1);
}

void ma_buf_addf(ma_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ma_buf_vaddf(buf, format, args);
    va_end(args);
}

void ma_buf_vaddf(ma_buf *buf, const char *format, va_list args)
{
    va_list measured;
    va_copy(measured, args);
    int len = vsnprintf(NULL, 0, format, measured);
    va_end(measured);
    if (len < 0 && !buf->failed)
        buf->failed = MCPAUTH_E_LIMIT;
    if (!reserve(buf, len < 0 ? 0 : (size_t)len))
        return;
    vsnprintf(buf->at + buf->len, (size_t)len + 1, format, args);
    buf->len += (size_t)len;
}

void ma_buf_consume(ma_buf *buf, size_t len)
{
    if (len >= buf->len) {
        ma_buf_cut(buf, 0);
        return;
    }
    memmove(buf->at, buf->at + len, buf->len - len);
    ma_buf_cut(buf, buf->len - len);
}

void ma_buf_cut(ma_buf *buf, size_t len)
{
    if (len >= buf->len)
        return;
    explicit_bzero(buf->at + len, buf->len - len);
    buf->len = len;
}

void ma_buf_clear(ma_buf *buf)
{
    ma_buf_cut(buf, 0);
    buf->failed = MCPAUTH_OK;
}

const char *ma_buf_text(const ma_buf *buf)
{
    return buf->at ? buf->at : "";
}

ma_span ma_buf_span(const ma_buf *buf)
{
    return ma_span_make(ma_buf_text(buf), buf->len);
}

mcpauth_status ma_buf_status(
    const ma_buf *buf, const char *what, mcpauth_error *err)
{
    if (buf->failed == MCPAUTH_E_LIMIT)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "%s would be longer than %zu bytes", what, buf->cap);
    if (buf->failed)
        return ma_error_nomem(err);
    return MCPAUTH_OK;
}

char *ma_buf_take(ma_buf *buf)
{
    if (!reserve(buf, 0)) {
        release(buf);
        return NULL;
    }
    buf->at[buf->len] = '\0';
    buf->len = 0;
    buf->room = 0;
    return ma_move(&buf->at);
}
