/* script.c - a second driver of the engine: no network, no disk, no clock.
 *
 * While a flow plays nothing here allocates through the library, so that the
 * sweep counts the engine's memory only; what is needed is made before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <mcpauth/config.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "places.h"
#include "script.h"

#define CANARY "CANARY"

enum { STATUSES = MCPAUTH_E_RPC + 1, VALUE_MAX = 4096, SECRET_LEN = 43 };

typedef struct {
    char text[SCRIPT_TEXT_MAX];
    size_t len;
} page;

struct script {
    const script_case *row;
    mcpauth_config *config;
    mcpauth_error *err;
    mcpauth_error *why[STATUSES];
    mcpauth_token *sent;
    mcpauth_headers *challenge;
    mcpauth_headers *headers[SCRIPT_ANSWERS_MAX];
    char *bodies[SCRIPT_ANSWERS_MAX];
    bool used[SCRIPT_ANSWERS_MAX];

    char *record;
    int saved; /* times the engine has written */
    int64_t version;
    bool locked;
    bool no_lock; /* the store cannot lock */
    bool granted; /* a token came that is not saved yet */
    bool meanwhile_done;
    size_t loads, locks, saves, binds, redirects;

    int64_t now_ms;
    int drawn; /* random texts */
    bool bound;
    char state[VALUE_MAX];
    char code_challenge[VALUE_MAX];

    page steps;
    page log;
    char message[SCRIPT_TEXT_MAX];
};

/* --- texts --------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void write_page(
    page *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len =
        vsnprintf(to->text + to->len, sizeof to->text - to->len, format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < sizeof to->text - to->len);
    to->len += (size_t)len;
}

static void clear_page(page *at)
{
    at->len = 0;
    at->text[0] = '\0';
}

/* A copy with ' made ", for free. */
static char *dup_json(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    for (char *at = copy; at && *at; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

/* The letter of a script such as "fs" for this turn; the last one stays, and
 * without a script it is the default. */
static char take_turn(const char *letters, size_t *turn, char fallback)
{
    if (!letters)
        return fallback;
    size_t last = strlen(letters) - 1;
    size_t now = *turn < last ? *turn : last;
    (*turn)++;
    return letters[now];
}

static unsigned char hex_digit(char digit)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = memchr(digits, digit, sizeof digits - 1);
    assert_non_null(at);
    return (unsigned char)(at - digits);
}

/* The value of form-encoded text up to an '&'. */
static void decode_form(const char *from, size_t len, char *out)
{
    size_t end = 0;
    for (size_t i = 0; i < len; i++) {
        assert_true(end + 1 < VALUE_MAX);
        char byte = from[i] == '+' ? ' ' : from[i];
        if (from[i] == '%') {
            byte = (char)(hex_digit(from[i + 1]) << 4 | hex_digit(from[i + 2]));
            i += 2;
        }
        out[end++] = byte;
    }
    out[end] = '\0';
}

typedef struct {
    char name[VALUE_MAX];
    char value[VALUE_MAX];
} pair;

/* Takes one name=value from *rest; false at the end. */
static bool next_pair(const char **rest, pair *out)
{
    if (!**rest)
        return false;
    const char *end = strchrnul(*rest, '&');
    const char *equals = memchr(*rest, '=', (size_t)(end - *rest));
    assert_non_null(equals);
    decode_form(*rest, (size_t)(equals - *rest), out->name);
    decode_form(equals + 1, (size_t)(end - equals - 1), out->value);
    *rest = *end ? end + 1 : end;
    return true;
}

/* --- opening and closing ------------------------------------------------- */

static void keep_log(void *ctx, int level, const char *event, const char *text)
{
    script *world = ctx;
    write_page(&world->log, "%d %s: %s\n", level, event, text);
}

/* 32 bytes whose base64url starts with CANARY and a number; else zeros. */
static mcpauth_status draw_canary(
    void *ctx, void *out, size_t len, mcpauth_error *err)
{
    (void)err;
    script *world = ctx;
    memset(out, 0, len);
    if (len != SHA256_DIGEST_LENGTH)
        return MCPAUTH_OK;
    char text[SECRET_LEN + 2];
    unsigned char bytes[SHA256_DIGEST_LENGTH + 1];
    snprintf(text, sizeof text, CANARY "%04d%033d=", ++world->drawn, 0);
    text[SECRET_LEN - 1] = 'A';
    EVP_DecodeBlock(bytes, (const unsigned char *)text, SECRET_LEN + 1);
    memcpy(out, bytes, len);
    return MCPAUTH_OK;
}

static void set_setting(script *world, const char *line, size_t len)
{
    char *copy = strndup(line, len);
    char *value = strchr(copy, '=');
    *value++ = '\0';
    mcpauth_status st =
        mcpauth_config_set(world->config, copy, value, world->err);
    if (st)
        fail_msg("%s: %s", copy, mcpauth_error_message(world->err));
    free(copy);
}

static void open_config(script *world)
{
    world->config = mcpauth_config_new();
    mcpauth_config_set_log(world->config, keep_log, world);
    mcpauth_config_set_random(world->config, draw_canary, world);
    for (const char *at = world->row->settings; *at;) {
        const char *end = strchrnul(at, '\n');
        set_setting(world, at, (size_t)(end - at));
        at = *end ? end + 1 : end;
    }
}

static mcpauth_headers *make_headers(const char *line)
{
    mcpauth_headers *headers = mcpauth_headers_new();
    assert_non_null(headers);
    if (!line)
        return headers;
    const char *colon = strstr(line, ": ");
    char *name = strndup(line, (size_t)(colon - line));
    assert_int_equal(
        mcpauth_headers_add(headers, name, colon + 2, NULL), MCPAUTH_OK);
    free(name);
    return headers;
}

static void open_answers(script *world)
{
    const script_case *row = world->row;
    for (size_t i = 0; i < SCRIPT_ANSWERS_MAX && row->answers[i].request; i++) {
        world->headers[i] = make_headers(row->answers[i].header);
        world->bodies[i] = dup_json(row->answers[i].body);
    }
    for (int i = 1; i < STATUSES; i++) {
        world->why[i] = mcpauth_error_new();
        assert_int_equal(
            mcpauth_error_set(world->why[i], (mcpauth_status)i, "as scripted"),
            i);
    }
}

static void open_challenge(script *world)
{
    const script_case *row = world->row;
    world->challenge = make_headers(NULL);
    if (row->challenge)
        assert_int_equal(mcpauth_headers_add(world->challenge,
                             "WWW-Authenticate", row->challenge, NULL),
            MCPAUTH_OK);
    if (!row->sent)
        return;
    char *text = dup_json(row->sent);
    mcpauth_record record = {.bytes = text, .len = strlen(text)};
    assert_int_equal(
        mcpauth_token_parse(&record, &world->sent, NULL), MCPAUTH_OK);
    free(text);
}

script *script_open(const script_case *row)
{
    script *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->row = row;
    world->now_ms = SCRIPT_NOW;
    world->err = mcpauth_error_new();
    open_config(world);
    open_answers(world);
    open_challenge(world);
    script_store(world, row->stored);
    return world;
}

void script_close(script *world)
{
    for (size_t i = 0; i < SCRIPT_ANSWERS_MAX; i++) {
        mcpauth_headers_free(world->headers[i]);
        free(world->bodies[i]);
    }
    for (int i = 1; i < STATUSES; i++)
        mcpauth_error_free(world->why[i]);
    mcpauth_headers_free(world->challenge);
    mcpauth_token_free(world->sent);
    mcpauth_error_free(world->err);
    mcpauth_config_free(world->config);
    free(world->record);
    free(world);
}

/* --- the store ----------------------------------------------------------- */

void script_store(script *world, const char *record)
{
    free(world->record);
    world->record = dup_json(record);
    if (record)
        world->version++;
}

/* Every line of the steps passes here. */
__attribute__((format(printf, 2, 3))) static void write_step(
    script *world, const char *format, ...)
{
    char line[SCRIPT_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    const script_case *row = world->row;
    if (row->meanwhile_at && !world->meanwhile_done &&
        !strcmp(row->meanwhile_at, line)) {
        world->meanwhile_done = true;
        script_store(world, row->meanwhile);
    }
    write_page(&world->steps, "%s\n", line);
}

static mcpauth_status do_load(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    assert_non_null(step->key.server);
    assert_non_null(step->key.account);
    if (take_turn(world->row->loads, &world->loads, 's') == 'f') {
        write_step(world, "load failed");
        return mcpauth_flow_loaded(flow, MCPAUTH_E_STORE, NULL, world->err);
    }
    write_step(world, "load");
    mcpauth_record record = {
        .bytes = world->record,
        .len = world->record ? strlen(world->record) : 0,
        .version = world->record ? world->version : 0,
    };
    return mcpauth_flow_loaded(flow, MCPAUTH_OK, &record, world->err);
}

static mcpauth_status do_lock(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    assert_non_null(step->key.server);
    assert_false(world->locked);
    char turn = take_turn(world->row->locks, &world->locks, 'l');
    if (turn == 'h') {
        write_step(world, "lock held");
        return mcpauth_flow_locked(flow, MCPAUTH_LOCK_HELD, world->err);
    }
    world->no_lock = turn == 'u';
    world->locked = !world->no_lock;
    write_step(world, world->locked ? "lock" : "lock unavailable");
    return mcpauth_flow_locked(flow,
        world->locked ? MCPAUTH_LOCKED : MCPAUTH_LOCK_UNAVAILABLE, world->err);
}

static mcpauth_status do_unlock(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    (void)step;
    assert_true(world->locked);
    world->locked = false;
    write_step(world, "unlock");
    return mcpauth_flow_unlocked(flow, world->err);
}

static void replace_record(script *world, const mcpauth_step *step)
{
    free(world->record);
    world->record = step->record ? strdup(step->record) : NULL;
    world->version++;
    world->saved++;
    assert_int_equal(step->record ? strlen(step->record) : 0, step->record_len);
}

static mcpauth_status do_save(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    assert_true(world->locked || world->no_lock);
    const char *line = step->record ? "save" : "remove";
    world->granted = false;
    if (take_turn(world->row->saves, &world->saves, 's') == 'f') {
        write_step(world, "%s failed", line);
        return mcpauth_flow_saved(flow, MCPAUTH_E_STORE, MCPAUTH_SAVED, 0,
            world->why[MCPAUTH_E_STORE], world->err);
    }
    const script_case *row = world->row;
    if (row->meanwhile_at && !strcmp(row->meanwhile_at, line) &&
        !world->meanwhile_done) {
        world->meanwhile_done = true;
        script_store(world, row->meanwhile);
    }
    if (step->version != (world->record ? world->version : 0)) {
        write_step(world, "%s conflict", line);
        return mcpauth_flow_saved(
            flow, MCPAUTH_OK, MCPAUTH_SAVE_CONFLICT, 0, NULL, world->err);
    }
    replace_record(world, step);
    write_step(world, "%s", line);
    return mcpauth_flow_saved(
        flow, MCPAUTH_OK, MCPAUTH_SAVED, world->version, NULL, world->err);
}

/* --- HTTP ---------------------------------------------------------------- */

/* The position of the row for this request, or -1. */
static int find_answer(script *world, const char *method, const char *url)
{
    const script_answer *answers = world->row->answers;
    int found = -1;
    for (int i = 0; i < SCRIPT_ANSWERS_MAX && answers[i].request; i++) {
        size_t len = strlen(method);
        if (strncmp(answers[i].request, method, len) != 0 ||
            strcmp(answers[i].request + len + 1, url) != 0)
            continue;
        found = i;
        if (!world->used[i])
            break;
    }
    if (found >= 0)
        world->used[found] = true;
    return found;
}

/* What holds for whatever the engine asks for (A-034, A-234, S-007, S-011). */
static void check_request(const mcpauth_http_request *request)
{
    bool get = !strcmp(request->method, "GET");
    const char *accept = mcpauth_headers_get(request->headers, "Accept");
    assert_string_equal(accept, "application/json");
    assert_null(strstr(request->url, CANARY));
    assert_int_equal(request->redirects, get ? 3 : 0);
    assert_int_equal(request->body_max, 1024 * 1024);
    assert_int_equal(request->connect_timeout_ms, 10000);
    assert_int_equal(request->timeout_ms, 30000);
    if (!get)
        return;
    assert_int_equal(mcpauth_headers_count(request->headers), 1);
    assert_null(request->body);
    assert_int_equal(request->body_len, 0);
}

/* RFC 7636 4.6, as the authorization server sees it. */
static void check_verifier(const script *world, const char *verifier)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char encoded[64];
    SHA256((const unsigned char *)verifier, strlen(verifier), digest);
    EVP_EncodeBlock((unsigned char *)encoded, digest, sizeof digest);
    for (char *at = encoded; *at; at++)
        *at = (char)(*at == '+' ? '-' : *at == '/' ? '_' : *at);
    encoded[SECRET_LEN] = '\0';
    assert_string_equal(encoded, world->code_challenge);
}

static void describe_proof(page *to, const mcpauth_http_request *request)
{
    const char *proof = mcpauth_headers_get(request->headers, "Authorization");
    if (!proof)
        return;
    if (strncmp(proof, "Basic ", 6) != 0) {
        write_page(to, " [%s]", proof);
        return;
    }
    unsigned char decoded[VALUE_MAX] = {0};
    assert_true(EVP_DecodeBlock(decoded, (const unsigned char *)proof + 6,
                    (int)strlen(proof + 6)) > 0);
    write_page(to, " [Basic %s]", (const char *)decoded);
}

static void describe_form(script *world, page *to, const char *body)
{
    pair one;
    while (next_pair(&body, &one)) {
        if (!strcmp(one.name, "code_verifier")) {
            check_verifier(world, one.value);
            write_page(to, " code_verifier=*");
        } else {
            write_page(to, " %s=%s", one.name, one.value);
        }
    }
}

/* The text member of that name, found as text: ' name=value'. */
static void describe_member(page *to, const char *body, const char *name)
{
    char mark[64];
    snprintf(mark, sizeof mark, "\"%s\":", name);
    const char *at = strstr(body, mark);
    if (!at)
        return;
    at = strchr(at + strlen(mark), '"') + 1;
    write_page(to, " %s=%.*s", name, (int)strcspn(at, "\""), at);
}

static void describe_registration(page *to, const char *body)
{
    describe_member(to, body, "redirect_uris");
    describe_member(to, body, "token_endpoint_auth_method");
    describe_member(to, body, "scope");
}

static void describe_request(
    script *world, page *to, const mcpauth_http_request *request)
{
    write_page(to, "%s %s", request->method, request->url);
    describe_proof(to, request);
    const char *type = mcpauth_headers_get(request->headers, "Content-Type");
    if (!request->body)
        return;
    assert_int_equal(strlen(request->body), request->body_len);
    if (!strcmp(type, "application/json"))
        describe_registration(to, request->body);
    else if (!strcmp(type, "application/x-www-form-urlencoded"))
        describe_form(world, to, request->body);
    else
        write_page(to, " (%s) %s", type, request->body);
}

static mcpauth_status do_fetch(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    const mcpauth_http_request *request = step->request;
    static page line;
    clear_page(&line);
    check_request(request);
    describe_request(world, &line, request);
    write_step(world, "%s", line.text);
    int found = find_answer(world, request->method, request->url);
    const script_answer *row = found < 0 ? NULL : &world->row->answers[found];
    if (row && row->failure)
        return mcpauth_flow_fetched(
            flow, row->failure, NULL, world->why[row->failure], world->err);
    const char *body = row ? world->bodies[found] : NULL;
    world->granted =
        body && strstr(body, "\"access_token\"") && row->http_status == 200;
    mcpauth_answer answer = {
        .http_status = row ? row->http_status : 404,
        .headers = row ? world->headers[found] : NULL,
        .body = body ? body : "",
        .body_len = body ? strlen(body) : 0,
    };
    return mcpauth_flow_fetched(flow, MCPAUTH_OK, &answer, NULL, world->err);
}

/* --- login --------------------------------------------------------------- */

static mcpauth_status do_listen(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    assert_true(world->row->person);
    char uri[64];
    int port = step->callback_port ? step->callback_port : 49152;
    snprintf(uri, sizeof uri, "http://127.0.0.1:%d/callback", port);
    if (step->redirect_uri)
        write_step(world, "listen %s", step->redirect_uri);
    else if (step->callback_port)
        write_step(world, "listen port %d", step->callback_port);
    else
        write_step(world, "listen any");
    char turn = take_turn(world->row->binds, &world->binds, 'o');
    world->bound = turn == 'o';
    mcpauth_status st = turn == 't'   ? MCPAUTH_E_STATE
                        : turn == 'c' ? MCPAUTH_E_CANCELLED
                                      : MCPAUTH_OK;
    return mcpauth_flow_listening(flow, st,
        st                   ? NULL
        : step->redirect_uri ? step->redirect_uri
                             : uri,
        world->why[st], world->err);
}

/* Reads the URL: every parameter once, what never changes checked, what is
 * random kept, the rest written down. */
static void describe_browse(script *world, page *to, const char *url)
{
    const char *query = strchr(url, '?');
    assert_non_null(query);
    write_page(to, "browse %.*s", (int)(query - url), url);
    query++;
    pair one;
    while (next_pair(&query, &one)) {
        if (!strcmp(one.name, "state")) {
            assert_string_not_equal(one.value, world->state);
            assert_int_equal(strlen(one.value), SECRET_LEN);
            snprintf(world->state, sizeof world->state, "%s", one.value);
        } else if (!strcmp(one.name, "code_challenge")) {
            assert_string_not_equal(one.value, world->code_challenge);
            snprintf(world->code_challenge, sizeof world->code_challenge, "%s",
                one.value);
        } else if (!strcmp(one.name, "response_type")) {
            assert_string_equal(one.value, "code");
        } else if (!strcmp(one.name, "code_challenge_method")) {
            assert_string_equal(one.value, "S256");
        } else if (strcmp(one.name, "nonce") != 0) {
            write_page(to, " %s=%s", one.name, one.value);
        }
    }
}

/* One redirect of the script, the right state put in; false after the last. */
static bool next_redirect(script *world, char *out, size_t len)
{
    const script_case *row = world->row;
    const size_t count = sizeof row->redirects / sizeof *row->redirects;
    if (world->redirects >= count || !row->redirects[world->redirects])
        return false;
    const char *text = row->redirects[world->redirects++];
    const char *plus = strchr(text, '+');
    if (plus)
        snprintf(out, len, "%.*s%s%s", (int)(plus - text), text, world->state,
            plus + 1);
    else
        snprintf(out, len, "%s", text);
    return true;
}

static mcpauth_status find_status(const char *name)
{
    int st = STATUSES;
    while (st && strcmp(mcpauth_status_name((mcpauth_status)st), name) != 0)
        st--;
    assert_int_not_equal(st, 0);
    return (mcpauth_status)st;
}

static mcpauth_status do_browse(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    static page line;
    clear_page(&line);
    assert_true(world->bound);
    assert_non_null(step->issuer);
    assert_non_null(step->redirect_uri);
    assert_true(step->until_ms > world->now_ms);
    describe_browse(world, &line, step->url);
    write_step(world, "%s", line.text);
    char query[VALUE_MAX];
    while (next_redirect(world, query, sizeof query)) {
        if (query[0] == '!') {
            mcpauth_status why = find_status(query + 1);
            return mcpauth_flow_redirect_failed(
                flow, why, world->why[why], world->err);
        }
        mcpauth_status st = mcpauth_flow_redirected(flow, query, world->err);
        if (st != MCPAUTH_E_STATE)
            return MCPAUTH_OK;
        write_step(world, "ignored");
    }
    return mcpauth_flow_redirect_failed(
        flow, MCPAUTH_E_CANCELLED, world->why[MCPAUTH_E_CANCELLED], world->err);
}

static mcpauth_status do_wait(
    script *world, mcpauth_flow *flow, const mcpauth_step *step)
{
    write_step(world, "wait %lld", (long long)(step->until_ms - world->now_ms));
    if (step->until_ms > world->now_ms)
        world->now_ms = step->until_ms;
    return mcpauth_flow_waited(flow, world->err);
}

/* --- playing ------------------------------------------------------------- */

static mcpauth_status (*const doers[])(
    script *world, mcpauth_flow *flow, const mcpauth_step *step) = {
    [MCPAUTH_STEP_LOAD] = do_load,
    [MCPAUTH_STEP_LOCK] = do_lock,
    [MCPAUTH_STEP_UNLOCK] = do_unlock,
    [MCPAUTH_STEP_FETCH] = do_fetch,
    [MCPAUTH_STEP_LISTEN] = do_listen,
    [MCPAUTH_STEP_BROWSE] = do_browse,
    [MCPAUTH_STEP_WAIT] = do_wait,
    [MCPAUTH_STEP_SAVE] = do_save,
};

/* A step that is asked for again before it was answered is the same. */
static mcpauth_status next_step(
    script *world, mcpauth_flow *flow, const mcpauth_step **out_step)
{
    mcpauth_status st =
        mcpauth_flow_next(flow, world->now_ms, out_step, world->err);
    if (st)
        return st;
    mcpauth_step_kind kind = (*out_step)->kind;
    assert_non_null((*out_step)->state);
    st = mcpauth_flow_next(flow, world->now_ms, out_step, world->err);
    assert_int_equal(st, MCPAUTH_OK);
    assert_int_equal((*out_step)->kind, kind);
    return st;
}

static mcpauth_status drive(script *world, mcpauth_flow *flow)
{
    for (int steps = 0; steps < 200; steps++) {
        const mcpauth_step *step = NULL;
        mcpauth_status st = next_step(world, flow, &step);
        if (!st && step->kind != MCPAUTH_STEP_DONE)
            st = doers[step->kind](world, flow, step);
        else if (!st) {
            /* durable, or refused by the store, before it is used. */
            assert_false(world->granted);
            write_step(world, "done %s",
                step->token ? mcpauth_token_access(step->token) : "nothing");
            return MCPAUTH_OK;
        }
        if (st) {
            write_step(world, "%s", mcpauth_status_name(st));
            return st;
        }
    }
    fail_msg("the flow does not end:\n%s", world->steps.text);
    return MCPAUTH_E_LIMIT;
}

static mcpauth_status answer_challenge(
    script *world, mcpauth_attempt *attempt, mcpauth_flow *flow)
{
    const script_case *row = world->row;
    mcpauth_answer answer = {
        .http_status = row->challenge_status,
        .headers = world->challenge,
        .body = "",
    };
    mcpauth_status st =
        attempt ? mcpauth_attempt_sent(attempt, world->sent, world->err)
                : MCPAUTH_E_NOMEM;
    if (!st)
        st = mcpauth_attempt_judge(
            attempt, world->config, &answer, world->now_ms, world->err);
    return st ? st
              : mcpauth_flow_set_challenge(flow, attempt, &answer, world->err);
}

static bool holds_canary(const char *text)
{
    /* Also in base64, from any of the three positions. */
    static const char *const forms[] = {
        CANARY, "Q0FOQVJZ", "DQU5BUl", "NBTkFSW"};
    for (size_t i = 0; text && i < sizeof forms / sizeof *forms; i++)
        if (strstr(text, forms[i]))
            return true;
    return false;
}

/* S-054, and the words of the failure kept for the case. */
static void check_words(script *world)
{
    const mcpauth_error *err = world->err;
    const char *hint = mcpauth_error_hint(err);
    snprintf(world->message, sizeof world->message, "%s%s%s",
        mcpauth_error_message(err), hint ? " | " : "", hint ? hint : "");
    const char *texts[] = {world->message, world->log.text,
        mcpauth_error_server_code(err), mcpauth_error_server_description(err),
        mcpauth_error_server_uri(err)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (holds_canary(texts[i]))
            fail_msg("a secret is shown: %s", texts[i]);
}

static mcpauth_status play(
    script *world, mcpauth_flow_purpose purpose, bool challenged)
{
    const script_case *row = world->row;
    mcpauth_flow *flow = NULL;
    mcpauth_attempt *attempt = NULL;
    mcpauth_error_clear(world->err);
    script_enter();
    mcpauth_status st =
        mcpauth_flow_new(world->config, purpose, &flow, world->err);
    if (!st && challenged) {
        attempt = mcpauth_attempt_new();
        st = answer_challenge(world, attempt, flow);
    }
    if (!st) {
        mcpauth_flow_set_interactive(flow, row->person);
        mcpauth_flow_set_min_valid(flow, row->min_valid_ms);
        mcpauth_flow_set_keep_registration(flow, row->keep_registration);
        st = drive(world, flow);
    }
    mcpauth_flow_free(flow);
    mcpauth_attempt_free(attempt);
    script_leave();
    assert_false(world->locked);
    check_words(world);
    return st;
}

mcpauth_status script_play(script *world)
{
    return play(world, world->row->purpose, world->row->challenge_status);
}

mcpauth_status script_play_purpose(script *world, mcpauth_flow_purpose purpose)
{
    return play(world, purpose, false);
}

/* --- looking ------------------------------------------------------------- */

const char *script_steps(const script *world)
{
    return world->steps.text;
}

void script_clear(script *world)
{
    clear_page(&world->steps);
    clear_page(&world->log);
}

const char *script_log(const script *world)
{
    return world->log.text;
}

const char *script_message(const script *world)
{
    return world->message;
}

const char *script_stored(const script *world)
{
    return world->record;
}

bool script_lost(const script *world)
{
    return world->granted;
}

int64_t script_now_ms(const script *world)
{
    return world->now_ms;
}

void script_set_now(script *world, int64_t now_ms)
{
    world->now_ms = now_ms;
}

mcpauth_config *script_config(script *world)
{
    return world->config;
}

static const json_t *find_member(const json_t *json, char *path)
{
    while (path)
        json = json_object_get(json, strsep(&path, " "));
    return json;
}

static void check_member(const json_t *record, const char *line, size_t len)
{
    char *copy = strndup(line, len);
    char *value = strchr(copy, '=');
    *value++ = '\0';
    const json_t *member = find_member(record, copy);
    char shown[VALUE_MAX] = "-";
    if (json_is_string(member))
        snprintf(shown, sizeof shown, "%s", json_string_value(member));
    else if (json_is_integer(member))
        snprintf(
            shown, sizeof shown, "%lld", (long long)json_integer_value(member));
    else if (member)
        snprintf(shown, sizeof shown, "%s",
            json_is_true(member) ? "true" : "something");
    if (strcmp(shown, value) != 0)
        fail_msg("stored: %.*s expected, and is %s", (int)len, line, shown);
    free(copy);
}

void script_assert_stored(const script *world, const char *members)
{
    if (!members) {
        assert_int_equal(world->saved, 0);
        return;
    }
    if (!strcmp(members, "none")) {
        assert_null(world->record);
        return;
    }
    assert_non_null(world->record);
    json_t *record = json_loads(world->record, 0, NULL);
    assert_non_null(record);
    for (const char *at = members; *at;) {
        const char *end = strchrnul(at, '\n');
        check_member(record, at, (size_t)(end - at));
        at = *end ? end + 1 : end;
    }
    json_decref(record);
}

/* --- cases as tests ------------------------------------------------------ */

static void check_case(void **state)
{
    script_check(*state);
}

int script_main(const char *group, const script_case *cases, size_t case_count,
    const struct CMUnitTest *others, size_t other_count)
{
    size_t count = case_count + other_count;
    struct CMUnitTest *tests = calloc(count, sizeof *tests);
    for (size_t i = 0; i < case_count; i++)
        tests[i] = (struct CMUnitTest){
            cases[i].name, check_case, NULL, NULL, (void *)&cases[i]};
    for (size_t i = 0; i < other_count; i++)
        tests[case_count + i] = others[i];
    int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    free(tests);
    return failed;
}
