/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/judging.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "judge/sigma/correlate/correlator.h"
#include "judge/sigma/fast/engine.h"
#include "base/banned.h"

struct judging {
    hash bundle;
    struct ruleset *rules; /* owned, with everything below */
    struct engine *engine;
    struct engine_state *state;
    struct correlator *correlator; /* NULL if no rule correlates */
    const struct rule **matched;
    uint8_t *gates;
    uint32_t *numbers;
    size_t matched_count;
    judging_found found; /* of the call at hand */
    void *user;
    status failed; /* the first failure of found */
};

static status refuse_broken(const struct ruleset *rs, struct fault *f)
{
    for (size_t i = 0; i < rs->diagnostic_count; i++) {
        const struct diagnostic *d = &rs->diagnostics[i];
        if (d->severity != SEVERITY_ERROR) continue;
        return fault_set(f, FAIL(E_VALUE), "%.*s:%u:%u: %.*s (%zu of %zu documents are refused)",
                         (int)d->file.len, (const char *)d->file.at, d->line, d->column,
                         (int)d->text.len, (const char *)d->text.at, rs->refused_count,
                         rs->document_count);
    }
    return OK;
}

static status start(struct judging *j, const struct siphash_key *key)
{
    const size_t room = j->rules->rule_count + 1;
    const struct correlator_config config = { .lateness_ns = -1, .key = *key };
    j->matched = calloc(room, sizeof(struct rule *));
    j->gates = calloc(room, 1);
    j->numbers = calloc(room, sizeof *j->numbers);
    if (j->matched == NULL || j->gates == NULL || j->numbers == NULL) return FAIL(E_NOMEM);
    TRY(engine_new(j->rules, NULL, &j->engine));
    j->state = engine_state_new(j->engine);
    if (j->state == NULL) return FAIL(E_NOMEM);
    if (!correlator_is_needed(j->rules)) return OK;
    return correlator_new(j->rules, &config, &j->correlator);
}

status judging_new(slice pack, const struct siphash_key *key, bool allow_refused,
                   struct judging **ret_judging, struct fault *f)
{
    struct judging *j = calloc(1, sizeof *j);
    if (j == NULL) return fault_set(f, FAIL(E_NOMEM), "rules: out of memory");
    j->bundle = sha256(pack);
    status s = rule_pack_compile(pack, &j->rules, f);
    if (s.code == E_OK && !allow_refused) s = refuse_broken(j->rules, f);
    if (s.code == E_OK) {
        s = start(j, key);
        if (s.code != E_OK) s = fault_set(f, s, "rules: %s", status_text(s));
    }
    if (s.code != E_OK) {
        judging_free(j);
        return s;
    }
    *ret_judging = j;
    return OK;
}

void judging_free(struct judging *j)
{
    if (j == NULL) return;
    correlator_free(j->correlator);
    engine_state_free(j->state);
    engine_free(j->engine);
    ruleset_free(j->rules);
    free(j->matched);
    free(j->gates);
    free(j->numbers);
    free(j);
}

struct judging_numbers judging_numbers(const struct judging *j)
{
    return (struct judging_numbers){ .rules = j->rules->rule_count,
                                     .refused = j->rules->refused_count,
                                     .bytes = engine_numbers(j->engine).bytes };
}

const hash *judging_bundle(const struct judging *j)
{
    return &j->bundle;
}

uint64_t judging_reach_s(const struct judging *j)
{
    enum { NS_PER_S = 1000000000 };
    return correlator_reach_s(j->rules, (uint64_t)CORRELATOR_LATENESS_DEFAULT_NS / NS_PER_S);
}

uint64_t judging_forget(struct judging *j, bool (*is_gone)(void *user, uint64_t number), void *user)
{
    return j->correlator == NULL ? 0 : correlator_forget(j->correlator, is_gone, user);
}

size_t judging_state_bytes(const struct judging *j)
{
    return j->correlator == NULL ? 0 : correlator_save_bytes(j->correlator);
}

status judging_state_write(const struct judging *j, struct writer *w)
{
    return j->correlator == NULL ? OK : correlator_save(j->correlator, w);
}

status judging_state_read(struct judging *j, slice bytes, const struct correlator_places *places)
{
    if (j->correlator == NULL) return FAIL(E_VALUE);
    return correlator_restore(j->correlator, bytes, places);
}

static void on_match(void *user, const struct rule *rule, enum gate gate)
{
    struct judging *j = user;
    j->matched[j->matched_count] = rule;
    j->gates[j->matched_count] = (uint8_t)gate;
    j->numbers[j->matched_count++] = rule->number;
}

static void tell(struct judging *j, const struct finding *finding)
{
    if (j->failed.code == E_OK) j->failed = j->found(j->user, finding);
}

static void on_correlation(void *user, const struct finding *finding)
{
    tell(user, finding);
}

status judging_event(struct judging *j, const struct event *event, uint64_t number,
                     int64_t arrived_ns, judging_found found, void *user)
{
    j->matched_count = 0;
    j->found = found;
    j->user = user;
    j->failed = OK;
    TRY(engine_match(j->state, event, on_match, j));
    for (size_t i = 0; i < j->matched_count; i++) {
        if (j->matched[i]->is_silent) continue;
        const struct finding finding = {
            .kind = FINDING_RULE,
            .rule = j->matched[i],
            .position = number,
            .time_ns = event->has_time ? event->time_ns : arrived_ns,
            .is_time_assumed = !event->has_time,
            .is_logsource_unknown = j->gates[i] == GATE_UNKNOWN,
            .is_clipped = event->cut,
            .event = event,
        };
        tell(j, &finding);
    }
    if (j->correlator != NULL) {
        correlator_event(j->correlator, event, number, arrived_ns, j->numbers, j->matched_count,
                         on_correlation, j);
    }
    return j->failed;
}
