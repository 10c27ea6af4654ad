/* terminal.c - whether somebody sits there, and asking him for a secret. */
#include "cli/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "cli/interrupt.h"

bool ma_terminal_present(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static int open_terminal(void)
{
    return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

bool ma_terminal_reachable(void)
{
    MA_SCOPED(ma_fd) fd = open_terminal();
    return fd >= 0;
}

/* Appends bytes until a line end; false when none came. */
static bool read_line(int fd, ma_buf *to)
{
    for (;;) {
        struct pollfd fds[] = {{fd, POLLIN, 0}, {ma_interrupt_fd(), POLLIN, 0}};
        char byte = 0;
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[1].revents || read(fd, &byte, 1) != 1)
            return false;
        if (byte == '\n')
            return true;
        ma_buf_add_byte(to, byte);
    }
}

static void show(int fd, const char *text)
{
    (void)!write(fd, text, strlen(text));
}

mcpauth_status ma_terminal_read_secret(
    const char *prompt, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_fd) fd = open_terminal();
    struct termios before;
    if (fd < 0 || tcgetattr(fd, &before))
        return ma_error_set(
            err, MCPAUTH_E_CANCELLED, "there is no terminal to ask at");
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    ma_interrupt_hold();
    tcsetattr(fd, TCSAFLUSH, &silent);
    show(fd, prompt);
    bool got = read_line(fd, to);
    tcsetattr(fd, TCSAFLUSH, &before);
    show(fd, "\n");
    ma_interrupt_release();
    if (!got)
        return ma_error_set(err, MCPAUTH_E_CANCELLED, "nothing was typed");
    return ma_buf_status(to, "what was typed", err);
}
