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
    { "/log", "The log",
      "The live head of the log, who cosigned it, and how to check it without us.",
      PLACE_TOP | PLACE_CHECK, false, page_log },
    { "/feed.atom", "Feed of what was published", "", PLACE_CONTACT, false, page_feed },
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
