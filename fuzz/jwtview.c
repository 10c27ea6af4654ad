/* jwtview.c - any bytes as a JWT, and as the two objects inside one. */
#include <stdint.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/error.h"
#include "oauth/jwtview.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void look(ma_span token)
{
    MA_SCOPED(ma_jwtview) view = {0};
    if (ma_jwtview_parse(token, &view, NULL))
        return;
    must(ma_json_is_object(view.header) && ma_json_is_object(view.claims));
    const ma_jwtview_wanted wanted = {.type = "oauth-id-jag+jwt",
        .audience = "https://as.example",
        .client_id = "me",
        .resource = "https://mcp.example",
        .now_ms = 0};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    if (ma_jwtview_check(&view, &wanted, err))
        return;
    int64_t expiry_ms = 0;
    must(ma_jwtview_expiry(&view, &expiry_ms) && expiry_ms > 0);
    must(ma_jwtview_is_for(&view, "https://as.example"));
}

/* The first line is the header, the rest the payload. */
static void look_inside(ma_span text)
{
    MA_SCOPED(ma_buf) token = ma_buf_init(2 * MA_JWTVIEW_MAX);
    ma_base64_write_url(&token, ma_span_cut(&text, '\n'));
    ma_buf_add_byte(&token, '.');
    ma_base64_write_url(&token, text);
    ma_buf_add_text(&token, ".c2ln");
    look(ma_buf_span(&token));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ma_span text = ma_span_make((const char *)data, size);
    look(text);
    look_inside(text);
    return 0;
}
