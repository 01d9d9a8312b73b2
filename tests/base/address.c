/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include "tests/cm.h"

static void networks_hold_their_addresses(void **)
{
    static const struct {
        const char *network, *address;
        bool masked, holds;
    } cases[] = {
        { "10.0.0.0/8", "10.255.1.2", false, true },
        { "10.0.0.1/8", "10.255.1.2", true, true },
        { "10.0.0.0/8", "11.0.0.0", false, false },
        { "192.168.1.7", "192.168.1.7", false, true },
        { "192.168.1.7", "192.168.1.8", false, false },
        { "0.0.0.0/0", "8.8.8.8", false, true },
        { "0.0.0.0/0", "::1", false, false },
        { "::/0", "8.8.8.8", false, true },
        { "10.0.0.0/8", "::ffff:10.1.2.3", false, true },
        { "::ffff:10.0.0.0/104", "10.1.2.3", false, true },
        { "fe80::/10", "fe80::1%eth0", false, true },
        { "fe80::/10", "fec0::1", false, false },
        { "2001:db8::/33", "2001:db8:8000::1", false, false },
        { "2001:db8::1/33", "2001:db8:7fff::1", true, true },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct network n = {};
        bool masked = false;
        uint8_t address[16];
        assert_ok(network_parse(guarded(slice_text(cases[i].network)), &n, &masked));
        assert_int_equal(masked, cases[i].masked);
        assert_ok(address_parse(guarded(slice_text(cases[i].address)), address));
        if (network_holds(&n, address) != cases[i].holds)
            fail_msg("%s %s", cases[i].network, cases[i].address);
    }
}

static void what_is_no_address_is_refused(void **)
{
    static const char *const bad[] = { "",
                                       "10.0.0",
                                       "10.0.0.0.0",
                                       "256.1.1.1",
                                       "010.1.1.1",
                                       "1.2.3.4:80",
                                       "::g",
                                       "1::2::3",
                                       "host",
                                       "10.0.0.0/",
                                       "10.0.0.0/x",
                                       "/8",
                                       "10.0.0.0/-1",
                                       "1111:2222:3333:4444:5555:6666:7777:8888:9999",
                                       "00000000000000000000000000000000000000000000000001" };
    static const char *const wide[] = { "10.0.0.0/33", "::/129", "1.2.3.4/99999999999999999999" };
    struct network n = {};
    bool masked = false;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint8_t address[16];
        if (network_parse(guarded(slice_text(bad[i])), &n, &masked).code != E_SYNTAX)
            fail_msg("%s", bad[i]);
        assert_fails(address_parse(guarded(slice_text(bad[i])), address), E_SYNTAX);
    }
    for (size_t i = 0; i < COUNT_OF(wide); i++) {
        assert_fails(network_parse(guarded(slice_text(wide[i])), &n, &masked), E_VALUE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_hold_their_addresses),
        cmocka_unit_test(what_is_no_address_is_refused),
    };
    return cmocka_run_group_tests_name("judge/sigma/address", tests, NULL, NULL);
}
