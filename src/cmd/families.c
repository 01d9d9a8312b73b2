/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/families.h"

#include "cmd/admin/admin_commands.h"
#include "cmd/backup/backup_commands.h"
#include "cmd/bench/bench.h"
#include "cmd/decision/decision_commands.h"
#include "cmd/log/log_commands.h"
#include "cmd/detect/hunt.h"
#include "cmd/forget/forget_commands.h"
#include "cmd/incident/incident_commands.h"
#include "cmd/report/report_commands.h"
#include "cmd/detect/rules.h"
#include "cmd/simulate.h"
#include "cmd/verify.h"
#include "cmd/witness/witness.h"
#include "base/banned.h"

const struct family families[] = {
    { "The log", log_commands },        { "The node", admin_commands },
    { "Incidents", incident_commands }, { "Decisions", decision_commands },
    { "Reports", report_commands },     { "Forgetting", forget_commands },
    { "Coming back", backup_commands }, { "Hunting", hunt_commands },
    { "Detecting", rules_commands },    { "Checking", verify_commands },
    { "Witnessing", witness_commands }, { "Simulating", simulate_commands },
    { "Measuring", bench_commands },    {},
};
