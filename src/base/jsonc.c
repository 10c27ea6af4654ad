/* jsonc.c - see jsonc.h. */
#include "base/jsonc.h"

#include <string.h>

/* Behind a string that begins at `at`. */
static char *skip_string(char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\' && at + 1 < end)
            at++;
    return at < end ? at + 1 : at;
}

/* Lines stay lines. */
static void blank(char *at, const char *end)
{
    for (; at < end; at++)
        if (*at != '\n' && *at != '\r')
            *at = ' ';
}

/* Behind a comment that begins at `at`, which is blanked; NULL: there is none,
 * or it does not end. */
static char *blank_comment(char *at, char *end)
{
    if (end - at < 2 || at[0] != '/' || (at[1] != '/' && at[1] != '*'))
        return NULL;
    size_t len = (size_t)(end - at);
    char *close =
        at[1] == '/' ? memchr(at, '\n', len) : memmem(at + 2, len - 2, "*/", 2);
    if (!close && at[1] == '*')
        return NULL;
    char *behind = !close ? end : at[1] == '/' ? close : close + 2;
    blank(at, behind);
    return behind;
}

void ma_jsonc_blank(ma_buf *text)
{
    char *at = text->at;
    char *end = at ? at + text->len : at;
    char *comma = NULL; /* nothing but blanks has come behind it */
    while (at < end) {
        char *behind = blank_comment(at, end);
        if (behind) {
            at = behind;
            continue;
        }
        if (comma && (*at == '}' || *at == ']'))
            *comma = ' ';
        if (!memchr(" \t\r\n", *at, 4))
            comma = *at == ',' ? at : NULL;
        at = *at == '"' ? skip_string(at, end) : at + 1;
    }
}
