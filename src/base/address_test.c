/* address_test.c - the ranges of S-003 and every way to hide one in IPv6. */
#include "base/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/un.h>

struct row {
    const char *text;
    bool is_public;
    bool is_loopback;
};

static const struct row rows[] = {
    {"0.0.0.0", false, false},
    {"0.255.255.255", false, false},
    {"1.0.0.0", true, false},
    {"8.8.8.8", true, false},
    {"9.255.255.255", true, false},
    {"10.0.0.0", false, false},
    {"10.255.255.255", false, false},
    {"11.0.0.0", true, false},
    {"100.63.255.255", true, false},
    {"100.64.0.0", false, false},
    {"100.127.255.255", false, false},
    {"100.128.0.0", true, false},
    {"126.255.255.255", true, false},
    {"127.0.0.0", false, true},
    {"127.0.0.1", false, true},
    {"127.255.255.255", false, true},
    {"128.0.0.0", true, false},
    {"169.253.255.255", true, false},
    {"169.254.169.254", false, false},
    {"169.255.0.0", true, false},
    {"172.15.255.255", true, false},
    {"172.16.0.0", false, false},
    {"172.31.255.255", false, false},
    {"172.32.0.0", true, false},
    {"192.0.0.8", false, false},
    {"192.0.1.0", true, false},
    {"192.0.2.1", false, false},
    {"192.88.99.1", false, false},
    {"192.167.255.255", true, false},
    {"192.168.0.1", false, false},
    {"192.169.0.0", true, false},
    {"198.17.255.255", true, false},
    {"198.18.0.0", false, false},
    {"198.19.255.255", false, false},
    {"198.20.0.0", true, false},
    {"198.51.100.1", false, false},
    {"203.0.113.1", false, false},
    {"223.255.255.255", true, false},
    {"224.0.0.1", false, false},
    {"239.255.255.255", false, false},
    {"240.0.0.1", false, false},
    {"255.255.255.255", false, false},
    {"::", false, false},
    {"::1", false, true},
    {"::2", false, false},
    {"::127.0.0.1", false, false},
    {"::8.8.8.8", false, false},
    {"::ffff:127.0.0.1", false, true},
    {"::ffff:10.0.0.1", false, false},
    {"::ffff:169.254.169.254", false, false},
    {"::ffff:8.8.8.8", true, false},
    {"::ffff:0:8.8.8.8", false, false},
    {"64:ff9b::10.0.0.1", false, false},
    {"64:ff9b::8.8.8.8", true, false},
    {"64:ff9b:1::8.8.8.8", false, false},
    {"100::1", false, false},
    {"1fff:ffff::1", false, false},
    {"2000::1", true, false},
    {"2001::1", false, false},
    {"2001:1ff:ffff::1", false, false},
    {"2001:200::1", true, false},
    {"2001:db8::1", false, false},
    {"2002:7f00:1::1", false, false},
    {"2002:c0a8:101::1", false, false},
    {"2002:808:808::1", true, false},
    {"2600:1f18::1", true, false},
    {"2600::5efe:10.0.0.1", false, false},
    {"2600::200:5efe:10.0.0.1", false, false},
    {"2600::5efe:8.8.8.8", true, false},
    {"2606:4700:4700::1111", true, false},
    {"3fff:fff::1", false, false},
    {"3fff:1000::1", true, false},
    {"4000::1", false, false},
    {"fc00::1", false, false},
    {"fd00:ec2::254", false, false},
    {"fe80::1", false, false},
    {"fec0::1", false, false},
    {"ff02::1", false, false},
};

static void fill(const char *text, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    out->ss_family = strchr(text, ':') ? AF_INET6 : AF_INET;
    void *at = out->ss_family == AF_INET
                   ? (void *)&((struct sockaddr_in *)out)->sin_addr
                   : (void *)&((struct sockaddr_in6 *)out)->sin6_addr;
    assert_int_equal(inet_pton(out->ss_family, text, at), 1);
}

static void ranges_are_judged_S_003_A_233(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sockaddr_storage address;
        fill(rows[i].text, &address);
        const struct sockaddr *given = (struct sockaddr *)&address;
        if (ma_address_public(given) != rows[i].is_public)
            fail_msg("%s: public is wrong", rows[i].text);
        if (ma_address_loopback(given) != rows[i].is_loopback)
            fail_msg("%s: loopback is wrong", rows[i].text);
    }
}

static void link_local_is_told_apart_A_211(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } near[] = {
        {"169.254.169.254", true},
        {"169.254.0.0", true},
        {"169.253.255.255", false},
        {"169.255.0.0", false},
        {"127.0.0.1", false},
        {"10.0.0.1", false},
        {"fe80::1", true},
        {"febf::1", true},
        {"fec0::1", false},
        {"::1", false},
        {"::ffff:169.254.169.254", true},
        {"::ffff:10.0.0.1", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        struct sockaddr_storage address;
        fill(near[i].text, &address);
        if (ma_address_linklocal((struct sockaddr *)&address) != near[i].is)
            fail_msg("%s: link-local is wrong", near[i].text);
    }
}

static void other_families_are_neither(void **state)
{
    (void)state;
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    assert_false(ma_address_public((struct sockaddr *)&local));
    assert_false(ma_address_loopback((struct sockaddr *)&local));
    assert_false(ma_address_linklocal((struct sockaddr *)&local));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_judged_S_003_A_233),
        cmocka_unit_test(link_local_is_told_apart_A_211),
        cmocka_unit_test(other_families_are_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
