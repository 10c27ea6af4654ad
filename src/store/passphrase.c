/* passphrase.c - see passphrase.h. */
#include "store/passphrase.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/error.h"
#include "store/lockfile.h"
#include "store/safefile.h"

#define NAME "passphrase"
#define LOCK "passphrase.lock"
#define WORD "mcpauth-passphrase"

/* The second choice of RFC 9106 4, for memory that is scarce; at least that
 * is asked of a file, so that nobody makes it cheaper, and not so much more
 * that a run never ends. */
enum {
    FORMAT = 1,
    PASSES = 3,
    PASSES_MAX = 64,
    KIBIBYTES = 64 * 1024,
    KIBIBYTES_MAX = 4 * 1024 * 1024
};

enum { FILE_MAX = 1024, TYPED_MAX = 4096, BASE64_ROOM = 64 };

typedef struct {
    ma_seal_cost cost;
    unsigned char mark[MA_SEAL_MARK_LEN];
} parameters;

/* --- the file ------------------------------------------------------------ */

static bool read_bytes(const char *text, unsigned char *out, size_t len)
{
    MA_SCOPED(ma_buf) bytes = ma_buf_init(BASE64_ROOM);
    if (!ma_base64_read(&bytes, ma_span_of(text)) || bytes.len != len)
        return false;
    memcpy(out, bytes.at, len);
    return true;
}

static bool parse(const char *text, parameters *out)
{
    char salt[BASE64_ROOM];
    char mark[BASE64_ROOM];
    unsigned format = 0;
    ma_seal_cost *cost = &out->cost;
    return sscanf(text, WORD " %u %u %u %63s %63s", &format, &cost->passes,
               &cost->kibibytes, salt, mark) == 5 &&
           format == FORMAT && cost->passes >= PASSES &&
           cost->passes <= PASSES_MAX && cost->kibibytes >= KIBIBYTES &&
           cost->kibibytes <= KIBIBYTES_MAX &&
           read_bytes(salt, cost->salt, sizeof cost->salt) &&
           read_bytes(mark, out->mark, sizeof out->mark);
}

static mcpauth_status load(const ma_directory *directory, parameters *out,
    bool *out_found, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(FILE_MAX);
    mcpauth_status st =
        ma_safefile_read(directory, NAME, &text, out_found, err);
    if (st || !*out_found || parse(ma_buf_text(&text), out))
        return st;
    st = ma_error_set(err, MCPAUTH_E_STORE,
        "%s/" NAME " is damaged, or of a newer mcpauth", directory->path);
    ma_error_hint(err, "without it no passphrase opens this store: get it back "
                       "from a backup");
    return st;
}

static mcpauth_status save(
    const ma_directory *directory, const parameters *kept, mcpauth_error *err)
{
    const ma_seal_cost *cost = &kept->cost;
    MA_SCOPED(ma_buf) text = ma_buf_init(FILE_MAX);
    ma_buf_addf(
        &text, WORD " %d %u %u ", FORMAT, cost->passes, cost->kibibytes);
    ma_base64_write_url(
        &text, ma_span_make((const char *)cost->salt, sizeof cost->salt));
    ma_buf_add_byte(&text, ' ');
    ma_base64_write_url(
        &text, ma_span_make((const char *)kept->mark, sizeof kept->mark));
    ma_buf_add_byte(&text, '\n');
    mcpauth_status st = ma_buf_status(&text, "the file of a passphrase", err);
    return st ? st
              : ma_safefile_replace(directory, NAME, ma_buf_span(&text), err);
}

/* --- the passphrase ------------------------------------------------------ */

typedef struct {
    ma_passphrase_ask_fn *ask;
    void *ctx;
} person;

static mcpauth_status type_known(
    const person *who, ma_buf *to, mcpauth_error *err)
{
    return who->ask(who->ctx, "Passphrase of the store: ", to, err);
}

static mcpauth_status type_new(
    const person *who, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) again = ma_buf_init(TYPED_MAX);
    mcpauth_status st =
        who->ask(who->ctx, "New passphrase of the store: ", to, err);
    if (!st && !to->len)
        return ma_error_set(err, MCPAUTH_E_USAGE, "it is empty");
    if (!st)
        st = who->ask(who->ctx, "The same again: ", &again, err);
    if (!st && !ma_crypto_equal(ma_buf_span(to), ma_buf_span(&again)))
        st = ma_error_set(
            err, MCPAUTH_E_USAGE, "it was not the same the second time");
    return st;
}

/* --- the key ------------------------------------------------------------- */

static mcpauth_status derive_known(const parameters *kept, ma_span passphrase,
    ma_secret **out_key, mcpauth_error *err)
{
    unsigned char mark[MA_SEAL_MARK_LEN];
    MA_AUTO(ma_secret) key = NULL;
    mcpauth_status st = ma_seal_derive(passphrase, &kept->cost, &key, err);
    if (!st)
        st = ma_seal_mark(key, mark, err);
    if (st)
        return st;
    if (memcmp(mark, kept->mark, sizeof mark) != 0) {
        st = ma_error_set(
            err, MCPAUTH_E_STORE, "it is not the one of this store");
        ma_error_hint(err, "nothing was changed; try again");
        return st;
    }
    *out_key = ma_move(&key);
    return MCPAUTH_OK;
}

static mcpauth_status derive_new(const ma_directory *directory,
    ma_span passphrase, ma_secret **out_key, mcpauth_error *err)
{
    parameters made = {.cost = {.passes = PASSES, .kibibytes = KIBIBYTES}};
    MA_AUTO(ma_secret) key = NULL;
    mcpauth_status st =
        ma_crypto_random(made.cost.salt, sizeof made.cost.salt, err);
    if (!st)
        st = ma_seal_derive(passphrase, &made.cost, &key, err);
    if (!st)
        st = ma_seal_mark(key, made.mark, err);
    if (!st)
        st = save(directory, &made, err);
    if (!st)
        *out_key = ma_move(&key);
    return st;
}

/* Somebody else may have made the file while this one was typed. */
static mcpauth_status get_new_key(const ma_directory *directory,
    const person *who, ma_secret **out_key, mcpauth_error *err)
{
    parameters kept;
    bool found = false;
    MA_SCOPED(ma_fd) lock = -1;
    MA_SCOPED(ma_buf) typed = ma_buf_init(TYPED_MAX);
    mcpauth_status st = type_new(who, &typed, err);
    if (!st)
        st = ma_lockfile_wait(directory, LOCK, MA_LOCKFILE_WRITE, &lock, err);
    if (!st)
        st = load(directory, &kept, &found, err);
    if (st)
        return st;
    ma_span passphrase = ma_buf_span(&typed);
    return found ? derive_known(&kept, passphrase, out_key, err)
                 : derive_new(directory, passphrase, out_key, err);
}

mcpauth_status ma_passphrase_get_key(const char *directory,
    ma_passphrase_ask_fn *ask, void *ask_ctx, ma_secret **out_key,
    mcpauth_error *err)
{
    const person who = {ask, ask_ctx};
    parameters kept;
    bool found = false;
    MA_SCOPED(ma_directory) place = {.fd = -1};
    mcpauth_status st = ma_directory_open(directory, &place, err);
    if (!st)
        st = load(&place, &kept, &found, err);
    if (st)
        return st;
    if (!found)
        return get_new_key(&place, &who, out_key, err);
    MA_SCOPED(ma_buf) typed = ma_buf_init(TYPED_MAX);
    st = type_known(&who, &typed, err);
    return st ? st : derive_known(&kept, ma_buf_span(&typed), out_key, err);
}
