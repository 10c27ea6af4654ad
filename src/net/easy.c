/* easy.c - see easy.h. */
#include "net/easy.h"

#include <mcpauth/version.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/quote.h"

enum {
    CONNECT_TIMEOUT_MS = 10 * 1000,
    READ_LEN = 64 * 1024, /* at once */
    UNHEARD_MS = 30 * 1000,
    SENT_AT_ONCE = 32 * 1024, /* of a body, at least */
    UNASKED_MAX = 1000, /* libcurl sends as much of a body without asking */
    KEEPALIVE_S = 10
};

/* For an end that is due, not for an answer. */
enum { END_TIMEOUT_MS = 50 };

/* --- what all share ------------------------------------------------------ */

void ma_easy_rules_done(ma_easy_rules *rules)
{
    ma_trust_done(&rules->trust);
    ma_free((char *)rules->options.allow_http);
    ma_free((char *)rules->options.cert_file);
    ma_free((char *)rules->options.key_file);
    ma_free((char *)rules->options.user_agent);
    *rules = (ma_easy_rules){0};
}

static bool copy_text(const char *from, const char **to)
{
    *to = ma_strdup(from);
    return *to || !from;
}

static bool fill_rules(const mcpauth_curl_options *options, ma_easy_rules *out)
{
    const char *agent = options->user_agent;
    mcpauth_curl_options *own = &out->options;
    own->allow_private = options->allow_private;
    return ma_trust_find(options->ca_file, &out->trust) &&
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

mcpauth_status ma_easy_rules_init(
    const mcpauth_curl_options *options, ma_easy_rules *out, mcpauth_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    mcpauth_curl_options known = {0};
    if (options)
        memcpy(&known, options,
            options->size < sizeof known ? options->size : sizeof known);
    pthread_once(&once, start_curl);
    *out = (ma_easy_rules){0};
    if (fill_rules(&known, out))
        return MCPAUTH_OK;
    ma_easy_rules_done(out);
    return ma_error_nomem(err);
}

/* --- callbacks ----------------------------------------------------------- */

/* A machine that slept, or moved to another network, finds its connections dead
 * and must notice: nobody waits for what is not even acknowledged. */
static void limit_patience(curl_socket_t fd)
{
    const unsigned timeout_ms = UNHEARD_MS;
    (void)setsockopt(
        fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
}

static curl_socket_t make_socket(
    const ma_easy *easy, const struct curl_sockaddr *to)
{
    int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    limit_patience(fd);
    if (!easy->watch || easy->watch->opened(easy->watch_ctx, fd))
        return fd;
    close(fd);
    return CURL_SOCKET_BAD;
}

static curl_socket_t open_socket(
    void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    ma_easy *easy = ctx;
    if (purpose == CURLSOCKTYPE_IPCXN &&
        ma_peer_allows(easy->peer, &to->addr)) {
        easy->opened++;
        return make_socket(easy, to);
    }
    easy->refused++;
    if (getnameinfo(&to->addr, to->addrlen, easy->address, sizeof easy->address,
            NULL, 0, NI_NUMERICHOST))
        easy->address[0] = '\0';
    return CURL_SOCKET_BAD;
}

/* libcurl takes a kept connection that ends without a word for one that was
 * idle too long, and sends the request over a new one. */
static int before_sending(
    void *ctx, char *their_ip, char *our_ip, int their_port, int our_port)
{
    ma_easy *easy = ctx;
    bool again = easy->sent;
    bool once = easy->answer->request->once;
    (void)their_ip, (void)their_port;
    if (easy->stopped)
        return CURL_PREREQFUNC_ABORT;
    snprintf(easy->here.ip, sizeof easy->here.ip, "%s", our_ip);
    easy->here.port = our_port;
    easy->spoilt = !easy->opened && easy->watch &&
                   !easy->watch->approve(easy->watch_ctx, &easy->here, once);
    if (easy->spoilt)
        return CURL_PREREQFUNC_ABORT;
    easy->sent = true;
    if (!again || !once)
        return CURL_PREREQFUNC_OK;
    easy->stopped = ma_error_set(easy->answer->err, MCPAUTH_E_NETWORK,
        "%s:%d closed the connection without an answer; whether it did what "
        "it was asked is not known",
        easy->peer->url->host, easy->peer->url->port);
    return CURL_PREREQFUNC_ABORT;
}

/* For those that mind silence. */
static void note_sound(ma_easy *easy)
{
    if (easy->answer->request->idle_timeout_ms > 0)
        easy->heard_ms = ma_clock_boot_ms();
}

/* HTTP/2 is libcurl's to watch: others may be on the connection. */
static void note_answer(const ma_easy *easy)
{
    long version = 0;
    if (easy->opened && easy->watch && !easy->answer->head_len &&
        !curl_easy_getinfo(easy->handle, CURLINFO_HTTP_VERSION, &version) &&
        version <= CURL_HTTP_VERSION_1_1)
        easy->watch->answered(easy->watch_ctx, &easy->here);
}

static size_t take_line(char *at, size_t one, size_t len, void *ctx)
{
    ma_easy *easy = ctx;
    long status = 0;
    (void)one;
    if (easy->stopped)
        return len;
    curl_easy_getinfo(easy->handle, CURLINFO_RESPONSE_CODE, &status);
    note_sound(easy);
    note_answer(easy);
    easy->stopped =
        ma_answer_feed_line(easy->answer, (int)status, ma_span_make(at, len));
    return easy->stopped ? 0 : len;
}

/* Who has heard enough of a stream hears its last words: a connection whose
 * answer came to its end can be kept (T-026). */
static size_t take_body(char *at, size_t one, size_t len, void *ctx)
{
    ma_easy *easy = ctx;
    (void)one;
    if (easy->stopped)
        return len + 1;
    note_sound(easy);
    easy->stopped = ma_answer_feed_body(easy->answer, ma_span_make(at, len));
    if (easy->stopped == MCPAUTH_E_CANCELLED)
        easy->until_ms = ma_clock_boot_ms() + END_TIMEOUT_MS;
    return easy->stopped && !easy->until_ms ? len + 1 : len;
}

static int watch_silence(void *ctx, curl_off_t down_total, curl_off_t down,
    curl_off_t up_total, curl_off_t up)
{
    ma_easy *easy = ctx;
    int64_t limit_ms = easy->answer->request->idle_timeout_ms;
    (void)down_total, (void)down, (void)up_total, (void)up;
    if (limit_ms <= 0 || easy->stopped || !easy->answer->head_done ||
        ma_clock_boot_ms() - easy->heard_ms <= limit_ms)
        return 0;
    easy->stopped = ma_error_set(easy->answer->err, MCPAUTH_E_TIMEOUT,
        "%s:%d fell silent for more than %lld ms in the middle of its answer",
        easy->peer->url->host, easy->peer->url->port, (long long)limit_ms);
    return 1;
}

/* --- request fields ------------------------------------------------------ */

/* A field of our own costs libcurl less than its option, which a proxy is told
 * by as well. */
static bool names_agent(const ma_easy *easy)
{
    return !easy->peer->proxy && *easy->rules->options.user_agent &&
           !mcpauth_headers_get(easy->answer->request->headers, "User-Agent");
}

static bool build_fields(ma_easy *easy)
{
    const mcpauth_http_request *request = easy->answer->request;
    const mcpauth_headers *headers = request->headers;
    ma_headerlines *fields = &easy->fields;
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++)
        ma_headerlines_add(fields, mcpauth_headers_name(headers, i),
            mcpauth_headers_value(headers, i));
    if (names_agent(easy))
        ma_headerlines_add(
            fields, "User-Agent", easy->rules->options.user_agent);
    if (!mcpauth_headers_get(headers, "Content-Type"))
        ma_headerlines_add(fields, "Content-Type", NULL);
    if (request->body_len > UNASKED_MAX)
        ma_headerlines_add(fields, "Expect", NULL);
    struct curl_slist *list = NULL;
    return ma_headerlines_list(fields, &list) &&
           !curl_easy_setopt(easy->handle, CURLOPT_HTTPHEADER, list);
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

static bool set_numbers(CURL *handle, const struct number *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (curl_easy_setopt(handle, rows[i].option, rows[i].value))
            return false;
    return true;
}

static bool set_texts(CURL *handle, const struct text *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (curl_easy_setopt(handle, rows[i].option, rows[i].value))
            return false;
    return true;
}

/* libcurl takes no length while a handle has its buffer, and it has that still
 * where others are on its HTTP/2 connection: then it is of this length. */
static bool set_buffer(ma_easy *easy)
{
    CURLcode code =
        curl_easy_setopt(easy->handle, CURLOPT_BUFFERSIZE, (long)READ_LEN);
    return !code || code == CURLE_BAD_FUNCTION_ARGUMENT;
}

/* What no request changes (S-008, S-071, S-076, S-078). */
static bool set_rules(ma_easy *easy)
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
        {CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S},
        {CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S},
    };
    const struct text texts[] = {
        {CURLOPT_PROTOCOLS_STR, easy->peer->url->https ? "https" : "http"},
        {CURLOPT_USERAGENT,
            easy->peer->proxy ? easy->rules->options.user_agent : NULL},
        /* The environment was read by ma_proxy_find, exemptions included. */
        {CURLOPT_PROXY, easy->peer->proxy ? easy->peer->proxy : ""},
        {CURLOPT_NOPROXY, ""},
    };
    return set_numbers(
               easy->handle, numbers, sizeof numbers / sizeof *numbers) &&
           set_texts(easy->handle, texts, sizeof texts / sizeof *texts);
}

static bool set_trust(ma_easy *easy)
{
    const ma_trust *trust = &easy->rules->trust;
    const struct text rows[] = {
        {CURLOPT_CAINFO, trust->file},
        {CURLOPT_CAPATH, trust->dir},
    };
    if (!trust->file && !trust->dir)
        return true;
    return set_texts(easy->handle, rows, sizeof rows / sizeof *rows);
}

static bool set_blob(CURL *handle, CURLoption option, const ma_buf *bytes)
{
    struct curl_blob blob = {
        (void *)ma_buf_text(bytes), bytes->len, CURL_BLOB_NOCOPY};
    return !curl_easy_setopt(handle, option, &blob);
}

/* By what they hold, not by their names: libcurl compares it before it goes on
 * with a connection, or a TLS session, that was opened with another one. */
static bool set_certificate(ma_easy *easy)
{
    CURL *handle = easy->handle;
    if (!easy->certificate.chain.len)
        return true;
    /* An encrypted key fails; OpenSSL would ask the terminal. */
    return set_blob(handle, CURLOPT_SSLCERT_BLOB, &easy->certificate.chain) &&
           set_blob(handle, CURLOPT_SSLKEY_BLOB, &easy->certificate.key) &&
           !curl_easy_setopt(handle, CURLOPT_KEYPASSWD, "");
}

/* libcurl keeps a copy of what it sends together with the head.  Of more it has
 * to have one: who lends the body may be gone before all of it was sent. */
static bool set_body(CURL *handle, const char *body, curl_off_t len)
{
    CURLoption option =
        len > SENT_AT_ONCE ? CURLOPT_COPYPOSTFIELDS : CURLOPT_POSTFIELDS;
    return !curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, len) &&
           !curl_easy_setopt(handle, option, body);
}

/* Both are set by each: GET, and what makes another of it. */
static bool set_method(ma_easy *easy)
{
    const mcpauth_http_request *request = easy->answer->request;
    CURL *handle = easy->handle;
    bool get = strcmp(request->method, "GET") == 0;
    if (curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L) ||
        curl_easy_setopt(
            handle, CURLOPT_CUSTOMREQUEST, get ? NULL : request->method))
        return false;
    if (get || (!request->body && strcmp(request->method, "POST") != 0))
        return true;
    return request->body
               ? set_body(handle, request->body, (curl_off_t)request->body_len)
               : set_body(handle, "", 0);
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

static bool set_request(ma_easy *easy)
{
    const mcpauth_http_request *request = easy->answer->request;
    int64_t connect_ms = request->connect_timeout_ms;
    const struct number limits[] = {
        {CURLOPT_CONNECTTIMEOUT_MS,
            connect_ms > 0 ? clamp_ms(connect_ms) : CONNECT_TIMEOUT_MS},
        {CURLOPT_TIMEOUT_MS, rest_ms(easy->deadline_ms)},
        {CURLOPT_NOPROGRESS, request->idle_timeout_ms <= 0},
    };
    return set_numbers(easy->handle, limits, 3) && set_method(easy) &&
           set_certificate(easy) && build_fields(easy);
}

static bool set_callbacks(ma_easy *easy)
{
    CURL *handle = easy->handle;
    return !curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, before_sending) &&
           !curl_easy_setopt(handle, CURLOPT_PREREQDATA, easy) &&
           !curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_line) &&
           !curl_easy_setopt(handle, CURLOPT_HEADERDATA, easy) &&
           !curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body) &&
           !curl_easy_setopt(handle, CURLOPT_WRITEDATA, easy) &&
           !curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, watch_silence) &&
           !curl_easy_setopt(handle, CURLOPT_XFERINFODATA, easy) &&
           !curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, easy->words);
}

static bool set_connection_callbacks(ma_easy *easy)
{
    CURL *handle = easy->handle;
    if (curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket) ||
        curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, easy))
        return false;
    return !easy->watch ||
           (!curl_easy_setopt(
                handle, CURLOPT_CLOSESOCKETFUNCTION, easy->watch->closing) &&
               !curl_easy_setopt(
                   handle, CURLOPT_CLOSESOCKETDATA, easy->watch_ctx));
}

/* Once, and not for each request. */
static bool set_place(ma_easy *easy)
{
    curl_url_cleanup(easy->place);
    easy->place = curl_url();
    return easy->place &&
           !curl_url_set(easy->place, CURLUPART_URL, easy->peer->url->text,
               CURLU_PATH_AS_IS | CURLU_DISALLOW_USER) &&
           !curl_easy_setopt(easy->handle, CURLOPT_CURLU, easy->place);
}

/* What is not of one request. */
static bool settle(ma_easy *easy)
{
    return set_buffer(easy) && set_rules(easy) && set_trust(easy) &&
           set_callbacks(easy) && set_connection_callbacks(easy) &&
           set_place(easy);
}

/* libcurl refuses an option only when it cannot copy its text. */
static bool set_all(ma_easy *easy)
{
    easy->settled = easy->settled || settle(easy);
    return easy->settled && set_request(easy);
}

/* --- failures ------------------------------------------------------------ */

enum remedy {
    NO_REMEDY,
    CHECK_HOST,
    CHECK_PROXY,
    CHECK_CA,
    CHECK_CERT,
    SHOW_CERT
};

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
        [SHOW_CERT] = "the server wants to know its clients by certificates, "
                      "and takes this one for none of them; name another with "
                      "--cert and --key",
    };
    if (remedy != NO_REMEDY)
        ma_error_hint(err, "%s", hints[remedy]);
}

static mcpauth_status report_refused(const ma_easy *easy)
{
    const ma_url *url = easy->peer->url;
    mcpauth_error *err = easy->answer->err;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        url->https ? "refused to connect to %s: %s is not a public address"
                   : "refused to speak to %s in clear text: %s is not this "
                     "machine",
        url->host, easy->address);
    if (url->https)
        ma_error_hint(err, "if a server may send us there, set allow_private");
    return st;
}

/* What OpenSSL says when the server sends such an alert (RFC 8446 6.2), which
 * is about a certificate of ours. */
static bool wants_certificate(const char *words)
{
    const char *alert = strstr(words, " alert ");
    return alert &&
           (strstr(alert, "certificate") || strstr(alert, "unknown ca"));
}

static mcpauth_status report_failure(const ma_easy *easy, CURLcode code)
{
    mcpauth_error *err = easy->answer->err;
    const ma_url *url = easy->peer->url;
    const char *proxy = easy->peer->proxy;
    if (easy->refused > 0 && easy->opened == 0)
        return report_refused(easy);
    const struct failure *failure = find_failure(code);
    /* libcurl quotes a proxy it cannot read, password and all. */
    bool clean = easy->words[0] && !(proxy && strstr(easy->words, proxy));
    MA_AUTO(ma_text)
    words =
        ma_quote(ma_span_of(clean ? easy->words : curl_easy_strerror(code)));
    mcpauth_status st = ma_error_set(err, failure->status, "%s:%d%s: %s (%s)",
        url->host, url->port, proxy ? " through a proxy" : "", failure->what,
        words ? words : "");
    add_remedy(
        err, wants_certificate(easy->words) ? SHOW_CERT : failure->remedy);
    if (proxy)
        add_remedy(err, CHECK_PROXY);
    return st;
}

/* --- life ---------------------------------------------------------------- */

static mcpauth_status check_method(const char *method, mcpauth_error *err)
{
    static const char *const known[] = {"GET", "POST", "DELETE"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(method, known[i]) == 0)
            return MCPAUTH_OK;
    return ma_error_set(
        err, MCPAUTH_E_USAGE, "this driver sends GET, POST and DELETE only");
}

mcpauth_status ma_easy_begin(ma_easy *easy)
{
    mcpauth_error *err = easy->answer->err;
    mcpauth_status st = check_method(easy->answer->request->method, err);
    if (!st)
        st = ma_certificate_find(&easy->rules->options, easy->answer->request,
            easy->peer->url, &easy->certificate, err);
    if (st)
        return st;
    return set_all(easy) ? MCPAUTH_OK : ma_error_nomem(err);
}

mcpauth_status ma_easy_result(const ma_easy *easy, CURLcode code)
{
    const ma_answer *answer = easy->answer;
    if (easy->stopped)
        return easy->stopped;
    if (mcpauth_cancel_asked(answer->request->cancel) && code)
        return ma_cancel_error(answer->err);
    if (code)
        return report_failure(easy, code);
    if (!answer->head_done)
        return ma_error_set(answer->err, MCPAUTH_E_NETWORK,
            "%s:%d sent no whole answer", easy->peer->url->host,
            easy->peer->url->port);
    return MCPAUTH_OK;
}

static void clear_certificate(ma_easy *easy)
{
    if (!easy->certificate.chain.len)
        return;
    curl_easy_setopt(easy->handle, CURLOPT_SSLCERT_BLOB, NULL);
    curl_easy_setopt(easy->handle, CURLOPT_SSLKEY_BLOB, NULL);
    ma_certificate_done(&easy->certificate);
}

void ma_easy_end(ma_easy *easy)
{
    curl_easy_setopt(easy->handle, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(easy->handle, CURLOPT_POSTFIELDS, NULL);
    clear_certificate(easy);
    ma_headerlines_clear(&easy->fields);
}

void ma_easy_reset(ma_easy *easy)
{
    curl_easy_reset(easy->handle);
    curl_url_cleanup(ma_move(&easy->place));
    ma_headerlines_done(&easy->fields);
    easy->settled = false;
}
