/* cache.c - a list, found by method and the bytes of params. */
#include "mcp/cache.h"

#include <string.h>

#include "base/alloc.h"

struct ma_cache_entry {
    const char *method;
    char *params;
    char *result;
    size_t result_len;
    int64_t until_ms;
    ma_cache_entry *next;
};

/* What has such results, and what says that they have changed. */
static const struct {
    const char *method;
    const char *changed;
} kinds[] = {
    {"tools/list", "notifications/tools/list_changed"},
    {"prompts/list", "notifications/prompts/list_changed"},
    {"resources/list", "notifications/resources/list_changed"},
    {"resources/templates/list", "notifications/resources/list_changed"},
    {"resources/read", "notifications/resources/updated"},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static size_t size_of(const ma_cache_entry *entry)
{
    return sizeof *entry + strlen(entry->params) + entry->result_len;
}

static void free_entry(ma_cache_entry *entry)
{
    if (!entry)
        return;
    ma_free(entry->params);
    ma_free(entry->result);
    ma_free(entry);
}
MA_AUTO_DEFINE(ma_cache_entry, free_entry)

static void remove_at(ma_cache *cache, ma_cache_entry **link)
{
    ma_cache_entry *entry = *link;
    *link = entry->next;
    cache->bytes -= size_of(entry);
    free_entry(entry);
}

void ma_cache_clear(ma_cache *cache)
{
    while (cache->entries)
        remove_at(cache, &cache->entries);
}

void ma_cache_done(ma_cache *cache)
{
    ma_cache_clear(cache);
}

static const char *find_method(const char *method)
{
    for (size_t i = 0; i < KINDS; i++)
        if (!strcmp(kinds[i].method, method))
            return kinds[i].method;
    return NULL;
}

static bool is_of(
    const ma_cache_entry *entry, const char *method, ma_span params)
{
    return !strcmp(entry->method, method) &&
           ma_span_is(params.at ? params : ma_span_of(""), entry->params);
}

/* T-081: absent, negative, and what is no number count as 0. */
static int64_t read_ttl_ms(ma_span result)
{
    int64_t ttl_ms = 0;
    if (!ma_value_integer(ma_value_member(result, "ttlMs"), &ttl_ms) ||
        ttl_ms < 0)
        return 0;
    return ttl_ms < MA_CACHE_TTL_MAX_MS ? ttl_ms : MA_CACHE_TTL_MAX_MS;
}

/* Leaves at most so many bytes, the latest. */
static void shrink(ma_cache *cache, size_t bytes_max)
{
    size_t kept = 0;
    ma_cache_entry **link = &cache->entries;
    while (*link) {
        kept += size_of(*link);
        if (kept > bytes_max)
            remove_at(cache, link);
        else
            link = &(*link)->next;
    }
}

static void forget(ma_cache *cache, const char *method, ma_span params)
{
    ma_cache_entry **link = &cache->entries;
    while (*link) {
        if (is_of(*link, method, params))
            remove_at(cache, link);
        else
            link = &(*link)->next;
    }
}

void ma_cache_put(ma_cache *cache, const char *method, ma_span params,
    ma_span result, int64_t now_ms)
{
    int64_t ttl_ms = read_ttl_ms(result);
    const char *known = find_method(method);
    if (!known)
        return;
    forget(cache, method, params);
    MA_AUTO(ma_cache_entry) entry = ma_calloc(1, sizeof *entry);
    if (!ttl_ms || !entry)
        return;
    entry->method = known;
    entry->until_ms = now_ms + ttl_ms;
    entry->params = ma_strndup(params.at ? params.at : "", params.len);
    entry->result = ma_strndup(result.at, result.len);
    entry->result_len = result.len;
    if (!entry->params || !entry->result || size_of(entry) > MA_CACHE_BYTES_MAX)
        return;
    shrink(cache, MA_CACHE_BYTES_MAX - size_of(entry));
    cache->bytes += size_of(entry);
    entry->next = cache->entries;
    cache->entries = ma_move(&entry);
}

ma_span ma_cache_find(
    const ma_cache *cache, const char *method, ma_span params, int64_t now_ms)
{
    for (const ma_cache_entry *at = cache->entries; at; at = at->next)
        if (now_ms < at->until_ms && is_of(at, method, params))
            return ma_span_make(at->result, at->result_len);
    return ma_span_make(NULL, 0);
}

/* Whether an entry of that method is stale by it; a resource is one of many. */
static bool concerns(const ma_cache_entry *entry, ma_span uri)
{
    MA_SCOPED(ma_buf) changed = ma_buf_init(uri.len);
    ma_span ours = ma_value_member(ma_span_of(entry->params), "uri");
    if (!ma_value_write_text(&changed, uri) || !ours.at)
        return true;
    return ma_value_says(ours, ma_buf_text(&changed));
}

static void forget_method(ma_cache *cache, const char *method, ma_span uri)
{
    ma_cache_entry **link = &cache->entries;
    while (*link) {
        if (!strcmp((*link)->method, method) && concerns(*link, uri))
            remove_at(cache, link);
        else
            link = &(*link)->next;
    }
}

void ma_cache_heard(ma_cache *cache, const ma_envelope *message)
{
    ma_span uri = ma_value_member(message->params, "uri");
    for (size_t i = 0; i < KINDS; i++)
        if (ma_envelope_is(message, kinds[i].changed))
            forget_method(cache, kinds[i].method, uri);
}
