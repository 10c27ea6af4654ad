/* foreignfile.c - see foreignfile.h. */
#include "cli/foreignfile.h"

#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/jsonc.h"
#include "base/quote.h"
#include "cli/input.h"

static mcpauth_status refuse(
    const char *path, const char *why, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(path));
    return ma_error_set(err, MCPAUTH_E_USAGE, "cannot read %s: %s",
        shown ? shown : "a file", why);
}

mcpauth_status ma_foreignfile_read(
    const char *path, ma_buf *to, mcpauth_error *err)
{
    struct stat info;
    /* Non-blocking: nobody waits for the other end of a pipe. */
    MA_SCOPED(ma_fd)
    fd = ma_fd_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0 || fstat(fd, &info))
        return refuse(path, strerror(errno), err);
    if (!S_ISREG(info.st_mode))
        return refuse(path, "it is no regular file", err);
    return ma_input_fd(fd, path, to, err);
}

static bool is_blank(const ma_buf *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (!memchr(" \t\r\n", text->at[i], 4))
            return false;
    return true;
}

static mcpauth_status parse(
    const ma_buf *text, ma_json **out, mcpauth_error *err)
{
    MA_AUTO(ma_json) json = is_blank(text) ? ma_json_object() : NULL;
    mcpauth_status st = MCPAUTH_OK;
    if (!json)
        st =
            ma_json_parse(ma_buf_span(text), MA_JSON_MESSAGE_DEPTH, &json, err);
    if (!st && !ma_json_is_object(json))
        st = ma_error_set(err, MCPAUTH_E_PROTOCOL, "it is no JSON object");
    if (!st)
        *out = ma_move(&json);
    return st;
}

mcpauth_status ma_foreignfile_parse(
    const char *path, ma_json **out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_FOREIGNFILE_MAX);
    mcpauth_status st = ma_foreignfile_read(path, &text, err);
    if (st)
        return st;
    ma_jsonc_blank(&text);
    st = parse(&text, out, err);
    if (!st)
        return st;
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(path));
    return ma_error_in(err, st, "%s", shown ? shown : "a file");
}
