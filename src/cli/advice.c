/* advice.c - a command line for a person to type. */
#include "cli/advice.h"

#include <string.h>

#include "base/quote.h"

/* Bytes that no shell does anything with. */
static bool is_plain(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-._/:=,@%+";
    return *text && !text[strspn(text, plain)];
}

void ma_advice_write_word(ma_buf *to, const char *text)
{
    if (is_plain(text)) {
        ma_buf_add_text(to, text);
        return;
    }
    ma_buf_add_byte(to, '\'');
    ma_span rest = ma_span_of(text);
    while (rest.at) {
        ma_quote_lines(to, ma_span_cut(&rest, '\''));
        ma_buf_add_text(to, rest.at ? "'\\''" : "");
    }
    ma_buf_add_byte(to, '\'');
}

/* Options that say which login is meant. */
static bool matters(ma_option option)
{
    static const ma_option others[] = {MA_OPTION_REGION, MA_OPTION_QUALIFIER,
        MA_OPTION_ENV_FILE, MA_OPTION_SECRET_FILE, MA_OPTION_PRIVATE_KEY_FILE,
        MA_OPTION_CACERT};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] == option)
            return true;
    return ma_options_row(option)->setting;
}

void ma_advice_write_login(
    ma_buf *to, const ma_options *options, const char *word)
{
    ma_buf_add_text(to, "mcpauth login");
    if (word) {
        ma_buf_add_byte(to, ' ');
        ma_advice_write_word(to, word);
    }
    for (int i = 0; i < MA_OPTION_COUNT; i++) {
        ma_option option = (ma_option)i;
        if (!matters(option) || !ma_options_has(options, option))
            continue;
        ma_buf_addf(to, " --%s", ma_options_row(option)->name);
        const char *value = ma_options_text(options, option);
        if (!value)
            continue;
        ma_buf_add_byte(to, ' ');
        ma_advice_write_word(to, value);
    }
}
