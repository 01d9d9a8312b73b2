/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench report, its second part: pages of the Transparency Center made a second of processor time,
 * each of them in turn, from figures as a platform in thirty markets has them. Nothing is sent.
 */
#include "serve/center/pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/bench/bench.h"
#include "os/clock.h"
#include "base/banned.h"

enum { ROUNDS = 200, MARKETS = 30, FACTS_BYTES_MAX = 512 * 1024 };

/* Three countries' letters and more: "AA" to "AZ", "BA" … */
static uint16_t market(unsigned n)
{
    return (uint16_t)(('A' + n / 26) << 8 | ('A' + n % 26));
}

static void fill(struct live *live)
{
    live->month_last = MONTH_FIRST + 12 * 26;
    for (size_t i = 0; i < live_figures(); i++) {
        struct fault unused;
        struct figure_plan plan = {};
        const bool resolved = figure_resolve(live_figure(i), &plan, &unused).code == E_OK;
        const bool by_market = resolved && plan.by[0]->type == COLUMN_MARKET;
        for (unsigned n = 0; n < (by_market ? MARKETS : 15) && live->cell_count < LIVE_CELLS_MAX;
             n++) {
            live->cells[live->cell_count++] =
                (struct live_cell){ .figure = (uint8_t)i,
                                    .by = { by_market ? market(n) : (uint16_t)(n / 3 + 1),
                                            (uint16_t)(n % 3 + 1) },
                                    .count = 1000 + 37 * n };
        }
        for (size_t n = 0; n < LIVE_MONTHS; n++)
            live->months[i][n] = 1000 + 91 * n;
    }
}

static status make_facts(struct facts **ret_facts, struct fault *f)
{
    static const char note[] = "log.example.com/bench\n0\n"
                               "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"
                               "— log.example.com/bench AAAAAAAA\n";
    struct facts *from = calloc(1, sizeof *from);
    struct writer w = writer_of(malloc(FACTS_BYTES_MAX), FACTS_BYTES_MAX);
    status s = from == NULL || w.at == NULL ? FAIL(E_NOMEM) : OK;
    if (s.code == E_OK) {
        from->market = from->policy = slice_none();
        from->newest = from->shown = slice_text(note);
        fill(&from->live);
        facts_write_head(from, &w);
        facts_write_live(&from->live, &w);
        s = writer_end(&w);
    }
    if (s.code == E_OK) s = facts_read(writer_slice(&w), ret_facts, f);
    free(from);
    free(w.at);
    return s;
}

status bench_pages(struct fault *f)
{
    static const struct center_build build = { .version = "bench", .commit = "", .compiler = "" };
    static const struct center_config config = { .name = "Example Platform" };
    static const hash bundle;
    struct facts *facts = NULL;
    uint64_t bytes = 0;
    TRY(make_facts(&facts, f));
    uint8_t *room = malloc(PAGE_BYTES_MAX);
    if (room == NULL) {
        facts_free(facts);
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    const struct center_view view = { .facts = facts,
                                      .build = &build,
                                      .config = &config,
                                      .log_key = slice_none(),
                                      .bundle = &bundle,
                                      .stylesheet = "/center.css",
                                      .host = slice_none() };
    const int64_t start = clock_cpu_ns();
    for (size_t n = 0; n < ROUNDS * center_page_count; n++) {
        struct page p = { .w = writer_of(room, PAGE_BYTES_MAX), .view = &view, .code = 200 };
        pages_write(&p, slice_text(center_pages[n % center_page_count].path), slice_none());
        bytes += p.w.len;
    }
    const double ns = (double)(clock_cpu_ns() - start);
    const double pages = (double)ROUNDS * (double)center_page_count;
    printf("{\"bench\":\"report\",\"what\":\"pages made\",\"pages\":%zu,\"mean_bytes\":%.0f,"
           "\"per_second_and_core\":%.0f}\n",
           center_page_count, (double)bytes / pages, pages * CLOCK_NS_PER_S / ns);
    free(room);
    facts_free(facts);
    return OK;
}
