/* cancel.h - waiting that can be cancelled. */
#ifndef MA_BASE_CANCEL_H
#define MA_BASE_CANCEL_H

#include <mcpauth/cancel.h>
#include <stdint.h>

#include "base/auto.h"

MA_AUTO_DEFINE(mcpauth_cancel, mcpauth_cancel_free)

/* Waits for delay_ms, or until cancel is asked: false then.  cancel may be
 * NULL. */
bool ma_cancel_pause(const mcpauth_cancel *cancel, int64_t delay_ms);

/* E_CANCELLED, in words that fit every call. */
mcpauth_status ma_cancel_error(mcpauth_error *err);

#endif
