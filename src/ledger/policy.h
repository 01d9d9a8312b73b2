/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "ledger/note.h"

/*
 * policy: which log signatures and how many witnesses a reader asks for (c2sp.org/tlog-policy). One
 * statement a line, # to the end of the line is a comment, names are defined before they are used:
 *
 *   log KEY [URL]                     any one of the logs listed suffices
 *   witness NAME KEY [URL]
 *   group NAME K|any|all MEMBER...    satisfied if K of its members are
 *   quorum NAME|none                  exactly one
 *
 * Members (witnesses and groups) share one namespace, and each is a member of one group at most, so
 * a policy is a tree and is evaluated in the order of definition. Ownership: views into the text.
 */
enum {
    POLICY_BYTES_MAX = 256 * 1024,
    POLICY_LOGS_MAX = 64,
    POLICY_OF_KIND_MAX = 64, /* logs, and as many witnesses */
    POLICY_GROUPS_MAX = 64,
    POLICY_NODES_MAX = POLICY_OF_KIND_MAX + POLICY_GROUPS_MAX,
    POLICY_KEYS_MAX = 2 * POLICY_OF_KIND_MAX,
    POLICY_WARNINGS_MAX = 8,
    POLICY_NO_NODE = -1,
};

struct policy_node {
    slice name;
    slice url; /* of a witness, where it is asked; empty if none is given */
    bool is_group;
    unsigned key;       /* witness: index into keys */
    unsigned threshold; /* group: how many members */
    unsigned members;   /* group: of how many */
    int parent;         /* index of the group that has it as a member, or POLICY_NO_NODE */
};

struct policy {
    struct note_key keys[POLICY_KEYS_MAX]; /* logs and witnesses in the order of the file */
    bool key_is_log[POLICY_KEYS_MAX];
    size_t key_count;
    struct policy_node nodes[POLICY_NODES_MAX]; /* in order of definition: members before groups */
    size_t node_count;
    int quorum; /* index of a node, or POLICY_NO_NODE for "none" */
};

/* E_SYNTAX, E_LIMIT, E_UNKNOWN (a name not defined before), E_DUPLICATE, E_VALUE; the fault names
 * line and reason. The witness keys must be cosignature keys, the log keys must not be. */
status policy_parse(slice text, struct policy *ret_policy, struct fault *fault);

/* Whether the keys that signed (one element per key, as note_verify returns them) include a log of
 * that name and satisfy the quorum. E_INVALID; the fault says what is missing. */
status policy_check(const struct policy *p, slice log_name, const struct note_seen *seen,
                    struct fault *fault);

/* The least number of witnesses that have to sign two different histories for both to reach the
 * quorum. 0 means that the log alone can show two readers two histories, every witness being
 * honest. */
unsigned policy_split_cost(const struct policy *p);

/* The least number of witnesses that have to be absent for the quorum not to be reached. 0 without
 * a quorum. */
unsigned policy_outage_cost(const struct policy *p);

struct policy_warnings {
    char texts[POLICY_WARNINGS_MAX][256];
    size_t count;
};

/* What a careful reader of this policy should know: no quorum, a quorum that does not stop a split
 * view, or one that a third of its members can break, witnesses whose names tell of one operator,
 * keys that this build cannot verify. */
void policy_warn(const struct policy *p, struct policy_warnings *ret_warnings);
