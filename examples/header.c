/* header.c - a request of one's own, by one's own libcurl, with a token on it.
 * MCPAUTH_SERVER, OAUTH_CLIENT_ID, ... say where and as whom. */
#include <curl/curl.h>
#include <mcpauth/mcpauth.h>
#include <stdio.h>
#include <string.h>

static const char ping[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

/* The answer's fields, which may hold a challenge. */
static size_t keep_field(char *line, size_t size, size_t count, void *ctx)
{
    char *colon = memchr(line, ':', size * count);
    char *end = memchr(line, '\r', size * count);
    if (colon && end) {
        *colon = *end = '\0';
        colon += 1 + strspn(colon + 1, " ");
        (void)!mcpauth_headers_add(ctx, line, colon, NULL);
    }
    return size * count;
}

static int send_ping(
    const char *url, const char *token, const char *proof, mcpauth_headers *got)
{
    char field[3][8192] = {"Content-Type: application/json"};
    struct curl_slist *fields = NULL;
    long status = 0;
    CURL *curl = curl_easy_init();
    snprintf(
        field[1], sizeof field[1], "Authorization: %s", token ? token : "");
    snprintf(field[2], sizeof field[2], "DPoP: %s", proof ? proof : "");
    for (int i = 0; i < 3; i++) /* libcurl leaves out the empty ones */
        fields = curl_slist_append(fields, field[i]);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ping);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_field);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, got);
    if (!curl_easy_perform(curl))
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(fields);
    curl_easy_cleanup(curl);
    return (int)status;
}

int main(void)
{
    mcpauth_error *err = mcpauth_error_new();
    mcpauth_config *config = mcpauth_config_new();
    mcpauth_provider_options who = {.size = sizeof who, .config = config};
    mcpauth_provider *provider = NULL;
    mcpauth_caller *caller = NULL;
    mcpauth_status st = mcpauth_agentcore_read_environment(config, err);
    st = st ? st : mcpauth_store_memory_new(&who.store, err);
    st = st ? st : mcpauth_http_curl_new(NULL, &who.http, err);
    st = st ? st : mcpauth_provider_new(&who, &provider, err);
    st = st ? st : mcpauth_caller_new(provider, &caller, err);
    const char *url = mcpauth_config_get(config, "server");
    for (bool again = true; again && !st;) {
        const char *token = NULL, *proof = NULL;
        mcpauth_headers *got = mcpauth_headers_new();
        mcpauth_answer answer = {.headers = got};
        st = mcpauth_caller_header(caller, &token, err);
        st = st ? st : mcpauth_caller_proof(caller, "POST", url, &proof, err);
        answer.http_status = st ? 0 : send_ping(url, token, proof, got);
        st = st ? st : mcpauth_caller_answered(caller, &answer, &again, err);
        printf("HTTP %d\n", answer.http_status);
        mcpauth_headers_free(got);
    }
    if (st)
        fprintf(stderr, "header: %s\n", mcpauth_error_message(err));
    mcpauth_caller_free(caller);
    mcpauth_provider_free(provider);
    mcpauth_http_free(who.http);
    mcpauth_store_free(who.store);
    mcpauth_config_free(config);
    mcpauth_error_free(err);
    return st != MCPAUTH_OK;
}
