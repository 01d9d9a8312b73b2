/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event names its process, user and device in the words of its source; these tables say in which
 * order they are looked for. Of a native field and an alias of the same name the alias counts, as
 * it does for rules that name a category: the process of Security 4688 is the new one.
 */
#include "judge/output/artifacts.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/banned.h"

enum { FILE_REGULAR = 1, DEVICE_UNKNOWN = 0 };

/* Names of fields for the members of a process object. */
struct process_names {
    const char *guid, *pid, *image, *command;
};

static const struct process_names processes[] = {
    { "ProcessGuid", "ProcessId", "Image", "CommandLine" },
    { NULL, "pid", "exe", "proctitle" }, /* auditd */
};
static const struct process_names parents[] = {
    { "ParentProcessGuid", "ParentProcessId", "ParentImage", "ParentCommandLine" },
    { NULL, "ppid", NULL, NULL },
};
/* Names for the members of a user object; the first row that gives a name or a uid counts. */
static const struct user_names {
    const char *name, *domain, *uid;
} users[] = {
    { "User", NULL, NULL },
    { "SubjectUserName", "SubjectDomainName", "SubjectUserSid" },
    { "userIdentity.userName", NULL, "userIdentity.arn" }, /* CloudTrail */
    { "user.username", NULL, "user.uid" },                 /* Kubernetes */
    { NULL, NULL, "auid" },                                /* auditd */
};
static const char *const devices[] = { "Computer", "computer_name", "host.name", "hostname" };

/* The value of a scalar field, empty if there is none. */
static slice value_of(const struct event *event, const char *name)
{
    if (name == NULL) return slice_none();
    const slice wanted = slice_text(name);
    const uint32_t wanted_hash = event_name_hash(wanted);
    for (size_t i = 0; i < event->field_count; i++) {
        const struct event_field *f = &event->fields[i];
        if (f->name_hash != wanted_hash || !slice_equal(f->name, wanted)) continue;
        if ((f->flags & EVENT_FIELD_SHADOWED) != 0) continue;
        if (f->type == EVENT_TEXT || f->type == EVENT_NUMBER) return f->text;
    }
    return slice_none();
}

static void member(struct json_writer *j, const char *key, slice value)
{
    if (value.len > 0) output_member(j, key, value, OUTPUT_VALUE_BYTES_MAX);
}

/* What stands behind the last of either slash. */
static slice file_name(slice path)
{
    size_t at = path.len;
    while (at > 0 && path.at[at - 1] != '\\' && path.at[at - 1] != '/')
        at--;
    return slice_from(path, at);
}

static void write_file(struct json_writer *j, slice path)
{
    const slice name = file_name(path);
    if (name.len == 0) return;
    member(j, "name", name);
    json_key(j, "file");
    json_object(j);
    member(j, "name", name);
    member(j, "path", path);
    json_member_u64(j, "type_id", FILE_REGULAR);
    json_object_end(j);
}

static void write_user_members(struct json_writer *j, slice name, slice domain, slice uid)
{
    const slice short_name = file_name(name); /* DOMAIN\name */
    if (domain.len == 0 && short_name.len > 0 && short_name.len < name.len) {
        domain = (slice){ name.at, name.len - short_name.len - 1 };
        name = short_name;
    }
    member(j, "name", name);
    member(j, "domain", domain);
    member(j, "uid", uid);
}

/* "actor" with the user that the event is about, if it names one. */
static void write_actor(struct json_writer *j, const struct event *event)
{
    for (size_t i = 0; i < COUNT_OF(users); i++) {
        const slice name = value_of(event, users[i].name), uid = value_of(event, users[i].uid);
        if (name.len == 0 && uid.len == 0) continue;
        json_key(j, "actor");
        json_object(j);
        json_key(j, "user");
        json_object(j);
        write_user_members(j, name, value_of(event, users[i].domain), uid);
        json_object_end(j);
        json_object_end(j);
        return;
    }
}

/*= OCSF process: at least one of pid and uid */
static bool process_begin(struct json_writer *j, const char *key, const struct event *event,
                          const struct process_names *names)
{
    uint64_t pid = 0;
    const slice guid = value_of(event, names->guid);
    const bool has_pid =
        num_parse_u64(value_of(event, names->pid), &pid).code == E_OK && pid <= INT32_MAX;
    if (guid.len == 0 && !has_pid) return false;
    json_key(j, key);
    json_object(j);
    if (has_pid) json_member_u64(j, "pid", pid);
    member(j, "uid", guid);
    member(j, "cmd_line", value_of(event, names->command));
    write_file(j, value_of(event, names->image));
    return true;
}

static void write_process(struct json_writer *j, const struct event *event)
{
    static_assert(COUNT_OF(processes) == COUNT_OF(parents), "a parent for each process");
    for (size_t i = 0; i < COUNT_OF(processes); i++) {
        if (!process_begin(j, "process", event, &processes[i])) continue;
        if (process_begin(j, "parent_process", event, &parents[i])) json_object_end(j);
        json_object_end(j);
        return;
    }
}

static void write_device(struct json_writer *j, const struct event *event)
{
    for (size_t i = 0; i < COUNT_OF(devices); i++) {
        const slice name = value_of(event, devices[i]);
        if (name.len == 0) continue;
        json_key(j, "device");
        json_object(j);
        member(j, "hostname", name);
        json_member_u64(j, "type_id", DEVICE_UNKNOWN);
        json_object_end(j);
        return;
    }
}

void artifacts_members(struct json_writer *j, const struct event *event)
{
    write_actor(j, event);
    write_process(j, event);
    write_device(j, event);
}
