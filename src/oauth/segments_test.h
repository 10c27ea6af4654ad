/* segments_test.h - what stands in a JWT, for the tests of those who write
 * one. */
#ifndef MA_OAUTH_SEGMENTS_TEST_H
#define MA_OAUTH_SEGMENTS_TEST_H

#include "base/base64.h"
#include "base/key.h"
#include "base/keys_test.h"

static inline ma_key *read_key(const char *text)
{
    ma_key *key = NULL;
    assert_int_equal(ma_key_read(ma_span_of(text), &key, NULL), MCPAUTH_OK);
    return key;
}

/* Segment 0 is the header, 1 the payload. */
static inline void assert_segment(
    const ma_buf *jwt, int number, const char *expected)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(64 * 1024);
    ma_span rest = ma_buf_span(jwt);
    ma_span segment = ma_span_cut(&rest, '.');
    while (number-- > 0)
        segment = ma_span_cut(&rest, '.');
    assert_true(ma_base64_read(&text, segment));
    assert_string_equal(ma_buf_text(&text), expected);
}

#endif
