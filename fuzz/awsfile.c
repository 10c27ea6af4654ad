/* awsfile.c - any bytes as a file that AWS tools share: a value is a part of a
 * line of it. */
#include <stdint.h>
#include <stdlib.h>

#include "agentcore/awsfile.h"

static void check(ma_span text, ma_awsfile_kind kind)
{
    const ma_awsfile file = {text, kind};
    ma_span value = ma_awsfile_get(&file, "default", "region");
    if (!value.len)
        return;
    bool within = value.at >= text.at && value.len <= text.len &&
                  value.at + value.len <= text.at + text.len;
    if (!within || ma_span_find(value, '\n') < value.len ||
        !ma_awsfile_has(&file, "default"))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ma_span text = ma_span_make((const char *)data, size);
    check(text, MA_AWSFILE_CREDENTIALS);
    check(text, MA_AWSFILE_CONFIG);
    return 0;
}
