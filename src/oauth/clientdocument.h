/* clientdocument.h - a client whose id is the URL of a document about it
 * (OAuth client ID metadata documents).  Servers fetch it; we never do. */
#ifndef MA_OAUTH_CLIENTDOCUMENT_H
#define MA_OAUTH_CLIENTDOCUMENT_H

#include "base/span.h"

/* url can be such an id: https, with a path and no fragment, userinfo or dot
 * segments, encoded ones included. */
bool ma_clientdocument_valid(ma_span url);

#endif
