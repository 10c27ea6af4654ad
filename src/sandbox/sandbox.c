/* sandbox.c - see sandbox.h.
 *
 * One mutex guards all state: a visit is answered under it, from the first
 * look at the request to the journal's entry. */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "base/error.h"
#include "sandbox/agentcore.h"
#include "sandbox/cognito.h"
#include "sandbox/control.h"
#include "sandbox/exports.h"
#include "sandbox/listener.h"
#include "sandbox/resource.h"
#include "sandbox/standard.h"

/* What a listener's thread is told: who it is. */
typedef struct {
    ma_sandbox *sandbox;
    ma_sandbox_server server;
} door;

struct ma_sandbox {
    pthread_mutex_t mutex;
    ma_world world;
    ma_idp pool;
    ma_idp standard;
    ma_mcpserver mcp[MA_SANDBOX_SERVERS]; /* unused for the issuers */
    const char *profile;                  /* one of the table's names */
    door doors[MA_SANDBOX_SERVERS];
    ma_listener *listeners[MA_SANDBOX_SERVERS];
};

/* --- answering ----------------------------------------------------------- */

static void route(
    ma_sandbox *sandbox, ma_sandbox_server server, ma_visit *visit)
{
    ma_mcpserver *mcp = &sandbox->mcp[server];
    switch (server) {
    case MA_SANDBOX_COGNITO:
        ma_cognito_answer(&sandbox->pool, visit);
        return;
    case MA_SANDBOX_RUNTIME:
        ma_agentcore_answer_runtime(&sandbox->pool, mcp, visit);
        return;
    case MA_SANDBOX_GATEWAY:
        ma_agentcore_answer_gateway(&sandbox->pool, mcp, visit);
        return;
    case MA_SANDBOX_STANDARD:
        ma_standard_answer(&sandbox->standard, visit);
        return;
    case MA_SANDBOX_RESOURCE:
        ma_resource_answer(&sandbox->standard, mcp, visit);
        return;
    case MA_SANDBOX_SERVERS:
        return;
    }
}

static void note_form(ma_visit *visit)
{
    const char *type = ma_visit_field(visit, "Content-Type");
    if (ma_span_starts(ma_span_of(type), "application/x-www-form-urlencoded"))
        ma_visit_note_form(visit, ma_buf_span(&visit->body));
}

/* To another origin, where nobody answers. */
static void redirect_metadata(ma_world *world, ma_visit *visit)
{
    MA_SCOPED(ma_buf) elsewhere = ma_buf_init(MA_FAULT_TEXT_MAX);
    if (visit->place != MA_PLACE_METADATA ||
        !ma_faults_on(&world->faults, MA_FAULT_REDIRECT_METADATA))
        return;
    ma_buf_addf(&elsewhere, "%s/elsewhere", world->origins[MA_SANDBOX_GATEWAY]);
    ma_visit_redirect(visit, 302, &elsewhere);
    visit->place = MA_PLACE_OTHER;
}

static void answer_locked(
    ma_sandbox *sandbox, ma_sandbox_server server, ma_visit *visit)
{
    ma_world *world = &sandbox->world;
    if (server == MA_SANDBOX_RUNTIME && ma_control_answer(world, visit)) {
        ma_visit_finish(visit);
        return;
    }
    note_form(visit);
    route(sandbox, server, visit);
    redirect_metadata(world, visit);
    ma_faults_spoil(&world->faults, visit);
    ma_visit_finish(visit);
    ma_journal_add(&world->journal, ma_world_name(server), visit);
}

static void answer(void *ctx, ma_visit *visit)
{
    door *at = ctx;
    pthread_mutex_lock(&at->sandbox->mutex);
    answer_locked(at->sandbox, at->server, visit);
    pthread_mutex_unlock(&at->sandbox->mutex);
}

/* --- life ---------------------------------------------------------------- */

static mcpauth_status choose_profile(
    const char *wanted, const char **out_profile, mcpauth_error *err)
{
    ma_sandbox_word word;
    for (size_t i = 0; ma_sandbox_profile(i, &word); i++) {
        if (wanted && strcmp(wanted, word.name) != 0)
            continue;
        *out_profile = word.name;
        return MCPAUTH_OK;
    }
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_USAGE, "the sandbox has no such profile");
    ma_error_hint(err, "mcpauth sandbox --list-faults names them");
    return st;
}

static void furnish(ma_sandbox *sandbox)
{
    ma_world *world = &sandbox->world;
    sandbox->mcp[MA_SANDBOX_RUNTIME] = (ma_mcpserver){
        .world = world,
        .sessions = MA_SESSIONS_ASSIGNED,
        .tool_prefix = "",
        .not_acceptable_code = -32011,
        .session_kind = "runtime-session",
    };
    sandbox->mcp[MA_SANDBOX_GATEWAY] = (ma_mcpserver){
        .world = world,
        .sessions = MA_SESSIONS_NONE,
        .tool_prefix = "sample___",
        .not_acceptable_code = -32600,
        .session_kind = "gateway-session",
    };
    sandbox->mcp[MA_SANDBOX_RESOURCE] = (ma_mcpserver){
        .world = world,
        .sessions = MA_SESSIONS_REQUIRED,
        .tool_prefix = "",
        .not_acceptable_code = -32000,
        .session_kind = "session",
    };
}

/* All ports are known before the first visit: the servers name each other. */
static mcpauth_status open_doors(
    ma_sandbox *sandbox, int base, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (int i = 0; !st && i < MA_SANDBOX_SERVERS; i++) {
        ma_listener **listener = &sandbox->listeners[i];
        st = ma_listener_new(base ? base + i : 0, listener, err);
        if (!st)
            st = ma_world_place(&sandbox->world, (ma_sandbox_server)i,
                ma_listener_port(*listener), err);
    }
    for (int i = 0; !st && i < MA_SANDBOX_SERVERS; i++) {
        sandbox->doors[i] = (door){sandbox, (ma_sandbox_server)i};
        st = ma_listener_start(
            sandbox->listeners[i], answer, &sandbox->doors[i], err);
    }
    return st;
}

static mcpauth_status start(
    ma_sandbox *sandbox, const ma_sandbox_options *options, mcpauth_error *err)
{
    ma_world *world = &sandbox->world;
    mcpauth_status st = ma_world_init(world, options, err);
    if (!st)
        st = choose_profile(options->profile, &sandbox->profile, err);
    if (!st)
        st = ma_idp_init(&sandbox->pool, world, &ma_idp_cognito, err);
    if (!st)
        st = ma_idp_init(&sandbox->standard, world, &ma_idp_standard, err);
    if (!st)
        furnish(sandbox);
    return st ? st : open_doors(sandbox, options->port, err);
}

mcpauth_status ma_sandbox_new(const ma_sandbox_options *options,
    ma_sandbox **out_sandbox, mcpauth_error *err)
{
    MA_AUTO(ma_sandbox) sandbox = ma_calloc(1, sizeof *sandbox);
    if (!sandbox)
        return ma_error_nomem(err);
    pthread_mutex_init(&sandbox->mutex, NULL);
    mcpauth_status st = start(sandbox, options, err);
    if (st)
        return st;
    *out_sandbox = ma_move(&sandbox);
    return MCPAUTH_OK;
}

void ma_sandbox_free(ma_sandbox *sandbox)
{
    if (!sandbox)
        return;
    for (int i = 0; i < MA_SANDBOX_SERVERS; i++)
        ma_listener_free(sandbox->listeners[i]);
    for (int i = 0; i < MA_SANDBOX_SERVERS; i++)
        ma_mcpserver_done(&sandbox->mcp[i]);
    ma_idp_done(&sandbox->pool);
    ma_idp_done(&sandbox->standard);
    ma_world_done(&sandbox->world);
    pthread_mutex_destroy(&sandbox->mutex);
    ma_free(sandbox);
}

mcpauth_status ma_sandbox_run(
    ma_sandbox *sandbox, int stop_fd, mcpauth_error *err)
{
    (void)sandbox;
    struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
    int ready = 0;
    do {
        ready = poll(&stop, 1, -1);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0 || (stop.revents & POLLNVAL))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "the descriptor to stop by is not open");
    return MCPAUTH_OK;
}

/* --- looking ------------------------------------------------------------- */

const char *ma_sandbox_origin(
    const ma_sandbox *sandbox, ma_sandbox_server server)
{
    return sandbox->world.origins[server];
}

const char *ma_sandbox_mcp_url(
    const ma_sandbox *sandbox, ma_sandbox_server server)
{
    return sandbox->world.mcp_urls[server];
}

void ma_sandbox_write_environment(const ma_sandbox *sandbox, ma_buf *out)
{
    ma_exports_write(&sandbox->world, sandbox->profile, out);
}

bool ma_sandbox_fault(size_t index, ma_sandbox_word *out_word)
{
    return ma_faults_row(index, out_word);
}

bool ma_sandbox_profile(size_t index, ma_sandbox_word *out_word)
{
    return ma_exports_profile(index, out_word);
}
