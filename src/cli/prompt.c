/* prompt.c - a line that somebody types, for as long as it is waited for. */
#include "cli/prompt.h"

#include <errno.h>
#include <poll.h>
#include <strings.h>
#include <unistd.h>

#include "base/quote.h"

/* Byte by byte: what stands behind the line belongs to whoever reads next. */
ma_prompt_got ma_prompt_read(const ma_prompt *prompt, int stop_fd, ma_buf *to)
{
    fflush(prompt->say);
    for (;;) {
        struct pollfd fds[] = {{prompt->interrupt_fd, POLLIN, 0},
            {stop_fd, POLLIN, 0}, {prompt->fd, POLLIN, 0}};
        if (poll(fds, 3, -1) < 0 && errno == EINTR)
            continue;
        char byte = 0;
        if (fds[0].revents || fds[1].revents)
            return MA_PROMPT_STOPPED;
        ssize_t got = read(prompt->fd, &byte, 1);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got != 1)
            return MA_PROMPT_ENDED;
        if (byte == '\n')
            return MA_PROMPT_LINE;
        ma_buf_add_byte(to, byte);
    }
}

/* The word that answer is, or is the beginning of. */
static bool find_word(ma_span answer, const char *words, size_t *out_index)
{
    ma_span rest = ma_span_of(words);
    for (size_t i = 0; rest.at && answer.len > 0; i++) {
        ma_span word = ma_span_cut(&rest, ' ');
        if (answer.len > word.len ||
            strncasecmp(answer.at, word.at, answer.len) != 0)
            continue;
        *out_index = i;
        return true;
    }
    return false;
}

ma_prompt_got ma_prompt_choose(const ma_prompt *prompt, int stop_fd,
    const char *question, const char *words, size_t *out_index)
{
    for (;;) {
        MA_SCOPED(ma_buf) line = ma_buf_init(MA_PROMPT_LINE_MAX);
        fprintf(prompt->say, "%s ", question);
        ma_prompt_got got = ma_prompt_read(prompt, stop_fd, &line);
        if (got != MA_PROMPT_LINE)
            fputc('\n', prompt->say);
        if (got != MA_PROMPT_LINE ||
            find_word(ma_span_trim(ma_buf_span(&line)), words, out_index))
            return got;
    }
}

void ma_prompt_say_foreign(const ma_prompt *prompt, ma_span text)
{
    while (text.at) {
        MA_SCOPED(ma_buf) shown = ma_buf_init(MA_PROMPT_LINE_MAX);
        ma_quote_lines(&shown, ma_span_cut(&text, '\n'));
        fprintf(prompt->say, "  %s\n", ma_buf_text(&shown));
    }
}
