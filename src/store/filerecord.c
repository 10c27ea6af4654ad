/* filerecord.c - see filerecord.h. */
#include "store/filerecord.h"

#include <string.h>

#include "base/crypto.h"
#include "base/error.h"

#define MAGIC "mcpauth-record "

enum { FORMAT = 1, FORMAT_DIGITS_MAX = 9, CHECKSUM_LEN = MA_SHA256_HEX - 1 };

/* What every JSON reader takes as an integer. */
static const int64_t version_max = INT64_C(1) << 53;

/* --- reading ------------------------------------------------------------- */

/* Cuts magic and format off *line: the format, 0 when it is none. */
static int take_format(ma_span *line)
{
    if (!ma_span_starts(*line, MAGIC))
        return 0;
    ma_span rest =
        ma_span_make(line->at + strlen(MAGIC), line->len - strlen(MAGIC));
    ma_span digits = ma_span_cut(&rest, ' ');
    if (digits.len > FORMAT_DIGITS_MAX)
        return 0;
    int format = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return 0;
        format = format * 10 + (digits.at[i] - '0');
    }
    *line = rest;
    return format;
}

static bool read_envelope(ma_filerecord *record)
{
    const ma_json *key = ma_json_get_object(record->envelope, "key");
    record->server = ma_json_text(key, "server");
    record->account = ma_json_text(key, "account");
    record->version = ma_json_int(record->envelope, "version", 0);
    return record->server && record->account && record->version > 0 &&
           record->version < version_max;
}

/* GOOD or DAMAGED, for a content whose checksum is right. */
static mcpauth_status parse_content(ma_span content, ma_filerecord *out,
    ma_filerecord_verdict *out_verdict, mcpauth_error *err)
{
    ma_span rest = content;
    ma_span line = ma_span_cut(&rest, '\n');
    MA_SCOPED(ma_filerecord) record = {0};
    mcpauth_status st = ma_json_parse_object(line, &record.envelope, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    if (st || !rest.at || !read_envelope(&record)) {
        *out_verdict = MA_FILERECORD_DAMAGED;
        return MCPAUTH_OK;
    }
    *out = record;
    out->bytes = rest;
    record.envelope = NULL;
    *out_verdict = MA_FILERECORD_GOOD;
    return MCPAUTH_OK;
}

mcpauth_status ma_filerecord_parse(ma_span file, ma_filerecord *out,
    ma_filerecord_verdict *out_verdict, mcpauth_error *err)
{
    ma_span content = file;
    ma_span line = ma_span_cut(&content, '\n');
    int format = take_format(&line);
    if (format > FORMAT) {
        *out_verdict = MA_FILERECORD_NEWER;
        return MCPAUTH_OK;
    }
    char checksum[MA_SHA256_HEX];
    mcpauth_status st = ma_crypto_sha256_hex(content, checksum, err);
    if (st)
        return st;
    if (format < FORMAT || !ma_span_is(line, checksum)) {
        *out_verdict = MA_FILERECORD_DAMAGED;
        return MCPAUTH_OK;
    }
    return parse_content(content, out, out_verdict, err);
}

void ma_filerecord_done(ma_filerecord *record)
{
    ma_json_free(record->envelope);
    *record = (ma_filerecord){0};
}

/* --- writing ------------------------------------------------------------- */

static mcpauth_status put_key(
    ma_json *envelope, const ma_filerecord *record, mcpauth_error *err)
{
    MA_AUTO(ma_json) key = ma_json_object();
    if (!key)
        return ma_error_nomem(err);
    mcpauth_status st = ma_json_put_text(key, "server", record->server, err);
    if (!st)
        st = ma_json_put_text(key, "account", record->account, err);
    return st ? st : ma_json_put(envelope, "key", ma_move(&key), err);
}

static mcpauth_status write_envelope(
    ma_buf *to, const ma_filerecord *record, mcpauth_error *err)
{
    MA_AUTO(ma_json)
    envelope =
        record->envelope ? ma_json_dup(record->envelope) : ma_json_object();
    if (!envelope)
        return ma_error_nomem(err);
    mcpauth_status st = put_key(envelope, record, err);
    if (!st)
        st = ma_json_put_int(envelope, "version", record->version, err);
    if (st)
        return st;
    MA_SCOPED(ma_buf) line = ma_buf_init(MA_FILERECORD_ENVELOPE_MAX);
    ma_json_write(&line, envelope);
    ma_buf_add_byte(&line, '\n');
    ma_buf_add_span(to, ma_buf_span(&line));
    return ma_buf_status(&line, "what stands before a record", err);
}

mcpauth_status ma_filerecord_choose_version(
    int64_t now, int64_t *out, mcpauth_error *err)
{
    if (now) {
        *out = now + 1;
        return MCPAUTH_OK;
    }
    uint32_t number = 0;
    mcpauth_status st = ma_crypto_random(&number, sizeof number, err);
    if (!st)
        *out = (int64_t)number + 1;
    return st;
}

mcpauth_status ma_filerecord_write(
    ma_buf *to, const ma_filerecord *record, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) content = ma_buf_init(MA_FILERECORD_MAX);
    mcpauth_status st = write_envelope(&content, record, err);
    if (st)
        return st;
    ma_buf_add_span(&content, record->bytes);
    st = ma_buf_status(&content, "the file of a record", err);
    char checksum[MA_SHA256_HEX];
    if (!st)
        st = ma_crypto_sha256_hex(ma_buf_span(&content), checksum, err);
    if (st)
        return st;
    ma_buf_addf(to, MAGIC "%d %s\n", FORMAT, checksum);
    ma_buf_add_span(to, ma_buf_span(&content));
    return ma_buf_status(to, "the file of a record", err);
}
