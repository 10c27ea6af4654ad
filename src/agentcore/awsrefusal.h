/* awsrefusal.h - an AWS service refuses a signed request. */
#ifndef MA_AGENTCORE_AWSREFUSAL_H
#define MA_AGENTCORE_AWSREFUSAL_H

#include <mcpauth/flow.h>
#include <stdbool.h>
#include <stdint.h>

/* The credentials were good once; others may be there by now. */
bool ma_awsrefusal_is_expiry(const mcpauth_answer *answer);

/* E_REFUSED with the service's own words, and what to do about it. */
mcpauth_status ma_awsrefusal_tell(
    const mcpauth_answer *answer, int64_t now_ms, mcpauth_error *err);

#endif
