/* privatekey.c - see privatekey.h. */
#include "agentcore/privatekey.h"

#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/key.h"
#include "base/ownfile.h"
#include "base/quote.h"

static mcpauth_status read_key(
    mcpauth_config *config, const char *path, mcpauth_error *err)
{
    MA_SCOPED(ma_fd) fd = -1;
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_KEY_TEXT_MAX);
    mcpauth_status st = ma_ownfile_open(path, S_IRWXG | S_IRWXO, &fd, err);
    if (st)
        return st;
    int cause = ma_fd_read_all(fd, &text);
    if (cause)
        return ma_error_set(err, MCPAUTH_E_USAGE, "%s", strerror(cause));
    st = ma_buf_status(&text, "the key", err);
    if (!st && !text.len)
        return ma_error_set(err, MCPAUTH_E_USAGE, "it is empty");
    return st ? st
              : mcpauth_config_set(
                    config, "private_key", ma_buf_text(&text), err);
}

mcpauth_status ma_privatekey_read(
    mcpauth_config *config, const char *path, mcpauth_error *err)
{
    mcpauth_status st = read_key(config, path, err);
    if (!st)
        return st;
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(path));
    return ma_error_in(err, st == MCPAUTH_E_NOMEM ? st : MCPAUTH_E_USAGE, "%s",
        shown ? shown : "the file");
}
