/* previous.h - what a file held before, kept until its next content is safe.
 *
 * A rename replaces a name at once, but a power cut may leave some file
 * systems (FAT, and network and user space ones) with neither the old entry
 * nor the new one.  So the old content has a second name, durable before the
 * first one changes (S-044). */
#ifndef MA_STORE_PREVIOUS_H
#define MA_STORE_PREVIOUS_H

#include "store/directory.h"

/* Behind the name of a file. */
#define MA_PREVIOUS ".prev"

/* Gives the content of the file, which is bytes, its second name; durable on
 * OK. */
mcpauth_status ma_previous_keep(const ma_directory *directory, const char *name,
    ma_span bytes, mcpauth_error *err);

/* Takes the second name away, for a file that is safe.  That it cannot be done
 * costs nothing: the next ma_previous_keep does it. */
void ma_previous_drop(const ma_directory *directory, const char *name);

#endif
