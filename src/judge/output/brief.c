/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/brief.h"

#include "base/bytes.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "judge/output/evidence.h"
#include "base/banned.h"

static void write_time(struct json_writer *j, const struct finding *f)
{
    uint8_t time[TIMESTAMP_BYTES_MAX];
    if (f->is_time_assumed) return;
    json_member_string(j, "time", (slice){ time, timestamp_write(f->time_ns, time) });
}

static void write_tags(struct json_writer *j, const struct rule_texts *tags)
{
    json_key(j, "tags");
    json_array(j);
    for (size_t i = 0; i < tags->count && i < OUTPUT_TAGS_MAX; i++)
        json_string(j, text_cut(tags->at[i], OUTPUT_NAME_BYTES_MAX));
    json_array_end(j);
}

void brief_write(struct writer *w, const struct output_item *item)
{
    const struct finding *f = item->finding;
    struct json_writer j = json_writer_of(w);
    char uid[OUTPUT_UID_CHARS + 1];
    output_uid(item, uid);
    json_object(&j);
    write_time(&j, f);
    json_member_text(&j, "uid", uid);
    output_member(&j, "rule", rule_reference(f->rule), OUTPUT_NAME_BYTES_MAX);
    output_member(&j, "title", output_title(f->rule), OUTPUT_VALUE_BYTES_MAX);
    json_member_text(&j, "level", rule_level_name(f->rule->level));
    output_member(&j, "author", f->rule->author, OUTPUT_VALUE_BYTES_MAX);
    write_tags(&j, &f->rule->tags);
    evidence_members(&j, item);
    if (f->is_logsource_unknown) json_member_bool(&j, "logsource_unknown", true);
    if (f->is_clipped) json_member_bool(&j, "clipped", true);
    json_object_end(&j);
    writer_u8(w, '\n');
}
