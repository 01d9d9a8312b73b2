/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/decision/words.h"

#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

enum { WORD_BYTES_MAX = 64 };

/* How the DSA spells the values of a list: a prefix and the name in capitals; and those that it
 * spells otherwise. */
static const struct {
    const char *list;
    const char *prefix;
    const char *odd; /* NULL: none */
    const char *odd_name;
} spellings[] = {
    { "category", "STATEMENT_CATEGORY_", NULL, NULL },
    { "ground", "DECISION_GROUND_", NULL, NULL },
    { "origin", "SOURCE_", "SOURCE_TYPE_OTHER_NOTIFICATION", "other_notification" },
    { "automation", "AUTOMATED_DECISION_", NULL, NULL },
    { "visibility", "DECISION_VISIBILITY_CONTENT_", "DECISION_VISIBILITY_OTHER", "other" },
    { "monetary", "DECISION_MONETARY_", NULL, NULL },
    { "provision", "DECISION_PROVISION_", NULL, NULL },
    { "account", "DECISION_ACCOUNT_", NULL, NULL },
};

/* Spellings of the schema before 2025-07-01, as older dumps have them. */
static const struct {
    const char *word;
    const char *list;
    const char *name;
} former[] = {
    { "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE", "category", "other_violation_tc" },
    { "STATEMENT_CATEGORY_UNSAFE_AND_ILLEGAL_PRODUCTS", "category",
      "unsafe_and_prohibited_products" },
};

/* A value that the DSA has under its plain spelling: "content_other" and "other_notification" with
 * a prefix are no words of it. */
static uint8_t number_of_rest(const struct choice *list, slice rest)
{
    uint8_t lower[WORD_BYTES_MAX];
    if (rest.len == 0 || rest.len > sizeof lower) return 0;
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.at[i] >= 'a' && rest.at[i] <= 'z') return 0;
        lower[i] = text_lower_ascii(rest.at[i]);
    }
    return choice_number(list, (slice){ lower, rest.len });
}

uint8_t words_number(const struct choice *list, slice word)
{
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        if (strcmp(spellings[i].list, list->name) != 0) continue;
        if (spellings[i].odd != NULL && slice_is(word, spellings[i].odd)) {
            return choice_number(list, slice_text(spellings[i].odd_name));
        }
        const slice prefix = slice_text(spellings[i].prefix);
        if (!slice_starts(word, prefix)) break;
        const slice rest = slice_from(word, prefix.len);
        const uint8_t number = number_of_rest(list, rest);
        const bool is_odd = spellings[i].odd != NULL &&
                            number == choice_number(list, slice_text(spellings[i].odd_name));
        if (number != 0 && !is_odd) return number;
    }
    for (size_t i = 0; i < COUNT_OF(former); i++) {
        if (slice_is(word, former[i].word) && strcmp(former[i].list, list->name) == 0) {
            return choice_number(list, slice_text(former[i].name));
        }
    }
    return choice_number(list, word);
}

void words_spell(const struct choice *list, uint8_t number, struct writer *w)
{
    const char *name = choice_name(list, number);
    for (size_t i = 0; name != NULL && i < COUNT_OF(spellings); i++) {
        if (strcmp(spellings[i].list, list->name) != 0) continue;
        if (spellings[i].odd != NULL && strcmp(spellings[i].odd_name, name) == 0) {
            writer_text(w, spellings[i].odd);
            return;
        }
        writer_text(w, spellings[i].prefix);
        for (; *name != '\0'; name++)
            writer_u8(w, *name >= 'a' && *name <= 'z' ? (uint8_t)(*name - 32) : (uint8_t)*name);
        return;
    }
}

bool words_find(const struct words *w, slice word, size_t *ret_position)
{
    for (size_t i = 0; i < w->count; i++) {
        if (!slice_is(word, w->at[i])) continue;
        *ret_position = i;
        return true;
    }
    return false;
}

/* clang-format off */
static const char *const keywords[] = {
    "KEYWORD_ANIMAL_HARM", "KEYWORD_UNLAWFUL_SALE_ANIMALS",
    "KEYWORD_HIDDEN_ADVERTISEMENT", "KEYWORD_INSUFFICIENT_INFORMATION_ON_TRADERS",
    "KEYWORD_MISLEADING_INFO_GOODS_SERVICES", "KEYWORD_MISLEADING_INFO_CONSUMER_RIGHTS",
    "KEYWORD_NONCOMPLIANCE_PRICING",
    "KEYWORD_CYBER_BULLYING_INTIMIDATION", "KEYWORD_CYBER_HARASSMENT", "KEYWORD_CYBER_INCITEMENT",
    "KEYWORD_CYBER_STALKING", "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING",
    "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
    "KEYWORD_BULLYING_AGAINST_GIRLS", "KEYWORD_CYBER_HARASSMENT_AGAINST_WOMEN",
    "KEYWORD_CYBER_STALKING_AGAINST_WOMEN", "KEYWORD_FEMALE_GENDERED_DISINFORMATION",
    "KEYWORD_INCITEMENT_AGAINST_WOMEN", "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN",
    "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN",
    "KEYWORD_BIOMETRIC_DATA_BREACH", "KEYWORD_DATA_FALSIFICATION",
    "KEYWORD_MISSING_PROCESSING_GROUND", "KEYWORD_RIGHT_TO_BE_FORGOTTEN",
    "KEYWORD_DEFAMATION", "KEYWORD_DISCRIMINATION", "KEYWORD_HATE_SPEECH",
    "KEYWORD_COPYRIGHT_INFRINGEMENT", "KEYWORD_DESIGN_INFRINGEMENT",
    "KEYWORD_GEOGRAPHIC_INDICATIONS_INFRINGEMENT", "KEYWORD_PATENT_INFRINGEMENT",
    "KEYWORD_TRADE_SECRET_INFRINGEMENT", "KEYWORD_TRADEMARK_INFRINGEMENT",
    "KEYWORD_MISINFORMATION_DISINFORMATION", "KEYWORD_VIOLATION_EU_LAW",
    "KEYWORD_VIOLATION_NATIONAL_LAW",
    "KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS", "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
    "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE", "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
    "KEYWORD_UNSAFE_CHALLENGES",
    "KEYWORD_ILLEGAL_ORGANIZATIONS", "KEYWORD_RISK_ENVIRONMENTAL_DAMAGE",
    "KEYWORD_RISK_PUBLIC_HEALTH", "KEYWORD_TERRORIST_CONTENT",
    "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING", "KEYWORD_INAUTHENTIC_ACCOUNTS",
    "KEYWORD_INAUTHENTIC_LISTINGS", "KEYWORD_INAUTHENTIC_USER_REVIEWS", "KEYWORD_PHISHING",
    "KEYWORD_PYRAMID_SCHEMES",
    "KEYWORD_CONTENT_PROMOTING_EATING_DISORDERS", "KEYWORD_SELF_MUTILATION", "KEYWORD_SUICIDE",
    "KEYWORD_PROHIBITED_PRODUCTS", "KEYWORD_UNSAFE_PRODUCTS",
    "KEYWORD_COORDINATED_HARM", "KEYWORD_INCITEMENT_VIOLENCE_HATRED", "KEYWORD_HUMAN_EXPLOITATION",
    "KEYWORD_HUMAN_TRAFFICKING", "KEYWORD_TRAFFICKING_WOMEN_GIRLS",
    "KEYWORD_ADULT_SEXUAL_MATERIAL", "KEYWORD_AGE_SPECIFIC_RESTRICTIONS",
    "KEYWORD_GEOGRAPHICAL_REQUIREMENTS", "KEYWORD_GOODS_SERVICES_NOT_PERMITTED",
    "KEYWORD_LANGUAGE_REQUIREMENTS", "KEYWORD_NUDITY",
    "KEYWORD_STALKING", "KEYWORD_OTHER",
};
static const char *const content_types[] = {
    "CONTENT_TYPE_APP", "CONTENT_TYPE_AUDIO", "CONTENT_TYPE_IMAGE", "CONTENT_TYPE_PRODUCT",
    "CONTENT_TYPE_SYNTHETIC_MEDIA", "CONTENT_TYPE_TEXT", "CONTENT_TYPE_VIDEO", "CONTENT_TYPE_OTHER",
};
static const char *const territories[] = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
};
static const char *const languages[] = {
    "AA", "AB", "AE", "AF", "AK", "AM", "AN", "AR", "AS", "AV", "AY", "AZ", "BA", "BE", "BG", "BH",
    "BI", "BM", "BN", "BO", "BR", "BS", "CA", "CE", "CH", "CO", "CR", "CS", "CU", "CV", "CY", "DA",
    "DE", "DV", "DZ", "EE", "EL", "EN", "EO", "ES", "ET", "EU", "FA", "FF", "FI", "FJ", "FO", "FR",
    "FY", "GA", "GD", "GL", "GN", "GU", "GV", "HA", "HE", "HI", "HO", "HR", "HT", "HU", "HY", "HZ",
    "IA", "ID", "IE", "IG", "II", "IK", "IO", "IS", "IT", "IU", "JA", "JV", "KA", "KG", "KI", "KJ",
    "KK", "KL", "KM", "KN", "KO", "KR", "KS", "KU", "KV", "KW", "KY", "LA", "LB", "LG", "LI", "LN",
    "LO", "LT", "LU", "LV", "MG", "MH", "MI", "MK", "ML", "MN", "MR", "MS", "MT", "MY", "NA", "NB",
    "ND", "NE", "NG", "NL", "NN", "NO", "NR", "NV", "NY", "OC", "OJ", "OM", "OR", "OS", "PA", "PI",
    "PL", "PS", "PT", "QU", "RM", "RN", "RO", "RU", "RW", "SA", "SC", "SD", "SE", "SG", "SI", "SK",
    "SL", "SM", "SN", "SO", "SQ", "SR", "SS", "ST", "SU", "SV", "SW", "TA", "TE", "TG", "TH", "TI",
    "TK", "TL", "TN", "TO", "TR", "TS", "TT", "TW", "TY", "UG", "UK", "UR", "UZ", "VE", "VI", "VO",
    "WA", "WO", "XH", "YI", "YO", "ZA", "ZH", "ZU",
};
static const char *const account_types[] = { "ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE" };
/* clang-format on */

const struct words words_keywords = { "keyword", keywords, COUNT_OF(keywords) };
const struct words words_content_types = { "content type", content_types, COUNT_OF(content_types) };
const struct words words_territories = { "state of the EEA", territories, COUNT_OF(territories) };
const struct words words_languages = { "ISO 639-1 code in capitals", languages,
                                       COUNT_OF(languages) };
const struct words words_account_types = { "account type", account_types, COUNT_OF(account_types) };
