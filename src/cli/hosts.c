/* hosts.c - one table of places, and one of the ways servers are written. */
#include "cli/hosts.h"

#include <string.h>

#include "cli/paths.h"

/* --- places -------------------------------------------------------------- */

static const struct {
    const char *host;
    const char *variable; /* where path is below, */
    const char *below_home;
    const char *path;
} places[] = {
    {"claude-desktop", "XDG_CONFIG_HOME", "/.config",
        "/Claude/claude_desktop_config.json"},
    {"claude-desktop", "HOME", NULL,
        "/Library/Application Support/Claude/claude_desktop_config.json"},
    {"claude-code", "CLAUDE_CONFIG_DIR", "", "/.claude.json"},
    {"cursor", "HOME", NULL, "/.cursor/mcp.json"},
    {"vscode", "XDG_CONFIG_HOME", "/.config", "/Code/User/mcp.json"},
    {"vscode", "XDG_CONFIG_HOME", "/.config", "/Code - Insiders/User/mcp.json"},
    {"vscode", "XDG_CONFIG_HOME", "/.config", "/VSCodium/User/mcp.json"},
    {"vscode", "HOME", NULL, "/.vscode-server/data/User/mcp.json"},
    {"vscode", "HOME", NULL, "/Library/Application Support/Code/User/mcp.json"},
    {"windsurf", "HOME", NULL, "/.codeium/windsurf/mcp_config.json"},
};

enum { PLACES = sizeof places / sizeof *places };

bool ma_hosts_place(size_t index, const char **out_host, ma_buf *to)
{
    if (index >= PLACES)
        return false;
    *out_host = places[index].host;
    if (ma_paths_base(to, places[index].variable, places[index].below_home))
        ma_buf_add_text(to, places[index].path);
    return true;
}

bool ma_hosts_named(const char *name)
{
    for (size_t i = 0; i < PLACES; i++)
        if (!strcmp(places[i].host, name))
            return true;
    return false;
}

/* --- files --------------------------------------------------------------- */

/* Everybody writes mcpServers, but VS Code; in its settings it was below
 * "mcp". */
static const ma_json *find_set(const ma_json *file, size_t step)
{
    switch (step) {
    case 0:
        return ma_json_get_object(file, "mcpServers");
    case 1:
        return ma_json_get_object(file, "servers");
    default:
        return ma_json_get_object(ma_json_get_object(file, "mcp"), "servers");
    }
}

enum { SETS = 3 };

/* Claude Code has those of each project beside its own. */
static const ma_json *find_project(
    const ma_json *file, size_t index, const char **out_project)
{
    const ma_json *projects = ma_json_get_object(file, "projects");
    const ma_json *project = NULL;
    void *iter = NULL;
    *out_project = NULL;
    for (size_t i = 0; i <= index; i++)
        if (!ma_json_each(projects, &iter, out_project, &project))
            return NULL;
    return project;
}

bool ma_hosts_next(const ma_json *file, size_t *io_step,
    const char **out_project, const ma_json **out_servers)
{
    size_t step = (*io_step)++;
    *out_project = NULL;
    if (step < SETS) {
        *out_servers = find_set(file, step);
        return true;
    }
    const ma_json *project = find_project(file, step - SETS, out_project);
    *out_servers = ma_json_get_object(project, "mcpServers");
    return project;
}
