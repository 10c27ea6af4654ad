/* transport.h - the HTTP driver of the program, loaded with the first request:
 * a token that is in the store is handed out without libcurl. */
#ifndef MA_CLI_TRANSPORT_H
#define MA_CLI_TRANSPORT_H

#include <mcpauth/config.h>
#include <mcpauth/http.h>
#include <mcpauth/mcpauth.h>

#include "cli/options.h"

/* What these options and this configuration mean for libcurl; its texts are
 * theirs.  E_USAGE: half of --cert and --key. */
mcpauth_status ma_transport_read(const ma_options *options,
    const mcpauth_config *config, mcpauth_curl_options *out,
    mcpauth_error *err);

/* Options and config are borrowed; of config, what it says of clear text,
 * private addresses and a certificate counts. */
mcpauth_status ma_transport_new(const ma_options *options,
    const mcpauth_config *config, mcpauth_http **out_http, mcpauth_error *err);

#endif
