/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bench/records.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include "base/bytes.h"
#include "ledger/ledger.h"
#include "ledger/signer.h"
#include "ledger/store_fs.h"
#include "os/clock.h"
#include "os/dir.h"
#include "base/banned.h"

enum { START_S = 1767225600 };

uint64_t bench_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static slice named(uint8_t *room, size_t cap, const char *name, uint64_t number, const char *end)
{
    struct writer w = writer_of(room, cap);
    writer_text(&w, name);
    writer_dec(&w, number);
    writer_text(&w, end);
    return writer_slice(&w);
}

static slice short_raw_of(struct bench_maker *m, uint64_t random)
{
    struct writer w = writer_of(m->raw, sizeof m->raw);
    writer_text(&w, "{\"action\":\"profile.read\",\"ms\":");
    writer_dec(&w, 100 + (random >> 32 & 511));
    writer_u8(&w, '}');
    return writer_slice(&w);
}

static slice raw_of(struct bench_maker *m, uint64_t time_s, uint64_t random, slice actor,
                    slice subject)
{
    struct writer w = writer_of(m->raw, sizeof m->raw);
    writer_text(&w, "{\"time\":");
    writer_dec(&w, time_s);
    writer_text(&w, ",\"tool\":\"admin\",\"action\":\"profile.read\",\"actor\":\"");
    writer_bytes(&w, actor);
    writer_text(&w, "\",\"subject\":\"");
    writer_bytes(&w, subject);
    writer_text(&w, "\",\"ticket\":\"T-");
    writer_dec(&w, random >> 40 & 0xffff);
    writer_text(&w, "\",\"fields\":[\"email\",\"phone\"],\"ip\":\"10.");
    writer_dec(&w, random >> 8 & 255);
    writer_u8(&w, '.');
    writer_dec(&w, random >> 16 & 255);
    writer_text(&w, ".7\",\"ok\":true,\"ms\":");
    writer_dec(&w, random >> 32 & 511);
    writer_u8(&w, '}');
    return writer_slice(&w);
}

status bench_make(struct bench_maker *m, struct record *ret_record, struct fault *f)
{
    const uint64_t random = bench_random(&m->seed);
    const uint64_t time_s = START_S + m->count / 1000;
    const char *at = m->is_short ? "@support.example" : "";
    const slice actor = named(m->actor, sizeof m->actor, "agent-", random % 500, at);
    const slice subject = named(m->subject, sizeof m->subject, "user-", random >> 20 & 0xfffff, at);
    const slice raw =
        m->is_short ? short_raw_of(m, random) : raw_of(m, time_s, random, actor, subject);
    m->chain.bytes[0] = (uint8_t)random;
    draft_start(&m->draft, KIND_event, time_s);
    draft_time(&m->draft, FIELD_event_time, (int64_t)time_s * BENCH_NS_PER_S);
    draft_time(&m->draft, FIELD_event_arrived, (int64_t)time_s * BENCH_NS_PER_S + 1000);
    draft_text(&m->draft, FIELD_event_source,
               slice_text(m->is_short ? "admin-tool.support.example" : "admin-tool"));
    draft_u64(&m->draft, FIELD_event_sequence, m->count);
    draft_hash(&m->draft, FIELD_event_chain, &m->chain);
    draft_text(&m->draft, FIELD_event_actor, actor);
    draft_text(&m->draft, FIELD_event_subject, subject);
    draft_raw(&m->draft, FIELD_event_raw, raw);
    m->count++;
    m->raw_bytes += raw.len;
    return draft_end(&m->draft, NULL, ret_record, f);
}

status bench_log_create(const char *dir, const char *name, struct store *ret_store, struct fault *f)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    TRY(dir_make(NULL, path, f));
    TRY(store_fs_open(path, ret_store, f));
    TRY(signer_create(ret_store, BENCH_ORIGIN, f));
    return ledger_create(ret_store, BENCH_ORIGIN, f);
}

void bench_line_begin(struct bench_line *l, const char *name)
{
    l->w = writer_of(l->bytes, sizeof l->bytes);
    l->j = json_writer_of(&l->w);
    json_object(&l->j);
    json_member_text(&l->j, "bench", name);
}

void bench_line_number(struct bench_line *l, const char *key, double value)
{
    json_key(&l->j, key);
    if (value >= 1000) {
        json_u64(&l->j, (uint64_t)value);
    } else {
        json_double(&l->j, (double)(int64_t)(value * 1000) / 1000);
    }
}

void bench_line_end(struct bench_line *l)
{
    json_object_end(&l->j);
    printf("%.*s\n", (int)l->w.len, (const char *)l->w.at);
    fflush(stdout);
}

double bench_seconds_since(int64_t start_ns)
{
    return (double)(clock_mono_ns() - start_ns) / BENCH_NS_PER_S;
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now = {};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * BENCH_NS_PER_S + now.tv_nsec;
}

int64_t bench_processor_ns(void)
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t bench_thread_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}
