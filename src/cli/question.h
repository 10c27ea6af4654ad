/* question.h - what an MCP server asks of the person while it works on a call,
 * and who answers: the person at the terminal, or the command line. */
#ifndef MA_CLI_QUESTION_H
#define MA_CLI_QUESTION_H

#include "cli/options.h"
#include "cli/prompt.h"
#include "net/module.h"

typedef struct ma_question ma_question;

typedef struct {
    const char *server;        /* its URL */
    const ma_options *options; /* --elicit, --answer, --no-browser */
    const ma_net_module *net;  /* NULL: loaded when needed */
    ma_prompt prompt;
} ma_question_options;

/* options are copied, what they point to is borrowed.
 * E_USAGE: an --answer or --elicit that is none. */
mcpauth_status ma_question_new(const ma_question_options *options,
    ma_question **out_question, mcpauth_error *err);

/* NULL is allowed. */
void ma_question_free(ma_question *question);
MA_AUTO_DEFINE(ma_question, ma_question_free)

/* MCP's ClientCapabilities for what can be answered, lent; NULL: nothing
 * (T-013). */
const char *ma_question_capabilities(const ma_question *question);

/* Answers the params of an elicitation/create with its result.  What cannot be
 * answered is cancelled, and ma_question_end says why.
 * E_UNSUPPORTED: no such question may be asked; nothing was appended. */
mcpauth_status ma_question_answer(
    ma_question *question, ma_span params, ma_buf *to, mcpauth_error *err);

/* No answer is waited for any more: whoever is being asked is left alone.
 * Waits for ma_question_answer in other threads, and returns what one of them
 * failed with.  A field that was given and never asked for is a warning. */
mcpauth_status ma_question_end(ma_question *question, mcpauth_error *err);

#endif
