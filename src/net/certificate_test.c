/* certificate_test.c - what is shown to whom. */
#include "net/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"

static mcpauth_curl_options write_pair(const char *directory)
{
    const mcpauth_curl_options options = {
        .size = sizeof options,
        .cert_file = scratch_path(directory, "own.pem"),
        .key_file = scratch_path(directory, "own.key"),
    };
    scratch_write(options.cert_file, ma_span_of("CHAIN"), 0600);
    scratch_write(options.key_file, ma_span_of("KEY"), 0600);
    return options;
}

static mcpauth_status find(const mcpauth_curl_options *options,
    const char *where, const mcpauth_http_request *request, ma_certificate *out,
    mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    assert_int_equal(ma_url_parse(ma_span_of(where), &url, NULL), MCPAUTH_OK);
    return ma_certificate_find(options, request, &url, out, err);
}

static void it_is_shown_to_whom_it_concerns_A_273(void **state)
{
    static const struct {
        const char *url;
        mcpauth_address_rule rule;
        bool wanted;
        bool shown;
    } rows[] = {
        {"https://as.test/", MCPAUTH_ADDRESS_ANY, false, true},
        {"https://as.test/", MCPAUTH_ADDRESS_NEAR, false, true},
        {"https://as.test/", MCPAUTH_ADDRESS_PUBLIC, false, false},
        {"https://as.test/", MCPAUTH_ADDRESS_PUBLIC, true, true},
        {"http://127.0.0.1/", MCPAUTH_ADDRESS_ANY, false, false},
    };
    mcpauth_curl_options options = write_pair(*state);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_certificate) got = {0};
        const mcpauth_http_request request = {
            .address = rows[i].rule, .certificate = rows[i].wanted};
        assert_int_equal(
            find(&options, rows[i].url, &request, &got, NULL), MCPAUTH_OK);
        if (rows[i].shown != ma_span_is(ma_buf_span(&got.chain), "CHAIN") ||
            rows[i].shown != ma_span_is(ma_buf_span(&got.key), "KEY"))
            fail_msg("row %zu", i);
    }
}

static void its_key_may_stand_in_the_same_file(void **state)
{
    MA_SCOPED(ma_certificate) got = {0};
    const mcpauth_http_request request = {0};
    mcpauth_curl_options options = write_pair(*state);
    options.key_file = NULL;
    assert_int_equal(
        find(&options, "https://as.test/", &request, &got, NULL), MCPAUTH_OK);
    assert_true(ma_span_is(ma_buf_span(&got.key), "CHAIN"));
}

static void who_wants_it_gets_it_or_nothing_A_270(void **state)
{
    static const struct {
        const char *url;
        mcpauth_status status;
        const char *says;
    } rows[] = {
        {"https://as.test/token", MCPAUTH_E_USAGE, "as.test:443"},
        {"http://127.0.0.1:9/token", MCPAUTH_E_UNTRUSTED, "127.0.0.1:9"},
    };
    const mcpauth_curl_options none = {.size = sizeof none};
    const mcpauth_http_request request = {.certificate = true};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_certificate) got = {0};
        assert_int_equal(
            find(&none, rows[i].url, &request, &got, err), rows[i].status);
        assert_non_null(strstr(mcpauth_error_message(err), rows[i].says));
        assert_int_equal(got.chain.len, 0);
    }
}

static void a_file_that_cannot_be_read_is_named_A_274(void **state)
{
    const mcpauth_http_request request = {0};
    for (int i = 0; i < 3; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_certificate) got = {0};
        mcpauth_curl_options options = write_pair(*state);
        if (i == 0)
            options.cert_file = "/missing.pem";
        if (i == 1)
            options.key_file = "/missing.key";
        if (i == 2)
            scratch_write(options.key_file, ma_span_of(""), 0600);
        assert_int_equal(
            find(&options, "https://as.test/", &request, &got, err),
            MCPAUTH_E_USAGE);
        const char *named = i == 0 ? options.cert_file : options.key_file;
        assert_non_null(strstr(mcpauth_error_message(err), named));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_shown_to_whom_it_concerns_A_273,
            scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(its_key_may_stand_in_the_same_file,
            scratch_setup, scratch_teardown),
        cmocka_unit_test(who_wants_it_gets_it_or_nothing_A_270),
        cmocka_unit_test_setup_teardown(
            a_file_that_cannot_be_read_is_named_A_274, scratch_setup,
            scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
