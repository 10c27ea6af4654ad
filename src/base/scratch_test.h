/* scratch_test.h - a directory of its own for each test that writes files. */
#ifndef MA_BASE_SCRATCH_TEST_H
#define MA_BASE_SCRATCH_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/span.h"

/* For cmocka: *state is the path, below /tmp, which is sticky and root's. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* directory/name; lent until the fourth call from then. */
const char *scratch_path(const char *directory, const char *name);

void scratch_write(const char *path, ma_span bytes, mode_t mode);

/* The content, NUL-terminated, in a room of its own; lent until the next
 * call. */
ma_span scratch_read(const char *path);

/* Whether text stands in any file at or below directory. */
bool scratch_holds(const char *directory, const char *text);

/* How many names in directory contain part. */
size_t scratch_count(const char *directory, const char *part);

/* Waits for the child: its exit status, or minus the signal that ended it. */
int scratch_wait(pid_t child);

#endif
