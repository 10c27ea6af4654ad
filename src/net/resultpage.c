/* resultpage.c - see resultpage.h. */
#include "net/resultpage.h"

#define STYLE                                                                  \
    ":root{color-scheme:light dark}"                                           \
    "body{margin:0;min-height:100vh;display:grid;place-items:center;"          \
    "font:17px/1.5 system-ui,sans-serif}"                                      \
    "main{max-width:26rem;padding:2rem}"                                       \
    "h1{font-size:1.4rem;margin:0 0 .5rem}"                                    \
    "p{margin:0;opacity:.75}"

#define HTML(title, text)                                                      \
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"          \
    "<meta name=\"viewport\" content=\"width=device-width\">\n"                \
    "<title>" title "</title>\n<style>" STYLE "</style>\n"                     \
    "<main><h1>" title "</h1><p>" text "</p></main>\n</html>\n"

static const struct {
    unsigned status;
    const char *html;
} pages[] = {
    [MA_RESULTPAGE_DONE] = {200,
        HTML("You are logged in", "You can close this window and go back to "
                                  "the program that opened it.")},
    [MA_RESULTPAGE_FAILED] = {200,
        HTML("The login did not work",
            "You can close this window. The program that opened it tells what "
            "happened.")},
    [MA_RESULTPAGE_REFUSED] = {400,
        HTML("This is not the login",
            "The request does not belong to the login that is under way, and "
            "was ignored.")},
    [MA_RESULTPAGE_FORBIDDEN] = {403,
        HTML("Not here", "This address serves one login only.")},
    [MA_RESULTPAGE_NOT_FOUND] = {404,
        HTML("Nothing here", "This address serves one login only.")},
    [MA_RESULTPAGE_METHOD] = {405,
        HTML("Not like this", "This address serves one login only.")},
};

unsigned ma_resultpage_status(ma_resultpage page)
{
    return pages[page].status;
}

const char *ma_resultpage_html(ma_resultpage page)
{
    return pages[page].html;
}
