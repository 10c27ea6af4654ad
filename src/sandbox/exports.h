/* exports.h - the environment that leads mcpauth into the sandbox. */
#ifndef MA_SANDBOX_EXPORTS_H
#define MA_SANDBOX_EXPORTS_H

#include "sandbox/world.h"

bool ma_exports_knows(const char *profile);

/* Appends shell lines for the profile (NULL: the first); the other profiles
 * follow as comments.  Each unsets what only others set. */
void ma_exports_write(const ma_world *world, const char *profile, ma_buf *to);

/* The profiles; false past the last. */
bool ma_exports_profile(size_t index, ma_sandbox_word *out_word);

#endif
