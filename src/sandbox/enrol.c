/* enrol.c - see enrol.h. */
#include "sandbox/enrol.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"

enum { LIST_MAX = 16 * 1024, NAME_MAX_LEN = 256 };

#define GRANTS "authorization_code refresh_token"
#define SCOPES MA_WORLD_STANDARD_SCOPES " openid email profile offline_access"

static void refuse(ma_visit *visit, const char *error)
{
    ma_visit_json(visit, 400, "{\"error\":\"%s\"}", error);
}

/* The redirect URIs by spaces; empty when one of them cannot be. */
static void join_redirects(const ma_json *request, ma_buf *to)
{
    const ma_json *uris = ma_json_get_array(request, "redirect_uris");
    for (size_t i = 0; i < ma_json_count(uris); i++) {
        const char *uri = ma_json_string(ma_json_at(uris, i));
        if (!uri || !strchr(uri, ':') || strpbrk(uri, " #")) {
            ma_buf_clear(to);
            return;
        }
        ma_buf_addf(to, "%s%s", i ? " " : "", uri);
    }
}

/* The client as registered: what it sent, and what it was given. */
static mcpauth_status write_registration(const ma_idp *idp,
    const ma_client *client, const char *method, ma_json *request,
    ma_visit *visit)
{
    MA_SCOPED(ma_buf) uri = ma_buf_init(LIST_MAX);
    ma_buf_addf(&uri, "%s" MA_ENROL_PREFIX "%s",
        idp->world->origins[MA_SANDBOX_STANDARD], client->id);
    mcpauth_status st =
        ma_json_put_text(request, "client_id", client->id, NULL);
    if (!st)
        st = ma_json_put_int(request, "client_id_issued_at",
            ma_world_now_ms(idp->world) / 1000, NULL);
    if (!st)
        st = ma_json_put_text(
            request, "token_endpoint_auth_method", method, NULL);
    if (!st)
        st = ma_json_put_text(
            request, "registration_client_uri", ma_buf_text(&uri), NULL);
    if (!st)
        st = ma_json_put_text(
            request, "registration_access_token", client->key, NULL);
    if (!st && client->secret)
        st = ma_json_put_text(request, "client_secret", client->secret, NULL);
    if (!st && client->secret)
        st = ma_json_put_int(request, "client_secret_expires_at", 0, NULL);
    ma_visit_json(visit, 201, "%s", "");
    ma_visit_set(visit, "Cache-Control", "no-store");
    ma_json_write(&visit->reply, request);
    return st;
}

void ma_enrol_answer(ma_idp *idp, ma_visit *visit)
{
    MA_AUTO(ma_json) request = NULL;
    if (ma_json_parse_object(ma_buf_span(&visit->body), &request, NULL)) {
        refuse(visit, "invalid_client_metadata");
        return;
    }
    MA_SCOPED(ma_buf) redirects = ma_buf_init(LIST_MAX);
    join_redirects(request, &redirects);
    if (!redirects.len) {
        refuse(visit, "invalid_redirect_uri");
        return;
    }
    const char *method = ma_json_text(request, "token_endpoint_auth_method");
    MA_AUTO(ma_text)
    chosen = ma_strdup(method ? method : "client_secret_basic");
    MA_SCOPED(ma_buf) id = ma_buf_init(NAME_MAX_LEN);
    MA_SCOPED(ma_buf) secret = ma_buf_init(NAME_MAX_LEN);
    MA_SCOPED(ma_buf) key = ma_buf_init(NAME_MAX_LEN);
    unsigned number = (unsigned)idp->clients.count;
    ma_buf_addf(&id, "sandbox-registered-%u", number);
    ma_signer_seal(&idp->world->signer, "client-secret", number, 0, &secret);
    ma_signer_seal(&idp->world->signer, "registration", number, 0, &key);
    bool public = chosen && !strcmp(chosen, "none");
    const ma_client client = {
        .id = ma_buf_text(&id),
        .secret = public ? NULL : ma_buf_text(&secret),
        .scopes = SCOPES,
        .redirects = ma_buf_text(&redirects),
        .grants = GRANTS,
        .key = ma_buf_text(&key),
    };
    mcpauth_status st = ma_clients_add(&idp->clients, &client, NULL);
    if (!st)
        st = write_registration(idp, &client, chosen, request, visit);
    visit->failed = st;
}

void ma_enrol_manage(ma_idp *idp, ma_visit *visit)
{
    size_t prefix = strlen(MA_ENROL_PREFIX);
    MA_AUTO(ma_text)
    id = ma_strndup(visit->path.at + prefix, visit->path.len - prefix);
    const ma_client *client = id ? ma_clients_get(&idp->clients, id) : NULL;
    const char *field = ma_visit_field(visit, "Authorization");
    bool owner = client && client->key && field &&
                 !strncasecmp(field, "Bearer ", 7) &&
                 !strcmp(field + 7, client->key);
    if (!owner) {
        ma_visit_json(visit, 401, "{\"error\":\"invalid_token\"}");
        return;
    }
    if (strcmp(visit->method, "DELETE") != 0) {
        ma_visit_answer(visit, 405, NULL);
        return;
    }
    ma_clients_remove(&idp->clients, id);
    ma_visit_answer(visit, 204, NULL);
}
