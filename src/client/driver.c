/* driver.c - carries out the steps of a flow, blocking. */
#include "client/driver.h"

#include <mcpauth/version.h>
#include <time.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ui.h"
#include "client/source.h"
#include "client/vouching.h"
#include "mcp/session.h"
#include "oauth/config.h"
#include "oauth/request.h"
#include "oauth/token.h"

typedef struct {
    const mcpauth_provider_options *options;
    mcpauth_flow *flow;
    mcpauth_error *why; /* what a step failed with */
    bool listening;     /* the user interface is to be closed */
} driver;

/* --- one function a step ---------------------------------------------------
 */

static mcpauth_status do_load(
    const driver *d, const mcpauth_step *step, mcpauth_error *err)
{
    mcpauth_record record = {0};
    mcpauth_status st =
        mcpauth_store_load(d->options->store, &step->key, &record, d->why);
    if (st && st != MCPAUTH_E_USAGE)
        ma_config_log(d->options->config, 0, "store", "%s",
            mcpauth_error_message(d->why));
    st = mcpauth_flow_loaded(d->flow, st, &record, d->why, err);
    mcpauth_record_done(&record);
    return st;
}

static mcpauth_status do_lock(
    const driver *d, const mcpauth_step *step, mcpauth_error *err)
{
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    mcpauth_status st = mcpauth_store_lock(
        d->options->store, &step->key, step->lock, d->flow, &lock, d->why);
    if (st) {
        ma_config_log(d->options->config, 0, "store", "%s",
            mcpauth_error_message(d->why));
        lock = (mcpauth_lock){.answer = MCPAUTH_LOCK_FAILED};
    }
    return mcpauth_flow_locked(d->flow, &lock, err);
}

static mcpauth_status do_unlock(
    const driver *d, const mcpauth_step *step, mcpauth_error *err)
{
    mcpauth_store_unlock(d->options->store, &step->key, step->lock, d->flow);
    return mcpauth_flow_unlocked(d->flow, err);
}

static mcpauth_status do_fetch(
    const driver *d, const mcpauth_step *step, mcpauth_error *err)
{
    MA_SCOPED(ma_http_answer) got = {0};
    mcpauth_status st =
        ma_http_fetch(d->options->http, step->request, &got, d->why);
    mcpauth_answer answer = {
        .http_status = got.status,
        .headers = got.headers,
        .body = ma_buf_text(&got.body),
        .body_len = got.body.len,
    };
    return mcpauth_flow_fetched(d->flow, st, &answer, d->why, err);
}

static mcpauth_status do_listen(
    const driver *d, const mcpauth_step *step, mcpauth_error *err)
{
    const char *redirect_uri = NULL;
    mcpauth_status st = ma_ui_listen(d->options->ui, step->redirect_uri,
        step->callback_port, &redirect_uri, d->why);
    return mcpauth_flow_listening(d->flow, st, redirect_uri, d->why, err);
}

/* Remembers what the engine said, apart from what the interface returns. */
typedef struct {
    mcpauth_flow *flow;
    bool decided;
} redirect_judge;

static mcpauth_status judge_redirect(
    void *ctx, const char *query, mcpauth_error *err)
{
    redirect_judge *judge = ctx;
    mcpauth_status st = mcpauth_flow_redirected(judge->flow, query, err);
    if (st != MCPAUTH_E_STATE)
        judge->decided = true;
    return st;
}

static mcpauth_status do_browse(
    const driver *d, const mcpauth_step *step, mcpauth_error *err)
{
    redirect_judge judge = {d->flow, false};
    mcpauth_status st =
        ma_ui_browse(d->options->ui, step, judge_redirect, &judge, d->why);
    if (judge.decided)
        return MCPAUTH_OK;
    if (!st)
        st = ma_error_set(d->why, MCPAUTH_E_STATE,
            "the user interface ended without an answer");
    return mcpauth_flow_redirect_failed(d->flow, st, d->why, err);
}

static mcpauth_status do_wait(
    const driver *d, const mcpauth_step *step, mcpauth_error *err)
{
    int64_t left_ms = step->until_ms - ma_clock_now_ms();
    if (left_ms > 0) {
        struct timespec pause = {
            .tv_sec = left_ms / 1000,
            .tv_nsec = (long)(left_ms % 1000) * 1000000,
        };
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    }
    return mcpauth_flow_waited(d->flow, err);
}

static mcpauth_status do_save(
    const driver *d, const mcpauth_step *step, mcpauth_error *err)
{
    mcpauth_save_answer answer = MCPAUTH_SAVED;
    int64_t version = step->version;
    mcpauth_status st =
        mcpauth_store_save(d->options->store, &step->key, step->record,
            step->record_len, step->version, &answer, &version, d->why);
    return mcpauth_flow_saved(d->flow, st, answer, version, d->why, err);
}

static mcpauth_status bring(
    const driver *d, const mcpauth_step *step, ma_buf *to)
{
    if (!step->assertion)
        return ma_vouching_bring(d->options, step, to, d->why);
    const ma_source source = {
        .text = step->assertion,
        .header =
            ma_config_text(d->options->config, MA_CONFIG_ASSERTION_HEADER),
        .timeout_ms = step->until_ms - ma_clock_now_ms(),
    };
    return ma_source_read(&source, d->options->http, to, d->why);
}

static mcpauth_status do_assert(
    const driver *d, const mcpauth_step *step, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_SOURCE_MAX);
    mcpauth_status st = bring(d, step, &text);
    return mcpauth_flow_asserted(
        d->flow, st, ma_buf_text(&text), text.len, d->why, err);
}

static mcpauth_status (*const doers[])(
    const driver *d, const mcpauth_step *step, mcpauth_error *err) = {
    [MCPAUTH_STEP_LOAD] = do_load,
    [MCPAUTH_STEP_LOCK] = do_lock,
    [MCPAUTH_STEP_UNLOCK] = do_unlock,
    [MCPAUTH_STEP_FETCH] = do_fetch,
    [MCPAUTH_STEP_LISTEN] = do_listen,
    [MCPAUTH_STEP_BROWSE] = do_browse,
    [MCPAUTH_STEP_WAIT] = do_wait,
    [MCPAUTH_STEP_SAVE] = do_save,
    [MCPAUTH_STEP_ASSERT] = do_assert,
};

/* --- the loop ----------------------------------------------------------------
 */

static mcpauth_status run(
    driver *d, mcpauth_token **out_token, mcpauth_error *err)
{
    for (;;) {
        const mcpauth_step *step = NULL;
        mcpauth_status st =
            mcpauth_flow_next(d->flow, ma_clock_now_ms(), &step, err);
        if (st)
            return st;
        if (step->kind == MCPAUTH_STEP_DONE) {
            *out_token = NULL;
            return step->token ? ma_token_dup(step->token, out_token, err)
                               : MCPAUTH_OK;
        }
        ma_config_log(d->options->config, 2, "step", "%s", step->state);
        if (step->kind == MCPAUTH_STEP_LISTEN)
            d->listening = true;
        st = doers[step->kind](d, step, err);
        if (st)
            return st;
    }
}

mcpauth_status ma_driver_run(const mcpauth_provider_options *options,
    mcpauth_flow *flow, mcpauth_token **out_token, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    if (!why)
        return ma_error_nomem(err);
    driver d = {.options = options, .flow = flow, .why = why};
    mcpauth_flow_set_interactive(flow, options->ui);
    if (options->login_timeout_ms)
        mcpauth_flow_set_login_timeout(flow, options->login_timeout_ms);
    mcpauth_status st = run(&d, out_token, err);
    if (d.listening)
        ma_ui_close(options->ui);
    return st;
}

/* --- the probe ----------------------------------------------------------- */

enum { PROBE_TIMEOUT_MS = 30000, PROBE_CONNECT_TIMEOUT_MS = 10000 };

mcpauth_status ma_driver_probe(const mcpauth_provider_options *options,
    ma_http_answer *out_answer, mcpauth_error *err)
{
    const char *server = ma_config_text(options->config, MA_CONFIG_SERVER);
    const ma_session_options asked = {.server = server,
        .client_name = "mcpauth",
        .client_version = MCPAUTH_VERSION};
    MA_AUTO(ma_session) session = NULL;
    mcpauth_status st = ma_session_new(&asked, &session, err);
    MA_AUTO(ma_exchange) exchange = NULL;
    if (!st)
        st = ma_session_open_next(session, &exchange, err);
    if (st)
        return st;
    ma_span body = ma_exchange_body(exchange);
    mcpauth_http_request request = {
        .method = ma_exchange_http_method(exchange),
        .url = server,
        .headers = ma_exchange_headers(exchange),
        .body = body.at,
        .body_len = body.len,
        .body_max = MA_REQUEST_ANSWER_MAX,
        .connect_timeout_ms = PROBE_CONNECT_TIMEOUT_MS,
        .timeout_ms = PROBE_TIMEOUT_MS,
    };
    return ma_http_fetch(options->http, &request, out_answer, err);
}
