/* url.c - any bytes as a URL, as a reference, and as a discovery_url. */
#include "base/url.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "oauth/wellknown.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The canonical form is a URL of the same origin, and its own canonical
 * form. */
static void check_canonical(const ma_url *url)
{
    MA_SCOPED(ma_buf) once = ma_buf_init(2 * MA_URL_MAX);
    ma_url_write_canonical(&once, url);
    MA_SCOPED(ma_url) again = {0};
    if (once.len > MA_URL_MAX)
        return;
    must(!ma_url_parse(ma_buf_span(&once), &again, NULL));
    must(ma_url_same_origin(url, &again) && !again.fragment);
    MA_SCOPED(ma_buf) twice = ma_buf_init(2 * MA_URL_MAX);
    ma_url_write_canonical(&twice, &again);
    must(ma_span_eq(ma_buf_span(&once), ma_buf_span(&twice)));
}

static void check_wellknown(ma_span text, const ma_url *url)
{
    MA_SCOPED(ma_wellknown) list = {0};
    must(!ma_wellknown_resource(url, &list, NULL));
    must(list.count >= 1 && list.count <= MA_WELLKNOWN_MAX);
    MA_SCOPED(ma_wellknown) discovery = {0};
    MA_SCOPED(ma_buf) issuer = ma_buf_init(2 * MA_URL_MAX);
    if (ma_wellknown_discovery(text, &discovery, NULL))
        return;
    must(!ma_wellknown_issuer_of(text, &issuer, NULL));
    must(ma_url_valid(ma_buf_span(&issuer)));
    for (size_t i = 0; i < discovery.count; i++)
        must(strstr(discovery.urls[i], "/.well-known/") != NULL);
    ma_wellknown_is_underscored(text);
}

static void check_reference(ma_span text)
{
    MA_SCOPED(ma_url) base = {0};
    must(!ma_url_parse(ma_span_of("https://e.com/a/b?c"), &base, NULL));
    MA_SCOPED(ma_buf) resolved = ma_buf_init(4 * MA_URL_MAX);
    if (ma_url_resolve(&base, text, &resolved, NULL))
        return;
    ma_url_valid(ma_buf_span(&resolved));
}

static void check_redacted(ma_span text)
{
    MA_AUTO(ma_text) copy = ma_strndup(text.at, text.len);
    MA_AUTO(ma_text) shown = ma_url_redacted(copy);
    for (const char *at = shown; *at; at++)
        must((unsigned char)*at >= 0x20 && *at != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ma_span text = ma_span_make((const char *)data, size);
    check_reference(text);
    check_redacted(text);
    MA_SCOPED(ma_url) url = {0};
    bool parsed = !ma_url_parse(text, &url, NULL);
    must(parsed == ma_url_valid(text));
    if (!parsed)
        return 0;
    ma_url_loopback(&url);
    ma_url_private(&url);
    check_canonical(&url);
    check_wellknown(text, &url);
    return 0;
}
