/* params.c - of any params, what is ours is written once and what is theirs
 * stays; any text becomes the value of a field, and can be read back. */
#include "mcp/params.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/base64.h"
#include "mcp/fieldvalue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static size_t count(ma_span object, const char *wanted)
{
    size_t found = 0;
    ma_span name, value;
    ma_value_walk walk = ma_value_walk_init(object);
    while (ma_value_walk_next(&walk, &name, &value))
        found += ma_value_says(name, wanted);
    return found;
}

static void check_kept(ma_span before, ma_span after, ma_span except)
{
    ma_span name, value;
    ma_value_walk walk = ma_value_walk_init(before);
    while (ma_value_walk_next(&walk, &name, &value)) {
        if (!ma_value_find(except, name).at)
            require(ma_span_eq(
                ma_value_find(before, name), ma_value_find(after, name)));
    }
}

static void check_merged(ma_span params)
{
    static const char owned[] = "{\"a\":1,\"b\":2}";
    MA_SCOPED(ma_buf) written = ma_buf_init(1 << 24);
    ma_span whole;
    if (ma_params_write_meta(&written, params, ma_span_of(owned), NULL))
        return;
    require(!ma_value_parse(ma_buf_span(&written), &whole, NULL));
    require(count(whole, "_meta") == 1);
    check_kept(params, whole, ma_span_of("{\"_meta\":1}"));
    ma_span meta = ma_value_member(whole, "_meta");
    require(count(meta, "a") == 1 && count(meta, "b") == 1);
    require(ma_span_is(ma_value_member(meta, "a"), "1"));
    check_kept(ma_value_member(params, "_meta"), meta, ma_span_of(owned));
}

static void check_retry(ma_span params)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(1 << 24);
    ma_span whole;
    ma_span none = {NULL, 0};
    if (ma_params_write_retry(
            &written, params, none, ma_span_of("\"s\""), NULL))
        return;
    require(!ma_value_parse(ma_buf_span(&written), &whole, NULL));
    require(count(whole, "requestState") == 1);
    require(count(whole, "inputResponses") == 0);
    check_kept(
        params, whole, ma_span_of("{\"requestState\":1,\"inputResponses\":1}"));
}

static void check_field(ma_span text)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(1 << 24);
    MA_SCOPED(ma_buf) read = ma_buf_init(1 << 24);
    ma_fieldvalue_write(&written, text);
    ma_span value = ma_buf_span(&written);
    for (size_t i = 0; i < value.len; i++)
        require(value.at[i] >= 0x20 && value.at[i] <= 0x7E);
    require(ma_span_trim(value).len == value.len);
    if (ma_span_starts(value, "=?base64?") && ma_span_ends(value, "?=")) {
        value = ma_span_make(value.at + 9, value.len - 11);
        require(ma_base64_read(&read, value));
        value = ma_buf_span(&read);
    }
    require(ma_span_eq(value, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    ma_span text = ma_span_make((const char *)bytes, len);
    ma_span params;
    check_field(text);
    if (ma_value_parse(text, &params, NULL))
        return 0;
    check_merged(params);
    check_retry(params);
    return 0;
}
