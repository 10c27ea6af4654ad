/* agentcore.c - the public face: arguments checked, then handed on. */
#include <mcpauth/agentcore.h>

#include <string.h>

#include "agentcore/environment.h"
#include "agentcore/target.h"
#include "base/error.h"

/* Reads what a caller compiled against any version gave. */
static mcpauth_status take_options(const mcpauth_agentcore_options *given,
    mcpauth_agentcore_options *out, mcpauth_error *err)
{
    *out = (mcpauth_agentcore_options){.size = sizeof *out};
    if (!given)
        return MCPAUTH_OK;
    if (given->size < sizeof *out)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the size in mcpauth_agentcore_options is not set");
    *out = *given;
    return MCPAUTH_OK;
}

static mcpauth_status resolve(const char *name,
    const mcpauth_agentcore_options *given, ma_target *out, mcpauth_error *err)
{
    mcpauth_agentcore_options options;
    mcpauth_status st = take_options(given, &options, err);
    return st ? st : ma_target_require(name, &options, out, err);
}

bool mcpauth_agentcore_is_url(const char *url)
{
    MA_SCOPED(ma_url) parsed = {0};
    return !ma_url_parse(ma_span_of(url), &parsed, NULL) &&
           ma_endpoint_find(&parsed) != MA_ENDPOINT_NONE;
}

mcpauth_status mcpauth_agentcore_url(const char *name,
    const mcpauth_agentcore_options *options, char *out_url, size_t room,
    mcpauth_error *err)
{
    MA_SCOPED(ma_target) target = {0};
    mcpauth_status st = resolve(name, options, &target, err);
    if (st)
        return st;
    size_t len = strlen(target.url);
    if (len >= room)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "the URL has %zu bytes, room is for %zu", len, room);
    memcpy(out_url, target.url, len + 1);
    return MCPAUTH_OK;
}

mcpauth_status mcpauth_agentcore_configure(mcpauth_config *config,
    const char *name, const mcpauth_agentcore_options *options,
    mcpauth_error *err)
{
    MA_SCOPED(ma_target) target = {0};
    mcpauth_status st = resolve(name, options, &target, err);
    return st ? st : ma_target_set(&target, config, err);
}

mcpauth_status mcpauth_agentcore_read_environment(
    mcpauth_config *config, mcpauth_error *err)
{
    ma_environment environment = ma_environment_process();
    mcpauth_agentcore_options options = {.size = sizeof options};
    mcpauth_status st =
        ma_environment_apply(&environment, NULL, &options, config, err);
    return st ? st : ma_environment_check(config, err);
}
