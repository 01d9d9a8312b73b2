/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request: what others ask for: notices, orders and requests of authorities, appeals. Each begins
 * with a record of stage received; what follows has the same identifier
 * (docs/formats/decisions.md sections 3 to 5).
 */
#include "intake/decision/rules.h"

#include "base/bytes.h"
#include "base/banned.h"

enum { SHORT = 500, LONG = 5000, NAME = 256 };

/* clang-format off */
#define C(x) COLUMN_notice_##x
#define F(x) FIELD_notice_##x
static const struct member notice_members[] = {
    { "id", take_id, F(id), SHORT, MEMBER_ALWAYS, NULL },
    { "stage", take_choice, C(stage), 0, 0, NULL },
    { "market", take_market, C(market), 0, 0, NULL },
    { "time", take_time, F(time), 0, 0, NULL },
    { "received", take_time, F(received), 0, 0, NULL },
    { "category", take_choice, C(category), 0, MEMBER_ALWAYS, NULL },
    { "trusted_flagger", take_flag, C(trusted_flagger), 0, 0, NULL },
    { "outcome", take_choice, C(outcome), 0, 0, NULL },
    { "automated", take_flag, C(automated), 0, 0, NULL },
    { "notifier", take_text, F(notifier), NAME, 0, NULL },
    { "content_id", take_text, F(content_id), NAME, 0, NULL },
    { "account_id", take_text, F(account_id), NAME, 0, NULL },
    { "items", take_items, F(items), 0, 0, NULL },
    { "keywords", take_words, F(keywords), 0, 0, &words_keywords },
    { "keyword_other", take_text, F(keyword_other), SHORT, 0, NULL },
    { "language", take_word, F(language), 0, 0, &words_languages },
    { "content_type", take_words, F(content_type), 0, 0, &words_content_types },
    { "classifier", take_text, F(classifier), NAME, 0, NULL },
    { "moderator", take_text, F(moderator), NAME, 0, NULL },
    { "explanation", take_text, F(explanation), LONG, 0, NULL },
};
#undef C
#undef F

#define C(x) COLUMN_order_##x
#define F(x) FIELD_order_##x
static const struct member order_members[] = {
    { "id", take_id, F(id), SHORT, MEMBER_ALWAYS, NULL },
    { "stage", take_choice, C(stage), 0, 0, NULL },
    { "market", take_market, C(market), 0, 0, NULL },
    { "time", take_time, F(time), 0, 0, NULL },
    { "received", take_time, F(received), 0, 0, NULL },
    { "release", take_time, F(release), 0, 0, NULL },
    { "type", take_choice, C(type), 0, MEMBER_ALWAYS, NULL },
    { "basis", take_choice, C(basis), 0, MEMBER_REQUIRED, NULL },
    { "category", take_choice, C(category), 0, 0, NULL },
    { "authority", take_text, F(authority), SHORT, MEMBER_REQUIRED, NULL },
    { "legal_basis", take_text, F(legal_basis), SHORT, 0, NULL },
    { "subjects", take_texts, F(subjects), NAME, 0, NULL },
    { "items", take_items, F(items), 0, 0, NULL },
    { "keywords", take_words, F(keywords), 0, 0, &words_keywords },
    { "keyword_other", take_text, F(keyword_other), SHORT, 0, NULL },
    { "produced", take_bool, F(produced), 0, 0, NULL },
    { "reviewer", take_text, F(reviewer), NAME, 0, NULL },
    { "handler", take_text, F(handler), NAME, 0, NULL },
    { "detail", take_text, F(detail), LONG, 0, NULL },
};
#undef C
#undef F

/* What an appeal contests, named by its PUID. */
static void take_contested(struct decision *d, const struct member *m, const struct given *v)
{
    if (v->form == GIVEN_TEXT && v->text.len <= SHORT)
        d->enforcement = v->text;
    else
        COMPLAIN(d, m->name, "must be the PUID of a decision");
}

#define C(x) COLUMN_appeal_##x
#define F(x) FIELD_appeal_##x
static const struct member appeal_members[] = {
    { "id", take_id, F(id), SHORT, MEMBER_ALWAYS, NULL },
    { "stage", take_choice, C(stage), 0, 0, NULL },
    { "market", take_market, C(market), 0, 0, NULL },
    { "time", take_time, F(time), 0, 0, NULL },
    { "received", take_time, F(received), 0, 0, NULL },
    { "forum", take_choice, C(forum), 0, MEMBER_ALWAYS, NULL },
    { "basis", take_choice, C(basis), 0, MEMBER_ALWAYS, NULL },
    { "outcome", take_choice, C(outcome), 0, 0, NULL },
    { "category", take_choice, C(category), 0, 0, NULL },
    { "puid", take_contested, 0, 0, 0, NULL },
    { "enforcement", take_number, F(enforcement), 0, 0, NULL },
    { "notice", take_number, F(notice), 0, 0, NULL },
    { "account_id", take_text, F(account_id), NAME, 0, NULL },
    { "body", take_text, F(body), SHORT, 0, NULL },
    { "language", take_word, F(language), 0, 0, &words_languages },
    { "moderator", take_text, F(moderator), NAME, 0, NULL },
    { "restriction", take_number, F(restriction), 0, 0, NULL },
    { "explanation", take_text, F(explanation), LONG, 0, NULL },
    { "answer", take_text, F(answer), LONG, 0, NULL },
};
#undef C
#undef F
/* clang-format on */

/* An outcome belongs to one stage, and that stage has one. */
static void check_outcome(struct decision *d, uint8_t decided, const char *stage)
{
    if (d->stage == decided && !member_seen(d, "outcome")) {
        COMPLAIN(d, "outcome", "is required with the stage %s", stage);
    }
    if (d->stage != decided && member_seen(d, "outcome")) {
        COMPLAIN(d, "outcome", "goes with the stage %s alone", stage);
    }
}

static void set_time(struct decision *d, int field)
{
    if (!member_seen(d, "time")) draft_time(&d->draft, field, d->now_ns);
}

/* What was received is not decided before that. */
static void check_received(struct decision *d, int time, int received)
{
    const struct record_field *t = &d->draft.fields[time - 1];
    const struct record_field *r = &d->draft.fields[received - 1];
    if (t->type != TYPE_TIME || r->type != TYPE_TIME) return;
    if (value_i64(r->value) > value_i64(t->value)) COMPLAIN(d, "received", "is after time");
}

static void set_items(struct decision *d, int field, int column)
{
    if (member_seen(d, "items")) return;
    draft_u64(&d->draft, field, 1);
    draft_column(&d->draft, column, 1);
}

static void check_notice(struct decision *d)
{
    const bool received = d->stage == VALUE_notice_stage_received;
    if (decision_column(d, COLUMN_notice_category) == VALUE_category_not_specified_order) {
        COMPLAIN(d, "category", "is a category of orders");
    }
    if (received && !member_seen(d, "content_id") && !member_seen(d, "account_id")) {
        COMPLAIN(d, "content_id",
                 "what the notice is about is required, as content_id or "
                 "account_id");
    }
    if (received && decision_column(d, COLUMN_notice_automated) != 0) {
        COMPLAIN(d, "automated", "goes with the stage decided alone");
    }
    check_outcome(d, VALUE_notice_stage_decided, "decided");
    set_items(d, FIELD_notice_items, COLUMN_notice_item_count);
    set_time(d, FIELD_notice_time);
    check_received(d, FIELD_notice_time, FIELD_notice_received);
}

static void check_order(struct decision *d)
{
    const uint16_t type = decision_column(d, COLUMN_order_type);
    const uint16_t category = decision_column(d, COLUMN_order_category);
    if (category == VALUE_category_not_specified_notice ||
        category == VALUE_category_other_violation_tc) {
        COMPLAIN(d, "category", "is no category of orders");
    }
    if (type == VALUE_order_type_act && category == 0) {
        COMPLAIN(d, "category", "is required with an order to act");
    }
    if (type != VALUE_order_type_information && member_seen(d, "produced")) {
        COMPLAIN(d, "produced", "goes with an order to provide information alone");
    }
    set_items(d, FIELD_order_items, COLUMN_order_item_count);
    set_time(d, FIELD_order_time);
    check_received(d, FIELD_order_time, FIELD_order_received);
}

/* Every appeal names what it contests: a decision, or a notice on which nothing was done. */
static void check_appeal(struct decision *d)
{
    const uint16_t basis = decision_column(d, COLUMN_appeal_basis);
    const bool is_notice = basis == VALUE_appeal_basis_no_action_on_notice ||
                           basis == VALUE_appeal_basis_no_action_on_trusted_flagger;
    const bool named = member_seen(d, "puid") || member_seen(d, "enforcement");
    if (is_notice && !member_seen(d, "notice")) {
        COMPLAIN(d, "notice", "is required with this basis");
    }
    if (basis != 0 && !is_notice && !named) {
        COMPLAIN(d, "enforcement", "the contested decision is required, as puid or enforcement");
    }
    check_outcome(d, VALUE_appeal_stage_decided, "decided");
    set_time(d, FIELD_appeal_time);
    check_received(d, FIELD_appeal_time, FIELD_appeal_received);
}

const struct member_table members_notice = { notice_members, COUNT_OF(notice_members),
                                             check_notice };
const struct member_table members_order = { order_members, COUNT_OF(order_members), check_order };
const struct member_table members_appeal = { appeal_members, COUNT_OF(appeal_members),
                                             check_appeal };
