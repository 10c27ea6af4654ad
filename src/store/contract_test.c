/* contract_test.c - the promises of store.h, kept by memory and file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/scratch_test.h"
#include "store/promises_test.h"

static promises_fixture made;

static int make_memory(void **state)
{
    made = (promises_fixture){0};
    *state = &made;
    return mcpauth_store_memory_new(&made.store, NULL) ? -1 : 0;
}

static int make_file(void **state)
{
    made = (promises_fixture){0};
    *state = &made;
    if (scratch_setup(&made.directory))
        return -1;
    return mcpauth_store_file_new(made.directory, NULL, &made.store, NULL) ? -1
                                                                           : 0;
}

int main(void)
{
    static const promises_store memory = {"memory", make_memory, promises_end};
    static const promises_store file = {"file", make_file, promises_end};
    return promises_run(&memory) + promises_run(&file);
}
