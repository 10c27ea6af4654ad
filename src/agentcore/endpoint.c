/* endpoint.c - the URLs of AgentCore: made from an ARN, and recognised. */
#include "agentcore/endpoint.h"

#include <string.h>

#include "base/error.h"

#define SERVICE           "bedrock-agentcore"
#define DEFAULT_REGION    "us-west-2"
#define DEFAULT_QUALIFIER "DEFAULT"
#define METADATA          "/.well-known/oauth-protected-resource"

static bool is_given(const char *text)
{
    return text && *text;
}

/* --- making -------------------------------------------------------------- */

static mcpauth_status pick_region(const ma_arn *arn,
    const mcpauth_agentcore_options *options, ma_span *out, mcpauth_error *err)
{
    ma_span region = arn->region;
    if (!region.len)
        region = ma_span_of(
            is_given(options->region) ? options->region : DEFAULT_REGION);
    if (!ma_arn_is_region(region))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the region must be a name like " DEFAULT_REGION);
    *out = region;
    return MCPAUTH_OK;
}

static mcpauth_status write_custom(
    ma_buf *to, const char *endpoint, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(endpoint), &url, err);
    if (st)
        return ma_error_in(err, st, "the AgentCore endpoint");
    if (url.query.at || url.fragment)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the AgentCore endpoint must have no query and no fragment");
    ma_span path = url.path;
    while (ma_span_ends(path, "/"))
        path.len--;
    ma_url_write_origin(to, &url);
    ma_buf_add_span(to, path);
    return MCPAUTH_OK;
}

/* Scheme and host, and a custom endpoint's path. */
static mcpauth_status write_base(ma_buf *to, const ma_arn *arn,
    const mcpauth_agentcore_options *options, mcpauth_error *err)
{
    if (is_given(options->endpoint))
        return write_custom(to, options->endpoint, err);
    ma_span region = {0};
    mcpauth_status st = pick_region(arn, options, &region, err);
    if (st)
        return st;
    ma_buf_add_text(to, "https://");
    if (arn->kind == MA_ARN_GATEWAY) {
        ma_buf_add_span(to, arn->id);
        ma_buf_add_text(to, ".gateway.");
    }
    ma_buf_add_text(to, SERVICE ".");
    ma_buf_add_span(to, region);
    ma_buf_add_text(to, ".amazonaws.com");
    if (ma_span_is(arn->partition, "aws-cn"))
        ma_buf_add_text(to, ".cn");
    return MCPAUTH_OK;
}

static void write_qualifier(
    ma_buf *to, const mcpauth_agentcore_options *options)
{
    const char *qualifier =
        is_given(options->qualifier) ? options->qualifier : DEFAULT_QUALIFIER;
    ma_buf_add_text(to, "qualifier=");
    ma_url_write_escaped(to, ma_span_of(qualifier));
}

mcpauth_status ma_endpoint_write(ma_buf *to, const ma_arn *arn,
    const mcpauth_agentcore_options *options, mcpauth_error *err)
{
    mcpauth_status st = write_base(to, arn, options, err);
    if (st)
        return st;
    if (arn->kind == MA_ARN_GATEWAY) {
        ma_buf_add_text(to, "/mcp");
        return ma_buf_status(to, "the URL of the gateway", err);
    }
    ma_buf_add_text(to, "/runtimes/");
    ma_url_write_escaped(to, arn->text);
    ma_buf_add_text(to, "/invocations?");
    write_qualifier(to, options);
    return ma_buf_status(to, "the URL of the runtime", err);
}

mcpauth_status ma_endpoint_write_by_id(ma_buf *to, const ma_arn *arn,
    const mcpauth_agentcore_options *options, mcpauth_error *err)
{
    if (arn->kind == MA_ARN_GATEWAY)
        return ma_endpoint_write(to, arn, options, err);
    mcpauth_status st = write_base(to, arn, options, err);
    if (st)
        return st;
    ma_buf_add_text(to, "/runtimes/");
    ma_buf_add_span(to, arn->id);
    ma_buf_add_text(to, "/invocations?accountId=");
    ma_buf_add_span(to, arn->account);
    ma_buf_add_byte(to, '&');
    write_qualifier(to, options);
    return ma_buf_status(to, "the URL of the runtime", err);
}

/* --- recognising --------------------------------------------------------- */

/* A host of the service: [before.]bedrock-agentcore.region.amazonaws.com,
 * also .cn, also below vpce. */
struct host {
    ma_span before; /* with its last dot; empty: none */
    ma_span region;
};

static bool is_domain(ma_span domain)
{
    static const char *const domains[] = {"amazonaws.com", "amazonaws.com.cn",
        "vpce.amazonaws.com", "vpce.amazonaws.com.cn"};
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
        if (ma_span_is(domain, domains[i]))
            return true;
    }
    return false;
}

static bool read_host(const char *host, struct host *out)
{
    const char *service = strstr(host, SERVICE ".");
    if (!service || (service != host && service[-1] != '.'))
        return false;
    ma_span rest = ma_span_of(service + strlen(SERVICE "."));
    ma_span region = ma_span_cut(&rest, '.');
    if (!ma_arn_is_region(region) || !is_domain(rest))
        return false;
    out->before = ma_span_make(host, (size_t)(service - host));
    out->region = region;
    return true;
}

/* The segment between /runtimes/ and /invocations; empty when the path is
 * another one. */
static ma_span find_runtime(ma_span path)
{
    static const char head[] = "/runtimes", tail[] = "/invocations";
    if (!ma_span_ends(path, tail))
        return (ma_span){0};
    path.len -= strlen(tail);
    size_t start = path.len;
    while (start > 0 && path.at[start - 1] != '/')
        start--;
    if (start == 0 || !ma_span_ends(ma_span_make(path.at, start - 1), head))
        return (ma_span){0};
    return ma_span_make(path.at + start, path.len - start);
}

ma_endpoint_kind ma_endpoint_find(const ma_url *url)
{
    struct host host = {0};
    ma_span runtime = find_runtime(url->path);
    if (!read_host(url->host, &host)) {
        bool arn = ma_span_starts(runtime, "arn%3A") ||
                   ma_span_starts(runtime, "arn%3a");
        return arn ? MA_ENDPOINT_RUNTIME : MA_ENDPOINT_NONE;
    }
    if (ma_span_ends(host.before, ".gateway."))
        return MA_ENDPOINT_GATEWAY;
    if (host.before.len && !ma_span_starts(host.before, "vpce-"))
        return MA_ENDPOINT_NONE;
    return runtime.len ? MA_ENDPOINT_RUNTIME : MA_ENDPOINT_OTHER;
}

ma_span ma_endpoint_region(const ma_url *url)
{
    struct host host = {0};
    return read_host(url->host, &host) ? host.region : (ma_span){0};
}

/* Moves *rest behind its next encoded colon; what stood before is returned. */
static ma_span cut_colon(ma_span *rest)
{
    ma_span before = *rest;
    for (size_t i = 0; i < rest->len; i++) {
        ma_span from = ma_span_make(rest->at + i, rest->len - i);
        if (!ma_span_starts(from, "%3A") && !ma_span_starts(from, "%3a"))
            continue;
        before.len = i;
        *rest = ma_span_make(from.at + 3, from.len - 3);
        return before;
    }
    *rest = (ma_span){0};
    return before;
}

ma_span ma_endpoint_signing_region(const ma_url *url)
{
    enum { REGION_PART = 3 }; /* arn:partition:service:region:... */
    ma_span region = ma_endpoint_region(url);
    if (region.len)
        return region;
    ma_span rest = find_runtime(url->path);
    for (int i = 0; i < REGION_PART; i++)
        cut_colon(&rest);
    region = cut_colon(&rest);
    return rest.at && ma_arn_is_region(region) ? region : (ma_span){0};
}

void ma_endpoint_write_metadata(
    ma_buf *to, const ma_url *url, ma_endpoint_kind kind)
{
    if (kind != MA_ENDPOINT_RUNTIME && kind != MA_ENDPOINT_GATEWAY)
        return;
    ma_url_write_origin(to, url);
    if (kind == MA_ENDPOINT_RUNTIME)
        ma_buf_add_span(to, url->path);
    ma_buf_add_text(to, METADATA);
    if (kind == MA_ENDPOINT_RUNTIME && url->query.at) {
        ma_buf_add_byte(to, '?');
        ma_buf_add_span(to, url->query);
    }
}
