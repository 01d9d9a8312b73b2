/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * code: events of the audit log of GitHub, and the repositories of the organisation.
 */
enum { REPOSITORIES = 40 };

/* "platform/feed-3": the nth repository, n below REPOSITORIES. */
struct word code_repository(uint32_t n);
/* actor does action (git.clone, git.push, pull_request.merge, …) from that country. */
void code_say(struct world *w, const char *actor, const char *country, const char *action,
              uint32_t repository);
