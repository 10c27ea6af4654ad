/* vouching.c - two flows, one after the other, by the settings of the identity
 * provider. */
#include "client/vouching.h"

#include <stdint.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/url.h"
#include "client/driver.h"
#include "client/source.h"
#include "oauth/config.h"
#include "oauth/token.h"

MA_AUTO_DEFINE(mcpauth_flow, mcpauth_flow_free)

enum { SUBJECT_VALID_MS = 30000 };

/* What was used for an assertion that comes back though it was refused has to
 * be another one. */
static int64_t min_valid_ms(const mcpauth_step *step)
{
    return step->fresh ? INT64_MAX / 4 : SUBJECT_VALID_MS;
}

/* Who the person is: the ID token of his login, renewed where it has to be. */
static mcpauth_status log_in(const mcpauth_provider_options *options,
    const mcpauth_step *step, ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(mcpauth_flow) flow = NULL;
    MA_AUTO(mcpauth_token) token = NULL;
    mcpauth_status st = mcpauth_flow_new(options->config,
        step->login ? MCPAUTH_FLOW_LOGIN : MCPAUTH_FLOW_TOKEN, &flow, err);
    if (st)
        return st;
    mcpauth_flow_set_min_valid(flow, min_valid_ms(step));
    st = ma_driver_run(options, flow, &token, err);
    if (st || !token)
        return st;
    ma_buf_add_span(to, ma_token_access_span(token));
    return ma_buf_status(to, "the ID token", err);
}

/* The platform, or a program, has it. */
static mcpauth_status read_subject(const mcpauth_provider_options *options,
    const mcpauth_step *step, ma_buf *to, mcpauth_error *err)
{
    const ma_source source = {
        .text = ma_config_text(options->config, MA_CONFIG_ASSERTION),
        .header = ma_config_text(options->config, MA_CONFIG_ASSERTION_HEADER),
        .timeout_ms = step->until_ms - ma_clock_now_ms(),
    };
    return ma_source_read(&source, options->http, to, err);
}

static mcpauth_status exchange(const mcpauth_provider_options *options,
    const mcpauth_step *step, const ma_buf *subject, ma_buf *to,
    mcpauth_error *err)
{
    MA_AUTO(mcpauth_flow) flow = NULL;
    MA_AUTO(mcpauth_token) token = NULL;
    ma_span text = ma_span_trim(ma_buf_span(subject));
    while (ma_span_ends(text, "\n") || ma_span_ends(text, "\r"))
        text.len--;
    const mcpauth_exchange what = {
        .size = sizeof what,
        .subject_token = text.at,
        .subject_token_len = text.len,
        .audience = step->audience,
        .resource = step->resource,
        .scope = step->scope,
    };
    mcpauth_status st =
        mcpauth_flow_new(options->config, MCPAUTH_FLOW_EXCHANGE, &flow, err);
    if (!st)
        st = mcpauth_flow_set_exchange(flow, &what, err);
    if (!st)
        st = ma_driver_run(options, flow, &token, err);
    if (st)
        return st;
    ma_buf_add_span(to, ma_token_access_span(token));
    return ma_buf_status(to, "the assertion", err);
}

static mcpauth_status bring(const mcpauth_provider_options *options,
    const mcpauth_step *step, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) subject = ma_buf_init(MA_SOURCE_MAX);
    bool given = ma_config_text(options->config, MA_CONFIG_ASSERTION);
    mcpauth_status st = given ? read_subject(options, step, &subject, err)
                              : log_in(options, step, &subject, err);
    return st ? st : exchange(options, step, &subject, to, err);
}

mcpauth_status ma_vouching_bring(const mcpauth_provider_options *options,
    const mcpauth_step *step, ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(mcpauth_config) config = NULL;
    mcpauth_status st = mcpauth_config_identity(options->config, &config, err);
    if (st)
        return st;
    mcpauth_provider_options there = *options;
    there.config = config;
    there.ui = step->person ? options->ui : NULL;
    st = bring(&there, step, to, err);
    if (!st)
        return MCPAUTH_OK;
    MA_AUTO(ma_text)
    issuer = ma_url_redacted(ma_config_text(config, MA_CONFIG_SERVER));
    return ma_error_in(
        err, st, "having the identity provider %s vouch", issuer ? issuer : "");
}
