/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/uri.h"

#include <stdio.h>
#include "tests/cm.h"

/* The path and the parameters of a target as one text: "/a b|q=1|r=". */
static status shown(const char *target, char *ret_text, size_t cap)
{
    uint8_t room[20'000];
    struct uri u = {};
    const slice given = guarded(slice_text(target));
    assert_true(given.len <= sizeof room);
    TRY(uri_parse(given, room, &u));
    size_t len = (size_t)snprintf(ret_text, cap, "%.*s", (int)u.path.len, (const char *)u.path.at);
    for (size_t i = 0; i < u.count; i++) {
        const struct uri_parameter *p = &u.parameters[i];
        len += (size_t)snprintf(ret_text + len, cap - len, "|%.*s=%.*s", (int)p->name.len,
                                (const char *)p->name.at, (int)p->value.len,
                                (const char *)p->value.at);
    }
    return OK;
}

static void targets_are_decoded_once(void **)
{
    static const struct {
        const char *target, *want;
    } cases[] = {
        { "/", "/" },
        { "/v1/events", "/v1/events" },
        { "/v1/events?ack=sequenced", "/v1/events|ack=sequenced" },
        { "/a%20b%2Fc", "/a b/c" },
        { "/a+b?c+d=e+f%2B", "/a+b|c d=e f+" },
        { "/%2561", "/%61" },
        { "/caf%C3%A9", "/caf\xc3\xa9" },
        { "/?", "/" },
        { "/?&&a&=b&c=d=e?f/g", "/|a=|=b|c=d=e?f/g" },
        { "/?a=1&a=2", "/|a=1|a=2" },
        { "http://host.example:80/x?y=z", "/x|y=z" },
        { "https://host/x", "/x" },
        { "//x", "//x" },
        { "/...", "/..." },
        { "/.well-known/x", "/.well-known/x" },
        { "/a?b=%0A", "/a|b=\n" },
    };
    char text[1000];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_ok(shown(cases[i].target, text, sizeof text));
        assert_string_equal(text, cases[i].want);
    }
}

static void what_could_be_read_two_ways_is_refused(void **)
{
    static const struct {
        const char *target;
        int32_t want;
    } cases[] = {
        { "", E_SYNTAX },           { "*", E_SYNTAX },          { "x", E_SYNTAX },
        { "/%", E_SYNTAX },         { "/%4", E_SYNTAX },        { "/%4g", E_SYNTAX },
        { "/%00", E_VALUE },        { "/a?b=%00", E_VALUE },    { "/a b", E_SYNTAX },
        { "/a\tb", E_SYNTAX },      { "/a#b", E_SYNTAX },       { "/a?b#c", E_SYNTAX },
        { "/..", E_VALUE },         { "/a/../b", E_VALUE },     { "/a/./b", E_VALUE },
        { "/a/%2e%2E/b", E_VALUE }, { "/a%2F..%2Fb", E_VALUE }, { "/.", E_VALUE },
        { "/%0A", E_VALUE },        { "/%7F", E_VALUE },        { "/%C3", E_UTF8 },
        { "/%ED%A0%80", E_UTF8 },   { "/\xff", E_UTF8 },        { "/a?%FF=1", E_UTF8 },
        { "http://", E_SYNTAX },    { "http:///x", E_SYNTAX },  { "http://h", E_SYNTAX },
        { "http://h?x", E_SYNTAX }, { "ftp://h/x", E_SYNTAX },  { "h:80", E_SYNTAX },
    };
    char text[1000];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const status s = shown(cases[i].target, text, sizeof text);
        if (s.code != cases[i].want) fail_msg("%s: %d", cases[i].target, s.code);
    }
}

static void parameters_are_counted(void **)
{
    char target[4 * HTTP_QUERY_PARAMETERS_MAX + 10] = "/?", text[2000];
    for (size_t i = 0; i < HTTP_QUERY_PARAMETERS_MAX; i++)
        snprintf(target + strlen(target), sizeof target - strlen(target), "a=&");
    assert_ok(shown(target, text, sizeof text));
    snprintf(target + strlen(target), sizeof target - strlen(target), "b");
    assert_fails(shown(target, text, sizeof text), E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_decoded_once),
        cmocka_unit_test(what_could_be_read_two_ways_is_refused),
        cmocka_unit_test(parameters_are_counted),
    };
    return cmocka_run_group_tests_name("serve/uri", tests, NULL, NULL);
}
