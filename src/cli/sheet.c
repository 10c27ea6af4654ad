/* sheet.c - a form of an MCP server, filled in by the person at the terminal.
 */
#include "cli/sheet.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"

enum { HINT_MAX = 4096, CONTENT_MAX = 4 * 1024 * 1024, BOUND_MAX = 40 };

static const char decline_word[] = "!decline";

typedef struct {
    const ma_sheet *form;
    const ma_prompt *prompt;
    ma_buf content; /* the object so far, without its end */
    mcpauth_error *why;
} dialogue;

typedef enum { GO_ON, START_AGAIN, DECLINE, CANCEL, FAIL } turn;

/* --- what is shown ------------------------------------------------------- */

static void write_text(ma_buf *to, ma_span string)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(CONTENT_MAX);
    ma_value_write_text(&text, string);
    ma_quote_write(to, ma_buf_span(&text), MA_QUOTE_MAX);
}

/* A value as a person would type it. */
static void write_value(ma_buf *to, ma_span value)
{
    ma_span name, item;
    const char *before = "";
    ma_value_walk walk = ma_value_walk_init(value);
    if (ma_value_is_string(value))
        write_text(to, value);
    else if (ma_span_is(value, "true") || ma_span_is(value, "false"))
        ma_buf_add_text(to, ma_span_is(value, "true") ? "yes" : "no");
    else if (!ma_value_is_array(value))
        ma_quote_write(to, value, BOUND_MAX);
    for (; ma_value_walk_next(&walk, &name, &item); before = ", ") {
        ma_buf_add_text(to, before);
        write_text(to, item);
    }
}

static void write_bound(ma_buf *to, const char *words, ma_span bound)
{
    if (!bound.at)
        return;
    ma_buf_addf(to, ", %s ", words);
    ma_quote_write(to, bound, BOUND_MAX);
}

static void write_kind(ma_buf *to, const ma_elicitfield *field)
{
    static const char *const kinds[] = {
        [MA_ELICITFIELD_TEXT] = "text",
        [MA_ELICITFIELD_NUMBER] = "number",
        [MA_ELICITFIELD_INTEGER] = "whole number",
        [MA_ELICITFIELD_BOOLEAN] = "yes or no",
        [MA_ELICITFIELD_CHOICE] = "one of these",
        [MA_ELICITFIELD_CHOICES] = "any of these, commas between",
    };
    ma_buf_add_text(to, kinds[field->kind]);
    if (field->format.at) {
        ma_buf_add_text(to, ", ");
        write_text(to, field->format);
    }
    write_bound(to, "at least", field->minimum);
    write_bound(to, "at most", field->maximum);
    if (field->kind == MA_ELICITFIELD_TEXT &&
        (field->minimum.at || field->maximum.at))
        ma_buf_add_text(to, " characters");
}

static void say_choices(const dialogue *d, const ma_elicitfield *field)
{
    ma_span value, title;
    ma_elicitfield_walk walk = ma_elicitfield_choices(field);
    for (int i = 1; ma_elicitfield_next_choice(&walk, &value, &title); i++) {
        MA_SCOPED(ma_buf) words = ma_buf_init(HINT_MAX);
        write_text(&words, title.at ? title : value);
        fprintf(d->prompt->say, "  %3d. %s\n", i, ma_buf_text(&words));
    }
}

static void say_field(const dialogue *d, const ma_elicitfield *field)
{
    MA_AUTO(ma_text) label = ma_elicitfield_label(field);
    MA_SCOPED(ma_buf) hint = ma_buf_init(HINT_MAX);
    MA_SCOPED(ma_buf) description = ma_buf_init(CONTENT_MAX);
    write_kind(&hint, field);
    if (field->initial.at) {
        ma_buf_add_text(&hint, "; empty: ");
        write_value(&hint, field->initial);
    } else if (field->required) {
        ma_buf_add_text(&hint, "; required");
    }
    fprintf(
        d->prompt->say, "\n%s (%s)\n", label ? label : "", ma_buf_text(&hint));
    if (ma_value_write_text(&description, field->description))
        ma_prompt_say_foreign(d->prompt, ma_buf_span(&description));
    say_choices(d, field);
}

static void say_begin(const dialogue *d)
{
    MA_SCOPED(ma_buf) message = ma_buf_init(CONTENT_MAX);
    ma_value_write_text(&message, d->form->elicit->message);
    fprintf(
        d->prompt->say, "\n%s asks you for something:\n\n", d->form->server);
    ma_prompt_say_foreign(d->prompt, ma_buf_span(&message));
    fprintf(d->prompt->say,
        "\nAn empty answer takes the default, or leaves the field out. "
        "%s refuses,\nCtrl-D cancels. Nothing is sent before you say so.\n",
        decline_word);
}

/* --- one field ----------------------------------------------------------- */

static void put(dialogue *d, ma_span name, ma_span value)
{
    ma_buf_add_text(&d->content, d->content.len > 1 ? "," : "");
    ma_buf_add_span(&d->content, name);
    ma_buf_add_byte(&d->content, ':');
    ma_buf_add_span(&d->content, value);
}

/* FAIL: what was typed will not do, and why tells. */
static turn take_answer(dialogue *d, const ma_elicitfield *field, ma_span typed)
{
    MA_SCOPED(ma_buf) value = ma_buf_init(CONTENT_MAX);
    if (ma_span_is(ma_span_trim(typed), decline_word))
        return DECLINE;
    if (!typed.len && field->initial.at) {
        put(d, field->name, field->initial);
        return GO_ON;
    }
    if (!typed.len && !field->required)
        return GO_ON;
    mcpauth_status st =
        typed.len
            ? ma_elicitfield_write_typed(field, typed, &value, d->why)
            : ma_error_set(d->why, MCPAUTH_E_USAGE, "an answer is required");
    if (st)
        return FAIL;
    put(d, field->name, ma_buf_span(&value));
    return GO_ON;
}

static turn ask_field(dialogue *d, const ma_elicitfield *field)
{
    say_field(d, field);
    for (;;) {
        MA_SCOPED(ma_buf) line = ma_buf_init(MA_PROMPT_LINE_MAX);
        fputs("> ", d->prompt->say);
        if (ma_prompt_read(d->prompt, d->form->stop_fd, &line) !=
            MA_PROMPT_LINE) {
            fputc('\n', d->prompt->say);
            return CANCEL;
        }
        ma_span typed = ma_buf_span(&line);
        while (ma_span_ends(typed, "\r"))
            typed.len--;
        turn next = take_answer(d, field, typed);
        if (next != FAIL)
            return next;
        fprintf(d->prompt->say, "%s\n", mcpauth_error_message(d->why));
    }
}

static turn ask_fields(dialogue *d)
{
    ma_elicitfield field;
    ma_value_walk walk = ma_elicit_fields(d->form->elicit);
    turn next = GO_ON;
    while (
        next == GO_ON && ma_elicit_next_field(d->form->elicit, &walk, &field))
        if (!ma_value_find(d->form->given, field.name).at)
            next = ask_field(d, &field);
    return next;
}

/* --- the end ------------------------------------------------------------- */

static void say_content(const dialogue *d, ma_span content)
{
    ma_elicitfield field;
    ma_value_walk walk = ma_elicit_fields(d->form->elicit);
    fprintf(d->prompt->say, "\nTo be sent to %s:\n", d->form->server);
    while (ma_elicit_next_field(d->form->elicit, &walk, &field)) {
        ma_span value = ma_value_find(content, field.name);
        MA_AUTO(ma_text) label = ma_elicitfield_label(&field);
        MA_SCOPED(ma_buf) shown = ma_buf_init(CONTENT_MAX);
        if (!value.at)
            continue;
        write_value(&shown, value);
        fprintf(d->prompt->say, "  %s: %s\n", label ? label : "",
            ma_buf_text(&shown));
    }
}

static turn review(dialogue *d)
{
    static const turn turns[] = {GO_ON, DECLINE, START_AGAIN};
    size_t index = 0;
    mcpauth_status st =
        ma_elicit_check(d->form->elicit, ma_buf_span(&d->content), d->why);
    if (st)
        return FAIL;
    say_content(d, ma_buf_span(&d->content));
    return ma_prompt_choose(d->prompt, d->form->stop_fd,
               "Send it? (yes; no to decline; again to start over)",
               "yes no again", &index) == MA_PROMPT_LINE
               ? turns[index]
               : CANCEL;
}

/* From the fields that were given on. */
static turn run(dialogue *d)
{
    ma_span name, value;
    ma_value_walk walk = ma_value_walk_init(d->form->given);
    ma_buf_clear(&d->content);
    ma_buf_add_byte(&d->content, '{');
    while (ma_value_walk_next(&walk, &name, &value))
        put(d, name, value);
    turn next = ask_fields(d);
    ma_buf_add_byte(&d->content, '}');
    if (ma_buf_status(&d->content, "what fills in the form", d->why))
        return FAIL;
    return next == GO_ON ? review(d) : next;
}

mcpauth_status ma_sheet_fill(const ma_sheet *form, const ma_prompt *prompt,
    ma_elicit_action *out_action, ma_buf *content, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    MA_SCOPED(ma_buf) so_far = ma_buf_init(CONTENT_MAX);
    dialogue d = {form, prompt, so_far, why};
    if (!why)
        return ma_error_nomem(err);
    say_begin(&d);
    turn next = START_AGAIN;
    while (next == START_AGAIN)
        next = run(&d);
    so_far = d.content;
    if (next == FAIL) {
        ma_error_copy(err, why);
        return mcpauth_error_status(why);
    }
    *out_action = next == GO_ON     ? MA_ELICIT_ACCEPT
                  : next == DECLINE ? MA_ELICIT_DECLINE
                                    : MA_ELICIT_CANCEL;
    if (next == GO_ON)
        ma_buf_add_span(content, ma_buf_span(&so_far));
    return MCPAUTH_OK;
}
