/* SPDX-License-Identifier: Apache-2.0 */
/* Every format that is not JSON and not binary. */
#include "tests/intake/collect.h"

static void records_of_one_audit_event_are_one_event(void **)
{
    assert_collects(
        INTAKE_AUTO,
        "type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=59 a0=7ffd ppid=1 "
        "pid=2 "
        "exe=\"/usr/bin/cat\" key=\"exec\"\x1d"
        "AUID=\"bob\"\n"
        "type=EXECVE msg=audit(1364481363.243:24287): argc=2 a0=\"cat\" a1=2F6574632F70617373 \n"
        "type=CWD msg=audit(1364481363.243:24287): cwd=\"/root\"\n"
        "type=PROCTITLE msg=audit(1364481363.243:24287): proctitle=636174002F657463\n"
        "node=web1 type=USER_LOGIN msg=audit(1364481364.000:24288): pid=3 msg='op=login "
        "acct=\"root\" exe=\"/usr/sbin/sshd\" res=failed'\n",
        "1:1@0 linux/auditd/process_creation ^timestamp=\"1364481363.243\" ^serial=\"24287\" "
        "type=\"SYSCALL\" arch=\"c000003e\" syscall=\"59\" a0=\"7ffd\" ppid=\"1\" pid=\"2\" "
        "exe=\"/usr/bin/cat\" key=\"exec\" AUID=\"bob\" type=\"EXECVE\" argc=\"2\" a0=\"cat\" "
        "a1=\"/etc/pass\" type=\"CWD\" cwd=\"/root\" type=\"PROCTITLE\" proctitle=\"cat /etc\" "
        "^Image=\"/usr/bin/cat\" ^CommandLine=\"cat /etc/pass\" ^CurrentDirectory=\"/root\" "
        "^ProcessId=\"2\" ^ParentProcessId=\"1\" ^User=\"bob\"\n"
        "5:2@346 linux/auditd/ node=\"web1\" ^timestamp=\"1364481364.000\" ^serial=\"24288\" "
        "type=\"USER_LOGIN\" pid=\"3\" op=\"login\" acct=\"root\" exe=\"/usr/sbin/sshd\" "
        "res=\"failed\"\n");
}

static void broken_audit_lines_are_told(void **)
{
    assert_collects(INTAKE_AUDITD,
                    "type=CWD msg=audit(1.2:3): cwd=\"/a\nnonsense\ntype=X msg=audit(1\n"
                    "type=Y msg=audit(): = =x y\n",
                    "1:1@0 linux/auditd/ ^timestamp=\"1.2\" ^serial=\"3\" type=\"CWD\" cwd=\"/a\"\n"
                    "2:2@35 ! audit: no \"type=… msg=audit(…):\" at the start\n"
                    "2:2@35 raw nonsense\n"
                    "3:3@44 ! audit: no \"type=… msg=audit(…):\" at the start\n"
                    "3:3@44 raw type=X msg=audit(1\n"
                    "4:4@63 linux/auditd/ type=\"Y\" =\"x\"\n");
}

static void syslog_lines_of_both_kinds_are_read(void **)
{
    assert_collects(
        INTAKE_AUTO,
        "<34>1 2003-10-11T22:14:15.003Z host su 12 ID47 [a@1 k=\"v\\\"w\" l=\"\"][b] "
        "\xef\xbb\xbfhello\n"
        "<13>Oct 11 22:14:15 mymachine su[230]: 'su root' failed\n"
        "Oct  1 22:14:15 h sshd: Accepted\n"
        "2026-01-02T03:04:05+02:00 h CRON[7]: (root) CMD\n"
        "<189>Jan 18 11:29:03 sw %AAA-5-USER: ping\n"
        "<13>no date here\n"
        "<999>Oct 11 22:14:15 h x: y\n",
        "1:1@0 linux/auth,syslog/ facility=4 severity=2 timestamp=\"2003-10-11T22:14:15.003Z\" "
        "hostname=\"host\" "
        "app_name=\"su\" proc_id=\"12\" msg_id=\"ID47\" structured_data.a@1.k=\"v\"w\" "
        "structured_data.a@1.l=\"\" message=\"hello\"\n"
        "2:2@79 linux/auth,syslog/ facility=1 severity=5 timestamp=\"2026-10-11T22:14:15Z\" "
        "hostname=\"mymachine\" app_name=\"su\" proc_id=\"230\" message=\"'su root' failed\"\n"
        "3:3@135 linux/sshd,auth,syslog/ timestamp=\"2026-10-01T22:14:15Z\" hostname=\"h\" "
        "app_name=\"sshd\" "
        "message=\"Accepted\"\n"
        "4:4@168 linux/cron,auth,syslog/ timestamp=\"2026-01-02T03:04:05+02:00\" hostname=\"h\" "
        "app_name=\"CRON\" "
        "proc_id=\"7\" message=\"(root) CMD\"\n"
        "5:5@216 cisco// facility=23 severity=5 timestamp=\"2026-01-18T11:29:03Z\" hostname=\"sw\" "
        "app_name=\"%AAA-5-USER\" message=\"ping\"\n"
        "6:6@258 // facility=1 severity=5 message=\"no date here\"\n"
        "7:7@275 // message=\"<999>Oct 11 22:14:15 h x: y\"\n");
}

static void broken_structured_data_are_text(void **)
{
    assert_collects(INTAKE_SYSLOG, "<34>1 - - - - - [a k=\"v\n<34>1 x\n<34>1 - - - - - \n",
                    "1:1@0 // facility=4 severity=2 message=\"1 - - - - - [a k=\"v\"\n"
                    "2:2@24 // facility=4 severity=2 message=\"1 x\"\n"
                    "3:3@32 // facility=4 severity=2\n");
}

static void a_journal_export_is_entries(void **)
{
    static const char good[] = "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1364481363243000\nMESSAGE\n"
                               "\x03\0\0\0\0\0\0\0a\nb\n\n\n_PID=1\n\nbad name=1\nX=1\n\n_PID=2";
    const slice whole = { (const uint8_t *)good, sizeof good - 1 };
    const char *want = "1:1@0 linux// __CURSOR=\"s=1\" __REALTIME_TIMESTAMP=\"1364481363243000\" "
                       "MESSAGE=\"a\nb\"\n"
                       "8:2@73 // _PID=\"1\"\n"
                       "10:3@81 ! journal: a malformed field\n"
                       "10:3@81 raw bad name=1\nX=1\n\n\n"
                       "13:4@97 ! journal: the input ends inside an entry\n"
                       "13:4@97 raw _PID=2\n";
    assert_string_equal(collect(INTAKE_AUTO, whole), want);
    for (size_t step = 1; step < 9; step++) {
        assert_string_equal(collect_in_steps(INTAKE_AUTO, whole, step), want);
    }
}

static void csv_takes_its_names_from_the_header(void **)
{
    assert_collects(
        INTAKE_AUTO,
        "Channel,EventID,\"User Name\"\r\nSecurity,4624,\"a \"\"b\"\", c\nd\"\r\n\r\nSystem,1,\n"
        "x,y\nSystem,2,z",
        "2:1@29 windows/security/! Channel=\"Security\" EventID=\"4624\" "
        "User Name=\"a \"b\", c\nd\"\n"
        "5:2@61 windows/system/ Channel=\"System\" EventID=\"1\" User Name=\"\"\n"
        "6:3@71 ! CSV: more or fewer fields than the header has\n"
        "6:3@71 raw x,y\n"
        "7:4@75 windows/system/ Channel=\"System\" EventID=\"2\" User Name=\"z\"\n");
    assert_collects(INTAKE_AUTO, "a;b\n1;2\n", "2:1@4 // a=\"1\" b=\"2\"\n");
    assert_collects(INTAKE_AUTO, "a\tb\n1\t2\n", "2:1@4 // a=\"1\" b=\"2\"\n");
    assert_collects(INTAKE_CSV, "1,2\n",
                    "1:1@0 ! CSV: the first line is not a header\n"
                    "1:1@0 raw 1,2\n");
    assert_collects(INTAKE_CSV, "a,b\n1,\"2\n3,4\n",
                    "2:1@4 ! CSV: a record of more than 1 MiB, or a quote that is not closed\n"
                    "2:1@4 raw 1,\"2\n"
                    "3:2@9 // a=\"3\" b=\"4\"\n");
}

static void the_w3c_format_takes_its_names_from_its_fields_line(void **)
{
    assert_collects(INTAKE_AUTO,
                    "#Software: x\n#Fields: date cs-method cs-uri-query\n2026-01-01 GET a=1\n"
                    "#Fields: date c-ip\n2026-01-01 -\n",
                    "3:1@50 //proxy,webserver date=\"2026-01-01\" cs-method=\"GET\" "
                    "cs-uri-query=\"a=1\"\n"
                    "5:2@88 // date=\"2026-01-01\"\n");
}

static void other_text_is_lines_without_fields(void **)
{
    assert_collects(INTAKE_AUTO, "\nhello world\r\nfoo", "2:1@1 raw hello world\n3:2@14 raw foo\n");
    assert_collects(INTAKE_AUTO, "", "");
    assert_collects(INTAKE_AUTO, "\xef\xbb\xbf{\"a\":1}", "1:1@3 // a=1\n");
}

static void formats_have_names(void **)
{
    for (enum intake_format f = INTAKE_AUTO; f < INTAKE_FORMAT_COUNT; f++) {
        enum intake_format again = INTAKE_FORMAT_COUNT;
        assert_ok(intake_format_parse(slice_text(intake_format_name(f)), &again));
        assert_int_equal(f, again);
    }
    enum intake_format none = INTAKE_JSON;
    assert_fails(intake_format_parse(slice_text("xml"), &none), E_UNKNOWN);
    assert_int_equal(none, INTAKE_JSON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_one_audit_event_are_one_event),
        cmocka_unit_test(broken_audit_lines_are_told),
        cmocka_unit_test(syslog_lines_of_both_kinds_are_read),
        cmocka_unit_test(broken_structured_data_are_text),
        cmocka_unit_test(a_journal_export_is_entries),
        cmocka_unit_test(csv_takes_its_names_from_the_header),
        cmocka_unit_test(the_w3c_format_takes_its_names_from_its_fields_line),
        cmocka_unit_test(other_text_is_lines_without_fields),
        cmocka_unit_test(formats_have_names),
    };
    return cmocka_run_group_tests_name("intake/text", tests, NULL, NULL);
}
