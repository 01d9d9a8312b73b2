/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json_writer.h"
#include "cmd/heard/heard.h"

/*
 * heard_show: what is known of a source, for people and programs.
 */
enum { HEARD_STATE_BYTES_MAX = 128 };

/* One line for people; "" for NULL. */
void heard_state(const struct presence_source *s, char ret_text[HEARD_STATE_BYTES_MAX]);
/* "silence" seconds (absent: for ever), "heard" and "silent_since" times (absent: never, it is
 * not), "missing" numbers that were reported and "awaited" ones that may still come. */
void heard_members(const struct presence_source *s, struct json_writer *j);
/* All sources of the node as a JSON object with a list, as the file has them. */
status heard_write_all(const struct node *n, struct writer *w, struct fault *f);
