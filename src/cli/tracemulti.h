/* tracemulti.h - requests that go many at once, noted for --trace. */
#ifndef MA_CLI_TRACEMULTI_H
#define MA_CLI_TRACEMULTI_H

#include "cli/trace.h"
#include "net/multi.h"

/* What works with one that ma_tracemulti_wrap made; it makes none. */
extern const ma_multi_ops ma_tracemulti_ops;

/* Puts in the place of *multi one that notes in trace what passes; it owns the
 * former one, which inner works with.  inner and trace are borrowed.  A request
 * is noted at its end.  On failure *multi is as it was. */
mcpauth_status ma_tracemulti_wrap(ma_trace *trace, const ma_multi_ops *inner,
    ma_multi **multi, mcpauth_error *err);

#endif
