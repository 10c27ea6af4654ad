/* Tests of module.c as the program uses it: through dlopen. */
#include "net/module.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

typedef const ma_net_module *get_fn(void);

static void module_gives_its_functions_and_no_other_symbol(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_callback *callback = NULL;
    void *object = dlopen(MODULE_PATH, RTLD_NOW | RTLD_LOCAL);
    get_fn *get = NULL;
    (void)state;
    if (!object)
        fail_msg("%s", dlerror());
    *(void **)&get = dlsym(object, "ma_net_module_get");
    assert_non_null(get);
    assert_null(dlsym(object, "mcpauth_http_new"));
    assert_null(dlsym(object, "mcpauth_http_curl_new"));
    const ma_net_module *module = get();
    assert_int_equal(module->size, sizeof *module);
    assert_int_equal(module->callback_listen(NULL, 0, &callback, err), 0);
    assert_int_equal(
        strncmp(module->callback_redirect_uri(callback), "http://127.", 11), 0);
    module->callback_free(callback);
    assert_int_equal(
        module->browser_open("file:///", false, err), MCPAUTH_E_UNTRUSTED);
    assert_non_null(strstr(mcpauth_error_message(err), "refused"));
    (void)module->browser_available();
}

static void driver_of_the_module_is_freed_by_the_program(void **state)
{
    const mcpauth_curl_options options = {0};
    mcpauth_http *http = NULL;
    void *object = dlopen(MODULE_PATH, RTLD_NOW | RTLD_LOCAL);
    get_fn *get = NULL;
    (void)state;
    assert_non_null(object);
    *(void **)&get = dlsym(object, "ma_net_module_get");
    assert_int_equal(get()->http_new(&options, &http, NULL), MCPAUTH_OK);
    mcpauth_http_free(http);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(module_gives_its_functions_and_no_other_symbol),
        cmocka_unit_test(driver_of_the_module_is_freed_by_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
