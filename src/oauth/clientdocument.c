/* clientdocument.c - a client whose id is the URL of a document about it. */
#include "oauth/clientdocument.h"

#include <string.h>
#include <strings.h>

#include "base/url.h"

/* Takes one '.', plain or encoded, from the front. */
static bool take_dot(ma_span *rest)
{
    size_t len = 0;
    if (ma_span_starts(*rest, "."))
        len = 1;
    else if (rest->len >= 3 && !strncasecmp(rest->at, "%2e", 3))
        len = 3;
    *rest = ma_span_make(rest->at + len, rest->len - len);
    return len > 0;
}

static bool is_dots(ma_span segment)
{
    if (!take_dot(&segment))
        return false;
    take_dot(&segment);
    return !segment.len;
}

static bool has_dots(ma_span path)
{
    while (path.at)
        if (is_dots(ma_span_cut(&path, '/')))
            return true;
    return false;
}

bool ma_clientdocument_valid(ma_span url)
{
    MA_SCOPED(ma_url) parsed = {0};
    if (ma_url_parse(url, &parsed, NULL))
        return false;
    return parsed.https && !parsed.fragment && parsed.path.len > 1 &&
           !has_dots(parsed.path);
}
