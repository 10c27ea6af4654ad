/* calls.c - a table of chains that doubles. */
#include "bridge/calls.h"

#include <stdint.h>

#include "base/alloc.h"
#include "base/error.h"
#include "mcp/envelope.h"
#include "mcp/number.h"

enum { ROOMS_MIN = 64 };

void ma_calls_done(ma_calls *calls)
{
    ma_free(calls->rooms);
    *calls = (ma_calls){0};
}

/* FNV-1a.  Ids come from the host, who could only slow itself down. */
static uint64_t hash(ma_span bytes)
{
    uint64_t sum = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < bytes.len; i++)
        sum = (sum ^ (unsigned char)bytes.at[i]) * UINT64_C(1099511628211);
    return sum;
}

/* Of what an id says: a server may write it otherwise than the host.  Numbers
 * that are no usual ones share a room. */
static size_t room_of(const ma_calls *calls, ma_span id)
{
    int64_t number = 0;
    if (ma_number_is(id))
        return ma_number_read(id, &number)
                   ? (size_t)((uint64_t)number % calls->room_count)
                   : 0;
    MA_SCOPED(ma_buf) text = ma_buf_init(id.len);
    bool says = ma_value_write_text(&text, id) && !text.failed;
    return (size_t)(hash(says ? ma_buf_span(&text) : id) % calls->room_count);
}

static void put_in(ma_calls *calls, ma_errand *errand)
{
    ma_errand **room = &calls->rooms[room_of(calls, ma_span_of(errand->id))];
    errand->next_call = *room;
    *room = errand;
}

static mcpauth_status make_room(ma_calls *calls, mcpauth_error *err)
{
    ma_calls before = *calls;
    if (calls->count < calls->room_count)
        return MCPAUTH_OK;
    size_t wanted = calls->room_count ? calls->room_count * 2 : ROOMS_MIN;
    ma_errand **rooms = ma_calloc(wanted, sizeof *rooms);
    if (!rooms)
        return ma_error_nomem(err);
    calls->rooms = rooms;
    calls->room_count = wanted;
    for (size_t i = 0; i < before.room_count; i++)
        while (before.rooms[i]) {
            ma_errand *errand = before.rooms[i];
            before.rooms[i] = errand->next_call;
            put_in(calls, errand);
        }
    ma_free(before.rooms);
    return MCPAUTH_OK;
}

mcpauth_status ma_calls_put(
    ma_calls *calls, ma_errand *errand, mcpauth_error *err)
{
    if (ma_calls_find(calls, ma_span_of(errand->id)))
        return ma_error_set(err, MCPAUTH_E_STATE,
            "a request with this id is under way already");
    mcpauth_status st = make_room(calls, err);
    if (st)
        return st;
    put_in(calls, errand);
    calls->count++;
    return MCPAUTH_OK;
}

ma_errand *ma_calls_find(const ma_calls *calls, ma_span id)
{
    if (!calls->count)
        return NULL;
    ma_errand *at = calls->rooms[room_of(calls, id)];
    while (at && !ma_envelope_same_id(id, ma_span_of(at->id)))
        at = at->next_call;
    return at;
}

void ma_calls_drop(ma_calls *calls, const ma_errand *errand)
{
    if (!calls->count || !errand->id)
        return;
    ma_errand **at = &calls->rooms[room_of(calls, ma_span_of(errand->id))];
    while (*at && *at != errand)
        at = &(*at)->next_call;
    if (!*at)
        return;
    *at = errand->next_call;
    calls->count--;
}

ma_errand *ma_calls_accepted(const ma_calls *calls)
{
    for (size_t i = 0; i < calls->room_count; i++)
        for (ma_errand *at = calls->rooms[i]; at; at = at->next_call)
            if (at->accepted)
                return at;
    return NULL;
}

ma_errand *ma_calls_only(
    const ma_calls *calls, bool (*wanted)(const ma_errand *errand))
{
    ma_errand *found = NULL;
    for (size_t i = 0; i < calls->room_count; i++)
        for (ma_errand *at = calls->rooms[i]; at; at = at->next_call) {
            if (!wanted(at))
                continue;
            if (found)
                return NULL;
            found = at;
        }
    return found;
}

ma_errand *ma_calls_take(ma_calls *calls)
{
    for (size_t i = 0; calls->count && i < calls->room_count; i++) {
        ma_errand *errand = calls->rooms[i];
        if (!errand)
            continue;
        calls->rooms[i] = errand->next_call;
        calls->count--;
        return errand;
    }
    return NULL;
}
