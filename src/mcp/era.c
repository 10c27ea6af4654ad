/* era.c - what the eras have in common. */
#include "mcp/era.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"

mcpauth_status ma_era_write_plain_params(
    const void *state, ma_span params, ma_buf *to, mcpauth_error *err)
{
    (void)state;
    if (params.at)
        ma_buf_add_text(to, ",\"params\":");
    ma_buf_add_span(to, params);
    return ma_buf_status(to, "the message", err);
}

mcpauth_status ma_era_write_client(const ma_session_options *options,
    const char *capabilities_name, const char *info_name, ma_buf *to,
    mcpauth_error *err)
{
    ma_span capabilities = ma_span_of("{}");
    if (options->capabilities.at &&
        (ma_value_parse(options->capabilities, &capabilities, NULL) ||
            !ma_value_is_object(capabilities)))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the client's capabilities are not a JSON object");
    ma_buf_addf(to, "\"%s\":", capabilities_name);
    ma_buf_add_span(to, capabilities);
    ma_buf_addf(to, ",\"%s\":{\"name\":", info_name);
    ma_json_write_string(to, ma_span_of(options->client_name));
    ma_buf_add_text(to, ",\"version\":");
    ma_json_write_string(to, ma_span_of(options->client_version));
    ma_buf_add_text(to, "}");
    return ma_buf_status(to, "the client's introduction", err);
}

mcpauth_status ma_era_pinned(const ma_session_options *options,
    const ma_revision **out_pinned, mcpauth_error *err)
{
    *out_pinned = ma_revision_named(options->protocol_version);
    if (*out_pinned || !options->protocol_version)
        return MCPAUTH_OK;
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(options->protocol_version));
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "\"%s\" is no protocol version of MCP that this client speaks",
        shown ? shown : "?");
}

ma_span ma_era_object_member(ma_span object, const char *name)
{
    ma_span member = ma_value_member(object, name);
    return ma_value_is_object(member) ? member : ma_span_make(NULL, 0);
}
