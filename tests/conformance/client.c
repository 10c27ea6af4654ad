/* client.c - the client that the MCP conformance suite examines: a program on
 * the installed headers alone, at the server whose URL is its last argument.
 *
 * It lists what the server has and uses all of it.  MCP_CONFORMANCE_SCENARIO
 * names the scenario, MCP_CONFORMANCE_CONTEXT is what that gives a client to
 * know; what a scenario wants otherwise stands in the tables below.
 *
 * Exit status: 0, all was done; 1, not, and stderr says why; 2, usage. */
#include <curl/curl.h>
#include <jansson.h>
#include <mcpauth/mcpauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The suite's own limit is 30 s, and it kills nothing but a shell. */
enum { ALARM_S = 25, BROWSER_TIMEOUT_S = 10 };

/* --- what a scenario wants ----------------------------------------------- */

/* Settings that a user would make. */
static const struct {
    const char *scenario;
    const char *name;
    const char *value;
} settings[] = {
    {"auth/basic-cimd", "client_metadata_url",
        "https://conformance-test.local/client-metadata.json"},
    {"auth/pre-registration", "mode", "interactive"},
};

/* Members of the context, and the settings that they are. */
static const struct {
    const char *member;
    const char *setting;
} given[] = {
    {"client_id", "client_id"},
    {"client_secret", "client_secret"},
    {"idp_issuer", "idp_issuer"},
    {"idp_client_id", "idp_client_id"},
    {"private_key_pem", "private_key"},
    {"signing_algorithm", "token_endpoint_auth_signing_alg"},
};

/* Members that are assertions of somebody else: each goes into a variable, as
 * a platform would put it. */
#define VOUCHED "CONFORMANCE_ASSERTION"
static const char *const vouched[] = {"valid_jwt", "idp_id_token"};

/* Tools that take arguments. */
static const struct {
    const char *tool;
    const char *arguments;   /* a JSON object; NULL: the tool is not called */
    const char *schema_from; /* adds `schema`: the inputSchema of that tool */
} tools[] = {
    {"add_numbers", "{\"a\":5,\"b\":3}", NULL},
    {"json_schema_echo", "{}", "json_schema_2020_12_tool"},
    {"lookup_user", NULL, NULL},
};

/* --- a person who agrees ------------------------------------------------- */

static mcpauth_status listen_nowhere(void *ctx, const char *redirect_uri,
    int port, const char **out_redirect_uri, mcpauth_error *err)
{
    const char **expected = ctx;
    (void)port;
    (void)err;
    *expected = redirect_uri ? redirect_uri : "http://127.0.0.1:49151/callback";
    *out_redirect_uri = *expected;
    return MCPAUTH_OK;
}

static size_t ignore(char *bytes, size_t size, size_t count, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * count;
}

/* Where the page at url sends a browser, or NULL; lent by curl. */
static const char *visit(CURL *curl, const char *url)
{
    char *location = NULL;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)BROWSER_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    if (curl_easy_perform(curl))
        return NULL;
    curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
    return location;
}

static mcpauth_status browse(void *ctx, const char *url, const char *issuer,
    int64_t until_ms, mcpauth_redirect_fn *judge, void *judge_ctx,
    mcpauth_error *err)
{
    const char **expected = ctx;
    CURL *curl = curl_easy_init();
    const char *location = curl ? visit(curl, url) : NULL;
    size_t len = strlen(*expected);
    mcpauth_status st;
    (void)issuer;
    (void)until_ms;
    if (!location)
        st = mcpauth_error_set(
            err, MCPAUTH_E_NETWORK, "the login page sent nobody back");
    else if (strncmp(location, *expected, len) || location[len] != '?')
        st = mcpauth_error_set(err, MCPAUTH_E_PROTOCOL,
            "the login page sent the browser elsewhere");
    else
        st = judge(judge_ctx, location + len + 1, err);
    curl_easy_cleanup(curl);
    return st;
}

static void close_nothing(void *ctx)
{
    (void)ctx;
}

static mcpauth_status new_ui(
    const char **expected, mcpauth_ui **out_ui, mcpauth_error *err)
{
    const mcpauth_ui_ops ops = {
        sizeof ops, listen_nowhere, browse, close_nothing, close_nothing};
    return mcpauth_ui_new(&ops, expected, out_ui, err);
}

/* Leaves every form as it is, and knows no other question. */
static void serve(void *ctx, const char *method, const char *params, size_t len,
    mcpauth_reply *reply)
{
    (void)ctx;
    if (strcmp(method, "elicitation/create") == 0)
        (void)mcpauth_reply_defaults(reply, params, len, NULL);
}

static void show_dropped(void *ctx, const char *tool, const char *why)
{
    (void)ctx;
    fprintf(stderr, "client: left out %s: %s\n", tool, why);
}

/* --- using a server ------------------------------------------------------ */

/* What a server may have: the capability, which is also the member of the
 * list, and how one entry is used, by which of its members. */
static const struct kind {
    const char *capability;
    const char *list;
    const char *use;
    const char *key;
} kinds[] = {
    {"tools", "tools/list", "tools/call", "name"},
    {"resources", "resources/list", "resources/read", "uri"},
    {"prompts", "prompts/list", "prompts/get", "name"},
};

static json_t *find_named(const json_t *list, const char *name)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        const char *its = json_string_value(json_object_get(entry, "name"));
        if (its && strcmp(its, name) == 0)
            return entry;
    }
    return NULL;
}

/* The arguments to call the tool with, for json_decref; NULL: it is not to be
 * called. */
static json_t *choose_arguments(const json_t *list, const char *tool)
{
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
        if (strcmp(tools[i].tool, tool) != 0)
            continue;
        if (!tools[i].arguments)
            return NULL;
        json_t *arguments = json_loads(tools[i].arguments, 0, NULL);
        if (tools[i].schema_from)
            json_object_set(arguments, "schema",
                json_object_get(
                    find_named(list, tools[i].schema_from), "inputSchema"));
        return arguments;
    }
    return json_object();
}

/* One request; a tool that reports an error has not done what it should. */
static mcpauth_status use(mcpauth_client *client, const char *method,
    const json_t *params, mcpauth_error *err)
{
    char *result = NULL;
    size_t len = 0;
    char *text = json_dumps(params, JSON_COMPACT);
    mcpauth_status st =
        mcpauth_client_request(client, method, text, &result, &len, err);
    free(text);
    if (st)
        return st;
    json_auto_t *read = json_loadb(result, len, 0, NULL);
    mcpauth_text_free(result);
    if (!json_is_object(read))
        return mcpauth_error_set(
            err, MCPAUTH_E_PROTOCOL, "the result is no object");
    if (json_is_true(json_object_get(read, "isError")))
        return mcpauth_error_set(
            err, MCPAUTH_E_RPC, "the tool reported an error");
    return MCPAUTH_OK;
}

static mcpauth_status use_entry(mcpauth_client *client, const struct kind *kind,
    const json_t *list, const json_t *entry, mcpauth_error *err)
{
    json_t *key = json_object_get(entry, kind->key);
    json_auto_t *params = json_pack("{s:O}", kind->key, key);
    if (kind == &kinds[0]) {
        json_t *arguments = choose_arguments(list, json_string_value(key));
        if (!arguments)
            return MCPAUTH_OK;
        json_object_set_new(params, "arguments", arguments);
    }
    return use(client, kind->use, params, err);
}

/* The calls that the context asks for, in place of those of the tables. */
static mcpauth_status make_calls(
    mcpauth_client *client, const json_t *calls, mcpauth_error *err)
{
    size_t i;
    json_t *params;
    mcpauth_status st = MCPAUTH_OK;
    json_array_foreach(calls, i, params)
    {
        st = use(client, "tools/call", params, err);
        if (st)
            break;
    }
    return st;
}

static mcpauth_status use_kind(mcpauth_client *client, const struct kind *kind,
    const json_t *context, mcpauth_error *err)
{
    char *text = NULL;
    size_t len = 0;
    mcpauth_status st = mcpauth_client_list(
        client, kind->list, kind->capability, &text, &len, err);
    if (st)
        return st;
    json_auto_t *list = json_loadb(text, len, 0, NULL);
    mcpauth_text_free(text);
    const json_t *calls = json_object_get(context, "toolCalls");
    if (calls && kind == &kinds[0])
        return make_calls(client, calls, err);
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        st = use_entry(client, kind, list, entry, err);
        if (st)
            break;
    }
    return st;
}

/* --- using skills -------------------------------------------------------- */

#define SKILLS "io.modelcontextprotocol/skills"

/* Reads every file, the SKILL.md first, as an agent would. */
static mcpauth_status use_skill(
    mcpauth_client *client, const json_t *entry, mcpauth_error *err)
{
    mcpauth_skill *skill = NULL;
    char *text = json_dumps(entry, JSON_COMPACT);
    mcpauth_status st = mcpauth_skill_new(client, text, &skill, err);
    free(text);
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(entry, "resources"), i, file)
    {
        char *bytes = NULL;
        size_t len = 0;
        const char *uri = json_string_value(json_object_get(file, "uri"));
        if (!st)
            st = mcpauth_skill_read(skill, uri, &bytes, &len, err);
        mcpauth_text_free(bytes);
    }
    mcpauth_skill_free(skill);
    return st;
}

/* One scenario looks whether a client reads what nobody wants yet. */
static mcpauth_status use_skills(mcpauth_client *client, mcpauth_error *err)
{
    const char *scenario = getenv("MCP_CONFORMANCE_SCENARIO");
    bool wanted = !scenario || !strstr(scenario, "no-prefetch");
    char *text = NULL;
    size_t len = 0;
    mcpauth_status st =
        mcpauth_client_list(client, "skills/list", "skills", &text, &len, err);
    if (st)
        return st;
    json_auto_t *list = json_loadb(text, len, 0, NULL);
    mcpauth_text_free(text);
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        if (!st && wanted)
            st = use_skill(client, entry, err);
    }
    return st;
}

static mcpauth_status use_all(
    mcpauth_client *client, const json_t *context, mcpauth_error *err)
{
    mcpauth_status st = mcpauth_client_open(client, err);
    const char *text = st ? NULL : mcpauth_client_server_capabilities(client);
    json_auto_t *has = text ? json_loads(text, 0, NULL) : NULL;
    if (json_object_get(json_object_get(has, "extensions"), SKILLS))
        return use_skills(client, err);
    for (size_t i = 0; !st && i < sizeof kinds / sizeof *kinds; i++)
        if (i == 0 || json_object_get(has, kinds[i].capability))
            st = use_kind(client, &kinds[i], context, err);
    return st;
}

/* --- one run ------------------------------------------------------------- */

static mcpauth_status configure(mcpauth_config *config, const char *url,
    const char *scenario, const json_t *context, mcpauth_error *err)
{
    mcpauth_status st = mcpauth_config_set(config, "server", url, err);
    for (size_t i = 0; !st && i < sizeof given / sizeof *given; i++) {
        const char *value =
            json_string_value(json_object_get(context, given[i].member));
        if (value)
            st = mcpauth_config_set(config, given[i].setting, value, err);
    }
    for (size_t i = 0; !st && i < sizeof vouched / sizeof *vouched; i++) {
        const char *value =
            json_string_value(json_object_get(context, vouched[i]));
        if (value && !setenv(VOUCHED, value, 1))
            st = mcpauth_config_set(config, "assertion", "env:" VOUCHED, err);
    }
    for (size_t i = 0; !st && i < sizeof settings / sizeof *settings; i++)
        if (strcmp(settings[i].scenario, scenario) == 0)
            st = mcpauth_config_set(
                config, settings[i].name, settings[i].value, err);
    return st;
}

static mcpauth_status use_server(const mcpauth_provider_options *who,
    const json_t *context, mcpauth_error *err)
{
    mcpauth_provider *provider = NULL;
    mcpauth_client *client = NULL;
    mcpauth_status st = mcpauth_provider_new(who, &provider, err);
    const mcpauth_client_options where = {
        .size = sizeof where,
        .provider = provider,
        .http = who->http,
        .server = mcpauth_config_get(who->config, "server"),
        .name = "mcpauth-conformance",
        .capabilities =
            "{\"elicitation\":{},\"extensions\":{\"" SKILLS "\":{}}}",
        .serve = serve,
        .dropped = show_dropped,
    };
    if (!st)
        st = mcpauth_client_new(&where, &client, err);
    if (!st)
        st = use_all(client, context, err);
    if (client)
        mcpauth_client_close(client);
    mcpauth_client_free(client);
    mcpauth_provider_free(provider);
    return st;
}

static mcpauth_status run(
    mcpauth_config *config, const json_t *context, mcpauth_error *err)
{
    const char *expected = NULL;
    mcpauth_store *store = NULL;
    mcpauth_http *http = NULL;
    mcpauth_ui *ui = NULL;
    mcpauth_status st = mcpauth_store_memory_new(&store, err);
    if (!st)
        st = mcpauth_http_curl_new(NULL, &http, err);
    if (!st)
        st = new_ui(&expected, &ui, err);
    const mcpauth_provider_options who = {
        .size = sizeof who,
        .config = config,
        .store = store,
        .http = http,
        .ui = ui,
    };
    if (!st)
        st = use_server(&who, context, err);
    mcpauth_ui_free(ui);
    mcpauth_http_free(http);
    mcpauth_store_free(store);
    return st;
}

static void show_log(void *ctx, int level, const char *event, const char *text)
{
    (void)ctx;
    fprintf(stderr, "%d %s: %s\n", level, event, text);
}

int main(int argc, char **argv)
{
    const char *scenario = getenv("MCP_CONFORMANCE_SCENARIO");
    const char *text = getenv("MCP_CONFORMANCE_CONTEXT");
    if (argc != 2 || !scenario) {
        fprintf(
            stderr, "usage: MCP_CONFORMANCE_SCENARIO=... %s URL\n", argv[0]);
        return 2;
    }
    alarm(ALARM_S);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    json_auto_t *context = text ? json_loads(text, 0, NULL) : NULL;
    mcpauth_error *err = mcpauth_error_new();
    mcpauth_config *config = mcpauth_config_new();
    mcpauth_config_set_log(config, show_log, NULL);
    mcpauth_status st = configure(config, argv[1], scenario, context, err);
    if (!st)
        st = run(config, context, err);
    if (st)
        fprintf(stderr, "client: %s: %s\n", mcpauth_status_name(st),
            mcpauth_error_message(err));
    mcpauth_config_free(config);
    mcpauth_error_free(err);
    curl_global_cleanup();
    return st != MCPAUTH_OK;
}
