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
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "places.h"
#include "world.h"

/* A copy with ' made ", for free. */
static char *dup_json(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    for (char *at = copy; at && *at; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

/* --- opening and closing ------------------------------------------------- */

static void keep_log(void *ctx, int level, const char *event, const char *text)
{
    script *world = ctx;
    world_write(&world->log, "%d %s: %s\n", level, event, text);
}

/* 32 bytes whose base64url starts with CANARY and a number; else what the case
 * says. */
static mcpauth_status draw_canary(
    void *ctx, void *out, size_t len, mcpauth_error *err)
{
    (void)err;
    script *world = ctx;
    memset(out, world->row->draw, len);
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

static void choose_identity(script *world)
{
    mcpauth_config *identity = NULL;
    if (!world->row->identity)
        return;
    assert_int_equal(
        mcpauth_config_identity(world->config, &identity, NULL), MCPAUTH_OK);
    mcpauth_config_free(world->config);
    world->config = identity;
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

static void take_sent(script *world, char *text)
{
    mcpauth_token_free(world->sent);
    mcpauth_record record = {.bytes = text, .len = strlen(text)};
    assert_int_equal(
        mcpauth_token_parse(&record, &world->sent, NULL), MCPAUTH_OK);
}

void script_send_again(script *world)
{
    take_sent(world, world->record);
}

void script_set_challenge(script *world, const char *challenge)
{
    mcpauth_headers_free(world->challenge);
    world->challenge = make_headers(NULL);
    if (challenge)
        assert_int_equal(mcpauth_headers_add(world->challenge,
                             "WWW-Authenticate", challenge, NULL),
            MCPAUTH_OK);
}

static void open_challenge(script *world)
{
    const script_case *row = world->row;
    script_set_challenge(world, row->challenge);
    char *text = dup_json(row->sent);
    if (text)
        take_sent(world, text);
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
    choose_identity(world);
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
    mcpauth_attempt_free(world->attempt);
    mcpauth_error_free(world->err);
    mcpauth_config_free(world->config);
    free(world->record);
    free(world);
}

void script_store(script *world, const char *record)
{
    free(world->record);
    world->record = dup_json(record);
    if (record)
        world->version++;
}

/* --- playing ------------------------------------------------------------- */

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

static void write_said(script *world, const mcpauth_flow *flow)
{
    size_t len = 0;
    const char *text = mcpauth_flow_introspection(flow, &len);
    if (!text)
        return;
    assert_int_equal(strlen(text), len);
    world_write_step(world, "said %s", text);
}

static mcpauth_status drive(script *world, mcpauth_flow *flow)
{
    for (int steps = 0; steps < 200; steps++) {
        const mcpauth_step *step = NULL;
        mcpauth_status st = next_step(world, flow, &step);
        if (!st && step->kind != MCPAUTH_STEP_DONE)
            st = world_do(world, flow, step);
        else if (!st) {
            /* durable, or refused by the store, before it is used. */
            assert_false(world->granted && !world->row->exchanges);
            write_said(world, flow);
            world_write_step(world, "done %s",
                step->token ? mcpauth_token_access(step->token) : "nothing");
            return MCPAUTH_OK;
        }
        if (st) {
            world_write_step(world, "%s", mcpauth_status_name(st));
            return st;
        }
    }
    fail_msg("the flow does not end:\n%s", world->steps.text);
    return MCPAUTH_E_LIMIT;
}

static mcpauth_status answer_challenge(script *world, mcpauth_flow *flow)
{
    const script_case *row = world->row;
    if (!world->attempt)
        world->attempt = mcpauth_attempt_new();
    if (!world->attempt)
        return MCPAUTH_E_NOMEM;
    mcpauth_answer answer = {
        .http_status = row->challenge_status,
        .headers = world->challenge,
        .body = "",
    };
    mcpauth_status st =
        mcpauth_attempt_sent(world->attempt, world->sent, world->err);
    if (!st)
        st = mcpauth_attempt_judge(
            world->attempt, world->config, &answer, world->now_ms, world->err);
    if (st)
        return st;
    return mcpauth_flow_set_challenge(
        flow, world->attempt, &answer, world->err);
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

static mcpauth_status set_exchange(script *world, mcpauth_flow *flow)
{
    const char *subject = world->row->exchanges;
    const mcpauth_exchange exchange = {
        .size = sizeof exchange,
        .subject_token = subject,
        .subject_token_len = strlen(subject),
        .audience = "https://mcp-as.test",
        .resource = "https://mcp.test/mcp",
        .scope = "a",
    };
    return mcpauth_flow_set_exchange(flow, &exchange, world->err);
}

static mcpauth_status set_adoption(script *world, mcpauth_flow *flow)
{
    mcpauth_adoption adoption = *world->row->adopts;
    char *answer = dup_json(adoption.answer);
    char *registration = dup_json(adoption.registration);
    adoption.size = sizeof adoption;
    adoption.answer = answer;
    adoption.answer_len = strlen(answer);
    adoption.registration = registration;
    adoption.registration_len = registration ? strlen(registration) : 0;
    mcpauth_status st = mcpauth_flow_set_adoption(flow, &adoption, world->err);
    free(answer);
    free(registration);
    return st;
}

static mcpauth_status play(
    script *world, mcpauth_flow_purpose purpose, bool challenged)
{
    const script_case *row = world->row;
    mcpauth_flow *flow = NULL;
    mcpauth_error_clear(world->err);
    script_enter();
    mcpauth_status st =
        mcpauth_flow_new(world->config, purpose, &flow, world->err);
    if (!st && row->exchanges)
        st = set_exchange(world, flow);
    if (!st && row->adopts)
        st = set_adoption(world, flow);
    if (!st && challenged)
        st = answer_challenge(world, flow);
    if (!st) {
        mcpauth_flow_set_interactive(flow, row->person);
        mcpauth_flow_set_min_valid(flow, row->min_valid_ms);
        mcpauth_flow_set_keep_registration(flow, row->keep_registration);
        if (row->login_timeout_ms)
            mcpauth_flow_set_login_timeout(flow, row->login_timeout_ms);
        st = drive(world, flow);
    }
    mcpauth_flow_free(flow);
    script_leave();
    assert_false(world->locked[MCPAUTH_LOCK_REFRESH]);
    assert_false(world->locked[MCPAUTH_LOCK_LOGIN]);
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
    world_clear(&world->steps);
    world_clear(&world->log);
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
    return world->unsaved;
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
