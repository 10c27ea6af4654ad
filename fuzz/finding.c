/* finding.c - the file of an MCP host, any bytes: its servers, and our file
 * with them in it; and any bytes as our file. */
#include "cli/finding.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonc.h"
#include "base/url.h"
#include "cli/configedit.h"
#include "cli/hosts.h"
#include "cli/input.h"

static void check(const ma_finding *finding)
{
    if (finding->url && !ma_url_valid(ma_span_of(finding->url)))
        abort();
    if (finding->url && finding->stems.len % 33 != 0)
        abort();
    if (!finding->entry || !ma_json_is_array(finding->left))
        abort();
    const ma_json *headers = ma_json_get_object(finding->entry, "headers");
    if (ma_json_get(headers, "Authorization"))
        abort();
}

/* What is put into a file is found in it, and keeps it one. */
static void put(ma_buf *file, const ma_finding *finding)
{
    MA_AUTO(ma_json) root = NULL;
    MA_AUTO(ma_json) before = NULL;
    bool good =
        !file->len || !ma_json_parse_object(ma_buf_span(file), &before, NULL);
    if (ma_configedit_put(file, finding->name, finding->entry, NULL) || !good)
        return;
    if (ma_json_parse_object(ma_buf_span(file), &root, NULL))
        abort();
    const ma_json *servers = ma_json_get_object(root, "mcpServers");
    if (!ma_json_get_object(servers, finding->name))
        abort();
}

static void read_servers(
    const ma_json *servers, ma_buf *file, const uint8_t *data, size_t size)
{
    const char *name = NULL;
    const ma_json *entry = NULL;
    void *iter = NULL;
    while (servers && ma_json_each(servers, &iter, &name, &entry)) {
        MA_AUTO(ma_finding) finding = NULL;
        MA_SCOPED(ma_buf) theirs = ma_buf_init(MA_INPUT_MAX);
        if (ma_finding_read(name, entry, "/f", &finding, NULL) || !finding)
            continue;
        check(finding);
        put(file, finding);
        ma_buf_add(&theirs, data, size);
        put(&theirs, finding);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    MA_SCOPED(ma_buf) file = ma_buf_init(MA_INPUT_MAX);
    MA_AUTO(ma_json) json = NULL;
    const char *project = NULL;
    const ma_json *servers = NULL;
    size_t step = 0;
    ma_buf_add(&text, data, size);
    ma_jsonc_blank(&text);
    if (text.len != size ||
        ma_json_parse(ma_buf_span(&text), MA_JSON_MESSAGE_DEPTH, &json, NULL))
        return 0;
    while (ma_hosts_next(json, &step, &project, &servers))
        read_servers(servers, &file, data, size);
    return 0;
}
