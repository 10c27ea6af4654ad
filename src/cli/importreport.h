/* importreport.h - what was taken over and what was left, in words and as
 * JSON. */
#ifndef MA_CLI_IMPORTREPORT_H
#define MA_CLI_IMPORTREPORT_H

#include "base/buf.h"
#include "base/json.h"

enum { MA_IMPORTREPORT_MAX = 16 * 1024 * 1024 };

/* The members of an object of servers are texts, and absent where there is
 * nothing to say: name, url, found_in; settings, one of taken, there (already),
 * replaced, kept (ours) and left; login, one of taken, there, kept, left, ended
 * and failed, with login_found_in and login_error; and left, an array. */
typedef struct {
    const char *file; /* our configuration file */
    bool dry_run;
    const ma_json *servers;
    const ma_json *unread;         /* objects of path and error */
    const ma_json *unknown_logins; /* paths */
} ma_importreport;

/* Appends a paragraph for each server. */
void ma_importreport_write(const ma_importreport *report, ma_buf *to);

/* Appends one document. */
mcpauth_status ma_importreport_write_json(
    const ma_importreport *report, ma_buf *to, mcpauth_error *err);

#endif
