/* redisname.c - see redisname.h. */
#include "store/redisname.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { PORT_ROOM = 16 };

/* Owned by two, who asks and the thread; the last one frees it. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t answered;
    int owners;
    bool done;
    int answer;
    ma_redisname *list;
    char port[PORT_ROOM];
    char host[]; /* NUL-terminated */
} question;

static int ask(const char *host, const char *port, int flags, ma_redisname **to)
{
    const struct addrinfo hints = {
        .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    return getaddrinfo(host, port, &hints, to);
}

/* --- a question ---------------------------------------------------------- */

static question *make_question(const char *host, const char *port)
{
    size_t room = strlen(host) + 1;
    pthread_condattr_t clock;
    question *asked = ma_calloc(1, sizeof *asked + room);
    if (!asked)
        return NULL;
    asked->owners = 1;
    snprintf(asked->host, room, "%s", host);
    snprintf(asked->port, sizeof asked->port, "%s", port);
    pthread_mutex_init(&asked->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&asked->answered, &clock);
    pthread_condattr_destroy(&clock);
    return asked;
}

static void leave_question(question *asked)
{
    if (!asked)
        return;
    pthread_mutex_lock(&asked->mutex);
    bool last = --asked->owners == 0;
    pthread_mutex_unlock(&asked->mutex);
    if (!last)
        return;
    ma_redisname_free(asked->list);
    pthread_cond_destroy(&asked->answered);
    pthread_mutex_destroy(&asked->mutex);
    ma_free(asked);
}
MA_AUTO_DEFINE(question, leave_question)

static void *run_question(void *ctx)
{
    MA_AUTO(question) asked = ctx;
    ma_redisname *list = NULL;
    int answer = ask(asked->host, asked->port, AI_ADDRCONFIG, &list);
    pthread_mutex_lock(&asked->mutex);
    asked->list = list;
    asked->answer = answer;
    asked->done = true;
    pthread_cond_signal(&asked->answered);
    pthread_mutex_unlock(&asked->mutex);
    return NULL;
}

/* Signals are for the program's own threads. */
static bool start(question *asked)
{
    sigset_t all, before;
    pthread_t thread;
    asked->owners++;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = !pthread_create(&thread, NULL, run_question, asked);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_detach(thread);
    else
        asked->owners--;
    return started;
}

static struct timespec moment_in(int64_t ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ns = at.tv_nsec + ms % 1000 * 1000000;
    at.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
    at.tv_nsec = (long)(ns % 1000000000);
    return at;
}

static int await(question *asked, int64_t deadline_ms, ma_redisname **out_list)
{
    int64_t left_ms = deadline_ms - ma_clock_boot_ms();
    const struct timespec end = moment_in(left_ms > 0 ? left_ms : 0);
    int waited = 0;
    pthread_mutex_lock(&asked->mutex);
    while (!asked->done && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&asked->answered, &asked->mutex, &end);
    int answer = asked->done ? asked->answer : EAI_AGAIN;
    if (!answer)
        *out_list = ma_move(&asked->list);
    pthread_mutex_unlock(&asked->mutex);
    return answer;
}

int ma_redisname_find(
    const char *host, int port, int64_t deadline_ms, ma_redisname **out_list)
{
    char number[PORT_ROOM];
    snprintf(number, sizeof number, "%d", port);
    if (!ask(host, number, AI_NUMERICHOST, out_list))
        return 0;
    MA_AUTO(question) asked = make_question(host, number);
    if (!asked || !start(asked))
        return EAI_MEMORY;
    return await(asked, deadline_ms, out_list);
}
