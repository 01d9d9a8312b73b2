/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/hook/hook.h"

#include "base/address.h"
#include "base/bytes.h"
#include "tests/cm.h"

/* The example of standardwebhooks.com. */
static void the_published_example_is_signed_as_published(void **)
{
    static const char secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n";
    static const char want[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    uint8_t key[HOOK_SECRET_BYTES_MAX];
    uint8_t text[128];
    size_t len = 0;
    struct writer w = writer_of(text, sizeof text);
    assert_int_equal(hook_secret_parse(slice_text(secret), key, &len).code, E_OK);
    assert_int_equal(len, 24);
    const struct hook_signing s = { { key, len },
                                    slice_text("msg_p5jXN8AQM9LWM0D4loKWxJek"),
                                    1614265330,
                                    slice_text("{\"test\": 2432232314}") };
    assert_int_equal(hook_sign(&s, &w).code, E_OK);
    assert_int_equal(w.len, sizeof want - 1);
    assert_memory_equal(text, want, w.len);
}

static void what_is_no_secret_is_refused(void **)
{
    static const struct {
        const char *text;
        int32_t code;
    } cases[] = {
        { "", E_SYNTAX },
        { "whsec_", E_LIMIT },
        { "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", E_SYNTAX },
        { "whsec_QUJD", E_LIMIT },
        { "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*", E_SYNTAX },
        { "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", E_SYNTAX },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t key[HOOK_SECRET_BYTES_MAX];
        size_t len = 99;
        assert_int_equal(hook_secret_parse(slice_text(cases[i].text), key, &len).code,
                         cases[i].code);
        assert_int_equal(len, 99);
    }
}

static void waits_double_up_to_an_hour_and_are_spread(void **)
{
    assert_int_equal(hook_wait_ms(1, 0), 1500);
    assert_int_equal(hook_wait_ms(1, 255), 2500);
    assert_int_equal(hook_wait_ms(2, 0), 3000);
    for (unsigned n = 1; n < 200; n++) {
        assert_true(hook_wait_ms(n, 255) <= 4500 * 1000);
        assert_true(hook_wait_ms(n + 1, 128) >= hook_wait_ms(n, 128));
        assert_true(hook_wait_ms(n, 0) < hook_wait_ms(n, 255));
    }
    assert_int_equal(hook_wait_ms(1000, 0), 2700 * 1000);
}

static void only_addresses_of_the_open_internet_are_public(void **)
{
    static const char *const inside[] = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.0.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "ff02::1",
        "2001::1",
    };
    static const char *const outside[] = { "1.1.1.1",         "9.255.255.255",  "11.0.0.0",
                                           "172.15.0.1",      "172.32.0.1",     "192.167.255.255",
                                           "223.255.255.255", "::ffff:8.8.8.8", "2606:4700::1111",
                                           "2a00::1" };
    uint8_t bytes[16];
    for (size_t i = 0; i < COUNT_OF(inside); i++) {
        assert_int_equal(address_parse(slice_text(inside[i]), bytes).code, E_OK);
        if (hook_address_is_public(bytes)) fail_msg("%s", inside[i]);
    }
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        assert_int_equal(address_parse(slice_text(outside[i]), bytes).code, E_OK);
        if (!hook_address_is_public(bytes)) fail_msg("%s", outside[i]);
    }
}

static void a_position_is_read_as_written_and_every_cut_is_refused(void **)
{
    const struct hook_at sent = { 7, 1ull << 40, 3 };
    uint8_t bytes[32];
    struct writer w = writer_of(bytes, sizeof bytes);
    struct hook_at got = {};
    hook_at_write(&sent, &w);
    for (size_t len = 0; len < w.len; len++) {
        assert_int_equal(hook_at_parse(guarded((slice){ bytes, len }), &got).code, E_SHORT);
    }
    assert_int_equal(hook_at_parse((slice){ bytes, w.len + 1 }, &got).code, E_TRAILING);
    assert_int_equal(hook_at_parse((slice){ bytes, w.len }, &got).code, E_OK);
    assert_int_equal(got.next, sent.next);
    bytes[0] = HOOKS_MAX;
    assert_int_equal(hook_at_parse((slice){ bytes, w.len }, &got).code, E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_example_is_signed_as_published),
        cmocka_unit_test(what_is_no_secret_is_refused),
        cmocka_unit_test(waits_double_up_to_an_hour_and_are_spread),
        cmocka_unit_test(only_addresses_of_the_open_internet_are_public),
        cmocka_unit_test(a_position_is_read_as_written_and_every_cut_is_refused),
    };
    return cmocka_run_group_tests_name("serve/hook", tests, NULL, NULL);
}
