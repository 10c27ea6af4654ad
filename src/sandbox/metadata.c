/* metadata.c - see metadata.h. */
#include "sandbox/metadata.h"

#include "base/json.h"

static void write_scopes(const char *scopes, ma_buf *to)
{
    const char *between = "";
    ma_span rest = ma_span_of(scopes);
    ma_buf_add_text(to, ",\"scopes_supported\":[");
    while (rest.at) {
        ma_buf_add_text(to, between);
        ma_json_write_string(to, ma_span_cut(&rest, ' '));
        between = ",";
    }
    ma_buf_add_byte(to, ']');
}

/* A moved issuer is the one of the other pair. */
static void write_issuer(const ma_idp *idp, ma_buf *to)
{
    bool moved = ma_faults_on(&idp->world->faults, MA_FAULT_MOVED_ISSUER);
    if (!moved)
        ma_idp_write_issuer(idp, to);
    else if (idp->kind == &ma_idp_cognito)
        ma_buf_add_text(to, idp->world->origins[MA_SANDBOX_STANDARD]);
    else
        ma_buf_addf(to, "%s" MA_WORLD_POOL_PATH,
            idp->world->origins[MA_SANDBOX_COGNITO]);
}

void ma_metadata_answer(const ma_idp *idp, ma_sandbox_server server,
    const char *scopes, ma_visit *visit)
{
    bool other = ma_faults_on(&idp->world->faults, MA_FAULT_BAD_RESOURCE);
    ma_visit_json(visit, 200, "{\"authorization_servers\":[\"");
    write_issuer(idp, &visit->reply);
    ma_buf_addf(&visit->reply, "\"],\"resource\":\"%s\"",
        other ? "https://other.example/mcp" : idp->world->mcp_urls[server]);
    if (scopes)
        write_scopes(scopes, &visit->reply);
    ma_buf_add_byte(&visit->reply, '}');
    visit->place = MA_PLACE_METADATA;
}
