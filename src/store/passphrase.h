/* passphrase.h - the key that a person's passphrase stands for.
 *
 * What it takes beside the passphrase is in the file "passphrase" of the
 * store's directory, one line:
 *
 *     mcpauth-passphrase 1 PASSES KIBIBYTES SALT MARK
 *
 * with salt and mark (see ma_seal_mark) in base64.  By the mark a mistyped
 * passphrase is found before anything is sealed with it. */
#ifndef MA_STORE_PASSPHRASE_H
#define MA_STORE_PASSPHRASE_H

#include "store/seal.h"

/* Appends what a person types, shown the prompt. */
typedef mcpauth_status ma_passphrase_ask_fn(
    void *ctx, const char *prompt, ma_buf *to, mcpauth_error *err);

/* The first time, the passphrase is asked for twice and the file made.
 * E_USAGE: it is empty, or not the same twice.  E_STORE: it is not the one of
 * this directory, or the file cannot be read or written. */
mcpauth_status ma_passphrase_get_key(const char *directory,
    ma_passphrase_ask_fn *ask, void *ask_ctx, ma_secret **out_key,
    mcpauth_error *err);

#endif
