/* redisreply.c - see redisreply.h; the only file that knows hiredis. */
#include "store/redisreply.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"

enum { WORDS_MAX = 24 };

/* --- commands ------------------------------------------------------------ */

/* What hiredis made; it may hold a secret. */
typedef struct {
    char *bytes;
    size_t len;
} made;

static void forget(made *command)
{
    if (command->bytes)
        explicit_bzero(command->bytes, command->len);
    redisFreeCommand(command->bytes);
}
MA_SCOPED_DEFINE(made, forget)

mcpauth_status ma_redisreply_write(
    ma_buf *to, const ma_span *words, size_t count, mcpauth_error *err)
{
    const char *texts[WORDS_MAX];
    size_t lens[WORDS_MAX];
    MA_SCOPED(made) command = {0};
    for (size_t i = 0; i < count && i < WORDS_MAX; i++) {
        texts[i] = words[i].at ? words[i].at : "";
        lens[i] = words[i].len;
    }
    int len = count <= WORDS_MAX ? redisFormatCommandArgv(
                                       &command.bytes, (int)count, texts, lens)
                                 : -1;
    if (len < 0)
        return ma_error_nomem(err);
    command.len = (size_t)len;
    ma_buf_add(to, command.bytes, command.len);
    return ma_buf_status(to, "a command for Redis", err);
}

/* --- replies ------------------------------------------------------------- */

static void wipe(ma_redisreply *reply)
{
    if (reply->str)
        explicit_bzero(reply->str, (size_t)reply->len);
    for (size_t i = 0; i < ma_redisreply_count(reply); i++)
        if (reply->element[i])
            wipe(reply->element[i]);
}

void ma_redisreply_free(ma_redisreply *reply)
{
    if (!reply)
        return;
    wipe(reply);
    freeReplyObject(reply);
}

static ma_span text_of(const ma_redisreply *reply)
{
    return ma_span_make(reply->str, (size_t)reply->len);
}

ma_span ma_redisreply_error(const ma_redisreply *reply)
{
    return reply->type == REDIS_REPLY_ERROR ? text_of(reply)
                                            : ma_span_make(NULL, 0);
}

ma_span ma_redisreply_text(const ma_redisreply *reply)
{
    bool has =
        reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS;
    return has ? text_of(reply) : ma_span_make(NULL, 0);
}

bool ma_redisreply_is_nil(const ma_redisreply *reply)
{
    return reply->type == REDIS_REPLY_NIL;
}

bool ma_redisreply_int(const ma_redisreply *reply, int64_t *out)
{
    if (reply->type != REDIS_REPLY_INTEGER)
        return false;
    *out = reply->integer;
    return true;
}

size_t ma_redisreply_count(const ma_redisreply *reply)
{
    return reply->type == REDIS_REPLY_ARRAY ? reply->elements : 0;
}

const ma_redisreply *ma_redisreply_at(const ma_redisreply *reply, size_t index)
{
    return index < ma_redisreply_count(reply) ? reply->element[index] : NULL;
}

/* --- reading ------------------------------------------------------------- */

struct ma_redisreader {
    redisReader *inner;
    size_t fed; /* since the last reply */
};

ma_redisreader *ma_redisreader_new(void)
{
    MA_AUTO(ma_redisreader) reader = ma_calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    reader->inner = redisReaderCreate();
    return reader->inner ? ma_move(&reader) : NULL;
}

/* hiredis wipes nothing. */
void ma_redisreader_free(ma_redisreader *reader)
{
    if (!reader)
        return;
    if (reader->inner && reader->inner->buf)
        explicit_bzero(reader->inner->buf, reader->inner->len);
    if (reader->inner)
        redisReaderFree(reader->inner);
    ma_free(reader);
}

static mcpauth_status refuse(const ma_redisreader *reader, mcpauth_error *err)
{
    if (reader->inner->err == REDIS_ERR_OOM)
        return ma_error_nomem(err);
    MA_AUTO(ma_text) why = ma_quote(ma_span_of(reader->inner->errstr));
    return ma_error_set(err, MCPAUTH_E_PROTOCOL, "%s", why ? why : "");
}

mcpauth_status ma_redisreader_feed(
    ma_redisreader *reader, ma_span bytes, mcpauth_error *err)
{
    reader->fed += bytes.len;
    if (reader->fed > MA_REDISREPLY_MAX)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL, "the answer is too long");
    if (redisReaderFeed(reader->inner, bytes.at, bytes.len) != REDIS_OK)
        return refuse(reader, err);
    return MCPAUTH_OK;
}

mcpauth_status ma_redisreader_next(
    ma_redisreader *reader, ma_redisreply **out_reply, mcpauth_error *err)
{
    void *reply = NULL;
    if (redisReaderGetReply(reader->inner, &reply) != REDIS_OK)
        return refuse(reader, err);
    if (reply)
        reader->fed = 0;
    *out_reply = reply;
    return MCPAUTH_OK;
}
