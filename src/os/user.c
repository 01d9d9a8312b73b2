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

static void write_name(const struct passwd *found, unsigned uid, char ret_name[USER_NAME_MAX + 1])
{
    if (found != NULL && strlen(found->pw_name) <= USER_NAME_MAX) {
        snprintf(ret_name, USER_NAME_MAX + 1, "%s", found->pw_name);
    } else {
        snprintf(ret_name, USER_NAME_MAX + 1, "%u", uid);
    }
}

void user_name(unsigned uid, char ret_name[USER_NAME_MAX + 1])
{
    char room[ENTRY_BYTES_MAX];
    struct passwd entry = {};
    struct passwd *found = NULL;
    const int failed = getpwuid_r((uid_t)uid, &entry, room, sizeof room, &found);
    write_name(failed == 0 ? found : NULL, uid, ret_name);
}

/* As the system's own file has it; without any service. */
static void name_in_file(unsigned uid, char ret_name[USER_NAME_MAX + 1])
{
    char room[ENTRY_BYTES_MAX];
    struct passwd entry = {};
    struct passwd *found = NULL;
    FILE *file = fopen("/etc/passwd", "re");
    bool is_there = false;
    while (!is_there && file != NULL && fgetpwent_r(file, &entry, room, sizeof room, &found) == 0) {
        is_there = entry.pw_uid == (uid_t)uid;
    }
    write_name(is_there ? &entry : NULL, uid, ret_name);
    if (file != NULL) fclose(file);
}

void user_names_ask(struct user_names *names)
{
    names->at[0].uid = user_own();
    for (size_t i = 0; i < COUNT_OF(names->at); i++)
        user_name(names->at[i].uid, names->at[i].name);
    names->is_asked = true;
}

void user_names_of(const struct user_names *names, unsigned uid, char ret_name[USER_NAME_MAX + 1])
{
    if (!names->is_asked) {
        user_name(uid, ret_name);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(names->at); i++) {
        if (names->at[i].uid != uid) continue;
        snprintf(ret_name, USER_NAME_MAX + 1, "%s", names->at[i].name);
        return;
    }
    name_in_file(uid, ret_name);
}
