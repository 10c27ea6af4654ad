/* tokenanswer.c - a token, or the server's own words why not. */
#include "oauth/tokenanswer.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "oauth/alphabet.h"
#include "oauth/scope.h"
#include "oauth/verdict.h"

void ma_tokenanswer_done(ma_tokenanswer *answer)
{
    ma_secret_free(answer->access_token);
    ma_secret_free(answer->refresh_token);
    ma_secret_free(answer->id_token);
    ma_free(answer->issued_type);
    ma_free(answer->scope);
    *answer = (ma_tokenanswer){0};
}

static mcpauth_status refuse_type(const char *type, mcpauth_error *err)
{
    MA_AUTO(ma_text) quoted = ma_quote(ma_span_of(type));
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the token is of type \"%s\", neither Bearer nor DPoP",
        quoted ? quoted : "?");
}

static mcpauth_status read_access(
    const ma_json *document, ma_tokenanswer *answer, mcpauth_error *err)
{
    const char *token = ma_json_text(document, "access_token");
    if (!token || !ma_alphabet_b64token(ma_span_of(token)))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the token answer has no usable `access_token`");
    const char *text = ma_json_text(document, "token_type");
    ma_span type = ma_span_of(text);
    answer->bound = ma_span_is_nocase(type, "DPoP");
    answer->exchanged = answer->issued_type && ma_span_is_nocase(type, "N_A");
    if (!answer->bound && !answer->exchanged &&
        !ma_span_is_nocase(type, "Bearer"))
        return refuse_type(text, err);
    return ma_secret_set(&answer->access_token, ma_span_of(token), err);
}

/* What stands beside it for those who asked for that. */
static mcpauth_status read_identity(
    const ma_json *document, ma_tokenanswer *answer, mcpauth_error *err)
{
    const char *id_token = ma_json_text(document, "id_token");
    const char *type = ma_json_text(document, "issued_token_type");
    answer->issued_type = ma_strdup(type);
    if (type && !answer->issued_type)
        return ma_error_nomem(err);
    return id_token
               ? ma_secret_set(&answer->id_token, ma_span_of(id_token), err)
               : MCPAUTH_OK;
}

static mcpauth_status read_refresh(
    const ma_json *document, ma_tokenanswer *answer, mcpauth_error *err)
{
    ma_span token = ma_span_of(ma_json_text(document, "refresh_token"));
    if (!token.len)
        return MCPAUTH_OK;
    if (!ma_alphabet_vschar(token))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the token answer's `refresh_token` holds bytes that no token may "
            "hold");
    return ma_secret_set(&answer->refresh_token, token, err);
}

/* A list that is none counts as not said. */
static mcpauth_status read_scope(
    const ma_json *document, ma_tokenanswer *answer, mcpauth_error *err)
{
    ma_span scope = ma_span_trim(ma_span_of(ma_json_text(document, "scope")));
    if (!ma_scope_valid(scope))
        return MCPAUTH_OK;
    answer->scope = ma_strndup(scope.at, scope.len);
    return answer->scope ? MCPAUTH_OK : ma_error_nomem(err);
}

/* Whatever servers send becomes a lifetime (S-019). */
static int64_t read_lifetime(const ma_json *document)
{
    double seconds = 0;
    if (!ma_json_number(document, "expires_in", &seconds))
        return -1;
    if (!(seconds > 0))
        return 0;
    if (seconds >= (double)MA_TOKENANSWER_LIFE_MAX_S)
        return MA_TOKENANSWER_LIFE_MAX_S;
    return (int64_t)seconds;
}

mcpauth_status ma_tokenanswer_read(
    const ma_json *document, ma_tokenanswer *out, mcpauth_error *err)
{
    MA_SCOPED(ma_tokenanswer) answer = {0};
    mcpauth_status st = read_identity(document, &answer, err);
    if (!st)
        st = read_access(document, &answer, err);
    if (!st)
        st = read_refresh(document, &answer, err);
    if (!st)
        st = read_scope(document, &answer, err);
    if (st)
        return st;
    answer.expires_in_s = read_lifetime(document);
    *out = answer;
    answer = (ma_tokenanswer){0};
    return MCPAUTH_OK;
}

mcpauth_status ma_tokenanswer_parse(int http_status,
    const mcpauth_headers *headers, ma_span body, ma_tokenanswer *out,
    mcpauth_error *err)
{
    const ma_verdict_answer answer = {
        .from = "the token endpoint",
        .http_status = http_status,
        .headers = headers,
        .body = body,
    };
    MA_AUTO(ma_json) document = NULL;
    mcpauth_status st = ma_verdict_read(&answer, &document, err);
    if (st)
        return st;
    st = ma_tokenanswer_read(document, out, err);
    if (st)
        ma_error_http_status(err, http_status);
    return st;
}
