/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/account.h"
#include "record/schema.h"
#include "tests/cm.h"

#define TOKEN "\"token\":\"0000000000000000000000000000000000000000000000000000000000000000\""
#define SHOP "{\"source\":\"shop\",\"id\":1," TOKEN ",\"class\":\"application\"}\n"

static void a_table_comes_back_as_it_was_written(void **)
{
    static uint8_t room[4096];
    struct accounts all = {};
    struct fault f = {};
    struct writer w = writer_of(room, sizeof room);
    const char text[] =
        SHOP "{\"source\":\"db.eu-1\",\"id\":7," TOKEN
             ",\"class\":\"database\",\"market\":\"IE\",\"actor\":\"user.id\","
             "\"subject\":\"row.owner\",\"ack\":\"checkpointed\"}\n"
             "{\"user\":\"shop\",\"id\":2," TOKEN ",\"role\":\"analyst\",\"disabled\":true}\n";
    assert_ok(accounts_read(slice_text(text), &all, &f));
    assert_int_equal(all.count, 3);
    for (size_t i = 0; i < all.count; i++)
        account_write(&all.at[i], &w);
    struct accounts again = {};
    assert_ok(accounts_read(writer_slice(&w), &again, &f));
    assert_int_equal(again.count, 3);
    for (size_t i = 0; i < all.count; i++)
        assert_memory_equal(&all.at[i], &again.at[i], sizeof all.at[i]);
    const struct account *db = accounts_find(&again, ACCOUNT_SOURCE, slice_text("db.eu-1"));
    assert_non_null(db);
    assert_int_equal(db->source_class, VALUE_source_class_database);
    assert_int_equal(db->level, ACCOUNT_CHECKPOINTED);
    assert_string_equal(db->subject, "row.owner");
    assert_null(accounts_find(&again, ACCOUNT_USER, slice_text("db.eu-1")));
    assert_true(accounts_next_id(&again) == 8);
    accounts_done(&all);
    accounts_done(&again);
}

static void only_the_right_token_opens(void **)
{
    struct account a = { .kind = ACCOUNT_SOURCE, .id = 1, .name = "shop" };
    struct accounts all = { &a, 1 };
    char token[ACCOUNT_TOKEN_BYTES + 1];
    account_token(ACCOUNT_SOURCE, (const uint8_t[32]){ 1, 2, 3 }, token, &a.token);
    assert_int_equal(strlen(token), ACCOUNT_TOKEN_BYTES);
    assert_ptr_equal(accounts_of_token(&all, slice_text(token)), &a);
    token[10] ^= 1;
    assert_null(accounts_of_token(&all, slice_text(token)));
    token[10] ^= 1;
    assert_null(accounts_of_token(&all, slice_none()));
    a.is_disabled = true;
    assert_null(accounts_of_token(&all, slice_text(token)));
}

static void broken_tables_are_refused_with_their_line(void **)
{
    static const struct {
        const char *text;
        int code;
        const char *says;
    } cases[] = {
        { SHOP "nonsense\n", E_SYNTAX, "accounts:2" },
        { SHOP SHOP, E_DUPLICATE, "accounts:2: shop" },
        { SHOP "{\"source\":\"b\",\"id\":1," TOKEN "}\n", E_DUPLICATE, "accounts:2" },
        { "{\"source\":\"Shop\",\"id\":1," TOKEN "}\n", E_VALUE, "accounts:1: source" },
        { "{\"source\":\"\",\"id\":1," TOKEN "}\n", E_VALUE, "accounts:1: source" },
        { "{\"source\":\"a\",\"id\":0," TOKEN "}\n", E_VALUE, "accounts:1: id" },
        { "{\"source\":\"a\",\"id\":1,\"token\":\"00\"}\n", E_SYNTAX, "accounts:1: token" },
        { "{\"source\":\"a\",\"id\":1,\"class\":\"none\"}\n", E_UNKNOWN, "accounts:1: class" },
        { "{\"source\":\"a\",\"id\":1,\"secret\":1}\n", E_UNKNOWN, "accounts:1: secret" },
        { "{\"id\":1}\n", E_VALUE, "accounts:1: name or id is missing" },
        { "[]\n", E_SYNTAX, "accounts:1: an object" },
        { "{\"source\":\"a\",\"id\":1}", E_SHORT, "the last line is cut" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct accounts all = {};
        struct fault f = {};
        assert_fails(accounts_read(slice_text(cases[i].text), &all, &f), cases[i].code);
        assert_non_null(strstr(f.text, cases[i].says));
        assert_null(all.at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_comes_back_as_it_was_written),
        cmocka_unit_test(only_the_right_token_opens),
        cmocka_unit_test(broken_tables_are_refused_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
