/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/entry_facts.h"

#include "base/bytes.h"
#include "base/timestamp.h"
#include "record/entry.h"
#include "record/schema.h"
#include "base/banned.h"

enum { COLUMN_TEXT_BYTES_MAX = 1024, NANOSECONDS = 1000000000 };

static void say_time(const struct entry *e, struct answer *answer)
{
    uint8_t text[TIMESTAMP_BYTES_MAX];
    if (e->time_s > (uint64_t)INT64_MAX / NANOSECONDS) {
        answer_number(answer, "time", e->time_s);
        return;
    }
    const size_t len = timestamp_write((int64_t)e->time_s * NANOSECONDS, text);
    answer_say(answer, ANSWER_FACT, "time", "%.*s (to the %s)", (int)len, text,
               schema_granularity_name(e->schema->granularity_s));
}

void entry_facts(slice bytes, struct answer *answer)
{
    struct entry e = {};
    struct fault fault = {};
    if (entry_parse(bytes, &e, &fault).code != E_OK) {
        answer_say(answer, ANSWER_NOT_PROVEN, NULL,
                   "what the entry means: it is no record that this "
                   "verifier knows (%s)",
                   fault.text);
        return;
    }
    answer_say(answer, ANSWER_FACT, "kind", "%s, schema %u", e.schema->name, e.schema->version);
    say_time(&e, answer);
    for (size_t i = 0; i < e.schema->column_count; i++) {
        uint8_t text[COLUMN_TEXT_BYTES_MAX];
        struct writer w = writer_of(text, sizeof text);
        schema_column_print(&e.schema->columns[i], e.columns, &w);
        if (w.len > 0 && writer_end(&w).code == E_OK)
            answer_fact(answer, "column", writer_slice(&w));
    }
}
