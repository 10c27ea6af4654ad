/* command.h - what the program can be told to do: one table.
 *
 * A command is one function.  It is handed a context with everything at hand,
 * writes its answer through it and returns a status, which becomes the exit
 * status of the program.  The functions stand in the files they are named
 * after. */
#ifndef MA_CLI_COMMAND_H
#define MA_CLI_COMMAND_H

#include "cli/options.h"

struct ma_context;

typedef mcpauth_status ma_command_fn(
    struct ma_context *context, mcpauth_error *err);

typedef struct {
    const char *name;      /* one or two words, "tools call" */
    const char *words;     /* what may follow, "[SERVER] NAME"; or NULL */
    const char *summary;   /* one line */
    const char *details;   /* for `mcpauth help COMMAND`; or NULL */
    ma_option_set options; /* all it takes */
    size_t words_max;      /* how many words may follow */
    ma_command_fn *run;
} ma_command;

/* The commands by position; NULL behind the last. */
const ma_command *ma_command_at(size_t index);

/* The command has two words, and this is the first. */
bool ma_command_in_group(const ma_command *command, const char *word);

/* The command that the words from first on name; *out_used: how many of them
 * do.  E_USAGE: there is none; the nearest name is the hint. */
mcpauth_status ma_command_find(const ma_options *options, size_t first,
    const ma_command **out_command, size_t *out_used, mcpauth_error *err);

ma_command_fn ma_login_run;
ma_command_fn ma_logout_run;
ma_command_fn ma_status_run;
ma_command_fn ma_token_run;
ma_command_fn ma_tools_list;
ma_command_fn ma_tools_call;
ma_command_fn ma_resources_list;
ma_command_fn ma_resources_read;
ma_command_fn ma_resources_templates;
ma_command_fn ma_prompts_list;
ma_command_fn ma_prompts_get;
ma_command_fn ma_info_run;
ma_command_fn ma_connect_run;
ma_command_fn ma_storecmd_list;
ma_command_fn ma_storecmd_move;
ma_command_fn ma_storecmd_check;
ma_command_fn ma_sandboxcmd_run;
ma_command_fn ma_configcmd_show;
ma_command_fn ma_configcmd_path;
ma_command_fn ma_importcmd_run;
ma_command_fn ma_completion_run;
ma_command_fn ma_version_run;
ma_command_fn ma_help_run;

#endif
