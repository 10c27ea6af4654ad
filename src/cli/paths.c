/* paths.c - where the program's files are. */
#include "cli/paths.h"

#include <stdlib.h>

static const char *get_absolute(const char *variable)
{
    const char *path = getenv(variable);
    return path && *path == '/' ? path : NULL;
}

bool ma_paths_base(ma_buf *to, const char *variable, const char *below_home)
{
    const char *base = get_absolute(variable);
    const char *home = get_absolute("HOME");
    if (!base && (!home || !below_home))
        return false;
    ma_buf_add_text(to, base ? base : home);
    ma_buf_add_text(to, base ? "" : below_home);
    return true;
}

bool ma_paths_config(ma_buf *to)
{
    bool known = ma_paths_base(to, "XDG_CONFIG_HOME", "/.config");
    ma_buf_add_text(to, known ? "/mcpauth/config.json" : "");
    return known;
}

bool ma_paths_state(ma_buf *to)
{
    bool known = ma_paths_base(to, "XDG_STATE_HOME", "/.local/state");
    ma_buf_add_text(to, known ? "/mcpauth" : "");
    return known;
}
