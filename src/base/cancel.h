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

/* One that counts as asked when one of two is, which outlive it; nobody asks
 * it itself.  NULL: out of memory, or of descriptors. */
mcpauth_cancel *ma_cancel_either(
    const mcpauth_cancel *one, const mcpauth_cancel *other);

/* One that time asks, once ma_cancel_set says when; nobody asks it otherwise.
 * NULL: out of memory, or of descriptors. */
mcpauth_cancel *ma_cancel_timer(void);

/* In delay_ms, or never (INT64_MAX); what was asked before is taken back. */
void ma_cancel_set(mcpauth_cancel *timer, int64_t delay_ms);

/* Makes it as good as new, while nobody uses it. */
void ma_cancel_reset(mcpauth_cancel *cancel);

/* Waits until event is asked.  timeout_ms 0: no limit.  Without words:
 * E_CANCELLED: cancel was asked before (NULL: nobody cancels).
 * E_TIMEOUT: it took too long. */
mcpauth_status ma_cancel_await(const mcpauth_cancel *event,
    const mcpauth_cancel *cancel, int64_t timeout_ms);

/* E_CANCELLED, in words that fit every call. */
mcpauth_status ma_cancel_error(mcpauth_error *err);

#endif
