/* SPDX-License-Identifier: Apache-2.0 */
#include "os/user.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/banned.h"

enum { ENTRY_BYTES_MAX = 16 * 1024 };

unsigned user_own(void)
{
    return geteuid();
}

void user_name(unsigned uid, char ret_name[USER_NAME_MAX + 1])
{
    char room[ENTRY_BYTES_MAX];
    struct passwd entry = {};
    struct passwd *found = NULL;
    const int failed = getpwuid_r((uid_t)uid, &entry, room, sizeof room, &found);
    if (failed == 0 && found != NULL && strlen(found->pw_name) <= USER_NAME_MAX) {
        snprintf(ret_name, USER_NAME_MAX + 1, "%s", found->pw_name);
    } else {
        snprintf(ret_name, USER_NAME_MAX + 1, "%u", uid);
    }
}
