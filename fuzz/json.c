/* json.c - any bytes as a document; what is read is written and read again. */
#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_members(const ma_json *object)
{
    void *iter = NULL;
    const char *name;
    const ma_json *value;
    double number;
    while (ma_json_each(object, &iter, &name, &value)) {
        must(ma_json_get(object, name) == value);
        ma_json_text(object, name);
        ma_json_true(object, name);
        ma_json_int(object, name, -1);
        ma_json_number(object, name, &number);
        ma_json_count(value);
    }
}

/* Any bytes become a legal string; only NUL is refused when it is read. */
static void check_string(ma_span text)
{
    MA_SCOPED(ma_buf) string = ma_buf_init(8 * text.len + 16);
    ma_json_write_string(&string, text);
    MA_AUTO(ma_json) read = NULL;
    bool refused = ma_json_parse(ma_buf_span(&string), MA_JSON_DOCUMENT_DEPTH,
                       &read, NULL) != MCPAUTH_OK;
    must(refused == (ma_span_find(text, '\0') < text.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ma_span text = ma_span_make((const char *)data, size);
    check_string(text);
    MA_AUTO(ma_json) json = NULL;
    if (ma_json_parse(text, MA_JSON_DOCUMENT_DEPTH, &json, NULL))
        return 0;
    check_members(json);

    MA_SCOPED(ma_buf) once = ma_buf_init(64 * size + 1024);
    ma_json_write(&once, json);
    MA_AUTO(ma_json) again = NULL;
    must(!ma_json_parse(
        ma_buf_span(&once), MA_JSON_DOCUMENT_DEPTH, &again, NULL));
    MA_SCOPED(ma_buf) twice = ma_buf_init(64 * size + 1024);
    ma_json_write(&twice, again);
    must(ma_span_eq(ma_buf_span(&once), ma_buf_span(&twice)));
    return 0;
}
