/* world.c - see world.h. */
#include "sandbox/world.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"

enum { URL_ROOM = 512, REDIRECTS_MAX = 16 * 1024, LIFETIME_S = 3600 };

static const struct {
    const char *name;
    const char *mcp_path;
} servers[MA_SANDBOX_SERVERS] = {
    [MA_SANDBOX_COGNITO] = {"cognito", NULL},
    [MA_SANDBOX_RUNTIME] = {"runtime",
        MA_WORLD_RUNTIME_PATH "?qualifier=DEFAULT"},
    [MA_SANDBOX_GATEWAY] = {"gateway", "/mcp"},
    [MA_SANDBOX_STANDARD] = {"standard", NULL},
    [MA_SANDBOX_RESOURCE] = {"resource", "/mcp"},
};

const char *ma_world_name(ma_sandbox_server server)
{
    return servers[server].name;
}

/* --- life ---------------------------------------------------------------- */

static char *join_redirects(const ma_sandbox_options *options)
{
    if (!options->redirect_count)
        return ma_strdup("http://localhost:3000");
    MA_SCOPED(ma_buf) all = ma_buf_init(REDIRECTS_MAX);
    for (size_t i = 0; i < options->redirect_count; i++)
        ma_buf_addf(&all, "%s%s", i ? " " : "", options->redirects[i]);
    return ma_buf_take(&all);
}

mcpauth_status ma_world_init(
    ma_world *world, const ma_sandbox_options *options, mcpauth_error *err)
{
    int64_t lifetime_s = options->token_lifetime_s;
    *world = (ma_world){
        .token_lifetime_s = lifetime_s ? lifetime_s : LIFETIME_S,
        .redirects = join_redirects(options),
    };
    if (!world->redirects)
        return ma_error_nomem(err);
    mcpauth_status st = ma_signer_init(&world->signer, err);
    if (!st)
        st = ma_journal_init(&world->journal, err);
    for (size_t i = 0; !st && i < options->fault_count; i++)
        st = ma_faults_set(&world->faults, options->faults[i], err);
    return st;
}

void ma_world_done(ma_world *world)
{
    ma_journal_done(&world->journal);
    ma_free(world->redirects);
    for (int i = 0; i < MA_SANDBOX_SERVERS; i++) {
        ma_free(world->origins[i]);
        ma_free(world->mcp_urls[i]);
    }
    explicit_bzero(&world->signer, sizeof world->signer);
}

mcpauth_status ma_world_place(
    ma_world *world, ma_sandbox_server server, int port, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) url = ma_buf_init(URL_ROOM);
    ma_buf_addf(&url, "http://127.0.0.1:%d", port);
    world->origins[server] = ma_strdup(ma_buf_text(&url));
    if (!world->origins[server])
        return ma_error_nomem(err);
    if (!servers[server].mcp_path)
        return MCPAUTH_OK;
    ma_buf_add_text(&url, servers[server].mcp_path);
    world->mcp_urls[server] = ma_buf_take(&url);
    return world->mcp_urls[server] ? MCPAUTH_OK : ma_error_nomem(err);
}

/* --- time ---------------------------------------------------------------- */

int64_t ma_world_now_ms(const ma_world *world)
{
    return ma_clock_now_ms() + world->advance_ms;
}

int64_t ma_world_lifetime_s(const ma_world *world)
{
    if (ma_faults_on(&world->faults, MA_FAULT_SHORT_LIFETIME))
        return ma_faults_seconds(&world->faults, MA_FAULT_SHORT_LIFETIME);
    return world->token_lifetime_s;
}
