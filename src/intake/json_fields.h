/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/build.h"
#include "lib/json.h"

/*
 * json_fields: the fields of a JSON value by their dotted paths, as record/event.h describes them.
 */

/* The type of the field that a node becomes. */
uint8_t json_field_type(const struct json_node *node);
/* The text by which rules compare it; empty for containers and null. */
slice json_field_text(struct build *b, const struct json_node *node);
/* Adds the members of the object (or elements of the array) at root, named below prefix (empty: by
 * their own names). strip_spaces: names lose their spaces. */
void json_fields(struct build *b, const struct json_document *d, uint32_t root, slice prefix,
                 bool strip_spaces);
