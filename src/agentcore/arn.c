/* arn.c - an ARN judged part by part, from a table. */
#include "agentcore/arn.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

#define EXAMPLE                                                                \
    "arn:aws:bedrock-agentcore:us-west-2:123456789012:"                        \
    "runtime/my_server-abc1234567"

static bool has_only(ma_span span, const char *allowed)
{
    for (size_t i = 0; i < span.len; i++) {
        if (!span.at[i] || !strchr(allowed, span.at[i]))
            return false;
    }
    return span.len > 0;
}

static bool is_prefix(ma_span part)
{
    return ma_span_is(part, "arn");
}

static bool is_partition(ma_span part)
{
    return ma_span_is(part, "aws") ||
           (ma_span_starts(part, "aws-") && has_only(part, LOWER DIGITS "-"));
}

static bool is_service(ma_span part)
{
    return ma_span_is(part, "bedrock-agentcore");
}

static bool is_region_or_empty(ma_span part)
{
    return part.len == 0 || ma_arn_is_region(part);
}

static bool is_account(ma_span part)
{
    return part.len == 12 && has_only(part, DIGITS);
}

/* A gateway's id becomes a label of a host name. */
static bool is_resource(ma_span part)
{
    ma_span id = part;
    ma_span type = ma_span_cut(&id, '/');
    if (ma_span_is(type, "runtime"))
        return has_only(id, LOWER UPPER DIGITS "_-");
    return ma_span_is(type, "gateway") && has_only(id, LOWER UPPER DIGITS "-");
}

enum { PREFIX, PARTITION, SERVICE, REGION, ACCOUNT, RESOURCE, PARTS };

static const struct part {
    const char *name;
    bool (*is_good)(ma_span part);
    const char *want;
} parts[PARTS] = {
    [PREFIX] = {"first part", is_prefix, "arn"},
    [PARTITION] = {"partition", is_partition, "aws, aws-us-gov or aws-cn"},
    [SERVICE] = {"service", is_service, "bedrock-agentcore"},
    [REGION] = {"region", is_region_or_empty, "a name like us-west-2"},
    [ACCOUNT] = {"account", is_account, "12 digits"},
    [RESOURCE] = {"resource", is_resource, "runtime/NAME or gateway/ID"},
};

static mcpauth_status refuse_part(
    const struct part *part, ma_span found, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_quote(found);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "the ARN's %s is \"%s\", where %s is wanted", part->name,
        shown ? shown : "", part->want);
    if (shown && strstr(shown, "/runtime-endpoint/"))
        ma_error_hint(err, "leave /runtime-endpoint/NAME out of the ARN and "
                           "give NAME as the qualifier (--qualifier)");
    ma_error_hint(err, "an ARN looks like " EXAMPLE);
    return st;
}

bool ma_arn_is(ma_span text)
{
    return ma_span_starts(text, "arn:");
}

mcpauth_status ma_arn_parse(ma_span text, ma_arn *out, mcpauth_error *err)
{
    if (text.len > MA_ARN_MAX)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the ARN is longer than %d bytes", MA_ARN_MAX);
    ma_span found[PARTS];
    ma_span rest = text;
    for (size_t i = 0; i < RESOURCE; i++)
        found[i] = ma_span_cut(&rest, ':');
    found[RESOURCE] = rest;
    for (size_t i = 0; i < PARTS; i++) {
        if (!parts[i].is_good(found[i]))
            return refuse_part(&parts[i], found[i], err);
    }
    ma_span id = found[RESOURCE];
    ma_span type = ma_span_cut(&id, '/');
    *out = (ma_arn){
        .text = text,
        .kind = ma_span_is(type, "runtime") ? MA_ARN_RUNTIME : MA_ARN_GATEWAY,
        .partition = found[PARTITION],
        .region = found[REGION],
        .account = found[ACCOUNT],
        .id = id,
    };
    return MCPAUTH_OK;
}

bool ma_arn_is_region(ma_span text)
{
    ma_span rest = text;
    ma_span piece = ma_span_cut(&rest, '-');
    if (piece.len < 2 || !has_only(piece, LOWER))
        return false;
    while (rest.at) {
        piece = ma_span_cut(&rest, '-');
        if (!has_only(piece, rest.at ? LOWER : DIGITS))
            return false;
    }
    return has_only(piece, DIGITS);
}
