/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/center/page.h"

/*
 * pages: the pages of the Transparency Center, one row each: path, title, where it is linked, what
 * writes it.
 */
enum page_place {
    PLACE_TOP = 1u << 0, /* the navigation at the top */
    PLACE_NUMBERS = 1u << 1,
    PLACE_CHECK = 1u << 2,
    PLACE_ANSWER = 1u << 3,
    PLACE_CONTACT = 1u << 4,
};

struct center_page {
    const char *path;
    const char *title;
    const char *summary; /* one line, on the overview */
    unsigned places;
    bool has_parts; /* takes what follows its path, too */
    /* Writes the page. rest: what follows the path and its '/'; token: ?token=, empty without. */
    void (*write)(struct page *p, slice rest, slice token);
};

extern const struct center_page center_pages[];
extern const size_t center_page_count;

/* Whether a path is one of a page. */
bool pages_have(slice path);
/* Writes the page at a path into p, whose writer is empty; one that is not there is a 404. */
void pages_write(struct page *p, slice path, slice token);
/* Each writes a page. */
void page_home(struct page *p, slice rest, slice token);
void page_reports(struct page *p, slice rest, slice token);
void page_enforcement(struct page *p, slice rest, slice token);
void page_government(struct page *p, slice rest, slice token);
void page_data_access(struct page *p, slice rest, slice token);
void page_log(struct page *p, slice rest, slice token);
void page_running(struct page *p, slice rest, slice token);
void page_attestations(struct page *p, slice rest, slice token);
void page_receipt(struct page *p, slice rest, slice token);
void page_incidents(struct page *p, slice rest, slice token);
void page_failures(struct page *p, slice rest, slice token);
void page_controls(struct page *p, slice rest, slice token);
void page_roadmap(struct page *p, slice rest, slice token);
void page_contact(struct page *p, slice rest, slice token);
void page_security_txt(struct page *p, slice rest, slice token);
void page_feed(struct page *p, slice rest, slice token);
void page_robots(struct page *p, slice rest, slice token);
