/* exports.c - see exports.h. */
#include "sandbox/exports.h"

#include <string.h>

enum {
    M2M = 1,
    INTERACTIVE = 2,
    WEB = 4,
    PASSWORD = 8,
    GATEWAY = 16,
    STANDARD = 32,
    RUNTIME = M2M | INTERACTIVE | WEB | PASSWORD,
    POOL = RUNTIME | GATEWAY
};

static const struct {
    const char *name;
    const char *help;
} profiles[] = {
    {"m2m", "AgentCore Runtime behind Cognito, nobody present"},
    {"interactive", "AgentCore Runtime behind Cognito, public client"},
    {"web", "AgentCore Runtime behind Cognito, client with a secret; "
            "use --mode interactive"},
    {"password", "AgentCore Runtime behind Cognito, test user; "
                 "use --mode password"},
    {"gateway", "AgentCore Gateway behind Cognito, nobody present"},
    {"standard", "MCP server and authorization server by the standards"},
};

enum { PROFILES = sizeof profiles / sizeof *profiles, NONE = -1 };

/* What follows the origin of a server, or stands alone. */
static const struct {
    const char *name;
    unsigned profiles;
    int server;
    const char *text;
} variables[] = {
    {"MCPAUTH_SERVER", RUNTIME, MA_SANDBOX_RUNTIME,
        MA_WORLD_RUNTIME_PATH "?qualifier=DEFAULT"},
    {"MCPAUTH_SERVER", GATEWAY, MA_SANDBOX_GATEWAY, "/mcp"},
    {"MCPAUTH_SERVER", STANDARD, MA_SANDBOX_RESOURCE, "/mcp"},
    {"MCPAUTH_PROVIDER", POOL, NONE, "cognito"},
    {"AGENTCORE_RUNTIME_ARN", RUNTIME, NONE, MA_WORLD_RUNTIME_ARN},
    {"MCPAUTH_AGENTCORE_ENDPOINT", RUNTIME, MA_SANDBOX_RUNTIME, ""},
    {"OAUTH_DISCOVERY_URL", POOL, MA_SANDBOX_COGNITO,
        MA_WORLD_POOL_PATH "/.well-known/openid-configuration"},
    {"OAUTH_CLIENT_ID", M2M | GATEWAY, NONE, "sandbox-m2m"},
    {"OAUTH_CLIENT_ID", INTERACTIVE | PASSWORD, NONE, "sandbox-public"},
    {"OAUTH_CLIENT_ID", WEB, NONE, "sandbox-web"},
    {"OAUTH_CLIENT_SECRET", M2M | GATEWAY, NONE, MA_WORLD_M2M_SECRET},
    {"OAUTH_CLIENT_SECRET", WEB, NONE, MA_WORLD_WEB_SECRET},
    {"OAUTH_M2M_SCOPES", M2M | GATEWAY, NONE, MA_WORLD_POOL_SCOPES},
    {"MCPAUTH_REDIRECT_URI", INTERACTIVE | WEB, NONE, NULL},
    {"OAUTH_TEST_USERNAME", PASSWORD, NONE, MA_WORLD_USERNAME},
    {"OAUTH_TEST_PASSWORD", PASSWORD, NONE, MA_WORLD_PASSWORD},
    {"MCP_TEST_TOOL_NAME", RUNTIME | STANDARD, NONE, "add_numbers"},
    {"MCP_TEST_TOOL_NAME", GATEWAY, NONE, "sample___add_numbers"},
    {"MCP_TEST_TOOL_PARAMS", POOL | STANDARD, NONE, "{\"a\":2,\"b\":3}"},
};

enum { VARIABLES = sizeof variables / sizeof *variables };

bool ma_exports_profile(size_t index, ma_sandbox_word *out_word)
{
    if (index >= PROFILES)
        return false;
    *out_word = (ma_sandbox_word){
        .name = profiles[index].name, .help = profiles[index].help};
    return true;
}

static size_t find_profile(const char *name)
{
    size_t i = 0;
    while (i < PROFILES && strcmp(profiles[i].name, name) != 0)
        i++;
    return i;
}

bool ma_exports_knows(const char *profile)
{
    return find_profile(profile) < PROFILES;
}

/* NULL as text stands for the first registered redirect URI. */
static void write_value(const ma_world *world, size_t index, ma_buf *to)
{
    int server = variables[index].server;
    ma_span redirects = ma_span_of(world->redirects);
    if (server != NONE)
        ma_buf_add_text(to, world->origins[server]);
    if (variables[index].text)
        ma_buf_add_text(to, variables[index].text);
    else
        ma_buf_add_span(to, ma_span_cut(&redirects, ' '));
}

static bool is_set(const char *name, unsigned profile)
{
    for (size_t i = 0; i < VARIABLES; i++)
        if ((variables[i].profiles & profile) &&
            !strcmp(variables[i].name, name))
            return true;
    return false;
}

static void write_unset(unsigned profile, ma_buf *to)
{
    const char *last = "";
    ma_buf_add_text(to, "unset");
    for (size_t i = 0; i < VARIABLES; i++) {
        const char *name = variables[i].name;
        if (!is_set(name, profile) && strcmp(name, last) != 0)
            ma_buf_addf(to, " %s", name);
        last = name;
    }
    ma_buf_add_byte(to, '\n');
}

static void write_profile(
    const ma_world *world, size_t index, const char *before, ma_buf *to)
{
    unsigned profile = 1u << index;
    ma_buf_addf(
        to, "# %s: %s\n%s", profiles[index].name, profiles[index].help, before);
    write_unset(profile, to);
    for (size_t i = 0; i < VARIABLES; i++) {
        if (!(variables[i].profiles & profile))
            continue;
        ma_buf_addf(to, "%sexport %s='", before, variables[i].name);
        write_value(world, i, to);
        ma_buf_add_text(to, "'\n");
    }
}

void ma_exports_write(const ma_world *world, const char *profile, ma_buf *to)
{
    size_t chosen = profile ? find_profile(profile) : 0;
    write_profile(world, chosen, "", to);
    for (size_t i = 0; i < PROFILES; i++) {
        if (i == chosen)
            continue;
        ma_buf_add_byte(to, '\n');
        write_profile(world, i, "#   ", to);
    }
}
