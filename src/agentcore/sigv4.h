/* sigv4.h - AWS Signature Version 4 for one request.
 *
 * Pure: the time comes from the caller.  libcurl's own signer is not used: the
 * one of 7.88 leaves the query unsorted, does not encode the path a second
 * time, which the ARN in a runtime's URL needs, and signs an "Expect:" line
 * that only keeps a field from being sent.
 * Source: AWS IAM User Guide, "Create a signed AWS API request". */
#ifndef MA_AGENTCORE_SIGV4_H
#define MA_AGENTCORE_SIGV4_H

#include <mcpauth/http.h>
#include <stdint.h>

#include "base/secret.h"

/* Who signs, for what.  All lent. */
typedef struct {
    const char *key_id;
    const ma_secret *key;
    const ma_secret *session; /* of temporary credentials; NULL: none */
    const char *region;
    const char *service;
} ma_sigv4_signer;

/* Sets X-Amz-Date, X-Amz-Security-Token and Authorization in headers, which are
 * all that will be sent with request besides; those in request do not matter.
 * Signed are the host, the Content-Type and every field whose name starts with
 * "x-amz".  The path must hold no dot segment. */
mcpauth_status ma_sigv4_sign(const ma_sigv4_signer *signer, int64_t now_ms,
    const mcpauth_http_request *request, mcpauth_headers *headers,
    mcpauth_error *err);

#endif
