/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/center/page.h"

/*
 * page_report: what lies below /reports/PERIOD/VERSION/.
 */

/* rest: "2026-H1/2/" and what follows; without a version the newest one. */
void page_report(struct page *p, slice rest);
