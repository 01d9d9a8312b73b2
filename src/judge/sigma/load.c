/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/load.h"

#include "base/bytes.h"
#include "base/text.h"
#include "judge/sigma/correlation.h"
#include "judge/sigma/detection.h"
#include "judge/sigma/filter.h"
#include "base/banned.h"

enum { TITLE_CHARACTERS_MAX = 256, DESCRIPTION_CHARACTERS_MAX = 65535 };

static const char *const levels[] = { "", "informational", "low", "medium", "high", "critical" };
static const char *const statuses[] = { "stable", "test", "experimental", "deprecated",
                                        "unsupported" };
static const char *const relations[] = { "derived", "obsolete", "merged", "renamed", "similar" };

const char *rule_level_name(uint8_t level)
{
    return level < COUNT_OF(levels) ? levels[level] : "";
}

bool rule_level_of(slice name, uint8_t *ret_level)
{
    for (size_t i = 1; i < COUNT_OF(levels); i++) {
        if (!slice_is(name, levels[i])) continue;
        *ret_level = (uint8_t)i;
        return true;
    }
    return false;
}

slice rule_reference(const struct rule *rule)
{
    if (rule->id.len != 0) return rule->id;
    return rule->name.len != 0 ? rule->name : rule->title;
}

static bool is_scalar(const struct yaml_node *node)
{
    return node->type != YAML_LIST && node->type != YAML_MAP;
}

static bool is_one_of(slice text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_is(text, words[i])) return true;
    }
    return false;
}

static size_t characters(slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += (text.at[i] & 0xc0) != 0x80;
    return count;
}

/* A text of at most max characters; null counts as not given. */
static slice text_of(struct document *d, const char *key, size_t max)
{
    const struct yaml_node *node = yaml_member(d->root, key);
    if (node == NULL || node->type == YAML_NULL) return slice_none();
    if (!is_scalar(node)) {
        document_error(d, node, "metadata", "%s must be a text, this is %s", key,
                       yaml_type_name(node));
        return slice_none();
    }
    if (characters(node->text) > max) {
        document_error(d, node, "metadata", "%s is longer than %zu characters", key, max);
        return slice_none();
    }
    return compile_copy(d->build, node->text);
}

static bool is_date(slice text)
{
    if (text.len != 10) return false;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.at[i];
        if (i == 4 || i == 7 ? c != '-' : c < '0' || c > '9') return false;
    }
    return true;
}

static slice date_of(struct document *d, const char *key)
{
    const slice text = text_of(d, key, TITLE_CHARACTERS_MAX);
    if (text.len != 0 && !is_date(text)) {
        document_warning(d, yaml_member(d->root, key), "date", "%s is not of the form YYYY-MM-DD",
                         key);
    }
    return text;
}

struct rule_texts document_texts(struct document *d, const char *key)
{
    const struct yaml_node *node = yaml_member(d->root, key);
    if (node == NULL || node->type == YAML_NULL) return (struct rule_texts){};
    if (node->type == YAML_MAP) {
        document_error(d, node, "metadata", "%s must be a list of texts", key);
        return (struct rule_texts){};
    }
    const bool list = node->type == YAML_LIST;
    const size_t count = list ? node->count : 1;
    slice *texts = compile_array(d->build, count, sizeof *texts);
    if (texts == NULL) return (struct rule_texts){};
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *member = list ? node->members[i].value : node;
        texts[i] = slice_none();
        if (is_scalar(member)) {
            texts[i] = compile_copy(d->build, member->text);
        } else {
            document_error(d, member, "metadata", "%s must be a list of texts", key);
        }
    }
    return (struct rule_texts){ .at = texts, .count = count };
}

static void related_load(struct document *d, struct rule *rule)
{
    const struct yaml_node *list = yaml_member(d->root, "related");
    if (list == NULL || list->type == YAML_NULL) return;
    if (list->type != YAML_LIST) {
        document_error(d, list, "metadata", "related must be a list");
        return;
    }
    struct rule_related *related = compile_array(d->build, list->count, sizeof *related);
    if (related == NULL) return;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct yaml_node *id = yaml_member(list->members[i].value, "id");
        const struct yaml_node *type = yaml_member(list->members[i].value, "type");
        if (id == NULL || type == NULL || !is_scalar(id) || !is_scalar(type)) {
            document_error(d, list->members[i].value, "metadata", "related needs an id and a type");
            return;
        }
        if (!is_one_of(type->text, relations, COUNT_OF(relations))) {
            document_warning(d, type, "metadata", "unknown relation %.*s", SHOW(type->text));
        }
        related[i] = (struct rule_related){ .id = compile_copy(d->build, id->text),
                                            .type = compile_copy(d->build, type->text) };
    }
    rule->related = related;
    rule->related_count = list->count;
}

static void level_load(struct document *d, struct rule *rule)
{
    const struct yaml_node *node = yaml_member(d->root, "level");
    if (node == NULL || node->type == YAML_NULL) return;
    if (is_scalar(node) && rule_level_of(node->text, &rule->level)) return;
    document_error(d, node, "metadata",
                   "level must be informational, low, medium, high or critical");
}

static void metadata_load(struct document *d, struct rule *rule)
{
    rule->title = text_of(d, "title", TITLE_CHARACTERS_MAX);
    rule->id = text_of(d, "id", TITLE_CHARACTERS_MAX);
    rule->name = text_of(d, "name", TITLE_CHARACTERS_MAX);
    d->reference = rule_reference(rule);
    if (rule->title.len == 0) document_error(d, NULL, "metadata", "no title");
    rule->status = text_of(d, "status", TITLE_CHARACTERS_MAX);
    rule->description = text_of(d, "description", DESCRIPTION_CHARACTERS_MAX);
    rule->license = text_of(d, "license", DESCRIPTION_CHARACTERS_MAX);
    rule->author = text_of(d, "author", DESCRIPTION_CHARACTERS_MAX);
    rule->taxonomy = text_of(d, "taxonomy", TITLE_CHARACTERS_MAX);
    rule->date = date_of(d, "date");
    rule->modified = date_of(d, "modified");
    rule->references = document_texts(d, "references");
    rule->tags = document_texts(d, "tags");
    rule->fields = document_texts(d, "fields");
    rule->falsepositives = document_texts(d, "falsepositives");
    rule->scope = slice_none();
    related_load(d, rule);
    level_load(d, rule);
    if (rule->status.len != 0 && !is_one_of(rule->status, statuses, COUNT_OF(statuses))) {
        document_error(d, yaml_member(d->root, "status"), "metadata", "unknown status %.*s",
                       SHOW(rule->status));
    }
    if (rule->taxonomy.len != 0 && !slice_is(rule->taxonomy, "sigma")) {
        document_warning(d, yaml_member(d->root, "taxonomy"), "taxonomy",
                         "the taxonomy %.*s is read as if it were sigma", SHOW(rule->taxonomy));
    }
}

static slice logsource_text(struct document *d, const struct yaml_node *map, const char *key)
{
    const struct yaml_node *node = yaml_member(map, key);
    if (node == NULL || node->type == YAML_NULL) return slice_none();
    if (is_scalar(node)) return compile_copy(d->build, node->text);
    document_error(d, node, "logsource", "%s must be a text", key);
    return slice_none();
}

static void logsource_load(struct document *d, struct rule *rule)
{
    const struct yaml_node *map = yaml_member(d->root, "logsource");
    if (map == NULL || map->type != YAML_MAP) {
        document_error(d, map, "logsource", "logsource must be a map, this is %s",
                       yaml_type_name(map));
        return;
    }
    rule->logsource = (struct rule_logsource){ .category = logsource_text(d, map, "category"),
                                               .product = logsource_text(d, map, "product"),
                                               .service = logsource_text(d, map, "service"),
                                               .definition = logsource_text(d, map, "definition") };
    const struct rule_logsource *l = &rule->logsource;
    if (l->category.len == 0 && l->product.len == 0 && l->service.len == 0) {
        document_warning(d, map, "logsource",
                         "no category, product or service: every event is asked");
    }
    d->is_categorised = l->category.len != 0;
}

static void detection_load(struct document *d, const struct yaml_node *map, struct rule *rule)
{
    static const char *const keep[] = { "condition", "timeframe", NULL };
    struct detection detection = {};
    logsource_load(d, rule);
    if (map->type != YAML_MAP) {
        document_error(d, map, "detection", "detection must be a map, this is %s",
                       yaml_type_name(map));
        return;
    }
    const struct yaml_node *timeframe = yaml_member(map, "timeframe");
    if (timeframe != NULL) {
        document_warning(d, timeframe, "timeframe", "timeframe does nothing without a correlation");
    }
    if (!detection_compile(d, map, keep, &detection)) return;
    rule->selections = detection.selections;
    rule->selection_count = detection.selection_count;
    rule->condition = detection.condition;
}

static void kind_load(struct document *d, struct rule *rule)
{
    const struct yaml_node *detection = yaml_member(d->root, "detection");
    const struct yaml_node *correlation = yaml_member(d->root, "correlation");
    const struct yaml_node *filter = yaml_member(d->root, "filter");
    const int kinds = (detection != NULL) + (correlation != NULL) + (filter != NULL);
    const struct yaml_node *action = yaml_member(d->root, "action");
    if (action != NULL) {
        document_error(d, action, "action",
                       "action documents of Sigma 1 collections are not supported: "
                       "write the rules out");
    }
    if (kinds != 1) {
        document_error(d, NULL, "kind", "a document has one of detection, correlation and filter");
    } else if (detection != NULL) {
        rule->kind = RULE_DETECTION;
        detection_load(d, detection, rule);
    } else if (correlation != NULL) {
        rule->kind = RULE_CORRELATION;
        correlation_load(d, correlation, rule);
    } else {
        rule->kind = RULE_FILTER;
        logsource_load(d, rule);
        filter_load(d, filter, rule);
    }
}

struct rule *document_load(struct document *d)
{
    if (d->root->type != YAML_MAP) {
        document_error(d, NULL, "document", "a rule is a map, this is %s", yaml_type_name(d->root));
        return NULL;
    }
    struct rule *rule = compile_array(d->build, 1, sizeof *rule);
    if (rule == NULL) return NULL;
    rule->file = d->file;
    rule->line = d->root->line;
    const slice none = slice_none();
    rule->logsource = (struct rule_logsource){ none, none, none, none };
    metadata_load(d, rule);
    kind_load(d, rule);
    return d->error_count == 0 && d->build->fatal.code == E_OK ? rule : NULL;
}
