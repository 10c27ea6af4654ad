/* url.c - splitting by RFC 3986, judging more strictly than it. */
#include "base/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/address.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"

/* --- splitting ----------------------------------------------------------- */

/* The five components; at is NULL for one that is absent (RFC 3986 5.2.1). */
struct reference {
    ma_span scheme;
    ma_span authority;
    ma_span path;
    ma_span query;
    ma_span fragment;
};

static ma_span skip(ma_span text, size_t len)
{
    return len ? ma_span_make(text.at + len, text.len - len) : text;
}

/* How many bytes stand before the first of these. */
static size_t find_any(ma_span text, const char *bytes)
{
    size_t len = text.len;
    for (; *bytes; bytes++)
        len = ma_span_find(ma_span_make(text.at, len), *bytes);
    return len;
}

/* Cuts from *rest the component that begins with mark and ends before one of
 * stops. */
static ma_span cut_marked(ma_span *rest, const char *mark, const char *stops)
{
    if (!ma_span_starts(*rest, mark))
        return ma_span_make(NULL, 0);
    ma_span part = skip(*rest, strlen(mark));
    part.len = find_any(part, stops);
    *rest = skip(*rest, strlen(mark) + part.len);
    return part;
}

/* The expression of RFC 3986, appendix B. */
static struct reference split_reference(ma_span text)
{
    struct reference parts = {0};
    size_t len = find_any(text, ":/?#");
    if (len > 0 && len < text.len && text.at[len] == ':') {
        parts.scheme = ma_span_make(text.at, len);
        text = skip(text, len + 1);
    }
    parts.authority = cut_marked(&text, "//", "/?#");
    parts.path = cut_marked(&text, "", "?#");
    parts.query = cut_marked(&text, "?", "#");
    parts.fragment = cut_marked(&text, "#", "");
    return parts;
}

/* --- judging ------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_url_byte(char c)
{
    return c > 0x20 && c < 0x7F && !strchr("\"<>\\^`{|}", c);
}

/* Like every function here that returns a text: why not, or NULL. */
static const char *check_bytes(ma_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_url_byte(text.at[i]))
            return "it holds a character that must be percent-encoded";
        if (text.at[i] != '%')
            continue;
        if (text.len - i < 3 || !is_hex(text.at[i + 1]) ||
            !is_hex(text.at[i + 2]))
            return "it holds a '%' without two hexadecimal digits";
    }
    return NULL;
}

/* The socket address that a literal stands for; false when it is none. */
static bool read_literal(ma_span host, bool ipv6, struct sockaddr_storage *out)
{
    char text[INET6_ADDRSTRLEN];
    if (host.len >= sizeof text)
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    memset(out, 0, sizeof *out);
    out->ss_family = ipv6 ? AF_INET6 : AF_INET;
    void *v4 = &((struct sockaddr_in *)out)->sin_addr;
    void *v6 = &((struct sockaddr_in6 *)out)->sin6_addr;
    return inet_pton(out->ss_family, text, ipv6 ? v6 : v4) == 1;
}

/* All digits, or 0x and hexadecimal digits: what some resolvers take for (a
 * part of) an IPv4 address. */
static bool is_number(ma_span label)
{
    bool hex = label.len >= 2 && label.at[0] == '0' &&
               (label.at[1] == 'x' || label.at[1] == 'X');
    for (size_t i = hex ? 2 : 0; i < label.len; i++)
        if (hex ? !is_hex(label.at[i]) : !is_digit(label.at[i]))
            return false;
    return label.len > 0;
}

static const char *check_label(ma_span label)
{
    if (!label.len)
        return "its host has an empty label";
    for (size_t i = 0; i < label.len; i++) {
        char c = label.at[i];
        if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_')
            return "its host holds a character that no host name has";
    }
    return NULL;
}

/* One dot at the end is the root's and stays. */
static const char *check_name(ma_span host)
{
    ma_span labels = host;
    if (ma_span_ends(labels, "."))
        labels.len--;
    ma_span last = {0};
    do {
        last = ma_span_cut(&labels, '.');
        const char *why = check_label(last);
        if (why)
            return why;
    } while (labels.at);
    struct sockaddr_storage address;
    if (is_number(last) && !read_literal(host, false, &address))
        return "its host is a number that is no plain IPv4 address";
    return NULL;
}

static const char *read_port(ma_span text, ma_url *url)
{
    static const char why[] = "its port is not a number from 1 to 65535";
    int port = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.at[i]) || i >= 5)
            return why;
        port = port * 10 + (text.at[i] - '0');
    }
    if (port < 1 || port > 65535)
        return why;
    url->port = port;
    return NULL;
}

/* Cuts the host, without brackets, from the front of *rest. */
static const char *cut_host(ma_span *rest, ma_url *url, ma_span *out_host)
{
    url->ipv6 = ma_span_starts(*rest, "[");
    if (!url->ipv6) {
        *out_host = cut_marked(rest, "", ":");
        return out_host->len ? check_name(*out_host) : "it has no host";
    }
    *out_host = cut_marked(rest, "[", "]");
    struct sockaddr_storage address;
    if (!rest->len || !read_literal(*out_host, true, &address))
        return "its host is no IPv6 address";
    *rest = skip(*rest, 1);
    return NULL;
}

static const char *read_authority(
    ma_span authority, ma_url *url, ma_span *out_host)
{
    if (ma_span_find(authority, '@') < authority.len)
        return "it holds a user name or password";
    ma_span rest = authority;
    const char *why = cut_host(&rest, url, out_host);
    if (why)
        return why;
    url->port = url->https ? 443 : 80;
    if (!rest.len)
        return NULL;
    if (rest.at[0] != ':')
        return "something stands between its host and its path";
    return read_port(skip(rest, 1), url);
}

/* Fills what of url is not allocated; its spans are views into text. */
static const char *read_url(ma_span text, ma_url *url, ma_span *out_host)
{
    if (!text.len)
        return "it is empty";
    if (text.len > MA_URL_MAX)
        return "it is too long";
    const char *why = check_bytes(text);
    if (why)
        return why;
    struct reference parts = split_reference(text);
    url->https = ma_span_is_nocase(parts.scheme, "https");
    bool http = ma_span_is_nocase(parts.scheme, "http");
    if (!parts.authority.at || (!url->https && !http))
        return "it does not begin with https:// or http://";
    url->path = parts.path;
    url->query = parts.query;
    url->fragment = parts.fragment.at != NULL;
    return read_authority(parts.authority, url, out_host);
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text + ('a' - 'A'));
}

static void write_redacted(ma_buf *to, ma_span text);

static mcpauth_status refuse(ma_span text, const char *why, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) shown = ma_buf_init(4 * MA_URL_MAX);
    write_redacted(&shown, text);
    return ma_error_set(err, MCPAUTH_E_USAGE, "\"%s\" is not a usable URL: %s",
        ma_buf_text(&shown), why);
}

/* The view of the same bytes in a copy. */
static ma_span rebase(ma_span view, const char *from, const char *to)
{
    return view.at ? ma_span_make(to + (view.at - from), view.len) : view;
}

mcpauth_status ma_url_parse(ma_span text, ma_url *out, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    ma_span host;
    const char *why = read_url(text, &url, &host);
    if (why)
        return refuse(text, why, err);
    url.text = ma_strndup(text.at, text.len);
    url.host = ma_strndup(host.at, host.len);
    if (!url.text || !url.host)
        return ma_error_nomem(err);
    lower(url.host);
    url.path = rebase(url.path, text.at, url.text);
    url.query = rebase(url.query, text.at, url.text);
    *out = url;
    url.text = NULL;
    url.host = NULL;
    return MCPAUTH_OK;
}

void ma_url_done(ma_url *url)
{
    ma_free(url->text);
    ma_free(url->host);
    *url = (ma_url){0};
}

bool ma_url_valid(ma_span text)
{
    ma_url url = {0};
    ma_span host;
    return !read_url(text, &url, &host);
}

/* --- comparing ----------------------------------------------------------- */

bool ma_url_same_origin(const ma_url *a, const ma_url *b)
{
    return a->https == b->https && a->ipv6 == b->ipv6 && a->port == b->port &&
           ma_span_is(ma_span_of(a->host), b->host);
}

bool ma_url_loopback(const ma_url *url)
{
    ma_span host = ma_span_of(url->host);
    struct sockaddr_storage address;
    if (read_literal(host, url->ipv6, &address))
        return ma_address_loopback((struct sockaddr *)&address);
    return ma_span_is(host, "localhost") || ma_span_ends(host, ".localhost");
}

bool ma_url_private(const ma_url *url)
{
    struct sockaddr_storage address;
    return read_literal(ma_span_of(url->host), url->ipv6, &address) &&
           !ma_address_public((struct sockaddr *)&address);
}

/* --- writing ------------------------------------------------------------- */

void ma_url_write_origin(ma_buf *to, const ma_url *url)
{
    ma_buf_add_text(to, url->https ? "https://" : "http://");
    ma_buf_addf(to, url->ipv6 ? "[%s]" : "%s", url->host);
    if (url->port != (url->https ? 443 : 80))
        ma_buf_addf(to, ":%d", url->port);
}

void ma_url_write_canonical(ma_buf *to, const ma_url *url)
{
    ma_url_write_origin(to, url);
    if (!ma_span_is(url->path, "/"))
        ma_buf_add_span(to, url->path);
    if (!url->query.at)
        return;
    ma_buf_add_byte(to, '?');
    ma_buf_add_span(to, url->query);
}

/* Without the last '/' and what follows it, but not into what stood in to
 * before. */
static void drop_segment(ma_buf *to, size_t before)
{
    ma_span written = ma_buf_span(to);
    while (written.len > before && written.at[written.len - 1] != '/')
        written.len--;
    ma_buf_cut(to, written.len > before ? written.len - 1 : before);
}

/* RFC 3986 5.2.4, for a path that is empty or begins with '/'. */
static void write_without_dots(ma_buf *to, ma_span path)
{
    size_t before = to->len;
    ma_span_cut(&path, '/');
    while (path.at) {
        ma_span segment = ma_span_cut(&path, '/');
        bool up = ma_span_is(segment, "..");
        bool plain = !up && !ma_span_is(segment, ".");
        if (up)
            drop_segment(to, before);
        if (plain || !path.at)
            ma_buf_add_byte(to, '/');
        if (plain)
            ma_buf_add_span(to, segment);
    }
}

/* RFC 3986 5.2.3: the path of base up to its last '/', then the reference's;
 * base has an authority, so that its path begins with '/' or is empty. */
static void write_merged(ma_buf *to, ma_span base, ma_span path)
{
    while (base.len && base.at[base.len - 1] != '/')
        base.len--;
    if (!base.len)
        ma_buf_add_byte(to, '/');
    ma_buf_add_span(to, base);
    ma_buf_add_span(to, path);
}

static void write_part(ma_buf *to, const char *mark, ma_span part)
{
    if (!part.at)
        return;
    ma_buf_add_text(to, mark);
    ma_buf_add_span(to, part);
}

/* RFC 3986 5.2.2; an absolute reference is taken as it is. */
mcpauth_status ma_url_resolve(
    const ma_url *base, ma_span reference, ma_buf *to, mcpauth_error *err)
{
    struct reference from = split_reference(ma_span_of(base->text));
    struct reference parts = split_reference(reference);
    if (parts.scheme.at) {
        ma_buf_add_span(to, reference);
        return ma_buf_status(to, "the URL", err);
    }
    MA_SCOPED(ma_buf) path = ma_buf_init(to->cap);
    bool relative = !parts.authority.at;
    bool same_path = relative && !parts.path.len;
    if (same_path && !parts.query.at)
        parts.query = from.query;
    if (same_path)
        ma_buf_add_span(&path, from.path);
    else if (relative && parts.path.at[0] != '/')
        write_merged(&path, from.path, parts.path);
    else
        ma_buf_add_span(&path, parts.path);

    ma_buf_add_span(to, from.scheme);
    write_part(to, "://", relative ? from.authority : parts.authority);
    write_without_dots(to, ma_buf_span(&path));
    write_part(to, "?", parts.query);
    write_part(to, "#", parts.fragment);
    mcpauth_status st = ma_buf_status(&path, "the URL", err);
    return st ? st : ma_buf_status(to, "the URL", err);
}

/* Where the text behind the last '@' begins; 0 when there is none. */
static size_t find_behind_at(ma_span text)
{
    size_t len = text.len;
    while (len && text.at[len - 1] != '@')
        len--;
    return len;
}

/* A usable URL has no userinfo.  In other text nobody knows where it ends, so
 * everything up to the last '@' goes. */
static void write_redacted(ma_buf *to, ma_span text)
{
    size_t hidden = ma_url_valid(text) ? 0 : find_behind_at(text);
    if (hidden)
        ma_buf_add_text(to, "...@");
    text = skip(text, hidden);
    text.len = find_any(text, "?#");
    ma_quote_write(to, text, MA_QUOTE_MAX);
}

char *ma_url_redacted(const char *text)
{
    MA_SCOPED(ma_buf) shown = ma_buf_init(4 * MA_URL_MAX);
    write_redacted(&shown, ma_span_of(text ? text : ""));
    return ma_buf_take(&shown);
}

void ma_url_write_escaped(ma_buf *to, ma_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (is_letter(c) || is_digit(c) || (c && strchr("-._~", c)))
            ma_buf_add_byte(to, c);
        else
            ma_buf_addf(to, "%%%02X", (unsigned char)c);
    }
}
