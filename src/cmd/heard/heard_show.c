/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/heard/heard_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/timestamp.h"
#include "cmd/node/change.h"
#include "record/schema.h"
#include "base/banned.h"

static uint64_t awaited(const struct presence_source *s)
{
    uint64_t amount = 0;
    for (uint32_t i = 0; i < s->hole_count; i++)
        amount += s->holes[i].amount;
    return amount;
}

void heard_state(const struct presence_source *s, char ret_text[HEARD_STATE_BYTES_MAX])
{
    uint8_t time[TIMESTAMP_BYTES_MAX];
    int len = 0;
    ret_text[0] = '\0';
    if (s == NULL || s->heard_ns == 0) return;
    const bool silent = s->silent_ns != 0 && s->back_ns == 0;
    const int time_len = (int)timestamp_write(s->heard_ns, time);
    len = snprintf(ret_text, HEARD_STATE_BYTES_MAX, "%s %.*s", silent ? "silent since" : "heard",
                   time_len, (const char *)time);
    if (s->missing == 0 || len < 0 || len >= HEARD_STATE_BYTES_MAX) return;
    snprintf(ret_text + len, (size_t)(HEARD_STATE_BYTES_MAX - len), ", %" PRIu64 " numbers missing",
             s->missing);
}

static void member_time(struct json_writer *j, const char *name, int64_t time_ns)
{
    uint8_t time[TIMESTAMP_BYTES_MAX];
    if (time_ns == 0) return;
    json_member_string(j, name, (slice){ time, timestamp_write(time_ns, time) });
}

void heard_members(const struct presence_source *s, struct json_writer *j)
{
    if (s->silence_s != 0) json_member_u64(j, "silence", s->silence_s);
    member_time(j, "heard", s->heard_ns);
    if (s->back_ns == 0) member_time(j, "silent_since", s->silent_ns);
    json_member_u64(j, "missing", s->missing);
    json_member_u64(j, "awaited", awaited(s));
}

static void write_all(const struct accounts *all, const struct presence *heard, struct writer *w)
{
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    json_key(&j, "items");
    json_array(&j);
    for (size_t i = 0; i < all->count; i++) {
        const struct account *a = &all->at[i];
        if (a->kind != ACCOUNT_SOURCE) continue;
        json_object(&j);
        json_member_text(&j, "source", a->name);
        json_member_u64(&j, "id", a->id);
        json_member_bool(&j, "disabled", a->is_disabled);
        heard_members(presence_find(heard, slice_text(a->name)), &j);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_object_end(&j);
    writer_text(w, "\n");
}

status heard_write_all(const struct node *n, struct writer *w, struct fault *f)
{
    struct accounts all = {};
    struct presence *heard = NULL;
    slice text = {};
    uint8_t *room = malloc(ACCOUNTS_BYTES_MAX);
    if (room == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = change_accounts(&n->store, room, &text, f);
    if (s.code == E_OK) s = accounts_read(text, &all, f);
    if (s.code == E_OK) s = heard_load(n, &all, &heard, f);
    if (s.code == E_OK) write_all(&all, heard, w);
    presence_free(heard);
    accounts_done(&all);
    free(room);
    return s.code == E_OK ? writer_end(w) : s;
}
