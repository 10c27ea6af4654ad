/* target.c - what a SERVER word leads to. */
#include "agentcore/target.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "oauth/config.h"

/* --- words --------------------------------------------------------------- */

static bool is_id_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

/* ([0-9a-z]-?){1,100}-[0-9a-z]{10}, as the Gateway API has it. */
static bool is_gateway_id(ma_span word)
{
    enum { TAIL = 10, MAX = 211 };
    if (word.len < TAIL + 2 || word.len > MAX ||
        word.at[word.len - TAIL - 1] != '-')
        return false;
    for (size_t i = 0; i < word.len; i++) {
        bool dash = word.at[i] == '-' && i > 0 && word.at[i - 1] != '-' &&
                    i < word.len - TAIL;
        if (!dash && !is_id_byte(word.at[i]))
            return false;
    }
    return true;
}

static bool is_url(const char *word)
{
    return strstr(word, "://") != NULL;
}

/* --- facts --------------------------------------------------------------- */

/* The one way an AgentCore URL written by hand goes wrong. */
static mcpauth_status warn_of_path(ma_target *target, const ma_url *url)
{
    if (target->kind != MA_ENDPOINT_OTHER ||
        !ma_span_starts(url->path, "/runtimes/"))
        return MCPAUTH_OK;
    target->warning = ma_strdup(
        "this is not the URL of a runtime, which is /runtimes/<ARN, "
        "percent-encoded>/invocations: give the ARN itself as the server");
    return target->warning ? MCPAUTH_OK : MCPAUTH_E_NOMEM;
}

/* AGENTCORE_REGION is often copied from a sample; the ARN knows better. */
static mcpauth_status warn_of_region(ma_target *target, const ma_arn *arn,
    const mcpauth_agentcore_options *options)
{
    const char *region = options->region;
    if (!region || !*region || !arn->region.len ||
        ma_span_is(arn->region, region))
        return MCPAUTH_OK;
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(region));
    MA_SCOPED(ma_buf) text = ma_buf_init(2048);
    ma_buf_addf(&text, "the region \"%s\" is ignored: the ARN says ",
        shown ? shown : "");
    ma_buf_add_span(&text, arn->region);
    target->warning = ma_buf_take(&text);
    return target->warning ? MCPAUTH_OK : MCPAUTH_E_NOMEM;
}

/* Fills what follows from the URL; kind is known already. */
static mcpauth_status describe(
    ma_target *target, const ma_url *url, mcpauth_error *err)
{
    ma_span region = ma_endpoint_region(url);
    if (region.len && !target->region) {
        target->region = ma_strndup(region.at, region.len);
        if (!target->region)
            return ma_error_nomem(err);
    }
    MA_SCOPED(ma_buf) metadata = ma_buf_init(2 * MA_URL_MAX);
    ma_endpoint_write_metadata(&metadata, url, target->kind);
    mcpauth_status st = ma_buf_status(&metadata, "the metadata URL", err);
    if (st || !metadata.len)
        return st;
    target->metadata_url = ma_buf_take(&metadata);
    return target->metadata_url ? MCPAUTH_OK : ma_error_nomem(err);
}

static mcpauth_status resolve_url(
    const char *word, ma_target *target, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(word), &url, err);
    if (st)
        return ma_error_in(err, st, "the server's URL");
    target->kind = ma_endpoint_find(&url);
    target->url = ma_strdup(word);
    if (!target->url || warn_of_path(target, &url))
        return ma_error_nomem(err);
    return describe(target, &url, err);
}

static mcpauth_status resolve_arn(const ma_arn *arn,
    const mcpauth_agentcore_options *options, ma_target *target,
    mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MCPAUTH_AGENTCORE_URL_MAX - 1);
    bool by_id = options && options->by_id;
    mcpauth_status st = by_id
                            ? ma_endpoint_write_by_id(&text, arn, options, err)
                            : ma_endpoint_write(&text, arn, options, err);
    if (st)
        return st;
    MA_SCOPED(ma_url) url = {0};
    st = ma_url_parse(ma_buf_span(&text), &url, err);
    if (st)
        return ma_error_in(err, st, "the URL made from the ARN");
    target->kind =
        arn->kind == MA_ARN_RUNTIME ? MA_ENDPOINT_RUNTIME : MA_ENDPOINT_GATEWAY;
    target->url = ma_buf_take(&text);
    if (arn->region.len)
        target->region = ma_strndup(arn->region.at, arn->region.len);
    bool lost = !target->url || (arn->region.len && !target->region);
    if (lost || warn_of_region(target, arn, options))
        return ma_error_nomem(err);
    return describe(target, &url, err);
}

static mcpauth_status parse_and_resolve_arn(ma_span word,
    const mcpauth_agentcore_options *options, ma_target *target,
    mcpauth_error *err)
{
    ma_arn arn = {0};
    mcpauth_status st = ma_arn_parse(word, &arn, err);
    return st ? st : resolve_arn(&arn, options, target, err);
}

static mcpauth_status resolve_gateway(ma_span id,
    const mcpauth_agentcore_options *options, ma_target *target,
    mcpauth_error *err)
{
    ma_span region = ma_span_of(options->region);
    if (!region.len) {
        mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
            "the gateway id %.*s needs a region", (int)id.len, id.at);
        ma_error_hint(err, "give it as --region or AGENTCORE_REGION, or give "
                           "the gateway's URL");
        return st;
    }
    ma_arn arn = {
        .kind = MA_ARN_GATEWAY,
        .id = id,
        .region = region,
        .partition =
            ma_span_of(ma_span_starts(region, "cn-") ? "aws-cn" : "aws"),
    };
    return resolve_arn(&arn, options, target, err);
}

/* --- face ---------------------------------------------------------------- */

void ma_target_done(ma_target *target)
{
    ma_free(target->url);
    ma_free(target->metadata_url);
    ma_free(target->region);
    ma_free(target->warning);
    *target = (ma_target){0};
}

mcpauth_status ma_target_resolve(const char *word,
    const mcpauth_agentcore_options *options, ma_target *out,
    mcpauth_error *err)
{
    MA_SCOPED(ma_target) target = {0};
    ma_span span = ma_span_of(word);
    mcpauth_status st = MCPAUTH_OK;
    if (ma_arn_is(span))
        st = parse_and_resolve_arn(span, options, &target, err);
    else if (is_url(word))
        st = resolve_url(word, &target, err);
    else if (is_gateway_id(span))
        st = resolve_gateway(span, options, &target, err);
    if (st)
        return st;
    *out = target;
    target = (ma_target){0};
    return MCPAUTH_OK;
}

mcpauth_status ma_target_require(const char *word,
    const mcpauth_agentcore_options *options, ma_target *out,
    mcpauth_error *err)
{
    MA_SCOPED(ma_target) target = {0};
    mcpauth_status st = ma_target_resolve(word, options, &target, err);
    if (st)
        return st;
    if (!target.url) {
        MA_AUTO(ma_text) shown = ma_quote(ma_span_of(word));
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "\"%s\" is no URL, no ARN of AgentCore and no id of a gateway",
            shown ? shown : "");
    }
    *out = target;
    target = (ma_target){0};
    return MCPAUTH_OK;
}

static mcpauth_status set_where_unset(mcpauth_config *config, const char *name,
    const char *value, mcpauth_error *err)
{
    if (mcpauth_config_has(config, name))
        return MCPAUTH_OK;
    return mcpauth_config_set(config, name, value, err);
}

mcpauth_status ma_target_set(
    const ma_target *target, mcpauth_config *config, mcpauth_error *err)
{
    if (target->warning)
        ma_config_log(config, 0, "agentcore", "%s", target->warning);
    mcpauth_status st = mcpauth_config_set(config, "server", target->url, err);
    if (st || target->kind == MA_ENDPOINT_NONE)
        return st;
    if (target->metadata_url)
        st = set_where_unset(
            config, "resource_metadata", target->metadata_url, err);
    if (!st)
        st = set_where_unset(config, "challenge_403", "always", err);
    /* Its host is never anybody's authorization server. */
    if (!st)
        st = set_where_unset(config, "origin_fallback", "never", err);
    return st;
}
