/* previous.c - see previous.h. */
#include "store/previous.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "store/safefile.h"

typedef struct {
    char text[NAME_MAX + 1];
} second;

static second second_name(const char *name)
{
    second out;
    snprintf(out.text, sizeof out.text, "%s" MA_PREVIOUS, name);
    return out;
}

/* 0 or an errno. */
static int link_second(const ma_directory *directory, const char *name)
{
    const second to = second_name(name);
    return linkat(directory->fd, name, directory->fd, to.text, 0) ? errno : 0;
}

/* A writer died before it took the second name away, and maybe before the
 * first one was durable. */
static mcpauth_status clear_leftover(
    const ma_directory *directory, const char *name, mcpauth_error *err)
{
    mcpauth_status st = ma_directory_sync(directory, err);
    if (!st)
        ma_previous_drop(directory, name);
    return st;
}

mcpauth_status ma_previous_keep(const ma_directory *directory, const char *name,
    ma_span bytes, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    int cause = link_second(directory, name);
    if (cause == EEXIST) {
        st = clear_leftover(directory, name, err);
        cause = st ? 0 : link_second(directory, name);
    }
    if (st)
        return st;
    if (!cause)
        return ma_directory_sync(directory, err);
    /* Where there are no links, as on FAT, a copy does. */
    const second to = second_name(name);
    return ma_safefile_replace(directory, to.text, bytes, err);
}

void ma_previous_drop(const ma_directory *directory, const char *name)
{
    const second from = second_name(name);
    unlinkat(directory->fd, from.text, 0);
}
