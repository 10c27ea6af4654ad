/* jsonc.h - JSON as editors let people write it: with comments, and with a
 * comma behind the last member. */
#ifndef MA_BASE_JSONC_H
#define MA_BASE_JSONC_H

#include "base/buf.h"

/* Makes JSON of it: both become blanks, so that every other byte stays where
 * it is, and line and column in an error hold.  What is broken stays so. */
void ma_jsonc_blank(ma_buf *text);

#endif
