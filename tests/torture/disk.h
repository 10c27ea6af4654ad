/* disk.h - a disk that forgets what was not synced.
 *
 * While it records, every change that the store makes in its directory is an
 * event.  After a power cut behind any event, each change of a name since the
 * last sync of the directory, and each sector of a file since its own last
 * sync, is there or is not, by a seeded choice. */
#ifndef MA_TORTURE_DISK_H
#define MA_TORTURE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    DISK_RENAMES_AT_ONCE, /* as ext4, XFS, Btrfs */
    DISK_RENAMES_IN_STEPS /* old entry out, new entry in, as FAT */
} disk_kind;

/* The next number of a sequence, below limit. */
size_t disk_choose(uint64_t *seed, size_t limit);

/* An empty disk; recording begins. */
void disk_start(void);

/* Whatever comes behind so many further events fails and changes nothing, as
 * for a process that was killed.  0: nothing fails. */
void disk_kill_after(size_t events);
bool disk_has_killed(void);

/* Recording ends. */
void disk_stop(void);

size_t disk_events(void);

/* Makes in directory, which is empty, what a power cut behind that many events
 * leaves. */
void disk_cut(
    size_t events, disk_kind kind, uint64_t *seed, const char *directory);

#endif
