/* once.c - a case is what it says, in every respect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "script.h"

void script_enter(void)
{
}

void script_leave(void)
{
}

static void check_part(const char *text, const char *part)
{
    if (part && !strstr(text, part))
        fail_msg("\"%s\" is not in: %s", part, text);
}

void script_check(const script_case *row)
{
    script *world = script_open(row);
    mcpauth_status st = script_play(world);
    assert_string_equal(script_steps(world), row->steps);
    assert_int_equal(st, row->status);
    check_part(script_message(world), row->says);
    check_part(script_log(world), row->logs);
    script_assert_stored(world, row->after);
    script_close(world);
}
