/* module.c - parts of the program that are loaded when they are needed. */
#include "cli/module.h"

#include <dlfcn.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends the directory the running program lies in, with its '/'. */
static bool add_own_directory(ma_buf *to)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path);
    if (len <= 0 || len == sizeof path)
        return false;
    while (len > 0 && path[len - 1] != '/')
        len--;
    ma_buf_add(to, path, (size_t)len);
    return len > 0;
}

/* below is where to look from the program's own directory on. */
static void *load(const char *below, const char *name)
{
    MA_SCOPED(ma_buf) path = ma_buf_init(PATH_MAX - 1);
    if (!add_own_directory(&path))
        return NULL;
    ma_buf_addf(&path, "%smcpauth-%s.so", below, name);
    if (path.failed || access(ma_buf_text(&path), F_OK))
        return NULL;
    return dlopen(ma_buf_text(&path), RTLD_NOW | RTLD_LOCAL);
}

mcpauth_status ma_module_find(const char *name, const char *symbol,
    void (**out_function)(void), mcpauth_error *err)
{
    void *module = load("", name);
    if (!module)
        module = load(MA_MODULE_DIR "/", name);
    void *found = module ? dlsym(module, symbol) : NULL;
    if (!found) {
        const char *why = dlerror();
        mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "cannot load mcpauth-%s.so: %s", name,
            why ? why : "there is no such file");
        ma_error_hint(err,
            "install it beside the program or in %s, seen from there",
            MA_MODULE_DIR);
        return st;
    }
    /* POSIX makes the two kinds of pointer alike; ISO C has no cast. */
    memcpy(out_function, &found, sizeof found);
    return MCPAUTH_OK;
}

/* A module's function gives what begins with its size, which both sides of one
 * build agree on. */
static mcpauth_status find_object(const char *name, const char *symbol,
    size_t size, const void **out_object, mcpauth_error *err)
{
    void (*function)(void) = NULL;
    mcpauth_status st = ma_module_find(name, symbol, &function, err);
    if (st)
        return st;
    const size_t *object =
        function ? ((const size_t *(*)(void))function)() : NULL;
    if (!object || *object != size)
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "mcpauth-%s.so belongs to another build of mcpauth", name);
    *out_object = object;
    return MCPAUTH_OK;
}

mcpauth_status ma_module_net(const ma_net_module **out_net, mcpauth_error *err)
{
    return find_object("net", "ma_net_module_get", sizeof **out_net,
        (const void **)out_net, err);
}

mcpauth_status ma_module_keyring(
    const ma_keyringmodule **out_keyring, mcpauth_error *err)
{
    return find_object("keyring", "ma_keyringmodule_get", sizeof **out_keyring,
        (const void **)out_keyring, err);
}

mcpauth_status ma_module_seal(
    const ma_sealmodule **out_seal, mcpauth_error *err)
{
    return find_object("seal", "ma_sealmodule_get", sizeof **out_seal,
        (const void **)out_seal, err);
}

mcpauth_status ma_module_redis(
    const ma_redismodule **out_redis, mcpauth_error *err)
{
    return find_object("redis", "ma_redismodule_get", sizeof **out_redis,
        (const void **)out_redis, err);
}
