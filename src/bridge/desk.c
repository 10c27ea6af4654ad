/* desk.c - two lists, a thread between them, and a descriptor that tells. */
#include "bridge/desk.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"

typedef struct {
    ma_desk_wish *first;
    ma_desk_wish **end;
} list;

struct ma_desk {
    pthread_t thread;
    int told;              /* an eventfd */
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t asked;
    list wishes;
    list granted;
    size_t open; /* wishes that are not in granted yet */
    bool ends;
};

static void put(list *to, ma_desk_wish *wish)
{
    if (!to->first)
        to->end = &to->first;
    wish->next = NULL;
    *to->end = wish;
    to->end = &wish->next;
}

static ma_desk_wish *take(list *from)
{
    ma_desk_wish *wish = from->first;
    if (wish)
        from->first = wish->next;
    return wish;
}

static void grant(ma_desk_wish *wish)
{
    const char *header = NULL;
    wish->again = false;
    wish->status =
        wish->answer ? mcpauth_caller_answered(
                           wish->caller, wish->answer, &wish->again, wish->why)
                     : mcpauth_caller_header(wish->caller, &header, wish->why);
}

static void tell(const ma_desk *desk)
{
    const uint64_t one = 1;
    ssize_t len = write(desk->told, &one, sizeof one);
    (void)len; /* it is readable all the same when it is full */
}

static void *work(void *ctx)
{
    ma_desk *desk = ctx;
    pthread_mutex_lock(&desk->mutex);
    while (!desk->ends) {
        ma_desk_wish *wish = take(&desk->wishes);
        if (!wish) {
            pthread_cond_wait(&desk->asked, &desk->mutex);
            continue;
        }
        pthread_mutex_unlock(&desk->mutex);
        grant(wish);
        pthread_mutex_lock(&desk->mutex);
        put(&desk->granted, wish);
        desk->open--;
        tell(desk);
    }
    pthread_mutex_unlock(&desk->mutex);
    return NULL;
}

mcpauth_status ma_desk_new(ma_desk **out, mcpauth_error *err)
{
    ma_desk *desk = ma_calloc(1, sizeof *desk);
    if (!desk)
        return ma_error_nomem(err);
    pthread_mutex_init(&desk->mutex, NULL);
    pthread_cond_init(&desk->asked, NULL);
    desk->told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (desk->told >= 0 && !pthread_create(&desk->thread, NULL, work, desk)) {
        *out = desk;
        return MCPAUTH_OK;
    }
    if (desk->told >= 0)
        close(desk->told);
    pthread_cond_destroy(&desk->asked);
    pthread_mutex_destroy(&desk->mutex);
    ma_free(desk);
    return ma_error_nomem(err);
}

void ma_desk_free(ma_desk *desk)
{
    if (!desk)
        return;
    pthread_mutex_lock(&desk->mutex);
    desk->ends = true;
    pthread_cond_signal(&desk->asked);
    pthread_mutex_unlock(&desk->mutex);
    pthread_join(desk->thread, NULL);
    close(desk->told);
    pthread_cond_destroy(&desk->asked);
    pthread_mutex_destroy(&desk->mutex);
    ma_free(desk);
}

void ma_desk_ask(ma_desk *desk, ma_desk_wish *wish)
{
    pthread_mutex_lock(&desk->mutex);
    put(&desk->wishes, wish);
    desk->open++;
    pthread_cond_signal(&desk->asked);
    pthread_mutex_unlock(&desk->mutex);
}

int ma_desk_fd(const ma_desk *desk)
{
    return desk->told;
}

void ma_desk_grant(ma_desk *desk)
{
    uint64_t count = 0;
    ssize_t len = read(desk->told, &count, sizeof count);
    (void)len;
    for (;;) {
        pthread_mutex_lock(&desk->mutex);
        ma_desk_wish *wish = take(&desk->granted);
        pthread_mutex_unlock(&desk->mutex);
        if (!wish)
            return;
        wish->granted(wish->ctx);
    }
}

bool ma_desk_is_idle(ma_desk *desk)
{
    pthread_mutex_lock(&desk->mutex);
    bool idle = !desk->open && !desk->granted.first;
    pthread_mutex_unlock(&desk->mutex);
    return idle;
}
