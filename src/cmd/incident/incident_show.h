/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/writer.h"
#include "cmd/node/duty.h"
#include "ledger/opener.h"
#include "view/lists.h"

/*
 * incident_show: incidents as people and programs see them: what all transitions of one say
 * together, opened from the log. The view says where they are; whoever shows them has the look at
 * their records recorded first.
 *
 *   {"incident":7,"id":"INC-7","state":"contained","status_id":2,"class":"privacy",
 *    "title":"…","severity":"high","owner":"ana","findings":[40],"opened":"…","acknowledged":"…",
 *    "contained":"…","closed":null,"first_index":41,"last_index":60,"changes":3}
 */
enum { INCIDENTS_WAIT_MS = 5000 };

/* A page of a list: incidents and the indices of all their records. */
struct incident_page {
    struct view_incident at[VIEW_INCIDENTS_MAX];
    size_t count;
    uint32_t next; /* below which the next page goes on; 0: this was the last */
    struct writer indices;
    uint8_t room[DUTY_RECORDS_MAX * 8];
};

/* Finds the newest incidents below a number, in a state (0: any), as many as limit and
 * DUTY_RECORDS_MAX records allow. The page must stay where it is. */
status incident_page_find(struct view_lists *l, uint8_t state, uint32_t below, uint32_t limit,
                          struct incident_page *page, struct fault *f);
/* As incident_page_find, that one incident. E_NOT_FOUND. */
status incident_page_one(struct view_lists *l, uint16_t number, struct incident_page *page,
                         struct fault *f);

struct incident_opening {
    struct opener *opener;
    struct opened_record *record; /* room for one */
};

/* Appends one incident of the page as JSON, "history" with every record of it where that is wanted
 * and fits. What opener_open fails with. */
status incident_write(const struct incident_page *page, size_t nth, bool with_history,
                      const struct incident_opening *o, struct writer *w, struct fault *f);

/* Waits until the view has come to that many entries. E_BUSY after INCIDENTS_WAIT_MS. */
status incident_view_wait(struct view_lists *l, uint64_t size, struct fault *f);
/* Brings the view of a node that does not run up to its log; nothing if the node runs. */
status incident_view_follow(const char *dir, struct fault *f);
