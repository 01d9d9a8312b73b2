/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/registry.h"

#include "simulate/activity/activities.h"
#include "simulate/attack/attacks.h"
#include "base/banned.h"

enum { STAFF_PER_HOST = 8, HOSTS_MIN = 12 };

/* clang-format off */
/* name, what; who, with which role, when, grows with --events; starts a day of 1,000, events of a
 * start in hundredths */
const struct activity activities[] = {
    { "user_sign_in", "users sign in to the platform",
      MEMBERS_USERS, 0, CURVE_PEOPLE, true, 400, 103, activity_user_sign_in },
    { "user_request", "apps of users call the API",
      MEMBERS_USERS, 0, CURVE_PEOPLE, true, 600, 100, activity_user_request },
    { "database_service", "services read and write the database, row by row",
      MEMBERS_USERS, 0, CURVE_PEOPLE, true, 500, 100, activity_database_service },
    { "recovery", "users recover their accounts, some with the help of support",
      MEMBERS_USERS, 0, CURVE_PEOPLE, false, 6, 100, activity_recovery },
    { "moderation", "users report content, moderators decide, some appeal",
      MEMBERS_USERS, 0, CURVE_PEOPLE, false, 8, 214, activity_moderation },
    { "classifier", "a classifier removes content by itself",
      MEMBERS_USERS, 0, CURVE_PEOPLE, true, 20, 122, activity_classifier },
    { "staff_sign_in", "staff signs in to the directory with two factors",
      MEMBERS_STAFF, ROLE_ANY, CURVE_WORK, false, 2200, 304, activity_staff_sign_in },
    { "staff_request", "internal tools call the API for staff",
      MEMBERS_STAFF, ROLE_ANY, CURVE_WORK, false, 6000, 100, activity_staff_request },
    { "endpoint", "programs start on the computers of staff",
      MEMBERS_STAFF, ROLE_ANY, CURVE_WORK, false, 25000, 100, activity_endpoint },
    { "support", "a user opens a ticket, support looks at the account and closes it",
      MEMBERS_STAFF, ROLE_SUPPORT, CURVE_WORK, false, 9000, 440, activity_support },
    { "orders", "authorities order content down or ask for data, legal answers",
      MEMBERS_STAFF, ROLE_LEGAL, CURVE_WORK, false, 600, 370, activity_orders },
    { "grants", "analysts query user data under a grant that somebody approved",
      MEMBERS_STAFF, ROLE_ANALYST, CURVE_WORK, false, 400, 1250, activity_grants },
    { "break_glass", "whoever is on call takes emergency access for an incident",
      MEMBERS_STAFF, ROLE_OPERATIONS, CURVE_SHIFT, false, 10, 200, activity_break_glass },
    { "people", "people give notice, leave, are hired, change teams",
      MEMBERS_STAFF, ROLE_PEOPLE, CURVE_WORK, false, 60, 380, activity_people },
    { "deploy", "changes are proposed, reviewed, tested and deployed",
      MEMBERS_STAFF, ROLE_ENGINEER, CURVE_WORK, false, 900, 785, activity_deploy },
    { "code", "engineers fetch, clone and push",
      MEMBERS_STAFF, ROLE_ENGINEER, CURVE_WORK, false, 6000, 100, activity_code },
    { "cluster_look", "engineers read logs in the cluster",
      MEMBERS_STAFF, ROLE_ENGINEER, CURVE_WORK, false, 2000, 100, activity_cluster_look },
    { "cloud_look", "operations looks at what runs in the cloud",
      MEMBERS_STAFF, ROLE_OPERATIONS, CURVE_WORK, false, 12000, 100, activity_cloud_look },
    { "host_visit", "operations signs in to servers",
      MEMBERS_STAFF, ROLE_OPERATIONS, CURVE_WORK, false, 3000, 550, activity_host_visit },
    { "host", "servers run timers, set clocks, start services",
      MEMBERS_HOSTS, 0, CURVE_FLAT, true, 140000, 100, activity_host },
    { "cloud", "services call the cloud",
      MEMBERS_HOSTS, 0, CURVE_FLAT, true, 160000, 100, activity_cloud },
    { "cluster", "controllers call the cluster",
      MEMBERS_HOSTS, 0, CURVE_FLAT, true, 160000, 100, activity_cluster },
    { "service_request", "services call each other",
      MEMBERS_HOSTS, 0, CURVE_FLAT, true, 60000, 100, activity_service_request },
    { "cloud_job", "an old job with a key of its own writes reports",
      MEMBERS_ONE, 0, CURVE_FLAT, false, 24000, 100, activity_cloud_job },
    { "database_backup", "the database is dumped at night",
      MEMBERS_ONE, 0, CURVE_NIGHT, false, 1000, 700, activity_database_backup },
    { "operations", "scans, reviews, tests, outages, requests of data subjects: records only",
      MEMBERS_STAFF, ROLE_OPERATIONS, CURVE_WORK, false, 1000, 0, activity_operations },
    { "routine", "exercises, exceptions, simulated attacks, checks of old logs: records only",
      MEMBERS_STAFF, ROLE_SECURITY, CURVE_WORK, false, 400, 0, activity_routine },
    { "duty", "who is on call: records only",
      MEMBERS_ONE, 0, CURVE_NIGHT, false, 1000, 0, activity_duty },
    { "heartbeat", "each source says how far it is: records only",
      MEMBERS_ONE, 0, CURVE_FLAT, false, 24000, 0, activity_heartbeat },
    {},
};

const struct attack attacks[] = {
    { "support_takeover", "bribed support hands accounts over: addresses, factors, passwords",
      "T1098,T1078,T1556.006",
      "Support changed the address, then the password was reset|"
      "Second factor removed without a case|"
      "One person removes many second factors|Account recovered from another country|"
      "Recovery by text message after a change of SIM|User session taken over without consent|"
      "Password reset by staff without a case|Suspended account restored without a case",
      15, attack_support_takeover },
    { "curious_insider", "support staff looks up a colleague and others at night without a case",
      "T1213",
      "Account of a colleague opened without a case|Many user profiles opened at night|"
      "Private messages read without a case|User profile read without a case|"
      "Staff member opened their own account in an internal tool",
      22, attack_curious_insider },
    { "borrowed_case", "support staff opens user after user under one old ticket",
      "T1213", "One case used to open many users", 10, attack_borrowed_case },
    { "public_figure_crowd", "many of the staff look at a public figure who is in the news",
      "T1213", "Account of a public figure opened by many staff", 11, attack_public_figure_crowd },
    { "bulk_exporter", "an engineer takes the user tables out and removes traces",
      "T1609,T1213.006,T1005,T1119,T1070",
      "Shell opened in a pod that holds user data|User table read without a condition|"
      "Person reads user tables statement by statement|User table copied out of the database|"
      "User database dumped|API scraped with a staff token|User data exported without a case|"
      "User data exported, then the tool history cleared",
      18, attack_bulk_exporter },
    { "cloud_key", "strangers use a key of the cloud account: snapshot, bucket, audit trail",
      "T1078.004,T1537,T1685.002",
      "Long-lived cloud key used from several addresses|Database snapshot shared or exported|"
      "Object store told to copy itself elsewhere|Retention of logs shortened|"
      "Cloud audit trail stopped or narrowed",
      3, attack_cloud_key },
    { "bribed_moderator", "a moderator picks items of one author and reinstates them unread",
      "", "Moderator took an item out of turn|Item picked out of turn and decided for its author|"
      "Moderator keeps deciding for the same author|Many decisions reversed in a short time|"
      "Decisions faster than reading|Appeal decided by who took the decision|"
      "Decision without a policy|Moderator decided on own content",
      13, attack_bribed_moderator },
    { "log_tampering", "operations staff blinds hosts, database, cluster and the log itself",
      "T1685,T1685.006,T1070.006,T1552.004",
      "Audit rules removed or auditing switched off|Log file truncated or wiped|Clock set by hand|"
      "Audit log of the database switched off|Log collector of the cluster removed|"
      "The log was stopped|Keys of the log touched by another program",
      20, attack_log_tampering },
    { "stolen_session", "the help desk is deceived, and a stranger acts as an engineer",
      "T1556.006,T1213.003,T1528,T1550.001,T1552.001",
      "Factors and password of a staff account reset together|"
      "One account clones many repositories|Token used from two countries|"
      "Build token used outside the build system|Token of the mobile app used by a script",
      14, attack_stolen_session },
    { "grant_abuse", "an analyst approves their own grant and takes emergency access",
      "T1098,T1078",
      "Role granted to oneself|Grant approved by who asked for it|Grant extended again and again|"
      "Emergency access without an incident|Emergency access of one person twice a day",
      9, attack_grant_abuse },
    { "former_employee", "somebody who left still uses a grant and a token",
      "T1078", "Grant used by somebody who has left|Token of a disabled account still works",
      17, attack_former_employee },
    { "credential_stuffing", "a stranger tries lost passwords on many users",
      "T1110.004", "Many accounts tried from one address", 4, attack_credential_stuffing },
    {},
};
/* clang-format on */

size_t registry_activities(void)
{
    return COUNT_OF(activities) - 1;
}

size_t registry_attacks(void)
{
    return COUNT_OF(attacks) - 1;
}

void registry_begin(struct world *w)
{
    activity_roster(w);
    activity_assets(w);
}

uint32_t registry_hosts(const struct world *w)
{
    const uint32_t hosts = w->people.count / STAFF_PER_HOST;
    return hosts < HOSTS_MIN ? HOSTS_MIN : hosts;
}
