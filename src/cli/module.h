/* module.h - the parts of the program that are loaded when a command needs
 * them, by absolute path: from the directory of the program itself, or from
 * <libdir>/mcpauth under the same prefix. */
#ifndef MA_CLI_MODULE_H
#define MA_CLI_MODULE_H

#include "net/module.h"
#include "store/keyringmodule.h"
#include "store/redismodule.h"
#include "store/sealmodule.h"

/* Loads mcpauth-<name>.so and looks up its one symbol, a function.  It stays
 * loaded.  E_UNSUPPORTED: it is not installed, or of another build. */
mcpauth_status ma_module_find(const char *name, const char *symbol,
    void (**out_function)(void), mcpauth_error *err);

/* The network: HTTP, callback and browser. */
mcpauth_status ma_module_net(const ma_net_module **out_net, mcpauth_error *err);

/* The keyring of the desktop. */
mcpauth_status ma_module_keyring(
    const ma_keyringmodule **out_keyring, mcpauth_error *err);

/* The seal around a store. */
mcpauth_status ma_module_seal(
    const ma_sealmodule **out_seal, mcpauth_error *err);

/* The Redis store. */
mcpauth_status ma_module_redis(
    const ma_redismodule **out_redis, mcpauth_error *err);

#endif
