/* elicit.c - [params, content, "typed"]: a form that is read has fields that
 * can be walked, defaults that are legal, and values that pass their check
 * when a person types them. */
#include "mcp/elicit.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_field(const ma_elicitfield *field, ma_span typed)
{
    MA_SCOPED(ma_buf) value = ma_buf_init(1 << 22);
    MA_AUTO(ma_text) label = ma_elicitfield_label(field);
    ma_span choice, title, alone;
    ma_elicitfield_walk walk = ma_elicitfield_choices(field);
    require(label);
    while (ma_elicitfield_next_choice(&walk, &choice, &title)) {
        require(ma_value_is_string(choice));
        require(field->kind != MA_ELICITFIELD_CHOICE ||
                !ma_elicitfield_check(field, choice, NULL));
    }
    if (field->initial.at)
        require(!ma_elicitfield_check(field, field->initial, NULL));
    if (ma_elicitfield_write_typed(field, typed, &value, NULL)) {
        require(value.len == 0);
        return;
    }
    require(!ma_value_parse(ma_buf_span(&value), &alone, NULL));
    require(!ma_elicitfield_check(field, alone, NULL));
}

static void check_content(const ma_elicit *elicit, ma_span content)
{
    MA_SCOPED(ma_buf) whole = ma_buf_init(1 << 24);
    MA_SCOPED(ma_buf) result = ma_buf_init(1 << 24);
    ma_span value;
    bool good = !ma_elicit_check(elicit, content, NULL);
    if (!ma_value_is_object(content))
        content = ma_span_make(NULL, 0);
    ma_elicit_write_defaults(elicit, content, &whole);
    require(!ma_value_parse(ma_buf_span(&whole), &value, NULL));
    require(!good || !ma_elicit_check(elicit, value, NULL));
    ma_elicit_write_result(elicit, MA_ELICIT_ACCEPT, value, &result);
    require(!ma_value_parse(ma_buf_span(&result), &value, NULL));
}

static void check_request(ma_span params, ma_span content, ma_span typed)
{
    MA_SCOPED(ma_elicit) elicit = {0};
    MA_SCOPED(ma_buf) text = ma_buf_init(1 << 22);
    ma_elicitfield field;
    if (ma_elicit_read(params, &elicit, NULL))
        return;
    require((elicit.mode == MA_ELICIT_URL) == (elicit.url.text != NULL));
    ma_value_write_text(&text, typed);
    ma_value_walk walk = ma_elicit_fields(&elicit);
    while (ma_elicit_next_field(&elicit, &walk, &field))
        check_field(&field, ma_buf_span(&text));
    check_content(&elicit, content);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    ma_span text = ma_span_make((const char *)bytes, len);
    ma_span whole, name;
    ma_span params = {NULL, 0};
    ma_span content = {NULL, 0};
    ma_span typed = {NULL, 0};
    if (ma_value_parse(text, &whole, NULL) || !ma_value_is_array(whole))
        return 0;
    ma_value_walk walk = ma_value_walk_init(whole);
    if (ma_value_walk_next(&walk, &name, &params) &&
        ma_value_walk_next(&walk, &name, &content))
        ma_value_walk_next(&walk, &name, &typed);
    check_request(params, content, typed);
    return 0;
}
