/* input.c - whole files and descriptors that a person named. */
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/quote.h"

static mcpauth_status report(
    const char *doing, const char *name, int cause, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(name));
    return ma_error_set(err, MCPAUTH_E_USAGE, "cannot %s %s: %s", doing,
        shown ? shown : "it", strerror(cause));
}

mcpauth_status ma_input_fd(
    int fd, const char *name, ma_buf *to, mcpauth_error *err)
{
    int cause = ma_fd_read_all(fd, to);
    if (cause)
        return report("read", name, cause, err);
    return ma_buf_status(to, name, err);
}

mcpauth_status ma_input_file(const char *path, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_fd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return report("open", path, errno, err);
    return ma_input_fd(fd, path, to, err);
}

void ma_input_chomp(ma_buf *text)
{
    size_t len = text->len;
    while (len > 0 && strchr("\r\n", text->at[len - 1]))
        len--;
    ma_buf_cut(text, len);
}
