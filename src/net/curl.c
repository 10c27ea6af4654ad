/* curl.c - the mcpauth_http on libcurl.
 *
 * Connections stay open between requests.
 * A handle only ever speaks to one origin under one address rule: so a
 * connection that a user's own host was allowed to have is never handed to a
 * request a server asked for, and no field outlives its request (S-028,
 * S-077).  Every request sets every option anew. */
#include <mcpauth/mcpauth.h>

#include <mcpauth/version.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/quote.h"
#include "net/answer.h"
#include "net/handle.h"
#include "net/peer.h"
#include "net/pool.h"
#include "net/proxy.h"
#include "net/trust.h"

enum {
    CONNECT_TIMEOUT_MS = 10 * 1000,
    END_TIMEOUT_MS = 50, /* for an end that is due, not for an answer */
    LINE_MAX_LEN = 1024 * 1024
};

typedef struct {
    mcpauth_curl_options options; /* its texts are our own */
    ma_trust trust;
    ma_pool *pool;
} ma_curl;

/* One request on its way. */
struct exchange {
    const ma_curl *driver;
    const mcpauth_http_request *request;
    const ma_peer *peer;
    ma_answer *answer;
    CURL *easy;
    struct curl_slist *fields;
    int64_t deadline_ms;    /* 0: none */
    int64_t heard_ms;       /* when the body last grew */
    mcpauth_status stopped; /* why a callback ended it; err is set */
    int64_t until_ms;       /* the end is waited for till then; 0: always */
    int opened;
    int refused;
    bool sent;                /* over some connection, perhaps */
    char address[NI_MAXHOST]; /* the last refused */
    char words[CURL_ERROR_SIZE];
};

/* --- the driver ---------------------------------------------------------- */

static void close_handle(void *handle)
{
    ma_handle_free(handle);
}

static void free_driver(void *ctx)
{
    ma_curl *driver = ctx;
    if (!driver)
        return;
    ma_pool_free(driver->pool);
    ma_trust_done(&driver->trust);
    ma_free((char *)driver->options.allow_http);
    ma_free((char *)driver->options.cert_file);
    ma_free((char *)driver->options.key_file);
    ma_free((char *)driver->options.user_agent);
    ma_free(driver);
}
MA_AUTO_DEFINE(ma_curl, free_driver)

static bool copy_text(const char *from, const char **to)
{
    *to = ma_strdup(from);
    return *to || !from;
}

static bool fill_driver(const mcpauth_curl_options *options, ma_curl *driver)
{
    const char *agent = options->user_agent;
    mcpauth_curl_options *own = &driver->options;
    own->allow_private = options->allow_private;
    driver->pool = ma_pool_new(close_handle);
    return driver->pool && ma_trust_find(options->ca_file, &driver->trust) &&
           copy_text(options->allow_http, &own->allow_http) &&
           copy_text(options->cert_file, &own->cert_file) &&
           copy_text(options->key_file, &own->key_file) &&
           copy_text(
               agent ? agent : "mcpauth/" MCPAUTH_VERSION, &own->user_agent);
}

static void start_curl(void)
{
    /* A failure shows again in every curl_easy_init. */
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* --- callbacks ----------------------------------------------------------- */

static curl_socket_t open_socket(
    void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct exchange *ex = ctx;
    if (purpose == CURLSOCKTYPE_IPCXN && ma_peer_allows(ex->peer, &to->addr)) {
        ex->opened++;
        return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    }
    ex->refused++;
    if (getnameinfo(&to->addr, to->addrlen, ex->address, sizeof ex->address,
            NULL, 0, NI_NUMERICHOST))
        ex->address[0] = '\0';
    return CURL_SOCKET_BAD;
}

/* libcurl takes a kept connection that ends without a word for one that was
 * idle too long, and sends the request over a new one. */
static int before_sending(
    void *ctx, char *their_ip, char *our_ip, int their_port, int our_port)
{
    struct exchange *ex = ctx;
    bool again = ex->sent;
    (void)their_ip, (void)our_ip, (void)their_port, (void)our_port;
    ex->sent = true;
    if (!again || !ex->request->once)
        return CURL_PREREQFUNC_OK;
    ex->stopped = ma_error_set(ex->answer->err, MCPAUTH_E_NETWORK,
        "%s:%d closed the connection without an answer; whether it did what "
        "it was asked is not known",
        ex->peer->url->host, ex->peer->url->port);
    return CURL_PREREQFUNC_ABORT;
}

static size_t take_line(char *at, size_t one, size_t len, void *ctx)
{
    struct exchange *ex = ctx;
    long status = 0;
    (void)one;
    if (ex->stopped)
        return len;
    curl_easy_getinfo(ex->easy, CURLINFO_RESPONSE_CODE, &status);
    ex->heard_ms = ma_clock_boot_ms();
    ex->stopped =
        ma_answer_feed_line(ex->answer, (int)status, ma_span_make(at, len));
    return ex->stopped ? 0 : len;
}

/* Who has heard enough of a stream hears its last words: a connection whose
 * answer came to its end can be kept (T-026). */
static size_t take_body(char *at, size_t one, size_t len, void *ctx)
{
    struct exchange *ex = ctx;
    (void)one;
    if (ex->stopped)
        return len + 1;
    ex->heard_ms = ma_clock_boot_ms();
    ex->stopped = ma_answer_feed_body(ex->answer, ma_span_make(at, len));
    if (ex->stopped == MCPAUTH_E_CANCELLED)
        ex->until_ms = ex->heard_ms + END_TIMEOUT_MS;
    return ex->stopped && !ex->until_ms ? len + 1 : len;
}

static int watch_silence(void *ctx, curl_off_t down_total, curl_off_t down,
    curl_off_t up_total, curl_off_t up)
{
    struct exchange *ex = ctx;
    int64_t limit_ms = ex->request->idle_timeout_ms;
    (void)down_total, (void)down, (void)up_total, (void)up;
    if (limit_ms <= 0 || ex->stopped || !ex->answer->head_done ||
        ma_clock_boot_ms() - ex->heard_ms <= limit_ms)
        return 0;
    ex->stopped = ma_error_set(ex->answer->err, MCPAUTH_E_TIMEOUT,
        "%s:%d fell silent for more than %lld ms in the middle of its answer",
        ex->peer->url->host, ex->peer->url->port, (long long)limit_ms);
    return 1;
}

/* --- request fields ------------------------------------------------------ */

/* libcurl copies each line and does not wipe it. */
static void free_fields(struct curl_slist *fields)
{
    for (struct curl_slist *at = fields; at; at = at->next)
        explicit_bzero(at->data, strlen(at->data));
    curl_slist_free_all(fields);
}

static bool add_line(struct exchange *ex, const char *line)
{
    struct curl_slist *longer = curl_slist_append(ex->fields, line);
    if (longer)
        ex->fields = longer;
    return longer;
}

static bool add_field(struct exchange *ex, const char *name, const char *value)
{
    MA_SCOPED(ma_buf) line = ma_buf_init(LINE_MAX_LEN);
    /* "Name:" would remove a field; "Name;" sends it without a value. */
    ma_buf_addf(&line, *value ? "%s: %s" : "%s;%s", name, value);
    return !ma_buf_status(&line, "a header field", NULL) &&
           add_line(ex, ma_buf_text(&line));
}

static bool build_fields(struct exchange *ex)
{
    const mcpauth_headers *headers = ex->request->headers;
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++)
        if (!add_field(ex, mcpauth_headers_name(headers, i),
                mcpauth_headers_value(headers, i)))
            return false;
    if (!mcpauth_headers_get(headers, "Content-Type") &&
        !add_line(ex, "Content-Type:"))
        return false;
    return add_line(ex, "Expect:");
}

/* --- options ------------------------------------------------------------- */

struct number {
    CURLoption option;
    long value;
};

struct text {
    CURLoption option;
    const char *value;
};

static bool set_numbers(CURL *easy, const struct number *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (curl_easy_setopt(easy, rows[i].option, rows[i].value))
            return false;
    return true;
}

static bool set_texts(CURL *easy, const struct text *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (curl_easy_setopt(easy, rows[i].option, rows[i].value))
            return false;
    return true;
}

/* What no request changes (S-008, S-071, S-076, S-078). */
static bool set_rules(struct exchange *ex)
{
    static const struct number numbers[] = {
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
        {CURLOPT_PATH_AS_IS, 1},
        {CURLOPT_AUTOREFERER, 0},
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_TCP_KEEPALIVE, 1},
        {CURLOPT_NOPROGRESS, 0},
    };
    const struct text texts[] = {
        {CURLOPT_PROTOCOLS_STR, ex->peer->url->https ? "https" : "http"},
        {CURLOPT_USERAGENT, ex->driver->options.user_agent},
        /* The environment was read by ma_proxy_find, exemptions included. */
        {CURLOPT_PROXY, ex->peer->proxy ? ex->peer->proxy : ""},
        {CURLOPT_NOPROXY, ""},
    };
    return set_numbers(ex->easy, numbers, sizeof numbers / sizeof *numbers) &&
           set_texts(ex->easy, texts, sizeof texts / sizeof *texts);
}

static bool set_trust(struct exchange *ex)
{
    const ma_trust *trust = &ex->driver->trust;
    const struct text rows[] = {
        {CURLOPT_CAINFO, trust->file},
        {CURLOPT_CAPATH, trust->dir},
    };
    if (!trust->file && !trust->dir)
        return true;
    return set_texts(ex->easy, rows, sizeof rows / sizeof *rows);
}

static bool set_client_certificate(struct exchange *ex)
{
    const mcpauth_curl_options *own = &ex->driver->options;
    const struct text rows[] = {
        {CURLOPT_SSLCERT, own->cert_file},
        {CURLOPT_SSLKEY, own->key_file ? own->key_file : own->cert_file},
        /* An encrypted key fails; OpenSSL would ask the terminal. */
        {CURLOPT_KEYPASSWD, ""},
    };
    if (!own->cert_file)
        return true;
    return set_texts(ex->easy, rows, sizeof rows / sizeof *rows);
}

static bool set_method(struct exchange *ex)
{
    const mcpauth_http_request *request = ex->request;
    CURL *easy = ex->easy;
    if (strcmp(request->method, "GET") == 0)
        return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    if (curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method))
        return false;
    if (!request->body && strcmp(request->method, "POST") != 0)
        return true;
    const char *body = request->body ? request->body : "";
    curl_off_t len = request->body ? (curl_off_t)request->body_len : 0;
    return !curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, len) &&
           !curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
}

static long clamp_ms(int64_t value_ms)
{
    return (long)(value_ms < INT32_MAX ? value_ms : INT32_MAX);
}

/* What is left until the deadline, never 0, which would mean for ever. */
static long rest_ms(int64_t deadline_ms)
{
    if (deadline_ms <= 0)
        return 0;
    int64_t rest = deadline_ms - ma_clock_boot_ms();
    return rest > 0 ? clamp_ms(rest) : 1;
}

static bool set_request(struct exchange *ex)
{
    int64_t connect_ms = ex->request->connect_timeout_ms;
    const struct number limits[] = {
        {CURLOPT_CONNECTTIMEOUT_MS,
            connect_ms > 0 ? clamp_ms(connect_ms) : CONNECT_TIMEOUT_MS},
        {CURLOPT_TIMEOUT_MS, rest_ms(ex->deadline_ms)},
    };
    return set_numbers(ex->easy, limits, 2) && set_method(ex) &&
           !curl_easy_setopt(ex->easy, CURLOPT_URL, ex->peer->url->text) &&
           !curl_easy_setopt(ex->easy, CURLOPT_HTTPHEADER, ex->fields);
}

static bool set_callbacks(struct exchange *ex)
{
    CURL *easy = ex->easy;
    return !curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) &&
           !curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, ex) &&
           !curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending) &&
           !curl_easy_setopt(easy, CURLOPT_PREREQDATA, ex) &&
           !curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_line) &&
           !curl_easy_setopt(easy, CURLOPT_HEADERDATA, ex) &&
           !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) &&
           !curl_easy_setopt(easy, CURLOPT_WRITEDATA, ex) &&
           !curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch_silence) &&
           !curl_easy_setopt(easy, CURLOPT_XFERINFODATA, ex) &&
           !curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, ex->words);
}

/* libcurl refuses an option only when it cannot copy its text. */
static bool set_all(struct exchange *ex)
{
    return set_rules(ex) && set_trust(ex) && set_client_certificate(ex) &&
           set_request(ex) && set_callbacks(ex);
}

/* --- failures ------------------------------------------------------------ */

enum remedy { NO_REMEDY, CHECK_HOST, CHECK_PROXY, CHECK_CA, CHECK_CERT };

struct failure {
    CURLcode code;
    mcpauth_status status;
    const char *what;
    enum remedy remedy;
};

static const struct failure failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, MCPAUTH_E_NETWORK, "its name does not resolve",
        CHECK_HOST},
    {CURLE_COULDNT_RESOLVE_PROXY, MCPAUTH_E_NETWORK,
        "the proxy's name does not resolve", CHECK_PROXY},
    {CURLE_COULDNT_CONNECT, MCPAUTH_E_NETWORK, "cannot connect", CHECK_HOST},
    {CURLE_PROXY, MCPAUTH_E_NETWORK, "the proxy refused", CHECK_PROXY},
    {CURLE_SSL_CONNECT_ERROR, MCPAUTH_E_NETWORK, "TLS failed", NO_REMEDY},
    {CURLE_PEER_FAILED_VERIFICATION, MCPAUTH_E_NETWORK,
        "its certificate is not trusted", CHECK_CA},
    {CURLE_SSL_CACERT_BADFILE, MCPAUTH_E_USAGE,
        "the CA certificates cannot be read", CHECK_CA},
    {CURLE_SSL_CERTPROBLEM, MCPAUTH_E_USAGE,
        "the client certificate or its key cannot be used", CHECK_CERT},
    {CURLE_OPERATION_TIMEDOUT, MCPAUTH_E_TIMEOUT, "no answer in time",
        NO_REMEDY},
    {CURLE_OUT_OF_MEMORY, MCPAUTH_E_NOMEM, "out of memory", NO_REMEDY},
    {CURLE_WEIRD_SERVER_REPLY, MCPAUTH_E_PROTOCOL, "its answer is not HTTP",
        NO_REMEDY},
    {CURLE_UNSUPPORTED_PROTOCOL, MCPAUTH_E_PROTOCOL, "its answer is not HTTP",
        NO_REMEDY},
    {CURLE_PARTIAL_FILE, MCPAUTH_E_NETWORK, "the answer was cut off",
        NO_REMEDY},
    {CURLE_GOT_NOTHING, MCPAUTH_E_NETWORK, "no answer came", NO_REMEDY},
};

static const struct failure *find_failure(CURLcode code)
{
    static const struct failure other = {
        CURLE_OK, MCPAUTH_E_NETWORK, "the connection failed", NO_REMEDY};
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        if (failures[i].code == code)
            return &failures[i];
    return &other;
}

static void add_remedy(mcpauth_error *err, enum remedy remedy)
{
    static const char *const hints[] = {
        [CHECK_HOST] = "check the URL and that the server runs; behind a "
                       "proxy set HTTPS_PROXY",
        [CHECK_PROXY] = "check HTTPS_PROXY and NO_PROXY",
        [CHECK_CA] = "if a private CA signed it, name that CA's certificate "
                     "with --cacert or SSL_CERT_FILE",
        [CHECK_CERT] = "check --cert and --key: PEM files, the key without a "
                       "passphrase",
    };
    if (remedy != NO_REMEDY)
        ma_error_hint(err, "%s", hints[remedy]);
}

static mcpauth_status report_refused(const struct exchange *ex)
{
    const ma_url *url = ex->peer->url;
    mcpauth_error *err = ex->answer->err;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        url->https ? "refused to connect to %s: %s is not a public address"
                   : "refused to speak to %s in clear text: %s is not this "
                     "machine",
        url->host, ex->address);
    if (url->https)
        ma_error_hint(err, "if a server may send us there, set allow_private");
    return st;
}

static mcpauth_status report_failure(const struct exchange *ex, CURLcode code)
{
    mcpauth_error *err = ex->answer->err;
    const ma_url *url = ex->peer->url;
    const char *proxy = ex->peer->proxy;
    if (ex->refused > 0 && ex->opened == 0)
        return report_refused(ex);
    const struct failure *failure = find_failure(code);
    /* libcurl quotes a proxy it cannot read, password and all. */
    bool clean = ex->words[0] && !(proxy && strstr(ex->words, proxy));
    MA_AUTO(ma_text)
    words = ma_quote(ma_span_of(clean ? ex->words : curl_easy_strerror(code)));
    mcpauth_status st = ma_error_set(err, failure->status, "%s:%d%s: %s (%s)",
        url->host, url->port, proxy ? " through a proxy" : "", failure->what,
        words ? words : "");
    add_remedy(err, failure->remedy);
    if (proxy)
        add_remedy(err, CHECK_PROXY);
    return st;
}

/* --- one exchange -------------------------------------------------------- */

static mcpauth_status run(struct exchange *ex, ma_handle *handle)
{
    if (!build_fields(ex) || !set_all(ex))
        return ma_error_nomem(ex->answer->err);
    CURLcode code = ma_handle_run(handle, ex->request->cancel, &ex->until_ms);
    if (ex->stopped)
        return ex->stopped;
    if (mcpauth_cancel_asked(ex->request->cancel) && code)
        return ma_cancel_error(ex->answer->err);
    if (code)
        return report_failure(ex, code);
    if (!ex->answer->head_done)
        return ma_error_set(ex->answer->err, MCPAUTH_E_NETWORK,
            "%s:%d sent no whole answer", ex->peer->url->host,
            ex->peer->url->port);
    return MCPAUTH_OK;
}

static ma_handle *take_handle(ma_pool *pool, const char *key)
{
    ma_handle *handle = ma_pool_take(pool, key);
    if (handle && !ma_handle_spoilt(handle))
        return handle;
    ma_handle_free(handle);
    return ma_handle_new();
}

/* Runs ex on a handle out of the pool. */
static mcpauth_status run_pooled(struct exchange *ex)
{
    ma_pool *pool = ex->driver->pool;
    MA_SCOPED(ma_buf) key = ma_buf_init(MA_URL_MAX);
    ma_buf_addf(&key, "%d ", (int)ex->peer->rule);
    ma_url_write_origin(&key, ex->peer->url);
    mcpauth_status st = ma_buf_status(&key, "the origin", ex->answer->err);
    if (st)
        return st;
    ma_handle *handle = take_handle(pool, ma_buf_text(&key));
    if (!handle)
        return ma_error_nomem(ex->answer->err);
    ex->easy = handle->easy;
    st = run(ex, handle);
    curl_easy_reset(ex->easy);
    free_fields(ex->fields);
    ma_pool_put(pool, ma_buf_text(&key), handle);
    return st;
}

/* Asks url once; a redirect that may be followed leaves its URL in answer. */
static mcpauth_status exchange_once(const ma_curl *driver, const ma_url *url,
    int64_t deadline_ms, ma_answer *answer)
{
    const mcpauth_http_request *request = answer->request;
    const ma_peer peer = {
        &driver->options, url, request->address, ma_proxy_find(url)};
    mcpauth_status st = ma_peer_judge(&peer, answer->err);
    if (st)
        return st;
    struct exchange ex = {
        .driver = driver,
        .request = request,
        .peer = &peer,
        .answer = answer,
        .deadline_ms = deadline_ms,
    };
    return run_pooled(&ex);
}

static mcpauth_status check_method(const char *method, mcpauth_error *err)
{
    static const char *const known[] = {"GET", "POST", "DELETE"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(method, known[i]) == 0)
            return MCPAUTH_OK;
    return ma_error_set(
        err, MCPAUTH_E_USAGE, "this driver sends GET, POST and DELETE only");
}

static mcpauth_status perform(void *ctx, const mcpauth_http_request *request,
    const mcpauth_http_sink *sink, mcpauth_error *err)
{
    const ma_curl *driver = ctx;
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = check_method(request->method, err);
    if (!st)
        st = ma_url_parse(ma_span_of(request->url), &url, err);
    if (st)
        return st;
    int64_t deadline_ms = 0;
    if (request->timeout_ms > 0)
        deadline_ms = ma_clock_boot_ms() + request->timeout_ms;
    bool may_follow = strcmp(request->method, "GET") == 0;
    for (int left = may_follow ? request->redirects : 0;; left--) {
        MA_SCOPED(ma_answer)
        answer = ma_answer_init(request, &url, left, sink, err);
        st = exchange_once(driver, &url, deadline_ms, &answer);
        if (st || !answer.next.text)
            return st;
        ma_url_done(&url);
        url = answer.next;
        answer.next = (ma_url){0};
    }
}

mcpauth_status mcpauth_http_curl_new(const mcpauth_curl_options *options,
    mcpauth_http **out_http, mcpauth_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const mcpauth_http_ops ops = {sizeof ops, perform, free_driver};
    mcpauth_curl_options known = {0};
    if (options)
        memcpy(&known, options,
            options->size < sizeof known ? options->size : sizeof known);
    pthread_once(&once, start_curl);
    MA_AUTO(ma_curl) made = ma_calloc(1, sizeof *made);
    if (!made || !fill_driver(&known, made))
        return ma_error_nomem(err);
    return mcpauth_http_new(&ops, ma_move(&made), out_http, err);
}
