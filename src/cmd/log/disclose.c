/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log disclose: a record, or some fields of it, as a file that verifies offline. The order is the
 * point: the log has the disclosure before anything is opened.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "cmd/log/log_commands.h"
#include "cmd/node/bundle_make.h"
#include "cmd/node/duty.h"
#include "cmd/node/view.h"
#include "record/bundle.h"
#include "base/banned.h"

enum { FIELD_LIST_BYTES = 4096 };

/* What is asked for. */
struct request {
    uint64_t index;
    bool shown[FIELDS_MAX];
    uint8_t list_room[FIELD_LIST_BYTES]; /* the names as a list of texts */
    struct writer list;
};

static status take_name(slice name, const struct schema *s, struct request *r, struct fault *f)
{
    const uint8_t id = schema_field_id(s, name);
    if (id == 0) {
        return fault_set(f, FAIL(E_USAGE), "--fields: a record of kind %s has no field %.*s",
                         s->name, (int)(name.len < 40 ? name.len : 40), (const char *)name.at);
    }
    if (r->shown[id - 1]) return OK;
    r->shown[id - 1] = true;
    value_texts_add(&r->list, name);
    return OK;
}

static status take_names(const char *text, const struct schema *s, struct request *r,
                         struct fault *f)
{
    slice rest = slice_text(text);
    for (;;) {
        const uint8_t *comma = memchr(rest.at, ',', rest.len);
        const size_t len = comma == NULL ? rest.len : (size_t)(comma - rest.at);
        TRY(take_name((slice){ rest.at, len }, s, r, f));
        if (comma == NULL) return OK;
        rest = slice_from(rest, len + 1);
    }
}

/* Checks the request against the entry, which is public; nothing is opened for that. */
static status request_read(const struct invocation *inv, struct request *r, struct fault *f)
{
    static struct view v;
    struct entry entry = {};
    slice bytes = {};
    r->list = writer_of(r->list_room, sizeof r->list_room);
    if (num_parse_u64(slice_text(inv->arguments[1]), &r->index).code != E_OK) {
        return fault_set(f, FAIL(E_USAGE), "INDEX is not a number: %.40s", inv->arguments[1]);
    }
    TRY(view_open(inv->arguments[0], &v, f));
    status s = archive_entry(v.node.archive, r->index, &bytes, f);
    if (s.code == E_OK) s = entry_parse(bytes, &entry, f);
    const bool is_public = s.code == E_OK && (entry.schema->flags & KIND_BODY) != 0;
    for (size_t n = 0; s.code == E_OK && !is_public; n++) {
        const char *names = invocation_nth(inv, "--fields", n);
        if (names == NULL && n == 0) s = fault_set(f, FAIL(E_USAGE), "--fields is missing");
        if (names == NULL) break;
        s = take_names(names, entry.schema, r, f);
    }
    view_close(&v);
    return s;
}

static status record_it(const struct invocation *inv, const struct request *r, struct fault *f)
{
    static const struct {
        const char *option;
        enum duty_slot slot;
    } rows[] = {
        { "--by", DUTY_ACTOR },        { "--to", DUTY_TO },       { "--recipient", DUTY_RECIPIENT },
        { "--purpose", DUTY_PURPOSE }, { "--basis", DUTY_BASIS }, { "--subject", DUTY_SUBJECT },
    };
    uint8_t index[8];
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    struct writer w = writer_of(answer, sizeof answer);
    struct duty d = duty_of(DUTY_DISCLOSE);
    put_u64(index, r->index);
    d.slots[DUTY_RECORDS] = (slice){ index, sizeof index };
    d.slots[DUTY_FIELDS] = writer_slice(&r->list);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        d.slots[rows[i].slot] = slice_text(invocation_value(inv, rows[i].option, ""));
    }
    return duty_ask(inv->arguments[0], &d, &w, f);
}

static status disclose(const char *dir, const struct request *r, struct fault *f)
{
    static struct view v;
    struct writer w = writer_of(malloc(BUNDLE_BYTES_MAX), BUNDLE_BYTES_MAX);
    if (w.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = view_open(dir, &v, f);
    if (s.code == E_OK) {
        s = bundle_make(&v, r->index, r->shown, &w, f);
        view_close(&v);
    }
    if (s.code == E_OK && (fwrite(w.at, 1, w.len, stdout) != w.len || fflush(stdout) != 0)) {
        s = fault_set(f, FAIL(E_IO), "cannot write to standard output");
    }
    bytes_wipe(w.at, w.len);
    free(w.at);
    return s;
}

int run_log_disclose(const struct invocation *inv)
{
    struct request r = {};
    struct fault f = {};
    status s = request_read(inv, &r, &f);
    if (s.code == E_OK) s = record_it(inv, &r, &f);
    if (s.code == E_OK) s = disclose(inv->arguments[0], &r, &f);
    if (s.code == E_OK) return 0;
    return command_fail(status_exit(s), "log disclose: %s: %s", inv->arguments[0], f.text);
}
