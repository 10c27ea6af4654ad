/* own_loop.c - a flow driven by hand, with libmcpauth-core alone: the loop, the
 * clock and the HTTP are yours.  One that means it also judges the address it
 * connects to (http.h).  MCPAUTH_SERVER, OAUTH_CLIENT_ID, ... say where to. */
#include <curl/curl.h>
#include <mcpauth/agentcore.h>
#include <mcpauth/flow.h>
#include <stdio.h>
#include <time.h>

static mcpauth_status fetch(
    mcpauth_flow *flow, const mcpauth_http_request *asked, mcpauth_error *err)
{
    long status = 0;
    char line[8192], body[65536];
    FILE *sink = fmemopen(body, sizeof body, "w"); /* more cuts it off */
    CURL *curl = curl_easy_init();
    struct curl_slist *lines = NULL;
    for (size_t i = 0; i < mcpauth_headers_count(asked->headers); i++) {
        snprintf(line, sizeof line, "%s: %s",
            mcpauth_headers_name(asked->headers, i),
            mcpauth_headers_value(asked->headers, i));
        lines = curl_slist_append(lines, line);
    }
    curl_easy_setopt(curl, CURLOPT_URL, asked->url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, sink);
    if (asked->body) /* a text, as all that a flow asks is */
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, asked->body);
    if (!curl_easy_perform(curl) && !fflush(sink))
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    mcpauth_answer answer = {(int)status, NULL, body, (size_t)ftell(sink)};
    fclose(sink);
    curl_slist_free_all(lines);
    curl_easy_cleanup(curl);
    mcpauth_status st = status ? MCPAUTH_OK : MCPAUTH_E_NETWORK;
    return mcpauth_flow_fetched(flow, st, &answer, NULL, err);
}

/* Nothing is stored, so there is nothing to lock, and nobody can be asked. */
static mcpauth_status carry_out(
    mcpauth_flow *flow, const mcpauth_step *step, mcpauth_error *err)
{
    switch (step->kind) {
    case MCPAUTH_STEP_LOAD:
        return mcpauth_flow_loaded(flow, MCPAUTH_OK, NULL, NULL, err);
    case MCPAUTH_STEP_LOCK: /* MCPAUTH_LOCKED */
        return mcpauth_flow_locked(flow, &(mcpauth_lock){0}, err);
    case MCPAUTH_STEP_UNLOCK:
        return mcpauth_flow_unlocked(flow, err);
    case MCPAUTH_STEP_FETCH:
        return fetch(flow, step->request, err);
    case MCPAUTH_STEP_WAIT:
        while (time(NULL) * 1000 < step->until_ms)
            nanosleep(&(struct timespec){1, 0}, NULL);
        return mcpauth_flow_waited(flow, err);
    default:
        return mcpauth_flow_saved(
            flow, MCPAUTH_OK, MCPAUTH_SAVED, 1, NULL, err);
    }
}

int main(void)
{
    mcpauth_error *err = mcpauth_error_new();
    mcpauth_config *config = mcpauth_config_new();
    mcpauth_flow *flow = NULL;
    const mcpauth_step *step = NULL;
    mcpauth_status st = mcpauth_agentcore_read_environment(config, err);
    st = st ? st : mcpauth_flow_new(config, MCPAUTH_FLOW_TOKEN, &flow, err);
    st = st ? st : mcpauth_flow_next(flow, time(NULL) * 1000, &step, err);
    while (!st && step->kind != MCPAUTH_STEP_DONE) {
        st = carry_out(flow, step, err);
        st = st ? st : mcpauth_flow_next(flow, time(NULL) * 1000, &step, err);
    }
    printf("own_loop: %s\n", st ? mcpauth_error_message(err) : "got a token");
    mcpauth_flow_free(flow);
    mcpauth_config_free(config);
    mcpauth_error_free(err);
    return st != MCPAUTH_OK;
}
