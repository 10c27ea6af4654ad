/* httpdate.c - every byte has its place. */
#include "base/httpdate.h"

#include <string.h>

enum { EPOCH_DAYS = 719469, DAY_S = 86400 };

/* '0' stands for a digit, '?' for any byte. */
static bool matches(ma_span text, const char *pattern)
{
    if (text.len != strlen(pattern))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        bool digit = byte >= '0' && byte <= '9';
        if (pattern[i] != '?' && pattern[i] != byte &&
            !(pattern[i] == '0' && digit))
            return false;
    }
    return true;
}

static int read_number(const char *at, int digits)
{
    int number = 0;
    for (int i = 0; i < digits; i++)
        number = 10 * number + (at[i] - '0');
    return number;
}

/* From 1 on; 0 when these letters are no month. */
static int read_month(const char *at)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; months[3 * i]; i++)
        if (memcmp(at, months + 3 * i, 3) == 0)
            return i + 1;
    return 0;
}

/* Days since 1970.  Years begin in March here, so that a leap day is the last
 * of its year. */
static int64_t count_days(int year, int month, int day)
{
    int months = (month + 9) % 12;
    int64_t years = year - (months >= 10);
    return 365 * years + years / 4 - years / 100 + years / 400 +
           (153 * months + 2) / 5 + day - EPOCH_DAYS;
}

bool ma_httpdate_parse(ma_span text, int64_t *out_ms)
{
    if (!matches(text, "???, 00 ??? 0000 00:00:00 GMT"))
        return false;
    int day = read_number(text.at + 5, 2);
    int month = read_month(text.at + 8);
    int year = read_number(text.at + 12, 4);
    int hour = read_number(text.at + 17, 2);
    int minute = read_number(text.at + 20, 2);
    int second = read_number(text.at + 23, 2);
    /* A leap second counts as the next one. */
    if (!month || day < 1 || day > 31 || year < 1970 || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    int64_t seconds = 60 * (60 * hour + minute) + second;
    *out_ms = (count_days(year, month, day) * DAY_S + seconds) * 1000;
    return true;
}
