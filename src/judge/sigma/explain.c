/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/explain.h"

#include "base/bytes.h"
#include "judge/sigma/member.h"
#include "base/banned.h"

enum { INDENT = 2 };

/* Walks a trace and keeps, for the entry at hand, the selection and item it is part of and whether
 * a negation is above it. */
struct trace_walk {
    const struct rule *rule;
    slice selection, item;
    uint16_t selection_depth, item_depth, hidden_depth;
    bool is_hidden; /* below a negation, or below a node that is false */
};

static void walk_step(struct trace_walk *w, const struct trace_entry *e)
{
    if (w->is_hidden && e->depth <= w->hidden_depth) w->is_hidden = false;
    if (e->depth <= w->item_depth) w->item = slice_none();
    if (e->depth <= w->selection_depth) w->selection = slice_none();
    if (e->node->kind == NODE_SELECTION) {
        w->selection = w->rule->selections[e->node->index].name;
        w->selection_depth = e->depth;
    }
    if (e->node->origin == FROM_ITEM) {
        w->item = e->node->name;
        w->item_depth = e->depth;
    }
    if (!w->is_hidden && (e->node->kind == NODE_NOT || !e->is_true)) {
        w->is_hidden = true;
        w->hidden_depth = e->depth;
    }
}

static bool is_told(const struct trace_walk *w, const struct trace_entry *e)
{
    return !w->is_hidden && e->is_true && e->node->kind == NODE_PREDICATE;
}

static struct finding_field field_of(const struct ruleset *rs, const struct event *event,
                                     const struct trace_walk *w, const struct trace_entry *e)
{
    const struct predicate *p = rs->predicates[e->node->index];
    struct finding_field f = { .name = slice_none(),
                               .value = slice_none(),
                               .selection = w->selection,
                               .item = w->item,
                               .written = p->written };
    if (e->member != NULL) {
        f.name = e->member->name;
        f.value = e->member->text;
    } else if (p->field == FIELD_KEYWORD) {
        f.value = event->raw;
    } else {
        f.name = rs->fields[p->field].name; /* absent, and the rule asked for that */
    }
    return f;
}

static bool is_cut(const struct event *event)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if ((event->fields[i].flags & EVENT_FIELD_CUT) != 0) return true;
    }
    return false;
}

status finding_of_match(const struct ruleset *rs, const struct rule *rule,
                        const struct event *event, uint64_t position, const struct trace *trace,
                        struct arena *arena, struct finding *ret_finding)
{
    struct finding_field *fields = arena_array(arena, FINDING_FIELDS_MAX, sizeof *fields);
    if (fields == NULL) return FAIL(E_NOMEM);
    struct finding out = { .kind = FINDING_RULE,
                           .rule = rule,
                           .position = position,
                           .time_ns = event->time_ns,
                           .is_time_assumed = !event->has_time,
                           .is_logsource_unknown = trace->gate == GATE_UNKNOWN,
                           .is_clipped = is_cut(event),
                           .event = event,
                           .fields = fields };
    struct trace_walk w = { .rule = rule, .selection = slice_none(), .item = slice_none() };
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_entry *e = &trace->entries[i];
        walk_step(&w, e);
        if (!is_told(&w, e)) continue;
        if (out.field_count == FINDING_FIELDS_MAX) {
            out.fields_left++;
        } else {
            fields[out.field_count++] = field_of(rs, event, &w, e);
        }
    }
    *ret_finding = out;
    return OK;
}

/* A value on one line: control characters as dots, cut at EXPLAIN_VALUE_BYTES_MAX. */
static void write_value(struct writer *w, slice value)
{
    const bool cut = value.len > EXPLAIN_VALUE_BYTES_MAX;
    const size_t len = cut ? EXPLAIN_VALUE_BYTES_MAX : value.len;
    writer_u8(w, '"');
    for (size_t i = 0; i < len; i++) {
        const uint8_t c = value.at[i];
        writer_u8(w, c < 0x20 || c == 0x7f ? '.' : c);
    }
    writer_text(w, cut ? "…\"" : "\"");
}

static void write_members(struct writer *w, const struct event *event,
                          const struct rule_field *field)
{
    enum { SHOWN_MAX = 3 };
    struct member_walk members = member_walk_of(event, field);
    const struct event_field *member = NULL;
    size_t shown = 0;
    while ((member = member_next(&members)) != NULL && shown < SHOWN_MAX) {
        writer_text(w, shown++ == 0 ? "" : ", ");
        if (member_is_scalar(member)) {
            write_value(w, member->text);
        } else {
            writer_text(w, member->type == EVENT_NULL     ? "null"
                           : member->type == EVENT_OBJECT ? "an object"
                                                          : "a list");
        }
    }
    if (member != NULL) writer_text(w, ", …");
    if (shown == 0) writer_text(w, "absent");
}

static void write_predicate(struct writer *w, const struct ruleset *rs, const struct event *event,
                            const struct trace_entry *e)
{
    const struct predicate *p = rs->predicates[e->node->index];
    write_value(w, p->written);
    if (p->field == FIELD_KEYWORD) {
        writer_text(w, e->is_true ? "   found in " : "   not found");
        if (e->is_true && e->member != NULL) writer_bytes(w, e->member->name);
        if (e->is_true && e->member == NULL) writer_text(w, "the raw line");
        return;
    }
    writer_text(w, "   event: ");
    if (e->member != NULL && member_is_scalar(e->member)) {
        write_value(w, e->member->text);
    } else {
        write_members(w, event, &rs->fields[p->field]);
    }
}

static void write_operator(struct writer *w, const struct rule_node *node)
{
    static const char *const words[] = {
        [FROM_CONDITION] = "condition", [FROM_FILTER] = "filter ", [FROM_LIST] = "a list",
        [FROM_MAP] = "a map",           [FROM_ITEM] = "",          [FROM_VALUE] = "one value"
    };
    writer_text(w, words[node->origin]);
    if (node->origin == FROM_CONDITION && node->name.len != 0) {
        writer_text(w, ": ");
        writer_bytes(w, node->name);
    } else if (node->origin == FROM_FILTER) {
        writer_bytes(w, node->name);
    }
    writer_text(w, node->kind == NODE_AND  ? " (all of)"
                   : node->kind == NODE_OR ? " (any of)"
                                           : " (not)");
}

static void write_entry(struct writer *w, const struct ruleset *rs, const struct rule *rule,
                        const struct event *event, const struct trace_entry *e)
{
    writer_text(w, e->is_true ? "yes " : "no  ");
    for (size_t i = 0; i < (size_t)INDENT * e->depth; i++)
        writer_u8(w, ' ');
    if (e->node->origin == FROM_ITEM && e->node->name.len != 0) {
        writer_bytes(w, e->node->name);
        writer_text(w, ": ");
    }
    if (e->node->kind == NODE_PREDICATE) {
        write_predicate(w, rs, event, e);
    } else if (e->node->kind == NODE_SELECTION) {
        writer_bytes(w, rule->selections[e->node->index].name);
    } else {
        write_operator(w, e->node);
    }
    writer_u8(w, '\n');
}

static bool write_stated(struct writer *w, const char *name, slice value)
{
    if (value.len == 0) return false;
    writer_printf(w, " %s=%.*s", name, (int)value.len, (const char *)value.at);
    return true;
}

static void write_gate(struct writer *w, const struct rule *rule, const struct event *event,
                       enum gate gate)
{
    static const char *const words[] = { [GATE_OPEN] = "admitted",
                                         [GATE_UNKNOWN] =
                                             "admitted, the event does not state all of it",
                                         [GATE_CLOSED] = "not admitted" };
    writer_text(w, "log source of the rule:");
    bool stated = write_stated(w, "product", rule->logsource.product);
    stated |= write_stated(w, "service", rule->logsource.service);
    stated |= write_stated(w, "category", rule->logsource.category);
    writer_text(w, stated ? "; of the event:" : " none; of the event:");
    stated = write_stated(w, "product", event->logsource.product);
    stated |= write_stated(w, "service", event->logsource.service);
    for (size_t i = 0; i < event->logsource.category_count; i++)
        stated |= write_stated(w, "category", event->logsource.categories[i]);
    if (!stated) writer_text(w, " none");
    writer_printf(w, ": %s\n", words[gate]);
}

void explain_write(struct writer *w, const struct ruleset *rs, const struct rule *rule,
                   const struct event *event, const struct trace *trace, bool matched)
{
    writer_bytes(w, rule->title);
    writer_printf(w, ": %s\n", matched ? "matches" : "does not match");
    write_gate(w, rule, event, trace->gate);
    for (size_t i = 0; i < trace->count; i++) {
        write_entry(w, rs, rule, event, &trace->entries[i]);
    }
    if (trace->left != 0) writer_printf(w, "… and %zu more\n", trace->left);
}
