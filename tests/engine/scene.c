/* scene.c - see scene.h. */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/http.h"
#include "base/span.h"
#include "store/store.h"

static const char redirect_uri[] = "http://127.0.0.1:4711/callback";

/* --- a person ------------------------------------------------------------ */

static mcpauth_status listen_for_redirect(void *ctx, const char *wanted,
    int port, const char **out_redirect_uri, mcpauth_error *err)
{
    scene *at = ctx;
    (void)port, (void)err;
    at->listens++;
    *out_redirect_uri = wanted ? wanted : redirect_uri;
    return MCPAUTH_OK;
}

/* The value of a parameter, still encoded, which state and scope bear. */
static void copy_parameter(
    const char *url, const char *name, char *to, size_t room)
{
    const char *found = strstr(url, name);
    ma_span rest = ma_span_of(found ? found + strlen(name) : "");
    ma_span value = ma_span_cut(&rest, '&');
    snprintf(to, room, "%.*s", (int)value.len, value.at);
}

static mcpauth_status browse(void *ctx, const char *url, const char *issuer,
    int64_t until_ms, mcpauth_redirect_fn *judge, void *judge_ctx,
    mcpauth_error *err)
{
    scene *at = ctx;
    char state[256];
    char query[512];
    (void)issuer, (void)until_ms;
    at->browses++;
    copy_parameter(url, "&scope=", at->scope, sizeof at->scope);
    copy_parameter(url, "&state=", state, sizeof state);
    if (at->options.person_says)
        return mcpauth_error_set(
            err, at->options.person_says, "the person says no");
    at->forged += judge(judge_ctx, "code=evil&state=x", err) == MCPAUTH_E_STATE;
    snprintf(query, sizeof query, "code=CANARY-c&state=%s", state);
    mcpauth_status st = judge(judge_ctx, query, err);
    at->forged += judge(judge_ctx, query, err) == MCPAUTH_E_STATE;
    return st;
}

static void close_callback(void *ctx)
{
    scene *at = ctx;
    at->closes++;
}

static void free_nothing(void *ctx)
{
    (void)ctx;
}

static mcpauth_ui *make_person(scene *at)
{
    static const mcpauth_ui_ops ops = {
        sizeof ops, listen_for_redirect, browse, close_callback, free_nothing};
    mcpauth_ui *ui = NULL;
    if (mcpauth_ui_new(&ops, at, &ui, NULL))
        abort();
    return ui;
}

/* --- a store that may fail ----------------------------------------------- */

static mcpauth_status load(void *ctx, const mcpauth_store_key *key,
    mcpauth_record *out_record, mcpauth_error *err)
{
    scene *at = ctx;
    if (at->options.store_forgets)
        return mcpauth_record_set(out_record, NULL, 0, 0, err);
    return mcpauth_store_load(at->memory, key, out_record, err);
}

static mcpauth_status save(void *ctx, const mcpauth_store_key *key,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    scene *at = ctx;
    if (at->options.store_fails)
        return mcpauth_error_set(err, MCPAUTH_E_STORE, "the disk is full");
    return mcpauth_store_save(
        at->memory, key, bytes, len, version, out_answer, out_version, err);
}

static mcpauth_status lock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    scene *at = ctx;
    return mcpauth_store_lock(at->memory, key, kind, owner, out_lock, err);
}

static void unlock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    scene *at = ctx;
    mcpauth_store_unlock(at->memory, key, kind, owner);
}

static mcpauth_status list(void *ctx,
    bool (*each)(void *each_ctx, const mcpauth_store_key *key,
        const mcpauth_record *record),
    void *each_ctx, mcpauth_error *err)
{
    scene *at = ctx;
    return mcpauth_store_list(at->memory, each, each_ctx, err);
}

static const char *describe(void *ctx)
{
    (void)ctx;
    return "a scene";
}

static mcpauth_store *make_store(scene *at)
{
    static const mcpauth_store_ops ops = {sizeof ops, load, save, lock, unlock,
        list, describe, free_nothing, NULL};
    mcpauth_store *store = NULL;
    if (mcpauth_store_memory_new(&at->memory, NULL) ||
        mcpauth_store_new(&ops, at, &store, NULL))
        abort();
    return store;
}

bool scene_has_stored(scene *at, const char *text)
{
    mcpauth_store_key key;
    MA_SCOPED(mcpauth_record) record = {0};
    if (mcpauth_config_key(at->config, &key, NULL) ||
        mcpauth_store_load(at->memory, &key, &record, NULL))
        abort();
    return record.bytes && strstr(record.bytes, text);
}

/* --- all of it ----------------------------------------------------------- */

static void keep_log(void *ctx, int level, const char *event, const char *text)
{
    scene *at = ctx;
    pthread_mutex_lock(&at->log_mutex);
    size_t len = strlen(at->log);
    snprintf(
        at->log + len, sizeof at->log - len, "%d %s: %s\n", level, event, text);
    pthread_mutex_unlock(&at->log_mutex);
}

static mcpauth_config *make_config(scene *at)
{
    mcpauth_config *config = mcpauth_config_new();
    ma_span lines = ma_span_of(at->options.settings);
    while (lines.len) {
        ma_span line = ma_span_cut(&lines, '\n');
        ma_span name = ma_span_cut(&line, '=');
        char *words[] = {
            strndup(name.at, name.len), strndup(line.at, line.len)};
        if (mcpauth_config_set(config, words[0], words[1], NULL))
            abort();
        free(words[0]);
        free(words[1]);
    }
    mcpauth_config_set_log(config, keep_log, at);
    return config;
}

mcpauth_provider *scene_another_provider(scene *at)
{
    const mcpauth_provider_options options = {
        .size = sizeof options,
        .config = at->config,
        .store = at->store,
        .http = at->http,
        .ui = at->ui,
    };
    mcpauth_provider *provider = NULL;
    if (mcpauth_provider_new(&options, &provider, NULL))
        abort();
    return provider;
}

void scene_open(scene *at, const scene_options *options)
{
    memset(at, 0, sizeof *at);
    at->options = *options;
    pthread_mutex_init(&at->log_mutex, NULL);
    at->config = make_config(at);
    at->store = make_store(at);
    at->net = fakehttp_new(options->rows, options->row_count);
    at->http = fakehttp_driver(at->net);
    at->ui = options->person ? make_person(at) : NULL;
    at->provider = scene_another_provider(at);
}

void scene_close(scene *at)
{
    mcpauth_provider_free(at->provider);
    mcpauth_ui_free(at->ui);
    mcpauth_http_free(at->http);
    mcpauth_store_free(at->store);
    mcpauth_store_free(at->memory);
    mcpauth_config_free(at->config);
    pthread_mutex_destroy(&at->log_mutex);
}

mcpauth_status scene_call(scene *at, mcpauth_caller *caller, mcpauth_error *err)
{
    for (;;) {
        bool again = false;
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        mcpauth_http_request request = {
            .method = "POST",
            .url = "https://mcp.test/mcp",
            .headers = headers,
            .body_max = 64 * 1024,
        };
        mcpauth_status st =
            mcpauth_caller_authorize(caller, &request, headers, err);
        if (st)
            return st;
        MA_SCOPED(ma_http_answer) got = {0};
        st = ma_http_fetch(at->http, &request, &got, err);
        if (st)
            return st;
        const mcpauth_answer answer = {
            got.status, got.headers, ma_buf_text(&got.body), got.body.len};
        st = mcpauth_caller_answered(caller, &answer, &again, err);
        if (st || !again)
            return st;
    }
}

/* --- threads ------------------------------------------------------------- */

void gate_init(gate *at)
{
    sem_init(&at->arrived, 0, 0);
    sem_init(&at->door, 0, 0);
}

void gate_done(gate *at)
{
    sem_destroy(&at->arrived);
    sem_destroy(&at->door);
}

void gate_pass(void *ctx)
{
    gate *at = ctx;
    sem_post(&at->arrived);
    sem_wait(&at->door);
    sem_post(&at->door);
}

void gate_wait_for(gate *at, int count)
{
    for (int i = 0; i < count; i++)
        sem_wait(&at->arrived);
}

void gate_open(gate *at)
{
    sem_post(&at->door);
}
