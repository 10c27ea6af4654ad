/* alphabet.h - the bytes that values of OAuth may hold (RFC 6749 appendix A).
 */
#ifndef MA_OAUTH_ALPHABET_H
#define MA_OAUTH_ALPHABET_H

#include "base/span.h"

/* VSCHAR only: client ids and secrets, codes, refresh tokens.  An empty text
 * is. */
bool ma_alphabet_vschar(ma_span text);

/* b64token, all that an Authorization field may carry as a token (RFC 6750
 * 2.1).  An empty text is not. */
bool ma_alphabet_b64token(ma_span text);

#endif
