/* filerecord.h - a record as a file.
 *
 *     mcpauth-record 1 <SHA-256 of all that follows this line, hexadecimal>
 *     {"key":{"server":"...","account":"..."},"version":7}
 *     <the record, byte for byte, to the end of the file>
 *
 * The record is not part of the JSON, so its secrets never pass through a
 * parser.  Members of the second line that this version does not know are
 * kept when the record is replaced (S-051); what must not be read by this
 * version at all gets a higher number in the first line. */
#ifndef MA_STORE_FILERECORD_H
#define MA_STORE_FILERECORD_H

#include "base/json.h"

/* Longest second line, and longest file. */
enum { MA_FILERECORD_ENVELOPE_MAX = 64 * 1024, MA_FILERECORD_MAX = 384 * 1024 };

/* Members are lent by envelope and by the file's bytes. */
typedef struct {
    ma_json *envelope; /* NULL: there is no record */
    const char *server;
    const char *account;
    int64_t version; /* 0: there is no record */
    ma_span bytes;
} ma_filerecord;

typedef enum {
    MA_FILERECORD_GOOD,
    MA_FILERECORD_DAMAGED,
    MA_FILERECORD_NEWER /* of a format this version does not know */
} ma_filerecord_verdict;

/* Fills *out when the verdict is GOOD. */
mcpauth_status ma_filerecord_parse(ma_span file, ma_filerecord *out,
    ma_filerecord_verdict *out_verdict, mcpauth_error *err);
void ma_filerecord_done(ma_filerecord *record);
MA_SCOPED_DEFINE(ma_filerecord, ma_filerecord_done)

/* The version that comes after now, 0: there is no record.  A first one is
 * random, so that a record which was removed and made again is never taken for
 * the one before. */
mcpauth_status ma_filerecord_choose_version(
    int64_t now, int64_t *out, mcpauth_error *err);

/* Appends the whole file.  record->envelope is what the file to be replaced
 * had, or NULL. */
mcpauth_status ma_filerecord_write(
    ma_buf *to, const ma_filerecord *record, mcpauth_error *err);

#endif
