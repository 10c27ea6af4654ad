/* arn.h - the Amazon Resource Names of AgentCore runtimes and gateways.
 *
 * Judged loosely: what would make a wrong URL is refused, what only AWS can
 * know (whether such an id can exist) is not. */
#ifndef MA_AGENTCORE_ARN_H
#define MA_AGENTCORE_ARN_H

#include <mcpauth/error.h>

#include "base/span.h"

enum { MA_ARN_MAX = 512 };

typedef enum { MA_ARN_RUNTIME, MA_ARN_GATEWAY } ma_arn_kind;

/* Views into the text that was parsed. */
typedef struct {
    ma_span text;
    ma_arn_kind kind;
    ma_span partition; /* aws, aws-us-gov, aws-cn */
    ma_span region;    /* may be empty */
    ma_span account;
    ma_span id; /* of the runtime or gateway */
} ma_arn;

/* Begins like an ARN of whatever service. */
bool ma_arn_is(ma_span text);

/* E_USAGE: the message names the part that is wrong. */
mcpauth_status ma_arn_parse(ma_span text, ma_arn *out, mcpauth_error *err);

/* Has the form of a region's name, as us-gov-west-1. */
bool ma_arn_is_region(ma_span text);

#endif
