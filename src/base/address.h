/* address.h - which socket addresses are public (S-003, A-233). */
#ifndef MA_BASE_ADDRESS_H
#define MA_BASE_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* False for loopback, link-local, private, unique-local, unspecified, shared
 * (100.64/10), benchmarking, documentation, multicast, reserved, and every
 * IPv6 form that carries such an IPv4 address; false for other families. */
bool ma_address_public(const struct sockaddr *address);

/* 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/8. */
bool ma_address_loopback(const struct sockaddr *address);

/* 169.254.0.0/16, fe80::/10, and the former as ::ffff:169.254.0.0/112. */
bool ma_address_linklocal(const struct sockaddr *address);

#endif
