/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/heard/heard.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "cmd/heard/heard_record.h"
#include "ledger/keys.h"
#include "ledger/store_file.h"
#include "os/clock.h"
#include "record/kinds.h"
#include "view/recorded.h"
#include "base/banned.h"

#define HEAD "candor heard 1 "

/* ---- sources ---- */

static status declare(struct presence *p, const struct accounts *all, uint32_t default_s)
{
    TRY(presence_declare(p, slice_text("syslog"), 0, default_s)); /* serve/input/input_syslog.c */
    for (size_t i = 0; i < all->count; i++) {
        const struct account *a = &all->at[i];
        if (a->kind != ACCOUNT_SOURCE) continue;
        const uint32_t silence_s =
            a->silence_s == ACCOUNT_SILENCE_DEFAULT ? default_s : a->silence_s;
        TRY(presence_declare(p, slice_text(a->name), a->id, a->is_disabled ? 0 : silence_s));
    }
    return OK;
}

status heard_accounts(struct heard *h, slice accounts, struct fault *f)
{
    struct accounts all = {};
    if (h->presence == NULL) return OK;
    TRY(accounts_read(accounts, &all, f));
    const status s = declare(h->presence, &all, h->node->config.silence_s);
    accounts_done(&all);
    return s.code == E_OK ? OK : fault_set(f, s, "sources: %s", status_text(s));
}

/* ---- the file ---- */

/* The line up to the next newline; it is taken off the text. */
static slice line_of(slice *text)
{
    const uint8_t *end = memchr(text->at, '\n', text->len);
    const size_t len = end == NULL ? text->len : (size_t)(end - text->at);
    const slice line = { text->at, len };
    *text = slice_from(*text, end == NULL ? len : len + 1);
    return line;
}

static status text_read(slice text, struct presence *p, uint64_t *ret_size)
{
    const slice head = line_of(&text);
    const size_t start = sizeof HEAD - 1;
    uint64_t size = 0;
    if (!slice_starts(head, slice_text(HEAD))) return FAIL(E_SYNTAX);
    TRY(num_parse_u64(slice_from(head, start), &size));
    while (text.len > 0)
        TRY(presence_read_line(p, line_of(&text)));
    *ret_size = size;
    return OK;
}

/* The file's text; *ret_text is the caller's to free. Empty if there is none. */
static status file_read(const struct store *store, uint8_t **ret_text, size_t *ret_len,
                        struct fault *f)
{
    const status s =
        store_file_load(store, HEARD_FILE, PRESENCE_TEXT_BYTES_MAX, ret_text, ret_len, f);
    if (s.code != E_NOT_FOUND) return s;
    *ret_text = NULL;
    *ret_len = 0;
    f->text[0] = '\0';
    return OK;
}

status heard_load(const struct node *n, const struct accounts *accounts,
                  struct presence **ret_presence, struct fault *f)
{
    uint8_t *text = NULL;
    size_t len = 0;
    uint64_t size = 0;
    struct presence *p = NULL;
    TRY(presence_new(&p));
    status s = declare(p, accounts, n->config.silence_s);
    if (s.code == E_OK) s = file_read(&n->store, &text, &len, f);
    if (s.code == E_OK && text != NULL) {
        s = text_read((slice){ text, len }, p, &size);
        if (s.code != E_OK) s = fault_set(f, FAIL(E_CORRUPT), HEARD_FILE ": cannot be read");
    }
    free(text);
    if (s.code == E_OK) {
        *ret_presence = p;
    } else {
        presence_free(p);
    }
    return s;
}

static void write_down(struct heard *h)
{
    h->text = writer_of(h->text.at, h->text.cap);
    writer_text(&h->text, HEAD);
    writer_dec(&h->text, h->size);
    writer_text(&h->text, "\n");
    presence_write(h->presence, &h->text);
    h->is_changed = false;
}

/* Entries that went into the state. */
static uint64_t size_now(const struct heard *h)
{
    return archive_size(h->node->archive) + committer_pending(h->node->committer);
}

static status text_save(struct heard *h, struct fault *f)
{
    const status ended = writer_end(&h->text);
    const slice text = writer_slice(&h->text);
    h->saved_ns = clock_mono_ns();
    status s = ended;
    if (ended.code == E_OK) s = store_file_replace(&h->node->store, HEARD_FILE, text, f);
    h->text = writer_of(h->text.at, h->text.cap);
    return s.code == E_FULL || s.code == E_LIMIT ? OK : s; /* a start reads more of the log then */
}

status heard_save(struct heard *h, struct fault *f)
{
    if (h->presence == NULL || (!h->is_changed && h->text.len == 0)) return OK;
    h->size = size_now(h);
    write_down(h);
    return text_save(h, f);
}

/* Written down now, saved once the log is durable as far. */
static status keep_fresh(struct heard *h, struct fault *f)
{
    if (h->text.len > 0) {
        if (committer_sequenced(h->node->committer) < h->size) return OK;
        return text_save(h, f);
    }
    if (!h->is_changed || clock_mono_ns() - h->saved_ns < HEARD_SAVE_S * CLOCK_NS_PER_S) return OK;
    h->size = size_now(h);
    write_down(h);
    return OK;
}

/* ---- the log ---- */

static bool wants(void *, uint64_t, slice entry)
{
    return recorded_was_judged(entry) || heard_is_report(entry);
}

/* Without its number: the batch tells those of erased events too. */
static status take_scanned(void *self, const struct scanned_record *r, struct fault *)
{
    struct heard *h = self;
    if (r->opening == NULL) return OK;
    if (r->entry->schema->kind == KIND_event) {
        heard_fold_event(h->presence, r->opening->fields, false);
    } else {
        heard_fold_report(h->presence, r->entry, r->opening->fields);
    }
    return OK;
}

/* The batch that has the entry; *ret_end is the entry behind it. */
static status read_batch(struct heard *h, struct keys *keys, uint64_t from, uint64_t *ret_end,
                         struct fault *f)
{
    const struct scan_watcher watcher = { .self = h, .record = take_scanned, .wants = wants };
    struct archive *a = h->node->archive;
    struct batch_frame frame = {};
    TRY(archive_batch(a, from, &frame, f));
    const struct batch_head head = frame.head;
    for (uint32_t i = 0; i < head.sequence_count; i++) {
        const struct sequence_range range = sequence_at(&frame, i);
        presence_numbers(h->presence, range.source, range.first, range.last);
    }
    *ret_end = head.first_index + head.record_count;
    return scan_records(a, keys, from, *ret_end, &watcher, f);
}

static status read_log(struct heard *h, uint64_t from, struct fault *f)
{
    const uint64_t size = archive_size(h->node->archive);
    struct keys *keys = NULL;
    status s = OK;
    if (from >= size) return OK;
    TRY(keys_open(&h->node->store, NULL, &keys, f));
    while (s.code == E_OK && from < size)
        s = read_batch(h, keys, from, &from, f);
    keys_free(keys);
    h->is_changed = true;
    return s;
}

/* From the file as far as it goes, else from the log's end. A file of a longer log is of another
 * one: nothing of it is believed. */
static status restore(struct heard *h, slice accounts, struct fault *f)
{
    uint8_t *text = NULL;
    size_t len = 0;
    uint64_t from = 0;
    const uint64_t size = archive_size(h->node->archive);
    TRY(file_read(&h->node->store, &text, &len, f));
    const bool is_read = text != NULL &&
                         text_read((slice){ text, len }, h->presence, &from).code == E_OK &&
                         from <= size;
    free(text);
    if (!is_read) {
        presence_free(h->presence);
        h->presence = NULL;
        TRY(presence_new(&h->presence));
        TRY(heard_accounts(h, accounts, f));
        from = size > HEARD_ENTRIES_MAX ? size - HEARD_ENTRIES_MAX : 0;
    }
    return read_log(h, from, f);
}

status heard_start(struct heard *h, struct node *n, slice accounts, struct fault *f)
{
    *h = (struct heard){ .node = n };
    if (node_is_read_only(n)) return OK;
    h->text = writer_of(malloc(PRESENCE_TEXT_BYTES_MAX), PRESENCE_TEXT_BYTES_MAX);
    if (h->text.at == NULL || presence_new(&h->presence).code != E_OK) {
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    TRY(heard_accounts(h, accounts, f));
    TRY(restore(h, accounts, f));
    h->listening_ns = clock_real_ns();
    return OK;
}

void heard_done(struct heard *h)
{
    presence_free(h->presence);
    free(h->text.at);
    *h = (struct heard){};
}

status heard_event(struct heard *h, const struct record *record, uint64_t id, struct fault *f)
{
    const slice name = record->fields[FIELD_event_source - 1].value;
    const struct presence_source *s = h->presence == NULL ? NULL : presence_seek(h->presence, name);
    if (s == NULL || (id != 0 && s->id != id)) {
        return fault_set(f, FAIL(E_DENIED), "front: an event of a source that nobody registered");
    }
    h->is_changed |= heard_fold_event(h->presence, record->fields, true);
    return OK;
}

/* ---- reports ---- */

/* Both records or neither: a gap without its finding would never get one. */
static status record_report(struct heard *h, const struct presence_report *r, int64_t now_ns,
                            struct fault *f)
{
    struct heard_record *room = calloc(1, sizeof *room);
    struct record record = {};
    uint64_t index = 0;
    const slice market = slice_text(h->node->config.market);
    if (room == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = committer_together(h->node->committer, 2, f);
    if (s.code == E_OK) s = heard_gap_make(room, r, market, now_ns, &record, f);
    if (s.code == E_OK) s = committer_add(h->node->committer, &record, &index, f);
    if (s.code == E_OK) s = heard_finding_make(room, r, index, &record, f);
    if (s.code == E_OK) s = committer_add(h->node->committer, &record, &index, f);
    free(room);
    return s;
}

status heard_look(struct heard *h, struct fault *f)
{
    struct presence_report r = {};
    const int64_t now_ns = clock_real_ns();
    if (h->presence == NULL) return OK;
    for (int i = 0; i < HEARD_REPORTS_MAX; i++) {
        if (!presence_due(h->presence, now_ns, h->listening_ns, &r)) break;
        TRY(record_report(h, &r, now_ns, f));
        presence_reported(h->presence, &r);
        h->holes += r.cause == PRESENCE_HOLE;
        h->silences += r.cause == PRESENCE_SILENT;
        h->is_changed = true;
    }
    return keep_fresh(h, f);
}

void heard_numbers(const struct heard *h, struct metrics *m)
{
    const struct presence_source *s = NULL;
    if (h->presence == NULL) return;
    for (size_t i = 0; (s = presence_nth(h->presence, i)) != NULL; i++) {
        m->at[METRIC_heard][0] += s->heard_ns != 0;
        m->at[METRIC_silent][0] += s->silent_ns != 0 && s->back_ns == 0;
        m->at[METRIC_missing][0] += s->missing;
    }
    m->at[METRIC_gaps][GAP_SEQUENCE] = h->holes;
    m->at[METRIC_gaps][GAP_SILENCE] = h->silences;
}
