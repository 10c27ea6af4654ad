/* control.h - how a test steers the sandbox while it runs.
 *
 *   GET /_sandbox/log                    every request so far, as JSON
 *   DELETE /_sandbox/log                 forgets them
 *   POST /_sandbox/fault?name=F[=VALUE]  sets a fault; ?clear=1 ends all
 *   POST /_sandbox/expire                every access token expires now
 *   POST /_sandbox/clock?advance_s=N     moves the sandbox's clock
 *   GET /_sandbox/environment?profile=P  as ma_sandbox_write_environment */
#ifndef MA_SANDBOX_CONTROL_H
#define MA_SANDBOX_CONTROL_H

#include "sandbox/world.h"

/* False when the path is another one. */
bool ma_control_answer(ma_world *world, ma_visit *visit);

#endif
