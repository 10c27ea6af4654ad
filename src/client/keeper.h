/* keeper.h - opens again, in a thread of its own, a session that was lost while
 * somebody listened in it, and that nobody asks anything (T-053, T-172). */
#ifndef MA_CLIENT_KEEPER_H
#define MA_CLIENT_KEEPER_H

#include <mcpauth/client.h>

typedef struct ma_keeper ma_keeper;

/* NULL: out of memory.  client must outlive it. */
ma_keeper *ma_keeper_new(mcpauth_client *client);

/* The session is lost.  Any thread may say so, also behind stop. */
void ma_keeper_wake(ma_keeper *keeper);

/* Ends the thread, and waits until it has ended. */
void ma_keeper_stop(ma_keeper *keeper);

/* NULL is allowed. */
void ma_keeper_free(ma_keeper *keeper);

#endif
