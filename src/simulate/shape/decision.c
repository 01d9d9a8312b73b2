/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/decision.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

/* clang-format off */
static const struct category categories[CATEGORIES] = {
    { "scams_and_fraud", "KEYWORD_PHISHING", "terms/4.2", "national criminal code: fraud", 22 },
    { "illegal_or_harmful_speech", "KEYWORD_HATE_SPEECH", "terms/2.1",
      "national criminal code: incitement to hatred", 18 },
    { "cyber_violence", "KEYWORD_CYBER_HARASSMENT", "terms/2.3", "", 12 },
    { "protection_of_minors", "KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS", "terms/1.2", "", 10 },
    { "other_violation_tc", "KEYWORD_NUDITY", "terms/3.1", "", 12 },
    { "violence", "KEYWORD_INCITEMENT_VIOLENCE_HATRED", "terms/2.2",
      "national criminal code: incitement to violence", 7 },
    { "intellectual_property_infringements", "KEYWORD_COPYRIGHT_INFRINGEMENT", "terms/6.1",
      "Directive (EU) 2019/790, article 17", 7 },
    { "unsafe_and_prohibited_products", "KEYWORD_PROHIBITED_PRODUCTS", "terms/4.4", "", 3 },
    { "data_protection_and_privacy_violations", "KEYWORD_MISSING_PROCESSING_GROUND", "terms/5.1",
      "Regulation (EU) 2016/679, article 6", 3 },
    { "self_harm", "KEYWORD_SUICIDE", "terms/1.4", "", 3 },
    { "risk_for_public_security", "KEYWORD_TERRORIST_CONTENT", "terms/2.4",
      "Regulation (EU) 2021/784, article 2", 2 },
    { "consumer_information", "KEYWORD_HIDDEN_ADVERTISEMENT", "terms/4.1", "", 1 },
};
static const char *const eea[] = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
};
/* clang-format on */

const struct category *category_at(uint64_t n)
{
    return &categories[n % CATEGORIES];
}

uint64_t category_draw(struct world *w)
{
    uint32_t left = world_below(w, 100);
    uint64_t n = 0;
    while (n + 1 < CATEGORIES && left >= categories[n].share)
        left -= categories[n++].share;
    return n;
}

struct word content_name(uint64_t number)
{
    return word_number("content-", number, 1);
}

void decision_say(struct world *w, const struct item *item, const char *action)
{
    const struct platform_other classifier = { .actor = "svc-classifier",
                                               .actor_kind = "automation" };
    struct json_writer *j =
        item->moderator == PERSON_NONE
            ? platform_other(w, SOURCE_MODERATION, "moderation", &classifier, action, NO_USER)
            : platform_staff(w, SOURCE_MODERATION, "moderation", item->moderator, action, NO_USER);
    json_member_text(j, "content", content_name(item->content).text);
    json_member_text(j, "author", word_user(item->author).text);
    json_member_text(j, "market", markets[user_market(item->author)].code);
    json_member_text(j, "queue", category_at(item->category)->name);
    if (item->policy != NULL) json_member_text(j, "policy", item->policy);
    if (item->original != PERSON_NONE) {
        json_member_text(j, "original_moderator", world_person(w, item->original)->account);
    }
    if (item->assignment != NULL) json_member_text(j, "assignment", item->assignment);
    if (item->reason != NULL) json_member_text(j, "reason", item->reason);
    if (item->review_ms != 0) json_member_u64(j, "review_ms", item->review_ms);
    event_end(w);
}

static void write_list(struct json_writer *j, const char *key, const char *item)
{
    json_key(j, key);
    json_array(j);
    json_text(j, item);
    json_array_end(j);
}

/* What was restricted. */
static void write_measures(struct json_writer *j, const char *action)
{
    const slice name = slice_text(action);
    if (slice_is(name, "suspend")) {
        json_member_text(j, "account", "suspended");
        json_member_text(j, "account_type", "ACCOUNT_TYPE_PRIVATE");
        return;
    }
    const bool label = slice_is(name, "label");
    write_list(j, "visibility",
               label                        ? "labelled"
               : slice_is(name, "restrict") ? "demoted"
                                            : "removed");
}

static void write_ground(struct json_writer *j, const struct item *item,
                         const struct enforcement *e)
{
    const struct category *category = category_at(item->category);
    const bool by_law = e->by_law && category->law[0] != 0;
    json_member_text(j, "category", category->name);
    json_member_text(j, "ground", by_law ? "illegal_content" : "incompatible_content");
    write_list(j, "category_specification", category->keyword);
    if (by_law) {
        json_member_text(j, "illegal_content_legal_ground", category->law);
        json_member_text(j, "illegal_content_explanation", "The content is what the law forbids.");
    } else {
        json_member_text(j, "incompatible_content_ground", category->policy);
        json_member_text(j, "incompatible_content_explanation",
                         "The content is what the terms do not allow.");
        json_member_bool(j, "incompatible_content_illegal", false);
    }
    json_member_text(j, "policy", category->policy);
}

static void write_scope(struct json_writer *j, uint8_t market)
{
    json_key(j, "territorial_scope");
    json_array(j);
    for (size_t i = 0; i < COUNT_OF(eea); i++)
        json_text(j, eea[i]);
    if (!markets[market].in_eu) json_text(j, markets[market].code);
    json_array_end(j);
}

static void write_facts(struct world *w, struct json_writer *j, const struct item *item)
{
    const uint8_t market = user_market(item->author);
    const uint64_t mixed = random_mix(item->content);
    static const char *const types[] = { "CONTENT_TYPE_TEXT", "CONTENT_TYPE_IMAGE",
                                         "CONTENT_TYPE_VIDEO" };
    const int64_t made_ms = w->now - (int64_t)(mixed % 20) * MS_PER_DAY;
    write_list(j, "content_type", types[mixed % COUNT_OF(types)]);
    const char *language = markets[market].language;
    const char capitals[3] = { (char)(language[0] - 32), (char)(language[1] - 32), 0 };
    json_member_text(j, "content_language", capitals);
    json_member_text(j, "content_date", word_time(made_ms, TIME_DATE, 0).text);
    json_member_text(j, "application_date", word_time(w->now, TIME_DATE, 0).text);
    write_scope(j, market);
    json_member_text(j, "decision_facts", "The item was looked at in its context.");
    json_member_u64(j, "views", mixed >> 40 & 4095);
    json_member_text(j, "account_id", word_user(item->author).text);
    json_member_text(j, "content_id", content_name(item->content).text);
}

static void write_means(struct world *w, struct json_writer *j, const struct item *item,
                        const struct enforcement *e)
{
    const bool automated = item->moderator == PERSON_NONE;
    json_member_text(j, "origin", e->origin);
    json_member_bool(j, "detected", automated);
    json_member_text(j, "automation", automated ? "fully" : "not_automated");
    if (automated) json_member_text(j, "classifier", "classifier/3");
    if (!automated) json_member_text(j, "moderator", world_person(w, item->moderator)->account);
    if (e->has_notice) json_member_u64(j, "notice", e->notice);
    if (e->has_order) json_member_u64(j, "order", e->order);
    if (e->has_replaced) json_member_u64(j, "replaces", e->replaced);
}

bool enforcement_record(struct world *w, const struct item *item, const struct enforcement *e,
                        uint64_t *ret_index)
{
    const bool known = record_next_index(w, ret_index);
    struct json_writer *j = record_begin(w, "enforcement", SOURCES);
    if (j == NULL) return false;
    const bool decided = slice_is(slice_text(e->stage), "decided");
    json_member_text(j, "market", markets[user_market(item->author)].code);
    json_member_text(j, "stage", e->stage);
    const struct word puid = word_number(decided ? "puid-" : "puid-r-", item->content, 9);
    json_member_text(j, "puid", puid.text);
    write_measures(j, e->action);
    write_ground(j, item, e);
    write_facts(w, j, item);
    write_means(w, j, item, e);
    if (!decided) json_member_text(j, "reason", "decided again after an appeal");
    record_end(w);
    return known;
}
