/* help.c - mcpauth help. */
#include "cli/help.h"

#include <string.h>

#include "cli/context.h"

enum { COLUMNS = 80, COMMAND_WIDTH = 23, OPTION_WIDTH = 26 };

/* --- layout -------------------------------------------------------------- */

static void pad(ma_buf *to, size_t width)
{
    while (width-- > 0)
        ma_buf_add_byte(to, ' ');
}

/* A left column, then text broken between words to lines of the right one. */
static void write_row(
    ma_buf *to, const char *left, size_t width, const char *text)
{
    size_t column = 2 + strlen(left);
    ma_span rest = ma_span_of(text);
    ma_buf_addf(to, "  %s", left);
    bool first = true;
    while (rest.at) {
        ma_span word = ma_span_cut(&rest, ' ');
        if (column + 1 + word.len > COLUMNS) {
            ma_buf_add_byte(to, '\n');
            column = 0;
        }
        size_t gap = first || !column ? width : 0;
        gap = gap > column ? gap - column : 1;
        pad(to, gap);
        ma_buf_add_span(to, word);
        column += gap + word.len;
        first = false;
    }
    ma_buf_add_byte(to, '\n');
}

/* --- options ------------------------------------------------------------- */

static void write_option(ma_buf *to, const ma_option_row *row)
{
    MA_SCOPED(ma_buf) left = ma_buf_init(128);
    MA_SCOPED(ma_buf) text = ma_buf_init(512);
    if (row->letter)
        ma_buf_addf(&left, "-%c, ", row->letter);
    ma_buf_addf(&left, "--%s", row->name);
    if (row->value)
        ma_buf_addf(&left, " %s", row->value);
    ma_buf_add_text(&text, row->help);
    if (row->choices)
        ma_buf_addf(&text, ": %s", row->choices);
    write_row(to, ma_buf_text(&left), OPTION_WIDTH, ma_buf_text(&text));
}

static void write_options(ma_buf *to, const char *title, ma_option_set set)
{
    if (set)
        ma_buf_addf(to, "\n%s\n", title);
    for (int i = 0; i < MA_OPTION_COUNT; i++)
        if (set & MA_OPTION_BIT(i))
            write_option(to, ma_options_row((ma_option)i));
}

/* Options in groups, so that a command's own are not lost among those that
 * many share. */
static ma_option_set group(ma_option first, ma_option last)
{
    ma_option_set set = 0;
    for (int i = (int)first; i <= (int)last; i++)
        set |= MA_OPTION_BIT(i);
    return set;
}

void ma_help_write_command(ma_buf *to, const ma_command *command)
{
    ma_option_set server = group(MA_OPTION_URL, MA_OPTION_ALLOW_PRIVATE);
    ma_option_set network = group(MA_OPTION_CACERT, MA_OPTION_TRACE);
    ma_option_set always = group(MA_OPTION_QUIET, MA_OPTION_VERSION);
    ma_option_set own = ~(server | network | always);
    ma_buf_addf(to, "usage: mcpauth %s%s%s [options]\n\n%s\n", command->name,
        command->words ? " " : "", command->words ? command->words : "",
        command->summary);
    if (command->details)
        ma_buf_addf(to, "\n%s\n", command->details);
    write_options(to, "Options:", command->options & own);
    write_options(to, "Which server, and as whom:", command->options & server);
    write_options(to, "How it is reached:", command->options & network);
    write_options(to, "Everywhere:", command->options & always);
}

/* --- commands ------------------------------------------------------------ */

static const char before[] =
    "usage: mcpauth COMMAND [SERVER] [options]\n"
    "\n"
    "Lets any MCP client reach any OAuth-protected MCP server.\n"
    "\n"
    "Commands:\n";

static const char after[] =
    "\n"
    "SERVER is a URL, an AgentCore runtime's or gateway's ARN, a gateway's "
    "id,\n"
    "or a name from the configuration file; left out, it comes from the\n"
    "environment (MCPAUTH_SERVER or AGENTCORE_RUNTIME_ARN).\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 usage or configuration, 3 not reached,\n"
    "4 login needed or refused, 5 the tool or the MCP server answered with an\n"
    "error, 130 interrupted.\n"
    "\n"
    "`mcpauth help COMMAND` tells more; mcpauth(1) tells all.\n";

void ma_help_write(ma_buf *to)
{
    ma_buf_add_text(to, before);
    const ma_command *command = NULL;
    for (size_t i = 0; (command = ma_command_at(i)); i++)
        write_row(to, command->name, COMMAND_WIDTH, command->summary);
    ma_buf_add_text(to, after);
}

/* Every command that begins with word; nothing when none does. */
static void write_group(ma_buf *to, const char *word)
{
    const ma_command *command = NULL;
    for (size_t i = 0; (command = ma_command_at(i)); i++) {
        if (!ma_command_in_group(command, word))
            continue;
        if (to->len)
            ma_buf_add_byte(to, '\n');
        ma_help_write_command(to, command);
    }
}

static mcpauth_status write_asked(
    const ma_context *context, ma_buf *to, mcpauth_error *err)
{
    size_t count = ma_context_word_count(context);
    if (!count) {
        ma_help_write(to);
        return MCPAUTH_OK;
    }
    if (count == 1)
        write_group(to, ma_options_word(context->options, context->words_used));
    if (to->len)
        return MCPAUTH_OK;
    const ma_command *about = NULL;
    size_t used = 0;
    mcpauth_status st = ma_command_find(
        context->options, context->words_used, &about, &used, err);
    if (!st)
        ma_help_write_command(to, about);
    return st;
}

mcpauth_status ma_help_run(ma_context *context, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_HELP_MAX);
    mcpauth_status st = write_asked(context, &text, err);
    if (!st)
        st = ma_buf_status(&text, "the help", err);
    if (!st)
        ma_context_write(context, ma_buf_span(&text));
    return st;
}
