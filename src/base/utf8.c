/* utf8.c - strict decoding: no overlong form, no surrogate. */
#include "base/utf8.h"

/* The length that the first byte promises; 0 when none begins like this. */
static size_t sequence_len(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

size_t ma_utf8_next(ma_span text, uint32_t *out_code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (!text.len)
        return 0;
    unsigned char lead = (unsigned char)text.at[0];
    size_t len = sequence_len(lead);
    if (len == 0 || len > text.len)
        return 0;

    uint32_t code = len == 1 ? lead : lead & (0x7FU >> len);
    for (size_t i = 1; i < len; i++) {
        unsigned char next = (unsigned char)text.at[i];
        if ((next & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (next & 0x3FU);
    }
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < least[len] || code > 0x10FFFF || surrogate)
        return 0;
    *out_code = code;
    return len;
}

bool ma_utf8_valid(ma_span text)
{
    while (text.len) {
        uint32_t code;
        size_t len = ma_utf8_next(text, &code);
        if (!len)
            return false;
        text = ma_span_make(text.at + len, text.len - len);
    }
    return true;
}

bool ma_utf8_is_control(uint32_t code)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } controls[] = {
        {0x00, 0x1F}, {0x7F, 0x9F}, {0x061C, 0x061C}, /* Arabic letter mark */
        {0x200E, 0x200F}, /* left-to-right and right-to-left mark */
        {0x2028, 0x202E}, /* separators, embeddings and overrides */
        {0x2066, 0x2069}, /* isolates */
    };
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
        if (code >= controls[i].first && code <= controls[i].last)
            return true;
    return false;
}
