/* meter.c - what the line says, and when it is there. */
#include "cli/meter.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/render.h"
#include "mcp/number.h"
#include "mcp/value.h"

enum { LINE_MAX_LEN = 64 * 1024, NUMBER_MAX = 24, PATIENCE_MS = 1000 };

struct ma_meter {
    FILE *to;
    size_t columns;
    pthread_mutex_t mutex; /* guards what follows, and the line */
    size_t shown;          /* columns of the line that is there; 0: none */
    int64_t begun_ms;      /* INT64_MAX: there is no work */
    ma_buf told;           /* empty: nothing yet */
    bool held;
};

ma_meter *ma_meter_new(FILE *to, size_t columns)
{
    ma_meter *meter = ma_calloc(1, sizeof *meter);
    if (!meter)
        return NULL;
    meter->to = to;
    meter->begun_ms = INT64_MAX;
    meter->told = ma_buf_init(LINE_MAX_LEN);
    meter->columns = columns;
    pthread_mutex_init(&meter->mutex, NULL);
    return meter;
}

void ma_meter_free(ma_meter *meter)
{
    if (!meter)
        return;
    ma_meter_end(meter);
    pthread_mutex_destroy(&meter->mutex);
    ma_buf_done(&meter->told);
    ma_free(meter);
}

/* --- words --------------------------------------------------------------- */

static bool read_number(ma_span value, double *out)
{
    char digits[NUMBER_MAX + 1] = {0};
    if (!ma_number_is(value) || value.len > NUMBER_MAX)
        return false;
    for (size_t i = 0; i < value.len; i++)
        digits[i] = value.at[i];
    *out = strtod(digits, NULL);
    return true;
}

/* "30 % (3 of 10)", or what there is of it. */
static void write_amount(ma_span done, ma_span total, ma_buf *to)
{
    double part = 0;
    double whole = 0;
    if (!read_number(done, &part))
        return;
    bool known = read_number(total, &whole) && whole > 0 && part >= 0;
    if (known)
        ma_buf_addf(
            to, "%d %% (", part < whole ? (int)(100 * part / whole) : 100);
    ma_buf_add_span(to, done);
    if (known) {
        ma_buf_add_text(to, " of ");
        ma_buf_add_span(to, total);
        ma_buf_add_byte(to, ')');
    }
}

/* Cuts text to so many characters; returns how many there are. */
static size_t cut(ma_buf *text, size_t columns)
{
    size_t count = 0;
    for (size_t i = 0; i < text->len; i++) {
        bool begins = ((unsigned char)text->at[i] & 0xC0) != 0x80;
        if (begins && count == columns) {
            ma_buf_cut(text, i);
            return count;
        }
        count += begins;
    }
    return count;
}

/* --- the line ------------------------------------------------------------ */

static void clear(ma_meter *meter)
{
    if (!meter->shown)
        return;
    fprintf(meter->to, "\r%*s\r", (int)meter->shown, "");
    fflush(meter->to);
    meter->shown = 0;
}

static void draw(ma_meter *meter, ma_span words)
{
    MA_SCOPED(ma_buf) line = ma_buf_init(LINE_MAX_LEN);
    ma_buf_add_span(&line, words);
    size_t count = cut(&line, meter->columns);
    if (line.failed)
        return;
    clear(meter);
    fputs(ma_buf_text(&line), meter->to);
    fflush(meter->to);
    meter->shown = count;
}

/* The mutex is held. */
static void show(ma_meter *meter, int64_t now_ms)
{
    MA_SCOPED(ma_buf) waited = ma_buf_init(100);
    if (meter->held || now_ms < meter->begun_ms ||
        now_ms - meter->begun_ms < PATIENCE_MS)
        return;
    ma_buf_addf(&waited, "working, %lld s",
        (long long)(now_ms - meter->begun_ms) / 1000);
    draw(meter, ma_buf_span(meter->told.len ? &meter->told : &waited));
}

void ma_meter_tell(ma_meter *meter, ma_span params, int64_t now_ms)
{
    if (!meter)
        return;
    MA_SCOPED(ma_buf) line = ma_buf_init(LINE_MAX_LEN);
    ma_span message = ma_value_member(params, "message");
    write_amount(ma_value_member(params, "progress"),
        ma_value_member(params, "total"), &line);
    if (ma_value_is_string(message)) {
        ma_buf_add_text(&line, line.len ? " " : "");
        ma_render_line(message, &line);
    }
    pthread_mutex_lock(&meter->mutex);
    ma_buf_clear(&meter->told);
    ma_buf_add_span(&meter->told, ma_buf_span(&line));
    show(meter, now_ms);
    pthread_mutex_unlock(&meter->mutex);
}

void ma_meter_tick(ma_meter *meter, int64_t now_ms)
{
    if (!meter)
        return;
    pthread_mutex_lock(&meter->mutex);
    show(meter, now_ms);
    pthread_mutex_unlock(&meter->mutex);
}

void ma_meter_lift(ma_meter *meter)
{
    if (!meter)
        return;
    pthread_mutex_lock(&meter->mutex);
    clear(meter);
}

void ma_meter_lower(ma_meter *meter)
{
    if (meter)
        pthread_mutex_unlock(&meter->mutex);
}

void ma_meter_begin(ma_meter *meter, int64_t now_ms)
{
    ma_meter_lift(meter);
    if (meter) {
        meter->begun_ms = now_ms;
        ma_buf_clear(&meter->told);
    }
    ma_meter_lower(meter);
}

void ma_meter_end(ma_meter *meter)
{
    ma_meter_begin(meter, INT64_MAX);
}

void ma_meter_hold(ma_meter *meter, bool held)
{
    ma_meter_lift(meter);
    if (meter)
        meter->held = held;
    ma_meter_lower(meter);
}
