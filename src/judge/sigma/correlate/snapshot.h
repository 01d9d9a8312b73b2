/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "judge/sigma/correlate/correlator.h"

/*
 * snapshot: the state of a correlator as bytes and back, so that it goes on exactly where it was:
 * findings, evictions and their order included. The cells are written as they lie in memory, one
 * copy and no walk, because whoever writes them is judging events; what reads them follows every
 * link and believes none.
 *
 *   version u8 | this machine's layout u64 | key 2 u64 | cells u32, used u32, free u32 | ends u32 |
 *   newest time u64 | has a time, has evictions to tell, u8 each | serial u32 | late u64 |
 *   not a number u64 | correlations u32, for each: what it is (type u8, closes u8, timespan u64,
 *   listed rules, groups and needed events u32) | oldest, newest group u32 | groups, cells u32 |
 *   evictions, told u64 || ends: time u64, group u32 || cells from number 1 on
 *
 * All numbers big-endian but those in cells, which are the machine's. The bytes hold values of
 * group-by fields and fingerprints of others: they are as private as the events.
 */
enum { SNAPSHOT_VERSION = 1 };

/* How many bytes correlator_save will append now. */
size_t correlator_save_bytes(const struct correlator *c);
/* Appends the state. E_LIMIT: the writer is full. O(memory in use). */
status correlator_save(const struct correlator *c, struct writer *w);

/* What positions are called from now on; false: the position means nothing. It must keep their
 * order. */
struct correlator_places {
    bool (*find)(void *user, uint64_t position, uint64_t *ret_position);
    void *user;
};

/* Puts that state, of the same rules and the same bound of memory, into a correlator that has taken
 * no event; places NULL: positions stay. E_SHORT, E_TRAILING, E_VALUE (contradicts itself, or these
 * rules), E_UNKNOWN (another version or machine), E_NOMEM: it is as good as new then. Links
 * and counts are believed only where they agree; fingerprints, times and values cannot be checked,
 * so that changed bytes may count wrong: who keeps them seals them. O(bytes). */
status correlator_restore(struct correlator *c, slice bytes,
                          const struct correlator_places *places);
