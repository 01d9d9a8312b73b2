/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"

/*
 * html: foreign text as inert text of an HTML or XML page, in content and in quoted attributes
 * alike: escaped, control and direction characters shown by number ([U+001B]), bytes that are no
 * UTF-8 as U+FFFD.
 */

/* Appends at most max bytes of the text, cut between characters, and "…" if it was cut. */
void html_text(struct writer *w, slice text, size_t max);
