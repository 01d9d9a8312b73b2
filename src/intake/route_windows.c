/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/route_windows.h"

#include "base/bytes.h"
#include "base/banned.h"

/* What the events of a channel are divided into. */
enum family { PLAIN, SYSMON, SECURITY, POWERSHELL, POWERSHELL_CLASSIC };

struct channel {
    const char *name;
    const char *service; /* NULL: rules call it by more than one name */
    const char *product; /* NULL: windows */
    uint8_t family;
    bool open; /* programs of all kinds write there: other categories are possible */
};

#define MW "Microsoft-Windows-"
#define ROW(name, service)                                                                         \
    {                                                                                              \
        name, service, NULL, PLAIN, false                                                          \
    }

/* clang-format off */
static const struct channel channels[] = {
    { MW "Sysmon/Operational", "sysmon", NULL, SYSMON, false },
    { "Linux-Sysmon/Operational", "sysmon", "linux", SYSMON, false },
    { "Security", "security", NULL, SECURITY, false },
    { "System", "system", NULL, PLAIN, true },
    { "Application", "application", NULL, PLAIN, true },
    { MW "PowerShell/Operational", "powershell", NULL, POWERSHELL, false },
    { "PowerShellCore/Operational", "powershell", NULL, POWERSHELL, false },
    { "Windows PowerShell", "powershell-classic", NULL, POWERSHELL_CLASSIC, false },
    ROW(MW "Windows Defender/Operational", "windefend"),
    ROW(MW "CodeIntegrity/Operational", "codeintegrity-operational"),
    ROW(MW "AppXDeploymentServer/Operational", "appxdeployment-server"),
    ROW(MW "AppxPackaging/Operational", "appxpackaging-om"),
    ROW(MW "AppModel-Runtime/Admin", "appmodel-runtime"),
    ROW(MW "Windows Firewall With Advanced Security/Firewall", "firewall-as"),
    ROW("MSExchange Management", "msexchange-management"),
    ROW(MW "Bits-Client/Operational", "bits-client"),
    ROW(MW "DNS Client Events/Operational", "dns-client"),
    ROW(MW "DNS-Client/Operational", "dns-client"),
    ROW("DNS Server", "dns-server"),
    ROW(MW "DNS-Server/Analytical", "dns-server-analytic"),
    ROW(MW "DNS-Server/Audit", "dns-server-audit"),
    ROW(MW "TaskScheduler/Operational", "taskscheduler"),
    ROW(MW "NTLM/Operational", "ntlm"),
    ROW(MW "WMI-Activity/Operational", "wmi"),
    ROW("OpenSSH/Operational", "openssh"),
    ROW(MW "LDAP-Client/Debug", "ldap"),
    ROW(MW "AppLocker/MSI and Script", "applocker"),
    ROW(MW "AppLocker/EXE and DLL", "applocker"),
    ROW(MW "AppLocker/Packaged app-Deployment", "applocker"),
    ROW(MW "AppLocker/Packaged app-Execution", "applocker"),
    ROW(MW "SmbClient/Security", "smbclient-security"),
    ROW(MW "SmbClient/Connectivity", "smbclient-connectivity"),
    ROW(MW "SMBServer/Connectivity", "smbserver-connectivity"),
    ROW(MW "PrintService/Admin", "printservice-admin"),
    ROW(MW "PrintService/Operational", "printservice-operational"),
    ROW(MW "Security-Mitigations/Kernel Mode", "security-mitigations"),
    ROW(MW "Security-Mitigations/User Mode", "security-mitigations"),
    ROW(MW "Security-Mitigations/KernelMode", "security-mitigations"),
    ROW(MW "Security-Mitigations/UserMode", "security-mitigations"),
    ROW(MW "TerminalServices-LocalSessionManager/Operational",
        "terminalservices-localsessionmanager"),
    ROW(MW "Shell-Core/Operational", "shell-core"),
    ROW(MW "DriverFrameworks-UserMode/Operational", "driver-framework"),
    ROW("Microsoft-IIS-Configuration/Operational", "iis-configuration"),
    ROW(MW "CAPI2/Operational", "capi2"),
    ROW(MW "LSA/Operational", "lsa-server"),
    ROW(MW "CertificateServicesClient-Lifecycle-System/Operational",
        "certificateservicesclient-lifecycle-system"),
    ROW(MW "Diagnosis-Scripted/Operational", "diagnosis-scripted"),
    { "Microsoft-ServiceBus-Client", NULL, NULL, PLAIN, true },
};

enum { CATEGORIES = 3 };

/* Sysmon event 12 and Security 4657 depend on another field as well: see below. */
static const struct {
    uint8_t family;
    uint16_t event_id;
    const char *categories[CATEGORIES];
} categories[] = {
    { SYSMON, 1, { "process_creation" } },
    { SYSMON, 2, { "file_change" } },
    { SYSMON, 3, { "network_connection" } },
    { SYSMON, 4, { "sysmon_status" } },
    { SYSMON, 5, { "process_termination" } },
    { SYSMON, 6, { "driver_load" } },
    { SYSMON, 7, { "image_load" } },
    { SYSMON, 8, { "create_remote_thread" } },
    { SYSMON, 9, { "raw_access_thread" } },
    { SYSMON, 10, { "process_access" } },
    { SYSMON, 11, { "file_event" } },
    { SYSMON, 12, { "registry_event", "registry_add", "registry_delete" } },
    { SYSMON, 13, { "registry_event", "registry_set" } },
    { SYSMON, 14, { "registry_event", "registry_rename" } },
    { SYSMON, 15, { "create_stream_hash" } },
    { SYSMON, 16, { "sysmon_status" } },
    { SYSMON, 17, { "pipe_created" } },
    { SYSMON, 18, { "pipe_created" } },
    { SYSMON, 19, { "wmi_event" } },
    { SYSMON, 20, { "wmi_event" } },
    { SYSMON, 21, { "wmi_event" } },
    { SYSMON, 22, { "dns_query" } },
    { SYSMON, 23, { "file_delete" } },
    { SYSMON, 24, { "clipboard_capture", "clipboard_change" } },
    { SYSMON, 25, { "process_tampering" } },
    { SYSMON, 26, { "file_delete_detected", "file_delete" } },
    { SYSMON, 27, { "file_block_executable" } },
    { SYSMON, 28, { "file_block_shredding" } },
    { SYSMON, 29, { "file_executable_detected" } },
    { SYSMON, 255, { "sysmon_error" } },
    { SECURITY, 4688, { "process_creation" } },
    { SECURITY, 5156, { "network_connection" } },
    { SECURITY, 4657, { "registry_event", "registry_set" } },
    { POWERSHELL, 4103, { "ps_module" } },
    { POWERSHELL, 4104, { "ps_script" } },
    { POWERSHELL_CLASSIC, 400, { "ps_classic_start" } },
    { POWERSHELL_CLASSIC, 600, { "ps_classic_provider_start" } },
    { POWERSHELL_CLASSIC, 800, { "ps_classic_script" } },
};
/* clang-format on */

static_assert(COUNT_OF(channels) < WINDOWS_CHANNEL_SLOTS / 2, "the index stays sparse");

void channel_index_init(struct channel_index *index)
{
    *index = (struct channel_index){};
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        size_t slot = event_name_hash(slice_text(channels[i].name)) % WINDOWS_CHANNEL_SLOTS;
        while (index->slots[slot] != 0)
            slot = (slot + 1) % WINDOWS_CHANNEL_SLOTS;
        index->slots[slot] = (uint8_t)(i + 1);
    }
}

static const struct channel *find_channel(const struct channel_index *index, slice name)
{
    size_t slot = event_name_hash(name) % WINDOWS_CHANNEL_SLOTS;
    for (; index->slots[slot] != 0; slot = (slot + 1) % WINDOWS_CHANNEL_SLOTS) {
        const struct channel *c = &channels[index->slots[slot] - 1];
        if (slice_is(name, c->name)) return c;
    }
    return NULL;
}

/* Whether a category holds for this very event, by the field that tells. */
static bool applies(const struct build *b, uint8_t family, uint64_t event_id, const char *category)
{
    const bool is_12 = family == SYSMON && event_id == 12;
    const bool is_4657 = family == SECURITY && event_id == 4657;
    if (!is_12 && !is_4657) return true;
    const struct event_field *f = build_find(b, is_12 ? "EventType" : "OperationType");
    if (f == NULL) return true;
    if (is_4657) {
        return strcmp(category, "registry_set") != 0 || !slice_is(f->text, "%%1906");
    }
    const bool deletes = slice_starts(f->text, slice_text("Delete"));
    const bool creates = slice_starts(f->text, slice_text("Create"));
    if (strcmp(category, "registry_add") == 0) return !deletes;
    return strcmp(category, "registry_delete") != 0 || !creates;
}

static void add_categories(const struct build *b, uint8_t family, uint64_t event_id,
                           struct logsource *l)
{
    for (size_t i = 0; i < COUNT_OF(categories); i++) {
        if (categories[i].family != family || categories[i].event_id != event_id) continue;
        for (size_t k = 0; k < CATEGORIES && categories[i].categories[k] != NULL; k++) {
            const char *category = categories[i].categories[k];
            if (!applies(b, family, event_id, category)) continue;
            l->categories[l->category_count++] = slice_text(category);
        }
        return;
    }
}

void route_windows(const struct channel_index *index, const struct build *b, slice channel,
                   uint64_t event_id, struct logsource *ret_logsource)
{
    const struct channel *c = find_channel(index, channel);
    *ret_logsource = (struct logsource){
        .product = slice_text("windows"),
        .service = slice_none(),
    };
    if (c == NULL) return;
    if (c->product != NULL) ret_logsource->product = slice_text(c->product);
    if (c->service != NULL) ret_logsource->service = slice_text(c->service);
    ret_logsource->exact = !c->open;
    if (c->family != PLAIN) add_categories(b, c->family, event_id, ret_logsource);
}
