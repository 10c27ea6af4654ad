/* store.h - stores and records that go with their scope. */
#ifndef MA_STORE_STORE_H
#define MA_STORE_STORE_H

#include <mcpauth/store.h>

#include "base/auto.h"

MA_AUTO_DEFINE(mcpauth_store, mcpauth_store_free)
MA_SCOPED_DEFINE(mcpauth_record, mcpauth_record_done)

#endif
