/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/link.h"

/* link_item: what stands before each record of a batch (serve/link.h). */

/* One record of a batch before the record itself. */
struct link_item {
    bool is_numbered;  /* by its sender */
    uint16_t findings; /* behind this event, because of it */
    uint64_t source;
    uint64_t sequence;
};

/* Appends what precedes a record. */
void link_item_write(const struct link_item *item, struct writer *w);
/* E_SHORT, E_VALUE. */
status link_item_take(struct cursor *c, struct link_item *ret_item);
