/* redisstorage.c - see redisstorage.h. */
#include "cli/redisstorage.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "cli/input.h"
#include "cli/module.h"

#define VARIABLE(name) "MCPAUTH_REDIS_" name

enum { PASSWORD_MAX = 16384 };

bool ma_redisstorage_named(const char *value)
{
    return !strncasecmp(value, "redis:", strlen("redis:")) ||
           !strncasecmp(value, "rediss:", strlen("rediss:")) ||
           !strncasecmp(value, "redis+unix:", strlen("redis+unix:"));
}

/* NULL in *out: none is set, or the URL has it. */
static mcpauth_status find_password(const ma_settings *settings, ma_buf *room,
    const char **out, mcpauth_error *err)
{
    const char *path =
        ma_settings_variable(settings, VARIABLE("PASSWORD_FILE"));
    *out = ma_settings_variable(settings, VARIABLE("PASSWORD"));
    if (!path || *out)
        return MCPAUTH_OK;
    mcpauth_status st = ma_input_file(path, room, err);
    ma_input_chomp(room);
    if (!st && !room->len)
        st = ma_error_set(err, MCPAUTH_E_USAGE, "the password is empty");
    *out = ma_buf_text(room);
    return st ? ma_error_in(err, st, VARIABLE("PASSWORD_FILE")) : st;
}

mcpauth_status ma_redisstorage_open(const ma_settings *settings,
    const char *url, mcpauth_store **out_store, mcpauth_error *err)
{
    const ma_redismodule *redis = NULL;
    MA_SCOPED(ma_buf) room = ma_buf_init(PASSWORD_MAX);
    mcpauth_redis_options options = {
        .size = sizeof options,
        .url = url,
        .ca_file = ma_settings_variable(settings, VARIABLE("CACERT")),
        .cert_file = ma_settings_variable(settings, VARIABLE("CERT")),
        .key_file = ma_settings_variable(settings, VARIABLE("KEY")),
        .allow_plain = ma_settings_variable(settings, VARIABLE("ALLOW_PLAIN")),
    };
    mcpauth_status st = find_password(settings, &room, &options.password, err);
    if (!st)
        st = ma_module_redis(&redis, err);
    return st ? st : redis->redis_new(&options, out_store, err);
}
