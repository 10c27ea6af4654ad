/* hosts.h - the programs that MCP servers are configured in, and where their
 * files are. */
#ifndef MA_CLI_HOSTS_H
#define MA_CLI_HOSTS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"

/* A place where a host may have a file: its name, as a person writes it, and
 * the path, appended, or nothing where the environment names none.  False:
 * there are no more than index. */
bool ma_hosts_place(size_t index, const char **out_host, ma_buf *to);

bool ma_hosts_named(const char *name);

/* Walks the sets of servers in a host's file, of whatever kind: *io_step 0
 * begins, and false ends it.  out_servers: the servers by name, lent.
 * out_project: the directory that they are for; NULL: all. */
bool ma_hosts_next(const ma_json *file, size_t *io_step,
    const char **out_project, const ma_json **out_servers);

#endif
