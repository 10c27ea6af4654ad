/* awsfile.c - the two files that AWS tools share, line by line. */
#include "agentcore/awsfile.h"

/* What stands between the brackets is what is asked for. */
static bool is_profile(
    const ma_awsfile *file, ma_span heading, const char *profile)
{
    static const char prefix[] = "profile";
    ma_span name = ma_span_trim(heading);
    if (file->kind == MA_AWSFILE_CONFIG && !ma_span_is(name, "default")) {
        if (!ma_span_starts(name, "profile ") &&
            !ma_span_starts(name, "profile\t"))
            return false;
        name.at += sizeof prefix - 1;
        name.len -= sizeof prefix - 1;
        name = ma_span_trim(name);
    }
    if (name.len > 1 && ma_span_starts(name, "\"") && ma_span_ends(name, "\""))
        name = ma_span_make(name.at + 1, name.len - 2);
    return ma_span_is(name, profile);
}

static ma_span next_line(ma_span *rest)
{
    ma_span line = ma_span_cut(rest, '\n');
    while (ma_span_ends(line, "\r"))
        line.len--;
    return line;
}

/* Moves *rest behind the next heading of the profile. */
static bool find_section(
    const ma_awsfile *file, const char *profile, ma_span *rest)
{
    while (rest->at) {
        ma_span line = next_line(rest);
        if (!ma_span_starts(line, "["))
            continue;
        ma_span heading = ma_span_make(line.at + 1, line.len - 1);
        heading = ma_span_cut(&heading, ']');
        if (is_profile(file, heading, profile))
            return true;
    }
    return false;
}

bool ma_awsfile_has(const ma_awsfile *file, const char *profile)
{
    ma_span rest = file->text;
    return find_section(file, profile, &rest);
}

/* Reads the lines up to the next heading.  What is indented belongs to the
 * line above it. */
static void read_section(ma_span *rest, const char *name, ma_span *out)
{
    while (rest->at && !ma_span_starts(*rest, "[")) {
        ma_span value = next_line(rest);
        bool own = value.len && ma_span_trim(value).at == value.at &&
                   value.at[0] != '#' && value.at[0] != ';';
        ma_span word = ma_span_trim(ma_span_cut(&value, '='));
        if (own && value.at && ma_span_is_nocase(word, name))
            *out = ma_span_trim(value);
    }
}

ma_span ma_awsfile_get(
    const ma_awsfile *file, const char *profile, const char *name)
{
    ma_span found = {0};
    ma_span rest = file->text;
    while (find_section(file, profile, &rest))
        read_section(&rest, name, &found);
    return found;
}
