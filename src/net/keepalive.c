/* keepalive.c - see keepalive.h. */
#include "net/keepalive.h"

#include <stdlib.h>
#include <strings.h>

#include "base/span.h"

enum {
    UNSAID_MS = 4000, /* 5 s is the shortest that servers have by default */
    SPARE_MS = 1000,
    LONGEST_S = 3600
};

/* Half of a short time is spare. */
static int64_t spare_some(long seconds)
{
    int64_t said_ms =
        (int64_t)(seconds < LONGEST_S ? seconds : LONGEST_S) * 1000;
    return said_ms < 2 * SPARE_MS ? said_ms / 2 : said_ms - SPARE_MS;
}

int64_t ma_keepalive_ms(const mcpauth_headers *headers)
{
    static const char name[] = "timeout=";
    const char *value = mcpauth_headers_get(headers, "Keep-Alive");
    ma_span rest = ma_span_of(value ? value : "");
    while (rest.at) {
        ma_span at = ma_span_trim(ma_span_cut(&rest, ','));
        if (at.len < sizeof name || strncasecmp(at.at, name, sizeof name - 1))
            continue;
        const char *digits = at.at + sizeof name - 1;
        if (*digits >= '0' && *digits <= '9')
            return spare_some(strtol(digits, NULL, 10));
    }
    return UNSAID_MS;
}
