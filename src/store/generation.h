/* generation.h - a record as it was, is and will be.
 *
 * H.json is the record.  Beside it there may be H.json.prev, what it was, kept
 * until H.json is safe; and H.json.next, what it will be when the writer is
 * done.  A next one that is whole counts, whether its writer lives, died or
 * failed: so what a server answered is lost to kill -9 or a full disk only
 * until it is written, not until it is synced and named (S-043, S-046). */
#ifndef MA_STORE_GENERATION_H
#define MA_STORE_GENERATION_H

#include "store/directory.h"
#include "store/filerecord.h"

/* Behind the name of a record. */
#define MA_GENERATION_NEXT ".next"

typedef struct {
    ma_buf file;
    ma_filerecord record;          /* version 0: there is none */
    ma_filerecord_verdict verdict; /* GOOD also when there is none */
    const char *ending;            /* of the name it was found under */
    bool stands;                   /* the name without an ending is taken */
} ma_generation;

ma_generation ma_generation_init(void);
void ma_generation_done(ma_generation *self);
MA_SCOPED_DEFINE(ma_generation, ma_generation_done)

/* Reads into *out, which is fresh, what name itself leads to. */
mcpauth_status ma_generation_read(const ma_directory *directory,
    const char *name, ma_generation *out, mcpauth_error *err);

/* The same of name with an ending, or "".  out->stands is left alone. */
mcpauth_status ma_generation_read_as(const ma_directory *directory,
    const char *name, const char *ending, ma_generation *out,
    mcpauth_error *err);

/* Replaces *found, which was read without an ending, by the previous one when
 * it is damaged or missing, and by the next one when that follows. */
mcpauth_status ma_generation_choose(const ma_directory *directory,
    const char *name, ma_generation *found, mcpauth_error *err);

/* E_STORE when it is of a format unknown to this version. */
mcpauth_status ma_generation_refuse_newer(const ma_directory *directory,
    const char *name, const ma_generation *found, mcpauth_error *err);

/* Cuts the ending off the name of a previous or next one. */
ma_span ma_generation_record_name(ma_span name);

#endif
