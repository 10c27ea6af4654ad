/* interrupt.h - SIGINT, SIGTERM and SIGHUP.
 *
 * A signal ends the program at once, with status 130.  Inside a hold it waits
 * for the release, so that a token that has just been rotated is saved first
 * (S-071); a second signal does not wait. */
#ifndef MA_CLI_INTERRUPT_H
#define MA_CLI_INTERRUPT_H

#include <mcpauth/cancel.h>

enum { MA_INTERRUPT_EXIT = 130 };

/* Once, at the start of the program. */
void ma_interrupt_init(void);

/* Readable once a signal is waiting; -1 when ma_interrupt_init was not
 * called. */
int ma_interrupt_fd(void);

/* From then on the first signal asks cancel, and the program is to end by
 * itself; a second one ends it at once.  NULL: as before. */
void ma_interrupt_cancel(mcpauth_cancel *cancel);

/* Holds may be nested.  The last release ends the program when a signal
 * waits. */
void ma_interrupt_hold(void);
void ma_interrupt_release(void);

/* Nothing goes on but waiting for somebody else: a signal that waits ends the
 * program, unless something is held. */
void ma_interrupt_idle(void);

/* Ends the program with that status, as soon as nothing is held any more. */
void ma_interrupt_leave(int status) __attribute__((noreturn));

#endif
