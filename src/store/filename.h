/* filename.h - the names of a record's files, by the hash of its key. */
#ifndef MA_STORE_FILENAME_H
#define MA_STORE_FILENAME_H

#include <mcpauth/store.h>

#include "base/span.h"

enum { MA_FILENAME_ROOM = 64 };

typedef struct {
    char record[MA_FILENAME_ROOM]; /* H.json */
    char lock[MA_FILENAME_ROOM];   /* H.lock */
} ma_filename;

mcpauth_status ma_filename_set(
    ma_filename *out, const mcpauth_store_key *key, mcpauth_error *err);

/* True for the name of some record. */
bool ma_filename_is_record(ma_span name);

#endif
