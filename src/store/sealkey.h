/* sealkey.h - where the key of a sealed store comes from.
 *
 *     file:PATH         32 bytes, or their base64, in a file of ours alone
 *     credential:NAME   the same, as systemd gives it (systemd.exec(5))
 *     keyctl:NAME       the same, a "user" key of the kernel's keyrings
 *     passphrase        typed by a person; see passphrase.h
 *
 * A source names the key and holds nothing secret. */
#ifndef MA_STORE_SEALKEY_H
#define MA_STORE_SEALKEY_H

#include "store/passphrase.h"

typedef struct {
    const char *text;          /* as above */
    const char *credentials;   /* $CREDENTIALS_DIRECTORY; NULL: unset */
    const char *directory;     /* where a passphrase has its salt */
    ma_passphrase_ask_fn *ask; /* for one */
    void *ask_ctx;
} ma_sealkey_source;

/* E_USAGE: there is no such source, or no key in it, or others may read it.
 * E_STORE: the passphrase is a wrong one. */
mcpauth_status ma_sealkey_get(
    const ma_sealkey_source *source, ma_secret **out_key, mcpauth_error *err);

#endif
