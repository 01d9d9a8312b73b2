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
    { "staff_sign_in", "staff signs in to the directory with two factors",
      MEMBERS_STAFF, ROLE_ANY, CURVE_WORK, false, 2200, 304, activity_staff_sign_in },
    { "support", "a user opens a ticket, support looks at the account and closes it",
      MEMBERS_STAFF, ROLE_SUPPORT, CURVE_WORK, false, 9000, 440, activity_support },
    {},
};

const struct attack attacks[] = {
    { "curious_insider", "support staff looks up a colleague and others at night without a case",
      "T1213",
      "Account of a colleague opened without a case|Many user profiles opened at night|"
      "Private messages read without a case|User profile read without a case",
      22, attack_curious_insider },
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

uint32_t registry_hosts(const struct world *w)
{
    const uint32_t hosts = w->people.count / STAFF_PER_HOST;
    return hosts < HOSTS_MIN ? HOSTS_MIN : hosts;
}
