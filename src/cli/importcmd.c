/* importcmd.c - mcpauth config import: what others know, made ours. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "base/url.h"
#include "cli/configedit.h"
#include "cli/context.h"
#include "cli/finding.h"
#include "cli/foreignfile.h"
#include "cli/hosts.h"
#include "cli/importlogin.h"
#include "cli/importreport.h"
#include "cli/input.h"
#include "cli/mcpremote.h"
#include "cli/nearest.h"

enum { ERROR_MAX = 64 * 1024 };

static const char mcp_remote[] = "mcp-remote";

typedef struct {
    ma_context *context;
    bool dry_run;
    bool login_only; /* SERVER was named */
    ma_finding *found;
    ma_finding **end;
    ma_json *reports;  /* of those that are told */
    ma_json *unread;   /* files, and why */
    size_t taken;      /* logins */
    size_t failures;   /* those that were not for what went wrong */
    const char *named; /* MCPAUTH_CONFIG; NULL: it is not set */
    ma_buf path;       /* of our configuration file */
    ma_buf text;       /* its content */
    bool edited;
    ma_buf listed; /* mcp-remote's files */
} takeover;

/* --- files --------------------------------------------------------------- */

static mcpauth_status note_unread(takeover *self, const char *path,
    const mcpauth_error *why, mcpauth_error *err)
{
    MA_AUTO(ma_json) one = ma_json_object();
    if (!one)
        return ma_error_nomem(err);
    ma_context_warn(self->context, "%s", mcpauth_error_message(why));
    mcpauth_status st = ma_json_put_text(one, "path", path, err);
    if (!st)
        st = ma_json_put_text(one, "error", mcpauth_error_message(why), err);
    return st ? st : ma_json_push(self->unread, ma_move(&one), err);
}

static void append(takeover *self, ma_finding *finding)
{
    *self->end = finding;
    self->end = &finding->next;
}

static mcpauth_status take_servers(takeover *self, const ma_json *servers,
    const char *place, mcpauth_error *err)
{
    const char *name = NULL;
    const ma_json *entry = NULL;
    void *iter = NULL;
    mcpauth_status st = MCPAUTH_OK;
    while (!st && servers && ma_json_each(servers, &iter, &name, &entry)) {
        ma_finding *finding = NULL;
        st = ma_finding_read(name, entry, place, &finding, err);
        if (finding)
            append(self, finding);
    }
    return st;
}

static mcpauth_status take_file(
    takeover *self, const ma_json *file, const char *path, mcpauth_error *err)
{
    const ma_json *servers = NULL;
    const char *project = NULL;
    size_t step = 0;
    mcpauth_status st = MCPAUTH_OK;
    while (!st && ma_hosts_next(file, &step, &project, &servers)) {
        MA_SCOPED(ma_buf) place = ma_buf_init(2 * PATH_MAX);
        ma_buf_addf(&place, "%s%s%s%s", path, project ? " (for " : "",
            project ? project : "", project ? ")" : "");
        st = take_servers(self, servers, ma_buf_text(&place), err);
    }
    return st;
}

/* A file that cannot be read does not keep the others from it. */
static mcpauth_status read_file(
    takeover *self, const char *path, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    MA_AUTO(ma_json) file = NULL;
    mcpauth_status st =
        why ? ma_foreignfile_parse(path, &file, why) : MCPAUTH_E_NOMEM;
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    return st ? note_unread(self, path, why, err)
              : take_file(self, file, path, err);
}

/* Also where a link leads nowhere. */
static bool is_there(const char *path)
{
    struct stat info;
    return *path && (!lstat(path, &info) || errno == EACCES);
}

/* host NULL: every one. */
static mcpauth_status read_places(
    takeover *self, const char *host, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st; i++) {
        const char *whose = NULL;
        MA_SCOPED(ma_buf) path = ma_buf_init(PATH_MAX);
        if (!ma_hosts_place(i, &whose, &path))
            break;
        if ((!host || !strcmp(host, whose)) && is_there(ma_buf_text(&path)))
            st = read_file(self, ma_buf_text(&path), err);
    }
    return st;
}

/* --- our own ------------------------------------------------------------- */

static mcpauth_status find_own(takeover *self, mcpauth_error *err)
{
    ma_settings *settings = &self->context->settings;
    self->named = ma_settings_variable(settings, "MCPAUTH_CONFIG");
    mcpauth_status st = MCPAUTH_OK;
    if (!self->named)
        st = ma_settings_open_file(settings, err);
    const char *path = self->named ? self->named : settings->file.path;
    if (st || path)
        ma_buf_add_text(&self->path, path ? path : "");
    else
        st = ma_error_set(err, MCPAUTH_E_USAGE,
            "neither XDG_CONFIG_HOME nor HOME is an absolute path");
    if (!st)
        st = ma_buf_status(&self->path, "the configuration file's path", err);
    if (!st && is_there(ma_buf_text(&self->path)))
        st = ma_foreignfile_read(ma_buf_text(&self->path), &self->text, err);
    return st;
}

/* *out NULL: there is nothing in it. */
static mcpauth_status parse_own(
    const takeover *self, ma_json **out, mcpauth_error *err)
{
    if (!self->text.len)
        return MCPAUTH_OK;
    mcpauth_status st =
        ma_json_parse_object(ma_buf_span(&self->text), out, err);
    return !st || st == MCPAUTH_E_NOMEM ? st
                                        : ma_error_in(err, MCPAUTH_E_USAGE,
                                              "%s", ma_buf_text(&self->path));
}

static bool is_found(const takeover *self, const char *url)
{
    for (const ma_finding *at = self->found; at; at = at->next)
        if (at->url && !strcmp(at->url, url))
            return true;
    return false;
}

static mcpauth_status append_url(
    takeover *self, const char *name, const char *url, mcpauth_error *err)
{
    ma_finding *finding = NULL;
    mcpauth_status st = ma_finding_of_url(name, url, &finding, err);
    if (finding)
        append(self, finding);
    return st;
}

/* Those that have a name here may have a login at mcp-remote. */
static mcpauth_status take_own(
    takeover *self, const ma_json *servers, mcpauth_error *err)
{
    const char *name = NULL;
    const ma_json *entry = NULL;
    void *iter = NULL;
    mcpauth_status st = MCPAUTH_OK;
    while (!st && servers && ma_json_each(servers, &iter, &name, &entry)) {
        const char *url = ma_json_text(entry, "url");
        if (url && ma_url_valid(ma_span_of(url)) && !is_found(self, url))
            st = append_url(self, name, url, err);
    }
    return st;
}

static mcpauth_status take_word(takeover *self, const char *word,
    const ma_json *servers, mcpauth_error *err)
{
    const char *url = ma_json_text(ma_json_get_object(servers, word), "url");
    if (url || ma_url_valid(ma_span_of(word)))
        return append_url(self, url ? word : NULL, url ? url : word, err);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(word));
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "\"%s\" is neither a URL nor a name in %s", shown ? shown : "",
        ma_buf_text(&self->path));
}

/* --- where from ---------------------------------------------------------- */

static void advise(const char *source, mcpauth_error *err)
{
    ma_nearest nearest = ma_nearest_init(source);
    MA_SCOPED(ma_buf) path = ma_buf_init(PATH_MAX);
    const char *host = NULL;
    ma_nearest_offer(&nearest, mcp_remote);
    for (size_t i = 0; ma_hosts_place(i, &host, &path); i++)
        ma_nearest_offer(&nearest, host);
    if (ma_nearest_found(&nearest))
        ma_error_hint(err, "did you mean %s?", ma_nearest_found(&nearest));
}

/* A file that a person names has to be there. */
static mcpauth_status read_named(
    takeover *self, const char *path, mcpauth_error *err)
{
    MA_AUTO(ma_json) file = NULL;
    mcpauth_status st = ma_foreignfile_parse(path, &file, err);
    if (!st)
        return take_file(self, file, path, err);
    if (!strchr(path, '/'))
        advise(path, err);
    return st;
}

static mcpauth_status read_source(
    takeover *self, const char *source, const ma_json *own, mcpauth_error *err)
{
    if (!strcmp(source, mcp_remote))
        return take_own(self, own, err);
    return ma_hosts_named(source) ? read_places(self, source, err)
                                  : read_named(self, source, err);
}

static mcpauth_status read_sources(
    takeover *self, const ma_json *own, mcpauth_error *err)
{
    const ma_options *options = self->context->options;
    const char *word = ma_context_word(self->context, 0);
    size_t count = ma_options_count(options, MA_OPTION_FROM);
    mcpauth_status st = MCPAUTH_OK;
    self->login_only = word;
    if (word && count)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "with SERVER only its login at mcp-remote is taken, so --from has "
            "no meaning");
    if (word)
        return take_word(self, word, own, err);
    if (!count)
        st = read_places(self, NULL, err);
    for (size_t i = 0; !st && i < count; i++)
        st = read_source(
            self, ma_options_at(options, MA_OPTION_FROM, i), own, err);
    return st || count ? st : take_own(self, own, err);
}

/* --- settings ------------------------------------------------------------ */

/* Everything in wanted is in has, too. */
static bool covers(const ma_json *has, const ma_json *wanted)
{
    const char *name = NULL;
    const ma_json *value = NULL;
    void *iter = NULL;
    if (ma_json_string(wanted))
        return ma_json_string(has) &&
               !strcmp(ma_json_string(has), ma_json_string(wanted));
    while (ma_json_each(wanted, &iter, &name, &value))
        if (strcmp(name, "type") != 0 && !covers(ma_json_get(has, name), value))
            return false;
    return true;
}

static mcpauth_status put(
    takeover *self, const ma_finding *finding, mcpauth_error *err)
{
    self->edited = true;
    return ma_configedit_put(&self->text, finding->name, finding->entry, err);
}

/* What stands there stays, unless it is to be replaced. */
static mcpauth_status settle(takeover *self, const ma_finding *finding,
    const char **out_state, mcpauth_error *err)
{
    MA_AUTO(ma_json) own = NULL;
    mcpauth_status st = parse_own(self, &own, err);
    if (st)
        return st;
    const ma_json *servers = ma_json_get_object(own, "mcpServers");
    const ma_json *there = ma_json_get(servers, finding->name);
    bool replaces = ma_options_has(self->context->options, MA_OPTION_REPLACE);
    *out_state = !there                          ? "taken"
                 : covers(there, finding->entry) ? "there"
                 : replaces                      ? "replaced"
                                                 : "kept";
    bool writes = !there || !strcmp(*out_state, "replaced");
    return writes ? put(self, finding, err) : MCPAUTH_OK;
}

/* --- logins -------------------------------------------------------------- */

/* directory NULL: the usual one. */
static mcpauth_status list_logins(
    takeover *self, const char *directory, ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    MA_SCOPED(ma_buf) usual = ma_buf_init(PATH_MAX);
    if (!directory && !ma_mcpremote_directory(&usual))
        return MCPAUTH_OK;
    if (!directory)
        directory = ma_buf_text(&usual);
    mcpauth_status st =
        why ? ma_mcpremote_list(directory, to, why) : MCPAUTH_E_NOMEM;
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    return st ? note_unread(self, directory, why, err) : MCPAUTH_OK;
}

static mcpauth_status put_failure(takeover *self, ma_json *report,
    const mcpauth_error *why, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(ERROR_MAX);
    const char *hint = mcpauth_error_hint(why);
    self->failures++;
    ma_buf_addf(&text, "%s%s%s%s", mcpauth_error_message(why), hint ? " (" : "",
        hint ? hint : "", hint ? ")" : "");
    mcpauth_status st = ma_buf_status(&text, "an error", err);
    if (!st)
        st = ma_json_put_text(report, "login_error", ma_buf_text(&text), err);
    return st ? st : ma_json_put_text(report, "login", "failed", err);
}

static const char *const outcomes[] = {
    [MA_IMPORTLOGIN_TAKEN] = "taken",
    [MA_IMPORTLOGIN_THERE] = "there",
    [MA_IMPORTLOGIN_KEPT] = "kept",
};

static bool is_machine(const ma_finding *finding)
{
    const char *mode =
        ma_json_text(ma_json_get_object(finding->entry, "oauth"), "mode");
    return mode && !strcmp(mode, "m2m");
}

/* The settings of the name count where they are those that were found. */
static const char *choose_word(const ma_finding *finding, const char *state)
{
    bool ours = finding->name && (!state || strcmp(state, "kept") != 0);
    return ours ? finding->name : finding->url;
}

static mcpauth_status take_login(takeover *self, const ma_finding *finding,
    const char *path, ma_json *report, mcpauth_error *err)
{
    ma_importlogin_outcome outcome = MA_IMPORTLOGIN_TAKEN;
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    const ma_json *oauth = ma_json_get_object(finding->entry, "oauth");
    const ma_importlogin what = {
        .server = choose_word(finding, ma_json_text(report, "settings")),
        .path = path,
        .scope = ma_json_text(oauth, "scope"),
        .configured = ma_json_text(oauth, "client_id") ||
                      ma_json_text(oauth, "client_metadata_url"),
    };
    if (!why)
        return ma_error_nomem(err);
    mcpauth_status st = MCPAUTH_OK;
    if (!self->dry_run)
        st = ma_importlogin_take(self->context, &what, &outcome, why);
    if (st == MCPAUTH_E_NOMEM || st == MCPAUTH_E_CANCELLED) {
        ma_error_copy(err, why);
        return st;
    }
    if (st == MCPAUTH_E_LOGIN_REQUIRED)
        return ma_json_put_text(report, "login", "ended", err);
    if (st)
        return put_failure(self, report, why, err);
    self->taken += !self->dry_run && outcome == MA_IMPORTLOGIN_TAKEN;
    return ma_json_put_text(report, "login", outcomes[outcome], err);
}

/* Without a file there is nothing to say. */
static mcpauth_status find_login(takeover *self, const ma_finding *finding,
    ma_json *report, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) elsewhere = ma_buf_init(MA_INPUT_MAX);
    const ma_buf *listed = finding->kept_in ? &elsewhere : &self->listed;
    mcpauth_status st = MCPAUTH_OK;
    if (finding->kept_in)
        st = list_logins(self, finding->kept_in, &elsewhere, err);
    const char *path = st ? NULL : ma_mcpremote_find(finding, listed);
    if (st || !path || is_machine(finding))
        return st;
    st = ma_json_put_text(report, "login_found_in", path, err);
    if (!st && finding->another_login)
        return ma_json_put_text(report, "login", "left", err);
    return st ? st : take_login(self, finding, path, report, err);
}

/* --- one after the other ------------------------------------------------- */

static mcpauth_status begin_report(
    const ma_finding *finding, ma_json **out, mcpauth_error *err)
{
    MA_AUTO(ma_json) report = ma_json_object();
    ma_json *left = ma_json_dup(finding->left);
    if (!report || !left) {
        ma_json_free(left);
        return ma_error_nomem(err);
    }
    mcpauth_status st = ma_json_put(report, "left", left, err);
    if (!st)
        st = ma_json_put_text(report, "name", finding->name, err);
    if (!st)
        st = ma_json_put_text(report, "url", finding->url, err);
    if (!st)
        st = ma_json_put_text(report, "found_in", finding->place, err);
    if (!st)
        *out = ma_move(&report);
    return st;
}

/* First all settings, so that a login finds those of its server. */
static mcpauth_status settle_all(takeover *self, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (const ma_finding *at = self->found; !st && at; at = at->next) {
        MA_AUTO(ma_json) report = NULL;
        const char *state = at->entry ? "left" : NULL;
        st = begin_report(at, &report, err);
        if (!st && at->url && at->entry)
            st = settle(self, at, &state, err);
        if (!st)
            st = ma_json_put_text(report, "settings", state, err);
        if (!st)
            st = ma_json_push(self->reports, ma_move(&report), err);
    }
    if (!st && self->edited && !self->dry_run)
        st = ma_configedit_save(ma_buf_text(&self->path), &self->text, err);
    return st;
}

static mcpauth_status find_logins(takeover *self, mcpauth_error *err)
{
    mcpauth_status st = list_logins(self, NULL, &self->listed, err);
    size_t index = 0;
    for (const ma_finding *at = self->found; !st && at; at = at->next) {
        ma_json *report = (ma_json *)ma_json_at(self->reports, index++);
        if (at->url)
            st = find_login(self, at, report, err);
    }
    return st;
}

static bool has_owner(const takeover *self, const char *path)
{
    for (const ma_finding *at = self->found; at; at = at->next)
        if (ma_mcpremote_owns(at, path))
            return true;
    return false;
}

/* Logins of servers that no file names, and that only a person can name. */
static mcpauth_status list_unknown(
    const takeover *self, ma_json *to, mcpauth_error *err)
{
    ma_span rest = ma_buf_span(&self->listed);
    mcpauth_status st = MCPAUTH_OK;
    while (!st && rest.len) {
        const char *path = ma_span_cut(&rest, '\0').at;
        if (!self->login_only && !has_owner(self, path))
            st = ma_json_push_text(to, path, err);
    }
    return st;
}

/* --- the answer ---------------------------------------------------------- */

/* Of our own servers those are told that have a login. */
static mcpauth_status push_told(
    const takeover *self, ma_json *to, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < ma_json_count(self->reports); i++) {
        const ma_json *report = ma_json_at(self->reports, i);
        ma_json *copy = NULL;
        if (!self->login_only && !ma_json_text(report, "settings") &&
            !ma_json_text(report, "login"))
            continue;
        copy = ma_json_dup(report);
        st = copy ? ma_json_push(to, copy, err) : ma_error_nomem(err);
    }
    return st;
}

/* Only the one that is used from now on may renew it: the other's refresh token
 * is the same, and is used up by that. */
static void advise_person(const takeover *self, const ma_json *unknown)
{
    if (!self->found)
        ma_context_say(self->context, "No MCP server with a URL was found.");
    if (ma_json_count(unknown))
        ma_context_say(self->context,
            "mcp-remote has %zu more at servers that no file names; \"mcpauth "
            "config import URL\" takes the one of that server.",
            ma_json_count(unknown));
    if (self->taken)
        ma_context_say(self->context,
            "From now on use mcpauth alone for what was taken: two programs "
            "that renew one login end it.");
}

static mcpauth_status answer(takeover *self, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_IMPORTREPORT_MAX);
    MA_AUTO(ma_json) told = ma_json_array();
    MA_AUTO(ma_json) unknown = ma_json_array();
    if (!told || !unknown)
        return ma_error_nomem(err);
    const ma_importreport report = {
        .file = ma_buf_text(&self->path),
        .dry_run = self->dry_run,
        .servers = told,
        .unread = self->unread,
        .unknown_logins = unknown,
    };
    mcpauth_status st = push_told(self, told, err);
    if (!st)
        st = list_unknown(self, unknown, err);
    if (!st && ma_context_json(self->context))
        st = ma_importreport_write_json(&report, &text, err);
    else if (!st)
        ma_importreport_write(&report, &text);
    if (!st)
        st = ma_buf_status(&text, "the answer", err);
    if (st)
        return st;
    ma_context_write(self->context, ma_buf_span(&text));
    advise_person(self, unknown);
    return MCPAUTH_OK;
}

/* --- command ------------------------------------------------------------- */

static mcpauth_status run(takeover *self, mcpauth_error *err)
{
    MA_AUTO(ma_json) own = NULL;
    mcpauth_status st = find_own(self, err);
    if (!st)
        st = parse_own(self, &own, err);
    if (!st)
        st = read_sources(self, ma_json_get_object(own, "mcpServers"), err);
    if (!st)
        st = settle_all(self, err);
    if (!st)
        st = find_logins(self, err);
    if (!st)
        st = answer(self, err);
    size_t unread = ma_json_count(self->unread);
    if (st || !(self->failures + unread))
        return st;
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "not everything could be taken over (logins: %zu, files: %zu)",
        self->failures, unread);
}

static void done(takeover *self)
{
    while (self->found) {
        ma_finding *next = self->found->next;
        ma_finding_free(self->found);
        self->found = next;
    }
    ma_json_free(self->reports);
    ma_json_free(self->unread);
    ma_buf_done(&self->path);
    ma_buf_done(&self->text);
    ma_buf_done(&self->listed);
}

mcpauth_status ma_importcmd_run(ma_context *context, mcpauth_error *err)
{
    takeover self = {
        .context = context,
        .dry_run = ma_options_has(context->options, MA_OPTION_DRY_RUN),
        .reports = ma_json_array(),
        .unread = ma_json_array(),
        .path = ma_buf_init(PATH_MAX),
        .text = ma_buf_init(MA_INPUT_MAX),
        .listed = ma_buf_init(MA_FOREIGNFILE_MAX),
    };
    self.end = &self.found;
    mcpauth_status st =
        self.reports && self.unread ? run(&self, err) : ma_error_nomem(err);
    done(&self);
    return st;
}
