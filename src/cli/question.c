/* question.c - one function for each way to answer. */
#include "cli/question.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"
#include "cli/sheet.h"
#include "cli/webvisit.h"

enum { CONTENT_MAX = 4 * 1024 * 1024 };

typedef enum { NOBODY, PERSON, ACCEPT, DECLINE, CANCEL } answerer;

struct ma_question {
    ma_question_options options;
    answerer answerer;
    char *server; /* fit to be shown */
    mcpauth_cancel *stop;
    pthread_mutex_t mutex; /* guards what follows */
    bool *used;            /* of each --answer */
    mcpauth_error *why;    /* what the first failure was */
};

/* --- who answers --------------------------------------------------------- */

static bool is_there(const ma_question *question)
{
    return question->options.prompt.fd >= 0;
}

static mcpauth_status choose_answerer(ma_question *question, mcpauth_error *err)
{
    static const struct {
        const char *word;
        answerer answerer;
    } rows[] = {{"accept", ACCEPT}, {"decline", DECLINE}, {"cancel", CANCEL}};
    const ma_options *options = question->options.options;
    const char *word = ma_options_text(options, MA_OPTION_ELICIT);
    bool given = ma_options_has(options, MA_OPTION_ANSWER);
    question->answerer = is_there(question) ? PERSON : given ? ACCEPT : NOBODY;
    if (!word)
        return MCPAUTH_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(word, rows[i].word) != 0)
            continue;
        question->answerer = rows[i].answerer;
        return MCPAUTH_OK;
    }
    return ma_error_set(
        err, MCPAUTH_E_USAGE, "--elicit must be accept, decline or cancel");
}

const char *ma_question_capabilities(const ma_question *question)
{
    bool form_only = question->answerer == ACCEPT && !is_there(question);
    if (question->answerer == NOBODY)
        return NULL;
    return form_only ? "{\"elicitation\":{\"form\":{}}}"
                     : "{\"elicitation\":{\"form\":{},\"url\":{}}}";
}

/* --- what was given ------------------------------------------------------ */

static ma_span split(const char *given, ma_span *out_value)
{
    *out_value = ma_span_of(given);
    return ma_span_cut(out_value, '=');
}

static mcpauth_status check_given(const ma_options *options, mcpauth_error *err)
{
    for (size_t i = 0; i < ma_options_count(options, MA_OPTION_ANSWER); i++) {
        const char *given = ma_options_at(options, MA_OPTION_ANSWER, i);
        ma_span value;
        if (split(given, &value).len > 0 && value.at)
            continue;
        MA_AUTO(ma_text) shown = ma_quote(ma_span_of(given));
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "--answer %s: a field and its value are wanted, as in --answer "
            "name=Ada",
            shown ? shown : "");
    }
    return MCPAUTH_OK;
}

static bool is_named(const ma_elicitfield *field, ma_span name)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(field->name.len);
    ma_value_write_text(&text, field->name);
    return ma_span_eq(ma_buf_span(&text), name);
}

/* The value given last, or an absent one. */
static ma_span find_given(ma_question *question, const ma_elicitfield *field)
{
    const ma_options *options = question->options.options;
    ma_span found = {NULL, 0};
    for (size_t i = 0; i < ma_options_count(options, MA_OPTION_ANSWER); i++) {
        ma_span value;
        const char *given = ma_options_at(options, MA_OPTION_ANSWER, i);
        if (!is_named(field, split(given, &value)))
            continue;
        question->used[i] = true;
        found = value;
    }
    return found;
}

/* Appends an object of the form's fields that were given. */
static mcpauth_status write_given(ma_question *question,
    const ma_elicit *elicit, ma_buf *to, mcpauth_error *err)
{
    ma_elicitfield field;
    const char *before = "";
    ma_value_walk walk = ma_elicit_fields(elicit);
    ma_buf_add_byte(to, '{');
    while (ma_elicit_next_field(elicit, &walk, &field)) {
        ma_span typed = find_given(question, &field);
        if (!typed.at)
            continue;
        ma_buf_add_text(to, before);
        ma_buf_add_span(to, field.name);
        ma_buf_add_byte(to, ':');
        mcpauth_status st = ma_elicitfield_write_typed(&field, typed, to, err);
        if (st)
            return ma_error_in(err, st, "--answer");
        before = ",";
    }
    ma_buf_add_byte(to, '}');
    return ma_buf_status(to, "what was answered", err);
}

/* --- answering ----------------------------------------------------------- */

static void write_missing(const ma_elicit *elicit, ma_span content, ma_buf *to)
{
    ma_elicitfield field;
    ma_value_walk walk = ma_elicit_fields(elicit);
    while (ma_elicit_next_field(elicit, &walk, &field)) {
        MA_SCOPED(ma_buf) name = ma_buf_init(field.name.len);
        if (!field.required || ma_value_find(content, field.name).at)
            continue;
        ma_value_write_text(&name, field.name);
        ma_buf_add_text(to, " --answer ");
        ma_quote_write(to, ma_buf_span(&name), MA_QUOTE_MAX);
        ma_buf_add_text(to, "=...");
    }
}

static mcpauth_status accept_form(
    const ma_elicit *elicit, ma_span given, ma_buf *content, mcpauth_error *err)
{
    ma_elicit_write_defaults(elicit, given, content);
    mcpauth_status st = ma_buf_status(content, "what was answered", err);
    if (!st)
        st = ma_elicit_check(elicit, ma_buf_span(content), err);
    if (st != MCPAUTH_E_USAGE)
        return st;
    MA_SCOPED(ma_buf) missing = ma_buf_init(CONTENT_MAX);
    write_missing(elicit, ma_buf_span(content), &missing);
    if (missing.len)
        ma_error_hint(err, "give%s", ma_buf_text(&missing));
    return ma_error_in(err, st, "the MCP server's form");
}

static mcpauth_status answer_form(ma_question *question,
    const ma_elicit *elicit, ma_elicit_action *out_action, ma_buf *content,
    mcpauth_error *err)
{
    MA_SCOPED(ma_buf) given = ma_buf_init(CONTENT_MAX);
    mcpauth_status st = write_given(question, elicit, &given, err);
    if (st)
        return st;
    if (question->answerer == ACCEPT) {
        *out_action = MA_ELICIT_ACCEPT;
        return accept_form(elicit, ma_buf_span(&given), content, err);
    }
    const ma_sheet form = {.server = question->server,
        .elicit = elicit,
        .given = ma_buf_span(&given),
        .stop_fd = mcpauth_cancel_fd(question->stop)};
    return ma_sheet_fill(
        &form, &question->options.prompt, out_action, content, err);
}

/* Consent is always the person's own (T-143). */
static ma_elicit_action answer_url(
    const ma_question *question, const ma_elicit *elicit)
{
    const ma_question_options *options = &question->options;
    const ma_webvisit visit = {.server = question->server,
        .elicit = elicit,
        .net = options->net,
        .open_browser = !ma_options_has(options->options, MA_OPTION_NO_BROWSER),
        .stop_fd = mcpauth_cancel_fd(question->stop)};
    return ma_webvisit_offer(&visit, &options->prompt);
}

static mcpauth_status answer(ma_question *question, const ma_elicit *elicit,
    ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) content = ma_buf_init(CONTENT_MAX);
    ma_elicit_action action = MA_ELICIT_CANCEL;
    mcpauth_status st = MCPAUTH_OK;
    if (question->answerer == DECLINE)
        action = MA_ELICIT_DECLINE;
    else if (question->answerer == CANCEL)
        action = MA_ELICIT_CANCEL;
    else if (elicit->mode == MA_ELICIT_URL)
        action = answer_url(question, elicit);
    else
        st = answer_form(question, elicit, &action, &content, err);
    if (st)
        return st;
    ma_elicit_write_result(elicit, action, ma_buf_span(&content), to);
    return ma_buf_status(to, "the answer", err);
}

static bool may_be_asked(const ma_question *question, const ma_elicit *elicit)
{
    bool url = elicit->mode == MA_ELICIT_URL;
    return question->answerer != NOBODY &&
           !(url && question->answerer == ACCEPT && !is_there(question));
}

static mcpauth_status answer_locked(
    ma_question *question, ma_span params, ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    MA_SCOPED(ma_elicit) elicit = {0};
    size_t len = to->len;
    mcpauth_status st = ma_elicit_read(params, &elicit, why);
    if (st == MCPAUTH_E_UNSUPPORTED ||
        (!st && !may_be_asked(question, &elicit)))
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "nobody here answers questions of this kind");
    /* Who refuses whatever is asked need not understand it. */
    if (question->answerer == DECLINE || question->answerer == CANCEL)
        st = MCPAUTH_OK;
    bool stopped = mcpauth_cancel_asked(question->stop);
    if (!st && !stopped)
        st = answer(question, &elicit, to, why);
    if (!st && !stopped)
        return MCPAUTH_OK;
    if (st && !mcpauth_error_status(question->why))
        ma_error_copy(question->why, why);
    ma_buf_cut(to, len);
    ma_elicit_write_result(
        &elicit, MA_ELICIT_CANCEL, ma_span_make(NULL, 0), to);
    return ma_buf_status(to, "the answer", err);
}

mcpauth_status ma_question_answer(
    ma_question *question, ma_span params, ma_buf *to, mcpauth_error *err)
{
    pthread_mutex_lock(&question->mutex);
    mcpauth_status st = answer_locked(question, params, to, err);
    pthread_mutex_unlock(&question->mutex);
    return st;
}

/* --- life ---------------------------------------------------------------- */

/* A mistyped name would otherwise go unnoticed. */
static void warn_of_unused(const ma_question *question)
{
    const ma_options *options = question->options.options;
    for (size_t i = 0; i < ma_options_count(options, MA_OPTION_ANSWER); i++) {
        ma_span value;
        ma_span name =
            split(ma_options_at(options, MA_OPTION_ANSWER, i), &value);
        MA_AUTO(ma_text) shown = question->used[i] ? NULL : ma_quote(name);
        if (shown)
            fprintf(question->options.prompt.say,
                "mcpauth: warning: the server did not ask for \"%s\"\n", shown);
    }
}

mcpauth_status ma_question_end(ma_question *question, mcpauth_error *err)
{
    mcpauth_cancel_ask(question->stop);
    pthread_mutex_lock(&question->mutex);
    mcpauth_status st = mcpauth_error_status(question->why);
    if (st)
        ma_error_copy(err, question->why);
    else
        warn_of_unused(question);
    pthread_mutex_unlock(&question->mutex);
    return st;
}

void ma_question_free(ma_question *question)
{
    if (!question)
        return;
    pthread_mutex_destroy(&question->mutex);
    mcpauth_cancel_free(question->stop);
    mcpauth_error_free(question->why);
    ma_free(question->used);
    ma_free(question->server);
    ma_free(question);
}

mcpauth_status ma_question_new(const ma_question_options *options,
    ma_question **out_question, mcpauth_error *err)
{
    MA_AUTO(ma_question) question = ma_calloc(1, sizeof *question);
    if (!question)
        return ma_error_nomem(err);
    pthread_mutex_init(&question->mutex, NULL);
    question->options = *options;
    question->server = ma_url_redacted(options->server);
    question->stop = mcpauth_cancel_new();
    question->why = mcpauth_error_new();
    question->used =
        ma_calloc(ma_options_count(options->options, MA_OPTION_ANSWER) + 1,
            sizeof *question->used);
    if (!question->server || !question->stop || !question->why ||
        !question->used)
        return ma_error_nomem(err);
    mcpauth_status st = check_given(options->options, err);
    if (!st)
        st = choose_answerer(question, err);
    if (st)
        return st;
    *out_question = ma_move(&question);
    return MCPAUTH_OK;
}
