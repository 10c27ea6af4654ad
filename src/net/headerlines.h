/* headerlines.h - the header fields of a request as libcurl takes them, in
 * memory that the next request uses again; in between it is wiped. */
#ifndef MA_NET_HEADERLINES_H
#define MA_NET_HEADERLINES_H

#include <curl/curl.h>

#include "base/buf.h"

/* Zeroed: there are none. */
typedef struct {
    ma_buf text; /* a line each, with its NUL */
    size_t count;
    struct curl_slist *list; /* room for as many */
    size_t room;
} ma_headerlines;

/* value NULL: none of that name, not even libcurl's own. */
void ma_headerlines_add(
    ma_headerlines *fields, const char *name, const char *value);

/* All of them, lent until something is changed; *out NULL: there are none.
 * False: there was no memory for one of them. */
bool ma_headerlines_list(ma_headerlines *fields, struct curl_slist **out);

/* Wipes them, and keeps the memory. */
void ma_headerlines_clear(ma_headerlines *fields);
void ma_headerlines_done(ma_headerlines *fields);

#endif
