/* sigv4.c - a canonical text of the request, and an HMAC over it. */
#include "agentcore/sigv4.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/url.h"

enum { TEXT_MAX = 1024 * 1024, DAY_LEN = 8, DATE_MAX = 17, PAIR_MARK = 1 };

/* 20150830T123600Z. */
static mcpauth_status write_date(
    int64_t now_ms, char out[DATE_MAX], mcpauth_error *err)
{
    time_t at = (time_t)(now_ms / 1000);
    struct tm parts;
    if (gmtime_r(&at, &parts) &&
        strftime(out, DATE_MAX, "%Y%m%dT%H%M%SZ", &parts))
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_USAGE, "the clock shows no usable time");
}

/* --- a sorted list of lines ---------------------------------------------- */

/* A field's line is its name, a NUL and its value. */
typedef struct {
    ma_buf *at;
    size_t count;
} lines;

static void free_lines(lines *list)
{
    for (size_t i = 0; i < list->count; i++)
        ma_buf_done(&list->at[i]);
    ma_free(list->at);
}
MA_SCOPED_DEFINE(lines, free_lines)

static bool make_room(lines *list, size_t count)
{
    list->at = ma_calloc(count, sizeof *list->at);
    return list->at;
}

static const char *line_at(const lines *list, size_t i)
{
    return ma_buf_text(&list->at[i]);
}

/* Takes what buf holds to its place, behind its equals: repeated fields keep
 * their order. */
static bool keep_line(lines *list, ma_buf *buf)
{
    size_t i = list->count;
    if (buf->failed)
        return false;
    for (; i > 0 && strcmp(line_at(list, i - 1), ma_buf_text(buf)) > 0; i--)
        list->at[i] = list->at[i - 1];
    list->at[i] = *buf;
    list->count++;
    *buf = ma_buf_init(0);
    return true;
}

/* --- path and query ------------------------------------------------------ */

/* Every service but S3 encodes the path as it is sent once more. */
static void add_path(ma_buf *to, ma_span path)
{
    ma_span rest = path;
    if (path.len == 0)
        ma_buf_add_byte(to, '/');
    while (rest.len > 0) {
        size_t at = ma_span_find(rest, '/');
        ma_url_write_escaped(to, ma_span_make(rest.at, at));
        if (at < rest.len)
            ma_buf_add_byte(to, rest.at[at++]);
        rest = ma_span_make(rest.at + at, rest.len - at);
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The query is encoded once, whatever way it was written. */
static void add_decoded_escaped(ma_buf *to, ma_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        if (byte == '%' && i + 2 < text.len && hex_digit(text.at[i + 1]) >= 0 &&
            hex_digit(text.at[i + 2]) >= 0) {
            byte = (char)(hex_digit(text.at[i + 1]) * 16 +
                          hex_digit(text.at[i + 2]));
            i += 2;
        }
        ma_url_write_escaped(to, ma_span_make(&byte, 1));
    }
}

static size_t count_pairs(ma_span query)
{
    size_t count = 1;
    for (size_t i = 0; i < query.len; i++)
        count += query.at[i] == '&';
    return count;
}

/* Sorted by name, then by value: what stands between them is less than any byte
 * of theirs. */
static bool read_pairs(ma_span query, lines *list)
{
    if (!make_room(list, count_pairs(query)))
        return false;
    while (query.len > 0) {
        MA_SCOPED(ma_buf) line = ma_buf_init(TEXT_MAX);
        ma_span value = ma_span_cut(&query, '&');
        ma_span name = ma_span_cut(&value, '=');
        add_decoded_escaped(&line, name);
        ma_buf_add_byte(&line, PAIR_MARK);
        add_decoded_escaped(&line, value);
        if (name.len > 0 && !keep_line(list, &line))
            return false;
    }
    return true;
}

static bool add_query(ma_buf *to, ma_span query)
{
    MA_SCOPED(lines) pairs = {0};
    if (!read_pairs(query, &pairs))
        return false;
    for (size_t i = 0; i < pairs.count; i++) {
        ma_span value = ma_buf_span(&pairs.at[i]);
        ma_buf_add_text(to, i ? "&" : "");
        ma_buf_add_span(to, ma_span_cut(&value, PAIR_MARK));
        ma_buf_add_byte(to, '=');
        ma_buf_add_span(to, value);
    }
    return true;
}

/* --- fields -------------------------------------------------------------- */

/* What proxies write into on the way is not signed. */
static bool is_signed(const char *name)
{
    return (strncasecmp(name, "x-amz", 5) == 0 &&
               strcasecmp(name, "x-amzn-trace-id") != 0) ||
           strcasecmp(name, "content-type") == 0;
}

/* Ends trimmed, runs of spaces made one. */
static void add_value(ma_buf *to, ma_span value)
{
    value = ma_span_trim(value);
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] != ' ' || value.at[i - 1] != ' ')
            ma_buf_add_byte(to, value.at[i]);
}

static bool add_field(lines *list, const char *name, ma_span value)
{
    MA_SCOPED(ma_buf) line = ma_buf_init(TEXT_MAX);
    for (; *name; name++)
        ma_buf_add_byte(&line, (char)tolower((unsigned char)*name));
    ma_buf_add_byte(&line, '\0');
    add_value(&line, value);
    return keep_line(list, &line);
}

static bool add_host(lines *list, const ma_url *url)
{
    MA_SCOPED(ma_buf) origin = ma_buf_init(MA_URL_MAX);
    ma_url_write_origin(&origin, url);
    const char *text = ma_buf_text(&origin);
    const char *host = strstr(text, "://");
    return host && add_field(list, "host", ma_span_of(host + 3));
}

static bool read_fields(
    const ma_url *url, const mcpauth_headers *headers, lines *list)
{
    size_t count = mcpauth_headers_count(headers);
    if (!make_room(list, count + 1) || !add_host(list, url))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *name = mcpauth_headers_name(headers, i);
        if (is_signed(name) &&
            !add_field(
                list, name, ma_span_of(mcpauth_headers_value(headers, i))))
            return false;
    }
    return true;
}

static const char *value_of(const char *line)
{
    return line + strlen(line) + 1;
}

static bool repeats(const lines *list, size_t i)
{
    return i > 0 && strcmp(line_at(list, i), line_at(list, i - 1)) == 0;
}

static void add_fields(ma_buf *to, const lines *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *value = value_of(line_at(list, i));
        if (repeats(list, i))
            ma_buf_addf(to, ",%s", value);
        else
            ma_buf_addf(to, "%s%s:%s", i ? "\n" : "", line_at(list, i), value);
    }
    ma_buf_add_text(to, "\n\n");
}

static void add_names(ma_buf *to, const lines *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (!repeats(list, i))
            ma_buf_addf(to, "%s%s", i ? ";" : "", line_at(list, i));
}

/* --- signature ----------------------------------------------------------- */

static mcpauth_status hash_request(const char *method, const ma_url *url,
    const lines *fields, ma_span body, char out[MA_SHA256_HEX],
    mcpauth_error *err)
{
    char body_hash[MA_SHA256_HEX];
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    mcpauth_status st = ma_crypto_sha256_hex(body, body_hash, err);
    if (st)
        return st;
    ma_buf_addf(&text, "%s\n", method);
    add_path(&text, url->path);
    ma_buf_add_byte(&text, '\n');
    if (!add_query(&text, url->query))
        return ma_error_nomem(err);
    ma_buf_add_byte(&text, '\n');
    add_fields(&text, fields);
    add_names(&text, fields);
    ma_buf_addf(&text, "\n%s", body_hash);
    st = ma_buf_status(&text, "the request to sign", err);
    return st ? st : ma_crypto_sha256_hex(ma_buf_span(&text), out, err);
}

static mcpauth_status derive_key(const ma_sigv4_signer *signer, ma_span day,
    unsigned char key[MA_SHA256_LEN], mcpauth_error *err)
{
    const ma_span steps[] = {day, ma_span_of(signer->region),
        ma_span_of(signer->service), ma_span_of("aws4_request")};
    MA_SCOPED(ma_buf) first = ma_buf_init(TEXT_MAX);
    ma_buf_add_text(&first, "AWS4");
    ma_buf_add_span(&first, ma_secret_span(signer->key));
    mcpauth_status st = ma_buf_status(&first, "the secret access key", err);
    ma_span with = ma_buf_span(&first);
    for (size_t i = 0; !st && i < sizeof steps / sizeof *steps; i++) {
        unsigned char next[MA_SHA256_LEN];
        st = ma_crypto_hmac_sha256(with, steps[i], next, err);
        memcpy(key, next, sizeof next);
        explicit_bzero(next, sizeof next);
        with = ma_span_make((const char *)key, MA_SHA256_LEN);
    }
    return st;
}

static mcpauth_status write_authorization(const ma_sigv4_signer *signer,
    const char *date, const char *hash, const lines *fields, ma_buf *to,
    mcpauth_error *err)
{
    unsigned char key[MA_SHA256_LEN] = {0}, signature[MA_SHA256_LEN] = {0};
    MA_SCOPED(ma_buf) scope = ma_buf_init(TEXT_MAX);
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    ma_buf_addf(&scope, "%.8s/%s/%s/aws4_request", date, signer->region,
        signer->service);
    ma_buf_addf(
        &text, "AWS4-HMAC-SHA256\n%s\n%s\n%s", date, ma_buf_text(&scope), hash);
    mcpauth_status st = ma_buf_status(&scope, "the scope to sign for", err);
    if (!st)
        st = ma_buf_status(&text, "the text to sign", err);
    if (!st)
        st = derive_key(signer, ma_span_make(date, DAY_LEN), key, err);
    if (!st)
        st = ma_crypto_hmac_sha256(ma_span_make((const char *)key, sizeof key),
            ma_buf_span(&text), signature, err);
    explicit_bzero(key, sizeof key);
    if (st)
        return st;
    ma_buf_addf(to,
        "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=", signer->key_id,
        ma_buf_text(&scope));
    add_names(to, fields);
    ma_buf_add_text(to, ", Signature=");
    for (size_t i = 0; i < sizeof signature; i++)
        ma_buf_addf(to, "%02x", signature[i]);
    return ma_buf_status(to, "the Authorization field", err);
}

/* --- the request --------------------------------------------------------- */

static mcpauth_status write_signature(const ma_sigv4_signer *signer,
    const mcpauth_http_request *request, const mcpauth_headers *headers,
    const char *date, ma_buf *to, mcpauth_error *err)
{
    char hash[MA_SHA256_HEX];
    MA_SCOPED(lines) fields = {0};
    MA_SCOPED(ma_url) url = {0};
    ma_span body = ma_span_make(request->body, request->body_len);
    mcpauth_status st = ma_url_parse(ma_span_of(request->url), &url, err);
    if (!st && !read_fields(&url, headers, &fields))
        st = ma_error_nomem(err);
    if (!st)
        st = hash_request(request->method, &url, &fields, body, hash, err);
    return st ? st : write_authorization(signer, date, hash, &fields, to, err);
}

mcpauth_status ma_sigv4_sign(const ma_sigv4_signer *signer, int64_t now_ms,
    const mcpauth_http_request *request, mcpauth_headers *headers,
    mcpauth_error *err)
{
    char date[DATE_MAX];
    MA_SCOPED(ma_buf) authorization = ma_buf_init(TEXT_MAX);
    mcpauth_status st = write_date(now_ms, date, err);
    if (!st)
        st = ma_headers_set(headers, "X-Amz-Date", date, err);
    if (!st && signer->session)
        st = ma_headers_set(headers, "X-Amz-Security-Token",
            ma_secret_text(signer->session), err);
    if (!st)
        st = write_signature(
            signer, request, headers, date, &authorization, err);
    return st ? st
              : ma_headers_set(
                    headers, "Authorization", ma_buf_text(&authorization), err);
}
