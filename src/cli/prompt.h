/* prompt.h - a line that somebody types, for as long as it is waited for. */
#ifndef MA_CLI_PROMPT_H
#define MA_CLI_PROMPT_H

#include <stdio.h>

#include "base/buf.h"

enum { MA_PROMPT_LINE_MAX = 64 * 1024 };

typedef struct {
    int fd;           /* lines are read from here; -1: nobody is there */
    int interrupt_fd; /* readable: give up; -1: never */
    FILE *say;        /* what is asked goes here */
} ma_prompt;

typedef enum {
    MA_PROMPT_LINE,
    MA_PROMPT_ENDED,  /* nothing more will be typed */
    MA_PROMPT_STOPPED /* interrupt_fd or stop_fd became readable */
} ma_prompt_got;

/* Appends what is typed up to the line end, without it.  stop_fd: as
 * interrupt_fd, for this line. */
ma_prompt_got ma_prompt_read(const ma_prompt *prompt, int stop_fd, ma_buf *to);

/* Shows question until the answer is one of words, which are in lower case and
 * separated by blanks, or their beginning.  *out_index: which of them. */
ma_prompt_got ma_prompt_choose(const ma_prompt *prompt, int stop_fd,
    const char *question, const char *words, size_t *out_index);

/* Shows a text of a server, each line of it set in by two blanks, so that none
 * passes for one of ours. */
void ma_prompt_say_foreign(const ma_prompt *prompt, ma_span text);

#endif
