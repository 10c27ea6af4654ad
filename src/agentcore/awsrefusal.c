/* awsrefusal.c - an AWS service refuses a signed request. */
#include "agentcore/awsrefusal.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/httpdate.h"
#include "base/json.h"
#include "oauth/attempt.h"

enum { TEXT_MAX = 128 * 1024 };

/* --- what it says -------------------------------------------------------- */

/* The words of an answer; its body stays the caller's. */
typedef struct {
    ma_json *body; /* NULL: it is no JSON */
    ma_span code;
    ma_span message;
} words;

static void free_words(words *said)
{
    ma_json_free(said->body);
}
MA_SCOPED_DEFINE(words, free_words)

/* "AccessDeniedException:http://..." in a field, "com.amazon#Name" or a plain
 * name in the body. */
static ma_span find_code(const mcpauth_answer *answer, const ma_json *body)
{
    const char *field =
        mcpauth_headers_get(answer->headers, "x-amzn-ErrorType");
    const char *type = ma_json_text(body, "__type");
    const char *code = ma_json_text(body, "code");
    ma_span found = ma_span_of(field ? field : type ? type : code);
    ma_span rest = found;
    ma_span before = ma_span_cut(&rest, '#');
    found = rest.at ? rest : before;
    return ma_span_cut(&found, ':');
}

static words read_words(const mcpauth_answer *answer)
{
    words said = {0};
    ma_span text = ma_span_make(answer->body, answer->body_len);
    if (ma_json_parse(text, MA_JSON_DOCUMENT_DEPTH, &said.body, NULL))
        said.body = NULL;
    said.code = find_code(answer, said.body);
    said.message = said.body ? ma_span_of(ma_attempt_message(said.body))
                             : ma_span_trim(text);
    return said;
}

/* --- what it means ------------------------------------------------------- */

typedef enum { OTHER, EXPIRED, CLOCK, METHOD, SIGNATURE, KEY, DENIED } meaning;

static const struct {
    const char *part; /* of the code or the message */
    meaning means;
} parts[] = {
    {"ExpiredToken", EXPIRED},
    {"token included in the request is expired", EXPIRED},
    {"Signature expired", CLOCK},
    {"Signature not yet current", CLOCK},
    {"RequestTimeTooSkewed", CLOCK},
    {"RequestExpired", CLOCK},
    {"Authorization method mismatch", METHOD},
    {"InvalidSignature", SIGNATURE},
    {"SignatureDoesNotMatch", SIGNATURE},
    {"signature we calculated does not match", SIGNATURE},
    {"UnrecognizedClient", KEY},
    {"InvalidClientTokenId", KEY},
    {"InvalidAccessKeyId", KEY},
    {"token included in the request is invalid", KEY},
    {"AccessDenied", DENIED},
    {"is not authorized to perform", DENIED},
};

/* Hints by meaning; that of a clock is made. */
static const char *const hints[] = {
    [EXPIRED] = "the AWS credentials have expired: renew them, as by aws sso "
                "login",
    [METHOD] =
        "the server is set up for OAuth: give --auth oauth, or set auth so",
    [SIGNATURE] = "check the secret access key, and the region",
    [KEY] = "AWS does not know these credentials: check the access key id, and "
            "that temporary ones come with their session token",
    [DENIED] = "the credentials are good, but lack a permission: "
               "bedrock-agentcore:InvokeAgentRuntime, or InvokeGateway for a "
               "gateway",
};

static bool asks_for_token(const mcpauth_answer *answer)
{
    return answer->http_status == 401 &&
           mcpauth_headers_get(answer->headers, "WWW-Authenticate");
}

static meaning find_meaning(const mcpauth_answer *answer, const words *said)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    ma_buf_add_span(&text, said->code);
    ma_buf_add_byte(&text, ' ');
    ma_buf_add_span(&text, said->message);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcasestr(ma_buf_text(&text), parts[i].part))
            return parts[i].means;
    return asks_for_token(answer) ? METHOD : OTHER;
}

bool ma_awsrefusal_is_expiry(const mcpauth_answer *answer)
{
    MA_SCOPED(words) said = read_words(answer);
    return find_meaning(answer, &said) == EXPIRED;
}

/* --- what is said of it -------------------------------------------------- */

static void hint_at_clock(
    const mcpauth_answer *answer, int64_t now_ms, mcpauth_error *err)
{
    const char *date = mcpauth_headers_get(answer->headers, "Date");
    int64_t theirs_ms = 0;
    if (!ma_httpdate_parse(ma_span_of(date), &theirs_ms)) {
        ma_error_hint(err, "check the clock of this machine");
        return;
    }
    int64_t ahead_s = (theirs_ms - now_ms) / 1000;
    ma_error_hint(err,
        "set the clock of this machine: it is %lld s %s the server's",
        (long long)(ahead_s > 0 ? ahead_s : -ahead_s),
        ahead_s > 0 ? "behind" : "ahead of");
}

mcpauth_status ma_awsrefusal_tell(
    const mcpauth_answer *answer, int64_t now_ms, mcpauth_error *err)
{
    MA_SCOPED(words) said = read_words(answer);
    meaning means = find_meaning(answer, &said);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_REFUSED,
        "the MCP server answered %d to a request signed with AWS credentials",
        answer->http_status);
    ma_error_http_status(err, answer->http_status);
    ma_error_server(err, said.code, said.message, (ma_span){0});
    if (means == CLOCK)
        hint_at_clock(answer, now_ms, err);
    else if (hints[means])
        ma_error_hint(err, "%s", hints[means]);
    return st;
}
