/* finding.c - see finding.h. */
#include "cli/finding.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/quote.h"
#include "base/url.h"
#include "cli/input.h"
#include "cli/mcpremote.h"

enum { NOTE_MAX = 4096 };

/* --- life ---------------------------------------------------------------- */

void ma_finding_free(ma_finding *finding)
{
    if (!finding)
        return;
    ma_free(finding->name);
    ma_free(finding->place);
    ma_free(finding->url);
    ma_free(finding->kept_in);
    ma_json_free(finding->entry);
    ma_json_free(finding->left);
    ma_buf_done(&finding->stems);
    ma_free(finding);
}

static mcpauth_status copy_text(
    const char *text, char **out, mcpauth_error *err)
{
    *out = ma_strdup(text);
    return text && !*out ? ma_error_nomem(err) : MCPAUTH_OK;
}

static mcpauth_status make(
    const char *name, const char *place, ma_finding **out, mcpauth_error *err)
{
    MA_AUTO(ma_finding) made = ma_calloc(1, sizeof *made);
    if (!made)
        return ma_error_nomem(err);
    made->stems = ma_buf_init(NOTE_MAX);
    made->left = ma_json_array();
    if (!made->left)
        return ma_error_nomem(err);
    mcpauth_status st = copy_text(name, &made->name, err);
    if (!st)
        st = copy_text(place, &made->place, err);
    if (!st)
        *out = ma_move(&made);
    return st;
}

/* --- notes --------------------------------------------------------------- */

mcpauth_status ma_finding_leave(
    ma_finding *finding, const char *why, const char *what, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) note = ma_buf_init(NOTE_MAX);
    ma_quote_write(&note, ma_span_of(what), MA_QUOTE_MAX);
    ma_buf_addf(&note, ": %s", why);
    mcpauth_status st = ma_buf_status(&note, "a note", err);
    return st ? st : ma_json_push_text(finding->left, ma_buf_text(&note), err);
}

/* --- texts that refer to variables --------------------------------------- */

/* False: it refers to something that env does not have. */
static bool expand(const char *value, const ma_json *env, ma_buf *to)
{
    const char *begin = NULL;
    for (; (begin = strstr(value, "${")); value = strchr(begin, '}') + 1) {
        const char *end = strchr(begin, '}');
        MA_SCOPED(ma_buf) name = ma_buf_init(NOTE_MAX);
        if (!end)
            break;
        ma_buf_add(&name, begin + 2, (size_t)(end - begin - 2));
        const char *known = ma_json_text(env, ma_buf_text(&name));
        if (!known)
            return false;
        ma_buf_add(to, value, (size_t)(begin - value));
        ma_buf_add_text(to, known);
    }
    ma_buf_add_text(to, value);
    return true;
}

static const char refers[] =
    "refers to a variable, which the configuration of mcpauth cannot; left out";

/* --- settings ------------------------------------------------------------ */

/* The member of the entry of that name, made when missing; lent, writable. */
static mcpauth_status open_member(
    ma_finding *finding, const char *name, ma_json **out, mcpauth_error *err)
{
    if (!ma_json_get_object(finding->entry, name)) {
        ma_json *made = ma_json_object();
        mcpauth_status st = made ? ma_json_put(finding->entry, name, made, err)
                                 : ma_error_nomem(err);
        if (st)
            return st;
    }
    *out = (ma_json *)ma_json_get_object(finding->entry, name);
    return MCPAUTH_OK;
}

mcpauth_status ma_finding_set(ma_finding *finding, const char *setting,
    const char *value, mcpauth_error *err)
{
    ma_json *oauth = NULL;
    mcpauth_status st = open_member(finding, "oauth", &oauth, err);
    return st ? st : ma_json_put_text(oauth, setting, value, err);
}

mcpauth_status ma_finding_set_expanded(ma_finding *finding, const char *setting,
    const char *value, const ma_json *env, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    if (!expand(value, env, &text))
        return ma_finding_leave(finding, refers, setting, err);
    mcpauth_status st = ma_buf_status(&text, setting, err);
    return st ? st : ma_finding_set(finding, setting, ma_buf_text(&text), err);
}

static bool is_field(const char *name, const char *value)
{
    MA_AUTO(mcpauth_headers) list = mcpauth_headers_new();
    return list && !mcpauth_headers_add(list, name, value, NULL);
}

mcpauth_status ma_finding_add_header(ma_finding *finding, const char *name,
    const char *value, const ma_json *env, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    MA_SCOPED(ma_buf) what = ma_buf_init(NOTE_MAX);
    ma_json *headers = NULL;
    ma_buf_addf(&what, "header %.300s", name);
    if (!strcasecmp(name, "Authorization"))
        return ma_finding_leave(finding,
            "left out, since mcpauth puts a token there that it obtains itself",
            ma_buf_text(&what), err);
    if (!expand(value, env, &text))
        return ma_finding_leave(finding, refers, ma_buf_text(&what), err);
    if (!is_field(name, ma_buf_text(&text)))
        return ma_finding_leave(
            finding, "is none; left out", ma_buf_text(&what), err);
    mcpauth_status st = ma_buf_status(&text, "a header", err);
    if (!st)
        st = open_member(finding, "headers", &headers, err);
    return st ? st : ma_json_put_text(headers, name, ma_buf_text(&text), err);
}

mcpauth_status ma_finding_set_url(
    ma_finding *finding, const char *url, mcpauth_error *err)
{
    bool refers_to = strstr(url, "${");
    if (refers_to || !ma_url_valid(ma_span_of(url)))
        return ma_finding_leave(finding,
            refers_to ? "refers to a variable, so it has to be written by hand"
                      : "is no http or https URL that mcpauth takes",
            "url", err);
    mcpauth_status st = copy_text(url, &finding->url, err);
    if (!st && finding->entry)
        st = ma_json_put_text(finding->entry, "url", url, err);
    return st;
}

/* --- servers with a URL -------------------------------------------------- */

static mcpauth_status take_headers(
    ma_finding *finding, const ma_json *headers, mcpauth_error *err)
{
    const char *name = NULL;
    const ma_json *value = NULL;
    void *iter = NULL;
    mcpauth_status st = MCPAUTH_OK;
    while (!st && headers && ma_json_each(headers, &iter, &name, &value))
        if (ma_json_string(value))
            st = ma_finding_add_header(
                finding, name, ma_json_string(value), NULL, err);
    return st;
}

/* What hosts let people say of OAuth: Claude Code and VS Code below "oauth",
 * Cursor below "auth". */
static const struct {
    const char *object;
    const char *member;
    const char *setting;
} members[] = {
    {"oauth", "clientId", "client_id"},
    {"oauth", "client_id", "client_id"},
    {"oauth", "scopes", "scope"},
    {"oauth", "scope", "scope"},
    {"oauth", "authServerMetadataUrl", "discovery_url"},
    {"auth", "CLIENT_ID", "client_id"},
    {"auth", "CLIENT_SECRET", "client_secret"},
    {"auth", "scopes", "scope"},
};

/* A text, or a list of texts as one. */
static void write_words(ma_buf *to, const ma_json *value)
{
    if (ma_json_string(value))
        ma_buf_add_text(to, ma_json_string(value));
    for (size_t i = 0; i < ma_json_count(value); i++) {
        const char *word = ma_json_string(ma_json_at(value, i));
        ma_buf_addf(to, "%s%s", to->len && word ? " " : "", word ? word : "");
    }
}

static mcpauth_status take_members(
    ma_finding *finding, const ma_json *theirs, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < sizeof members / sizeof *members; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
        const ma_json *object = ma_json_get_object(theirs, members[i].object);
        write_words(&text, ma_json_get(object, members[i].member));
        st = ma_buf_status(&text, members[i].setting, err);
        if (!st && text.len)
            st = ma_finding_set_expanded(
                finding, members[i].setting, ma_buf_text(&text), NULL, err);
    }
    return st;
}

/* A client with a secret is a person's here, and no machine. */
static mcpauth_status take_client(
    ma_finding *finding, const ma_json *theirs, mcpauth_error *err)
{
    mcpauth_status st = take_members(finding, theirs, err);
    const ma_json *oauth = ma_json_get_object(finding->entry, "oauth");
    if (!st && ma_json_text(oauth, "client_secret"))
        st = ma_finding_set(finding, "mode", "interactive", err);
    /* Claude Code's redirect URI, which its client is registered with. */
    int64_t port =
        ma_json_int(ma_json_get_object(theirs, "oauth"), "callbackPort", 0);
    if (st || port <= 0 || port > 65535)
        return st;
    MA_SCOPED(ma_buf) uri = ma_buf_init(NOTE_MAX);
    ma_buf_addf(&uri, "http://localhost:%d/callback", (int)port);
    return ma_finding_set(finding, "redirect_uri", ma_buf_text(&uri), err);
}

static mcpauth_status read_remote(ma_finding *finding, const ma_json *theirs,
    const char *url, mcpauth_error *err)
{
    mcpauth_status st = ma_finding_set_url(finding, url, err);
    if (!st && finding->url)
        st = ma_mcpremote_add_stem(finding, url, err);
    if (!st)
        st = take_headers(finding, ma_json_get_object(theirs, "headers"), err);
    if (!st)
        st = take_client(finding, theirs, err);
    if (!st && ma_json_text(theirs, "headersHelper"))
        st = ma_finding_leave(
            finding, "runs a program; left out", "headersHelper", err);
    return st;
}

/* --- all of them --------------------------------------------------------- */

static mcpauth_status begin_entry(ma_finding *finding, mcpauth_error *err)
{
    finding->entry = ma_json_object();
    return finding->entry
               ? ma_json_put_text(finding->entry, "type", "http", err)
               : ma_error_nomem(err);
}

mcpauth_status ma_finding_read(const char *name, const ma_json *theirs,
    const char *place, ma_finding **out, mcpauth_error *err)
{
    const char *url = ma_json_text(theirs, "url");
    MA_AUTO(ma_finding) found = NULL;
    bool ours = false;
    if (!url)
        url = ma_json_text(theirs, "serverUrl");
    if (!url && !ma_json_text(theirs, "command"))
        return MCPAUTH_OK;
    mcpauth_status st = make(name, place, &found, err);
    if (!st)
        st = begin_entry(found, err);
    if (!st && url)
        st = read_remote(found, theirs, url, err);
    else if (!st)
        st = ma_mcpremote_read(found, theirs, &ours, err);
    if (!st && (url || ours))
        *out = ma_move(&found);
    return st;
}

mcpauth_status ma_finding_of_url(
    const char *name, const char *url, ma_finding **out, mcpauth_error *err)
{
    MA_AUTO(ma_finding) found = NULL;
    mcpauth_status st = make(name, NULL, &found, err);
    if (!st)
        st = copy_text(url, &found->url, err);
    if (!st)
        st = ma_mcpremote_add_stem(found, url, err);
    if (!st)
        *out = ma_move(&found);
    return st;
}

mcpauth_status ma_finding_of_arguments(
    const ma_json *theirs, ma_finding **out, mcpauth_error *err)
{
    MA_AUTO(ma_finding) found = NULL;
    mcpauth_status st = make(NULL, NULL, &found, err);
    if (!st)
        st = begin_entry(found, err);
    if (!st)
        st = ma_mcpremote_read_own(found, theirs, err);
    if (!st)
        *out = ma_move(&found);
    return st;
}
