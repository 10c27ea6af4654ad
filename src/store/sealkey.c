/* sealkey.c - see sealkey.h. */
#include "store/sealkey.h"

#include <errno.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/ownfile.h"
#include "base/quote.h"

enum { TEXT_MAX = 256, PATH_ROOM = PATH_MAX };

/* --- 32 bytes or their base64 -------------------------------------------- */

static ma_span trim_line(ma_span text)
{
    while (text.len && strchr(" \t\r\n", text.at[text.len - 1]))
        text.len--;
    return text;
}

static mcpauth_status read_key(
    ma_span content, ma_secret **out_key, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) decoded = ma_buf_init(TEXT_MAX);
    ma_span bytes = content;
    if (content.len != MA_SEAL_KEY_LEN &&
        ma_base64_read(&decoded, trim_line(content)))
        bytes = ma_buf_span(&decoded);
    if (bytes.len == MA_SEAL_KEY_LEN)
        return ma_secret_set(out_key, bytes, err);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "it holds no key, which is %d bytes or their base64", MA_SEAL_KEY_LEN);
    ma_error_hint(
        err, "make one with: openssl rand -base64 %d", MA_SEAL_KEY_LEN);
    return st;
}

/* --- a file -------------------------------------------------------------- */

static mcpauth_status refuse(
    mcpauth_error *err, const char *what, const char *hint)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE, "%s", what);
    ma_error_hint(err, "%s", hint);
    return st;
}

/* forbidden: the rights that nobody else may have. */
static mcpauth_status read_file(
    const char *path, mode_t forbidden, ma_secret **out_key, mcpauth_error *err)
{
    char content[TEXT_MAX];
    MA_SCOPED(ma_fd) fd = -1;
    mcpauth_status st = ma_ownfile_open(path, forbidden, &fd, err);
    if (st)
        return st;
    ssize_t len = read(fd, content, sizeof content);
    if (len < 0)
        return ma_error_set(err, MCPAUTH_E_USAGE, "%s", strerror(errno));
    st = read_key(ma_span_make(content, (size_t)len), out_key, err);
    explicit_bzero(content, sizeof content);
    return st;
}

static mcpauth_status get_from_file(const ma_sealkey_source *source,
    const char *path, ma_secret **out_key, mcpauth_error *err)
{
    (void)source;
    if (*path != '/')
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "the path must be an absolute one");
    return read_file(path, S_IRWXG | S_IRWXO, out_key, err);
}

/* systemd gives them to us by an access list, which shows as the group's. */
static mcpauth_status get_from_credential(const ma_sealkey_source *source,
    const char *name, ma_secret **out_key, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) path = ma_buf_init(PATH_ROOM);
    if (!source->credentials || *source->credentials != '/')
        return refuse(err, "CREDENTIALS_DIRECTORY is not set",
            "it is for services of systemd with LoadCredential=");
    if (strchr(name, '/'))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "the name of a credential has no '/'");
    ma_buf_addf(&path, "%s/%s", source->credentials, name);
    mcpauth_status st = ma_buf_status(&path, "the path of a credential", err);
    return st ? st : read_file(ma_buf_text(&path), S_IRWXO, out_key, err);
}

/* --- the kernel ---------------------------------------------------------- */

static mcpauth_status fail_keyctl(mcpauth_error *err)
{
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_USAGE, "the kernel: %s", strerror(errno));
    ma_error_hint(err, "put one there with: openssl rand 32 | keyctl padd user "
                       "NAME @u");
    return st;
}

static mcpauth_status get_from_kernel(const ma_sealkey_source *source,
    const char *name, ma_secret **out_key, mcpauth_error *err)
{
    (void)source;
    char content[TEXT_MAX];
    long id = syscall(SYS_request_key, "user", name, NULL, 0);
    if (id < 0)
        return fail_keyctl(err);
    long len = syscall(SYS_keyctl, KEYCTL_READ, id, content, sizeof content);
    if (len < 0)
        return fail_keyctl(err);
    size_t held = len < TEXT_MAX ? (size_t)len : TEXT_MAX;
    mcpauth_status st = read_key(ma_span_make(content, held), out_key, err);
    explicit_bzero(content, sizeof content);
    return st;
}

/* --- a person ------------------------------------------------------------ */

static mcpauth_status get_from_person(const ma_sealkey_source *source,
    const char *nothing, ma_secret **out_key, mcpauth_error *err)
{
    (void)nothing;
    return ma_passphrase_get_key(
        source->directory, source->ask, source->ask_ctx, out_key, err);
}

/* --- any ----------------------------------------------------------------- */

typedef mcpauth_status get_fn(const ma_sealkey_source *source, const char *name,
    ma_secret **out_key, mcpauth_error *err);

/* The row's function, and the name behind its prefix. */
static get_fn *find_source(const char *text, const char **out_name)
{
    static const struct {
        const char *prefix;
        get_fn *get;
    } rows[] = {
        {"file:", get_from_file},
        {"credential:", get_from_credential},
        {"keyctl:", get_from_kernel},
    };
    *out_name = "";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = strlen(rows[i].prefix);
        *out_name = text + len;
        if (!strncmp(text, rows[i].prefix, len) && text[len])
            return rows[i].get;
    }
    return strcmp(text, "passphrase") == 0 ? get_from_person : NULL;
}

mcpauth_status ma_sealkey_get(
    const ma_sealkey_source *source, ma_secret **out_key, mcpauth_error *err)
{
    const char *name = NULL;
    get_fn *get = find_source(source->text, &name);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(source->text));
    if (!get)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "a key comes from file:PATH, credential:NAME, keyctl:NAME or "
            "passphrase");
    mcpauth_status st = get(source, name, out_key, err);
    return st ? ma_error_in(err, st, "the key %s", shown ? shown : "") : st;
}
