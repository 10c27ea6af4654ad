/* alphabet.c - judging bytes before they are kept or sent (S-017). */
#include "oauth/alphabet.h"

bool ma_alphabet_vschar(ma_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < 0x20 || text.at[i] > 0x7e)
            return false;
    return true;
}

static bool is_b64_byte(char byte)
{
    const ma_span others = ma_span_of("-._~+/");
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') ||
           ma_span_find(others, byte) < others.len;
}

bool ma_alphabet_b64token(ma_span text)
{
    while (ma_span_ends(text, "="))
        text.len--;
    for (size_t i = 0; i < text.len; i++)
        if (!is_b64_byte(text.at[i]))
            return false;
    return text.len > 0;
}
