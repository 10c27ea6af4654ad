/* awskeys.h - AWS credentials, whoever handed them out. */
#ifndef MA_AGENTCORE_AWSKEYS_H
#define MA_AGENTCORE_AWSKEYS_H

#include <mcpauth/error.h>
#include <stdint.h>

#include "base/secret.h"

typedef struct {
    char *key_id; /* NULL: none were found */
    ma_secret *key;
    ma_secret *session;    /* of temporary ones; NULL: none */
    int64_t expires_at_ms; /* 0: not known */
} ma_awskeys;

/* Allowed on zeroed keys. */
void ma_awskeys_done(ma_awskeys *keys);
MA_SCOPED_DEFINE(ma_awskeys, ma_awskeys_done)

/* Fills *out, which is zeroed.  session may be empty.
 * E_USAGE: an id that is none. */
mcpauth_status ma_awskeys_set(ma_awskeys *out, ma_span key_id, ma_span key,
    ma_span session, mcpauth_error *err);

mcpauth_status ma_awskeys_dup(
    const ma_awskeys *from, ma_awskeys *out, mcpauth_error *err);

bool ma_awskeys_same(const ma_awskeys *a, const ma_awskeys *b);

/* Reads what a credential_process prints, or a container's service answers: an
 * object with AccessKeyId, SecretAccessKey, SessionToken or Token, and
 * Expiration.  The message never quotes it.
 * E_PROTOCOL: it is something else, or a later version. */
mcpauth_status ma_awskeys_parse(
    ma_span text, ma_awskeys *out, mcpauth_error *err);

/* Reads 2026-11-26T15:04:05Z, with a fraction or an offset as well. */
bool ma_awskeys_parse_time(ma_span text, int64_t *out_ms);

#endif
