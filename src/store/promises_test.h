/* promises_test.h - what store.h promises, asked of any store. */
#ifndef MA_STORE_PROMISES_TEST_H
#define MA_STORE_PROMISES_TEST_H

#include <mcpauth/store.h>

/* How a store is made for one test.  make's *state becomes a promises_fixture;
 * end takes it down. */
typedef struct {
    const char *name;
    int (*make)(void **state);
    int (*end)(void **state);
} promises_store;

typedef struct {
    mcpauth_store *store;
    void *directory; /* by scratch_setup; NULL: none */
} promises_fixture;

/* Frees the store and removes the directory. */
int promises_end(void **state);

/* Runs every test on it; how many failed. */
int promises_run(const promises_store *store);

#endif
