/* person.h - the way to the person who runs the program: a browser that is
 * opened or a URL that is shown, and an answer that comes to the loopback
 * listener or is pasted. */
#ifndef MA_CLI_PERSON_H
#define MA_CLI_PERSON_H

#include <mcpauth/client.h>
#include <stdio.h>

#include "cli/meter.h"
#include "net/module.h"

typedef struct {
    const ma_net_module *net; /* NULL: loaded when needed */
    const char *server;       /* whom the login is for */
    FILE *say;                /* what is told goes here */
    bool open_browser;        /* else the URL is shown only */
    int paste_fd;             /* lines are read from here; -1: none are */
    bool prompt;              /* somebody sits at paste_fd */
    int cancel_fd;            /* readable: stop; -1: none */
    bool once;                /* he is asked once, and then left alone */
    ma_meter *meter;          /* held while somebody logs in; NULL: none */
} ma_person_options;

/* Options are copied, what they point to is borrowed. */
mcpauth_status ma_person_new(
    const ma_person_options *options, mcpauth_ui **out_ui, mcpauth_error *err);

#endif
