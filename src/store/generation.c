/* generation.c - see generation.h. */
#include "store/generation.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "store/filename.h"
#include "store/previous.h"
#include "store/safefile.h"

ma_generation ma_generation_init(void)
{
    return (ma_generation){
        .file = ma_buf_init(MA_FILERECORD_MAX), .ending = ""};
}

void ma_generation_done(ma_generation *self)
{
    ma_filerecord_done(&self->record);
    ma_buf_done(&self->file);
}

/* A record that stands under a name of another key is damaged, too. */
static mcpauth_status judge_name(
    const char *name, ma_generation *found, mcpauth_error *err)
{
    const mcpauth_store_key key = {found->record.server, found->record.account};
    ma_filename own;
    mcpauth_status st = ma_filename_set(&own, &key, err);
    if (!st && strcmp(own.record, name) != 0)
        found->verdict = MA_FILERECORD_DAMAGED;
    return st;
}

mcpauth_status ma_generation_read_as(const ma_directory *directory,
    const char *name, const char *ending, ma_generation *out,
    mcpauth_error *err)
{
    bool found = false;
    char whole_name[NAME_MAX + 1];
    snprintf(whole_name, sizeof whole_name, "%s%s", name, ending);
    out->ending = ending;
    mcpauth_status st =
        ma_safefile_read(directory, whole_name, &out->file, &found, err);
    if (st || !found)
        return st;
    st = ma_filerecord_parse(
        ma_buf_span(&out->file), &out->record, &out->verdict, err);
    if (st || out->verdict != MA_FILERECORD_GOOD)
        return st;
    return judge_name(name, out, err);
}

static bool is_missing(const ma_generation *found)
{
    return found->verdict == MA_FILERECORD_GOOD && !found->record.version;
}

mcpauth_status ma_generation_read(const ma_directory *directory,
    const char *name, ma_generation *out, mcpauth_error *err)
{
    mcpauth_status st = ma_generation_read_as(directory, name, "", out, err);
    out->stands = !st && !is_missing(out);
    return st;
}

/* --- choosing ------------------------------------------------------------ */

static void replace(ma_generation *found, ma_generation *by)
{
    by->stands = found->stands;
    ma_generation_done(found);
    *found = *by;
    *by = ma_generation_init();
}

/* A damaged next one is that of a writer that died too early, or of one that is
 * at work; one that does not follow was given up. */
static bool follows(const ma_generation *next, const ma_generation *now)
{
    if (next->verdict != MA_FILERECORD_GOOD || is_missing(next))
        return false;
    return now->verdict == MA_FILERECORD_GOOD &&
           (is_missing(now) || next->record.version == now->record.version + 1);
}

mcpauth_status ma_generation_choose(const ma_directory *directory,
    const char *name, ma_generation *found, mcpauth_error *err)
{
    MA_SCOPED(ma_generation) previous = ma_generation_init();
    MA_SCOPED(ma_generation) next = ma_generation_init();
    mcpauth_status st = MCPAUTH_OK;
    if (found->verdict == MA_FILERECORD_DAMAGED || is_missing(found)) {
        st =
            ma_generation_read_as(directory, name, MA_PREVIOUS, &previous, err);
        if (st)
            return st;
        replace(found, &previous);
    }
    st = ma_generation_read_as(directory, name, MA_GENERATION_NEXT, &next, err);
    if (!st && follows(&next, found))
        replace(found, &next);
    return st;
}

mcpauth_status ma_generation_refuse_newer(const ma_directory *directory,
    const char *name, const ma_generation *found, mcpauth_error *err)
{
    if (found->verdict != MA_FILERECORD_NEWER)
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "%s/%s%s was written by a newer mcpauth, in a format unknown to this "
        "one",
        directory->path, name, found->ending);
    ma_error_hint(
        err, "use the newer mcpauth, or remove the file and log in again");
    return st;
}

ma_span ma_generation_record_name(ma_span name)
{
    static const char *const endings[] = {MA_PREVIOUS, MA_GENERATION_NEXT};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ma_span_ends(name, endings[i]))
            return ma_span_make(name.at, name.len - strlen(endings[i]));
    return name;
}
