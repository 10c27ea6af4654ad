/* ui_test.c - whose functions are taken, and who frees what they work on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/ui.h"

static mcpauth_status listen_nowhere(void *ctx, const char *redirect_uri,
    int port, const char **out_redirect_uri, mcpauth_error *err)
{
    (void)ctx, (void)redirect_uri, (void)port, (void)err;
    *out_redirect_uri = "http://127.0.0.1:1/";
    return MCPAUTH_OK;
}

static mcpauth_status browse_nowhere(void *ctx, const char *url,
    const char *issuer, int64_t until_ms, mcpauth_redirect_fn *judge,
    void *judge_ctx, mcpauth_error *err)
{
    (void)ctx, (void)url, (void)issuer, (void)until_ms, (void)judge;
    (void)judge_ctx, (void)err;
    return MCPAUTH_E_CANCELLED;
}

static void close_nothing(void *ctx)
{
    (void)ctx;
}

static void count_free(void *ctx)
{
    ++*(int *)ctx;
}

static const mcpauth_ui_ops whole = {
    sizeof whole, listen_nowhere, browse_nowhere, close_nothing, count_free};

static void functions_are_called_and_ctx_is_freed_once(void **state)
{
    (void)state;
    int freed = 0;
    const char *uri = NULL;
    const mcpauth_step step = {.kind = MCPAUTH_STEP_BROWSE};
    mcpauth_ui *ui = NULL;
    assert_int_equal(mcpauth_ui_new(&whole, &freed, &ui, NULL), MCPAUTH_OK);
    assert_int_equal(ma_ui_listen(ui, NULL, 0, &uri, NULL), MCPAUTH_OK);
    assert_string_equal(uri, "http://127.0.0.1:1/");
    assert_int_equal(
        ma_ui_browse(ui, &step, NULL, NULL, NULL), MCPAUTH_E_CANCELLED);
    ma_ui_close(ui);
    assert_int_equal(freed, 0);
    mcpauth_ui_free(ui);
    assert_int_equal(freed, 1);
    mcpauth_ui_free(NULL);
}

static void what_lacks_a_function_is_refused_and_freed(void **state)
{
    (void)state;
    mcpauth_ui_ops lacking[] = {whole, whole, whole, whole};
    lacking[0].listen = NULL;
    lacking[1].browse = NULL;
    lacking[2].close = NULL;
    lacking[3].free = NULL;
    for (size_t i = 0; i < sizeof lacking / sizeof *lacking; i++) {
        int freed = 0;
        mcpauth_ui *ui = NULL;
        assert_int_equal(
            mcpauth_ui_new(&lacking[i], &freed, &ui, NULL), MCPAUTH_E_USAGE);
        assert_null(ui);
        assert_int_equal(freed, i == 3 ? 0 : 1);
    }
}

static void what_is_beyond_the_size_is_not_read(void **state)
{
    (void)state;
    const size_t sizes[] = {0, offsetof(mcpauth_ui_ops, free)};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int freed = 0;
        mcpauth_ui *ui = NULL;
        mcpauth_ui_ops ops = whole;
        ops.size = sizes[i];
        assert_int_equal(
            mcpauth_ui_new(&ops, &freed, &ui, NULL), MCPAUTH_E_USAGE);
        assert_int_equal(freed, 0);
    }
    const struct {
        mcpauth_ui_ops known;
        void (*more)(void *ctx);
    } newer = {{sizeof newer, listen_nowhere, browse_nowhere, close_nothing,
                   count_free},
        count_free};
    int freed = 0;
    mcpauth_ui *ui = NULL;
    assert_int_equal(
        mcpauth_ui_new(&newer.known, &freed, &ui, NULL), MCPAUTH_OK);
    mcpauth_ui_free(ui);
    assert_int_equal(freed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_called_and_ctx_is_freed_once),
        cmocka_unit_test(what_lacks_a_function_is_refused_and_freed),
        cmocka_unit_test(what_is_beyond_the_size_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
