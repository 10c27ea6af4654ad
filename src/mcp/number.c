/* number.c - a number is a sign, its significant digits, and where the first
 * of them stands. */
#include "mcp/number.h"

/* Far beyond any exponent that a comparison of real numbers needs, and far
 * from overflow when the length of a text is added. */
static const int64_t exponent_max = INT64_C(1) << 50;

typedef struct {
    bool negative;
    ma_span digits;      /* first to last that is not 0; a '.' may be among
                            them; empty for zero */
    int64_t first, last; /* their powers of ten */
} decimal;

bool ma_number_is(ma_span value)
{
    return value.len > 0 &&
           (*value.at == '-' || (*value.at >= '0' && *value.at <= '9'));
}

static int64_t read_exponent(ma_span text)
{
    int64_t exponent = 0;
    bool negative = ma_span_starts(text, "-");
    size_t at = negative || ma_span_starts(text, "+") ? 1 : 0;
    for (; at < text.len && exponent < exponent_max; at++)
        exponent = exponent * 10 + (text.at[at] - '0');
    return negative ? -exponent : exponent;
}

/* Takes the exponent off the end of *number. */
static int64_t cut_exponent(ma_span *number)
{
    for (size_t at = 0; at < number->len; at++) {
        if (number->at[at] != 'e' && number->at[at] != 'E')
            continue;
        ma_span text = ma_span_make(number->at + at + 1, number->len - at - 1);
        number->len = at;
        return read_exponent(text);
    }
    return 0;
}

static bool is_significant(char byte)
{
    return byte >= '1' && byte <= '9';
}

/* The power of ten of the digit at that place, before the exponent. */
static int64_t power_at(size_t at, size_t point)
{
    return at < point ? (int64_t)(point - at) - 1 : -(int64_t)(at - point);
}

static decimal parse(ma_span value)
{
    decimal parsed = {.negative = ma_span_starts(value, "-")};
    ma_span number = value;
    int64_t exponent = cut_exponent(&number);
    size_t point = ma_span_find(number, '.');
    size_t first = 0;
    size_t end = number.len;
    while (first < end && !is_significant(number.at[first]))
        first++;
    while (end > first && !is_significant(number.at[end - 1]))
        end--;
    if (first == end)
        return parsed;
    parsed.digits = ma_span_make(number.at + first, end - first);
    parsed.first = power_at(first, point) + exponent;
    parsed.last = power_at(end - 1, point) + exponent;
    return parsed;
}

bool ma_number_is_whole(ma_span value)
{
    return ma_number_is(value) && parse(value).last >= 0;
}

bool ma_number_read(ma_span value, int64_t *out)
{
    enum { DIGITS_MAX = 16 };
    if (!ma_number_is_whole(value))
        return false;
    decimal parsed = parse(value);
    int64_t number = 0;
    if (parsed.first >= DIGITS_MAX)
        return false;
    for (size_t at = 0; at < parsed.digits.len; at++) {
        if (parsed.digits.at[at] != '.')
            number = number * 10 + (parsed.digits.at[at] - '0');
    }
    for (int64_t power = parsed.last; power > 0; power--)
        number *= 10;
    if (number > MA_NUMBER_SAFE_MAX)
        return false;
    *out = parsed.negative ? -number : number;
    return true;
}

/* The next digit, 0 for ever behind the last. */
static char take_digit(ma_span *digits)
{
    while (digits->len > 0) {
        char digit = *digits->at;
        *digits = ma_span_make(digits->at + 1, digits->len - 1);
        if (digit != '.')
            return digit;
    }
    return '0';
}

static int compare_sizes(const decimal *a, const decimal *b)
{
    ma_span left = a->digits;
    ma_span right = b->digits;
    if (left.len == 0 || right.len == 0)
        return (left.len > 0) - (right.len > 0);
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    while (left.len > 0 || right.len > 0) {
        int difference = take_digit(&left) - take_digit(&right);
        if (difference)
            return difference;
    }
    return 0;
}

static int sign(const decimal *number)
{
    if (number->digits.len == 0)
        return 0;
    return number->negative ? -1 : 1;
}

int ma_number_compare(ma_span a, ma_span b)
{
    decimal left = parse(a);
    decimal right = parse(b);
    int sign_of_left = sign(&left);
    if (sign_of_left != sign(&right))
        return sign_of_left - sign(&right);
    int by_size = compare_sizes(&left, &right);
    return sign_of_left < 0 ? -by_size : by_size;
}
