/* completion.c - mcpauth completion: scripts out of the tables. */
#include <string.h>

#include "base/error.h"
#include "cli/context.h"

enum { SCRIPT_MAX = 256 * 1024 };

/* --- bash ---------------------------------------------------------------- */

static void write_names(ma_buf *to, const ma_command *command)
{
    for (int i = 0; i < MA_OPTION_COUNT; i++)
        if (command->options & MA_OPTION_BIT(i))
            ma_buf_addf(to, " --%s", ma_options_row((ma_option)i)->name);
}

static void write_bash_values(ma_buf *to)
{
    for (int i = 0; i < MA_OPTION_COUNT; i++) {
        const ma_option_row *row = ma_options_row((ma_option)i);
        bool is_file = row->value && strcmp(row->value, "FILE") == 0;
        if (row->choices)
            ma_buf_addf(to,
                "    --%s) COMPREPLY=($(compgen%s -W '%s' -- \"$cur\"));"
                " return ;;\n",
                row->name, is_file ? " -f" : "", row->choices);
        else if (is_file)
            ma_buf_addf(to,
                "    --%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n",
                row->name);
        else if (row->value)
            ma_buf_addf(to, "    --%s) return ;;\n", row->name);
    }
}

/* Offers the command's words where they can stand. */
static void write_bash_word(ma_buf *to, const ma_command *command)
{
    ma_span second = ma_span_of(command->name);
    ma_span first = ma_span_cut(&second, ' ');
    if (second.at)
        ma_buf_addf(to, "  [[ $line == ' %.*s ' ]] && words+=' %s'\n",
            (int)first.len, first.at, second.at);
    ma_buf_addf(to, "  [[ $line == '  ' ]] && words+=' %.*s'\n", (int)first.len,
        first.at);
}

static void write_bash(ma_buf *to)
{
    const ma_command *command = NULL;
    ma_buf_add_text(to, "_mcpauth() {\n"
                        "  local cur=${COMP_WORDS[COMP_CWORD]}\n"
                        "  local prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                        "  local line=\" ${COMP_WORDS[*]:1:$((COMP_CWORD-1))}"
                        " \"\n"
                        "  local words options\n"
                        "  case $prev in\n");
    write_bash_values(to);
    ma_buf_add_text(to, "  esac\n  case $line in\n");
    for (size_t i = 0; (command = ma_command_at(i)); i++) {
        ma_buf_addf(to, "    *' %s '*) options='", command->name);
        write_names(to, command);
        ma_buf_add_text(to, "' ;;\n");
    }
    ma_buf_add_text(to, "  esac\n");
    for (size_t i = 0; (command = ma_command_at(i)); i++)
        write_bash_word(to, command);
    ma_buf_add_text(to,
        "  [[ $line == ' completion ' ]] && words='bash zsh fish'\n"
        "  COMPREPLY=($(compgen -W \"$words $options\" -- \"$cur\"))\n"
        "}\n"
        "complete -F _mcpauth mcpauth\n");
}

/* --- zsh ----------------------------------------------------------------- */

/* The same function, through zsh's own emulation. */
static void write_zsh(ma_buf *to)
{
    ma_buf_add_text(to, "#compdef mcpauth\n"
                        "autoload -U +X bashcompinit && bashcompinit\n");
    write_bash(to);
}

/* --- fish ---------------------------------------------------------------- */

/* Inside single quotes. */
static void write_fish_text(ma_buf *to, const char *text)
{
    for (const char *at = text; *at; at++) {
        if (*at == '\'' || *at == '\\')
            ma_buf_add_byte(to, '\\');
        ma_buf_add_byte(to, *at);
    }
}

static void write_fish_option(ma_buf *to, const ma_option_row *row)
{
    bool is_file = row->value && strcmp(row->value, "FILE") == 0;
    ma_buf_addf(to, "complete -c mcpauth -l %s", row->name);
    if (row->letter)
        ma_buf_addf(to, " -s %c", row->letter);
    if (row->value)
        ma_buf_add_text(to, is_file ? " -r -F" : " -x");
    if (row->choices)
        ma_buf_addf(to, " -a '%s'", row->choices);
    ma_buf_add_text(to, " -d '");
    write_fish_text(to, row->help);
    ma_buf_add_text(to, "'\n");
}

static void write_fish_command(ma_buf *to, const ma_command *command)
{
    ma_span second = ma_span_of(command->name);
    ma_span first = ma_span_cut(&second, ' ');
    if (second.at) {
        ma_buf_addf(to,
            "complete -c mcpauth -f -n __fish_use_subcommand -a %.*s\n"
            "complete -c mcpauth -f -n '__fish_seen_subcommand_from %.*s'"
            " -a %s",
            (int)first.len, first.at, (int)first.len, first.at, second.at);
    } else {
        ma_buf_addf(to, "complete -c mcpauth -f -n __fish_use_subcommand -a %s",
            command->name);
    }
    ma_buf_add_text(to, " -d '");
    write_fish_text(to, command->summary);
    ma_buf_add_text(to, "'\n");
}

static void write_fish(ma_buf *to)
{
    const ma_command *command = NULL;
    for (size_t i = 0; (command = ma_command_at(i)); i++)
        write_fish_command(to, command);
    for (int i = 0; i < MA_OPTION_COUNT; i++)
        write_fish_option(to, ma_options_row((ma_option)i));
    ma_buf_add_text(to,
        "complete -c mcpauth -f -n '__fish_seen_subcommand_from completion'"
        " -a 'bash zsh fish'\n");
}

/* --- command ------------------------------------------------------------- */

static const struct {
    const char *shell;
    void (*write)(ma_buf *to);
} shells[] = {
    {"bash", write_bash},
    {"zsh", write_zsh},
    {"fish", write_fish},
};

mcpauth_status ma_completion_run(ma_context *context, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) script = ma_buf_init(SCRIPT_MAX);
    const char *shell = ma_context_word(context, 0);
    for (size_t i = 0; shell && i < sizeof shells / sizeof *shells; i++)
        if (strcmp(shells[i].shell, shell) == 0)
            shells[i].write(&script);
    if (!script.len)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "completion needs the name of a shell: bash, zsh or fish");
    mcpauth_status st = ma_buf_status(&script, "the script", err);
    if (!st)
        ma_context_write(context, ma_buf_span(&script));
    return st;
}
