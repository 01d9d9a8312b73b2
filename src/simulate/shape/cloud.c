/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/cloud.h"

#include "base/banned.h"

#define CLOUD_ACCOUNT "111122223333"

static void write_identity(struct json_writer *j, const struct cloud_event *e)
{
    const bool user = slice_is(slice_text(e->identity_type), "IAMUser");
    const char *arn = user ? "arn:aws:iam::" CLOUD_ACCOUNT ":user/"
                           : "arn:aws:sts::" CLOUD_ACCOUNT ":assumed-role/";
    json_key(j, "userIdentity");
    json_object(j);
    json_member_text(j, "type", e->identity_type);
    json_member_text(j, "arn", word_join(arn, e->identity).text);
    json_member_text(j, "accountId", CLOUD_ACCOUNT);
    json_member_text(j, "accessKeyId", e->key);
    if (user) json_member_text(j, "userName", e->identity);
    json_object_end(j);
}

static void write_parameters(struct json_writer *j, const struct cloud_event *e)
{
    json_key(j, "requestParameters");
    if (e->value == NULL && e->number == 0) {
        json_null(j);
        return;
    }
    json_object(j);
    if (e->value != NULL) json_member_text(j, e->parameter, e->value);
    if (e->second_value != NULL) json_member_text(j, e->second, e->second_value);
    if (e->number != 0) json_member_u64(j, "retentionInDays", e->number);
    if (e->list_value != NULL) {
        json_key(j, e->list);
        json_array(j);
        json_text(j, e->list_value);
        json_array_end(j);
    }
    json_object_end(j);
}

void cloud_say(struct world *w, const struct cloud_event *e)
{
    const uint64_t id = stream_next(w->random);
    struct json_writer *j = event_begin(w, SOURCE_CLOUD, e->identity, NULL);
    json_member_text(j, "eventVersion", "1.09");
    write_identity(j, e);
    json_member_text(j, "eventTime", word_time(w->now, TIME_SECOND, 0).text);
    json_member_text(j, "eventSource", e->service);
    json_member_text(j, "eventName", e->name);
    json_member_text(j, "awsRegion", "eu-central-1");
    json_member_text(j, "sourceIPAddress", e->ip);
    json_member_text(j, "userAgent", e->agent);
    if (e->error != NULL) json_member_text(j, "errorCode", e->error);
    write_parameters(j, e);
    json_member_text(j, "eventID", word_uuid(id, random_mix(id)).text);
    json_member_bool(j, "readOnly", e->reads);
    json_member_text(j, "eventType", "AwsApiCall");
    json_member_bool(j, "managementEvent", !e->is_data);
    json_member_text(j, "recipientAccountId", CLOUD_ACCOUNT);
    json_member_text(j, "eventCategory", e->is_data ? "Data" : "Management");
    event_end(w);
}
