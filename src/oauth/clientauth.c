/* clientauth.c - one method of client authentication per request, never two. */
#include "oauth/clientauth.h"

#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/form.h"
#include "base/headers.h"

/* Longest encoded pair of id and secret. */
enum { PAIR_MAX = 16 * 1024 };

static const char *const names[] = {
    [MA_CLIENTAUTH_NONE] = "none",
    [MA_CLIENTAUTH_BASIC] = "client_secret_basic",
    [MA_CLIENTAUTH_POST] = "client_secret_post",
    [MA_CLIENTAUTH_KEY] = "private_key_jwt",
    [MA_CLIENTAUTH_TLS] = "tls_client_auth",
    [MA_CLIENTAUTH_SELF_SIGNED_TLS] = "self_signed_tls_client_auth",
};

enum { METHODS = sizeof names / sizeof *names };

const char *ma_clientauth_name(ma_clientauth_method method)
{
    return names[method];
}

bool ma_clientauth_parse(const char *text, ma_clientauth_method *out)
{
    for (size_t i = 0; text && i < METHODS; i++) {
        if (strcmp(text, names[i]) != 0)
            continue;
        *out = (ma_clientauth_method)i;
        return true;
    }
    return false;
}

bool ma_clientauth_is_tls(ma_clientauth_method method)
{
    return method == MA_CLIENTAUTH_TLS ||
           method == MA_CLIENTAUTH_SELF_SIGNED_TLS;
}

bool ma_clientauth_names_client(ma_clientauth_method method)
{
    return method != MA_CLIENTAUTH_BASIC && method != MA_CLIENTAUTH_KEY;
}

/* An empty list says nothing, like an absent one. */
static bool allows(const ma_json *supported, ma_clientauth_method method)
{
    return !ma_json_count(supported) || ma_json_has(supported, names[method]);
}

/* What a client has, by method. */
typedef struct {
    bool has[METHODS];
} means;

static bool allows_any(const ma_json *supported, const means *ours)
{
    for (size_t i = 0; i < METHODS; i++)
        if ((i <= MA_CLIENTAUTH_POST || ours->has[i]) &&
            allows(supported, (ma_clientauth_method)i))
            return true;
    return false;
}

static ma_clientauth_method pick(
    const ma_json *supported, const char *fixed, const means *ours)
{
    static const ma_clientauth_method order[] = {
        MA_CLIENTAUTH_KEY, MA_CLIENTAUTH_BASIC, MA_CLIENTAUTH_POST};
    ma_clientauth_method wanted;
    if (ma_clientauth_parse(fixed, &wanted) && ours->has[wanted] &&
        allows(supported, wanted))
        return wanted;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (ours->has[order[i]] && allows(supported, order[i]))
            return order[i];
    return MA_CLIENTAUTH_NONE;
}

static mcpauth_status refuse_methods(
    const ma_json *supported, mcpauth_error *err)
{
    MA_AUTO(ma_text) list = ma_json_quote_texts(supported);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the token endpoint takes neither client_secret_basic, "
        "client_secret_post nor public clients, but %s",
        list ? list : "others");
    if (ma_json_has(supported, names[MA_CLIENTAUTH_KEY]))
        ma_error_hint(err, "set private_key to the key that this client is "
                           "registered with (--private-key-file)");
    for (size_t i = MA_CLIENTAUTH_TLS; i < METHODS; i++)
        if (ma_json_has(supported, names[i]))
            ma_error_hint(err,
                "for a client with a certificate, set "
                "token_endpoint_auth_method to %s and certificate_file to the "
                "certificate (--cert)",
                names[i]);
    ma_error_hint(err, "have one of these allowed for this client at the "
                       "authorization server");
    return st;
}

static mcpauth_status refuse_proof(
    const ma_json *supported, ma_clientauth_method unused, mcpauth_error *err)
{
    bool tls = ma_clientauth_is_tls(unused);
    MA_AUTO(ma_text) list = ma_json_quote_texts(supported);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "this client has a %s, for %s, but the token endpoint takes only %s",
        tls ? "certificate" : "private key", names[unused],
        list ? list : "others");
    ma_error_hint(err, "set %s, or have %s allowed at the authorization server",
        tls ? "another token_endpoint_auth_method"
            : "client_secret instead of private_key",
        names[unused]);
    return st;
}

/* Whoever has a key or a certificate and nothing else is no public client,
 * unless he says so.  NONE: nothing is unused. */
static ma_clientauth_method find_unused(
    ma_clientauth_method chosen, const char *fixed, const means *ours)
{
    if (chosen != MA_CLIENTAUTH_NONE || ours->has[MA_CLIENTAUTH_BASIC] ||
        (fixed && !strcmp(fixed, names[MA_CLIENTAUTH_NONE])))
        return MA_CLIENTAUTH_NONE;
    for (size_t i = MA_CLIENTAUTH_KEY; i < METHODS; i++)
        if (ours->has[i])
            return (ma_clientauth_method)i;
    return MA_CLIENTAUTH_NONE;
}

mcpauth_status ma_clientauth_choose(const ma_json *supported, const char *fixed,
    bool has_secret, bool has_key, ma_clientauth_method *out,
    mcpauth_error *err)
{
    means ours = {.has = {
                      [MA_CLIENTAUTH_NONE] = true,
                      [MA_CLIENTAUTH_BASIC] = has_secret,
                      [MA_CLIENTAUTH_POST] = has_secret,
                      [MA_CLIENTAUTH_KEY] = has_key,
                  }};
    ma_clientauth_method wanted;
    if (ma_clientauth_parse(fixed, &wanted) && ma_clientauth_is_tls(wanted))
        ours.has[wanted] = true;
    ma_clientauth_method chosen = pick(supported, fixed, &ours);
    ma_clientauth_method unused = find_unused(chosen, fixed, &ours);
    if (unused != MA_CLIENTAUTH_NONE)
        return refuse_proof(supported, unused, err);
    if (!allows_any(supported, &ours))
        return refuse_methods(supported, err);
    *out = chosen;
    return MCPAUTH_OK;
}

/* RFC 6749 2.3.1: both are form-encoded before they are joined. */
static mcpauth_status add_basic(
    ma_span id, ma_span secret, mcpauth_headers *headers, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) pair = ma_buf_init(PAIR_MAX);
    ma_form_write_value(&pair, id);
    ma_buf_add_byte(&pair, ':');
    ma_form_write_value(&pair, secret);
    mcpauth_status st = ma_buf_status(&pair, "the client's credentials", err);
    if (st)
        return st;
    MA_SCOPED(ma_buf) value = ma_buf_init(2 * PAIR_MAX);
    ma_buf_add_text(&value, "Basic ");
    ma_base64_write(&value, ma_buf_span(&pair));
    st = ma_buf_status(&value, "the client's credentials", err);
    if (st)
        return st;
    return ma_headers_set(headers, "Authorization", ma_buf_text(&value), err);
}

mcpauth_status ma_clientauth_apply(ma_clientauth_method method, ma_span id,
    ma_span secret, mcpauth_headers *headers, ma_buf *form, mcpauth_error *err)
{
    if (method == MA_CLIENTAUTH_BASIC)
        return add_basic(id, secret, headers, err);
    if (id.len)
        ma_form_add(form, "client_id", id);
    if (method == MA_CLIENTAUTH_POST)
        ma_form_add(form, "client_secret", secret);
    return ma_buf_status(form, "the token request", err);
}
