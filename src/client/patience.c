/* patience.c - counted, doubled, and with a little chance in it. */
#include "client/patience.h"

#include <stddef.h>

#include "base/crypto.h"

enum {
    REFUSALS_MAX = 5,
    FIRST_MS = 250,
    LONGEST_MS = 60000,
    RESUMES_MAX = 5,
    SILENCES_MAX = 100,
    RESUME_MS = 1000 /* when the server names no pause */
};

bool ma_patience_waits(ma_patience *patience, bool harmless, int64_t said_ms,
    int64_t *out_delay_ms)
{
    if (!harmless || patience->refusals >= REFUSALS_MAX || said_ms > LONGEST_MS)
        return false;
    *out_delay_ms =
        said_ms >= 0 ? said_ms : (int64_t)FIRST_MS << patience->refusals;
    patience->refusals++;
    return true;
}

bool ma_patience_resumes(ma_patience *patience, bool began, bool said)
{
    patience->resumes = began ? 1 : patience->resumes + 1;
    patience->silences = said ? 1 : patience->silences + 1;
    return patience->resumes <= RESUMES_MAX &&
           patience->silences <= SILENCES_MAX;
}

/* Up to a quarter more, so that a crowd does not come back at once. */
static int64_t with_jitter(int64_t delay_ms)
{
    unsigned char byte = 0;
    if (ma_crypto_random(&byte, 1, NULL))
        byte = 0;
    return delay_ms + delay_ms * byte / 1024;
}

int64_t ma_patience_resume_ms(const ma_patience *patience, int64_t said_ms)
{
    int64_t delay_ms = said_ms >= 0 ? said_ms : RESUME_MS;
    if (patience->resumes > 1)
        delay_ms = with_jitter((delay_ms + FIRST_MS) << patience->resumes);
    return delay_ms;
}
