/* keyring_test.c - the promises of store.h in a real keyring, whose session
 * tests/setup/keyring.sh starts, and what can go wrong there. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libsecret/secret.h>

#include "base/error.h"
#include "base/scratch_test.h"
#include "store/filerecord.h"
#include "store/promises_test.h"
#include "store/store.h"
#include "store/vault.h"

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};

/* --- the promises -------------------------------------------------------- */

static promises_fixture made;

static bool remove_record(void *each_ctx, const mcpauth_store_key *found,
    const mcpauth_record *record)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    int64_t version = 0;
    return !mcpauth_store_save(
        each_ctx, found, NULL, 0, record->version, &answer, &version, NULL);
}

static int make(void **state)
{
    made = (promises_fixture){0};
    *state = &made;
    if (scratch_setup(&made.directory))
        return -1;
    return mcpauth_store_keyring_new(made.directory, false, &made.store, NULL)
               ? -1
               : 0;
}

static int end(void **state)
{
    mcpauth_status st =
        mcpauth_store_list(made.store, remove_record, made.store, NULL);
    return promises_end(state) || st ? -1 : 0;
}

/* --- what is in the keyring ---------------------------------------------- */

static void write_item(ma_vault_kind kind, const char *text)
{
    MA_AUTO(ma_vault) vault = NULL;
    assert_int_equal(ma_vault_new(false, &vault, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_vault_write(vault, kind, &key, ma_span_of(text), NULL), 0);
}

static bool count_item(void *ctx, const ma_vault_item *item)
{
    assert_string_equal(item->server, key.server);
    assert_string_equal(item->account, key.account);
    ++*(size_t *)ctx;
    return true;
}

static size_t count_items(ma_vault_kind kind)
{
    MA_AUTO(ma_vault) vault = NULL;
    size_t count = 0;
    assert_int_equal(ma_vault_new(false, &vault, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_vault_find(vault, kind, &key, count_item, &count, NULL), 0);
    return count;
}

static int64_t save(mcpauth_store *store, const char *bytes, int64_t version)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    size_t len = bytes ? strlen(bytes) : 0;
    assert_int_equal(mcpauth_store_save(store, &key, bytes, len, version,
                         &answer, &version, NULL),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVED);
    return version;
}

static void expect(mcpauth_store *store, const char *bytes)
{
    MA_SCOPED(mcpauth_record) record = {0};
    assert_int_equal(mcpauth_store_load(store, &key, &record, NULL), 0);
    assert_int_equal(record.bytes != NULL, bytes != NULL);
    if (bytes)
        assert_string_equal(record.bytes, bytes);
}

static void no_secret_reaches_the_disk_S_050(void **state)
{
    (void)state;
    save(made.store, "{\"refresh_token\":\"a secret to grep for\"}", 0);
    assert_false(scratch_holds(made.directory, "a secret"));
    assert_false(scratch_holds(getenv("HOME"), "a secret"));
    assert_false(scratch_holds(getenv("HOME"), key.server));
}

static void one_item_is_one_record(void **state)
{
    (void)state;
    int64_t version = save(made.store, "one", 0);
    version = save(made.store, "two", version);
    save(made.store, "three", version);
    assert_int_equal(count_items(MA_VAULT_RECORD), 1);
    assert_string_equal(mcpauth_store_describe(made.store), "keyring");
}

static void a_damaged_record_is_set_aside_S_045(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", "garbage", "mcpauth-record 1 0000\n{}\n", "mcpauth-record x\n"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_item(MA_VAULT_RECORD, rows[i]);
        expect(made.store, NULL);
        assert_int_equal(count_items(MA_VAULT_CORRUPT), 1);
        assert_int_equal(count_items(MA_VAULT_RECORD), 0);
    }
    int64_t version = save(made.store, "fresh", 0);
    expect(made.store, "fresh");
    save(made.store, NULL, version);
    assert_int_equal(count_items(MA_VAULT_CORRUPT), 0);
}

static void a_newer_record_is_left_alone_S_051(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_vault) vault = NULL;
    mcpauth_record record = {0};
    write_item(MA_VAULT_RECORD, "mcpauth-record 9 what comes later\n");
    assert_int_equal(
        mcpauth_store_load(made.store, &key, &record, err), MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), "newer"));
    assert_int_equal(count_items(MA_VAULT_RECORD), 1);
    assert_int_equal(ma_vault_new(false, &vault, NULL), MCPAUTH_OK);
    assert_int_equal(ma_vault_remove(vault, MA_VAULT_RECORD, &key, NULL), 0);
}

static void note(void *ctx, const char *what)
{
    ma_buf_addf(ctx, "%s\n", what);
}

static void expect_found(const char *words)
{
    enum { FOUND_MAX = 4096 };
    MA_SCOPED(ma_buf) found = ma_buf_init(FOUND_MAX);
    assert_int_equal(mcpauth_store_check(made.store, note, &found, NULL), 0);
    assert_string_equal(ma_buf_text(&found), words);
}

static void a_check_finds_what_the_list_passes_over_S_045_S_051(void **state)
{
#define RECORD                                                                 \
    "the record of https://a.example/mcp, account \"default\", in the "        \
    "keyring "
    static const char *const rows[][2] = {
        {"garbage", RECORD "is damaged\n"},
        {"mcpauth-record 9 what comes later\n",
            RECORD "was written by a newer mcpauth\n"},
    };
    (void)state;
    expect_found("");
    int64_t version = save(made.store, "good", 0);
    expect_found("");
    save(made.store, NULL, version);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_item(MA_VAULT_RECORD, rows[i][0]);
        expect_found(rows[i][1]);
        assert_int_equal(count_items(MA_VAULT_RECORD), 1);
    }
    write_item(MA_VAULT_RECORD, "garbage");
    expect(made.store, NULL);
    expect_found(RECORD "was set aside because it is damaged\n");
    save(made.store, NULL, save(made.store, "fresh", 0));
    expect_found("");
#undef RECORD
}

static void a_name_must_be_text(void **state)
{
    (void)state;
    static const mcpauth_store_key bad = {"https://a.example/mcp", "\xff"};
    mcpauth_record record = {0};
    assert_int_equal(
        mcpauth_store_load(made.store, &bad, &record, NULL), MCPAUTH_E_USAGE);
}

/* --- what can go wrong --------------------------------------------------- */

static void expect_no_keyring(const char *directory, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_store *store = NULL;
    assert_int_equal(mcpauth_store_keyring_new(directory, false, &store, err),
        MCPAUTH_E_STORE);
    assert_null(store);
    assert_non_null(strstr(mcpauth_error_message(err), words));
    assert_non_null(mcpauth_error_hint(err));
}

static void without_a_bus_there_is_no_keyring_S_050(void **state)
{
    const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");
    char bus[512];
    g_snprintf(bus, sizeof bus, "%s", address ? address : "");
    unsetenv("DBUS_SESSION_BUS_ADDRESS");
    expect_no_keyring(*state, "no D-Bus session bus");
    setenv("DBUS_SESSION_BUS_ADDRESS", bus, 1);
}

static long find_service(void)
{
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
    GVariant *answer = g_dbus_connection_call_sync(bus, "org.freedesktop.DBus",
        "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetConnectionUnixProcessID",
        g_variant_new("(s)", "org.freedesktop.secrets"), NULL,
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    guint32 pid = 0;
    if (answer) {
        g_variant_get(answer, "(u)", &pid);
        g_variant_unref(answer);
    }
    g_object_unref(bus);
    return (long)pid;
}

static void unlock_again(void)
{
    GSubprocess *unlock = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE, NULL,
        "gnome-keyring-daemon", "--unlock", "--components=secrets", NULL);
    assert_non_null(unlock);
    assert_true(g_subprocess_communicate_utf8(
        unlock, "opensesame", NULL, NULL, NULL, NULL));
    assert_true(g_subprocess_get_successful(unlock));
    g_object_unref(unlock);
}

/* A service that was started anew knows our session no more, and is locked
 * until the password comes. */
static void a_service_that_starts_anew_is_found_again_S_050(void **state)
{
    (void)state;
    mcpauth_record record = {0};
    save(made.store, "one", 0);
    long before = find_service();
    assert_true(before > 0);
    assert_int_equal(kill((pid_t)before, SIGKILL), 0);
    while (find_service() == before)
        continue;
    unlock_again();
    if (mcpauth_store_load(made.store, &key, &record, NULL))
        assert_int_equal(
            mcpauth_store_load(made.store, &key, &record, NULL), MCPAUTH_OK);
    assert_string_equal(record.bytes, "one");
    mcpauth_record_done(&record);
}

static bool was_asked(void)
{
    return access(scratch_path(getenv("HOME"), "asked"), F_OK) == 0;
}

/* The last test: only a person could unlock it again. */
static void a_locked_keyring_is_told_at_once_S_050(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_save_answer answer = MCPAUTH_SAVED;
    int64_t version = 0;
    save(made.store, "one", 0);
    SecretService *service = secret_service_get_sync(0, NULL, NULL);
    SecretCollection *collection = secret_collection_for_alias_sync(
        service, "default", SECRET_COLLECTION_NONE, NULL, NULL);
    GList alone = {.data = collection};
    assert_int_equal(
        secret_service_lock_sync(service, &alone, NULL, NULL, NULL), 1);
    g_object_unref(collection);
    g_object_unref(service);

    assert_int_equal(
        mcpauth_store_load(made.store, &key, &record, err), MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), "locked"));
    assert_int_equal(mcpauth_store_save(
                         made.store, &key, "two", 3, 0, &answer, &version, err),
        MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), "locked"));
    expect_no_keyring(made.directory, "locked");
    assert_false(was_asked());
    mcpauth_store *asking = NULL;
    assert_int_equal(
        mcpauth_store_keyring_new(made.directory, true, &asking, err),
        MCPAUTH_E_STORE);
    assert_true(was_asked());
}

#define IN_KEYRING(test) cmocka_unit_test_setup_teardown(test, make, end)

/* --- a key that somebody has put there ----------------------------------- */

static void a_key_is_found_by_its_name_A_183(void **state)
{
    static const SecretSchema theirs = {
        .name = "org.freedesktop.Secret.Generic",
        .attributes = {
            {MA_VAULT_KEY_ATTRIBUTE, SECRET_SCHEMA_ATTRIBUTE_STRING}}};
    MA_AUTO(ma_vault) vault = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_buf) text = ma_buf_init(64);
    (void)state;
    assert_int_equal(ma_vault_new(false, &vault, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_vault_read_key(vault, "mine", &text, err), MCPAUTH_E_STORE);
    assert_string_equal(
        mcpauth_error_message(err), "the keyring has no key \"mine\"");
    assert_non_null(strstr(mcpauth_error_hint(err), "secret-tool store"));
    assert_true(secret_password_store_sync(&theirs, SECRET_COLLECTION_DEFAULT,
        "a key", "CANARY", NULL, NULL, MA_VAULT_KEY_ATTRIBUTE, "mine", NULL));
    assert_int_equal(
        ma_vault_read_key(vault, "other", &text, NULL), MCPAUTH_E_STORE);
    assert_int_equal(ma_vault_read_key(vault, "mine", &text, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&text), "CANARY");
    assert_int_equal(
        ma_vault_read_key(vault, "\xff", &text, NULL), MCPAUTH_E_USAGE);
}

int main(void)
{
    static const promises_store store = {"keyring", make, end};
    const struct CMUnitTest tests[] = {
        IN_KEYRING(no_secret_reaches_the_disk_S_050),
        IN_KEYRING(one_item_is_one_record),
        IN_KEYRING(a_damaged_record_is_set_aside_S_045),
        IN_KEYRING(a_newer_record_is_left_alone_S_051),
        IN_KEYRING(a_check_finds_what_the_list_passes_over_S_045_S_051),
        IN_KEYRING(a_name_must_be_text),
        cmocka_unit_test(a_key_is_found_by_its_name_A_183),
        cmocka_unit_test_setup_teardown(without_a_bus_there_is_no_keyring_S_050,
            scratch_setup, scratch_teardown),
        IN_KEYRING(a_service_that_starts_anew_is_found_again_S_050),
        cmocka_unit_test_setup_teardown(
            a_locked_keyring_is_told_at_once_S_050, make, promises_end),
    };
    return promises_run(&store) + cmocka_run_group_tests(tests, NULL, NULL);
}
