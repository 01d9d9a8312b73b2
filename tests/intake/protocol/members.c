/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/members.h"

#include <stdio.h>
#include "tests/cm.h"

/* "key=value|…" and then "." at the end or "!pos what". */
static const char *walk(const char *text, size_t pos)
{
    static char said[4096];
    size_t len = 0;
    struct members m = members_of(guarded(slice_text(text)), pos);
    slice key = {};
    slice value = {};
    said[0] = '\0';
    while (members_next(&m, &key, &value)) {
        len += (size_t)snprintf(said + len, sizeof said - len, "%.*s=%.*s|", (int)key.len,
                                (const char *)key.at, (int)value.len, (const char *)value.at);
        assert_true(len < sizeof said);
    }
    if (m.status.code == E_OK) {
        snprintf(said + len, sizeof said - len, ".%zu", m.pos);
    } else {
        assert_fails(m.status, E_SYNTAX);
        snprintf(said + len, sizeof said - len, "!%zu %s", m.pos, m.what);
    }
    return said;
}

static void members_come_with_keys_and_elements_without(void **)
{
    assert_string_equal(walk("{}", 0), ".2");
    assert_string_equal(walk(" [ ] ", 1), ".4");
    assert_string_equal(walk("{\"a\" : 1 , \"b\":{\"c\":[2,\"]\"]}}x", 0),
                        "a=1|b={\"c\":[2,\"]\"]}|.29");
    assert_string_equal(walk("[null,\"x\\\"\",-1.5e3,[],{}]", 0),
                        "=null|=\"x\\\"\"|=-1.5e3|=[]|={}|.25");
    assert_string_equal(walk("{\"a\\\"b\":true}", 0), "a\\\"b=true|.13");
}

static void what_stands_between_values_is_checked(void **)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "", "!0 an object or an array is expected" },
        { "1", "!0 an object or an array is expected" },
        { "{", "!1 the text ends before the closing bracket" },
        { "{]", "!1 a member's name is expected" },
        { "{,}", "!1 a member's name is expected" },
        { "{a:1}", "!1 a member's name is expected" },
        { "{\"a", "!1 the text ends inside a name" },
        { "{\"a\"", "!4 ':' is expected" },
        { "{\"a\"}", "!4 ':' is expected" },
        { "{\"a\":", "!5 a value is expected" },
        { "{\"a\":}", "!5 a value is expected" },
        { "{\"a\":,}", "!5 a value is expected" },
        { "{\"a\":1", "!5 the text ends inside a value" },
        { "{\"a\":1,}", "a=1|!7 a member's name is expected" },
        { "{\"a\":1 \"b\":2}", "a=1|!7 ',' or the closing bracket is expected" },
        { "{\"a\":1,,\"b\":2}", "a=1|!7 a member's name is expected" },
        { "[1 2]", "=1|!3 ',' or the closing bracket is expected" },
        { "[1}", "=1|!2 ',' or the closing bracket is expected" },
        { "[1,]", "=1|!3 a value is expected" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_string_equal(walk(rows[i].text, 0), rows[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_with_keys_and_elements_without),
        cmocka_unit_test(what_stands_between_values_is_checked),
    };
    return cmocka_run_group_tests_name("intake/protocol/members", tests, NULL, NULL);
}
