/* proxy.c - see proxy.h. */
#include "net/proxy.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_MAX = sizeof(struct in6_addr) };

/* Bytes of the address written in text, 0 when it is none. */
static size_t read_address(ma_span text, unsigned char out[ADDRESS_MAX])
{
    char copy[INET6_ADDRSTRLEN];
    if (text.len >= sizeof copy)
        return 0;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, out) == 1)
        return sizeof(struct in_addr);
    return inet_pton(AF_INET6, copy, out) == 1 ? sizeof(struct in6_addr) : 0;
}

/* A decimal number of at most three digits, or -1. */
static int read_bits(ma_span text)
{
    int bits = 0;
    if (text.len == 0 || text.len > 3)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return -1;
        bits = bits * 10 + (text.at[i] - '0');
    }
    return bits;
}

static bool same_bits(
    const unsigned char *a, const unsigned char *b, size_t bits)
{
    size_t whole = bits / 8;
    size_t rest = bits % 8;
    if (memcmp(a, b, whole) != 0)
        return false;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

static bool covers_address(ma_span entry, const char *host)
{
    unsigned char net[ADDRESS_MAX];
    unsigned char address[ADDRESS_MAX];
    ma_span rest = entry;
    ma_span network = ma_span_cut(&rest, '/');
    size_t len = read_address(network, net);
    if (len == 0 || len != read_address(ma_span_of(host), address))
        return false;
    int bits = rest.at ? read_bits(rest) : (int)len * 8;
    if (bits < 0 || (size_t)bits > len * 8)
        return false;
    return same_bits(net, address, (size_t)bits);
}

static bool covers_name(ma_span entry, const char *host)
{
    while (entry.len > 0 && entry.at[0] == '.')
        entry = ma_span_make(entry.at + 1, entry.len - 1);
    size_t host_len = strlen(host);
    if (entry.len == 0 || entry.len > host_len)
        return false;
    const char *tail = host + host_len - entry.len;
    return ma_span_is_nocase(entry, tail) && (tail == host || tail[-1] == '.');
}

bool ma_proxy_exempts(ma_span list, const char *host)
{
    while (list.at) {
        ma_span piece = ma_span_cut(&list, ',');
        while (piece.at) {
            ma_span entry = ma_span_trim(ma_span_cut(&piece, ' '));
            if (ma_span_is(entry, "*") || covers_address(entry, host) ||
                covers_name(entry, host))
                return true;
        }
    }
    return false;
}

static const char *first_set(const char *const *names)
{
    for (; *names; names++) {
        const char *value = getenv(*names);
        if (value && *value)
            return value;
    }
    return NULL;
}

const char *ma_proxy_find(const ma_url *url)
{
    static const char *const proxies[] = {
        "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL};
    static const char *const exempt[] = {"no_proxy", "NO_PROXY", NULL};
    if (!url->https || ma_url_loopback(url))
        return NULL;
    if (ma_proxy_exempts(ma_span_of(first_set(exempt)), url->host))
        return NULL;
    return first_set(proxies);
}
