/* consent.c - see consent.h. */
#include "sandbox/consent.h"

#include <string.h>

#include "base/form.h"
#include "base/url.h"

enum { LOCATION_MAX = 16 * 1024 };

/* One request for authorization, its parameters decoded. */
typedef struct {
    ma_span query;
    const ma_client *client;
    char *client_id;
    char *redirect_uri;
} question;

static void done_question(const question *at)
{
    ma_free(at->client_id);
    ma_free(at->redirect_uri);
}
MA_SCOPED_DEFINE(question, done_question)

/* --- redirect URI -------------------------------------------------------- */

/* Both loopback literals, and equal but for the port (RFC 8252 7.3). */
static bool same_but_port(const char *registered, const char *uri)
{
    MA_SCOPED(ma_url) a = {0};
    MA_SCOPED(ma_url) b = {0};
    if (ma_url_parse(ma_span_of(registered), &a, NULL) ||
        ma_url_parse(ma_span_of(uri), &b, NULL))
        return false;
    return ma_url_loopback(&a) && !strcmp(a.host, b.host) &&
           a.https == b.https && ma_span_eq(a.path, b.path) &&
           ma_span_eq(a.query, b.query);
}

static bool is_registered(const ma_idp *idp, const question *asked)
{
    if (!asked->redirect_uri)
        return false;
    ma_span uri = ma_span_of(asked->redirect_uri);
    ma_span rest = ma_span_of(asked->client->redirects);
    while (rest.at) {
        ma_span one = ma_span_cut(&rest, ' ');
        if (ma_span_eq(one, uri))
            return true;
        MA_AUTO(ma_text) text = ma_strndup(one.at, one.len);
        if (text && idp->kind->any_loopback_port &&
            same_but_port(text, asked->redirect_uri))
            return true;
    }
    return false;
}

/* The person sees it, the client never does. */
static void refuse_here(const ma_idp *idp, const question *asked,
    const char *error, ma_visit *visit)
{
    if (!idp->kind->has_error_page) {
        ma_visit_json(visit, 400, "{\"error\":\"%s\"}", error);
        return;
    }
    MA_SCOPED(ma_buf) page = ma_buf_init(LOCATION_MAX);
    ma_buf_add_text(&page, idp->world->origins[idp->kind->server]);
    ma_buf_add_text(&page, "/error?");
    ma_form_add(&page, "error", ma_span_of(error));
    ma_form_add(&page, "client_id", ma_span_of(asked->client_id));
    ma_visit_redirect(visit, 302, &page);
}

/* --- the way back -------------------------------------------------------- */

static void start_redirect(const question *asked, ma_buf *to)
{
    ma_buf_add_text(to, asked->redirect_uri);
    if (!strchr(asked->redirect_uri, '?'))
        ma_buf_add_byte(to, '?');
}

/* state as it came, and who says so (RFC 9207 2). */
static void finish_redirect(
    const ma_idp *idp, const question *asked, ma_buf *to, ma_visit *visit)
{
    const ma_faults *faults = &idp->world->faults;
    MA_AUTO(ma_text) state = ma_visit_param(asked->query, "state");
    bool odd_state = ma_faults_on(faults, MA_FAULT_WRONG_STATE);
    bool odd_issuer = ma_faults_on(faults, MA_FAULT_WRONG_ISS);
    if (state)
        ma_form_add(to, "state", ma_span_of(odd_state ? "forged" : state));
    MA_SCOPED(ma_buf) issuer = ma_buf_init(LOCATION_MAX);
    ma_idp_write_issuer(idp, &issuer);
    if (odd_issuer)
        ma_form_add(to, "iss", ma_span_of("https://attacker.example"));
    else if (idp->kind->names_itself)
        ma_form_add(to, "iss", ma_buf_span(&issuer));
    ma_visit_redirect(visit, 302, to);
}

static void send_error(const ma_idp *idp, const question *asked,
    const char *error, ma_visit *visit)
{
    MA_SCOPED(ma_buf) to = ma_buf_init(LOCATION_MAX);
    start_redirect(asked, &to);
    ma_form_add(&to, "error", ma_span_of(error));
    finish_redirect(idp, asked, &to, visit);
}

/* --- consent ------------------------------------------------------------- */

/* What is wrong with the rest of the request, as the error to redirect with;
 * NULL: nothing. */
static const char *judge(const ma_idp *idp, const question *asked)
{
    MA_AUTO(ma_text) type = ma_visit_param(asked->query, "response_type");
    MA_AUTO(ma_text) scope = ma_visit_param(asked->query, "scope");
    MA_AUTO(ma_text) challenge = ma_visit_param(asked->query, "code_challenge");
    MA_AUTO(ma_text)
    method = ma_visit_param(asked->query, "code_challenge_method");
    if (ma_faults_on(&idp->world->faults, MA_FAULT_REFUSED_LOGIN))
        return "access_denied";
    if (!type || strcmp(type, "code") != 0)
        return "invalid_request";
    if (!ma_clients_lists(
            asked->client->grants, ma_span_of("authorization_code")))
        return "unauthorized_client";
    if (!challenge != !method || (method && strcmp(method, "S256") != 0))
        return "invalid_request";
    if (!challenge && !idp->kind->has_error_page)
        return "invalid_request"; /* OAuth 2.1 4.1.1; Cognito does without */
    if (scope && !ma_clients_lists_all(asked->client->scopes, scope))
        return "invalid_scope";
    return NULL;
}

/* NULL when out of memory. */
static ma_login *make_login(const question *asked)
{
    MA_AUTO(ma_login) login = ma_calloc(1, sizeof *login);
    if (!login)
        return NULL;
    login->client_id = ma_strdup(asked->client->id);
    login->username = ma_strdup(MA_WORLD_USERNAME);
    login->redirect_uri = ma_strdup(asked->redirect_uri);
    login->scope = ma_visit_param(asked->query, "scope");
    if (!login->scope)
        login->scope = ma_strdup(asked->client->scopes);
    login->challenge = ma_visit_param(asked->query, "code_challenge");
    login->resource = ma_visit_param(asked->query, "resource");
    login->nonce = ma_visit_param(asked->query, "nonce");
    bool whole = login->client_id && login->username && login->redirect_uri &&
                 login->scope;
    return whole ? ma_move(&login) : NULL;
}

static void give_code(ma_idp *idp, const question *asked, ma_visit *visit)
{
    ma_login *login = make_login(asked);
    if (!login || ma_idp_add_login(idp, login)) {
        send_error(idp, asked, "server_error", visit);
        return;
    }
    MA_SCOPED(ma_buf) code = ma_buf_init(LOCATION_MAX);
    MA_SCOPED(ma_buf) to = ma_buf_init(LOCATION_MAX);
    ma_idp_write_code(idp, login, &code);
    start_redirect(asked, &to);
    ma_form_add(&to, "code", ma_buf_span(&code));
    finish_redirect(idp, asked, &to, visit);
}

void ma_consent_answer(ma_idp *idp, ma_visit *visit)
{
    MA_SCOPED(question) asked = {.query = visit->query};
    asked.client_id = ma_visit_param(visit->query, "client_id");
    asked.redirect_uri = ma_visit_param(visit->query, "redirect_uri");
    asked.client = ma_clients_get(&idp->clients, asked.client_id);
    ma_visit_note_form(visit, visit->query);
    if (!asked.client) {
        refuse_here(idp, &asked, "invalid_client", visit);
        return;
    }
    if (!is_registered(idp, &asked)) {
        refuse_here(idp, &asked, "redirect_mismatch", visit);
        return;
    }
    const char *error = judge(idp, &asked);
    if (error)
        send_error(idp, &asked, error, visit);
    else
        give_code(idp, &asked, visit);
}
