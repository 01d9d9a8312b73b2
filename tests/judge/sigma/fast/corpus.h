/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/intake.h"
#include "judge/sigma/fast/engine.h"
#include "tests/cm.h"

/* The public rules and events under ../shared/data, for tests that compare engines over them. */

/* The active rules, with a value for the one list that two of them need; NULL (after saying so)
 * where they are absent. The caller's to free. */
struct ruleset *corpus_rules(void);
/* candor's own rules. The caller's to free. */
struct ruleset *corpus_own_rules(void);
/* Rules from one text; the caller's to free. */
struct ruleset *corpus_rules_of(const char *text);

typedef void (*corpus_event)(void *with, const struct event *event, const char *file);
/* Every event of a file, unpacked if it is compressed. */
void corpus_events(const char *path, corpus_event each, void *with);
/* Every event of the files below a folder of ../shared/data whose name ends so; false where the
 * folder is absent. */
bool corpus_folder(const char *folder, const char *ending, corpus_event each, void *with);

/* Both engines over events: the findings of each must be the same. */
struct comparison {
    const struct ruleset *rs;
    struct engine *engine;
    struct engine_state *state;
    struct naive *naive;
    size_t stride; /* of the events only every so manieth is compared */
    size_t part, parts;
    size_t seen, compared, findings;
    const struct rule **found; /* by the engine in the event at hand, rule_count of them */
    enum gate *gates;
    size_t found_count;
};

struct comparison comparison_of(const struct ruleset *rs);
void comparison_done(struct comparison *c);
/* The engine alone: what it finds is then in found. */
void comparison_run(struct comparison *c, const struct event *event);
/* A corpus_event; with is the comparison. */
void comparison_event(void *with, const struct event *event, const char *file);
