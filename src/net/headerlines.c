/* headerlines.c - see headerlines.h. */
#include "net/headerlines.h"

#include <string.h>

#include "base/alloc.h"

enum { TEXT_MAX = 8 * 1024 * 1024 };

void ma_headerlines_add(
    ma_headerlines *fields, const char *name, const char *value)
{
    /* "Name:" removes a field; "Name;" sends it without a value. */
    const char *colon = !value ? ":" : *value ? ": " : ";";
    if (!fields->text.cap)
        fields->text = ma_buf_init(TEXT_MAX);
    ma_buf_add_text(&fields->text, name);
    ma_buf_add_text(&fields->text, colon);
    ma_buf_add_text(&fields->text, value);
    ma_buf_add_byte(&fields->text, '\0');
    fields->count++;
}

static bool make_room(ma_headerlines *fields)
{
    if (fields->count <= fields->room)
        return true;
    struct curl_slist *grown =
        ma_realloc(fields->list, fields->count * sizeof *grown);
    if (!grown)
        return false;
    fields->list = grown;
    fields->room = fields->count;
    return true;
}

bool ma_headerlines_list(ma_headerlines *fields, struct curl_slist **out)
{
    if (fields->text.failed || !make_room(fields))
        return false;
    char *at = fields->text.at;
    *out = fields->count ? fields->list : NULL;
    for (size_t i = 0; i < fields->count; i++) {
        bool last = i + 1 == fields->count;
        fields->list[i] =
            (struct curl_slist){at, last ? NULL : &fields->list[i + 1]};
        at += strlen(at) + 1;
    }
    return true;
}

void ma_headerlines_clear(ma_headerlines *fields)
{
    ma_buf_clear(&fields->text);
    fields->count = 0;
}

void ma_headerlines_done(ma_headerlines *fields)
{
    ma_buf_done(&fields->text);
    ma_free(fields->list);
    *fields = (ma_headerlines){0};
}
