/* scope.c - scope lists as sets that keep their order. */
#include "oauth/scope.h"

#include "base/error.h"

/* NQCHAR of RFC 6749 appendix A. */
static bool is_scope_byte(char byte)
{
    return byte == 0x21 || (byte >= 0x23 && byte <= 0x5b) ||
           (byte >= 0x5d && byte <= 0x7e);
}

static bool is_token(ma_span token)
{
    for (size_t i = 0; i < token.len; i++)
        if (!is_scope_byte(token.at[i]))
            return false;
    return token.len > 0;
}

/* The next token of *rest; empty when there is none. */
static ma_span take_token(ma_span *rest)
{
    while (rest->at) {
        ma_span token = ma_span_cut(rest, ' ');
        if (token.len)
            return token;
    }
    return ma_span_make(NULL, 0);
}

static size_t count_tokens(ma_span scope)
{
    size_t count = 0;
    while (take_token(&scope).len)
        count++;
    return count;
}

bool ma_scope_valid(ma_span scope)
{
    ma_span rest = scope;
    while (rest.at)
        if (!is_token(ma_span_cut(&rest, ' ')))
            return false;
    return scope.len > 0;
}

bool ma_scope_has(ma_span scope, ma_span token)
{
    ma_span one;
    while ((one = take_token(&scope)).len)
        if (ma_span_eq(one, token))
            return true;
    return false;
}

static void add_token(ma_buf *to, ma_span token)
{
    if (!is_token(token) || ma_scope_has(ma_buf_span(to), token))
        return;
    if (count_tokens(ma_buf_span(to)) >= MA_SCOPE_TOKENS_MAX) {
        to->failed = to->failed ? to->failed : MCPAUTH_E_LIMIT;
        return;
    }
    if (to->len)
        ma_buf_add_byte(to, ' ');
    ma_buf_add_span(to, token);
}

void ma_scope_add(ma_buf *to, ma_span scope)
{
    ma_span token;
    while (!to->failed && (token = take_token(&scope)).len)
        add_token(to, token);
}

void ma_scope_add_array(ma_buf *to, const ma_json *array)
{
    size_t count = ma_json_count(array);
    for (size_t i = 0; i < count && !to->failed; i++)
        add_token(to, ma_span_of(ma_json_string(ma_json_at(array, i))));
}

mcpauth_status ma_scope_status(const ma_buf *scope, mcpauth_error *err)
{
    if (scope->failed != MCPAUTH_E_LIMIT)
        return ma_buf_status(scope, "the scope", err);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_LIMIT,
        "more scopes than can be asked for (%d, or %d bytes)",
        MA_SCOPE_TOKENS_MAX, MA_SCOPE_MAX);
    ma_error_hint(err, "set `scope` (--scope) to the ones you need");
    return st;
}

bool ma_scope_covers(ma_span whole, ma_span part)
{
    ma_span token;
    while ((token = take_token(&part)).len)
        if (!ma_scope_has(whole, token))
            return false;
    return true;
}

bool ma_scope_same(ma_span a, ma_span b)
{
    return ma_scope_covers(a, b) && ma_scope_covers(b, a);
}
