/* address.c - the special-purpose registries of IANA as two short tables. */
#include "base/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct prefix4 {
    uint32_t address;
    unsigned bits;
};

/* RFC 6890 and the IANA IPv4 special-purpose registry. */
static const struct prefix4 special4[] = {
    {0x00000000, 8},  /* 0.0.0.0: this network */
    {0x0A000000, 8},  /* 10.0.0.0: private */
    {0x64400000, 10}, /* 100.64.0.0: shared */
    {0x7F000000, 8},  /* 127.0.0.0: loopback */
    {0xA9FE0000, 16}, /* 169.254.0.0: link-local */
    {0xAC100000, 12}, /* 172.16.0.0: private */
    {0xC0000000, 24}, /* 192.0.0.0: protocol assignments */
    {0xC0000200, 24}, /* 192.0.2.0: documentation */
    {0xC0586300, 24}, /* 192.88.99.0: 6to4 relays */
    {0xC0A80000, 16}, /* 192.168.0.0: private */
    {0xC6120000, 15}, /* 198.18.0.0: benchmarking */
    {0xC6336400, 24}, /* 198.51.100.0: documentation */
    {0xCB007100, 24}, /* 203.0.113.0: documentation */
    {0xE0000000, 4},  /* 224.0.0.0: multicast */
    {0xF0000000, 4},  /* 240.0.0.0: reserved and broadcast */
};

struct prefix6 {
    unsigned char address[16];
    unsigned bits;
};

/* Global unicast is 2000::/3; these parts of it are not public. */
static const struct prefix6 global6 = {{0x20}, 3};
static const struct prefix6 special6[] = {
    {{0x20, 0x01, 0x00}, 23},       /* protocols: Teredo, ORCHID, ... */
    {{0x20, 0x01, 0x0D, 0xB8}, 32}, /* documentation */
    {{0x3F, 0xFF, 0x00}, 20},       /* documentation */
};

/* Prefixes behind which an IPv4 address stands at a byte. */
static const struct prefix6 mapped = {{[10] = 0xFF, [11] = 0xFF}, 96};
static const struct prefix6 nat64 = {{0x00, 0x64, 0xFF, 0x9B}, 96};
static const struct prefix6 six_to_four = {{0x20, 0x02}, 16};

static const struct prefix6 loopback6 = {{[15] = 1}, 128};

static bool within4(uint32_t address, uint32_t prefix, unsigned bits)
{
    return (address ^ prefix) >> (32 - bits) == 0;
}

static bool within6(const unsigned char *address, const struct prefix6 *prefix)
{
    unsigned whole = prefix->bits / 8;
    unsigned rest = prefix->bits % 8;
    if (memcmp(address, prefix->address, whole) != 0)
        return false;
    return rest == 0 ||
           (address[whole] ^ prefix->address[whole]) >> (8 - rest) == 0;
}

static uint32_t read4(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

static bool is_public4(uint32_t address)
{
    for (size_t i = 0; i < sizeof special4 / sizeof *special4; i++)
        if (within4(address, special4[i].address, special4[i].bits))
            return false;
    return true;
}

/* An interface identifier of ISATAP carries IPv4 behind any prefix (RFC 5214
 * 6.1). */
static bool is_isatap(const unsigned char *address)
{
    static const unsigned char id[] = {0x00, 0x5E, 0xFE};
    return (address[8] & 0xFD) == 0 && memcmp(address + 9, id, sizeof id) == 0;
}

static bool is_public6(const unsigned char *address)
{
    if (within6(address, &mapped) || within6(address, &nat64))
        return is_public4(read4(address + 12));
    if (!within6(address, &global6))
        return false;
    for (size_t i = 0; i < sizeof special6 / sizeof *special6; i++)
        if (within6(address, &special6[i]))
            return false;
    if (within6(address, &six_to_four) && !is_public4(read4(address + 2)))
        return false;
    return !is_isatap(address) || is_public4(read4(address + 12));
}

/* The bytes of an address of that family, or NULL for another. */
static const void *bytes_of(const struct sockaddr *address, sa_family_t family)
{
    if (address->sa_family != family)
        return NULL;
    if (family == AF_INET)
        return &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    return &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
}

bool ma_address_public(const struct sockaddr *address)
{
    const void *v4 = bytes_of(address, AF_INET);
    const void *v6 = bytes_of(address, AF_INET6);
    return (v4 && is_public4(read4(v4))) || (v6 && is_public6(v6));
}

static bool is_loopback4(uint32_t address)
{
    return within4(address, INADDR_LOOPBACK, 8);
}

bool ma_address_loopback(const struct sockaddr *address)
{
    const void *v4 = bytes_of(address, AF_INET);
    if (v4)
        return is_loopback4(read4(v4));
    const unsigned char *v6 = bytes_of(address, AF_INET6);
    if (!v6)
        return false;
    return within6(v6, &loopback6) ||
           (within6(v6, &mapped) && is_loopback4(read4(v6 + 12)));
}

static bool is_linklocal4(uint32_t address)
{
    return within4(address, 0xA9FE0000, 16);
}

bool ma_address_linklocal(const struct sockaddr *address)
{
    static const struct prefix6 linklocal6 = {{0xFE, 0x80}, 10};
    const void *v4 = bytes_of(address, AF_INET);
    if (v4)
        return is_linklocal4(read4(v4));
    const unsigned char *v6 = bytes_of(address, AF_INET6);
    if (!v6)
        return false;
    return within6(v6, &linklocal6) ||
           (within6(v6, &mapped) && is_linklocal4(read4(v6 + 12)));
}
