/* awskeys.c - any bytes as what a credential_process prints: what is read can
 * be copied. */
#include <stdint.h>
#include <stdlib.h>

#include "agentcore/awskeys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t ms = 0;
    MA_SCOPED(ma_awskeys) keys = {0};
    MA_SCOPED(ma_awskeys) copy = {0};
    ma_span text = ma_span_make((const char *)data, size);
    (void)ma_awskeys_parse_time(text, &ms);
    if (ma_awskeys_parse(text, &keys, NULL))
        return 0;
    if (ma_awskeys_dup(&keys, &copy, NULL) || !ma_awskeys_same(&keys, &copy))
        abort();
    return 0;
}
