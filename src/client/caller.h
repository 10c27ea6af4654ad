/* caller.h - one thread's way to a provider's tokens. */
#ifndef MA_CLIENT_CALLER_H
#define MA_CLIENT_CALLER_H

#include <mcpauth/client.h>

#include "base/auto.h"

MA_AUTO_DEFINE(mcpauth_caller, mcpauth_caller_free)

/* The next header is there without waiting for anything. */
bool ma_caller_is_ready(const mcpauth_caller *caller);

#endif
