/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/rule_pack.h"

#include <stdio.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/banned.h"

static const char first_line[] = "candor-rules 1\n";
static const char *const type_names[] = { "rule", "list" };

void rule_pack_begin(struct writer *w)
{
    writer_text(w, first_line);
}

static bool name_is_valid(slice name)
{
    if (name.len == 0 || name.len > RULE_PACK_NAME_BYTES_MAX) return false;
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] < 0x20 || name.at[i] == 0x7f) return false;
    }
    return true;
}

void rule_pack_add(struct writer *w, const struct rule_pack_file *file)
{
    if (!name_is_valid(file->name)) {
        w->error = E_VALUE;
        return;
    }
    writer_text(w, type_names[file->type]);
    writer_text(w, " ");
    writer_dec(w, file->text.len);
    writer_text(w, " ");
    writer_bytes(w, file->name);
    writer_text(w, "\n");
    writer_bytes(w, file->text);
    writer_text(w, "\n");
}

status rule_pack_open(slice bytes, struct cursor *ret_cursor)
{
    if (!slice_starts(bytes, slice_text(first_line))) return FAIL(E_SYNTAX);
    *ret_cursor = cursor_of(bytes);
    ret_cursor->pos = sizeof first_line - 1;
    return OK;
}

/* Cuts the text up to the next space off the line. */
static status take_word(slice *line, slice *ret_word)
{
    const uint8_t *space = memchr(line->at, ' ', line->len);
    if (space == NULL) return FAIL(E_SYNTAX);
    *ret_word = (slice){ line->at, (size_t)(space - line->at) };
    *line = slice_from(*line, ret_word->len + 1);
    return OK;
}

static status type_of(slice word, uint8_t *ret_type)
{
    for (uint8_t i = 0; i < COUNT_OF(type_names); i++) {
        if (!slice_is(word, type_names[i])) continue;
        *ret_type = i;
        return OK;
    }
    return FAIL(E_SYNTAX);
}

status rule_pack_next(struct cursor *c, struct rule_pack_file *ret_file)
{
    struct rule_pack_file file = {};
    slice line = {};
    slice type = {};
    slice digits = {};
    slice end = {};
    uint64_t len = 0;
    if (cursor_left(c) == 0) return FAIL(E_NOT_FOUND);
    TRY(cursor_line(c, &line));
    TRY(take_word(&line, &type));
    TRY(take_word(&line, &digits));
    TRY(type_of(type, &file.type));
    TRY(num_parse_u64(digits, &len));
    if (!name_is_valid(line)) return FAIL(E_SYNTAX);
    file.name = line;
    TRY(cursor_bytes(c, len, &file.text));
    TRY(cursor_bytes(c, 1, &end));
    if (end.at[0] != '\n') return FAIL(E_SYNTAX);
    *ret_file = file;
    return OK;
}

static status add_list(struct ruleset *rs, const struct rule_pack_file *file)
{
    struct cursor c = cursor_of(file->text);
    slice value = {};
    while (cursor_line(&c, &value).code == E_OK)
        TRY(ruleset_list(rs, file->name, value));
    return cursor_end(&c);
}

/* Lists first: rules ask for them by name. */
static status add_all(struct ruleset *rs, slice bytes, uint8_t type)
{
    struct cursor c = {};
    struct rule_pack_file file = {};
    status s = rule_pack_open(bytes, &c);
    while (s.code == E_OK) {
        s = rule_pack_next(&c, &file);
        if (s.code != E_OK || file.type != type) continue;
        s = type == RULE_PACK_LIST ? add_list(rs, &file) : ruleset_add(rs, file.name, file.text);
    }
    return s.code == E_NOT_FOUND ? OK : s;
}

status rule_pack_compile(slice bytes, struct ruleset **ret_rules, struct fault *f)
{
    struct ruleset *rs = ruleset_new();
    if (rs == NULL) return fault_set(f, FAIL(E_NOMEM), "rules: out of memory");
    status s = add_all(rs, bytes, RULE_PACK_LIST);
    if (s.code == E_OK) s = add_all(rs, bytes, RULE_PACK_RULE);
    if (s.code == E_OK) s = ruleset_finish(rs);
    if (s.code != E_OK) {
        ruleset_free(rs);
        return fault_set(f, s, "rules: the pack cannot be loaded: %s", status_text(s));
    }
    *ret_rules = rs;
    return OK;
}

void rule_pack_path(const hash *bundle, char *ret_path, size_t cap)
{
    uint8_t digits[2 * SHA256_BYTES];
    struct writer w = writer_of(digits, sizeof digits);
    writer_hex(&w, (slice){ bundle->bytes, sizeof bundle->bytes });
    snprintf(ret_path, cap, RULE_PACK_FOLDER "/%.*s.pack", (int)sizeof digits,
             (const char *)digits);
}
