/* challenge.c - WWW-Authenticate: any bytes, as one field and as two. */
#include "oauth/challenge.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "oauth/scope.h"

static void check_text(const char *text)
{
    for (; text && *text; text++)
        if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
            abort();
}

static void check(const ma_challenge *challenge)
{
    if (!challenge->bearer && !challenge->dpop &&
        (challenge->resource_metadata || challenge->error))
        abort();
    if (challenge->scope && !ma_scope_valid(ma_span_of(challenge->scope)))
        abort();
    check_text(challenge->resource_metadata);
    check_text(challenge->error);
    check_text(challenge->error_description);
    check_text(challenge->error_uri);
    check_text(challenge->dpop_error);
    check_text(challenge->dpop_algs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ma_span field = ma_span_make((const char *)data, size);
    MA_SCOPED(ma_challenge) whole = {0};
    if (ma_challenge_parse_field(field, &whole, NULL))
        abort();
    check(&whole);

    MA_SCOPED(ma_challenge) parts = {0};
    while (field.at)
        if (ma_challenge_parse_field(ma_span_cut(&field, '\n'), &parts, NULL))
            abort();
    check(&parts);
    return 0;
}
