/* redisreply.h - commands as Redis reads them, and its replies.
 *
 * hiredis writes and reads them; it does not know the connection, which has
 * deadlines and TLS of its own. */
#ifndef MA_STORE_REDISREPLY_H
#define MA_STORE_REDISREPLY_H

#include <stdint.h>

#include "base/buf.h"

/* Longest reply that is read, and longest commands that are written. */
enum { MA_REDISREPLY_MAX = 4 * 1024 * 1024 };

/* Appends a command of these words, which may hold any bytes. */
mcpauth_status ma_redisreply_write(
    ma_buf *to, const ma_span *words, size_t count, mcpauth_error *err);

typedef struct redisReply ma_redisreply;

/* Wipes and frees; NULL is allowed. */
void ma_redisreply_free(ma_redisreply *reply);
MA_AUTO_DEFINE(ma_redisreply, ma_redisreply_free)

/* What kind it is; the text of an error or a string, lent; at NULL where it
 * has none. */
ma_span ma_redisreply_error(const ma_redisreply *reply);
ma_span ma_redisreply_text(const ma_redisreply *reply);
bool ma_redisreply_is_nil(const ma_redisreply *reply);

/* False: it is no integer. */
bool ma_redisreply_int(const ma_redisreply *reply, int64_t *out);

/* Parts of an array, lent; 0 and NULL for anything else. */
size_t ma_redisreply_count(const ma_redisreply *reply);
const ma_redisreply *ma_redisreply_at(const ma_redisreply *reply, size_t index);

/* Reads replies out of bytes as they come. */
typedef struct ma_redisreader ma_redisreader;

ma_redisreader *ma_redisreader_new(void);
void ma_redisreader_free(ma_redisreader *reader);
MA_AUTO_DEFINE(ma_redisreader, ma_redisreader_free)

/* E_PROTOCOL: this is not what Redis says, or it is too long. */
mcpauth_status ma_redisreader_feed(
    ma_redisreader *reader, ma_span bytes, mcpauth_error *err);

/* The next reply; NULL: it is not whole yet. */
mcpauth_status ma_redisreader_next(
    ma_redisreader *reader, ma_redisreply **out_reply, mcpauth_error *err);

#endif
