/* directory.c - see directory.h. */
#include "store/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/error.h"

enum {
    LINKS_MAX = 40, /* as the kernel's own limit */
    REST_MAX = 64 * 1024,
    PATH_ROOM = 2 * PATH_MAX,
    WRITABLE_BY_OTHERS = S_IWGRP | S_IWOTH
};

/* --- failures ------------------------------------------------------------ */

static const char *advise(int cause)
{
    switch (cause) {
    case ENOSPC:
    case EDQUOT:
        return "free some space on that disk";
    case EFBIG:
        return "raise the limit on the size of files (ulimit -f)";
    case EROFS:
        return "choose a directory that can be written";
    case EACCES:
    case EPERM:
        return "check who owns it and its mode (ls -ld)";
    case ELOOP:
    case ENOTDIR:
    case EISDIR:
        return "move away what stands in its place";
    case EMFILE:
        return "raise the limit on open files (ulimit -n)";
    case ENFILE:
    case ENOMEM:
        return "end some programs: the system has run out";
    case ESTALE:
        return "mount that file system anew";
    case ENAMETOOLONG:
        return "choose a directory with a shorter path";
    default:
        return "check that disk (dmesg may say more)";
    }
}

mcpauth_status ma_directory_failed(const ma_directory *directory,
    const char *name, const char *doing, int cause, mcpauth_error *err)
{
    char room[128];
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE, "%s %s/%s: %s",
        doing, directory->path, name, strerror_r(cause, room, sizeof room));
    ma_error_hint(err, "%s", advise(cause));
    return st;
}

/* --- the walk from the root ---------------------------------------------- */

typedef struct {
    const char *path; /* as asked for */
    ma_fd at;         /* the directory reached, O_PATH */
    ma_buf rest;      /* what is still to be walked */
    int links;        /* followed so far */
} walk;

static void end_walk(walk *self)
{
    ma_fd_done(&self->at);
    ma_buf_done(&self->rest);
}
MA_SCOPED_DEFINE(walk, end_walk)

static mcpauth_status fail(
    const walk *self, const char *name, int cause, mcpauth_error *err)
{
    char room[128];
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "opening the directory %s, at \"%s\": %s", self->path, name,
        strerror_r(cause, room, sizeof room));
    ma_error_hint(err, "%s", advise(cause));
    return st;
}

static mcpauth_status refuse_owner(
    const walk *self, const char *name, uid_t owner, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "%s is not safe for tokens: \"%s\" belongs to user id %u, not to %u",
        self->path, name, (unsigned)owner, (unsigned)geteuid());
    ma_error_hint(err, "choose a directory of your own");
    return st;
}

static mcpauth_status refuse_mode(
    const walk *self, const char *name, mode_t mode, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "%s is not safe for tokens: others may write in \"%s\" (mode %04o)",
        self->path, name, (unsigned)mode & 07777u);
    ma_error_hint(err, "take that right away (chmod go-w), or choose another "
                       "directory");
    return st;
}

static bool is_trusted(uid_t owner)
{
    return owner == 0 || owner == geteuid();
}

static mcpauth_status judge_way(const walk *self, const char *name,
    const struct stat *found, mcpauth_error *err)
{
    if (!is_trusted(found->st_uid))
        return refuse_owner(self, name, found->st_uid, err);
    if (found->st_mode & WRITABLE_BY_OTHERS && !(found->st_mode & S_ISVTX))
        return refuse_mode(self, name, found->st_mode, err);
    return MCPAUTH_OK;
}

static mcpauth_status judge_end(
    const walk *self, const struct stat *found, mcpauth_error *err)
{
    if (found->st_uid != geteuid())
        return refuse_owner(self, self->path, found->st_uid, err);
    if (found->st_mode & WRITABLE_BY_OTHERS)
        return refuse_mode(self, self->path, found->st_mode, err);
    return MCPAUTH_OK;
}

static mcpauth_status start_at_root(walk *self, mcpauth_error *err)
{
    struct stat found;
    ma_fd_done(&self->at);
    self->at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (self->at < 0 || fstat(self->at, &found))
        return fail(self, "/", errno, err);
    return judge_way(self, "/", &found, err);
}

/* Cuts the next name off rest; "" at the end. */
static mcpauth_status take_name(
    walk *self, char out[NAME_MAX + 1], mcpauth_error *err)
{
    size_t skipped = strspn(ma_buf_text(&self->rest), "/");
    const char *name = ma_buf_text(&self->rest) + skipped;
    size_t len = strcspn(name, "/");
    if (len > NAME_MAX)
        return fail(self, "...", ENAMETOOLONG, err);
    memcpy(out, name, len);
    out[len] = '\0';
    ma_buf_consume(&self->rest, skipped + len);
    return MCPAUTH_OK;
}

/* A directory just made must outlive a power cut like what is put in it. */
static void sync_parent(int parent)
{
    MA_SCOPED(ma_fd) fd = ma_fd_open(parent, ".", O_RDONLY, 0);
    if (fd >= 0)
        ma_fd_sync(fd);
}

static ma_fd open_or_make(int parent, const char *name)
{
    static const int look = O_PATH | O_NOFOLLOW;
    ma_fd fd = ma_fd_open(parent, name, look, 0);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    if (mkdirat(parent, name, S_IRWXU) && errno != EEXIST)
        return -1;
    sync_parent(parent);
    return ma_fd_open(parent, name, look, 0);
}

static mcpauth_status follow_link(
    walk *self, const char *name, int link, mcpauth_error *err)
{
    char target[PATH_MAX];
    ssize_t len = readlinkat(link, "", target, sizeof target);
    if (len <= 0 || ++self->links > LINKS_MAX)
        return fail(self, name, ELOOP, err);
    MA_SCOPED(ma_buf) rest = ma_buf_init(REST_MAX);
    ma_buf_add(&rest, target, (size_t)len);
    ma_buf_add_span(&rest, ma_buf_span(&self->rest));
    mcpauth_status st = ma_buf_status(&rest, "the path of a directory", err);
    if (st)
        return st;

    ma_buf longer = rest;
    rest = self->rest;
    self->rest = longer;
    return target[0] == '/' ? start_at_root(self, err) : MCPAUTH_OK;
}

static mcpauth_status enter(walk *self, const char *name, mcpauth_error *err)
{
    struct stat found;
    MA_SCOPED(ma_fd) next = open_or_make(self->at, name);
    if (next < 0 || fstat(next, &found))
        return fail(self, name, errno, err);
    if (S_ISLNK(found.st_mode) && !is_trusted(found.st_uid))
        return refuse_owner(self, name, found.st_uid, err);
    if (S_ISLNK(found.st_mode))
        return follow_link(self, name, next, err);
    if (!S_ISDIR(found.st_mode))
        return fail(self, name, ENOTDIR, err);
    mcpauth_status st = judge_way(self, name, &found, err);
    if (st)
        return st;
    ma_fd_done(&self->at);
    self->at = ma_fd_take(&next);
    return MCPAUTH_OK;
}

static mcpauth_status walk_to_end(walk *self, mcpauth_error *err)
{
    char name[NAME_MAX + 1] = "";
    mcpauth_status st = start_at_root(self, err);
    if (!st)
        st = take_name(self, name, err);
    while (!st && *name) {
        st = enter(self, name, err);
        if (!st)
            st = take_name(self, name, err);
    }
    return st;
}

mcpauth_status ma_directory_open(
    const char *path, ma_directory *out, mcpauth_error *err)
{
    MA_SCOPED(walk)
    self = {.path = path, .at = -1, .rest = ma_buf_init(REST_MAX)};
    ma_buf_add_text(&self.rest, path);
    mcpauth_status st =
        ma_buf_status(&self.rest, "the path of a directory", err);
    if (!st)
        st = walk_to_end(&self, err);
    if (st)
        return st;

    struct stat found;
    MA_SCOPED(ma_fd)
    fd = ma_fd_open(self.at, ".", O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0 || fstat(fd, &found))
        return fail(&self, ".", errno, err);
    st = judge_end(&self, &found, err);
    if (st)
        return st;
    *out = (ma_directory){path, ma_fd_take(&fd)};
    return MCPAUTH_OK;
}

mcpauth_status ma_directory_make_absolute(
    const char *path, char **out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(PATH_ROOM);
    char here[PATH_MAX] = "";
    if (!*path)
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "the directory of a store has no name");
    if (*path != '/' && !getcwd(here, sizeof here))
        return ma_error_set(err, MCPAUTH_E_STORE,
            "the working directory, in which %s is meant, is gone", path);
    if (*path != '/')
        ma_buf_addf(&text, "%s/", here);
    ma_buf_add_text(&text, path);
    mcpauth_status st = ma_buf_status(&text, "the path of a store", err);
    if (st)
        return st;
    *out = ma_buf_take(&text);
    return *out ? MCPAUTH_OK : ma_error_nomem(err);
}

void ma_directory_done(ma_directory *directory)
{
    ma_fd_done(&directory->fd);
}

/* --- what is in it ------------------------------------------------------- */

static void close_stream(DIR **stream)
{
    if (*stream)
        closedir(*stream);
}

static DIR *open_stream(const ma_directory *directory)
{
    MA_SCOPED(ma_fd)
    fd = ma_fd_open(directory->fd, ".", O_RDONLY | O_DIRECTORY, 0);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    if (stream)
        ma_fd_take(&fd);
    return stream;
}

mcpauth_status ma_directory_list(
    const ma_directory *directory, ma_buf *to, mcpauth_error *err)
{
    __attribute__((cleanup(close_stream))) DIR *stream = open_stream(directory);
    if (!stream)
        return ma_directory_failed(directory, "", "listing", errno, err);
    const struct dirent *item = NULL;
    do {
        errno = 0;
        item = readdir(stream);
        if (item)
            ma_buf_add(to, item->d_name, strlen(item->d_name) + 1);
    } while (item);
    if (errno)
        return ma_directory_failed(directory, "", "listing", errno, err);
    return ma_buf_status(to, "the list of a directory", err);
}

mcpauth_status ma_directory_sync(
    const ma_directory *directory, mcpauth_error *err)
{
    /* EINVAL: this file system has no such call, its renames must do. */
    if (ma_fd_sync(directory->fd) && errno != EINVAL)
        return ma_directory_failed(directory, "", "syncing", errno, err);
    return MCPAUTH_OK;
}
