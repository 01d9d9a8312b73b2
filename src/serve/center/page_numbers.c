/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which live figures stand on which page.
 */
#include "serve/center/figures.h"
#include "serve/center/pages.h"
#include "base/banned.h"

static const char *const counted[] = {
    "That every decision, order or access was recorded: a count is as complete as the log is.",
    "That each record says what happened. An entry shows its class; why, and about whom, is "
    "private "
    "and committed to.",
    "Numbers by country or category of fewer than a handful say little about anybody; entries "
    "carry "
    "only coarse classes for that reason.",
    NULL,
};

void page_enforcement(struct page *p, slice rest, slice token)
{
    static const char *const ids[] = {
        "accounts_taken_down",
        "content_taken_down",
        "content_restricted",
        "decisions_reversed",
        "appeals_received",
        "appeals_decided",
        "notices_received",
        "notices_decided",
        "content_taken_down_automatically",
        NULL,
    };
    static const struct figures_page page = {
        "/enforcement",
        "Enforcement",
        "Accounts and content that we acted on, what led to it, and how often we were wrong.",
        ids,
        counted,
    };
    (void)token;
    figures_page_write(p, &page, rest);
}

void page_government(struct page *p, slice rest, slice token)
{
    static const char *const ids[] = { "removal_orders", "information_requests", "orders_answered",
                                       NULL };
    static const char *const not_proven[] = {
        "That every request of a government came in a form that was recorded.",
        "Orders whose publication a law delays: their entries come out on the date that the order "
        "states, and until then only counts show them.",
        "What was asked in detail, and about whom: that is private to the persons concerned.",
        NULL,
    };
    static const struct figures_page page = {
        "/government-requests",
        "Government requests",
        "What authorities ordered us to take down, what they asked about people, and what we "
        "answered.",
        ids,
        not_proven,
    };
    (void)token;
    figures_page_write(p, &page, rest);
}

void page_data_access(struct page *p, slice rest, slice token)
{
    static const char *const ids[] = { "accesses_judged",  "accesses_uncovered", "grants_activated",
                                       "disclosures_made", "values_erased",      NULL };
    static const char *const not_proven[] = {
        "That every touch of user data was logged by the system that holds it. Systems that fall "
        "silent, and numbers that are missing, are gaps on the page of our failures.",
        "That a covered access was needed: it was allowed by a permission that was live then.",
        NULL,
    };
    static const struct figures_page page = {
        "/data-access",
        "Access to user data",
        "Who of us touched data of users is recorded each time and held against a permission that "
        "names purpose, scope and end.",
        ids,
        not_proven,
    };
    (void)token;
    figures_page_write(p, &page, rest);
}
