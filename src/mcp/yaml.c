/* yaml.c - line by line, with a stack of what is open at which indentation. */
#include "mcp/yaml.h"

#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "mcp/yamlflow.h"
#include "mcp/yamlscalar.h"

/* A mapping or a list whose entries stand at that column. */
typedef struct {
    size_t column;
    bool list;
    bool entered; /* a name or an index is open */
    bool filled;  /* and has its value */
    size_t count;
} level;

typedef struct {
    ma_fields *to;
    ma_span rest; /* lines to come */
    size_t line;  /* number of the latest */
    size_t depth;
    level levels[MA_FIELDS_DEPTH];
} reader;

static const char too_deep[] = "too much nesting";
static const char misplaced[] = "something that its indentation does not place";

/* A text could not be built. */
static const char *give_up(reader *in, const ma_buf *text)
{
    ma_fields_fail(in->to, text);
    return "a text that is too long";
}

/* --- lines --------------------------------------------------------------- */

static ma_span skip(ma_span text, size_t len)
{
    return ma_span_make(text.at + len, text.len - len);
}

static size_t count_spaces(ma_span line)
{
    size_t count = 0;
    while (count < line.len && line.at[count] == ' ')
        count++;
    return count;
}

static bool is_blank(ma_span line)
{
    return ma_span_trim(line).len == 0;
}

static bool is_comment(ma_span line)
{
    return ma_span_starts(ma_span_trim(line), "#");
}

/* False at the end. */
static bool take_line(reader *in, ma_span *out)
{
    if (in->rest.len == 0)
        return false;
    *out = ma_span_cut(&in->rest, '\n');
    if (ma_span_ends(*out, "\r"))
        out->len--;
    in->line++;
    return true;
}

/* Nothing but a comment may follow. */
static bool is_over(ma_span rest)
{
    return is_blank(rest) || (*rest.at == ' ' && is_comment(rest));
}

/* --- entries ------------------------------------------------------------- */

static level *top_of(reader *in)
{
    return in->depth > 0 ? &in->levels[in->depth - 1] : NULL;
}

/* A name or a dash without a value says null. */
static void end_entry(reader *in, level *it)
{
    if (it->entered && !it->filled)
        ma_fields_add(in->to, ma_span_of("null"));
    if (it->entered)
        ma_fields_leave(in->to);
    it->entered = it->filled = false;
}

static void close_level(reader *in)
{
    end_entry(in, top_of(in));
    in->depth--;
}

static bool is_item(ma_span text)
{
    return ma_span_starts(text, "- ") || ma_span_is(text, "-");
}

/* Closes what cannot go on with text at that column. */
static void close_levels(reader *in, size_t column, ma_span text)
{
    level *top;
    while ((top = top_of(in))) {
        bool over = top->column > column ||
                    (top->column == column && top->list && !is_item(text));
        if (!over)
            return;
        close_level(in);
    }
}

/* Whether a value may begin at that column: a list also where the names of
 * the mapping around it stand. */
static bool is_due(reader *in, size_t column, bool list)
{
    const level *top = top_of(in);
    if (!top)
        return !list && in->to->count == 0;
    return top->entered && !top->filled &&
           (column > top->column ||
               (list && !top->list && column == top->column));
}

static const char *open_level(reader *in, size_t column, bool list)
{
    if (!is_due(in, column, list))
        return misplaced;
    if (in->depth == MA_FIELDS_DEPTH)
        return too_deep;
    if (top_of(in))
        top_of(in)->filled = true;
    ma_fields_add(in->to, ma_span_of(list ? "[" : "{"));
    in->levels[in->depth++] = (level){.column = column, .list = list};
    return NULL;
}

/* Ends the entry before, in the same list or mapping; opens one if need be. */
static const char *begin_entry(reader *in, size_t column, bool list)
{
    level *top = top_of(in);
    if (!top || top->list != list || top->column != column) {
        const char *why = open_level(in, column, list);
        if (why)
            return why;
    }
    end_entry(in, top_of(in));
    return NULL;
}

static const char *begin_item(reader *in, size_t column)
{
    const char *why = begin_entry(in, column, true);
    if (why)
        return why;
    level *top = top_of(in);
    if (!ma_fields_enter_index(in->to, top->count++))
        return too_deep;
    top->entered = true;
    return NULL;
}

static const char *begin_name(reader *in, size_t column, ma_span name)
{
    const char *why = begin_entry(in, column, false);
    if (why)
        return why;
    if (ma_span_is(name, "<<"))
        return "a merge key";
    if (!ma_fields_enter_name(in->to, name))
        return too_deep;
    top_of(in)->entered = true;
    return NULL;
}

/* --- names --------------------------------------------------------------- */

/* Where the colon behind a plain name stands, or text.len. */
static size_t find_colon(ma_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '#' && i > 0 && text.at[i - 1] == ' ')
            break;
        if (text.at[i] == ':' && (i + 1 == text.len || text.at[i + 1] == ' '))
            return i;
    }
    return text.len;
}

/* Takes "name:" off the front of *text; false: it does not begin so. */
static bool take_name(ma_span *text, ma_buf *name)
{
    ma_span rest = *text;
    if (ma_yamlscalar_is_quoted(rest)) {
        if (ma_yamlscalar_take_quoted(name, &rest))
            return false;
    } else {
        bool plain = rest.len > 0 && !strchr("[]{}|>&*!%@`#,", *rest.at) &&
                     !ma_span_starts(rest, "? ");
        size_t len = plain ? find_colon(rest) : rest.len;
        if (len == 0 || len == rest.len)
            return false;
        ma_buf_add_span(name, ma_span_trim(ma_span_make(rest.at, len)));
        rest = skip(rest, len);
    }
    rest = skip(rest, count_spaces(rest));
    if (find_colon(rest) != 0 || rest.len == 0)
        return false;
    *text = skip(rest, 1);
    return true;
}

/* --- texts of several lines ---------------------------------------------- */

/* What one line of a text adds, after breaks line ends that are still due. */
static void fold(ma_buf *text, size_t breaks, ma_span line)
{
    if (breaks == 1)
        ma_buf_add_byte(text, ' ');
    for (; breaks > 1; breaks--)
        ma_buf_add_byte(text, '\n');
    ma_buf_add_span(text, line);
}

static ma_span without_comment(ma_span text)
{
    for (size_t i = 1; i < text.len; i++)
        if (text.at[i] == '#' && text.at[i - 1] == ' ')
            return ma_span_trim(ma_span_make(text.at, i));
    return ma_span_trim(text);
}

/* A plain scalar goes on in lines that are indented further than its name. */
static const char *read_plain(reader *in, ma_span first)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_YAMLSCALAR_MAX);
    MA_SCOPED(ma_buf) value = ma_buf_init(2 * MA_YAMLSCALAR_MAX);
    ma_span line = first;
    size_t breaks = 0;
    reader ahead = *in;
    for (;;) {
        ma_span words = without_comment(line);
        fold(&text, breaks, words);
        *in = ahead;
        if (words.len < ma_span_trim(line).len)
            break;
        for (breaks = 1; take_line(&ahead, &line) && is_blank(line); breaks++)
            ;
        if (ahead.line == in->line || is_blank(line) || is_comment(line) ||
            count_spaces(line) <= top_of(in)->column)
            break;
    }
    const char *why = ma_yamlscalar_write_plain(&value, ma_buf_span(&text));
    ma_fields_add(in->to, ma_buf_span(&value));
    if (text.failed || value.failed)
        return give_up(in, text.failed ? &text : &value);
    return why;
}

/* | or >, as it is being read. */
typedef struct {
    bool folded;
    char chomp;    /* '-', '+' or 0 */
    size_t column; /* of its text; 0: not known yet */
    size_t widest; /* of the blank lines before */
    size_t breaks; /* line ends that are due */
    ma_buf text;
} block;

static const char *add_block_line(block *it, ma_span line)
{
    if (it->column == 0) {
        it->column = count_spaces(line);
        if (it->widest > it->column)
            return "a first line that is indented less than a blank one";
    }
    ma_span words = skip(line, it->column);
    if (it->folded && ma_span_trim(words).at != words.at)
        return "a line in a folded text that is indented further";
    if (it->folded && it->text.len > 0)
        fold(&it->text, it->breaks, words);
    else {
        for (; it->breaks > 0; it->breaks--)
            ma_buf_add_byte(&it->text, '\n');
        ma_buf_add_span(&it->text, words);
    }
    it->breaks = 1;
    return NULL;
}

static bool is_blank_in(const block *it, ma_span line)
{
    size_t spaces = count_spaces(line);
    return spaces == line.len && (it->column == 0 || spaces <= it->column);
}

static const char *read_block_lines(reader *in, block *it)
{
    ma_span line;
    const char *why = NULL;
    reader ahead = *in;
    while (!why && take_line(&ahead, &line)) {
        size_t spaces = count_spaces(line);
        bool blank = is_blank_in(it, line);
        size_t least = it->column ? it->column : top_of(in)->column + 1;
        if (!blank && spaces < least)
            return NULL;
        if (blank && spaces > it->widest)
            it->widest = spaces;
        if (blank)
            it->breaks++;
        else
            why = add_block_line(it, line);
        *in = ahead;
    }
    return why;
}

static const char *read_block(reader *in, ma_span header)
{
    block it = {.folded = *header.at == '>'};
    header = skip(header, 1);
    if (ma_span_starts(header, "-") || ma_span_starts(header, "+")) {
        it.chomp = *header.at;
        header = skip(header, 1);
    }
    if (!is_over(header))
        return "an indicator behind | or > that is not read here";
    it.text = ma_buf_init(MA_YAMLSCALAR_MAX);
    const char *why = read_block_lines(in, &it);
    if (it.chomp != '+')
        it.breaks = it.chomp == '-' || it.text.len == 0 ? 0 : 1;
    for (; it.breaks > 0; it.breaks--)
        ma_buf_add_byte(&it.text, '\n');
    ma_fields_add_text(in->to, ma_buf_span(&it.text));
    if (it.text.failed)
        why = give_up(in, &it.text);
    ma_buf_done(&it.text);
    return why;
}

/* --- values -------------------------------------------------------------- */

static const char *read_quoted(reader *in, ma_span text)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(MA_YAMLSCALAR_MAX);
    const char *why = ma_yamlscalar_take_quoted(&said, &text);
    if (why)
        return why;
    if (said.failed)
        return give_up(in, &said);
    ma_fields_add_text(in->to, ma_buf_span(&said));
    return is_over(text) ? NULL : "something behind a quote";
}

/* Brackets may go on in the lines to come. */
static const char *read_flow(reader *in, ma_span text)
{
    ma_span last;
    ma_span all = ma_span_make(
        text.at, (size_t)(in->rest.at ? in->rest.at + in->rest.len - text.at
                                      : (ptrdiff_t)text.len));
    in->rest = all;
    const char *why = ma_yamlflow_take(in->to, &in->rest);
    for (const char *at = all.at; at < in->rest.at; at++)
        in->line += *at == '\n';
    if (why || !take_line(in, &last))
        return why;
    in->line--; /* it had been counted */
    return is_over(last) ? NULL : "something behind a bracket";
}

static const char *read_value(reader *in, ma_span text)
{
    if (ma_yamlscalar_is_quoted(text))
        return read_quoted(in, text);
    if (ma_yamlflow_begins(text))
        return read_flow(in, text);
    if (ma_span_starts(text, "|") || ma_span_starts(text, ">"))
        return read_block(in, text);
    return read_plain(in, text);
}

/* A line without its indentation, or what is behind a dash of it. */
static const char *read_node(reader *in, size_t column, ma_span text)
{
    const char *why = NULL;
    while (is_item(text)) {
        why = begin_item(in, column);
        size_t blanks = 1 + count_spaces(skip(text, 1));
        text = skip(text, blanks);
        column += blanks;
        if (why || is_blank(text) || *text.at == '#')
            return why;
    }
    MA_SCOPED(ma_buf) name = ma_buf_init(MA_YAMLSCALAR_MAX);
    if (take_name(&text, &name)) {
        why = name.failed ? give_up(in, &name)
                          : begin_name(in, column, ma_buf_span(&name));
        if (why || is_over(text))
            return why;
        text = skip(text, count_spaces(text));
    } else if (!top_of(in) || !is_due(in, column, false))
        return misplaced;
    top_of(in)->filled = true;
    return read_value(in, text);
}

static const char *read_line(reader *in, ma_span line)
{
    size_t column = count_spaces(line);
    if (is_blank(line) || is_comment(line))
        return NULL;
    if (line.at[column] == '\t')
        return "a tab";
    ma_span text = ma_span_trim(line);
    if (column == 0 &&
        (ma_span_starts(text, "---") || ma_span_starts(text, "...")))
        return "more than one document";
    close_levels(in, column, text);
    return read_node(in, column, text);
}

/* --- all of it ----------------------------------------------------------- */

/* What counts as a line end in some versions of YAML only, acts on a terminal,
 * or is no text at all. */
static bool is_readable(uint32_t code)
{
    if (code < 0x20)
        return code == '\t' || code == '\n' || code == '\r';
    return (code < 0x7F || code > 0x9F) && code != 0x2028 && code != 0x2029 &&
           code != 0xFEFF;
}

static const char *check_bytes(ma_span text)
{
    uint32_t code = 0;
    while (text.len > 0) {
        size_t len = ma_utf8_next(text, &code);
        if (len == 0)
            return "bytes that are no UTF-8";
        bool lone = code == '\r' && (text.len == 1 || text.at[1] != '\n');
        if (!is_readable(code) || lone)
            return "a control character";
        text = skip(text, len);
    }
    return NULL;
}

mcpauth_status ma_yaml_read(
    ma_span text, size_t first_line, ma_fields *to, mcpauth_error *err)
{
    reader in = {.to = to, .rest = text, .line = first_line - 1};
    ma_span line;
    const char *why = check_bytes(text);
    while (!why && take_line(&in, &line))
        why = read_line(&in, line);
    if (to->text.failed == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    if (why)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "line %zu has %s, and is not read here", in.line, why);
    if (to->count == 0)
        ma_fields_add(to, ma_span_of("{"));
    while (in.depth > 0)
        close_level(&in);
    return MCPAUTH_OK;
}
