/* worldsteps.c - the steps of a flow, carried out as a case says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

/* The letter of a script such as "fs" for this turn; the last one stays, and
 * without a script it is the default. */
static char take_turn(const char *letters, size_t *turn, char fallback)
{
    if (!letters)
        return fallback;
    size_t last = strlen(letters) - 1;
    size_t now = *turn < last ? *turn : last;
    (*turn)++;
    return letters[now];
}

/* Every line of the steps passes here. */
void world_write_step(script *world, const char *format, ...)
{
    char line[SCRIPT_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    const script_case *row = world->row;
    if (row->meanwhile_at && !world->meanwhile_done &&
        !strcmp(row->meanwhile_at, line)) {
        world->meanwhile_done = true;
        script_store(world, row->meanwhile);
    }
    world_write(&world->steps, "%s\n", line);
}

/* --- the store ----------------------------------------------------------- */

static mcpauth_status do_load(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    assert_non_null(step->key.server);
    assert_non_null(step->key.account);
    char turn = take_turn(world->row->loads, &world->loads, 's');
    if (turn != 's') {
        mcpauth_status st = turn == 'u' ? MCPAUTH_E_USAGE : MCPAUTH_E_STORE;
        world_write_step(world, "load failed");
        return mcpauth_flow_loaded(flow, st, NULL, world->why[st], world->err);
    }
    world_write_step(world, "load");
    mcpauth_record record = {
        .bytes = world->record,
        .len = world->record ? strlen(world->record) : 0,
        .version = world->record ? world->version : 0,
    };
    return mcpauth_flow_loaded(flow, MCPAUTH_OK, &record, NULL, world->err);
}

static char take_lock_turn(script *world, mcpauth_lock_kind kind)
{
    const script_case *row = world->row;
    size_t *turn = &world->locks[kind];
    if (kind == MCPAUTH_LOCK_REFRESH)
        return take_turn(row->locks, turn, 'l');
    return take_turn(row->login_locks, turn,
        world->no_lock[MCPAUTH_LOCK_REFRESH] ? 'u' : 'l');
}

/* " login": what a line says of a lock. */
static const char *name_lock(mcpauth_lock_kind kind)
{
    return kind == MCPAUTH_LOCK_LOGIN ? " login" : "";
}

/* Who holds the refresh lock waits for no other. */
static mcpauth_status do_lock(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    assert_non_null(step->key.server);
    assert_false(world->locked[MCPAUTH_LOCK_REFRESH]);
    assert_false(world->locked[step->lock]);
    char turn = take_lock_turn(world, step->lock);
    mcpauth_lock lock = {.answer = turn == 'h'   ? MCPAUTH_LOCK_HELD
                                   : turn == 'u' ? MCPAUTH_LOCK_UNAVAILABLE
                                   : turn == 'f' ? MCPAUTH_LOCK_FAILED
                                                 : MCPAUTH_LOCKED};
    if (turn == 'h')
        snprintf(lock.holder, sizeof lock.holder, "mcpauth (process 4711)");
    world->no_lock[step->lock] = turn == 'u' || turn == 'f';
    world->locked[step->lock] = lock.answer == MCPAUTH_LOCKED;
    if (step->lock == MCPAUTH_LOCK_REFRESH)
        world->locked_at_ms = world->now_ms;
    world_write_step(world, "lock%s%s", name_lock(step->lock),
        turn == 'h'   ? " held"
        : turn == 'u' ? " unavailable"
        : turn == 'f' ? " failed"
                      : "");
    return mcpauth_flow_locked(flow, &lock, world->err);
}

static mcpauth_status do_unlock(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    assert_true(world->locked[step->lock]);
    world->locked[step->lock] = false;
    world_write_step(world, "unlock%s", name_lock(step->lock));
    return mcpauth_flow_unlocked(flow, world->err);
}

static void replace_record(script *world, const mcpauth_step *step)
{
    free(world->record);
    world->record = step->record ? strdup(step->record) : NULL;
    world->version++;
    world->saved++;
    assert_int_equal(step->record ? strlen(step->record) : 0, step->record_len);
}

/* Where a lock can be had, nobody saves without one. */
static void check_locks(const script *world)
{
    bool none = true;
    for (size_t i = 0; i < 2; i++)
        none = none && !world->locked[i] && !world->no_lock[i];
    assert_false(none);
}

static mcpauth_status do_save(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    check_locks(world);
    const char *line = step->record ? "save" : "remove";
    world->granted = false;
    char turn = take_turn(world->row->saves, &world->saves, 's');
    if (turn == 'f') {
        world->unsaved = false;
        world_write_step(world, "%s failed", line);
        return mcpauth_flow_saved(flow, MCPAUTH_E_STORE, MCPAUTH_SAVED, 0,
            world->why[MCPAUTH_E_STORE], world->err);
    }
    const script_case *row = world->row;
    if (row->meanwhile_at && !strcmp(row->meanwhile_at, line) &&
        !world->meanwhile_done) {
        world->meanwhile_done = true;
        script_store(world, row->meanwhile);
    }
    if (turn == 'c' || step->version != (world->record ? world->version : 0)) {
        world_write_step(world, "%s conflict", line);
        return mcpauth_flow_saved(
            flow, MCPAUTH_OK, MCPAUTH_SAVE_CONFLICT, 0, NULL, world->err);
    }
    world->unsaved = false;
    replace_record(world, step);
    world_write_step(world, "%s", line);
    return mcpauth_flow_saved(
        flow, MCPAUTH_OK, MCPAUTH_SAVED, world->version, NULL, world->err);
}

/* --- HTTP ---------------------------------------------------------------- */

/* The position of the row for this request, or -1. */
static int find_answer(script *world, const char *method, const char *url)
{
    const script_answer *answers = world->row->answers;
    int found = -1;
    for (int i = 0; i < SCRIPT_ANSWERS_MAX && answers[i].request; i++) {
        size_t len = strlen(method);
        if (strncmp(answers[i].request, method, len) != 0 ||
            strcmp(answers[i].request + len + 1, url) != 0)
            continue;
        found = i;
        if (!world->used[i])
            break;
    }
    if (found >= 0)
        world->used[found] = true;
    return found;
}

static mcpauth_status do_fetch(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    const mcpauth_http_request *request = step->request;
    static world_page line;
    world_clear(&line);
    world_describe_request(world, &line, request);
    world_write_step(world, "%s", line.text);
    int found = find_answer(world, request->method, request->url);
    const script_answer *row = found < 0 ? NULL : &world->row->answers[found];
    world->now_ms += row ? row->takes_ms : 0;
    if (row && row->failure)
        return mcpauth_flow_fetched(
            flow, row->failure, NULL, world->why[row->failure], world->err);
    const char *body = row ? world->bodies[found] : NULL;
    world->granted =
        body && strstr(body, "\"access_token\"") && row->http_status == 200;
    world->unsaved = world->unsaved || world->granted;
    mcpauth_answer answer = {
        .http_status = row ? row->http_status : 404,
        .headers = row ? world->headers[found] : NULL,
        .body = body ? body : "",
        .body_len = body ? strlen(body) : 0,
    };
    return mcpauth_flow_fetched(flow, MCPAUTH_OK, &answer, NULL, world->err);
}

/* --- login --------------------------------------------------------------- */

/* A person is asked by one at a time, and nobody else waits for him who could
 * renew a token meanwhile. */
static void check_login_lock(const script *world)
{
    assert_true(world->row->person);
    assert_false(world->locked[MCPAUTH_LOCK_REFRESH]);
    assert_true(world->locked[MCPAUTH_LOCK_LOGIN] ||
                world->no_lock[MCPAUTH_LOCK_LOGIN]);
}

static mcpauth_status do_listen(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    check_login_lock(world);
    char uri[64];
    int port = step->callback_port ? step->callback_port : 49152;
    snprintf(uri, sizeof uri, "http://127.0.0.1:%d/callback", port);
    if (step->redirect_uri)
        world_write_step(world, "listen %s", step->redirect_uri);
    else if (step->callback_port)
        world_write_step(world, "listen port %d", step->callback_port);
    else
        world_write_step(world, "listen any");
    char turn = take_turn(world->row->binds, &world->binds, 'o');
    world->bound = turn == 'o';
    mcpauth_status st = turn == 't'   ? MCPAUTH_E_STATE
                        : turn == 'c' ? MCPAUTH_E_CANCELLED
                                      : MCPAUTH_OK;
    return mcpauth_flow_listening(flow, st,
        st                   ? NULL
        : step->redirect_uri ? step->redirect_uri
                             : uri,
        world->why[st], world->err);
}

/* How long a state may live. */
enum { LOGIN_MAX_MS = 600000 };

/* One redirect of the script, the right state put in; false after the last. */
static bool next_redirect(script *world, char *out, size_t len)
{
    const script_case *row = world->row;
    const size_t count = sizeof row->redirects / sizeof *row->redirects;
    if (world->redirects >= count || !row->redirects[world->redirects])
        return false;
    const char *text = row->redirects[world->redirects++];
    const char *plus = strchr(text, '+');
    if (plus)
        snprintf(out, len, "%.*s%s%s", (int)(plus - text), text, world->state,
            plus + 1);
    else
        snprintf(out, len, "%s", text);
    return true;
}

static mcpauth_status find_status(const char *name)
{
    int st = STATUSES;
    while (st && strcmp(mcpauth_status_name((mcpauth_status)st), name) != 0)
        st--;
    assert_int_not_equal(st, 0);
    return (mcpauth_status)st;
}

static mcpauth_status do_browse(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    static world_page line;
    world_clear(&line);
    check_login_lock(world);
    assert_true(world->bound);
    assert_non_null(step->issuer);
    assert_non_null(step->redirect_uri);
    assert_true(step->until_ms > world->now_ms);
    assert_true(step->until_ms - world->now_ms <= LOGIN_MAX_MS);
    world_describe_browse(world, &line, step->url);
    world_write_step(world, "%s", line.text);
    char query[VALUE_MAX];
    while (next_redirect(world, query, sizeof query)) {
        if (query[0] == '!') {
            mcpauth_status why = find_status(query + 1);
            return mcpauth_flow_redirect_failed(
                flow, why, world->why[why], world->err);
        }
        mcpauth_status st = mcpauth_flow_redirected(flow, query, world->err);
        if (st != MCPAUTH_E_STATE)
            return MCPAUTH_OK;
        world_write_step(world, "ignored");
    }
    return mcpauth_flow_redirect_failed(
        flow, MCPAUTH_E_CANCELLED, world->why[MCPAUTH_E_CANCELLED], world->err);
}

static mcpauth_status do_wait(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    world_write_step(
        world, "wait %lld", (long long)(step->until_ms - world->now_ms));
    if (step->until_ms > world->now_ms)
        world->now_ms = step->until_ms;
    world->now_ms += world->row->late_ms;
    return mcpauth_flow_waited(flow, world->err);
}

static mcpauth_status do_assert(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    const char *const *texts = world->row->assertions;
    size_t turn = world->assertions++;
    while (turn && !texts[turn])
        turn--;
    world_write_step(world, "assert %s%s%s%s",
        step->assertion ? step->assertion : "identity",
        step->fresh ? " fresh" : "", step->person ? " person" : "",
        step->login ? " login" : "");
    assert_string_equal(step->audience, "https://as.test");
    assert_non_null(step->resource);
    assert_false(step->person && world->locked[MCPAUTH_LOCK_REFRESH]);
    assert_true(step->until_ms > world->now_ms);
    assert_non_null(texts[turn]);
    if (*texts[turn] != '!')
        return mcpauth_flow_asserted(flow, MCPAUTH_OK, texts[turn],
            strlen(texts[turn]), NULL, world->err);
    mcpauth_status st = find_status(texts[turn] + 1);
    return mcpauth_flow_asserted(flow, st, NULL, 0, world->why[st], world->err);
}

static mcpauth_status (*const doers[])(
    script *world, mcpauth_flow *flow, const mcpauth_step *step) = {
    [MCPAUTH_STEP_LOAD] = do_load,
    [MCPAUTH_STEP_LOCK] = do_lock,
    [MCPAUTH_STEP_UNLOCK] = do_unlock,
    [MCPAUTH_STEP_FETCH] = do_fetch,
    [MCPAUTH_STEP_LISTEN] = do_listen,
    [MCPAUTH_STEP_BROWSE] = do_browse,
    [MCPAUTH_STEP_WAIT] = do_wait,
    [MCPAUTH_STEP_SAVE] = do_save,
    [MCPAUTH_STEP_ASSERT] = do_assert,
};

mcpauth_status world_do(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    return doers[step->kind](world, flow, step);
}
