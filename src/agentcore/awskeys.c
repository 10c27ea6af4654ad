/* awskeys.c - AWS credentials, whoever handed them out. */
#include "agentcore/awskeys.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"

enum { ID_MAX = 128, TIME_MAX = 64 };

void ma_awskeys_done(ma_awskeys *keys)
{
    ma_free(keys->key_id);
    ma_secret_free(keys->key);
    ma_secret_free(keys->session);
    *keys = (ma_awskeys){0};
}

/* It stands in a list of a header field. */
static bool is_id(ma_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] <= ' ' || text.at[i] > '~' || strchr(",/=", text.at[i]))
            return false;
    return text.len && text.len <= ID_MAX;
}

mcpauth_status ma_awskeys_set(ma_awskeys *out, ma_span key_id, ma_span key,
    ma_span session, mcpauth_error *err)
{
    MA_SCOPED(ma_awskeys) keys = {0};
    if (!is_id(key_id))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "the access key id is no access key id");
    keys.key_id = ma_strndup(key_id.at, key_id.len);
    keys.key = ma_secret_new(key);
    keys.session = session.len ? ma_secret_new(session) : NULL;
    if (!keys.key_id || !keys.key || (session.len && !keys.session))
        return ma_error_nomem(err);
    *out = keys;
    keys = (ma_awskeys){0};
    return MCPAUTH_OK;
}

mcpauth_status ma_awskeys_dup(
    const ma_awskeys *from, ma_awskeys *out, mcpauth_error *err)
{
    mcpauth_status st = ma_awskeys_set(out, ma_span_of(from->key_id),
        ma_secret_span(from->key), ma_secret_span(from->session), err);
    if (!st)
        out->expires_at_ms = from->expires_at_ms;
    return st;
}

bool ma_awskeys_same(const ma_awskeys *a, const ma_awskeys *b)
{
    return a->key_id && b->key_id && !strcmp(a->key_id, b->key_id) &&
           ma_secret_eq(a->key, b->key) && ma_secret_eq(a->session, b->session);
}

/* --- what is printed or answered ----------------------------------------- */

/* What stands behind the seconds: Z or an offset, its minutes in *out. */
static bool read_zone(const char *text, int *out_minutes)
{
    char sign = 0;
    int hours = 0;
    int minutes = 0;
    if (*text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    if (!strcmp(text, "Z")) {
        *out_minutes = 0;
        return true;
    }
    if (sscanf(text, "%c%2d:%2d", &sign, &hours, &minutes) != 3 ||
        !strchr("+-", sign))
        return false;
    *out_minutes = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

bool ma_awskeys_parse_time(ma_span text, int64_t *out_ms)
{
    char copy[TIME_MAX] = "";
    struct tm parts = {0};
    int offset = 0;
    if (text.len >= sizeof copy)
        return false;
    memcpy(copy, text.at, text.len);
    const char *rest = strptime(copy, "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest || !read_zone(rest, &offset))
        return false;
    *out_ms = ((int64_t)timegm(&parts) - (int64_t)offset * 60) * 1000;
    return true;
}

static mcpauth_status read_expiry(
    const ma_json *document, ma_awskeys *keys, mcpauth_error *err)
{
    const char *text = ma_json_text(document, "Expiration");
    if (!text || !*text ||
        ma_awskeys_parse_time(ma_span_of(text), &keys->expires_at_ms))
        return MCPAUTH_OK;
    return ma_error_set(
        err, MCPAUTH_E_PROTOCOL, "its Expiration is no ISO 8601 time");
}

static mcpauth_status read_document(
    const ma_json *document, ma_awskeys *keys, mcpauth_error *err)
{
    const char *key_id = ma_json_text(document, "AccessKeyId");
    const char *key = ma_json_text(document, "SecretAccessKey");
    const char *session = ma_json_text(document, "SessionToken");
    if (ma_json_int(document, "Version", 1) != 1)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "it is of another Version than 1, the only one known");
    if (!key_id || !key || !*key)
        return ma_error_set(
            err, MCPAUTH_E_PROTOCOL, "it lacks AccessKeyId or SecretAccessKey");
    if (!session)
        session = ma_json_text(document, "Token");
    mcpauth_status st = ma_awskeys_set(
        keys, ma_span_of(key_id), ma_span_of(key), ma_span_of(session), err);
    return st ? st : read_expiry(document, keys, err);
}

mcpauth_status ma_awskeys_parse(
    ma_span text, ma_awskeys *out, mcpauth_error *err)
{
    MA_AUTO(ma_json) document = NULL;
    MA_SCOPED(ma_awskeys) keys = {0};
    mcpauth_status st = ma_json_parse_object(text, &document, err);
    if (!st)
        st = read_document(document, &keys, err);
    if (st)
        return st;
    *out = keys;
    keys = (ma_awskeys){0};
    return MCPAUTH_OK;
}
