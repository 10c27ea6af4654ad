/* clientauth_test.c - one proof per request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"
#include "oauth/clientauth.h"

static void names_go_both_ways_A_121(void **state)
{
    (void)state;
    static const ma_clientauth_method methods[] = {MA_CLIENTAUTH_NONE,
        MA_CLIENTAUTH_BASIC, MA_CLIENTAUTH_POST, MA_CLIENTAUTH_KEY,
        MA_CLIENTAUTH_TLS, MA_CLIENTAUTH_SELF_SIGNED_TLS};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        ma_clientauth_method read;
        assert_true(ma_clientauth_parse(ma_clientauth_name(methods[i]), &read));
        assert_int_equal(read, methods[i]);
    }
    ma_clientauth_method untouched = MA_CLIENTAUTH_POST;
    assert_false(ma_clientauth_parse("client_secret_jwt", &untouched));
    assert_false(ma_clientauth_parse("", &untouched));
    assert_false(ma_clientauth_parse(NULL, &untouched));
    assert_int_equal(untouched, MA_CLIENTAUTH_POST);
}

#define BASIC "\"client_secret_basic\""
#define POST  "\"client_secret_post\""
#define NONE  "\"none\""
#define JWT   "\"private_key_jwt\""
#define TLS   "\"tls_client_auth\""
#define SELF  "\"self_signed_tls_client_auth\""

/* What stands there before, and after an error. */
#define UNTOUCHED MA_CLIENTAUTH_POST

typedef struct {
    const char *supported; /* NULL: the server has no list */
    const char *fixed;
    bool has_secret;
    mcpauth_status status;
    ma_clientauth_method method;
} choice;

static void check_choices(const choice *rows, size_t count, bool has_key)
{
    for (size_t i = 0; i < count; i++) {
        MA_AUTO(ma_json) supported = NULL;
        if (rows[i].supported)
            assert_int_equal(ma_json_parse(ma_span_of(rows[i].supported),
                                 MA_JSON_DOCUMENT_DEPTH, &supported, NULL),
                MCPAUTH_OK);
        ma_clientauth_method method = UNTOUCHED;
        mcpauth_status st = ma_clientauth_choose(supported, rows[i].fixed,
            rows[i].has_secret, has_key, &method, NULL);
        if (st != rows[i].status || method != rows[i].method)
            fail_msg("row %zu", i);
    }
}

static void method_is_chosen_by_table_A_121(void **state)
{
    (void)state;
    static const choice rows[] = {
        {NULL, NULL, true, MCPAUTH_OK, MA_CLIENTAUTH_BASIC},
        {NULL, NULL, false, MCPAUTH_OK, MA_CLIENTAUTH_NONE},
        {NULL, "client_secret_post", true, MCPAUTH_OK, MA_CLIENTAUTH_POST},
        {"[]", "client_secret_post", true, MCPAUTH_OK, MA_CLIENTAUTH_POST},
        {"[" BASIC "," POST "]", NULL, true, MCPAUTH_OK, MA_CLIENTAUTH_BASIC},
        {"[" POST "," BASIC "]", NULL, true, MCPAUTH_OK, MA_CLIENTAUTH_BASIC},
        {"[" BASIC "," POST "]", "client_secret_post", true, MCPAUTH_OK,
            MA_CLIENTAUTH_POST},
        {"[" BASIC "]", "client_secret_post", true, MCPAUTH_OK,
            MA_CLIENTAUTH_BASIC},
        {"[" POST "]", NULL, true, MCPAUTH_OK, MA_CLIENTAUTH_POST},
        {"[" NONE "]", NULL, true, MCPAUTH_OK, MA_CLIENTAUTH_NONE},
        {"[" NONE "," POST "]", "none", true, MCPAUTH_OK, MA_CLIENTAUTH_NONE},
        {"[" BASIC "," POST "]", NULL, false, MCPAUTH_OK, MA_CLIENTAUTH_NONE},
        {NULL, "client_secret_basic", false, MCPAUTH_OK, MA_CLIENTAUTH_NONE},
        {NULL, "private_key_jwt", true, MCPAUTH_OK, MA_CLIENTAUTH_BASIC},
        {"[\"private_key_jwt\",\"tls_client_auth\"]", NULL, true,
            MCPAUTH_E_UNSUPPORTED, UNTOUCHED},
        {"[\"client_secret_jwt\"]", NULL, false, MCPAUTH_E_UNSUPPORTED,
            UNTOUCHED},
    };
    check_choices(rows, sizeof rows / sizeof *rows, false);
}

static void a_key_is_used_where_it_is_taken_A_121_A_182(void **state)
{
    (void)state;
    static const choice rows[] = {
        {NULL, NULL, false, MCPAUTH_OK, MA_CLIENTAUTH_KEY},
        {"[]", NULL, false, MCPAUTH_OK, MA_CLIENTAUTH_KEY},
        {"[" JWT "]", NULL, false, MCPAUTH_OK, MA_CLIENTAUTH_KEY},
        {"[" BASIC "," JWT "]", NULL, true, MCPAUTH_OK, MA_CLIENTAUTH_KEY},
        {"[" BASIC "," JWT "]", "client_secret_basic", true, MCPAUTH_OK,
            MA_CLIENTAUTH_BASIC},
        {"[" BASIC "," JWT "]", "client_secret_basic", false, MCPAUTH_OK,
            MA_CLIENTAUTH_KEY},
        {"[" BASIC "]", NULL, true, MCPAUTH_OK, MA_CLIENTAUTH_BASIC},
        {"[" NONE "]", NULL, true, MCPAUTH_OK, MA_CLIENTAUTH_NONE},
        {"[" BASIC "," NONE "]", NULL, false, MCPAUTH_E_UNSUPPORTED, UNTOUCHED},
        {"[" BASIC "," NONE "]", "private_key_jwt", false,
            MCPAUTH_E_UNSUPPORTED, UNTOUCHED},
        {"[" NONE "]", "none", false, MCPAUTH_OK, MA_CLIENTAUTH_NONE},
        {NULL, "none", false, MCPAUTH_OK, MA_CLIENTAUTH_NONE},
        {"[" TLS "]", NULL, true, MCPAUTH_E_UNSUPPORTED, UNTOUCHED},
    };
    check_choices(rows, sizeof rows / sizeof *rows, true);
}

static void a_certificate_is_used_by_whom_it_is_fixed_for_A_121_A_270(
    void **state)
{
    (void)state;
    static const choice rows[] = {
        {NULL, "tls_client_auth", false, MCPAUTH_OK, MA_CLIENTAUTH_TLS},
        {"[" TLS "]", "tls_client_auth", true, MCPAUTH_OK, MA_CLIENTAUTH_TLS},
        {"[" SELF "]", "self_signed_tls_client_auth", false, MCPAUTH_OK,
            MA_CLIENTAUTH_SELF_SIGNED_TLS},
        {"[" SELF "]", "tls_client_auth", false, MCPAUTH_E_UNSUPPORTED,
            UNTOUCHED},
        {"[" NONE "," BASIC "]", "tls_client_auth", false,
            MCPAUTH_E_UNSUPPORTED, UNTOUCHED},
        {"[" BASIC "]", "tls_client_auth", true, MCPAUTH_OK,
            MA_CLIENTAUTH_BASIC},
        {"[" BASIC "," TLS "]", NULL, true, MCPAUTH_OK, MA_CLIENTAUTH_BASIC},
        {"[" NONE "," TLS "]", NULL, false, MCPAUTH_OK, MA_CLIENTAUTH_NONE},
        {"[" TLS "," SELF "]", NULL, true, MCPAUTH_E_UNSUPPORTED, UNTOUCHED},
    };
    check_choices(rows, sizeof rows / sizeof *rows, false);
}

static mcpauth_headers *apply(ma_clientauth_method method, const char *id,
    const char *secret, ma_buf *form)
{
    mcpauth_headers *headers = mcpauth_headers_new();
    assert_int_equal(ma_clientauth_apply(method, ma_span_of(id),
                         ma_span_of(secret), headers, form, NULL),
        MCPAUTH_OK);
    return headers;
}

static void basic_stands_in_the_header_only_A_122(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) form = ma_buf_init(1024);
    MA_AUTO(mcpauth_headers)
    headers = apply(MA_CLIENTAUTH_BASIC, "client", "secret", &form);
    assert_string_equal(mcpauth_headers_get(headers, "Authorization"),
        "Basic Y2xpZW50OnNlY3JldA==");
    assert_int_equal(form.len, 0);
}

/* base64 of a%3Ab%25+%C3%A9:p%2Bq */
static void basic_encodes_before_it_joins_A_122_S_035(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) form = ma_buf_init(1024);
    MA_AUTO(mcpauth_headers)
    headers = apply(MA_CLIENTAUTH_BASIC, "a:b% \xc3\xa9", "p+q", &form);
    assert_string_equal(mcpauth_headers_get(headers, "Authorization"),
        "Basic YSUzQWIlMjUrJUMzJUE5OnAlMkJx");
}

static void post_stands_in_the_body_only_seed_06(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) form = ma_buf_init(1024);
    ma_buf_add_text(&form, "grant_type=client_credentials");
    MA_AUTO(mcpauth_headers)
    headers = apply(MA_CLIENTAUTH_POST, "cl ient", "se&cret", &form);
    assert_string_equal(ma_buf_text(&form),
        "grant_type=client_credentials&client_id=cl+ient"
        "&client_secret=se%26cret");
    assert_int_equal(mcpauth_headers_count(headers), 0);
}

static void who_sends_no_proof_names_itself_only_A_122_A_270(void **state)
{
    (void)state;
    static const ma_clientauth_method methods[] = {
        MA_CLIENTAUTH_NONE, MA_CLIENTAUTH_TLS, MA_CLIENTAUTH_SELF_SIGNED_TLS};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        MA_SCOPED(ma_buf) form = ma_buf_init(1024);
        MA_AUTO(mcpauth_headers)
        headers = apply(methods[i], "client", "unused", &form);
        assert_string_equal(ma_buf_text(&form), "client_id=client");
        assert_int_equal(mcpauth_headers_count(headers), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_both_ways_A_121),
        cmocka_unit_test(method_is_chosen_by_table_A_121),
        cmocka_unit_test(a_key_is_used_where_it_is_taken_A_121_A_182),
        cmocka_unit_test(
            a_certificate_is_used_by_whom_it_is_fixed_for_A_121_A_270),
        cmocka_unit_test(basic_stands_in_the_header_only_A_122),
        cmocka_unit_test(basic_encodes_before_it_joins_A_122_S_035),
        cmocka_unit_test(post_stands_in_the_body_only_seed_06),
        cmocka_unit_test(who_sends_no_proof_names_itself_only_A_122_A_270),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
