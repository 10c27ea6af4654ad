/* stored.c - load, change, save. */
#include "client/stored.h"

#include <string.h>

#include "base/error.h"
#include "oauth/record.h"
#include "oauth/token.h"
#include "store/store.h"

static mcpauth_status load(const mcpauth_provider_options *options,
    ma_record *out_record, int64_t *out_version, mcpauth_error *err)
{
    mcpauth_store_key key;
    MA_SCOPED(mcpauth_record) loaded = {0};
    mcpauth_status st = mcpauth_config_key(options->config, &key, err);
    if (!st)
        st = mcpauth_store_load(options->store, &key, &loaded, err);
    *out_version = loaded.version;
    return st ? st
              : ma_record_parse(
                    ma_span_make(loaded.bytes, loaded.len), out_record, err);
}

static mcpauth_status save(const mcpauth_provider_options *options,
    const ma_record *record, int64_t version, mcpauth_error *err)
{
    mcpauth_store_key key;
    MA_SCOPED(ma_buf) text = ma_buf_init(MCPAUTH_RECORD_MAX);
    ma_record_write(record, &text);
    mcpauth_status st = ma_buf_status(&text, "the record", err);
    if (!st)
        st = mcpauth_config_key(options->config, &key, err);
    if (st)
        return st;
    mcpauth_save_answer answer = MCPAUTH_SAVED;
    return mcpauth_store_save(options->store, &key, ma_buf_text(&text),
        text.len, version, &answer, &version, err);
}

mcpauth_status ma_stored_mark_refused(const mcpauth_provider_options *options,
    const mcpauth_token *refused, mcpauth_error *err)
{
    int64_t version = 0;
    MA_SCOPED(ma_record) record = {0};
    MA_AUTO(mcpauth_token) stored = NULL;
    mcpauth_status st = load(options, &record, &version, err);
    if (!st)
        st = ma_record_token(&record, &stored, err);
    bool same =
        !st && refused && stored &&
        ma_span_eq(ma_token_access_span(refused), ma_token_access_span(stored));
    if (!same)
        return st;
    st = ma_record_mark_refused(&record, err);
    return st ? st : save(options, &record, version, err);
}

mcpauth_status ma_stored_read_version(
    const mcpauth_provider_options *options, ma_buf *to, mcpauth_error *err)
{
    int64_t version = 0;
    MA_SCOPED(ma_record) record = {0};
    mcpauth_status st = load(options, &record, &version, err);
    if (st)
        return st;
    const char *known = ma_record_protocol_version(&record);
    ma_buf_add_text(to, known ? known : "");
    return ma_buf_status(to, "the protocol version", err);
}

mcpauth_status ma_stored_note_version(const mcpauth_provider_options *options,
    const char *protocol_version, mcpauth_error *err)
{
    int64_t version = 0;
    MA_SCOPED(ma_record) record = {0};
    mcpauth_status st = load(options, &record, &version, err);
    if (st || version == 0)
        return st;
    const char *known = ma_record_protocol_version(&record);
    if (known && !strcmp(known, protocol_version))
        return MCPAUTH_OK;
    st = ma_record_note_protocol_version(&record, protocol_version, err);
    return st ? st : save(options, &record, version, err);
}
