/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/pages.h"

#include "base/bytes.h"
#include "base/banned.h"

/* clang-format off */
const struct center_page center_pages[] = {
    { "/", "Overview", "", PLACE_TOP, false, page_home },
    { "/reports/", "Reports",
      "What was taken down and why, twice a year, each number with its proof.",
      PLACE_TOP | PLACE_NUMBERS, true, page_reports },
    { "/enforcement", "Enforcement",
      "Accounts and content that we acted on, month by month, and how often we were wrong.",
      PLACE_TOP | PLACE_NUMBERS, true, page_enforcement },
    { "/government-requests", "Government requests",
      "What authorities ordered and asked for, by country, and what we answered.",
      PLACE_NUMBERS, true, page_government },
    { "/data-access", "Access to user data",
      "Who touched data of users, and whether a live permission covered it.",
      PLACE_NUMBERS, true, page_data_access },
    { "/log", "The log",
      "The live head of the log, who cosigned it, and how to check it without us.",
      PLACE_TOP | PLACE_CHECK, false, page_log },
    { "/running", "What is running",
      "The exact program, how to rebuild it, and the rules that judge now.",
      PLACE_TOP | PLACE_CHECK, true, page_running },
    { "/attestations", "Attestations",
      "What others checked and signed under their own key.",
      PLACE_CHECK, false, page_attestations },
    { "/receipts/", "Check a receipt",
      "We decided about you? See that the decision is in the log.",
      PLACE_TOP | PLACE_CHECK, true, page_receipt },
    { "/incidents", "Incidents",
      "What went wrong with security, step by step.",
      PLACE_TOP | PLACE_ANSWER, false, page_incidents },
    { "/failures", "Our own failures",
      "Late reports, corrected numbers, holes in what was recorded.",
      PLACE_ANSWER, false, page_failures },
    { "/controls", "Controls",
      "Whether our security controls worked, tested over everything.",
      PLACE_ANSWER, false, page_controls },
    { "/roadmap", "Roadmap",
      "What we promised, and what became of it.",
      PLACE_ANSWER, false, page_roadmap },
    { "/contact", "Contact",
      "How to report a weakness or an error, and how much we answer.",
      PLACE_CONTACT, false, page_contact },
    { "/feed.atom", "Feed of what was published", "", PLACE_CONTACT, false, page_feed },
    { "/.well-known/security.txt", "security.txt", "", 0, false, page_security_txt },
    { "/robots.txt", "robots.txt", "", 0, false, page_robots },
};
/* clang-format on */
const size_t center_page_count = COUNT_OF(center_pages);

/* What follows the page's path, with or without the slash at its end. */
static bool fits(const struct center_page *page, slice path, slice *ret_rest)
{
    slice own = slice_text(page->path);
    *ret_rest = slice_none();
    if (slice_equal(path, own)) return true;
    if (own.len > 1 && own.at[own.len - 1] == '/') own.len--;
    if (own.len <= 1 || !slice_starts(path, own)) return false;
    const slice behind = slice_from(path, own.len);
    if (behind.len > 0 && behind.at[0] != '/') return false;
    if (behind.len > 1) *ret_rest = slice_from(behind, 1);
    return behind.len <= 1 || page->has_parts;
}

static const struct center_page *find(slice path, slice *ret_rest)
{
    for (size_t i = 0; i < center_page_count; i++) {
        if (fits(&center_pages[i], path, ret_rest)) return &center_pages[i];
    }
    return NULL;
}

bool pages_have(slice path)
{
    slice rest = {};
    return find(path, &rest) != NULL;
}

void pages_write(struct page *p, slice path, slice token)
{
    slice rest = {};
    const struct center_page *page = find(path, &rest);
    if (page == NULL) {
        page_refuse(p, 404, "There is no such page",
                    "The address may be mistyped. Nothing that was published here is ever taken "
                    "away or moved: if a link from elsewhere led here, it was wrong.");
        return;
    }
    page->write(p, rest, token);
    if (p->w.error == E_OK) return;
    page_refuse(p, 500, "This page did not come out",
                "It is longer than any page here may be. That is our mistake; the log itself and "
                "the files of the reports are not affected.");
}
