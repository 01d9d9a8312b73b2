/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/hook/hook_positions.h"

#include <stdio.h>
#include "base/bytes.h"
#include "base/num.h"
#include "ledger/store_file.h"
#include "os/clock.h"
#include "record/draft.h"
#include "base/banned.h"

enum { FILE_BYTES_MAX = HOOKS_MAX * (HOOK_NAME_BYTES_MAX + 32) };

/* The position behind the name in the text; false if it has none. */
static bool find(slice text, const char *name, uint64_t *ret_next)
{
    while (text.len > 0) {
        const uint8_t *end = memchr(text.at, '\n', text.len);
        const size_t len = end == NULL ? text.len : (size_t)(end - text.at);
        const slice line = { text.at, len };
        const size_t name_len = strlen(name);
        text = slice_from(text, end == NULL ? len : len + 1);
        if (!slice_starts(line, slice_text(name)) || line.len <= name_len ||
            line.at[name_len] != ' ') {
            continue;
        }
        return num_parse_u64(slice_from(line, name_len + 1), ret_next).code == E_OK;
    }
    return false;
}

status hook_positions_save(const struct node *n, struct hook_positions *p, struct fault *f)
{
    uint8_t text[FILE_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    if (!p->is_dirty || n->committer == NULL) return OK;
    for (size_t i = 0; i < n->config.front.hooks.count; i++) {
        writer_printf(&w, "%s %llu\n", n->config.front.hooks.at[i].name,
                      (unsigned long long)p->next[i]);
    }
    TRY(writer_end(&w));
    const status saved = store_file_replace(&n->store, HOOKS_FILE, writer_slice(&w), f);
    if (saved.code == E_FULL) return OK; /* it is sent again then */
    TRY(saved);
    p->saved_at_ns = clock_mono_ns();
    p->is_dirty = false;
    return OK;
}

status hook_positions_load(const struct node *n, uint64_t entries, struct hook_positions *ret_p,
                           struct fault *f)
{
    uint8_t text[FILE_BYTES_MAX];
    size_t len = 0;
    const status read = store_file_read(&n->store, HOOKS_FILE, text, sizeof text, &len, f);
    if (read.code != E_OK && read.code != E_NOT_FOUND && read.code != E_LIMIT) return read;
    if (read.code != E_OK) {
        f->text[0] = '\0';
        len = 0;
    }
    for (size_t i = 0; i < n->config.front.hooks.count; i++) {
        uint64_t next = entries;
        const bool found = find((slice){ text, len }, n->config.front.hooks.at[i].name, &next);
        ret_p->next[i] = found && next < entries ? next : entries;
    }
    ret_p->is_dirty = true;
    return hook_positions_save(n, ret_p, f);
}

/* Entries [first, last] were passed over: receivers that were there never heard of them. */
static status record_gap(struct node *n, const char *name, uint64_t first, uint64_t last,
                         struct fault *f)
{
    struct draft d = {};
    struct record record = {};
    char source[HOOK_NAME_BYTES_MAX + 16];
    uint64_t index = 0;
    const int64_t now_ns = clock_real_ns();
    snprintf(source, sizeof source, "webhook %s", name);
    draft_start(&d, KIND_gap, (uint64_t)(now_ns / CLOCK_NS_PER_S));
    if (n->config.market[0] != '\0') {
        draft_market(&d, COLUMN_gap_market, slice_text(n->config.market));
    }
    draft_column(&d, COLUMN_gap_cause, VALUE_gap_cause_undelivered);
    draft_time(&d, FIELD_gap_time, now_ns);
    draft_text(&d, FIELD_gap_source, slice_text(source));
    draft_u64(&d, FIELD_gap_first, first);
    draft_u64(&d, FIELD_gap_last, last);
    TRY(draft_end(&d, NULL, &record, f));
    return committer_add(n->committer, &record, &index, f);
}

status hook_positions_move(struct node *n, struct hook_positions *p, const struct hook_at *m,
                           struct fault *f)
{
    const struct hooks *hooks = &n->config.front.hooks;
    const bool fits = m->hook < hooks->count && m->next >= p->next[m->hook] &&
                      m->next <= archive_size(n->archive);
    if (!fits) {
        return fault_set(f, FAIL(E_VALUE), "front: a webhook is where it cannot be");
    }
    if (n->committer == NULL) { /* nothing is written: it begins there again */
        p->next[m->hook] = m->next;
        return OK;
    }
    if (m->given_up > 0) {
        TRY(record_gap(n, hooks->at[m->hook].name, p->next[m->hook], m->next - 1, f));
    }
    p->next[m->hook] = m->next;
    p->is_dirty = true;
    const bool is_due = clock_mono_ns() - p->saved_at_ns >= CLOCK_NS_PER_S;
    return is_due ? hook_positions_save(n, p, f) : OK;
}
