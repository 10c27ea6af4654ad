/* host.c - an MCP host on stdio that measures the bridge it starts.
 *
 *   host CALLS COMMAND...
 *
 * Prints one JSON object: how long until initialize was answered, calls per
 * second one after the other and 64 in flight, CPU of the bridge per 1,000 of
 * the latter, MiB per second of large results, and its memory on the way. */
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { IN_FLIGHT = 64, BIG_CALLS = 5, READ_MAX = 1024 * 1024 };

static int to, from; /* the bridge's stdin and stdout */
static pid_t bridge;
static char bytes[READ_MAX];

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "host: %s\n", what);
    exit(1);
}

static void say(const char *text)
{
    size_t len = strlen(text);
    if (write(to, text, len) != (ssize_t)len)
        die("the bridge does not listen");
}

/* Waits for that many lines; gives how many bytes they had. */
static size_t hear(size_t lines)
{
    size_t total = 0;
    while (lines > 0) {
        ssize_t len = read(from, bytes, sizeof bytes);
        if (len <= 0)
            die("the bridge has ended");
        total += (size_t)len;
        for (char *at = bytes;
             (at = memchr(at, '\n', (size_t)(bytes + len - at))); at++)
            lines--;
    }
    return total;
}

static void start(char **command)
{
    int in[2], out[2];
    if (pipe(in) || pipe(out) || (bridge = fork()) < 0)
        die("cannot start it");
    if (bridge == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        close(out[0]);
        execvp(command[0], command);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    to = in[1];
    from = out[0];
}

/* A call of that tool, with the next id. */
static void call(const char *tool)
{
    static int id;
    char line[256];
    snprintf(line, sizeof line,
        "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":"
        "{\"name\":\"%s\",\"arguments\":{\"message\":\"hello\"}}}\n",
        ++id, tool);
    say(line);
}

/* --- what the system says of the bridge ---------------------------------- */

static double cpu_ms(void)
{
    char path[64];
    char text[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)bridge);
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[len] = '\0';
    const char *after = strrchr(text, ')');
    if (!after || sscanf(after + 2,
                      "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                      "%*s %lu %lu",
                      &user, &system) != 2)
        die("no /proc");
    fclose(file);
    return (double)(user + system) * 1000 / (double)sysconf(_SC_CLK_TCK);
}

/* A line of /proc/PID/status, in MiB. */
static double memory_mib(const char *name)
{
    char path[64];
    char line[256];
    double found = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)bridge);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0)
            found = strtod(line + strlen(name) + 1, NULL) / 1024;
    if (file)
        fclose(file);
    return found;
}

/* --- what is measured ---------------------------------------------------- */

static double measure_start(char **command)
{
    double begun = now_s();
    start(command);
    say("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{"
        "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":"
        "{\"name\":\"bench\",\"version\":\"1\"}}}\n");
    hear(1);
    double end = now_s();
    say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
    return (end - begun) * 1000;
}

static double measure_sequence(int calls)
{
    double begun = now_s();
    for (int i = 0; i < calls; i++) {
        call("echo");
        hear(1);
    }
    return calls / (now_s() - begun);
}

static double measure_crowd(int calls)
{
    double begun = now_s();
    int said = 0;
    int heard = 0;
    while (heard < calls) {
        while (said < calls && said - heard < IN_FLIGHT) {
            call("echo");
            said++;
        }
        ssize_t len = read(from, bytes, sizeof bytes);
        if (len <= 0)
            die("the bridge has ended");
        for (ssize_t i = 0; i < len; i++)
            heard += bytes[i] == '\n';
    }
    return calls / (now_s() - begun);
}

static double measure_big(const char *tool)
{
    double begun = now_s();
    double total = 0;
    for (int i = 0; i < BIG_CALLS; i++) {
        call(tool);
        total += (double)hear(1);
    }
    return total / (now_s() - begun) / 1e6;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        die("usage: host CALLS COMMAND...");
    int calls = atoi(argv[1]);
    double start_ms = measure_start(argv + 2);
    call("echo");
    hear(1);
    double idle_mib = memory_mib("VmRSS");
    double sequence = measure_sequence(calls);
    double before_ms = cpu_ms();
    double crowd = measure_crowd(calls);
    double crowd_ms = (cpu_ms() - before_ms) * 1000 / calls;
    double loaded_mib = memory_mib("VmHWM");
    double json = measure_big("json");
    double stream = measure_big("stream");
    printf("{\"start_ms\":%.2f,\"sequence\":%.0f,\"crowd\":%.0f,"
           "\"cpu_ms\":%.1f,\"json\":%.0f,\"stream\":%.0f,\"idle_mib\":%.1f,"
           "\"loaded_mib\":%.1f,\"big_mib\":%.1f}\n",
        start_ms, sequence, crowd, crowd_ms, json, stream, idle_mib, loaded_mib,
        memory_mib("VmHWM"));
    return 0;
}
