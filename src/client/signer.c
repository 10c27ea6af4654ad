/* signer.c - one reads the credentials, all use them.
 *
 * Reading them may take long, for a command may be run; so there is a lock for
 * that, and another one for a look at what is there. */
#include "client/signer.h"

#include <pthread.h>

#include "agentcore/sigv4.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "client/awschain.h"

enum { MARGIN_MS = 60000 };

struct ma_signer {
    const mcpauth_config *config;
    mcpauth_http *http;

    pthread_mutex_t reading; /* comes before the other */
    mcpauth_error *reason;   /* of the last reading, if it failed */

    pthread_mutex_t mutex; /* guards what follows */
    ma_awskeys keys;
    char *region;
    uint64_t number; /* of the keys; 0: there are none */
    uint64_t readings;
    mcpauth_status outcome; /* of the last */
    int64_t fresh_until_ms;
};

ma_signer *ma_signer_new(const mcpauth_config *config, mcpauth_http *http)
{
    ma_signer *signer = ma_calloc(1, sizeof *signer);
    if (!signer)
        return NULL;
    signer->config = config;
    signer->http = http;
    signer->reason = mcpauth_error_new();
    pthread_mutex_init(&signer->reading, NULL);
    pthread_mutex_init(&signer->mutex, NULL);
    if (signer->reason)
        return signer;
    ma_signer_free(signer);
    return NULL;
}

void ma_signer_free(ma_signer *signer)
{
    if (!signer)
        return;
    ma_awskeys_done(&signer->keys);
    ma_free(signer->region);
    mcpauth_error_free(signer->reason);
    pthread_mutex_destroy(&signer->mutex);
    pthread_mutex_destroy(&signer->reading);
    ma_free(signer);
}

/* --- a look -------------------------------------------------------------- */

static uint64_t count_readings(ma_signer *signer)
{
    pthread_mutex_lock(&signer->mutex);
    uint64_t readings = signer->readings;
    pthread_mutex_unlock(&signer->mutex);
    return readings;
}

static uint64_t current_number(ma_signer *signer)
{
    pthread_mutex_lock(&signer->mutex);
    uint64_t number = signer->number;
    pthread_mutex_unlock(&signer->mutex);
    return number;
}

bool ma_signer_is_ready(ma_signer *signer)
{
    pthread_mutex_lock(&signer->mutex);
    bool ready = signer->number && ma_clock_now_ms() < signer->fresh_until_ms;
    pthread_mutex_unlock(&signer->mutex);
    return ready;
}

/* --- reading ------------------------------------------------------------- */

/* Those that live shortly are not read for every request. */
static int64_t find_fresh_until_ms(const ma_awskeys *keys)
{
    int64_t left_ms = keys->expires_at_ms - ma_clock_now_ms();
    if (!keys->expires_at_ms)
        return INT64_MAX;
    return keys->expires_at_ms -
           (left_ms < 2 * MARGIN_MS ? left_ms / 2 : MARGIN_MS);
}

static mcpauth_status refuse_expired(const ma_awskeys *keys, mcpauth_error *err)
{
    if (!keys->expires_at_ms || ma_clock_now_ms() < keys->expires_at_ms)
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_USAGE, "the AWS credentials have expired already");
    ma_error_hint(err, "renew them, and check the clock of this machine");
    return st;
}

/* Both are taken over. */
static void publish(ma_signer *signer, ma_awskeys *keys, char **region)
{
    pthread_mutex_lock(&signer->mutex);
    if (!ma_awskeys_same(&signer->keys, keys))
        signer->number++;
    ma_awskeys_done(&signer->keys);
    ma_free(signer->region);
    signer->keys = *keys;
    signer->region = ma_move(region);
    signer->fresh_until_ms = find_fresh_until_ms(keys);
    pthread_mutex_unlock(&signer->mutex);
    *keys = (ma_awskeys){0};
}

static mcpauth_status read_keys(ma_signer *signer, mcpauth_error *err)
{
    MA_SCOPED(ma_awskeys) keys = {0};
    MA_AUTO(ma_text) region = NULL;
    mcpauth_status st = ma_awschain_region(signer->config, &region, err);
    if (!st)
        st = ma_awschain_load(signer->config, signer->http, &keys, err);
    if (!st)
        st = refuse_expired(&keys, err);
    if (!st)
        publish(signer, &keys, &region);
    return st;
}

/* The lock is held. */
static mcpauth_status read_and_tell(ma_signer *signer, mcpauth_error *err)
{
    mcpauth_error_clear(signer->reason);
    mcpauth_status st = read_keys(signer, signer->reason);
    pthread_mutex_lock(&signer->mutex);
    signer->readings++;
    signer->outcome = st;
    pthread_mutex_unlock(&signer->mutex);
    if (st)
        ma_error_copy(err, signer->reason);
    return st;
}

mcpauth_status ma_signer_prepare(ma_signer *signer, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    uint64_t readings = count_readings(signer);
    if (ma_signer_is_ready(signer))
        return MCPAUTH_OK;
    pthread_mutex_lock(&signer->reading);
    if (count_readings(signer) == readings)
        st = read_and_tell(signer, err);
    else if ((st = signer->outcome))
        ma_error_copy(err, signer->reason);
    pthread_mutex_unlock(&signer->reading);
    return st;
}

mcpauth_status ma_signer_renew(ma_signer *signer, const ma_signer_used *used,
    bool *out_other, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    pthread_mutex_lock(&signer->reading);
    if (current_number(signer) == used->number)
        st = read_and_tell(signer, err);
    *out_other = !st && current_number(signer) != used->number;
    pthread_mutex_unlock(&signer->reading);
    return st;
}

/* --- signing ------------------------------------------------------------- */

void ma_signer_used_done(ma_signer_used *used)
{
    ma_awskeys_done(&used->keys);
}

static mcpauth_status copy_keys(ma_signer *signer, ma_signer_used *used,
    char **out_region, mcpauth_error *err)
{
    pthread_mutex_lock(&signer->mutex);
    ma_awskeys_done(&used->keys);
    mcpauth_status st = ma_awskeys_dup(&signer->keys, &used->keys, err);
    *out_region = ma_strdup(signer->region);
    used->number = signer->number;
    pthread_mutex_unlock(&signer->mutex);
    return !st && !*out_region ? ma_error_nomem(err) : st;
}

mcpauth_status ma_signer_sign(ma_signer *signer,
    const mcpauth_http_request *request, mcpauth_headers *headers,
    ma_signer_used *used, mcpauth_error *err)
{
    MA_AUTO(ma_text) region = NULL;
    mcpauth_status st = ma_signer_prepare(signer, err);
    if (!st)
        st = copy_keys(signer, used, &region, err);
    if (st)
        return st;
    const ma_sigv4_signer with = {
        .key_id = used->keys.key_id,
        .key = used->keys.key,
        .session = used->keys.session,
        .region = region,
        .service = "bedrock-agentcore",
    };
    return ma_sigv4_sign(&with, ma_clock_now_ms(), request, headers, err);
}

void ma_signer_mask(const ma_signer_used *used, mcpauth_error *err)
{
    ma_error_mask(err, ma_secret_span(used->keys.key));
    ma_error_mask(err, ma_secret_span(used->keys.session));
}
