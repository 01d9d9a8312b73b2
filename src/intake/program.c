/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file of a host holds the lines of many programs: /var/log/auth.log those of sshd, sudo, cron
 * and others. Sigma's services are such files (auth, syslog) or single programs (sshd, sudo), so a
 * line may be of several.
 */
#include "intake/program.h"

#include "base/bytes.h"
#include "base/banned.h"

#define AUTH "auth,syslog"

static const struct {
    const char *program;
    const char *services;
} programs[] = {
    { "sshd", "sshd," AUTH },
    { "sshd-session", "sshd," AUTH },
    { "sudo", "sudo," AUTH },
    { "su", AUTH },
    { "login", AUTH },
    { "systemd-logind", AUTH },
    { "polkitd", AUTH },
    { "pkexec", AUTH },
    { "passwd", AUTH },
    { "chpasswd", AUTH },
    { "useradd", AUTH },
    { "userdel", AUTH },
    { "usermod", AUTH },
    { "groupadd", AUTH },
    { "groupdel", AUTH },
    { "groupmod", AUTH },
    { "gpasswd", AUTH },
    { "chage", AUTH },
    { "CRON", "cron," AUTH },
    { "cron", "cron," AUTH },
    { "crond", "cron," AUTH },
    { "crontab", "cron," AUTH },
    { "anacron", "cron," AUTH },
    { "vsftpd", "vsftpd," AUTH },
    { "clamd", "clamav,syslog" },
    { "clamscan", "clamav,syslog" },
    { "freshclam", "clamav,syslog" },
    { "guacd", "guacamole,syslog" },
    { "guacamole", "guacamole,syslog" },
    { "auditd", "auditd,syslog" },
    { "audispd", "auditd,syslog" },
    { "kernel", "syslog" },
    { "systemd", "syslog" },
    { "dbus-daemon", "syslog" },
    { "rsyslogd", "syslog" },
    { "NetworkManager", "syslog" },
};

struct logsource program_logsource(slice program)
{
    struct logsource l = { .product = slice_none(), .service = slice_none() };
    if (program.len > 1 && program.at[0] == '%') l.product = slice_text("cisco");
    for (size_t i = 0; i < COUNT_OF(programs); i++) {
        if (!slice_is(program, programs[i].program)) continue;
        l.product = slice_text("linux");
        l.service = slice_text(programs[i].services);
    }
    return l;
}
