/* textformat.c - JSON Schema's formats, as far as a slip of the hand is worth
 * telling before the server does. */
#include "mcp/textformat.h"

#include <string.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool take_byte(ma_span *in, const char *allowed)
{
    if (in->len == 0 || *in->at == '\0' || !strchr(allowed, *in->at))
        return false;
    *in = ma_span_make(in->at + 1, in->len - 1);
    return true;
}

static bool take_number(ma_span *in, size_t digits, int *out)
{
    int number = 0;
    if (in->len < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (!is_digit(in->at[i]))
            return false;
        number = number * 10 + (in->at[i] - '0');
    }
    *in = ma_span_make(in->at + digits, in->len - digits);
    *out = number;
    return true;
}

/* --- dates, RFC 3339 5.6 ------------------------------------------------- */

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (leap && month == 2);
}

static bool take_date(ma_span *in)
{
    int year, month, day;
    if (!take_number(in, 4, &year) || !take_byte(in, "-") ||
        !take_number(in, 2, &month) || !take_byte(in, "-") ||
        !take_number(in, 2, &day))
        return false;
    return month >= 1 && month <= 12 && day >= 1 && day <= days_in(year, month);
}

static bool take_fraction(ma_span *in)
{
    if (!take_byte(in, "."))
        return true;
    if (!take_byte(in, "0123456789"))
        return false;
    while (take_byte(in, "0123456789"))
        continue;
    return true;
}

static bool take_offset(ma_span *in)
{
    int hour, minute;
    if (take_byte(in, "Zz"))
        return true;
    return take_byte(in, "+-") && take_number(in, 2, &hour) &&
           take_byte(in, ":") && take_number(in, 2, &minute) && hour < 24 &&
           minute < 60;
}

static bool take_time(ma_span *in)
{
    int hour, minute, second;
    if (!take_number(in, 2, &hour) || !take_byte(in, ":") ||
        !take_number(in, 2, &minute) || !take_byte(in, ":") ||
        !take_number(in, 2, &second))
        return false;
    return hour < 24 && minute < 60 && second <= 60 && take_fraction(in) &&
           take_offset(in);
}

static bool is_date(ma_span text)
{
    return take_date(&text) && text.len == 0;
}

static bool is_date_time(ma_span text)
{
    return take_date(&text) && take_byte(&text, "Tt") && take_time(&text) &&
           text.len == 0;
}

/* --- addresses ----------------------------------------------------------- */

static bool has_blank(ma_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if (byte <= ' ' || byte == 0x7F)
            return true;
    }
    return false;
}

/* Whether mail can reach it is for the server to find out. */
static bool is_email(ma_span text)
{
    size_t at = ma_span_find(text, '@');
    ma_span domain = ma_span_make(text.at + at, text.len - at);
    if (at == 0 || domain.len < 2 || has_blank(text))
        return false;
    domain = ma_span_make(domain.at + 1, domain.len - 1);
    return ma_span_find(domain, '@') == domain.len && *domain.at != '.' &&
           !ma_span_ends(domain, ".");
}

/* RFC 3986: a scheme, and something behind it. */
static bool is_uri(ma_span text)
{
    size_t colon = ma_span_find(text, ':');
    if (colon == 0 || text.len - colon < 2 || !is_letter(*text.at))
        return false;
    for (size_t i = 0; i < colon; i++) {
        if (!is_letter(text.at[i]) && !is_digit(text.at[i]) &&
            !strchr("+-.", text.at[i]))
            return false;
    }
    for (size_t i = colon; i < text.len; i++) {
        if (text.at[i] <= 0x20 || text.at[i] > 0x7E ||
            strchr("<>\"{}|\\^`", text.at[i]))
            return false;
    }
    return true;
}

const char *ma_textformat_lacks(ma_span format, ma_span text)
{
    static const struct {
        const char *name;
        bool (*fits)(ma_span text);
        const char *words;
    } formats[] = {
        {"email", is_email, "an e-mail address such as ann@example.com"},
        {"uri", is_uri, "a URI such as https://example.com/"},
        {"date", is_date, "a date such as 2026-07-28"},
        {"date-time", is_date_time,
            "a date and time such as 2026-07-28T09:30:00Z"},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (ma_value_says(format, formats[i].name))
            return formats[i].fits(text) ? NULL : formats[i].words;
    }
    return NULL;
}
