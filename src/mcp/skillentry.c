/* skillentry.c - the entry is judged before any file is asked for. */
#include "mcp/skillentry.h"

#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/quote.h"
#include "mcp/fields.h"
#include "mcp/frontmatter.h"

enum { URI_MAX = 8192 };

static const char main_file[] = "/SKILL.md";
static const char digest_prefix[] = "sha256:";

/* --- the entry ----------------------------------------------------------- */

/* What a string says, as a text of a message; "" when it is none. */
static char *quote(ma_span value)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(value.len);
    ma_value_write_text(&said, value);
    return ma_quote(ma_buf_span(&said));
}

static mcpauth_status refuse(mcpauth_error *err, const char *why)
{
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the entry of the skill breaks the rules of SEP-2640: %s", why);
}

/* Appends what a string says; one that is too long for any use is none. */
static mcpauth_status read_text(
    ma_buf *to, ma_span value, bool *out_is, mcpauth_error *err)
{
    *out_is = ma_value_write_text(to, value) && to->failed != MCPAUTH_E_LIMIT;
    return to->failed == MCPAUTH_E_NOMEM ? ma_error_nomem(err) : MCPAUTH_OK;
}

/* The last segment of the skill's path is its name. */
static bool is_named(ma_span uri, ma_span name)
{
    ma_span path = ma_span_make(uri.at, uri.len - (sizeof main_file - 1));
    if (name.len == 0 || ma_span_find(name, '/') < name.len ||
        path.len <= name.len)
        return false;
    ma_span last = ma_span_make(path.at + path.len - name.len, name.len);
    return ma_span_eq(last, name) && last.at[-1] == '/';
}

/* As the server wrote it; no digit of it needs an escape. */
static bool is_digest(ma_span value)
{
    static const char hex[] = "0123456789abcdef";
    static const char before[] = "\"sha256:";
    size_t end = sizeof before - 1 + MA_SHA256_HEX - 1;
    if (!ma_value_is_string(value) || value.len != end + 1 ||
        !ma_span_starts(value, before))
        return false;
    for (size_t i = sizeof before - 1; i < end; i++)
        if (!value.at[i] || !strchr(hex, value.at[i]))
            return false;
    return true;
}

/* Below the directory of the skill, without a way out of it. */
static bool is_inside(ma_span root, ma_span uri)
{
    if (uri.len <= root.len || memcmp(uri.at, root.at, root.len) != 0)
        return false;
    ma_span rest = ma_span_make(uri.at + root.len, uri.len - root.len);
    while (rest.at) {
        ma_span segment = ma_span_cut(&rest, '/');
        if (segment.len == 0 || ma_span_is(segment, ".") ||
            ma_span_is(segment, ".."))
            return false;
    }
    return true;
}

/* Notes its uri among those of the others. */
static mcpauth_status check_file(ma_span file, ma_span root, ma_fields *uris,
    int64_t *out_size, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) uri = ma_buf_init(URI_MAX);
    bool is = false;
    mcpauth_status st = read_text(&uri, ma_value_member(file, "uri"), &is, err);
    if (st)
        return st;
    if (!is || !is_inside(root, ma_buf_span(&uri)))
        return refuse(err, "a file of it is not in its directory");
    if (!is_digest(ma_value_member(file, "digest")))
        return refuse(err, "a digest is not sha256: and 64 hexadecimal digits");
    if (!ma_value_integer(ma_value_member(file, "size"), out_size) ||
        *out_size < 0)
        return refuse(err, "a size is not a number of bytes");
    ma_fields_enter_name(uris, ma_buf_span(&uri));
    ma_fields_add(uris, ma_span_of("{"));
    ma_fields_leave(uris);
    return MCPAUTH_OK;
}

static mcpauth_status check_limits(
    size_t count, int64_t size, mcpauth_error *err)
{
    if (count > MA_SKILLENTRY_FILES_MAX)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "the skill has more than %d files", MA_SKILLENTRY_FILES_MAX);
    if (size > MA_SKILLENTRY_SIZE_MAX)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "the skill's files have more than %d MiB together",
            MA_SKILLENTRY_SIZE_MAX / (1024 * 1024));
    return MCPAUTH_OK;
}

static mcpauth_status check_resources(
    const ma_skillentry *entry, ma_span root, mcpauth_error *err)
{
    ma_value_walk walk = ma_value_walk_init(entry->resources);
    ma_span none, file;
    size_t count = 0;
    int64_t total = 0, size = 0;
    MA_SCOPED(ma_fields) uris = ma_fields_init();
    while (ma_value_walk_next(&walk, &none, &file)) {
        mcpauth_status st = check_file(file, root, &uris, &size, err);
        total = size > MA_SKILLENTRY_SIZE_MAX ? size : total + size;
        if (!st)
            st = check_limits(++count, total, err);
        if (st)
            return st;
    }
    mcpauth_status st = ma_fields_sort(&uris, err);
    if (st)
        return st == MCPAUTH_E_PROTOCOL
                   ? refuse(err, "a file of it is listed twice")
                   : st;
    return ma_skillentry_find(entry, entry->uri).at
               ? MCPAUTH_OK
               : refuse(err, "its SKILL.md is not among its files");
}

static mcpauth_status check_uri(
    const ma_skillentry *entry, ma_buf *out_uri, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) name = ma_buf_init(URI_MAX);
    bool is = false, named = false;
    mcpauth_status st = read_text(out_uri, entry->uri, &is, err);
    if (!st)
        st = read_text(
            &name, ma_value_member(entry->frontmatter, "name"), &named, err);
    if (st)
        return st;
    ma_span uri = ma_buf_span(out_uri);
    if (!is || !ma_span_ends(uri, main_file))
        return refuse(err, "its uri is not that of a SKILL.md");
    if (!named || !is_named(uri, ma_buf_span(&name)))
        return refuse(err, "its uri does not end in its name");
    return MCPAUTH_OK;
}

mcpauth_status ma_skillentry_read(
    ma_span entry, ma_skillentry *out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) uri = ma_buf_init(URI_MAX);
    ma_skillentry found = {
        .uri = ma_value_member(entry, "uri"),
        .frontmatter = ma_value_member(entry, "frontmatter"),
        .resources = ma_value_member(entry, "resources"),
    };
    if (!ma_value_is_object(found.frontmatter))
        return refuse(err, "its frontmatter is not an object");
    mcpauth_status st = check_uri(&found, &uri, err);
    if (st)
        return st;
    ma_span root = ma_span_make(uri.at, uri.len - (sizeof main_file - 2));
    if (ma_value_says(found.resources, "dynamic"))
        found.resources = ma_span_make(NULL, 0);
    else if (!ma_value_is_array(found.resources))
        return refuse(err, "its resources are no list");
    else
        st = check_resources(&found, root, err);
    if (!st)
        *out = found;
    return st;
}

ma_span ma_skillentry_find(const ma_skillentry *entry, ma_span uri)
{
    ma_value_walk walk = ma_value_walk_init(entry->resources);
    ma_span none, file;
    while (ma_value_walk_next(&walk, &none, &file))
        if (ma_value_same(ma_value_member(file, "uri"), uri))
            return file;
    return ma_span_make(NULL, 0);
}

/* --- a file -------------------------------------------------------------- */

/* Of the one content that has that URI. */
static mcpauth_status take_bytes(
    ma_span uri, ma_span result, ma_buf *out_bytes, mcpauth_error *err)
{
    ma_value_walk walk =
        ma_value_walk_init(ma_value_member(result, "contents"));
    ma_span none, only, second;
    MA_SCOPED(ma_buf) digits = ma_buf_init(result.len);
    if (!ma_value_walk_next(&walk, &none, &only) ||
        ma_value_walk_next(&walk, &none, &second) ||
        !ma_value_same(ma_value_member(only, "uri"), uri))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server sent something else than that one file");
    ma_span blob = ma_value_member(only, "blob");
    bool read =
        blob.at ? ma_value_write_text(&digits, blob) &&
                      ma_base64_read(out_bytes, ma_buf_span(&digits))
                : ma_value_write_text(out_bytes, ma_value_member(only, "text"));
    if (digits.failed)
        return ma_buf_status(&digits, "the file", err);
    if (!read)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server sent the file without its text");
    return ma_buf_status(out_bytes, "the file", err);
}

static mcpauth_status check_size(ma_span file, size_t len, mcpauth_error *err)
{
    int64_t size = 0;
    ma_value_integer(ma_value_member(file, "size"), &size);
    if ((uint64_t)size == len)
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_MISMATCH,
        "its size is %zu bytes, and %lld in the skill's entry", len,
        (long long)size);
}

static mcpauth_status check_digest(
    ma_span file, ma_span bytes, mcpauth_error *err)
{
    char hex[MA_SHA256_HEX];
    MA_SCOPED(ma_buf) digest = ma_buf_init(sizeof digest_prefix + sizeof hex);
    ma_span wanted = ma_value_member(file, "digest");
    mcpauth_status st = ma_crypto_sha256_hex(bytes, hex, err);
    if (st)
        return st;
    ma_buf_addf(&digest, "%s%s", digest_prefix, hex);
    if (digest.failed)
        return ma_buf_status(&digest, "the digest", err);
    if (ma_value_says(wanted, ma_buf_text(&digest)))
        return MCPAUTH_OK;
    MA_AUTO(ma_text) shown = quote(wanted);
    return ma_error_set(err, MCPAUTH_E_MISMATCH,
        "its digest is %s, and %s in the skill's entry", ma_buf_text(&digest),
        shown ? shown : "another");
}

static mcpauth_status verify(const ma_skillentry *entry, ma_span uri,
    ma_span file, ma_span bytes, mcpauth_error *err)
{
    mcpauth_status st = check_size(file, bytes.len, err);
    if (!st)
        st = check_digest(file, bytes, err);
    if (!st && ma_value_same(uri, entry->uri))
        st = ma_frontmatter_check(bytes, entry->frontmatter, err);
    return st;
}

mcpauth_status ma_skillentry_open(const ma_skillentry *entry, ma_span uri,
    ma_span result, ma_buf *out_bytes, mcpauth_error *err)
{
    ma_span file = ma_skillentry_find(entry, uri);
    mcpauth_status st =
        file.at ? take_bytes(uri, result, out_bytes, err)
                : ma_error_set(err, MCPAUTH_E_MISMATCH,
                      "it is none of the files in the skill's entry");
    if (!st)
        st = verify(entry, uri, file, ma_buf_span(out_bytes), err);
    if (st)
        ma_buf_clear(out_bytes);
    if (st == MCPAUTH_E_MISMATCH)
        ma_error_hint(err, "the skill may have changed since it was listed, or "
                           "is not what it is said to be; do not use it as it "
                           "is");
    return st;
}

bool ma_skillentry_offered(ma_span capabilities)
{
    return ma_value_is_object(ma_value_member(
        ma_value_member(capabilities, "extensions"), MA_SKILLENTRY_EXTENSION));
}
