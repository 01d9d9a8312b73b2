/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/cluster.h"

#include "base/banned.h"

void cluster_say(struct world *w, const struct cluster_event *e)
{
    const uint64_t id = stream_next(w->random);
    struct json_writer *j = event_begin(w, SOURCE_CLUSTER, e->user, NULL);
    json_member_text(j, "kind", "Event");
    json_member_text(j, "apiVersion", "audit.k8s.io/v1");
    json_member_text(j, "level", "Metadata");
    json_member_text(j, "auditID", word_uuid(id, random_mix(id)).text);
    json_member_text(j, "stage", "ResponseComplete");
    json_member_text(j, "verb", e->verb);
    json_key(j, "user");
    json_object(j);
    json_member_text(j, "username", e->user);
    json_object_end(j);
    json_key(j, "sourceIPs");
    json_array(j);
    json_text(j, e->ip);
    json_array_end(j);
    json_key(j, "objectRef");
    json_object(j);
    json_member_text(j, "resource", e->resource);
    if (e->subresource != NULL) json_member_text(j, "subresource", e->subresource);
    json_member_text(j, "namespace", e->name_space);
    if (e->name != NULL) json_member_text(j, "name", e->name);
    json_member_text(j, "apiVersion", "v1");
    json_object_end(j);
    json_key(j, "responseStatus");
    json_object(j);
    json_member_u64(j, "code", e->code);
    json_object_end(j);
    json_member_text(j, "requestReceivedTimestamp", word_time(w->now, TIME_MICRO, 0).text);
    json_key(j, "annotations");
    json_object(j);
    json_member_text(j, "authorization.k8s.io/decision", e->code < 400 ? "allow" : "forbid");
    json_object_end(j);
    event_end(w);
}
