/* input.c - whole files and descriptors that a person named. */
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "store/fd.h"

enum { CHUNK = 4096 };

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
    char chunk[CHUNK];
    ssize_t got = 0;
    do {
        got = read(fd, chunk, sizeof chunk);
        if (got > 0)
            ma_buf_add(to, chunk, (size_t)got);
    } while ((got > 0 && !to->failed) || (got < 0 && errno == EINTR));
    int cause = errno;
    explicit_bzero(chunk, sizeof chunk);
    if (got < 0)
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
