/* sse.c - bytes become lines, lines become fields, fields become events. */
#include "mcp/sse.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

/* What a line holds beside its value: a BOM, the name, a colon, a space. */
enum { LINE_EXTRA = 32, TYPE_MAX = 256 };

/* Of an event that was long, for the next one. */
enum { ROOM_KEPT = 1024 * 1024 };

struct ma_sse {
    ma_span piece; /* lent, what is left of it */
    ma_buf kept;   /* it lies there */
    bool begun;    /* the first line, which may carry a BOM, is behind us */
    bool skip_lf;  /* a CR ended the last line; an LF belongs to it */
    bool clear;    /* the last event was handed out; forget it first */
    bool in_data;  /* what is left of the line is data */
    bool pours;    /* data is handed out as it comes */
    bool holds;    /* it is held however long it is */
    bool full;     /* which of the two is to be said */
    size_t hold_max;
    ma_buf line;
    ma_buf type;
    ma_buf data; /* each line of it with an LF behind */
    ma_buf next_id;
    ma_buf last_id;
    bool too_long;
    int64_t retry_ms;
    ma_sse_event event;
};

mcpauth_status ma_sse_new(
    size_t event_max, size_t hold_max, ma_sse **out, mcpauth_error *err)
{
    ma_sse *sse = ma_calloc(1, sizeof *sse);
    if (!sse)
        return ma_error_nomem(err);
    sse->line = ma_buf_init(event_max + LINE_EXTRA);
    sse->data = ma_buf_init(event_max + 1);
    sse->type = ma_buf_init(TYPE_MAX);
    sse->next_id = ma_buf_init(MA_SSE_ID_MAX);
    sse->last_id = ma_buf_init(MA_SSE_ID_MAX);
    sse->kept = ma_buf_init(SIZE_MAX);
    sse->hold_max = hold_max;
    sse->retry_ms = -1;
    *out = sse;
    return MCPAUTH_OK;
}

void ma_sse_free(ma_sse *sse)
{
    if (!sse)
        return;
    ma_buf_done(&sse->kept);
    ma_buf_done(&sse->line);
    ma_buf_done(&sse->type);
    ma_buf_done(&sse->data);
    ma_buf_done(&sse->next_id);
    ma_buf_done(&sse->last_id);
    ma_free(sse);
}

static void copy_to(ma_buf *to, ma_span from)
{
    ma_buf_clear(to);
    ma_buf_add_span(to, from);
}

mcpauth_status ma_sse_feed(ma_sse *sse, ma_span bytes, mcpauth_error *err)
{
    if (sse->piece.len > 0)
        return ma_error_set(err, MCPAUTH_E_STATE,
            "the last piece of the event stream still holds events");
    sse->piece = bytes;
    return MCPAUTH_OK;
}

mcpauth_status ma_sse_keep(ma_sse *sse, mcpauth_error *err)
{
    if (sse->piece.len == 0)
        return MCPAUTH_OK;
    copy_to(&sse->kept, sse->piece);
    sse->piece = ma_buf_span(&sse->kept);
    return ma_buf_status(&sse->kept, "a piece of the event stream", err);
}

static void take_retry(ma_sse *sse, ma_span value)
{
    int64_t retry_ms = 0;
    if (value.len == 0)
        return;
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return;
        retry_ms = retry_ms * 10 + (value.at[i] - '0');
        if (retry_ms > MA_SSE_RETRY_MAX_MS)
            retry_ms = MA_SSE_RETRY_MAX_MS;
    }
    sse->retry_ms = retry_ms;
}

static void take_data(ma_sse *sse, ma_span value)
{
    ma_buf_add_span(&sse->data, value);
    sse->too_long = sse->too_long || sse->data.failed == MCPAUTH_E_LIMIT;
}

/* The first bytes of an overlong type are enough to be nobody's. */
static void take_type(ma_sse *sse, ma_span value)
{
    size_t len = value.len < TYPE_MAX ? value.len : TYPE_MAX;
    copy_to(&sse->type, ma_span_make(value.at, len));
}

/* An id that holds NUL, or that no header could carry back, is ignored. */
static void take_id(ma_sse *sse, ma_span value)
{
    if (value.len <= MA_SSE_ID_MAX && ma_span_find(value, '\0') == value.len)
        copy_to(&sse->next_id, value);
}

static void take_field(ma_sse *sse, ma_span line)
{
    ma_span value = line;
    ma_span name = ma_span_cut(&value, ':');
    if (!value.at)
        value = ma_span_make("", 0);
    if (value.len > 0 && *value.at == ' ')
        value = ma_span_make(value.at + 1, value.len - 1);
    if (ma_span_is(name, "data")) {
        take_data(sse, value);
        take_data(sse, ma_span_make("\n", 1));
    } else if (ma_span_is(name, "event"))
        take_type(sse, value);
    else if (ma_span_is(name, "id"))
        take_id(sse, value);
    else if (ma_span_is(name, "retry"))
        take_retry(sse, value);
}

static void forget_event(ma_sse *sse)
{
    sse->clear = false;
    if (sse->data.room > ROOM_KEPT)
        ma_buf_done(&sse->data);
    ma_buf_clear(&sse->data);
    if (sse->event.more)
        return;
    ma_buf_clear(&sse->type);
    sse->too_long = false;
}

static void fill_event(ma_sse *sse, ma_span data, bool more)
{
    ma_span type = ma_buf_span(&sse->type);
    sse->event = (ma_sse_event){
        .type = type.len > 0 ? type : ma_span_of("message"),
        .data = data,
        .too_long = sse->too_long,
        .more = more,
    };
    sse->clear = true;
}

/* A blank line: the id counts even when there is nothing to hand out. */
static bool dispatch(ma_sse *sse)
{
    ma_span data = ma_buf_span(&sse->data);
    bool some = data.len > 0 || sse->too_long || sse->pours;
    copy_to(&sse->last_id, ma_buf_span(&sse->next_id));
    sse->pours = sse->holds = false;
    if (sse->too_long)
        data.len = 0;
    else if (data.len > 0)
        data.len--;
    fill_event(sse, data, false);
    return some;
}

/* Works on the finished line; true when it finished an event. */
static bool end_line(ma_sse *sse)
{
    ma_span line = ma_buf_span(&sse->line);
    if (!sse->begun && ma_span_starts(line, "\xEF\xBB\xBF"))
        line = ma_span_make(line.at + 3, line.len - 3);
    sse->begun = true;
    if (sse->in_data)
        take_data(sse, ma_span_make("\n", 1));
    else if (sse->line.failed == MCPAUTH_E_LIMIT)
        sse->too_long = true;
    else if (line.len == 0)
        return dispatch(sse);
    else
        take_field(sse, line);
    sse->in_data = false;
    return false;
}

/* How much of the piece stands before the end of the line. */
static size_t find_end(ma_span piece)
{
    const char *lf = piece.len ? memchr(piece.at, '\n', piece.len) : NULL;
    size_t len = lf ? (size_t)(lf - piece.at) : piece.len;
    const char *cr = len ? memchr(piece.at, '\r', len) : NULL;
    return cr ? (size_t)(cr - piece.at) : len;
}

/* Most of a stream is data: it goes straight where it belongs, once the line
 * shows that it is some. */
static void add_to_line(ma_sse *sse, ma_span bytes)
{
    static const char name[] = "data:";
    if (sse->in_data) {
        take_data(sse, bytes);
        return;
    }
    ma_buf_add_span(&sse->line, bytes);
    ma_span line = ma_buf_span(&sse->line);
    if (line.len < sizeof name || !ma_span_starts(line, name))
        return;
    size_t skip = sizeof name - 1 + (line.at[sizeof name - 1] == ' ');
    take_data(sse, ma_span_make(line.at + skip, line.len - skip));
    ma_buf_clear(&sse->line);
    sse->in_data = true;
}

static bool is_too_much(const ma_sse *sse, size_t len)
{
    return sse->hold_max && !sse->pours && !sse->holds && !sse->too_long &&
           sse->data.len + len > sse->hold_max;
}

/* Moves bytes of the piece into the line; true when the line is finished. */
static bool fill_line(ma_sse *sse)
{
    ma_span *piece = &sse->piece;
    if (sse->skip_lf && piece->len > 0) {
        size_t lf = *piece->at == '\n';
        *piece = ma_span_make(piece->at + lf, piece->len - lf);
        sse->skip_lf = false;
    }
    size_t len = find_end(*piece);
    sse->full = sse->in_data && is_too_much(sse, len);
    if (sse->full)
        return false;
    add_to_line(sse, ma_span_make(piece->at, len));
    bool ended = len < piece->len;
    sse->skip_lf = ended && piece->at[len] == '\r';
    *piece = ma_span_make(piece->at + len + ended, piece->len - len - ended);
    return ended;
}

static mcpauth_status check_memory(const ma_sse *sse, mcpauth_error *err)
{
    const ma_buf *const bufs[] = {
        &sse->line, &sse->type, &sse->data, &sse->next_id, &sse->last_id};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) {
        if (bufs[i]->failed == MCPAUTH_E_NOMEM)
            return ma_error_nomem(err);
    }
    return MCPAUTH_OK;
}

/* What of a pour is at hand. */
static bool pour(ma_sse *sse)
{
    ma_span data = ma_buf_span(&sse->data);
    if (!sse->pours || data.len == 0 || sse->clear)
        return false;
    fill_event(sse, data, true);
    return true;
}

mcpauth_status ma_sse_next(
    ma_sse *sse, const ma_sse_event **out_event, mcpauth_error *err)
{
    bool found = false;
    if (sse->clear && (sse->piece.len > 0 || sse->event.more))
        forget_event(sse);
    while (!found && !sse->full && sse->piece.len > 0) {
        if (sse->clear)
            forget_event(sse);
        bool ended = fill_line(sse);
        mcpauth_status st = check_memory(sse, err);
        if (st)
            return st;
        if (!ended)
            continue;
        found = end_line(sse);
        st = check_memory(sse, err);
        if (st)
            return st;
        ma_buf_clear(&sse->line);
    }
    found = found || pour(sse);
    *out_event = found ? &sse->event : NULL;
    return MCPAUTH_OK;
}

bool ma_sse_is_full(const ma_sse *sse)
{
    return sse->full;
}

size_t ma_sse_held(const ma_sse *sse)
{
    return sse->clear && !sse->event.more ? 0 : sse->data.len;
}

ma_span ma_sse_unfinished(const ma_sse *sse)
{
    return ma_buf_span(&sse->data);
}

void ma_sse_pour(ma_sse *sse, bool on)
{
    sse->full = false;
    sse->pours = on;
    sse->holds = !on;
}

ma_span ma_sse_last_id(const ma_sse *sse)
{
    return ma_buf_span(&sse->last_id);
}

int64_t ma_sse_retry_ms(const ma_sse *sse)
{
    return sse->retry_ms;
}
