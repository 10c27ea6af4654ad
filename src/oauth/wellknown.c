/* wellknown.c - tables, and what a discovery_url stands for. */
#include "oauth/wellknown.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

#define MARKER "/.well-known/"

void ma_wellknown_done(ma_wellknown *list)
{
    for (size_t i = 0; i < list->count; i++)
        ma_free(list->urls[i]);
    *list = (ma_wellknown){0};
}

static void move_list(ma_wellknown *from, ma_wellknown *to)
{
    *to = *from;
    *from = (ma_wellknown){0};
}

static bool holds(const ma_wellknown *list, const char *url)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->urls[i], url))
            return true;
    return false;
}

/* Where a document lies under an origin: `before` /.well-known/ `name` `after`
 * `query`. */
struct place {
    ma_span before;
    const char *name;
    ma_span after;
    ma_span query; /* at NULL: none */
};

/* Adds one URL, unless list holds it. */
static mcpauth_status add_place(ma_wellknown *list, const ma_url *origin,
    const struct place *place, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) url = ma_buf_init(2 * MA_URL_MAX);
    ma_url_write_origin(&url, origin);
    ma_buf_add_span(&url, place->before);
    ma_buf_add_text(&url, MARKER);
    ma_buf_add_text(&url, place->name);
    ma_buf_add_span(&url, place->after);
    if (place->query.at) {
        ma_buf_add_byte(&url, '?');
        ma_buf_add_span(&url, place->query);
    }
    mcpauth_status st = ma_buf_status(&url, "a well-known URL", err);
    if (st || holds(list, ma_buf_text(&url)))
        return st;
    char *text = ma_buf_take(&url);
    if (!text)
        return ma_error_nomem(err);
    list->urls[list->count++] = text;
    return MCPAUTH_OK;
}

/* Without one slash at its end: "/" becomes "". */
static ma_span drop_slash(ma_span path)
{
    if (ma_span_ends(path, "/"))
        path.len--;
    return path;
}

mcpauth_status ma_wellknown_resource(
    const ma_url *server, ma_wellknown *out, mcpauth_error *err)
{
    static const char name[] = "oauth-protected-resource";
    ma_span path =
        ma_span_is(server->path, "/") ? ma_span_of("") : server->path;
    const struct place places[] = {
        {.name = name, .after = path, .query = server->query},
        {.name = name, .after = drop_slash(path), .query = server->query},
        {.name = name},
    };
    MA_SCOPED(ma_wellknown) list = {0};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        mcpauth_status st = add_place(&list, server, &places[i], err);
        if (st)
            return st;
    }
    move_list(&list, out);
    return MCPAUTH_OK;
}

/* Adds the documents of the issuer at origin and path. */
static mcpauth_status add_issuer(
    ma_wellknown *list, const ma_url *origin, ma_span path, mcpauth_error *err)
{
    path = drop_slash(path);
    const struct place places[] = {
        {.name = "oauth-authorization-server", .after = path},
        {.name = "openid-configuration", .after = path},
        {.name = "openid-configuration", .before = path},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        mcpauth_status st = add_place(list, origin, &places[i], err);
        if (st)
            return st;
    }
    return MCPAUTH_OK;
}

/* An issuer, and so the URL of its document, has neither (RFC 8414 2). */
static mcpauth_status parse_plain(ma_span text, ma_url *out, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(text, &url, err);
    if (st)
        return st;
    if (url.query.at || url.fragment)
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "an issuer has neither query nor fragment");
    *out = url;
    url = (ma_url){0};
    return MCPAUTH_OK;
}

mcpauth_status ma_wellknown_issuer(
    ma_span issuer, ma_wellknown *out, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = parse_plain(issuer, &url, err);
    if (st)
        return st;
    MA_SCOPED(ma_wellknown) list = {0};
    st = add_issuer(&list, &url, url.path, err);
    if (st)
        return st;
    move_list(&list, out);
    return MCPAUTH_OK;
}

struct spelling {
    const char *written;
    const char *name;
};

static const struct spelling spellings[] = {
    {"openid-configuration", "openid-configuration"},
    {"openid_configuration", "openid-configuration"},
    {"oauth-authorization-server", "oauth-authorization-server"},
};

static const struct spelling *find_spelling(ma_span written)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (ma_span_is(written, spellings[i].written))
            return &spellings[i];
    return NULL;
}

/* Finds the document a path names: behind an issuer or inserted before its
 * path, never both.  NULL when the path names none. */
static const struct spelling *split_path(ma_span path, struct place *out)
{
    const char *found =
        path.len ? memmem(path.at, path.len, MARKER, strlen(MARKER)) : NULL;
    if (!found)
        return NULL;
    ma_span before = ma_span_make(path.at, (size_t)(found - path.at));
    ma_span rest = ma_span_make(
        found + strlen(MARKER), path.len - before.len - strlen(MARKER));
    ma_span written = ma_span_make(rest.at, ma_span_find(rest, '/'));
    ma_span after = ma_span_make(rest.at + written.len, rest.len - written.len);
    if (ma_span_is(after, "/"))
        after.len = 0;
    const struct spelling *spelling = find_spelling(written);
    if (!spelling || (before.len && after.len))
        return NULL;
    *out = (struct place){
        .before = before, .name = spelling->name, .after = after};
    return spelling;
}

mcpauth_status ma_wellknown_issuer_of(
    ma_span discovery_url, ma_buf *out_issuer, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = parse_plain(discovery_url, &url, err);
    if (st)
        return st;
    struct place place;
    if (!split_path(url.path, &place)) {
        ma_buf_add_span(out_issuer, discovery_url);
        return ma_buf_status(out_issuer, "the issuer", err);
    }
    ma_buf_add(out_issuer, url.text, (size_t)(url.path.at - url.text));
    ma_buf_add_span(out_issuer, place.before);
    ma_buf_add_span(out_issuer, place.after);
    return ma_buf_status(out_issuer, "the issuer", err);
}

mcpauth_status ma_wellknown_discovery(
    ma_span discovery_url, ma_wellknown *out, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = parse_plain(discovery_url, &url, err);
    if (st)
        return st;
    struct place named;
    if (!split_path(url.path, &named))
        return ma_wellknown_issuer(discovery_url, out, err);
    MA_SCOPED(ma_wellknown) list = {0};
    st = add_place(&list, &url, &named, err);
    if (!st)
        st = add_issuer(
            &list, &url, named.before.len ? named.before : named.after, err);
    if (st)
        return st;
    move_list(&list, out);
    return MCPAUTH_OK;
}

bool ma_wellknown_is_underscored(ma_span discovery_url)
{
    MA_SCOPED(ma_url) url = {0};
    struct place place;
    if (parse_plain(discovery_url, &url, NULL))
        return false;
    const struct spelling *spelling = split_path(url.path, &place);
    return spelling && strcmp(spelling->written, spelling->name) != 0;
}
