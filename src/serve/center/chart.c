/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/chart.h"

#include "base/banned.h"

enum {
    MONTHS_HEIGHT = 160,
    MONTHS_TOP = 24, /* room for the largest number */
    MONTHS_BASE = 132,
    SHARE_HEIGHT = 38,
    SHARE_BAR = 14,
};

static uint64_t largest(const struct chart_bar *bars, size_t count)
{
    uint64_t most = 0;
    for (size_t i = 0; i < count; i++) {
        if (bars[i].value > most) most = bars[i].value;
    }
    return most;
}

/* value of most, in units of a whole; exact enough for 64-bit values, and without floating point.
 */
static uint32_t share(uint64_t value, uint64_t most, uint32_t whole)
{
    while (most > UINT32_MAX) {
        most >>= 1;
        value >>= 1;
    }
    return most == 0 ? 0 : (uint32_t)(value * whole / most);
}

static void put_head(struct page *p, const char *title, unsigned height)
{
    const size_t id = p->w.len;
    page_printf(p,
                "<figure><svg role=\"img\" aria-labelledby=\"c%zu\" width=\"100%%\" height=\"%u\">",
                id, height);
    page_printf(p, "<title id=\"c%zu\">%s: the table below has the numbers</title>\n", id, title);
}

void chart_months(struct page *p, const char *title, const struct chart_bar *bars, size_t count)
{
    const uint64_t most = largest(bars, count);
    put_head(p, title, MONTHS_HEIGHT);
    page_printf(p, "<line x1=\"0\" x2=\"100%%\" y1=\"%d.5\" y2=\"%d.5\"/>", MONTHS_TOP, MONTHS_TOP);
    page_put(p, "<text x=\"0\" y=\"16\">");
    page_number(p, most);
    page_put(p, "</text>\n");
    for (size_t i = 0; i < count; i++) {
        const uint32_t height = share(bars[i].value, most, MONTHS_BASE - MONTHS_TOP);
        const size_t left = i * 1000 / count; /* in tenths of a percent */
        page_printf(
            p, "<rect class=\"b\" x=\"%zu.%zu%%\" y=\"%u\" width=\"%zu.%zu%%\" height=\"%u\"/>",
            left / 10, left % 10, MONTHS_BASE - height, 740 / count / 10, 740 / count % 10, height);
        page_printf(p, "<text x=\"%zu.%zu%%\" y=\"%d\">%s</text>\n", left / 10, left % 10,
                    MONTHS_BASE + 18, bars[i].label);
    }
    page_printf(p, "<line x1=\"0\" x2=\"100%%\" y1=\"%d.5\" y2=\"%d.5\"/></svg></figure>\n",
                MONTHS_BASE, MONTHS_BASE);
}

void chart_shares(struct page *p, const char *title, const struct chart_bar *bars, size_t count)
{
    const uint64_t most = largest(bars, count);
    put_head(p, title, (unsigned)count * SHARE_HEIGHT);
    for (size_t i = 0; i < count; i++) {
        const size_t top = i * SHARE_HEIGHT;
        const uint32_t width = share(bars[i].value, most, 1000);
        page_printf(p, "<text x=\"0\" y=\"%zu\">%s</text><text class=\"v\" x=\"100%%\" y=\"%zu\" ",
                    top + 14, bars[i].label, top + 14);
        page_put(p, "text-anchor=\"end\">");
        page_number(p, bars[i].value);
        page_printf(
            p, "</text><rect class=\"b\" x=\"0\" y=\"%zu\" width=\"%u.%u%%\" height=\"%d\"/>\n",
            top + 19, width / 10, width % 10, SHARE_BAR);
    }
    page_put(p, "</svg></figure>\n");
}
