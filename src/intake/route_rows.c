/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in rows: sources that an event of theirs gives away. The first condition of a row is
 * the field that few others have. Sources that look alike in a dimension do not state it.
 */
#include "intake/route_rows.h"

#include "base/banned.h"

/* clang-format off */
const struct route route_rows[] = {
    { "aws", "cloudtrail", NULL, { { "awsRegion", NULL }, { "eventSource", NULL },
                                   { "eventName", NULL } } },
    { "aws", "cloudtrail", NULL, { { "eventCategory", "Insight" }, { "insightDetails", NULL } } },
    { "azure", "auditlogs", NULL, { { "category", "AuditLogs" }, { "operationName", NULL } } },
    { "azure", "signinlogs", NULL, { { "category", "*SignInLogs" }, { "operationName", NULL } } },
    { "azure", "activitylogs", NULL, { { "category", "Administrative" },
                                       { "operationName", NULL } } },
    { "azure", "activitylogs", NULL, { { "operationName.value", NULL }, { "resourceId", NULL } } },
    { "azure", "activitylogs", NULL, { { "operationName", "MICROSOFT.*" },
                                       { "resourceId", NULL } } },
    { "azure", "auditlogs", NULL, { { "activityDisplayName", NULL },
                                    { "loggedByService", NULL } } },
    { "azure", "signinlogs", NULL, { { "conditionalAccessStatus", NULL },
                                     { "userPrincipalName", NULL } } },
    { "azure", NULL, NULL, { { "riskEventType", NULL } } }, /* riskdetection or pim */
    { "gcp", "gcp.audit", NULL, { { "protoPayload.methodName", NULL } } },
    { "gcp", "gcp.audit", NULL, { { "gcp.audit.method_name", NULL } } },
    { "gcp", "google_workspace.admin", NULL, { { "eventService", "admin.googleapis.com" } } },
    { "gcp", "google_workspace.login", NULL, { { "eventService", "login.googleapis.com" } } },
    { "gcp", "google_workspace.admin", NULL, { { "id.applicationName", "admin" } } },
    { "gcp", "google_workspace.login", NULL, { { "id.applicationName", "login" } } },
    { "m365", NULL, NULL, { { "RecordType", NULL }, { "Workload", NULL } } },
    { "m365", NULL, NULL, { { "eventSource", "SecurityComplianceCenter" } } },
    { "okta", "okta", NULL, { { "legacyEventType", NULL } } },
    { "okta", "okta", NULL, { { "displayMessage", NULL }, { "eventType", NULL } } },
    { "okta", "okta", NULL, { { "debugContext.debugData.requestUri", NULL } } },
    { "github", "audit", NULL, { { "_document_id", NULL }, { "action", NULL } } },
    { "github", "audit", NULL, { { "actor_location.country_code", NULL }, { "action", NULL } } },
    { "bitbucket", "audit", NULL, { { "auditType.action", NULL } } },
    { "kubernetes", "audit", "application", { { "auditID", NULL },
                                              { "apiVersion", "audit.k8s.io/*" } } },
    { "kubernetes", "audit", "application", { { "auditID", NULL }, { "verb", NULL } } },
    { "postgresql", "pgaudit", "database", { { "error_severity", NULL },
                                             { "message", "AUDIT: *" } } },
    { "postgresql", "postgresql", "database", { { "error_severity", NULL },
                                                { "backend_type", NULL } } },
    { "onelogin", "onelogin.events", NULL, { { "event_type_id", NULL }, { "account_id", NULL } } },
    { "opencanary", NULL, "application", { { "logtype", NULL }, { "node_id", NULL } } },
    { "rpc_firewall", NULL, "application", { { "EventLog", "RPCFW" } } },
    { "zeek", "dce_rpc", NULL, { { "_path", "dce_rpc" } } },
    { "zeek", "dns", NULL, { { "_path", "dns" } } },
    { "zeek", "http", NULL, { { "_path", "http" } } },
    { "zeek", "kerberos", NULL, { { "_path", "kerberos" } } },
    { "zeek", "rdp", NULL, { { "_path", "rdp" } } },
    { "zeek", "smb_files", NULL, { { "_path", "smb_files" } } },
    { "zeek", "x509", NULL, { { "_path", "x509" } } },
    { "zeek", NULL, NULL, { { "id.orig_h", NULL }, { "id.resp_h", NULL } } },
    { NULL, NULL, "proxy,webserver", { { "cs-method", NULL } } },
    { NULL, NULL, "proxy,webserver", { { "cs-uri-query", NULL } } },
    { NULL, NULL, "proxy,webserver", { { "cs-uri-stem", NULL } } },
    { NULL, NULL, "proxy", { { "c-uri", NULL } } },
    { "linux", "auditd", NULL, { { "_AUDIT_TYPE", NULL } } },
    { "linux", NULL, NULL, { { "_SYSTEMD_UNIT", NULL } } },
    { "linux", NULL, NULL, { { "__REALTIME_TIMESTAMP", NULL } } },
    {},
};

/* The words of Sigma's log sources: an event that carries them as fields says what it is. */
const char *const route_products[] = {
    "windows", "linux", "macos", "aws", "azure", "gcp", "m365", "okta", "onelogin", "github",
    "bitbucket", "kubernetes", "cisco", "fortigate", "fortios", "huawei", "juniper", "paloalto",
    "zeek", "qualys", "apache", "nginx", "opencanary", "rpc_firewall", "django", "jvm", "nodejs",
    "python", "ruby_on_rails", "spring", "sql", "velocity", "candor",
    "postgresql",
    NULL,
};

const char *const route_categories[] = {
    "process_creation", "process_access", "process_termination", "process_tampering",
    "network_connection", "dns_query", "file_event", "file_access", "file_change", "file_delete",
    "file_rename", "file_executable_detected", "image_load", "driver_load", "pipe_created",
    "create_remote_thread", "create_stream_hash", "raw_access_thread", "registry_event",
    "registry_add", "registry_set", "registry_delete", "registry_rename", "wmi_event", "ps_script",
    "ps_module", "ps_classic_start", "ps_classic_provider_start", "sysmon_status", "sysmon_error",
    "antivirus", "application", "database", "dns", "firewall", "proxy", "webserver", "appliance",
    "admin_tool", "moderation", "account_recovery", "access_grant", "api_request", "sign_in",
    "ticket", "user_report", "legal_order", "people", "deployment",
    NULL,
};
/* clang-format on */
