/* jwtview.c - three segments, two objects, a handful of claims. */
#include "oauth/jwtview.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/quote.h"

void ma_jwtview_done(ma_jwtview *view)
{
    ma_json_free(view->header);
    ma_json_free(view->claims);
    *view = (ma_jwtview){0};
}

/* --- parsing ------------------------------------------------------------- */

/* base64url alone (RFC 7515 2): no padding, no other alphabet. */
static bool is_segment(ma_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if ((c < 'A' || c > 'Z') && (c < 'a' || c > 'z') &&
            (c < '0' || c > '9') && c != '-' && c != '_')
            return false;
    }
    return text.len > 0;
}

static mcpauth_status read_object(
    ma_span segment, const char *what, ma_json **out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_JWTVIEW_MAX);
    bool decoded = ma_base64_read(&text, segment);
    if (text.failed == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    if (!decoded)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the %s of the JWT is not base64url", what);
    mcpauth_status st = ma_json_parse_object(ma_buf_span(&text), out, err);
    return st ? ma_error_in(err, st, "the %s of the JWT", what) : st;
}

static mcpauth_status refuse_form(mcpauth_error *err)
{
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the text is no signed JWT: three segments of base64url are wanted, "
        "at most %d bytes",
        MA_JWTVIEW_MAX);
}

mcpauth_status ma_jwtview_parse(
    ma_span token, ma_jwtview *out, mcpauth_error *err)
{
    ma_span rest = token;
    ma_span segments[] = {ma_span_cut(&rest, '.'), ma_span_cut(&rest, '.')};
    if (token.len > MA_JWTVIEW_MAX || !rest.at || !is_segment(segments[0]) ||
        !is_segment(segments[1]) || !is_segment(rest))
        return refuse_form(err);
    MA_SCOPED(ma_jwtview) view = {0};
    mcpauth_status st = read_object(segments[0], "header", &view.header, err);
    if (!st)
        st = read_object(segments[1], "payload", &view.claims, err);
    if (st)
        return st;
    *out = view;
    view = (ma_jwtview){0};
    return MCPAUTH_OK;
}

/* --- looking ------------------------------------------------------------- */

bool ma_jwtview_expiry(const ma_jwtview *view, int64_t *out_ms)
{
    double seconds = 0;
    if (!ma_json_number(view->claims, "exp", &seconds))
        return false;
    double ms = seconds * 1000;
    if (ms >= 0x1p63)
        *out_ms = INT64_MAX;
    else if (ms < -0x1p63)
        *out_ms = INT64_MIN;
    else
        *out_ms = (int64_t)ms;
    return true;
}

/* A claim that is a text or a list of texts. */
static bool says(const ma_jwtview *view, const char *claim, const char *text)
{
    const ma_json *value = ma_json_get(view->claims, claim);
    const char *single = ma_json_string(value);
    return single ? strcmp(single, text) == 0 : ma_json_has(value, text);
}

bool ma_jwtview_is_for(const ma_jwtview *view, const char *audience)
{
    return says(view, "aud", audience);
}

/* RFC 7515 4.1.9: media types, "application/" left out where nothing else has
 * a slash. */
static bool is_type(const ma_jwtview *view, const char *type)
{
    static const char prefix[] = "application/";
    ma_span said = ma_span_of(ma_json_text(view->header, "typ"));
    ma_span head = ma_span_make(said.at, sizeof prefix - 1);
    if (said.len > head.len && ma_span_is_nocase(head, prefix))
        said = ma_span_make(said.at + head.len, said.len - head.len);
    return ma_span_is_nocase(said, type);
}

/* --- judging ------------------------------------------------------------- */

/* For ma_free; NULL when there is nothing to show. */
static char *quote_value(const ma_json *value)
{
    const char *single = ma_json_string(value);
    return single ? ma_quote(ma_span_of(single)) : ma_json_quote_texts(value);
}

static mcpauth_status refuse(const ma_json *object, const char *name,
    const char *wanted, mcpauth_error *err)
{
    MA_AUTO(ma_text) said = quote_value(ma_json_get(object, name));
    MA_AUTO(ma_text) expected = ma_quote(ma_span_of(wanted));
    return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "the JWT's `%s` is %s%s%s, not \"%s\"", name, said ? "\"" : "",
        said ? said : "absent", said ? "\"" : "", expected ? expected : "?");
}

static mcpauth_status check_claims(
    const ma_jwtview *view, const ma_jwtview_wanted *wanted, mcpauth_error *err)
{
    const struct {
        const char *name;
        const char *text;
        bool may_be_absent;
    } rows[] = {
        {"aud", wanted->audience, false},
        {"client_id", wanted->client_id, false},
        {"resource", wanted->resource, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool absent = !ma_json_get(view->claims, rows[i].name);
        if (!rows[i].text || (absent && rows[i].may_be_absent) ||
            says(view, rows[i].name, rows[i].text))
            continue;
        return refuse(view->claims, rows[i].name, rows[i].text, err);
    }
    return MCPAUTH_OK;
}

static mcpauth_status check_expiry(
    const ma_jwtview *view, int64_t now_ms, mcpauth_error *err)
{
    int64_t expiry_ms = 0;
    if (!ma_jwtview_expiry(view, &expiry_ms))
        return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "the JWT does not say when it expires (`exp`)");
    if (expiry_ms > now_ms)
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "the JWT has expired (`exp` %" PRId64 ", and now it is %" PRId64 ")",
        expiry_ms / 1000, now_ms / 1000);
}

mcpauth_status ma_jwtview_check(
    const ma_jwtview *view, const ma_jwtview_wanted *wanted, mcpauth_error *err)
{
    if (wanted->type && !is_type(view, wanted->type))
        return refuse(view->header, "typ", wanted->type, err);
    mcpauth_status st = check_claims(view, wanted, err);
    return st ? st : check_expiry(view, wanted->now_ms, err);
}
