/* register.c - what we say of ourselves, and what the server makes of it. */
#include "oauth/register.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/alphabet.h"
#include "oauth/clientauth.h"
#include "oauth/verdict.h"

/* --- request ------------------------------------------------------------- */

/* Appends an array of texts, which ends with NULL. */
static mcpauth_status put_list(ma_json *body, const char *name,
    const char *const texts[], mcpauth_error *err)
{
    MA_AUTO(ma_json) list = ma_json_array();
    if (!list)
        return ma_error_nomem(err);
    for (size_t i = 0; texts[i]; i++) {
        mcpauth_status st = ma_json_push_text(list, texts[i], err);
        if (st)
            return st;
    }
    return ma_json_put(body, name, ma_move(&list), err);
}

/* the less there is to keep secret, the better. */
static const char *choose_method(const ma_json *supported)
{
    static const ma_clientauth_method order[] = {
        MA_CLIENTAUTH_NONE, MA_CLIENTAUTH_BASIC, MA_CLIENTAUTH_POST};
    if (!ma_json_count(supported))
        return ma_clientauth_name(MA_CLIENTAUTH_NONE);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (ma_json_has(supported, ma_clientauth_name(order[i])))
            return ma_clientauth_name(order[i]);
    return NULL;
}

static mcpauth_status put_texts(const ma_register_request *request,
    const char *method, ma_json *body, mcpauth_error *err)
{
    const struct {
        const char *name;
        const char *value;
    } texts[] = {
        {"client_name", request->client_name},
        {"token_endpoint_auth_method", method},
        {"application_type", request->application_type},
        {"scope", request->scope},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        mcpauth_status st =
            ma_json_put_text(body, texts[i].name, texts[i].value, err);
        if (st)
            return st;
    }
    return MCPAUTH_OK;
}

mcpauth_status ma_register_write(
    const ma_register_request *request, ma_buf *to, mcpauth_error *err)
{
    const char *method = choose_method(request->auth_methods);
    if (!method)
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "the server registers no client that authenticates by none, "
            "client_secret_basic or client_secret_post");
    const char *const redirects[] = {request->redirect_uri, NULL};
    const char *const grants[] = {"authorization_code", "refresh_token", NULL};
    const char *const responses[] = {"code", NULL};
    MA_AUTO(ma_json) body = ma_json_object();
    if (!body)
        return ma_error_nomem(err);
    mcpauth_status st = put_texts(request, method, body, err);
    if (!st)
        st = put_list(body, "redirect_uris", redirects, err);
    if (!st)
        st = put_list(body, "grant_types", grants, err);
    if (!st)
        st = put_list(body, "response_types", responses, err);
    if (!st && request->dpop)
        st = ma_json_put_true(body, "dpop_bound_access_tokens", true, err);
    if (st)
        return st;
    ma_json_write(to, body);
    return ma_buf_status(to, "the registration request", err);
}

/* --- answer -------------------------------------------------------------- */

static mcpauth_status check_client(
    const ma_json *answer, const char *redirect_uri, mcpauth_error *err)
{
    ma_span id = ma_span_of(ma_json_text(answer, "client_id"));
    if (!id.len || !ma_alphabet_vschar(id))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the registration answer has no usable `client_id`");
    if (!ma_alphabet_vschar(ma_span_of(ma_json_text(answer, "client_secret"))))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the registration answer's `client_secret` holds bytes that no "
            "secret may hold");
    const ma_json *uris = ma_json_get(answer, "redirect_uris");
    if (!redirect_uri || !uris || ma_json_is_null(uris) ||
        ma_json_has(uris, redirect_uri))
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the server registered the client without the redirect URI that was "
        "asked for");
}

/* RFC 7591 2: a server that does not say took what was asked for. */
static mcpauth_status keep_redirects(const ma_json *answer,
    const char *redirect_uri, ma_json *client, mcpauth_error *err)
{
    const char *const asked[] = {redirect_uri, NULL};
    const ma_json *uris = ma_json_get_array(answer, "redirect_uris");
    if (!uris && !redirect_uri)
        return MCPAUTH_OK;
    if (!uris)
        return put_list(client, "redirect_uris", asked, err);
    ma_json *copy = ma_json_dup(uris);
    if (!copy)
        return ma_error_nomem(err);
    return ma_json_put(client, "redirect_uris", copy, err);
}

/* A secret beside the method none is of no use. */
static bool has_secret(const ma_json *answer)
{
    const char *secret = ma_json_text(answer, "client_secret");
    const char *method = ma_json_text(answer, "token_endpoint_auth_method");
    return secret && *secret && !(method && !strcmp(method, "none"));
}

static mcpauth_status keep_secret(
    const ma_json *answer, ma_json *client, mcpauth_error *err)
{
    /* The last second of a year whose number still has four digits. */
    const double last = 253402300799.0;
    double end = 0;
    if (!has_secret(answer))
        return MCPAUTH_OK;
    mcpauth_status st = ma_json_put_text(
        client, "client_secret", ma_json_text(answer, "client_secret"), err);
    if (st || !ma_json_number(answer, "client_secret_expires_at", &end))
        return st;
    if (!(end > 0 && end <= last))
        end = 0;
    return ma_json_put_int(
        client, "client_secret_expires_at", (int64_t)end, err);
}

static mcpauth_status keep_texts(
    const ma_json *answer, ma_json *client, mcpauth_error *err)
{
    static const char *const names[] = {"client_id",
        "token_endpoint_auth_method", "registration_client_uri",
        "registration_access_token"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        mcpauth_status st = ma_json_put_text(
            client, names[i], ma_json_text(answer, names[i]), err);
        if (st)
            return st;
    }
    return MCPAUTH_OK;
}

mcpauth_status ma_register_keep(const ma_json *answer, const char *redirect_uri,
    ma_json **out_client, mcpauth_error *err)
{
    mcpauth_status st = check_client(answer, redirect_uri, err);
    if (st)
        return st;
    MA_AUTO(ma_json) client = ma_json_object();
    if (!client)
        return ma_error_nomem(err);
    st = keep_texts(answer, client, err);
    if (!st)
        st = keep_secret(answer, client, err);
    if (!st)
        st = keep_redirects(answer, redirect_uri, client, err);
    if (st)
        return st;
    *out_client = ma_move(&client);
    return MCPAUTH_OK;
}

mcpauth_status ma_register_parse(int http_status,
    const mcpauth_headers *headers, ma_span body, const char *redirect_uri,
    ma_json **out_client, mcpauth_error *err)
{
    const ma_verdict_answer answer = {
        .from = "the registration endpoint",
        .creates = true,
        .http_status = http_status,
        .headers = headers,
        .body = body,
    };
    MA_AUTO(ma_json) document = NULL;
    mcpauth_status st = ma_verdict_read(&answer, &document, err);
    if (st)
        return st;
    st = ma_register_keep(document, redirect_uri, out_client, err);
    if (st)
        ma_error_http_status(err, http_status);
    return st;
}

bool ma_register_expired(const ma_json *client, int64_t now_ms)
{
    int64_t end_s = ma_json_int(client, "client_secret_expires_at", 0);
    return end_s > 0 && now_ms / 1000 >= end_s;
}
