/* trust.h - where the certificates lie that a server's is checked with. */
#ifndef MA_NET_TRUST_H
#define MA_NET_TRUST_H

#include <stdbool.h>

/* Exactly one is set, or none: then libcurl knows best. */
typedef struct {
    char *file; /* PEM, read whole */
    char *dir;  /* one file per certificate, read when asked for */
} ma_trust;

/* The user's file, else SSL_CERT_FILE, else the system's hashed directory.
 * False when out of memory. */
bool ma_trust_find(const char *file, ma_trust *out);
void ma_trust_done(ma_trust *trust);

/* Whether path is a directory that c_rehash has been over. */
bool ma_trust_hashed(const char *path);

#endif
