/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names: what collectors call otherwise, and the aliases of Security events.
 */
#include "base/bytes.h"
#include "base/num.h"
#include "intake/windows.h"
#include "base/banned.h"

/* Adds the field under another name unless there is one of that name already. */
static struct event_field *rename_field(struct build *b, const char *from, const char *to)
{
    const struct event_field *f = build_find(b, from);
    if (f == NULL || build_find(b, to) != NULL) return NULL;
    const slice text = f->text;
    return build_add(b, slice_text(to), text, f->type, EVENT_FIELD_DERIVED);
}

void windows_winlogbeat(struct build *b)
{
    static const struct {
        const char *from;
        const char *to;
    } names[] = {
        { "winlog.channel", "Channel" },
        { "winlog.event_id", "EventID" },
        { "winlog.provider_name", "Provider_Name" },
        { "winlog.provider_guid", "Provider_Guid" },
        { "winlog.computer_name", "Computer" },
        { "winlog.record_id", "EventRecordID" },
        { "winlog.task", "Task" },
        { "winlog.opcode", "Opcode" },
        { "winlog.keywords", "Keywords" },
        { "winlog.process.pid", "Execution_ProcessID" },
        { "winlog.process.thread.id", "Execution_ThreadID" },
        { "winlog.user.identifier", "Security_UserID" },
    };
    static const char *const prefixes[] = { "winlog.event_data.", "winlog.user_data." };
    const size_t count = b->count;
    for (size_t i = 0; i < count; i++) {
        const struct event_field f = b->fields[i];
        if (!slice_starts(f.name, slice_text("winlog."))) continue;
        for (size_t p = 0; p < COUNT_OF(prefixes); p++) {
            const slice prefix = slice_text(prefixes[p]);
            if (!slice_starts(f.name, prefix)) continue;
            const slice name = windows_name(b, slice_from(f.name, prefix.len));
            build_add(b, name, f.text, f.type, EVENT_FIELD_DERIVED);
        }
    }
    for (size_t i = 0; i < COUNT_OF(names); i++)
        rename_field(b, names[i].from, names[i].to);
}

void windows_flat(struct build *b)
{
    rename_field(b, "SourceName", "Provider_Name");
    rename_field(b, "ProviderName", "Provider_Name");
    rename_field(b, "Hostname", "Computer");
}

static slice text_of(struct build *b, const char *name)
{
    const struct event_field *f = build_find(b, name);
    return f == NULL ? slice_none() : f->text;
}

/* Adds an alias; a native field of its name becomes shadowed. */
static void alias(struct build *b, const char *name, slice text)
{
    struct event_field *native = build_find(b, name);
    if (text.len == 0) return;
    if (native != NULL && slice_equal(native->text, text)) return;
    if (native != NULL) native->flags |= EVENT_FIELD_SHADOWED;
    build_add(b, slice_text(name), text, EVENT_TEXT, EVENT_FIELD_ALIAS | EVENT_FIELD_DERIVED);
}

static void alias_field(struct build *b, const char *from, const char *to)
{
    const struct event_field *f = build_find(b, from);
    if (f != NULL) alias(b, to, f->text);
}

/* "0x1a4" as decimal text; anything else as it is. */
static slice decimal(struct build *b, slice text)
{
    enum { DIGITS_MAX = 16 };
    uint64_t value = 0;
    if (text.len < 3 || text.len > 2 + DIGITS_MAX) return text;
    if (text.at[0] != '0' || (text.at[1] != 'x' && text.at[1] != 'X')) return text;
    for (size_t i = 2; i < text.len; i++) {
        const uint8_t c = text.at[i] | 0x20;
        const bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f')) return text;
        value = value << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
    }
    return build_u64_text(b, value);
}

static void process_creation(struct build *b)
{
    static const struct {
        const char *label;
        const char *level;
    } labels[] = {
        { "S-1-16-4096", "Low" },
        { "S-1-16-8192", "Medium" },
        { "S-1-16-12288", "High" },
        { "S-1-16-16384", "System" },
    };
    const slice parent = text_of(b, "ProcessId");
    const slice label = text_of(b, "MandatoryLabel");
    const slice domain = text_of(b, "SubjectDomainName");
    const slice user = text_of(b, "SubjectUserName");
    alias_field(b, "NewProcessName", "Image");
    alias_field(b, "ParentProcessName", "ParentImage");
    alias(b, "ParentProcessId", decimal(b, parent));
    alias(b, "ProcessId", decimal(b, text_of(b, "NewProcessId")));
    alias_field(b, "SubjectLogonId", "LogonId");
    if (user.len > 0) alias(b, "User", build_join(b, domain, "\\", user));
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        if (slice_is(label, labels[i].label))
            alias(b, "IntegrityLevel", slice_text(labels[i].level));
    }
}

/* \device\harddiskvolumeN\ is written C:\ , as Sysmon would. */
static slice drive_path(struct build *b, slice path)
{
    static const char volume[] = "\\device\\harddiskvolume";
    size_t at = sizeof volume - 1;
    if (path.len <= at || strncasecmp((const char *)path.at, volume, at) != 0) return path;
    while (at < path.len && path.at[at] >= '0' && path.at[at] <= '9')
        at++;
    if (at == path.len || path.at[at] != '\\') return path;
    return build_join(b, slice_text("C:"), "", slice_from(path, at));
}

static void network_connection(struct build *b)
{
    const slice direction = text_of(b, "Direction");
    const slice protocol = text_of(b, "Protocol");
    const slice application = text_of(b, "Application");
    if (application.len > 0) alias(b, "Image", drive_path(b, application));
    alias_field(b, "SourceAddress", "SourceIp");
    alias_field(b, "DestAddress", "DestinationIp");
    alias_field(b, "DestPort", "DestinationPort");
    if (slice_is(direction, "%%14593")) alias(b, "Initiated", slice_text("true"));
    if (slice_is(direction, "%%14592")) alias(b, "Initiated", slice_text("false"));
    if (slice_is(protocol, "6")) alias(b, "Protocol", slice_text("tcp"));
    if (slice_is(protocol, "17")) alias(b, "Protocol", slice_text("udp"));
}

/* \REGISTRY\MACHINE and \REGISTRY\USER as Sysmon writes the hives. */
static slice hive_path(struct build *b, slice path)
{
    static const struct {
        const char *from;
        const char *to;
    } hives[] = { { "\\REGISTRY\\MACHINE", "HKLM" }, { "\\REGISTRY\\USER", "HKU" } };
    for (size_t i = 0; i < COUNT_OF(hives); i++) {
        const size_t len = strlen(hives[i].from);
        if (path.len < len) continue;
        if (strncasecmp((const char *)path.at, hives[i].from, len) != 0) continue;
        return build_join(b, slice_text(hives[i].to), "", slice_from(path, len));
    }
    return path;
}

static void registry_value(struct build *b)
{
    const slice value = text_of(b, "ObjectValueName");
    slice target = hive_path(b, text_of(b, "ObjectName"));
    if (value.len > 0) target = build_join(b, target, "\\", value);
    if (target.len > 0) alias(b, "TargetObject", target);
    alias_field(b, "NewValue", "Details");
    alias_field(b, "ProcessName", "Image");
}

void windows_aliases(struct build *b, uint64_t event_id)
{
    if (event_id == 4688) process_creation(b);
    if (event_id == 5156) network_connection(b);
    if (event_id == 4657) registry_value(b);
}
