/* talk.c - one MCP client, on the installed headers alone, that does what its
 * stdin says and tells on stdout what comes of it; talk.py writes and reads
 * for a test.
 *
 *     talk URL [REVISION [CAPABILITIES]]      a word of "-": none
 *
 * Each line in is a JSON object:
 *     {"call": ID, "method": M, "params": {}, "progress": true,
 *      "timeout_ms": N}                     in a thread of its own
 *     {"cancel": ID}  {"listen": {} or null}  {"open": true}
 *     {"notify": M, "params": {}}             {"close": true}
 * Each line out is one too: what a call, by its ID, or one of the others, by
 * its name, ended with, or an event in between.  The end of stdin cancels the
 * calls that are left.
 *
 * TALK_OAUTH in its environment, a JSON object of settings, makes it one that
 * has a token, which it keeps in memory.  TALK_CA: certificates to trust.
 *
 * Asked itself, it accepts forms with their defaults, names one root, and
 * knows nothing else. */
#include <curl/curl.h>
#include <jansson.h>
#include <mcpauth/mcpauth.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALARM_S = 55, CALLS_MAX = 1024 };

/* --- its token ----------------------------------------------------------- */

typedef struct {
    mcpauth_config *config;
    mcpauth_store *store;
    mcpauth_provider *provider; /* NULL: it needs none */
} login;

static mcpauth_status configure(
    mcpauth_config *config, const char *settings, mcpauth_error *err)
{
    json_auto_t *object = json_loads(settings, 0, NULL);
    const char *name;
    json_t *value;
    mcpauth_status st = MCPAUTH_OK;
    json_object_foreach(object, name, value) if (!st) st =
        mcpauth_config_set(config, name, json_string_value(value), err);
    return st;
}

static mcpauth_status login_init(
    login *it, mcpauth_http *http, char **argv, mcpauth_error *err)
{
    const char *settings = getenv("TALK_OAUTH");
    if (!settings)
        return MCPAUTH_OK;
    it->config = mcpauth_config_new();
    mcpauth_status st = mcpauth_config_set(it->config, "server", argv[1], err);
    if (!st)
        st = configure(it->config, settings, err);
    if (!st)
        st = mcpauth_store_memory_new(&it->store, err);
    const mcpauth_provider_options options = {.size = sizeof options,
        .config = it->config,
        .store = it->store,
        .http = http};
    return st ? st : mcpauth_provider_new(&options, &it->provider, err);
}

static void login_done(login *it)
{
    mcpauth_provider_free(it->provider);
    mcpauth_store_free(it->store);
    mcpauth_config_free(it->config);
}

/* --- what it says -------------------------------------------------------- */

static pthread_mutex_t saying = PTHREAD_MUTEX_INITIALIZER;

/* line is taken. */
static void say(json_t *line)
{
    pthread_mutex_lock(&saying);
    json_dumpf(line, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
    putchar('\n');
    fflush(stdout);
    pthread_mutex_unlock(&saying);
    json_decref(line);
}

/* Any JSON, or null. */
static json_t *read_json(const char *text, size_t len)
{
    json_t *read = text ? json_loadb(text, len, JSON_DECODE_ANY, NULL) : NULL;
    return read ? read : json_null();
}

static void say_end(const char *id, mcpauth_status status, json_t *result,
    const mcpauth_error *err)
{
    json_t *line = json_pack("{s:s, s:s, s:o}", "id", id, "status",
        mcpauth_status_name(status), "result", result);
    if (status) {
        const char *code = mcpauth_error_server_code(err);
        json_object_set_new(
            line, "message", json_string(mcpauth_error_message(err)));
        if (code)
            json_object_set_new(line, "code", json_string(code));
    }
    say(line);
}

static void notified(void *ctx, const char *message, size_t len)
{
    (void)ctx;
    say(json_pack("{s:o}", "notified", read_json(message, len)));
}

static void dropped(void *ctx, const char *tool, const char *why)
{
    (void)ctx;
    say(json_pack("{s:s, s:s}", "dropped", tool, "why", why));
}

static void serve(void *ctx, const char *method, const char *params, size_t len,
    mcpauth_reply *reply)
{
    mcpauth_status st = MCPAUTH_OK;
    (void)ctx;
    say(json_pack(
        "{s:s, s:o}", "asked", method, "params", read_json(params, len)));
    if (strcmp(method, "elicitation/create") == 0)
        st = mcpauth_reply_defaults(reply, params, len, NULL);
    else if (strcmp(method, "roots/list") == 0)
        st = mcpauth_reply_result(
            reply, "{\"roots\":[{\"uri\":\"file:///talk\"}]}", NULL);
    (void)st;
}

/* --- calls --------------------------------------------------------------- */

typedef struct {
    mcpauth_client *client;
    json_t *order;
    const char *id;
    mcpauth_cancel *cancel;
    pthread_t thread;
} call;

static call calls[CALLS_MAX];
static size_t call_count;

static void progress(void *ctx, const char *params, size_t len)
{
    const call *at = ctx;
    say(json_pack(
        "{s:s, s:o}", "progress", at->id, "params", read_json(params, len)));
}

static void *make_call(void *ctx)
{
    call *at = ctx;
    mcpauth_error *err = mcpauth_error_new();
    char *params =
        json_dumps(json_object_get(at->order, "params"), JSON_COMPACT);
    char *result = NULL;
    size_t len = 0;
    const mcpauth_call wanted = {
        .size = sizeof wanted,
        .method = json_string_value(json_object_get(at->order, "method")),
        .params = params,
        .timeout_ms =
            json_integer_value(json_object_get(at->order, "timeout_ms")),
        .cancel = at->cancel,
        .progress = json_object_get(at->order, "progress") ? progress : NULL,
        .ctx = at,
    };
    mcpauth_status st =
        mcpauth_client_call(at->client, &wanted, &result, &len, err);
    say_end(at->id, st, read_json(result, len), err);
    mcpauth_text_free(result);
    free(params);
    mcpauth_error_free(err);
    return NULL;
}

static void start_call(mcpauth_client *client, json_t *order)
{
    if (call_count == CALLS_MAX)
        abort();
    call *at = &calls[call_count++];
    at->client = client;
    at->order = json_incref(order);
    at->id = json_string_value(json_object_get(order, "call"));
    at->cancel = mcpauth_cancel_new();
    if (pthread_create(&at->thread, NULL, make_call, at))
        abort();
}

static void cancel_call(const char *id)
{
    for (size_t i = 0; i < call_count; i++)
        if (strcmp(calls[i].id, id) == 0)
            mcpauth_cancel_ask(calls[i].cancel);
}

static void end_calls(void)
{
    for (size_t i = 0; i < call_count; i++) {
        mcpauth_cancel_ask(calls[i].cancel);
        pthread_join(calls[i].thread, NULL);
        mcpauth_cancel_free(calls[i].cancel);
        json_decref(calls[i].order);
    }
}

/* --- orders -------------------------------------------------------------- */

static void open_client(mcpauth_client *client, mcpauth_error *err)
{
    mcpauth_status st = mcpauth_client_open(client, err);
    const char *version = mcpauth_client_protocol_version(client);
    say_end("open", st, version ? json_string(version) : json_null(), err);
}

static void listen_for(
    mcpauth_client *client, const json_t *wanted, mcpauth_error *err)
{
    char *text = json_is_null(wanted) ? NULL : json_dumps(wanted, JSON_COMPACT);
    mcpauth_status st = mcpauth_client_listen(client, text, err);
    say_end("listen", st, json_null(), err);
    free(text);
}

static void notify(
    mcpauth_client *client, const json_t *order, mcpauth_error *err)
{
    char *params = json_dumps(json_object_get(order, "params"), JSON_COMPACT);
    mcpauth_status st = mcpauth_client_notify(client,
        json_string_value(json_object_get(order, "notify")), params, err);
    say_end("notify", st, json_null(), err);
    free(params);
}

static void obey(mcpauth_client *client, json_t *order, mcpauth_error *err)
{
    const char *cancelled = json_string_value(json_object_get(order, "cancel"));
    mcpauth_error_clear(err);
    if (json_object_get(order, "call"))
        start_call(client, order);
    else if (cancelled)
        cancel_call(cancelled);
    else if (json_object_get(order, "listen"))
        listen_for(client, json_object_get(order, "listen"), err);
    else if (json_object_get(order, "notify"))
        notify(client, order, err);
    else if (json_object_get(order, "open"))
        open_client(client, err);
    else if (json_object_get(order, "close")) {
        mcpauth_client_close(client);
        say_end("close", MCPAUTH_OK, json_null(), err);
    }
}

static void obey_all(mcpauth_client *client, mcpauth_error *err)
{
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) >= 0) {
        json_auto_t *order = json_loads(line, 0, NULL);
        obey(client, order, err);
    }
    free(line);
}

static const char *word(int argc, char **argv, int at)
{
    return at < argc && strcmp(argv[at], "-") != 0 ? argv[at] : NULL;
}

int main(int argc, char **argv)
{
    mcpauth_error *err = mcpauth_error_new();
    mcpauth_http *http = NULL;
    mcpauth_client *client = NULL;
    login own = {0};
    alarm(ALARM_S);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const mcpauth_curl_options curl = {
        .size = sizeof curl, .ca_file = getenv("TALK_CA")};
    mcpauth_status st = mcpauth_http_curl_new(&curl, &http, err);
    if (!st)
        st = login_init(&own, http, argv, err);
    const mcpauth_client_options options = {
        .size = sizeof options,
        .provider = own.provider,
        .http = http,
        .server = argc > 1 ? argv[1] : "",
        .name = "talk",
        .protocol_version = word(argc, argv, 2),
        .notified = notified,
        .capabilities = word(argc, argv, 3),
        .serve = word(argc, argv, 3) ? serve : NULL,
        .dropped = dropped,
    };
    if (!st)
        st = mcpauth_client_new(&options, &client, err);
    if (!st)
        obey_all(client, err);
    else
        fprintf(stderr, "talk: %s\n", mcpauth_error_message(err));
    end_calls();
    if (client)
        mcpauth_client_close(client);
    mcpauth_client_free(client);
    login_done(&own);
    mcpauth_http_free(http);
    mcpauth_error_free(err);
    curl_global_cleanup();
    return st != MCPAUTH_OK;
}
