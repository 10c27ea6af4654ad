/* nonces.c - a short list, the newest in front. */
#include "oauth/nonces.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

static void drop_entry(ma_nonces_entry *entry)
{
    ma_free(entry->origin);
    ma_free(entry->nonce);
    *entry = (ma_nonces_entry){0};
}
MA_SCOPED_DEFINE(ma_nonces_entry, drop_entry)

void ma_nonces_done(ma_nonces *nonces)
{
    for (size_t i = 0; i < nonces->count; i++)
        drop_entry(&nonces->entries[i]);
    nonces->count = 0;
}

/* NQCHAR of RFC 6749 A. */
static bool is_usable_byte(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c > 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static bool is_usable(const char *nonce)
{
    size_t len = 0;
    while (is_usable_byte(nonce[len]))
        len++;
    return len > 0 && len <= MA_NONCES_LEN_MAX && !nonce[len];
}

const char *ma_nonces_find(const mcpauth_headers *headers)
{
    const char *nonce = NULL;
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++) {
        ma_span name = ma_span_of(mcpauth_headers_name(headers, i));
        if (!ma_span_is_nocase(name, "DPoP-Nonce"))
            continue;
        if (nonce)
            return NULL;
        nonce = mcpauth_headers_value(headers, i);
    }
    return nonce && is_usable(nonce) ? nonce : NULL;
}

/* For ma_free. */
static mcpauth_status make_origin(
    const ma_url *url, char **out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) origin = ma_buf_init(MA_URL_MAX);
    ma_url_write_origin(&origin, url);
    *out = ma_buf_take(&origin);
    return *out ? MCPAUTH_OK : ma_error_nomem(err);
}

/* The place of this one, or count. */
static size_t place_of(
    const ma_nonces *nonces, ma_nonces_role role, const char *origin)
{
    size_t place = 0;
    while (place < nonces->count &&
           (nonces->entries[place].role != role ||
               strcmp(nonces->entries[place].origin, origin) != 0))
        place++;
    return place;
}

/* Makes the first place free, for an entry that stood at place. */
static void make_room(ma_nonces *nonces, size_t place)
{
    if (place == MA_NONCES_MAX)
        place--;
    if (place == nonces->count)
        nonces->count++;
    drop_entry(&nonces->entries[place]);
    memmove(&nonces->entries[1], &nonces->entries[0],
        place * sizeof *nonces->entries);
}

mcpauth_status ma_nonces_note(ma_nonces *nonces, ma_nonces_role role,
    const ma_url *url, const mcpauth_headers *headers, mcpauth_error *err)
{
    const char *nonce = ma_nonces_find(headers);
    if (!nonce)
        return MCPAUTH_OK;
    MA_SCOPED(ma_nonces_entry) entry = {.role = role};
    mcpauth_status st = make_origin(url, &entry.origin, err);
    if (st)
        return st;
    entry.nonce = ma_strdup(nonce);
    if (!entry.nonce)
        return ma_error_nomem(err);
    make_room(nonces, place_of(nonces, role, entry.origin));
    nonces->entries[0] = entry;
    entry = (ma_nonces_entry){0};
    return MCPAUTH_OK;
}

mcpauth_status ma_nonces_get(const ma_nonces *nonces, ma_nonces_role role,
    const ma_url *url, const char **out, mcpauth_error *err)
{
    MA_AUTO(ma_text) origin = NULL;
    mcpauth_status st = make_origin(url, &origin, err);
    if (st)
        return st;
    size_t place = place_of(nonces, role, origin);
    *out = place < nonces->count ? nonces->entries[place].nonce : NULL;
    return MCPAUTH_OK;
}
