/* prompt_test.c - lines, ends, and somebody who waits no longer. */
#include "cli/prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static char said[4096];

static int make_input(const char *text)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    return ends[0];
}

static ma_prompt begin(const char *typed)
{
    memset(said, 0, sizeof said);
    FILE *say = fmemopen(said, sizeof said, "w");
    assert_non_null(say);
    return (ma_prompt){make_input(typed), -1, say};
}

static void end(ma_prompt *prompt)
{
    fclose(prompt->say);
    close(prompt->fd);
}

static void a_line_leaves_the_next_one_alone(void **state)
{
    (void)state;
    ma_prompt prompt = begin("one\ntwo\nthr");
    MA_SCOPED(ma_buf) line = ma_buf_init(100);
    assert_int_equal(ma_prompt_read(&prompt, -1, &line), MA_PROMPT_LINE);
    assert_string_equal(ma_buf_text(&line), "one");
    char rest[5] = "";
    assert_int_equal(read(prompt.fd, rest, 4), 4);
    assert_string_equal(rest, "two\n");
    assert_int_equal(ma_prompt_read(&prompt, -1, &line), MA_PROMPT_ENDED);
    end(&prompt);
}

static void an_interrupt_and_a_stop_end_the_wait(void **state)
{
    (void)state;
    ma_prompt prompt = begin("one\n");
    int fd = eventfd(1, EFD_CLOEXEC);
    MA_SCOPED(ma_buf) line = ma_buf_init(100);
    assert_int_equal(ma_prompt_read(&prompt, fd, &line), MA_PROMPT_STOPPED);
    prompt.interrupt_fd = fd;
    assert_int_equal(ma_prompt_read(&prompt, -1, &line), MA_PROMPT_STOPPED);
    assert_int_equal(line.len, 0);
    end(&prompt);
    close(fd);
}

static void a_choice_is_asked_for_until_it_is_one(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        ma_prompt_got got;
        size_t index;
    } rows[] = {
        {"yes\n", MA_PROMPT_LINE, 0},
        {"N\n", MA_PROMPT_LINE, 1},
        {"\nnope\n  no  \n", MA_PROMPT_LINE, 1},
        {"maybe\n", MA_PROMPT_ENDED, 9},
        {"", MA_PROMPT_ENDED, 9},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_prompt prompt = begin(rows[i].typed);
        size_t index = 9;
        assert_int_equal(
            ma_prompt_choose(&prompt, -1, "Well?", "yes no", &index),
            rows[i].got);
        assert_int_equal(index, rows[i].index);
        end(&prompt);
        assert_non_null(strstr(said, "Well? "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_leaves_the_next_one_alone),
        cmocka_unit_test(an_interrupt_and_a_stop_end_the_wait),
        cmocka_unit_test(a_choice_is_asked_for_until_it_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
