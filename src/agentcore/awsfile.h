/* awsfile.h - the two files that AWS tools share: ~/.aws/credentials and
 * ~/.aws/config.
 *
 * They are sections of `name = value` lines; a section is a profile, which the
 * second file calls [profile NAME] unless it is [default]. */
#ifndef MA_AGENTCORE_AWSFILE_H
#define MA_AGENTCORE_AWSFILE_H

#include "base/span.h"

typedef enum { MA_AWSFILE_CREDENTIALS, MA_AWSFILE_CONFIG } ma_awsfile_kind;

typedef struct {
    ma_span text;
    ma_awsfile_kind kind;
} ma_awsfile;

bool ma_awsfile_has(const ma_awsfile *file, const char *profile);

/* The last value of that name in the profile, a view into the text; empty: it
 * has none.  Case is ignored in names, but not in those of profiles. */
ma_span ma_awsfile_get(
    const ma_awsfile *file, const char *profile, const char *name);

#endif
