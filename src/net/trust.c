/* trust.c - see trust.h.
 *
 * Reading Debian's bundle costs every process 18 ms; the hashed directory
 * holds the same certificates and costs one open(2) each. */
#include "net/trust.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define HASHED_CERTS "/etc/ssl/certs"

bool ma_trust_hashed(const char *path)
{
    DIR *dir = opendir(path);
    bool found = false;
    if (!dir)
        return false;
    for (struct dirent *entry = readdir(dir); entry && !found;
         entry = readdir(dir))
        found = strspn(entry->d_name, "0123456789abcdef") == 8 &&
                entry->d_name[8] == '.';
    closedir(dir);
    return found;
}

bool ma_trust_find(const char *file, ma_trust *out)
{
    ma_trust found = {0};
    if (!file)
        file = getenv("SSL_CERT_FILE");
    if (file && *file) {
        found.file = ma_strdup(file);
        *out = found;
        return found.file;
    }
    if (!ma_trust_hashed(HASHED_CERTS))
        return true;
    found.dir = ma_strdup(HASHED_CERTS);
    *out = found;
    return found.dir;
}

void ma_trust_done(ma_trust *trust)
{
    ma_free(trust->file);
    ma_free(trust->dir);
    *trust = (ma_trust){0};
}
