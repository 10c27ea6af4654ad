/* vault.c - see vault.h; the owner of libsecret.
 *
 * Its calls are made in their asynchronous form, on a main context that this
 * file turns by itself until the answer or the deadline comes: the form that
 * waits has no deadline of its own.  The calls that might ask a person behind
 * our back are made only when there is nothing to unlock. */
#include "store/vault.h"

#include <libsecret/secret.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"
#include "base/utf8.h"

struct ma_vault {
    pthread_mutex_t mutex; /* held for a whole turn */
    GMainContext *context;
    SecretService *service; /* NULL after a failure: found anew next time */
    bool may_ask;
};

enum { LABEL_MAX = 128 * 1024, KEY_KIND = MA_VAULT_CORRUPT + 1 };

/* --- one turn: what is done between a call of the vault and its end ------- */

typedef struct {
    ma_vault *vault;
    GCancellable *cancel; /* when the deadline has passed */
    GSource *deadline;
    GAsyncResult *answer; /* of the last call; NULL: not there yet */
    GError *error;
} turn;

static gboolean expire(gpointer ctx)
{
    turn *self = ctx;
    g_cancellable_cancel(self->cancel);
    return G_SOURCE_REMOVE;
}

static void stop_clock(turn *self)
{
    if (self->deadline)
        g_source_destroy(self->deadline);
    g_clear_pointer(&self->deadline, g_source_unref);
}

static void set_clock(turn *self, guint within_ms)
{
    stop_clock(self);
    self->deadline = g_timeout_source_new(within_ms);
    g_source_set_callback(self->deadline, expire, self, NULL);
    g_source_attach(self->deadline, self->vault->context);
}

static void begin_turn(turn *self, ma_vault *vault)
{
    pthread_mutex_lock(&vault->mutex);
    g_main_context_push_thread_default(vault->context);
    *self = (turn){.vault = vault, .cancel = g_cancellable_new()};
    set_clock(self, MA_VAULT_DEADLINE_MS);
}

static void end_turn(turn *self)
{
    if (!self->vault)
        return;
    stop_clock(self);
    g_clear_object(&self->answer);
    g_clear_error(&self->error);
    g_clear_object(&self->cancel);
    g_main_context_pop_thread_default(self->vault->context);
    pthread_mutex_unlock(&self->vault->mutex);
}
MA_SCOPED_DEFINE(turn, end_turn)

static void take_answer(GObject *source, GAsyncResult *answer, gpointer ctx)
{
    (void)source;
    turn *self = ctx;
    self->answer = g_object_ref(answer);
}

/* For the arguments of a call: what the call ends with is the answer. */
static turn *await_next(turn *self)
{
    g_clear_object(&self->answer);
    return self;
}

static GAsyncResult *await(turn *self)
{
    while (!self->answer)
        g_main_context_iteration(self->vault->context, TRUE);
    return self->answer;
}

/* --- failures ------------------------------------------------------------ */

static mcpauth_status fail_absent(mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "the keyring: no service of the session bus keeps secrets");
    ma_error_hint(err, "start one, as gnome-keyring is, or go without the "
                       "keyring");
    return st;
}

/* The service may have been started anew, and know our session no more. */
static mcpauth_status fail(const turn *self, mcpauth_error *err)
{
    g_clear_object(&self->vault->service);
    if (g_cancellable_is_cancelled(self->cancel)) {
        mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
            "the keyring did not answer in time (%d ms)", MA_VAULT_DEADLINE_MS);
        ma_error_hint(err, "look whether it waits for somebody at the desktop");
        return st;
    }
    if (g_error_matches(
            self->error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
        g_error_matches(
            self->error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
        return fail_absent(err);
    const char *words = self->error ? self->error->message : "no reason given";
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(words));
    return ma_error_set(
        err, MCPAUTH_E_STORE, "the keyring: %s", shown ? shown : "");
}

static mcpauth_status fail_locked(mcpauth_error *err)
{
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_STORE, "the keyring is locked");
    ma_error_hint(err, "unlock it at the desktop, or go without it");
    return st;
}

/* --- what is to be freed ------------------------------------------------- */

typedef GList objects; /* owned, as are those in it */

static void free_objects(objects *list)
{
    g_list_free_full(list, g_object_unref);
}
MA_AUTO_DEFINE(objects, free_objects)

static void unref_table(GHashTable *table)
{
    if (table)
        g_hash_table_unref(table);
}
MA_AUTO_DEFINE(GHashTable, unref_table)

static void free_value(SecretValue *value)
{
    if (value)
        secret_value_unref(value);
}
MA_AUTO_DEFINE(SecretValue, free_value)

static void free_object(void *object)
{
    if (object)
        g_object_unref(object);
}
MA_AUTO_DEFINE(SecretCollection, free_object)
MA_AUTO_DEFINE(SecretItem, free_object)

/* --- the service --------------------------------------------------------- */

/* Without this, the library would start a bus of its own where it can. */
static bool has_bus(void)
{
    char path[PATH_MAX];
    const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (address && *address)
        return true;
    g_snprintf(path, sizeof path, "%s/bus", runtime ? runtime : "");
    return runtime && access(path, F_OK) == 0;
}

static mcpauth_status fail_bus(mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_STORE, "the keyring: there is no D-Bus session bus");
    ma_error_hint(err, "log in at a desktop, use dbus-run-session, or choose "
                       "another store");
    return st;
}

/* A bus that goes away must not take the process with it. */
static mcpauth_status connect_bus(turn *self, mcpauth_error *err)
{
    if (!has_bus())
        return fail_bus(err);
    g_bus_get(G_BUS_TYPE_SESSION, self->cancel, take_answer, await_next(self));
    GDBusConnection *bus = g_bus_get_finish(await(self), &self->error);
    if (!bus)
        return fail(self, err);
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    g_object_unref(bus);
    return MCPAUTH_OK;
}

static mcpauth_status open_service(turn *self, mcpauth_error *err)
{
    if (self->vault->service)
        return MCPAUTH_OK;
    mcpauth_status st = connect_bus(self, err);
    if (st)
        return st;
    secret_service_open(SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION,
        self->cancel, take_answer, await_next(self));
    self->vault->service =
        secret_service_open_finish(await(self), &self->error);
    return self->error ? fail(self, err) : MCPAUTH_OK;
}

/* --- unlocking ----------------------------------------------------------- */

/* Only a person can, who may take his time. */
static mcpauth_status unlock(turn *self, GList *locked, mcpauth_error *err)
{
    SecretService *service = self->vault->service;
    MA_AUTO(objects) unlocked = NULL;
    if (!locked)
        return MCPAUTH_OK;
    if (!self->vault->may_ask)
        return fail_locked(err);
    set_clock(self, MA_VAULT_PERSON_MS);
    secret_service_unlock(
        service, locked, self->cancel, take_answer, await_next(self));
    secret_service_unlock_finish(service, await(self), &unlocked, &self->error);
    if (self->error)
        return fail(self, err);
    set_clock(self, MA_VAULT_DEADLINE_MS);
    return g_list_length(unlocked) == g_list_length(locked) ? MCPAUTH_OK
                                                            : fail_locked(err);
}

/* --- the default keyring ------------------------------------------------- */

/* Unlocked; for g_object_unref. */
static mcpauth_status open_default(
    turn *self, SecretCollection **out_collection, mcpauth_error *err)
{
    secret_collection_for_alias(self->vault->service, SECRET_COLLECTION_DEFAULT,
        SECRET_COLLECTION_NONE, self->cancel, take_answer, await_next(self));
    MA_AUTO(SecretCollection)
    found = secret_collection_for_alias_finish(await(self), &self->error);
    if (self->error)
        return fail(self, err);
    if (!found) {
        mcpauth_status st = ma_error_set(
            err, MCPAUTH_E_STORE, "the keyring service has no default keyring");
        ma_error_hint(err, "make one at the desktop");
        return st;
    }
    GList alone = {.data = found};
    mcpauth_status st =
        unlock(self, secret_collection_get_locked(found) ? &alone : NULL, err);
    if (!st)
        *out_collection = ma_move(&found);
    return st;
}

/* --- items --------------------------------------------------------------- */

static const SecretSchema schemas[] = {
    [MA_VAULT_RECORD] = {.name = "mcpauth.Record",
        .attributes = {{"server", SECRET_SCHEMA_ATTRIBUTE_STRING},
            {"account", SECRET_SCHEMA_ATTRIBUTE_STRING}}},
    [MA_VAULT_CORRUPT] = {.name = "mcpauth.Corrupt",
        .attributes = {{"server", SECRET_SCHEMA_ATTRIBUTE_STRING},
            {"account", SECRET_SCHEMA_ATTRIBUTE_STRING}}},
    [KEY_KIND] = {.name = "mcpauth.Key",
        .flags = SECRET_SCHEMA_DONT_MATCH_NAME, /* whoever has put it there */
        .attributes = {{MA_VAULT_KEY_ATTRIBUTE,
            SECRET_SCHEMA_ATTRIBUTE_STRING}}},
};

/* name NULL: any.  For g_hash_table_unref; the texts are lent. */
static mcpauth_status write_attributes(const mcpauth_store_key *name,
    GHashTable **out_attributes, mcpauth_error *err)
{
    if (name && (!ma_utf8_valid(ma_span_of(name->server)) ||
                    !ma_utf8_valid(ma_span_of(name->account))))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the server or the account is not UTF-8, as a keyring needs");
    *out_attributes = g_hash_table_new(g_str_hash, g_str_equal);
    if (name) {
        g_hash_table_insert(*out_attributes, "server", (void *)name->server);
        g_hash_table_insert(*out_attributes, "account", (void *)name->account);
    }
    return MCPAUTH_OK;
}

static GList *pick_locked(GList *items)
{
    GList *locked = NULL;
    for (GList *at = items; at; at = at->next)
        if (secret_item_get_locked(at->data))
            locked = g_list_prepend(locked, at->data);
    return locked;
}

static mcpauth_status unlock_items(turn *self, GList *items, mcpauth_error *err)
{
    GList *locked = pick_locked(items);
    mcpauth_status st = unlock(self, locked, err);
    g_list_free(locked);
    return st;
}

/* Those that were locked came without their bytes. */
static mcpauth_status load_secrets(turn *self, GList *items, mcpauth_error *err)
{
    if (!items)
        return MCPAUTH_OK;
    secret_item_load_secrets(
        items, self->cancel, take_answer, await_next(self));
    secret_item_load_secrets_finish(await(self), &self->error);
    return self->error ? fail(self, err) : MCPAUTH_OK;
}

/* All unlocked, with their bytes. */
static mcpauth_status search(turn *self, unsigned kind, GHashTable *attributes,
    objects **out_items, mcpauth_error *err)
{
    SecretService *service = self->vault->service;
    secret_service_search(service, &schemas[kind], attributes,
        SECRET_SEARCH_ALL, self->cancel, take_answer, await_next(self));
    MA_AUTO(objects)
    found = secret_service_search_finish(service, await(self), &self->error);
    if (self->error)
        return fail(self, err);
    mcpauth_status st = unlock_items(self, found, err);
    if (!st)
        st = load_secrets(self, found, err);
    if (!st)
        *out_items = ma_move(&found);
    return st;
}

static mcpauth_status delete_items(
    turn *self, GList *items, const char *except, mcpauth_error *err)
{
    for (GList *at = items; at; at = at->next) {
        SecretItem *item = at->data;
        const char *path = g_dbus_proxy_get_object_path(G_DBUS_PROXY(item));
        if (except && strcmp(path, except) == 0)
            continue;
        secret_item_delete(item, self->cancel, take_answer, await_next(self));
        secret_item_delete_finish(item, await(self), &self->error);
        if (self->error)
            return fail(self, err);
    }
    return MCPAUTH_OK;
}

/* --- finding ------------------------------------------------------------- */

/* *out_more is false when each has seen enough.  An item that was locked at
 * the last moment has no bytes; it is not an empty one. */
static mcpauth_status show_item(SecretItem *item,
    bool (*each)(void *ctx, const ma_vault_item *item), void *ctx,
    bool *out_more, mcpauth_error *err)
{
    MA_AUTO(GHashTable) attributes = secret_item_get_attributes(item);
    MA_AUTO(SecretValue) value = secret_item_get_secret(item);
    if (!value)
        return fail_locked(err);
    gsize len = 0;
    const char *bytes = secret_value_get(value, &len);
    const char *server = g_hash_table_lookup(attributes, "server");
    const char *account = g_hash_table_lookup(attributes, "account");
    const ma_vault_item shown = {
        server ? server : "", account ? account : "", {bytes, len}};
    *out_more = each(ctx, &shown);
    return MCPAUTH_OK;
}

mcpauth_status ma_vault_find(ma_vault *vault, ma_vault_kind kind,
    const mcpauth_store_key *name,
    bool (*each)(void *ctx, const ma_vault_item *item), void *ctx,
    mcpauth_error *err)
{
    MA_AUTO(GHashTable) attributes = NULL;
    MA_AUTO(objects) items = NULL;
    MA_SCOPED(turn) self = {0};
    mcpauth_status st = write_attributes(name, &attributes, err);
    if (st)
        return st;
    begin_turn(&self, vault);
    st = open_service(&self, err);
    if (!st)
        st = search(&self, kind, attributes, &items, err);
    bool more = true;
    for (GList *at = items; !st && more && at; at = at->next)
        st = show_item(at->data, each, ctx, &more, err);
    return st;
}

/* --- a key ------------------------------------------------------------------
 */

static mcpauth_status fail_no_key(const char *name, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(name));
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "the keyring has no key \"%s\"", shown ? shown : "");
    ma_error_hint(err,
        "put it there: secret-tool store "
        "--label=mcpauth " MA_VAULT_KEY_ATTRIBUTE " NAME < FILE");
    return st;
}

static mcpauth_status copy_secret(
    SecretItem *item, ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(SecretValue) value = secret_item_get_secret(item);
    if (!value)
        return fail_locked(err);
    gsize len = 0;
    const char *bytes = secret_value_get(value, &len);
    ma_buf_add(to, bytes, len);
    return ma_buf_status(to, "the key", err);
}

mcpauth_status ma_vault_read_key(
    ma_vault *vault, const char *name, ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(GHashTable) attributes = NULL;
    MA_AUTO(objects) items = NULL;
    MA_SCOPED(turn) self = {0};
    if (!ma_utf8_valid(ma_span_of(name)))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "the name is not UTF-8, as a keyring needs");
    attributes = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(
        attributes, (void *)MA_VAULT_KEY_ATTRIBUTE, (void *)name);
    begin_turn(&self, vault);
    mcpauth_status st = open_service(&self, err);
    if (!st)
        st = search(&self, KEY_KIND, attributes, &items, err);
    if (!st && !items)
        st = fail_no_key(name, err);
    return st ? st : copy_secret(items->data, to, err);
}

/* --- writing ------------------------------------------------------------- */

static char *write_label(const mcpauth_store_key *name)
{
    MA_SCOPED(ma_buf) label = ma_buf_init(LABEL_MAX);
    MA_AUTO(ma_text) server = ma_url_redacted(name->server);
    ma_buf_addf(&label, "mcpauth: %s (", server ? server : "");
    ma_quote_write(&label, ma_span_of(name->account), MA_QUOTE_MAX);
    ma_buf_add_byte(&label, ')');
    return ma_buf_take(&label);
}

/* The service replaces the item of the same attributes in that keyring, as one
 * step.  For g_object_unref. */
static mcpauth_status create_item(turn *self, SecretCollection *collection,
    ma_vault_kind kind, GHashTable *attributes, const char *label,
    ma_span bytes, SecretItem **out_item, mcpauth_error *err)
{
    MA_AUTO(SecretValue)
    value = secret_value_new(
        bytes.at, (gssize)bytes.len, "application/octet-stream");
    secret_item_create(collection, &schemas[kind], attributes, label, value,
        SECRET_ITEM_CREATE_REPLACE, self->cancel, take_answer,
        await_next(self));
    *out_item = secret_item_create_finish(await(self), &self->error);
    return self->error ? fail(self, err) : MCPAUTH_OK;
}

/* Those of other keyrings, from before the default changed, go last. */
mcpauth_status ma_vault_write(ma_vault *vault, ma_vault_kind kind,
    const mcpauth_store_key *name, ma_span bytes, mcpauth_error *err)
{
    MA_AUTO(GHashTable) attributes = NULL;
    MA_AUTO(objects) before = NULL;
    MA_AUTO(SecretCollection) collection = NULL;
    MA_AUTO(SecretItem) made = NULL;
    MA_AUTO(ma_text) label = write_label(name);
    MA_SCOPED(turn) self = {0};
    mcpauth_status st =
        label ? write_attributes(name, &attributes, err) : ma_error_nomem(err);
    if (st)
        return st;
    begin_turn(&self, vault);
    st = open_service(&self, err);
    if (!st)
        st = open_default(&self, &collection, err);
    if (!st)
        st = search(&self, kind, attributes, &before, err);
    if (!st)
        st = create_item(
            &self, collection, kind, attributes, label, bytes, &made, err);
    if (st)
        return st;
    return delete_items(
        &self, before, g_dbus_proxy_get_object_path(G_DBUS_PROXY(made)), err);
}

mcpauth_status ma_vault_remove(ma_vault *vault, ma_vault_kind kind,
    const mcpauth_store_key *name, mcpauth_error *err)
{
    MA_AUTO(GHashTable) attributes = NULL;
    MA_AUTO(objects) items = NULL;
    MA_SCOPED(turn) self = {0};
    mcpauth_status st = write_attributes(name, &attributes, err);
    if (st)
        return st;
    begin_turn(&self, vault);
    st = open_service(&self, err);
    if (!st)
        st = search(&self, kind, attributes, &items, err);
    return st ? st : delete_items(&self, items, NULL, err);
}

/* --- the vault ----------------------------------------------------------- */

static mcpauth_status try_default(ma_vault *vault, mcpauth_error *err)
{
    MA_AUTO(SecretCollection) collection = NULL;
    MA_SCOPED(turn) self = {0};
    begin_turn(&self, vault);
    mcpauth_status st = open_service(&self, err);
    return st ? st : open_default(&self, &collection, err);
}

mcpauth_status ma_vault_new(
    bool may_ask, ma_vault **out_vault, mcpauth_error *err)
{
    MA_AUTO(ma_vault) vault = ma_calloc(1, sizeof *vault);
    if (!vault)
        return ma_error_nomem(err);
    pthread_mutex_init(&vault->mutex, NULL);
    vault->context = g_main_context_new();
    vault->may_ask = may_ask;
    mcpauth_status st = try_default(vault, err);
    if (!st)
        *out_vault = ma_move(&vault);
    return st;
}

void ma_vault_free(ma_vault *vault)
{
    if (!vault)
        return;
    g_clear_object(&vault->service);
    /* What objects leave behind is freed by the context. */
    while (g_main_context_iteration(vault->context, FALSE))
        continue;
    g_main_context_unref(vault->context);
    pthread_mutex_destroy(&vault->mutex);
    ma_free(vault);
}
