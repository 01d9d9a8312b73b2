/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/intake/collect.h"

#include <stdio.h>

#define SYSMON_SYSTEM                                                                              \
    "\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"Microsoft-Windows-Sysmon\"}},"          \
    "\"EventID\":{\"#attributes\":{\"Qualifiers\":2},\"#text\":1},\"Level\":4,\"TimeCreated\":{"   \
    "\"#attributes\":{\"SystemTime\":\"2025-11-27T07:40:10Z\"}},\"Correlation\":null,"             \
    "\"Channel\":\"Microsoft-Windows-Sysmon/Operational\"}"

static void the_nested_shape_loses_its_nesting(void **)
{
    assert_collects(
        INTAKE_AUTO,
        "{\"Event\":{\"#attributes\":{\"xmlns\":\"x\"}," SYSMON_SYSTEM
        ",\"EventData\":{\"Image\":\"C:\\\\a.exe\",\"Threat Name\":\"t\",\"Level\":9}}}\n",
        "1:1@0 windows/sysmon/process_creation! "
        "Provider_Name=\"Microsoft-Windows-Sysmon\" EventID_Qualifiers=2 EventID=1 "
        "Level=9 TimeCreated_SystemTime=\"2025-11-27T07:40:10Z\" Correlation=null "
        "Channel=\"Microsoft-Windows-Sysmon/Operational\" Image=\"C:\\a.exe\" "
        "ThreatName=\"t\"\n");
}

static void nameless_data_become_one_field(void **)
{
    static const char *const forms[] = {
        "{\"Data\":[\"one\",\"two\"]}",
        "{\"Data\":{\"#text\":[\"one\",\"two\"]}}",
        "{\"Data\":[{\"#text\":\"one\"},{\"#text\":\"two\"}]}",
        "[\"one\",\"two\"]",
    };
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"System\":{\"EventID\":400},\"EventData\":%s}", forms[i]);
        assert_collects(INTAKE_JSON, text, "1:1@0 // EventID=400 Data=\"one\ntwo\"\n");
    }
    assert_collects(INTAKE_JSON,
                    "{\"System\":{\"EventID\":1},\"EventData\":{\"Data\":\"x\",\"Binary\":\"\"}}",
                    "1:1@0 // EventID=1 Data=\"x\" Binary=\"\"\n");
}

static void named_data_of_other_converters_are_fields(void **)
{
    static const char *const forms[] = {
        "{\"Data\":[{\"@Name\":\"A\",\"#text\":\"1\"},{\"@Name\":\"B\"}]}",
        ("{\"Data\":[{\"#attributes\":{\"Name\":\"A\"},\"#text\":\"1\"},"
         "{\"#attributes\":{\"Name\":\"B\"}}]}"),
        "{\"Data\":[{\"Name\":\"A\",\"Value\":\"1\"},{\"Name\":\"B\",\"Value\":\"\"}]}",
    };
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"System\":{\"EventID\":400},\"EventData\":%s}", forms[i]);
        assert_collects(INTAKE_JSON, text, "1:1@0 // EventID=400 A=\"1\" B=\"\"\n");
    }
}

static void lists_of_a_name_are_values_of_one_field(void **)
{
    assert_collects(INTAKE_JSON,
                    "{\"System\":{\"EventID\":1},\"EventData\":{\"X\":[\"a\",2],\"Y\":{"
                    "\"#attributes\":{\"t\":1},\"#text\":\"b\"},\"Z\":[]}}",
                    "1:1@0 // EventID=1 X=\"a\" X=2 Y=\"b\"\n");
}

static void user_data_keep_the_names_of_their_leaves(void **)
{
    assert_collects(INTAKE_JSON,
                    "{\"Event\":{\"System\":{\"EventID\":5858,\"Channel\":"
                    "\"Microsoft-Windows-WMI-Activity/Operational\"},\"UserData\":{\"Failure\":{"
                    "\"#attributes\":{\"xmlns\":\"x\"},\"Id\":\"{0}\",\"User\":{\"#attributes\":{"
                    "\"a\":1},\"#text\":\"bob\"},\"EventID\":7}}}}",
                    "1:1@0 windows/wmi/! EventID=7 "
                    "Channel=\"Microsoft-Windows-WMI-Activity/Operational\" Id=\"{0}\" "
                    "User=\"bob\"\n");
}

static void winlogbeat_fields_get_their_windows_names(void **)
{
    const char *want = "1:1@0 windows/security/! winlog={} winlog.channel=\"Security\" "
                       "winlog.event_id=4625 winlog.event_data={} winlog.event_data.TargetUserName="
                       "\"bob\" ^TargetUserName=\"bob\" ^Channel=\"Security\" ^EventID=4625\n";
    assert_collects(INTAKE_JSON,
                    "{\"winlog\":{\"channel\":\"Security\",\"event_id\":4625,\"event_data\":{"
                    "\"TargetUserName\":\"bob\"}}}",
                    want);
    want = "1:1@0 windows/security/! .winlog.channel=\"Security\" .winlog.event_id=\"4625\" "
           ".winlog.event_data.TargetUserName=\"bob\" ^TargetUserName=\"bob\" "
           "^Channel=\"Security\" ^EventID=\"4625\"\n";
    assert_collects(INTAKE_JSON,
                    "{\"winlog.channel\":\"Security\",\"winlog.event_id\":\"4625\","
                    "\"winlog.event_data.TargetUserName\":\"bob\"}",
                    want);
}

static void flat_fields_get_the_names_that_collectors_change(void **)
{
    assert_collects(INTAKE_JSON,
                    "{\"SourceName\":\"MsiInstaller\",\"Channel\":\"Application\",\"EventID\":1033,"
                    "\"Hostname\":\"h\",\"Some Name\":1}",
                    "1:1@0 windows/application/ SourceName=\"MsiInstaller\" "
                    "Channel=\"Application\" EventID=1033 Hostname=\"h\" SomeName=1 "
                    "^Provider_Name=\"MsiInstaller\" ^Computer=\"h\"\n");
}

static void process_creation_of_the_security_log_has_aliases(void **)
{
    assert_collects(
        INTAKE_JSON,
        "{\"Channel\":\"Security\",\"EventID\":4688,\"NewProcessName\":\"C:\\\\n.exe\","
        "\"NewProcessId\":\"0x1a4\",\"ProcessId\":\"0x10\",\"ParentProcessName\":\"C:\\\\p.exe\","
        "\"SubjectUserName\":\"u\",\"SubjectDomainName\":\"D\",\"MandatoryLabel\":\"S-1-16-"
        "12288\"}",
        "1:1@0 windows/security/process_creation! Channel=\"Security\" EventID=4688 "
        "NewProcessName=\"C:\\n.exe\" NewProcessId=\"0x1a4\" -ProcessId=\"0x10\" "
        "ParentProcessName=\"C:\\p.exe\" SubjectUserName=\"u\" "
        "SubjectDomainName=\"D\" MandatoryLabel=\"S-1-16-12288\" ~Image=\"C:\\n.exe\" "
        "~ParentImage=\"C:\\p.exe\" ~ParentProcessId=\"16\" ~ProcessId=\"420\" "
        "~User=\"D\\u\" ~IntegrityLevel=\"High\"\n");
}

static void connections_of_the_security_log_have_aliases(void **)
{
    assert_collects(
        INTAKE_JSON,
        "{\"Channel\":\"Security\",\"EventID\":\"5156\",\"Application\":"
        "\"\\\\device\\\\harddiskvolume2\\\\a.exe\",\"Direction\":\"%%14593\",\"Protocol\":6,"
        "\"SourceAddress\":\"1.1.1.1\",\"DestAddress\":\"2.2.2.2\",\"DestPort\":443}",
        "1:1@0 windows/security/network_connection! Channel=\"Security\" "
        "EventID=\"5156\" Application=\"\\device\\harddiskvolume2\\a.exe\" "
        "Direction=\"%%14593\" -Protocol=6 SourceAddress=\"1.1.1.1\" "
        "DestAddress=\"2.2.2.2\" DestPort=443 ~Image=\"C:\\a.exe\" "
        "~SourceIp=\"1.1.1.1\" ~DestinationIp=\"2.2.2.2\" ~DestinationPort=\"443\" "
        "~Initiated=\"true\" ~Protocol=\"tcp\"\n");
}

static void registry_values_of_the_security_log_have_aliases(void **)
{
    assert_collects(
        INTAKE_JSON,
        "{\"Channel\":\"Security\",\"EventID\":4657,\"ObjectName\":"
        "\"\\\\REGISTRY\\\\MACHINE\\\\SOFTWARE\\\\X\",\"ObjectValueName\":\"V\",\"NewValue\":\"1\","
        "\"OperationType\":\"%%1906\"}",
        "1:1@0 windows/security/registry_event! Channel=\"Security\" EventID=4657 "
        "ObjectName=\"\\REGISTRY\\MACHINE\\SOFTWARE\\X\" ObjectValueName=\"V\" "
        "NewValue=\"1\" OperationType=\"%%1906\" ~TargetObject=\"HKLM\\SOFTWARE\\X\\V\" "
        "~Details=\"1\"\n");
}

static void sysmon_12_goes_by_its_type(void **)
{
    static const struct {
        const char *type;
        const char *categories;
    } cases[] = {
        { "CreateKey", "registry_event,registry_add" },
        { "DeleteKey", "registry_event,registry_delete" },
        { "DeleteValue", "registry_event,registry_delete" },
        { "INFO", "registry_event,registry_add,registry_delete" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[256];
        char want[256];
        snprintf(text, sizeof text,
                 "{\"Channel\":\"Microsoft-Windows-Sysmon/"
                 "Operational\",\"EventID\":12,\"EventType\":\"%s\"}",
                 cases[i].type);
        snprintf(want, sizeof want, "1:1@0 windows/sysmon/%s! ", cases[i].categories);
        const char *out = collect_text(INTAKE_JSON, text);
        assert_true(strncmp(out, want, strlen(want)) == 0);
    }
}

/* Shapes that resemble Windows events but are not whole. */
static void odd_shapes_are_read_as_far_as_they_go(void **)
{
    assert_collects(INTAKE_JSON, "{\"Event\":{\"System\":1,\"EventData\":{\"a\":1}}}",
                    "1:1@0 // Event={} Event.System=1 Event.EventData={} Event.EventData.a=1\n");
    assert_collects(INTAKE_JSON, "{\"Event\":\"x\",\"EventData\":null}",
                    "1:1@0 // Event=\"x\" EventData=null\n");
    assert_collects(INTAKE_JSON, "{\"System\":{},\"EventData\":null}", "1:1@0 //\n");
    assert_collects(INTAKE_JSON, "{\"System\":{\"a\":{\"b\":[1]},\"EventID\":[]},\"UserData\":7}",
                    "1:1@0 //\n");
    assert_collects(INTAKE_JSON, "{\"Channel\":5,\"EventID\":{\"x\":1}}",
                    "1:1@0 windows// Channel=5 EventID={} EventID.x=1\n");
}

/* The channel of the log that was cleared is not that of the event. */
static void a_channel_among_the_data_does_not_tell_the_source(void **)
{
    const char *out = collect_text(
        INTAKE_AUTO, "{\"Event\":{\"System\":{\"EventID\":104,\"Channel\":\"System\"},\"UserData\":"
                     "{\"LogFileCleared\":{\"Channel\":\"Application\"}}}}\n"
                     "{\"Event\":{\"System\":{\"EventID\":1,\"Channel\":\"Application\"},"
                     "\"EventData\":{\"A\":\"x\"}}}\n");
    assert_non_null(strstr(out, "1:1@0 windows/system/ EventID=104 Channel=\"Application\""));
    assert_non_null(strstr(out, " windows/application/ EventID=1 Channel=\"Application\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nested_shape_loses_its_nesting),
        cmocka_unit_test(nameless_data_become_one_field),
        cmocka_unit_test(named_data_of_other_converters_are_fields),
        cmocka_unit_test(lists_of_a_name_are_values_of_one_field),
        cmocka_unit_test(user_data_keep_the_names_of_their_leaves),
        cmocka_unit_test(winlogbeat_fields_get_their_windows_names),
        cmocka_unit_test(flat_fields_get_the_names_that_collectors_change),
        cmocka_unit_test(process_creation_of_the_security_log_has_aliases),
        cmocka_unit_test(connections_of_the_security_log_have_aliases),
        cmocka_unit_test(registry_values_of_the_security_log_have_aliases),
        cmocka_unit_test(sysmon_12_goes_by_its_type),
        cmocka_unit_test(a_channel_among_the_data_does_not_tell_the_source),
        cmocka_unit_test(odd_shapes_are_read_as_far_as_they_go),
    };
    return cmocka_run_group_tests_name("intake/windows", tests, NULL, NULL);
}
