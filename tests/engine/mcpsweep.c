/* mcpsweep.c - what is pure is so without memory as well: with any one
 * allocation failing, and with all from there on, the answer is the usual one
 * or E_NOMEM (S-082). */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "mcp/elicit.h"
#include "mcp/paramheaders.h"
#include "mcp/params.h"
#include "mcp/rounds.h"
#include "mcp/toolbook.h"

#define SCHEMA                                                                 \
    "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},"     \
    "\"b\":{\"type\":\"integer\",\"x-mcp-header\":\"B\"}}}"
#define WRONG "{\"items\":{\"x-mcp-header\":\"A\"}}"
#define TOOLS                                                                  \
    "[{\"name\":\"good\",\"inputSchema\":" SCHEMA "},"                         \
    "{\"name\":\"bad\",\"inputSchema\":" WRONG "}]"

/* Does a thing once and appends what came of it. */
typedef mcpauth_status thing_fn(ma_buf *to, mcpauth_error *err);

static mcpauth_status add_fields(ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (!headers)
        return MCPAUTH_E_NOMEM;
    mcpauth_status st = ma_paramheaders_add(headers, ma_span_of(SCHEMA),
        ma_span_of("{\"a\":\"\\u00e9\",\"b\":2.0}"), err);
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++)
        ma_buf_addf(to, "%s: %s; ", mcpauth_headers_name(headers, i),
            mcpauth_headers_value(headers, i));
    return st;
}

static mcpauth_status write_tools(ma_buf *to, mcpauth_error *err)
{
    return ma_paramheaders_write_tools(
        to, ma_span_of("{\"tools\":" TOOLS "}"), NULL, NULL, err);
}

static mcpauth_status keep_tools(ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    ma_toolbook_page good, bad;
    mcpauth_status st = ma_toolbook_feed(&book, ma_span_of(TOOLS), err);
    if (st)
        return st;
    assert_true(ma_toolbook_find(&book, ma_span_of("\"good\""), &good));
    assert_true(ma_toolbook_find(&book, ma_span_of("\"bad\""), &bad));
    assert_non_null(bad.refused);
    ma_buf_add_span(to, good.schema);
    return MCPAUTH_OK;
}

static mcpauth_status merge(ma_buf *to, mcpauth_error *err)
{
    return ma_params_write_meta(
        to, ma_span_of("{\"a\":1}"), ma_span_of("{\"b\":2}"), err);
}

static mcpauth_status answer(ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    bool more;
    mcpauth_status st = ma_rounds_feed(&rounds, "tools/call",
        ma_span_of("{\"resultType\":\"input_required\",\"inputRequests\":"
                   "{\"k\":{\"method\":\"roots/list\"}},\"requestState\":"
                   "\"s\"}"),
        &more, err);
    if (!st)
        st = ma_rounds_answer(&rounds, ma_span_of("{}"), err);
    return st ? st : ma_rounds_write_params(&rounds, ma_span_of("{}"), to, err);
}

static mcpauth_status open_url(ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_elicit) elicit = {0};
    mcpauth_status st =
        ma_elicit_read(ma_span_of("{\"mode\":\"url\",\"message\":\"m\","
                                  "\"url\":\"https://example.com/\"}"),
            &elicit, err);
    if (!st)
        ma_buf_add_text(to, elicit.url.host);
    return st;
}

/* The second choice of the form's only field, by its title. */
static mcpauth_status fill_in(ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_elicit) elicit = {0};
    ma_elicitfield field;
    mcpauth_status st = ma_elicit_read(
        ma_span_of("{\"message\":\"m\",\"requestedSchema\":{\"properties\":"
                   "{\"f\":{\"type\":\"array\",\"items\":{\"anyOf\":["
                   "{\"const\":\"r\",\"title\":\"Red\"},"
                   "{\"const\":\"g\",\"title\":\"Green\"}]}}}}}"),
        &elicit, err);
    if (st)
        return st;
    ma_value_walk walk = ma_elicit_fields(&elicit);
    assert_true(ma_elicit_next_field(&elicit, &walk, &field));
    return ma_elicitfield_write_typed(&field, ma_span_of("1,green"), to, err);
}

/* How often the thing can fail for lack of memory. */
static size_t sweep_one(thing_fn *thing, bool all, ma_span usual)
{
    for (size_t position = 1;; position++) {
        MA_SCOPED(ma_buf) got = ma_buf_init(1 << 16);
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        alloc_sweep_start(position, all);
        mcpauth_status st = thing(&got, err);
        bool failed = alloc_sweep_stop();
        if (!st)
            st = got.failed;
        if (st)
            assert_int_equal(st, MCPAUTH_E_NOMEM);
        else
            assert_true(ma_span_eq(ma_buf_span(&got), usual));
        if (!failed)
            return position - 1;
    }
}

static void nothing_breaks_without_memory_S_082(void **state)
{
    static const struct {
        thing_fn *thing;
        const char *usual;
    } rows[] = {
        {add_fields, "Mcp-Param-A: =?base64?w6k=?=; Mcp-Param-B: 2; "},
        {write_tools,
            "{\"tools\":[{\"name\":\"good\",\"inputSchema\":" SCHEMA "}]}"},
        {keep_tools, SCHEMA},
        {merge, "{\"a\":1,\"_meta\":{\"b\":2}}"},
        {answer, "{\"inputResponses\":{\"k\":{}},\"requestState\":\"s\"}"},
        {open_url, "example.com"},
        {fill_in, "[\"r\",\"g\"]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_span usual = ma_span_of(rows[i].usual);
        assert_true(sweep_one(rows[i].thing, false, usual) > 0);
        assert_true(sweep_one(rows[i].thing, true, usual) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_breaks_without_memory_S_082),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
