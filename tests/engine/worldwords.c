/* worldwords.c - what an authorization server sees, in words.
 *
 * Everything is decoded by hand here: what shared code with the engine would
 * share its mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "world.h"

/* --- texts --------------------------------------------------------------- */

void world_write(world_page *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len =
        vsnprintf(to->text + to->len, sizeof to->text - to->len, format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < sizeof to->text - to->len);
    to->len += (size_t)len;
}

void world_clear(world_page *at)
{
    at->len = 0;
    at->text[0] = '\0';
}

static unsigned char hex_digit(char digit)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = memchr(digits, digit, sizeof digits - 1);
    assert_non_null(at);
    return (unsigned char)(at - digits);
}

/* The value of form-encoded text up to an '&'. */
static void decode_form(const char *from, size_t len, char *out)
{
    size_t end = 0;
    for (size_t i = 0; i < len; i++) {
        assert_true(end + 1 < VALUE_MAX);
        char byte = from[i] == '+' ? ' ' : from[i];
        if (from[i] == '%') {
            byte = (char)(hex_digit(from[i + 1]) << 4 | hex_digit(from[i + 2]));
            i += 2;
        }
        out[end++] = byte;
    }
    out[end] = '\0';
}

typedef struct {
    char name[VALUE_MAX];
    char value[VALUE_MAX];
} pair;

/* Takes one name=value from *rest; false at the end. */
static bool next_pair(const char **rest, pair *out)
{
    if (!**rest)
        return false;
    const char *end = strchrnul(*rest, '&');
    const char *equals = memchr(*rest, '=', (size_t)(end - *rest));
    assert_non_null(equals);
    decode_form(*rest, (size_t)(equals - *rest), out->name);
    decode_form(equals + 1, (size_t)(end - equals - 1), out->value);
    *rest = *end ? end + 1 : end;
    return true;
}

/* --- requests ------------------------------------------------------------ */

enum { TIMEOUT_MS = 30000 };

/* No answer is waited for any longer: others may wait for the lock (S-049). */
static int64_t time_left_ms(const script *world)
{
    int64_t held_ms = world->now_ms - world->locked_at_ms;
    return world->locked[MCPAUTH_LOCK_REFRESH] ? TIMEOUT_MS - held_ms
                                               : TIMEOUT_MS;
}

/* What holds for whatever the engine asks for (A-034, A-234, S-007, S-011,
 * S-042). */
static void check_request(
    const script *world, const mcpauth_http_request *request)
{
    bool get = !strcmp(request->method, "GET");
    const char *accept = mcpauth_headers_get(request->headers, "Accept");
    assert_string_equal(accept, "application/json");
    assert_null(strstr(request->url, CANARY));
    assert_int_equal(request->redirects, get ? 3 : 0);
    assert_int_equal(request->once, !get);
    assert_int_equal(request->body_max, 1024 * 1024);
    assert_int_equal(request->connect_timeout_ms, 10000);
    assert_int_equal(request->timeout_ms, time_left_ms(world));
    if (!get)
        return;
    const char *revision =
        mcpauth_headers_get(request->headers, "MCP-Protocol-Version");
    assert_int_equal(mcpauth_headers_count(request->headers), revision ? 2 : 1);
    assert_null(request->body);
    assert_int_equal(request->body_len, 0);
}

/* RFC 7636 4.6, as the authorization server sees it. */
static void check_verifier(const script *world, const char *verifier)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char encoded[64];
    SHA256((const unsigned char *)verifier, strlen(verifier), digest);
    EVP_EncodeBlock((unsigned char *)encoded, digest, sizeof digest);
    for (char *at = encoded; *at; at++)
        *at = (char)(*at == '+' ? '-' : *at == '/' ? '_' : *at);
    encoded[SECRET_LEN] = '\0';
    assert_string_equal(encoded, world->code_challenge);
}

static void describe_proof(world_page *to, const mcpauth_http_request *request)
{
    const char *proof = mcpauth_headers_get(request->headers, "Authorization");
    if (!proof)
        return;
    if (strncmp(proof, "Basic ", 6) != 0) {
        world_write(to, " [%s]", proof);
        return;
    }
    unsigned char decoded[VALUE_MAX] = {0};
    assert_true(EVP_DecodeBlock(decoded, (const unsigned char *)proof + 6,
                    (int)strlen(proof + 6)) > 0);
    world_write(to, " [Basic %s]", (const char *)decoded);
}

/* Writes the parameter of an authorization request down; what never changes is
 * checked, and what is random kept. */
static void describe_parameter(script *world, world_page *to, const pair *one)
{
    if (!strcmp(one->name, "state")) {
        assert_string_not_equal(one->value, world->state);
        assert_int_equal(strlen(one->value), SECRET_LEN);
        snprintf(world->state, sizeof world->state, "%s", one->value);
    } else if (!strcmp(one->name, "code_challenge")) {
        assert_string_not_equal(one->value, world->code_challenge);
        snprintf(world->code_challenge, sizeof world->code_challenge, "%s",
            one->value);
    } else if (!strcmp(one->name, "response_type")) {
        assert_string_equal(one->value, "code");
    } else if (!strcmp(one->name, "code_challenge_method")) {
        assert_string_equal(one->value, "S256");
    } else if (!strcmp(one->name, "dpop_jkt")) {
        assert_int_equal(strlen(one->value), SECRET_LEN);
        world_write(to, " dpop_jkt=*");
    } else if (strcmp(one->name, "nonce") != 0) {
        world_write(to, " %s=%s", one->name, one->value);
    }
}

/* Segment number of a JWT, as text. */
static void decode_segment(const char *jwt, int number, char *out)
{
    char padded[VALUE_MAX + 4];
    for (; number > 0; number--) {
        jwt = strchr(jwt, '.');
        assert_non_null(jwt++);
    }
    size_t len = strcspn(jwt, ".");
    assert_true(len < VALUE_MAX);
    for (size_t i = 0; i < len; i++)
        padded[i] = (char)(jwt[i] == '-' ? '+' : jwt[i] == '_' ? '/' : jwt[i]);
    size_t full = (len + 3) / 4 * 4;
    memset(padded + len, '=', full - len);
    int got = EVP_DecodeBlock(
        (unsigned char *)out, (const unsigned char *)padded, (int)full);
    assert_true(got > 0);
    out[(size_t)got - (full - len)] = '\0';
}

/* The text or number behind "name":. */
static void find_claim(const char *claims, const char *name, char *out)
{
    char mark[64];
    snprintf(mark, sizeof mark, "\"%s\":", name);
    const char *at = strstr(claims, mark);
    assert_non_null(at);
    at += strlen(mark);
    at += *at == '"';
    snprintf(out, VALUE_MAX, "%.*s", (int)strcspn(at, "\",}"), at);
}

/* of now, for a few minutes, and never the same again. */
static void check_claims(script *world, const char *claims)
{
    char text[VALUE_MAX];
    find_claim(claims, "jti", text);
    assert_string_not_equal(text, world->jti);
    assert_int_equal(strlen(text), SECRET_LEN);
    snprintf(world->jti, sizeof world->jti, "%s", text);
    find_claim(claims, "iat", text);
    assert_int_equal(strtoll(text, NULL, 10), world->now_ms / 1000);
    find_claim(claims, "exp", text);
    assert_in_range(strtoll(text, NULL, 10) - world->now_ms / 1000, 60, 300);
}

/* Who signed it, by what and for whom; what its signature is worth is for
 * proofs.py to see. */
static void describe_assertion(script *world, world_page *to, const char *jwt)
{
    char header[VALUE_MAX], claims[VALUE_MAX], alg[VALUE_MAX], aud[VALUE_MAX];
    char iss[VALUE_MAX], sub[VALUE_MAX], typ[VALUE_MAX];
    decode_segment(jwt, 0, header);
    decode_segment(jwt, 1, claims);
    check_claims(world, claims);
    find_claim(header, "alg", alg);
    find_claim(claims, "aud", aud);
    find_claim(claims, "iss", iss);
    find_claim(claims, "sub", sub);
    assert_string_equal(iss, sub);
    find_claim(header, "typ", typ);
    bool usual = !strcmp(typ, "client-authentication+jwt");
    world_write(to, " [%s%s%s of %s for %s]", usual ? "" : typ,
        usual ? "" : " ", alg, sub, aud);
}

/* of now or of the server's clock, by one key for all of a
 * flow, and never the same again. */
static void describe_possession(
    script *world, world_page *to, const mcpauth_http_request *request)
{
    char header[VALUE_MAX], claims[VALUE_MAX], text[VALUE_MAX];
    const char *proof = mcpauth_headers_get(request->headers, "DPoP");
    if (!proof)
        return;
    decode_segment(proof, 0, header);
    decode_segment(proof, 1, claims);
    find_claim(header, "typ", text);
    assert_string_equal(text, "dpop+jwt");
    assert_null(strstr(header, "\"d\":"));
    find_claim(header, "x", text);
    if (world->proof_key[0])
        assert_string_equal(text, world->proof_key);
    snprintf(world->proof_key, sizeof world->proof_key, "%s", text);
    find_claim(claims, "htm", text);
    assert_string_equal(text, request->method);
    find_claim(claims, "htu", text);
    assert_string_equal(text, request->url);
    assert_null(strstr(claims, "\"ath\":"));
    find_claim(claims, "jti", text);
    assert_string_not_equal(text, world->proof_jti);
    snprintf(world->proof_jti, sizeof world->proof_jti, "%s", text);
    find_claim(claims, "iat", text);
    long long ahead_s = strtoll(text, NULL, 10) - world->now_ms / 1000;
    world_write(to, " [DPoP");
    if (strstr(claims, "\"nonce\":")) {
        find_claim(claims, "nonce", text);
        world_write(to, " %s", text);
    }
    if (ahead_s)
        world_write(to, " %+llds", ahead_s);
    world_write(to, "]");
}

static void describe_form(script *world, world_page *to, const char *body)
{
    pair one;
    while (next_pair(&body, &one)) {
        if (!strcmp(one.name, "code_verifier")) {
            check_verifier(world, one.value);
            world_write(to, " code_verifier=*");
        } else if (!strcmp(one.name, "client_assertion")) {
            describe_assertion(world, to, one.value);
        } else if (!strcmp(one.name, "client_assertion_type")) {
            assert_string_equal(one.value,
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        } else {
            describe_parameter(world, to, &one);
        }
    }
}

/* The text member of that name, found as text: ' name=value'. */
static void describe_member(world_page *to, const char *body, const char *name)
{
    char mark[64];
    snprintf(mark, sizeof mark, "\"%s\":", name);
    const char *at = strstr(body, mark);
    if (!at)
        return;
    at = strchr(at + strlen(mark), '"') + 1;
    world_write(to, " %s=%.*s", name, (int)strcspn(at, "\""), at);
}

static void describe_registration(world_page *to, const char *body)
{
    describe_member(to, body, "redirect_uris");
    describe_member(to, body, "token_endpoint_auth_method");
    describe_member(to, body, "scope");
    if (strstr(body, "\"dpop_bound_access_tokens\":true"))
        world_write(to, " dpop_bound");
    if (!strstr(body, "\"application_type\":\"native\""))
        world_write(to, " (of no type)");
}

void world_describe_request(
    script *world, world_page *to, const mcpauth_http_request *request)
{
    check_request(world, request);
    world_write(to, "%s %s", request->method, request->url);
    describe_proof(to, request);
    if (request->certificate)
        world_write(to, " [certificate]");
    describe_possession(world, to, request);
    const char *revision =
        mcpauth_headers_get(request->headers, "MCP-Protocol-Version");
    if (revision)
        world_write(to, " (%s)", revision);
    const char *type = mcpauth_headers_get(request->headers, "Content-Type");
    if (!request->body)
        return;
    assert_int_equal(strlen(request->body), request->body_len);
    if (!strcmp(type, "application/json"))
        describe_registration(to, request->body);
    else if (!strcmp(type, "application/x-www-form-urlencoded"))
        describe_form(world, to, request->body);
    else
        world_write(to, " (%s) %s", type, request->body);
}

/* --- the browser --------------------------------------------------------- */

void world_describe_browse(script *world, world_page *to, const char *url)
{
    const char *query = strchr(url, '?');
    assert_non_null(query);
    world_write(to, "browse %.*s", (int)(query - url), url);
    query++;
    pair one;
    while (next_pair(&query, &one))
        describe_parameter(world, to, &one);
}
