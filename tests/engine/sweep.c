/* sweep.c - a case again, once for every allocation that can fail (S-082).
 *
 * Whatever runs out when: the flow ends as it always did or says E_NOMEM (or
 * E_REFUSED, where the words that tell one refusal from another were lost), no
 * secret is shown, and what is stored is what was there before, or what would
 * be there in the end; only what a server has taken back is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "alloc_sweep.h"
#include "script.h"

static struct {
    size_t position; /* 0: memory is plentiful */
    bool all;
    bool failed;
} plan;

void script_enter(void)
{
    if (plan.position)
        alloc_sweep_start(plan.position, plan.all);
}

void script_leave(void)
{
    plan.failed = alloc_sweep_stop();
}

/* How a case goes with all the memory it wants. */
typedef struct {
    mcpauth_status status;
    char *steps;
    char *stored; /* NULL: no record */
    bool lost;    /* the token that came was not one to save */
} outcome;

static char *dup_text(const char *text)
{
    return text ? strdup(text) : NULL;
}

static outcome play_well(const script_case *row)
{
    plan.position = 0;
    script *world = script_open(row);
    outcome good = {.status = script_play(world)};
    good.steps = dup_text(script_steps(world));
    good.stored = dup_text(script_stored(world));
    good.lost = script_lost(world);
    script_close(world);
    return good;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

/* A refresh token is in the record as long as no server answered about it, and
 * nobody else has saved. */
static void check_refresh_token(const char *stored, const char *before)
{
    bool had = before && strstr(before, "CANARY-r1");
    assert_true(!had || (stored && strstr(stored, "CANARY-r1")));
}

static void check_stored(const script_case *row, const script *world,
    const char *before, const outcome *good)
{
    const char *stored = script_stored(world);
    if (same_text(stored, before) || same_text(stored, good->stored))
        return;
    assert_non_null(stored);
    json_t *record = json_loads(stored, 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(record, "version")), 1);
    json_decref(record);
    if (!strstr(script_steps(world), "POST ") && !row->meanwhile)
        check_refresh_token(stored, before);
}

static bool is_refused(const script_case *row)
{
    for (int i = 0; i < SCRIPT_ANSWERS_MAX && row->answers[i].request; i++)
        if (row->answers[i].body && strstr(row->answers[i].body, "'error'"))
            return true;
    size_t count = sizeof row->redirects / sizeof *row->redirects;
    for (size_t i = 0; i < count && row->redirects[i]; i++)
        if (strstr(row->redirects[i], "error="))
            return true;
    return false;
}

static void check_end(const script_case *row, const script *world,
    mcpauth_status st, const outcome *good)
{
    bool expected = !st || st == good->status || st == MCPAUTH_E_NOMEM ||
                    (st == MCPAUTH_E_REFUSED && is_refused(row));
    if (!expected)
        fail_msg("%s: allocation %zu%s: %s: %s\n%s", row->name, plan.position,
            plan.all ? " and all later ones" : "", mcpauth_status_name(st),
            script_message(world), script_steps(world));
    if (!plan.failed) {
        assert_int_equal(st, good->status);
        assert_string_equal(script_steps(world), good->steps);
    }
}

static void play_badly(const script_case *row, const outcome *good)
{
    script *world = script_open(row);
    char *before = dup_text(script_stored(world));
    mcpauth_status st = script_play(world);
    check_end(row, world, st, good);
    check_stored(row, world, before, good);
    /* S-043: what it needs was taken before the token was asked for. */
    assert_true(plan.all || good->lost || !script_lost(world));
    free(before);
    script_close(world);
}

void script_check(const script_case *row)
{
    outcome good = play_well(row);
    for (int all = 0; all < 2; all++) {
        plan.all = all;
        plan.position = 0;
        do {
            plan.position++;
            play_badly(row, &good);
        } while (plan.failed);
    }
    plan.position = 0;
    free(good.steps);
    free(good.stored);
}
