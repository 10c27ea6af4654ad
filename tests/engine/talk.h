/* talk.h - an MCP client, and a server that answers it from a list. */
#ifndef MA_TESTS_ENGINE_TALK_H
#define MA_TESTS_ENGINE_TALK_H

#include <mcpauth/client.h>
#include <pthread.h>

#include "fakehttp.h"

#define TALK_SERVER "https://mcp.test/mcp"
#define MCP         "POST " TALK_SERVER
#define LISTENS     "GET " TALK_SERVER
#define GOODBYE     "DELETE " TALK_SERVER

#define RESULT(text) "{'jsonrpc':'2.0','id':$ID,'result':" text "}"
#define FAILURE(code)                                                          \
    "{'jsonrpc':'2.0','id':$ID,'error':{'code':" code ",'message':'alas'}}"
#define NOTIFY(method, params)                                                 \
    "{'jsonrpc':'2.0','method':'" method "','params':" params "}"
#define ASKS(id, method, params)                                               \
    "{'jsonrpc':'2.0','id':" id ",'method':'" method "','params':" params "}"
#define EVENT(text) "data: " text "\n\n"

/* A server of 2025-11-25, with a session. */
#define GREETS                                                                 \
    {                                                                          \
        MCP, 200,                                                              \
            RESULT("{'protocolVersion':'2025-11-25','capabilities':{},"        \
                   "'serverInfo':{'name':'s','version':'1'}}"),                \
            JSON "\nMcp-Session-Id: s1", .when = "'initialize'"                \
    }
#define NOTES                                                                  \
    {                                                                          \
        MCP, 202, "", .when = "notifications/initialized"                      \
    }
/* A server of 2026-07-28. */
#define DISCOVERS                                                              \
    {                                                                          \
        MCP, 200,                                                              \
            RESULT("{'supportedVersions':['2026-07-28'],'capabilities':{}}"),  \
            .when = "'server/discover'"                                        \
    }
#define ANSWERS(method, text)                                                  \
    {                                                                          \
        MCP, 200, RESULT(text), .when = method                                 \
    }

typedef struct {
    fakehttp *net;
    mcpauth_http *http;
    mcpauth_client *client;
    mcpauth_error *err;
    char *text; /* of the latest result */
    size_t len;

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    char noted[8192]; /* notifications, progress and the like, one a line */
} talk;

/* own: what the test wants of the client, or NULL; its ctx is the talk. */
void talk_open(talk *t, const fakehttp_row *rows, size_t count,
    const mcpauth_client_options *own);
void talk_close(talk *t);

#define TALK(t, rows, ...)                                                     \
    talk_open(t, rows, sizeof(rows) / sizeof *(rows),                          \
        &(mcpauth_client_options){__VA_ARGS__})

/* Whatever it answers goes to text and err. */
mcpauth_status talk_ask(talk *t, const char *method, const char *params);

/* How many messages with this in their fields or body were POSTed. */
int talk_sent(talk *t, const char *with);

/* Adds a line to noted. */
void talk_note(talk *t, const char *line, size_t len);

/* Waits until noted has this in it; ' stands for ". */
void talk_wait(talk *t, const char *with);
bool talk_has(talk *t, const char *with);

/* A call in a thread of its own. */
typedef struct {
    talk *at;
    mcpauth_call call;
    pthread_t thread;
    mcpauth_status status;
    char *text;
    size_t len;
    mcpauth_error *err;
} talk_call;

void talk_start(talk_call *call, talk *t, const mcpauth_call *wanted);

/* Waits for its end, and tells how it ended. */
mcpauth_status talk_join(talk_call *call);

/* After join. */
void talk_call_done(talk_call *call);

#endif
