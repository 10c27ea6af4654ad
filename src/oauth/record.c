/* record.c - what is kept of one (server, account) between runs. */
#include "oauth/record.h"

#include <string.h>

#include "base/error.h"
#include "oauth/token.h"

enum { VERSION = 1 };

static mcpauth_status start_record(ma_record *out, mcpauth_error *err)
{
    MA_AUTO(ma_json) document = ma_json_object();
    if (!document)
        return ma_error_nomem(err);
    mcpauth_status st = ma_json_put_int(document, "version", VERSION, err);
    if (st)
        return st;
    out->document = ma_move(&document);
    return MCPAUTH_OK;
}

mcpauth_status ma_record_parse(
    ma_span bytes, ma_record *out, mcpauth_error *err)
{
    if (!bytes.len)
        return start_record(out, err);
    MA_AUTO(ma_json) document = NULL;
    mcpauth_status st = ma_json_parse_object(bytes, &document, err);
    if (st == MCPAUTH_E_NOMEM)
        return st;
    if (st)
        return ma_error_set(
            err, MCPAUTH_E_PROTOCOL, "the stored record is not readable");
    if (ma_json_int(document, "version", 0) != VERSION) {
        st = ma_error_set(err, MCPAUTH_E_STORE,
            "the stored record has a version this mcpauth does not know");
        ma_error_hint(err, "use the newer mcpauth that wrote it");
        return st;
    }
    out->document = ma_move(&document);
    return MCPAUTH_OK;
}

void ma_record_done(ma_record *record)
{
    ma_json_free(record->document);
    record->document = NULL;
}

void ma_record_write(const ma_record *record, ma_buf *to)
{
    ma_json_write(to, record->document);
}

/* The object member of that name, made when missing; lent, writable. */
static mcpauth_status open_object(ma_record *record, const char *name,
    ma_json **out_object, mcpauth_error *err)
{
    const ma_json *object = ma_json_get_object(record->document, name);
    if (!object) {
        ma_json *made = ma_json_object();
        if (!made)
            return ma_error_nomem(err);
        mcpauth_status st = ma_json_put(record->document, name, made, err);
        if (st)
            return st;
        object = ma_json_get_object(record->document, name);
    }
    *out_object = (ma_json *)object;
    return MCPAUTH_OK;
}

const ma_json *ma_record_client(const ma_record *record, const char *issuer)
{
    return ma_json_get_object(
        ma_json_get_object(record->document, "clients"), issuer);
}

mcpauth_status ma_record_put_client(
    ma_record *record, const char *issuer, ma_json *client, mcpauth_error *err)
{
    MA_AUTO(ma_json) owned = client;
    ma_json *clients = NULL;
    mcpauth_status st = open_object(record, "clients", &clients, err);
    if (st)
        return st;
    return ma_json_put(clients, issuer, ma_move(&owned), err);
}

const char *ma_record_binding(const ma_record *record, const char *client_id)
{
    return ma_json_text(
        ma_json_get_object(record->document, "bindings"), client_id);
}

mcpauth_status ma_record_bind(ma_record *record, const char *client_id,
    const char *issuer, mcpauth_error *err)
{
    ma_json *bindings = NULL;
    mcpauth_status st = open_object(record, "bindings", &bindings, err);
    if (st)
        return st;
    return ma_json_put_text(bindings, client_id, issuer, err);
}

bool ma_record_has_metadata(const ma_record *record)
{
    return ma_json_true(record->document, "resource_metadata");
}

mcpauth_status ma_record_note_metadata(ma_record *record, mcpauth_error *err)
{
    return ma_json_put_true(record->document, "resource_metadata", true, err);
}

const char *ma_record_protocol_version(const ma_record *record)
{
    return ma_json_text(record->document, "protocol_version");
}

mcpauth_status ma_record_note_protocol_version(
    ma_record *record, const char *version, mcpauth_error *err)
{
    return ma_json_put_text(record->document, "protocol_version", version, err);
}

/* expires_in 0 or less: already past, so it is used once (S-019). */
static mcpauth_status put_times(
    ma_json *token, int64_t expires_in_s, int64_t now_ms, mcpauth_error *err)
{
    mcpauth_status st = ma_json_put_int(token, "obtained_at_ms", now_ms, err);
    if (st || expires_in_s < 0)
        return st;
    return ma_json_put_int(
        token, "expires_at_ms", now_ms + expires_in_s * 1000, err);
}

static mcpauth_status put_grant(
    ma_json *token, const ma_record_grant *grant, mcpauth_error *err)
{
    const struct {
        const char *name;
        const char *value;
    } members[] = {
        {"token_type", grant->identity   ? "N_A"
                       : grant->dpop_key ? "DPoP"
                                         : "Bearer"},
        {"dpop_key", grant->dpop_key},
        {"mode", mcpauth_mode_name(grant->mode)},
        {"issuer", grant->issuer},
        {"trusted_issuer", grant->trusted_issuer},
        {"resource", grant->resource},
        {"client_id", grant->client_id},
        {"requested_scope", grant->requested_scope},
        {"token_endpoint", grant->token_endpoint},
        {"revocation_endpoint", grant->revocation_endpoint},
        {"assertion_audience", grant->assertion_audience},
        {"assertion_alg", grant->assertion_alg},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        mcpauth_status st =
            ma_json_put_text(token, members[i].name, members[i].value, err);
        if (st)
            return st;
    }
    return grant->certified ? ma_json_put_true(token, "certified", true, err)
                            : MCPAUTH_OK;
}

/* What is known of its refresh tokens is known of those of its renewal. */
static mcpauth_status put_rotation(
    ma_json *token, const ma_json *old, mcpauth_error *err)
{
    const char *used = ma_json_text(old, "refresh_token");
    const char *next = ma_json_text(token, "refresh_token");
    bool rotates = ma_json_true(old, "refresh_rotates") ||
                   (used && next && strcmp(used, next) != 0);
    return rotates ? ma_json_put_true(token, "refresh_rotates", true, err)
                   : MCPAUTH_OK;
}

mcpauth_status ma_record_put_token(ma_record *record,
    const ma_record_grant *grant, const ma_tokenanswer *answer,
    bool keep_refresh, int64_t now_ms, mcpauth_error *err)
{
    const ma_json *old = ma_json_get_object(record->document, "token");
    const char *refresh = ma_secret_text(answer->refresh_token);
    if (!refresh && keep_refresh)
        refresh = ma_json_text(old, "refresh_token");
    const char *scope = answer->scope ? answer->scope : grant->requested_scope;
    MA_AUTO(ma_json) token = ma_json_object();
    if (!token)
        return ma_error_nomem(err);
    mcpauth_status st = ma_json_put_text(
        token, "access_token", ma_secret_text(answer->access_token), err);
    if (!st)
        st = ma_json_put_text(token, "refresh_token", refresh, err);
    if (!st)
        st = ma_json_put_text(token, "scope", scope, err);
    if (!st && keep_refresh)
        st = ma_json_put_text(
            token, "denied_scope", ma_json_text(old, "denied_scope"), err);
    if (!st && keep_refresh)
        st = put_rotation(token, old, err);
    if (!st)
        st = put_times(token, answer->expires_in_s, now_ms, err);
    if (!st)
        st = put_grant(token, grant, err);
    if (st)
        return st;
    return ma_json_put(record->document, "token", ma_move(&token), err);
}

mcpauth_status ma_record_drop_token(ma_record *record, mcpauth_error *err)
{
    return ma_json_put(record->document, "token", NULL, err);
}

mcpauth_status ma_record_drop_refresh(ma_record *record, mcpauth_error *err)
{
    ma_json *token = (ma_json *)ma_json_get_object(record->document, "token");
    if (!token)
        return MCPAUTH_OK;
    mcpauth_status st = ma_json_put(token, "refresh_token", NULL, err);
    return st ? st : ma_json_put(token, "refresh_started_at_ms", NULL, err);
}

const char *ma_record_token_endpoint(const ma_record *record)
{
    return ma_json_text(
        ma_json_get_object(record->document, "token"), "token_endpoint");
}

const char *ma_record_denied_scope(const ma_record *record)
{
    return ma_json_text(
        ma_json_get_object(record->document, "token"), "denied_scope");
}

mcpauth_status ma_record_note_denied(
    ma_record *record, const char *scope, mcpauth_error *err)
{
    ma_json *token = (ma_json *)ma_json_get_object(record->document, "token");
    if (!token)
        return MCPAUTH_OK;
    return ma_json_put_text(token, "denied_scope", scope, err);
}

bool ma_record_rotates(const ma_record *record)
{
    return ma_json_true(
        ma_json_get_object(record->document, "token"), "refresh_rotates");
}

int64_t ma_record_refresh_started(const ma_record *record)
{
    return ma_json_int(ma_json_get_object(record->document, "token"),
        "refresh_started_at_ms", 0);
}

mcpauth_status ma_record_mark_refresh(
    ma_record *record, int64_t started_at_ms, mcpauth_error *err)
{
    ma_json *token = (ma_json *)ma_json_get_object(record->document, "token");
    if (!token)
        return MCPAUTH_OK;
    if (!started_at_ms)
        return ma_json_put(token, "refresh_started_at_ms", NULL, err);
    return ma_json_put_int(token, "refresh_started_at_ms", started_at_ms, err);
}

static mcpauth_status adopt_token(
    ma_record *record, const ma_record *from, mcpauth_error *err)
{
    const ma_json *token = ma_json_get_object(from->document, "token");
    ma_json *copy = token ? ma_json_dup(token) : NULL;
    if (token && !copy)
        return ma_error_nomem(err);
    return ma_json_put(record->document, "token", copy, err);
}

static mcpauth_status adopt_bindings(
    ma_record *record, const ma_record *from, mcpauth_error *err)
{
    const ma_json *bindings = ma_json_get_object(from->document, "bindings");
    const char *client_id = NULL;
    const ma_json *issuer = NULL;
    for (void *iter = NULL;
         ma_json_each(bindings, &iter, &client_id, &issuer);) {
        mcpauth_status st =
            ma_record_bind(record, client_id, ma_json_string(issuer), err);
        if (st)
            return st;
    }
    return MCPAUTH_OK;
}

static bool same_text(const ma_json *a, const ma_json *b, const char *name)
{
    const char *one = ma_json_text(a, name);
    const char *other = ma_json_text(b, name);
    return one && other && !strcmp(one, other);
}

/* The same token on both sides: what from knows of it is true of it. */
static mcpauth_status adopt_facts(
    ma_record *record, const ma_record *from, mcpauth_error *err)
{
    ma_json *token = (ma_json *)ma_json_get_object(record->document, "token");
    const ma_json *known = ma_json_get_object(from->document, "token");
    const char *denied = ma_json_text(known, "denied_scope");
    mcpauth_status st = MCPAUTH_OK;
    if (!same_text(token, known, "access_token"))
        return MCPAUTH_OK;
    if (!ma_json_text(known, "refresh_token"))
        st = ma_record_drop_refresh(record, err);
    if (!st && denied)
        st = ma_json_put_text(token, "denied_scope", denied, err);
    if (!st && ma_json_true(known, "refused"))
        st = ma_json_put_true(token, "refused", true, err);
    return st;
}

/* A client that others have meanwhile registered stays, unless the token needs
 * the one that it was obtained by. */
static mcpauth_status adopt_client(ma_record *record, const ma_record *from,
    const char *issuer, bool with_token, mcpauth_error *err)
{
    const ma_json *token = ma_json_get_object(from->document, "token");
    const ma_json *client = issuer ? ma_record_client(from, issuer) : NULL;
    if (!client || (ma_record_client(record, issuer) &&
                       !(with_token && same_text(token, client, "client_id"))))
        return MCPAUTH_OK;
    ma_json *copy = ma_json_dup(client);
    return copy ? ma_record_put_client(record, issuer, copy, err)
                : ma_error_nomem(err);
}

mcpauth_status ma_record_adopt(ma_record *record, const ma_record *from,
    const char *issuer, bool with_token, mcpauth_error *err)
{
    mcpauth_status st = adopt_client(record, from, issuer, with_token, err);
    if (!st)
        st = adopt_bindings(record, from, err);
    if (!st && ma_record_has_metadata(from))
        st = ma_record_note_metadata(record, err);
    if (!st)
        st = with_token ? adopt_token(record, from, err)
                        : adopt_facts(record, from, err);
    return st;
}

mcpauth_status ma_record_mark_refused(ma_record *record, mcpauth_error *err)
{
    ma_json *token = (ma_json *)ma_json_get_object(record->document, "token");
    if (!token)
        return MCPAUTH_OK;
    return ma_json_put_true(token, "refused", true, err);
}

mcpauth_status ma_record_token(
    const ma_record *record, mcpauth_token **out_token, mcpauth_error *err)
{
    return ma_token_from(
        ma_json_get_object(record->document, "token"), out_token, err);
}
