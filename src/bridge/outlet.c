/* outlet.c - a queue in front of one descriptor. */
#include "bridge/outlet.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "bridge/nonblocking.h"

enum {
    MOVED_MIN = 64 * 1024,     /* written; less is not worth moving the rest */
    WAITING_MAX = 256 * 1024,  /* for a host that does not read */
    KEPT_MAX = 2 * WAITING_MAX /* what an empty queue may keep of its room */
};

struct ma_outlet {
    ma_nonblocking to;
    ma_buf queue;
    size_t written;  /* of queue */
    ma_buf behind;   /* waits for the message in pieces to end */
    const void *who; /* whose that is; NULL: there is none */
};

ma_outlet *ma_outlet_new(int fd)
{
    ma_outlet *outlet = ma_calloc(1, sizeof *outlet);
    if (!outlet)
        return NULL;
    outlet->to = ma_nonblocking_open(fd);
    outlet->queue = ma_buf_init(SIZE_MAX);
    outlet->behind = ma_buf_init(SIZE_MAX);
    return outlet;
}

void ma_outlet_free(ma_outlet *outlet)
{
    if (!outlet)
        return;
    ma_nonblocking_close(&outlet->to);
    ma_buf_done(&outlet->queue);
    ma_buf_done(&outlet->behind);
    ma_free(outlet);
}

/* --- queueing ------------------------------------------------------------ */

/* Appends bytes with blanks for line ends. */
static void add_flat(ma_buf *to, ma_span bytes)
{
    size_t start = to->len;
    ma_buf_add_span(to, bytes);
    if (to->failed)
        return;
    for (size_t i = start; i < to->len; i++) {
        const char *end = memchr(to->at + i, '\n', to->len - i);
        if (!end)
            break;
        i = (size_t)(end - to->at);
        to->at[i] = ' ';
    }
    for (size_t i = start; i < to->len; i++) {
        const char *end = memchr(to->at + i, '\r', to->len - i);
        if (!end)
            break;
        i = (size_t)(end - to->at);
        to->at[i] = ' ';
    }
}

/* A failure takes back what was appended, and is told once. */
static mcpauth_status settle(ma_buf *to, size_t before, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(to, "what is said to the host", err);
    if (!st)
        return MCPAUTH_OK;
    ma_buf_cut(to, before);
    to->failed = MCPAUTH_OK;
    return st;
}

mcpauth_status ma_outlet_say(
    ma_outlet *outlet, ma_span message, mcpauth_error *err)
{
    ma_buf *to = outlet->who ? &outlet->behind : &outlet->queue;
    size_t before = to->len;
    add_flat(to, message);
    ma_buf_add_byte(to, '\n');
    return settle(to, before, err);
}

bool ma_outlet_is_free(const ma_outlet *outlet)
{
    return !outlet->who;
}

bool ma_outlet_begin(ma_outlet *outlet, const void *who)
{
    if (outlet->who && outlet->who != who)
        return false;
    outlet->who = who;
    return true;
}

mcpauth_status ma_outlet_piece(
    ma_outlet *outlet, ma_span piece, mcpauth_error *err)
{
    size_t before = outlet->queue.len;
    add_flat(&outlet->queue, piece);
    return settle(&outlet->queue, before, err);
}

mcpauth_status ma_outlet_end(ma_outlet *outlet, mcpauth_error *err)
{
    size_t before = outlet->queue.len;
    ma_buf_add_byte(&outlet->queue, '\n');
    ma_buf_add_span(&outlet->queue, ma_buf_span(&outlet->behind));
    mcpauth_status st = settle(&outlet->queue, before, err);
    if (st)
        return st;
    ma_buf_done(&outlet->behind);
    outlet->who = NULL;
    return MCPAUTH_OK;
}

/* --- writing ------------------------------------------------------------- */

size_t ma_outlet_waiting(const ma_outlet *outlet)
{
    return outlet->queue.len - outlet->written + outlet->behind.len;
}

size_t ma_outlet_room(const ma_outlet *outlet)
{
    size_t waiting = ma_outlet_waiting(outlet);
    return waiting < WAITING_MAX ? WAITING_MAX - waiting : 0;
}

/* What is written is moved over only when it is worth it. */
static void note_written(ma_outlet *outlet, size_t len)
{
    outlet->written += len;
    bool empty = outlet->written == outlet->queue.len;
    if (!empty && (outlet->written < MOVED_MIN ||
                      outlet->written < outlet->queue.len / 2))
        return;
    if (!empty)
        ma_buf_consume(&outlet->queue, outlet->written);
    outlet->written = 0;
    if (!empty)
        return;
    if (outlet->queue.room > KEPT_MAX)
        ma_buf_done(&outlet->queue);
    else
        ma_buf_clear(&outlet->queue);
}

static mcpauth_status refuse(mcpauth_error *err)
{
    return ma_error_set(
        err, MCPAUTH_E_NETWORK, "the host reads no more (%s)", strerror(errno));
}

mcpauth_status ma_outlet_flush(ma_outlet *outlet, mcpauth_error *err)
{
    while (outlet->written < outlet->queue.len) {
        ssize_t len = ma_nonblocking_write(&outlet->to,
            outlet->queue.at + outlet->written,
            outlet->queue.len - outlet->written);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return MCPAUTH_OK;
        if (len <= 0)
            return refuse(err);
        note_written(outlet, (size_t)len);
        if (outlet->to.most <= PIPE_BUF)
            return MCPAUTH_OK;
    }
    return MCPAUTH_OK;
}
