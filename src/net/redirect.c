/* redirect.c - see redirect.h. */
#include "net/redirect.h"

#include "base/error.h"

bool ma_redirect_status(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 ||
           status == 308;
}

static mcpauth_status read_target(
    const ma_url *from, const char *location, ma_url *out)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_URL_MAX);
    mcpauth_status st = ma_url_resolve(from, ma_span_of(location), &text, NULL);
    if (!st)
        st = ma_buf_status(&text, "the redirect", NULL);
    return st ? st : ma_url_parse(ma_buf_span(&text), out, NULL);
}

static mcpauth_status refuse(
    const ma_url *from, int status, const ma_url *target, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) here = ma_buf_init(MA_URL_MAX);
    MA_SCOPED(ma_buf) there = ma_buf_init(MA_URL_MAX);
    ma_url_write_origin(&here, from);
    ma_url_write_origin(&there, target);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "redirect not followed: %s answered %d towards %s", ma_buf_text(&here),
        status, ma_buf_text(&there));
    ma_error_hint(
        err, "if %s is right, configure its URL instead", ma_buf_text(&there));
    ma_error_http_status(err, status);
    return st;
}

static mcpauth_status refuse_unreadable(
    const ma_url *from, int status, const char *location, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) here = ma_buf_init(MA_URL_MAX);
    ma_url_write_origin(&here, from);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "redirect not followed: %s answered %d %s", ma_buf_text(&here), status,
        location ? "towards something that is no http URL"
                 : "without a Location");
    ma_error_http_status(err, status);
    return st;
}

mcpauth_status ma_redirect_judge(const ma_url *from, int status,
    const char *location, int left, ma_url *out_next, mcpauth_error *err)
{
    MA_SCOPED(ma_url) target = {0};
    if (!location || read_target(from, location, &target))
        return refuse_unreadable(from, status, location, err);
    if (left <= 0 || !ma_url_same_origin(from, &target))
        return refuse(from, status, &target, err);
    *out_next = target;
    target = (ma_url){0};
    return MCPAUTH_OK;
}
