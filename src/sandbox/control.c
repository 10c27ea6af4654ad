/* control.c - see control.h. */
#include "sandbox/control.h"

#include <stdlib.h>

#include "sandbox/exports.h"

static void settle(ma_visit *visit, bool good)
{
    if (good)
        ma_visit_answer(visit, 204, NULL);
    else
        ma_visit_json(visit, 400, "{\"message\":\"bad or missing value\"}");
}

static void show_log(ma_world *world, ma_visit *visit)
{
    ma_visit_json(visit, 200, "%s", "");
    ma_journal_write(&world->journal, &visit->reply);
}

static void clear_log(ma_world *world, ma_visit *visit)
{
    ma_journal_clear(&world->journal);
    settle(visit, true);
}

static void set_fault(ma_world *world, ma_visit *visit)
{
    MA_AUTO(ma_text) clear = ma_visit_param(visit->query, "clear");
    MA_AUTO(ma_text) name = ma_visit_param(visit->query, "name");
    if (clear)
        ma_faults_clear(&world->faults);
    bool good =
        name ? !ma_faults_set(&world->faults, name, NULL) : clear != NULL;
    settle(visit, good);
}

static void expire_tokens(ma_world *world, ma_visit *visit)
{
    world->tokens_dead = world->tokens_issued;
    settle(visit, true);
}

static void advance_clock(ma_world *world, ma_visit *visit)
{
    MA_AUTO(ma_text) text = ma_visit_param(visit->query, "advance_s");
    char *end = NULL;
    long long seconds = text ? strtoll(text, &end, 10) : 0;
    bool good = text && end > text && !*end && llabs(seconds) <= INT32_MAX;
    if (good)
        world->advance_ms += seconds * 1000;
    settle(visit, good);
}

static void show_environment(ma_world *world, ma_visit *visit)
{
    MA_AUTO(ma_text) profile = ma_visit_param(visit->query, "profile");
    if (profile && !ma_exports_knows(profile)) {
        settle(visit, false);
        return;
    }
    ma_visit_answer(visit, 200, "text/plain");
    ma_exports_write(world, profile, &visit->reply);
}

bool ma_control_answer(ma_world *world, ma_visit *visit)
{
    static const struct {
        const char *method;
        const char *path;
        void (*answer)(ma_world *world, ma_visit *visit);
    } routes[] = {
        {"GET", "/_sandbox/log", show_log},
        {"DELETE", "/_sandbox/log", clear_log},
        {"POST", "/_sandbox/fault", set_fault},
        {"POST", "/_sandbox/expire", expire_tokens},
        {"POST", "/_sandbox/clock", advance_clock},
        {"GET", "/_sandbox/environment", show_environment},
    };
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!ma_visit_is(visit, routes[i].method, routes[i].path))
            continue;
        routes[i].answer(world, visit);
        return true;
    }
    return false;
}
