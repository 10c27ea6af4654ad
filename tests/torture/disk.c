/* disk.c - see disk.h. */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    SECTOR = 512,
    FILES_MAX = 64,
    BYTES_MAX = 64 * 1024,
    EVENTS_MAX = 1024,
    NAMES_MAX = 32,
    NAME_ROOM = 128,
    DESCRIPTORS_MAX = 1024
};

typedef enum { WRITE, SYNC_FILE, SYNC_NAMES, RENAME, SET_NAME } event_kind;

/* Files are numbered from 1; 0: none. */
typedef struct {
    event_kind kind;
    int file;
    size_t len;           /* of the file behind a write */
    char name[NAME_ROOM]; /* that now leads to file */
    char from[NAME_ROOM]; /* of RENAME: that leads nowhere any more */
} event;

typedef struct {
    char name[NAME_ROOM];
    int file;
} entry;

typedef struct {
    entry entries[NAMES_MAX];
    size_t count;
} names;

static struct {
    bool on;
    size_t lives; /* events until all fails; 0: for ever */
    bool dead;
    size_t files;
    char bytes[FILES_MAX][BYTES_MAX]; /* files are only ever appended to */
    size_t lens[FILES_MAX];
    int open[DESCRIPTORS_MAX]; /* descriptor -> file */
    names live;
    event events[EVENTS_MAX];
    size_t count;
} disk;

size_t disk_choose(uint64_t *seed, size_t limit)
{
    /* xorshift64* */
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (size_t)((*seed * UINT64_C(2685821657736338717)) >> 33) % limit;
}

/* --- names --------------------------------------------------------------- */

static int *find_name(names *in, const char *name)
{
    for (size_t i = 0; i < in->count; i++)
        if (!strcmp(in->entries[i].name, name))
            return &in->entries[i].file;
    assert_true(in->count < NAMES_MAX);
    entry *made = &in->entries[in->count++];
    snprintf(made->name, sizeof made->name, "%s", name);
    made->file = 0;
    return &made->file;
}

/* --- recording ----------------------------------------------------------- */

void disk_start(void)
{
    disk.files = 0;
    disk.count = 0;
    disk.live.count = 0;
    disk.on = true;
    disk_kill_after(0);
}

void disk_kill_after(size_t events)
{
    disk.lives = events;
    disk.dead = false;
}

bool disk_has_killed(void)
{
    return disk.dead;
}

void disk_stop(void)
{
    disk.on = false;
}

size_t disk_events(void)
{
    return disk.count;
}

static event *add_event(event_kind kind, int file, const char *name)
{
    assert_true(disk.count < EVENTS_MAX);
    event *made = &disk.events[disk.count++];
    *made = (event){.kind = kind, .file = file};
    snprintf(made->name, sizeof made->name, "%s", name);
    return made;
}

static void set_name(const char *name, int file)
{
    *find_name(&disk.live, name) = file;
    add_event(SET_NAME, file, name);
}

/* Sets errno for a process that is dead: true. */
static bool is_dead(void)
{
    if (disk.on && disk.lives && !--disk.lives)
        disk.dead = true;
    if (!disk.on || !disk.dead)
        return false;
    errno = EIO;
    return true;
}

/* Locks hold no secrets and decide nothing after a power cut. */
static bool is_lock(const char *name)
{
    size_t len = strlen(name);
    return len > 5 && !strcmp(name + len - 5, ".lock");
}

/* Calls arrive here because CMakeLists.txt tells the linker so. */
int __real_openat(int directory, const char *name, int flags, mode_t mode);
int __wrap_openat(int directory, const char *name, int flags, mode_t mode);
int __wrap_openat(int directory, const char *name, int flags, mode_t mode)
{
    bool makes = flags & O_CREAT && !is_lock(name);
    if (makes && is_dead())
        return -1;
    int fd = __real_openat(directory, name, flags, mode);
    if (fd < 0 || !disk.on)
        return fd;
    assert_true(fd < DESCRIPTORS_MAX);
    disk.open[fd] = 0;
    if (!makes)
        return fd;
    assert_true(disk.files + 1 < FILES_MAX);
    int file = (int)++disk.files;
    disk.lens[file] = 0;
    disk.open[fd] = file;
    set_name(name, file);
    return fd;
}

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    int file = disk.on ? disk.open[fd] : 0;
    if (file && is_dead())
        return -1;
    ssize_t put = __real_write(fd, bytes, len);
    if (!file || put <= 0)
        return put;
    assert_true(disk.lens[file] + (size_t)put <= BYTES_MAX);
    memcpy(disk.bytes[file] + disk.lens[file], bytes, (size_t)put);
    disk.lens[file] += (size_t)put;
    add_event(WRITE, file, "")->len = disk.lens[file];
    return put;
}

/* The real disk need not be waited for. */
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    if (is_dead())
        return -1;
    int file = disk.on ? disk.open[fd] : 0;
    if (disk.on)
        add_event(file ? SYNC_FILE : SYNC_NAMES, file, "");
    return 0;
}

int __real_renameat(int at, const char *from, int to, const char *name);
int __wrap_renameat(int at, const char *from, int to, const char *name);
int __wrap_renameat(int at, const char *from, int to, const char *name)
{
    if (is_dead())
        return -1;
    int answer = __real_renameat(at, from, to, name);
    if (answer || !disk.on)
        return answer;
    int *file = find_name(&disk.live, from);
    event *made = add_event(RENAME, *file, name);
    snprintf(made->from, sizeof made->from, "%s", from);
    *find_name(&disk.live, name) = *file;
    *file = 0;
    return 0;
}

int __real_linkat(int at, const char *from, int to, const char *name, int how);
int __wrap_linkat(int at, const char *from, int to, const char *name, int how);
int __wrap_linkat(int at, const char *from, int to, const char *name, int how)
{
    if (is_dead())
        return -1;
    int answer = __real_linkat(at, from, to, name, how);
    if (!answer && disk.on)
        set_name(name, *find_name(&disk.live, from));
    return answer;
}

int __real_unlinkat(int at, const char *name, int flags);
int __wrap_unlinkat(int at, const char *name, int flags);
int __wrap_unlinkat(int at, const char *name, int flags)
{
    if (is_dead())
        return -1;
    int answer = __real_unlinkat(at, name, flags);
    if (!answer && disk.on)
        set_name(name, 0);
    return answer;
}

/* --- the power cut ------------------------------------------------------- */

/* What a prefix of the events leaves: what is safe, and what may be lost. */
typedef struct {
    names safe;
    entry pending[EVENTS_MAX * 3];
    bool joined[EVENTS_MAX * 3]; /* lost or kept like the one before */
    size_t pending_count;
    size_t safe_lens[FILES_MAX];
    size_t lens[FILES_MAX];
} aftermath;

static void add_pending(
    aftermath *self, const char *name, int file, bool joined)
{
    entry *made = &self->pending[self->pending_count];
    snprintf(made->name, sizeof made->name, "%s", name);
    made->file = file;
    self->joined[self->pending_count++] = joined;
}

static void sync_names(aftermath *self)
{
    for (size_t i = 0; i < self->pending_count; i++)
        *find_name(&self->safe, self->pending[i].name) = self->pending[i].file;
    self->pending_count = 0;
}

static void apply_event(aftermath *self, const event *it, disk_kind kind)
{
    bool at_once = kind == DISK_RENAMES_AT_ONCE;
    switch (it->kind) {
    case WRITE:
        self->lens[it->file] = it->len;
        break;
    case SYNC_FILE:
        self->safe_lens[it->file] = self->lens[it->file];
        break;
    case SYNC_NAMES:
        sync_names(self);
        break;
    case RENAME:
        if (!at_once)
            add_pending(self, it->name, 0, false);
        add_pending(self, it->name, it->file, false);
        add_pending(self, it->from, 0, at_once);
        break;
    case SET_NAME:
        add_pending(self, it->name, it->file, false);
        break;
    }
}

static void lose_names(aftermath *self, uint64_t *seed)
{
    bool kept = true;
    for (size_t i = 0; i < self->pending_count; i++) {
        if (!self->joined[i])
            kept = disk_choose(seed, 2);
        if (kept)
            *find_name(&self->safe, self->pending[i].name) =
                self->pending[i].file;
    }
}

/* Of what was not synced, each sector is there or is zeros, and the end may be
 * missing. */
static size_t lose_sectors(
    const aftermath *self, int file, uint64_t *seed, char *out)
{
    size_t safe = self->safe_lens[file];
    size_t loose = self->lens[file] - safe;
    size_t len = safe;
    if (loose)
        len += disk_choose(seed, 2) ? loose : disk_choose(seed, loose + 1);
    memcpy(out, disk.bytes[file], len);
    for (size_t at = safe; at < len; at += SECTOR - at % SECTOR) {
        size_t rest = SECTOR - at % SECTOR;
        if (disk_choose(seed, 2))
            memset(out + at, 0, rest < len - at ? rest : len - at);
    }
    return len;
}

static void make_file(
    const char *directory, const char *name, const char *bytes, size_t len)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(__real_write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

void disk_cut(
    size_t events, disk_kind kind, uint64_t *seed, const char *directory)
{
    static aftermath left;
    static char bytes[BYTES_MAX];
    memset(&left, 0, sizeof left);
    for (size_t i = 0; i < events; i++)
        apply_event(&left, &disk.events[i], kind);
    lose_names(&left, seed);
    for (size_t i = 0; i < left.safe.count; i++) {
        const entry *it = &left.safe.entries[i];
        if (!it->file)
            continue;
        size_t len = lose_sectors(&left, it->file, seed, bytes);
        make_file(directory, it->name, bytes, len);
    }
}
