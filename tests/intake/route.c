/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/intake/collect.h"

#include <stdio.h>
#include "intake/program.h"
#include "intake/route_rows.h"

/* The log source that is told from an event, and nothing else of it. */
static void assert_source(const char *event, const char *want)
{
    char start[256];
    snprintf(start, sizeof start, "1:1@0 %s ", want);
    const char *out = collect(INTAKE_JSON, slice_text(event));
    if (strncmp(out, start, strlen(start)) != 0) fail_msg("%s: %s", event, out);
}

static void sources_are_told_from_what_only_they_have(void **)
{
    static const struct {
        const char *event;
        const char *source;
    } cases[] = {
        { "{\"awsRegion\":\"x\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"y\"}",
          "aws/cloudtrail/" },
        { "{\"category\":\"NonInteractiveUserSignInLogs\",\"operationName\":\"x\"}",
          "azure/signinlogs/" },
        { "{\"category\":\"AuditLogs\",\"operationName\":\"x\"}", "azure/auditlogs/" },
        { "{\"operationName\":\"Microsoft.Compute/x\",\"resourceId\":\"y\"}",
          "azure/activitylogs/" },
        { "{\"riskEventType\":\"x\"}", "azure//" },
        { "{\"protoPayload\":{\"methodName\":\"x\"}}", "gcp/gcp.audit/" },
        { "{\"eventService\":\"admin.googleapis.com\"}", "gcp/google_workspace.admin/" },
        { "{\"RecordType\":1,\"Workload\":\"Exchange\"}", "m365//" },
        { "{\"legacyEventType\":\"x\"}", "okta/okta/" },
        { "{\"_document_id\":\"x\",\"action\":\"y\"}", "github/audit/" },
        { "{\"auditID\":\"x\",\"apiVersion\":\"audit.k8s.io/v1\"}",
          "kubernetes/audit/application" },
        { "{\"_path\":\"dns\",\"id.orig_h\":\"x\"}", "zeek/dns/" },
        { "{\"cs-method\":\"GET\"}", "//proxy,webserver" },
        { "{\"__REALTIME_TIMESTAMP\":\"1\"}", "linux//" },
        { "{\"Channel\":\"Linux-Sysmon/Operational\",\"EventID\":1}",
          "linux/sysmon/process_creation!" },
        { "{\"Channel\":\"Nobody/Knows\",\"EventID\":1}", "windows//" },
        { "{\"Channel\":\"Microsoft-Windows-PowerShell/Operational\",\"EventID\":4104}",
          "windows/powershell/ps_script!" },
        { "{\"Channel\":\"Windows PowerShell\",\"EventID\":400}",
          "windows/powershell-classic/ps_classic_start!" },
        { "{\"product\":\"windows\",\"service\":\"x\",\"category\":\"process_creation\"}",
          "windows/x/process_creation" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_source(cases[i].event, cases[i].source);
}

/* An event that has what the row asks for, and nothing else. */
static void put_event(char *event, size_t cap, const struct route *row)
{
    size_t len = (size_t)snprintf(event, cap, "{");
    for (size_t i = 0; i < ROUTE_CONDITIONS_MAX && row->when[i].field != NULL; i++) {
        const char *value = row->when[i].value == NULL ? "some" : row->when[i].value;
        len += (size_t)snprintf(event + len, cap - len, "%s\"%s\":\"", i == 0 ? "" : ",",
                                row->when[i].field);
        for (; *value != 0; value++)
            len += (size_t)snprintf(event + len, cap - len, "%c", *value == '*' ? 'x' : *value);
        len += (size_t)snprintf(event + len, cap - len, "\"");
    }
    snprintf(event + len, cap - len, "}");
}

/* No row is hidden by those before it, and each says what stands in it. */
static void every_built_in_row_tells_its_source(void **)
{
    size_t rows = 0;
    for (const struct route *row = route_rows; row->when[0].field != NULL; row++, rows++) {
        char event[512];
        char want[256];
        put_event(event, sizeof event, row);
        snprintf(want, sizeof want, "%s/%s/%s", row->product == NULL ? "" : row->product,
                 row->service == NULL ? "" : row->service,
                 row->category == NULL ? "" : row->category);
        assert_source(event, want);
        assert_true(row->product != NULL || row->category != NULL);
    }
    assert_true(rows > 40);
}

static void programs_tell_services(void **)
{
    static const struct {
        const char *program, *product, *services;
    } cases[] = {
        { "sshd", "linux", "sshd,auth,syslog" },
        { "CRON", "linux", "cron,auth,syslog" },
        { "kernel", "linux", "syslog" },
        { "%ASA-6-302013", "cisco", "" },
        { "%", "", "" },
        { "SSHD", "", "" },
        { "sshd2", "", "" },
        { "", "", "" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct logsource l = program_logsource(slice_text(cases[i].program));
        assert_true(slice_is(l.product, cases[i].product));
        assert_true(slice_is(l.service, cases[i].services));
    }
}

static void what_only_resembles_a_source_states_nothing(void **)
{
    static const char *const events[] = {
        "{\"eventSource\":\"x\",\"eventName\":\"y\"}",
        "{\"category\":\"shoes\",\"product\":\"boots\",\"service\":\"x\"}",
        "{\"a\":{\"awsRegion\":1,\"eventSource\":1,\"eventName\":1}}",
        "{\"auditID\":\"x\"}",
        "{\"EventID\":1}",
        "{\"category\":{\"x\":1},\"product\":[1]}",
    };
    for (size_t i = 0; i < COUNT_OF(events); i++)
        assert_source(events[i], "//");
}

static void rows_of_the_user_come_first_and_in_order(void **)
{
    struct routes *r = routes_new();
    struct build b = {};
    assert_non_null(r);
    assert_ok(build_init(&b));
    const struct route first = { .product = "acme", .when = { { "kind", "*.login" } } };
    const struct route second = { .product = "other",
                                  .service = "s",
                                  .when = { { "kind", NULL } } };
    assert_ok(routes_add(r, &first));
    assert_ok(routes_add(r, &second));
    static const struct {
        const char *kind;
        const char *product;
    } cases[] = { { "user.LOGIN", "acme" }, { "login", "other" }, { "", "other" } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct event event = {};
        build_reset(&b);
        build_text(&b, "_path", slice_text("dns"));
        build_text(&b, "kind", slice_text(cases[i].kind));
        routes_apply(r, &b, &event);
        assert_true(slice_is(event.logsource.product, cases[i].product));
    }
    build_done(&b);
    routes_free(r);
}

static void rows_that_say_nothing_are_refused_and_so_are_too_many(void **)
{
    struct routes *r = routes_new();
    assert_non_null(r);
    assert_fails(routes_add(r, &(struct route){ .product = "x" }), E_VALUE);
    assert_fails(routes_add(r, &(struct route){ .when = { { "x", NULL } } }), E_VALUE);
    size_t added = 0;
    status s = OK;
    while (s.code == E_OK && added < ROUTES_MAX) {
        s = routes_add(r, &(struct route){ .product = "p", .when = { { "f", NULL } } });
        added += s.code == E_OK;
    }
    assert_int_equal(s.code, E_LIMIT);
    assert_in_range(added, ROUTES_MAX / 2, ROUTES_MAX - 1);
    routes_free(r);
}

static void the_most_telling_time_of_an_event_is_its_time(void **)
{
    struct routes *r = routes_new();
    struct build b = {};
    assert_ok(build_init(&b));
    struct event event = {};
    build_text(&b, "time", slice_text("2001-01-01T00:00:00Z"));
    build_text(&b, "eventTime", slice_text("no time"));
    build_text(&b, "@timestamp", slice_text("2025-11-27T07:40:10Z"));
    routes_apply(r, &b, &event);
    assert_true(event.has_time && event.time_ns == 1764229210000000000);
    event = (struct event){};
    build_reset(&b);
    build_text(&b, "ts", slice_text("1764229210.5"));
    routes_apply(r, &b, &event);
    assert_true(event.has_time && event.time_ns == 1764229210500000000);
    event = (struct event){};
    build_reset(&b);
    routes_apply(r, &b, &event);
    assert_false(event.has_time);
    build_done(&b);
    routes_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_are_told_from_what_only_they_have),
        cmocka_unit_test(every_built_in_row_tells_its_source),
        cmocka_unit_test(programs_tell_services),
        cmocka_unit_test(what_only_resembles_a_source_states_nothing),
        cmocka_unit_test(rows_of_the_user_come_first_and_in_order),
        cmocka_unit_test(rows_that_say_nothing_are_refused_and_so_are_too_many),
        cmocka_unit_test(the_most_telling_time_of_an_event_is_its_time),
    };
    return cmocka_run_group_tests_name("intake/route", tests, NULL, NULL);
}
