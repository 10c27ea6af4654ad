/* redisurl.c - see redisurl.h. */
#include "store/redisurl.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"

enum { PORT = 6379, PORT_MAX = 65535, DATABASE_MAX = 65535 };

typedef struct {
    const char *prefix;
    bool tls;
    bool is_socket;
} scheme;

static const scheme schemes[] = {
    {"redis://", false, false},
    {"rediss://", true, false},
    {"redis+unix://", false, true},
};

static const scheme *find_scheme(const char *text)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (!strncasecmp(text, schemes[i].prefix, strlen(schemes[i].prefix)))
            return &schemes[i];
    return NULL;
}

bool ma_redisurl_named(const char *text)
{
    return find_scheme(text);
}

static const char no_memory[] = "out of memory";

/* --- pieces -------------------------------------------------------------- */

static int hex_value(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit ? strchr(digits, digit | ' ') : NULL;
    return found ? (int)(found - digits) : -1;
}

/* The byte that the three characters at text stand for; 0: none. */
static char decode(ma_span text)
{
    int high = text.len > 2 ? hex_value(text.at[1]) : -1;
    int low = text.len > 2 ? hex_value(text.at[2]) : -1;
    return high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
}

/* Appends text with its %XX decoded; NULL, or what is wrong with it. */
static const char *add_decoded(ma_buf *to, ma_span text)
{
    while (text.len > 0) {
        size_t plain = ma_span_find(text, '%');
        ma_buf_add(to, text.at, plain);
        text = ma_span_make(text.at + plain, text.len - plain);
        if (text.len == 0)
            return NULL;
        char byte = decode(text);
        if (!byte)
            return "a '%' in it has no two hexadecimal digits behind it";
        ma_buf_add_byte(to, byte);
        text = ma_span_make(text.at + 3, text.len - 3);
    }
    return NULL;
}

static const char *read_number(ma_span text, int max, int *out)
{
    int number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || number > max)
            return "a number in it is none";
        number = number * 10 + (text.at[i] - '0');
    }
    if (!text.len || number > max)
        return "a number in it is none";
    *out = number;
    return NULL;
}

/* --- parts --------------------------------------------------------------- */

static const char *read_user(ma_span text, ma_redisurl *url)
{
    MA_SCOPED(ma_buf) user = ma_buf_init(MA_REDISURL_MAX);
    MA_SCOPED(ma_buf) password = ma_buf_init(MA_REDISURL_MAX);
    const char *why = add_decoded(&user, ma_span_cut(&text, ':'));
    if (!why && text.at)
        why = add_decoded(&password, text);
    if (why)
        return why;
    bool named = user.len;
    if (named)
        url->user = ma_buf_take(&user);
    if (text.at)
        url->password = ma_secret_new(ma_buf_span(&password));
    bool whole = (url->user || !named) && (url->password || !text.at);
    return whole ? NULL : no_memory;
}

static const char *read_host(ma_span text, ma_redisurl *url)
{
    ma_span host = text;
    url->port = PORT;
    if (ma_span_starts(text, "[")) {
        size_t end = ma_span_find(text, ']');
        if (end == text.len)
            return "a '[' has no ']'";
        host = ma_span_make(text.at + 1, end - 1);
        text = ma_span_make(text.at + end + 1, text.len - end - 1);
    } else {
        host = ma_span_cut(&text, ':');
        if (text.at)
            text = ma_span_make(text.at - 1, text.len + 1);
    }
    if (!host.len)
        return "it names no host";
    url->host = ma_strndup(host.at, host.len);
    if (!url->host)
        return no_memory;
    if (!text.at || !text.len)
        return NULL;
    if (*text.at != ':')
        return "a port stands behind ':'";
    const char *why = read_number(
        ma_span_make(text.at + 1, text.len - 1), PORT_MAX, &url->port);
    return !why && !url->port ? "its port is 0" : why;
}

/* host[:port][/database] */
static const char *read_place(ma_span text, ma_redisurl *url)
{
    ma_span database = text;
    const char *why = read_host(ma_span_cut(&database, '/'), url);
    if (why || !database.len)
        return why;
    return read_number(database, DATABASE_MAX, &url->database);
}

/* /path[?db=database] */
static const char *read_socket(ma_span text, ma_redisurl *url)
{
    MA_SCOPED(ma_buf) path = ma_buf_init(MA_REDISURL_MAX);
    ma_span query = text;
    const char *why = add_decoded(&path, ma_span_cut(&query, '?'));
    if (why)
        return why;
    if (!path.len || *ma_buf_text(&path) != '/')
        return "the path of its socket does not begin with '/'";
    url->path = ma_buf_take(&path);
    if (!query.at || !url->path)
        return url->path ? NULL : no_memory;
    if (!ma_span_starts(query, "db="))
        return "behind '?' there may only be db=number";
    return read_number(ma_span_make(query.at + 3, query.len - 3), DATABASE_MAX,
        &url->database);
}

/* The last '@' ends the user: none is in what follows. */
static ma_span cut_user(ma_span *rest)
{
    for (size_t i = rest->len; i > 0; i--)
        if (rest->at[i - 1] == '@') {
            ma_span user = ma_span_make(rest->at, i - 1);
            *rest = ma_span_make(rest->at + i, rest->len - i);
            return user;
        }
    return ma_span_make(NULL, 0);
}

static const char *read_all(ma_span text, const scheme *kind, ma_redisurl *url)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] <= ' ' || text.at[i] > '~')
            return "it holds a space or a character that is not ASCII";
    text = ma_span_make(
        text.at + strlen(kind->prefix), text.len - strlen(kind->prefix));
    ma_span user = cut_user(&text);
    const char *why = user.at ? read_user(user, url) : NULL;
    if (why)
        return why;
    url->tls = kind->tls;
    return kind->is_socket ? read_socket(text, url) : read_place(text, url);
}

/* --- all of it ----------------------------------------------------------- */

static void write_shown(ma_buf *to, const scheme *kind, const ma_redisurl *url)
{
    ma_buf_add_text(to, kind->prefix);
    ma_span place = ma_span_of(url->path ? url->path : url->host);
    bool is_v6 = url->host && strchr(url->host, ':');
    ma_buf_add_text(to, is_v6 ? "[" : "");
    ma_quote_write(to, place, MA_QUOTE_MAX);
    ma_buf_add_text(to, is_v6 ? "]" : "");
    if (url->host)
        ma_buf_addf(to, ":%d", url->port);
    if (url->database)
        ma_buf_addf(to, url->path ? "?db=%d" : "/%d", url->database);
}

static mcpauth_status refuse(const char *why, mcpauth_error *err)
{
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_USAGE, "not the URL of a Redis: %s", why);
    ma_error_hint(err, "as rediss://user@host:6379/0, redis://localhost, or "
                       "redis+unix:///run/redis/redis.sock");
    return st;
}

mcpauth_status ma_redisurl_parse(
    const char *text, ma_redisurl *out, mcpauth_error *err)
{
    MA_SCOPED(ma_redisurl) url = {0};
    MA_SCOPED(ma_buf) shown = ma_buf_init(MA_REDISURL_MAX);
    const scheme *kind = find_scheme(text);
    if (!kind)
        return refuse("it does not begin with rediss://, redis:// or "
                      "redis+unix://",
            err);
    if (strlen(text) > MA_REDISURL_MAX)
        return refuse("it is too long", err);
    const char *why = read_all(ma_span_of(text), kind, &url);
    if (why)
        return why == no_memory ? ma_error_nomem(err) : refuse(why, err);
    write_shown(&shown, kind, &url);
    url.shown = ma_buf_take(&shown);
    if (!url.shown)
        return ma_error_nomem(err);
    *out = url;
    url = (ma_redisurl){0};
    return MCPAUTH_OK;
}

void ma_redisurl_done(ma_redisurl *url)
{
    ma_free(url->host);
    ma_free(url->path);
    ma_free(url->user);
    ma_secret_free(url->password);
    ma_free(url->shown);
    *url = (ma_redisurl){0};
}

static bool is_loopback(const char *host)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
        return ma_address_loopback((const struct sockaddr *)&v4);
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
        return ma_address_loopback((const struct sockaddr *)&v6);
    return !strcasecmp(host, "localhost");
}

bool ma_redisurl_private(const ma_redisurl *url)
{
    return url->tls || url->path || is_loopback(url->host);
}
