/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/endpoint.h"

#include "base/banned.h"

static struct json_writer *begin(struct world *w, uint32_t person, uint64_t event_id,
                                 const char *image)
{
    const struct person *p = world_person(w, person);
    const uint64_t id = stream_next(w->random);
    struct json_writer *j = event_begin(w, SOURCE_ENDPOINTS, p->account, NULL);
    json_member_text(j, "@timestamp", word_time(w->now, TIME_UTC, 0).text);
    json_member_text(j, "Channel", "Microsoft-Windows-Sysmon/Operational");
    json_member_u64(j, "EventID", event_id);
    json_member_text(j, "Computer", word_number("LT-", p->employment, 5).text);
    json_member_text(j, "UtcTime", word_time(w->now, TIME_SPACE, 0).text);
    json_member_text(j, "ProcessGuid", word_uuid(id, random_mix(id)).text);
    json_member_u64(j, "ProcessId", 1000 + (id >> 50));
    json_member_text(j, "Image", image);
    json_member_text(j, "User", word_join("PLATFORM\\", p->account).text);
    return j;
}

void endpoint_process(struct world *w, uint32_t person, const char *image, const char *command,
                      const char *parent)
{
    struct json_writer *j = begin(w, person, 1, image);
    json_member_text(j, "CommandLine", command);
    json_member_text(j, "CurrentDirectory", "C:\\Windows\\System32\\");
    json_member_text(j, "IntegrityLevel", "Medium");
    json_member_text(j, "ParentImage", parent);
    event_end(w);
}

void endpoint_dns(struct world *w, uint32_t person, const char *image, const char *name)
{
    struct json_writer *j = begin(w, person, 22, image);
    json_member_text(j, "QueryName", name);
    json_member_text(j, "QueryStatus", "0");
    event_end(w);
}
