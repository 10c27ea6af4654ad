/* scratch_test.c - see scratch_test.h. */
#include "base/scratch_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { READ_MAX = 1 << 20, DESCRIPTORS = 16 };

int scratch_setup(void **state)
{
    char *path = strdup("/tmp/mcpauth-store-XXXXXX");
    *state = path;
    return path && mkdtemp(path) ? 0 : -1;
}

static int remove_one(
    const char *path, const struct stat *found, int kind, struct FTW *at)
{
    (void)found;
    (void)kind;
    (void)at;
    return remove(path);
}

int scratch_teardown(void **state)
{
    char *path = *state;
    int failed = nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    free(path);
    return failed;
}

const char *scratch_path(const char *directory, const char *name)
{
    static char rooms[4][PATH_MAX];
    static unsigned next;
    char *room = rooms[next++ % 4];
    snprintf(room, PATH_MAX, "%s/%s", directory, name);
    return room;
}

void scratch_write(const char *path, ma_span bytes, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes.at, bytes.len, 0), (ssize_t)bytes.len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

ma_span scratch_read(const char *path)
{
    static char room[READ_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t len = read(fd, room, sizeof room - 1);
    assert_true(len >= 0);
    close(fd);
    room[len] = '\0';
    return ma_span_make(room, (size_t)len);
}

static const char *wanted_text;

static int find_text(
    const char *path, const struct stat *found, int kind, struct FTW *at)
{
    (void)kind;
    (void)at;
    if (!S_ISREG(found->st_mode))
        return 0;
    ma_span bytes = scratch_read(path);
    return memmem(bytes.at, bytes.len, wanted_text, strlen(wanted_text)) != 0;
}

bool scratch_holds(const char *directory, const char *text)
{
    wanted_text = text;
    return nftw(directory, find_text, DESCRIPTORS, FTW_PHYS) != 0;
}

size_t scratch_count(const char *directory, const char *part)
{
    DIR *stream = opendir(directory);
    assert_non_null(stream);
    size_t count = 0;
    for (const struct dirent *item; (item = readdir(stream));)
        count += strstr(item->d_name, part) != NULL;
    closedir(stream);
    return count;
}

int scratch_wait(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
