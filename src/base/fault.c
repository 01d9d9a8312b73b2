/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/banned.h"

/* What is quoted in a message may come from an attacker: no escape sequences reach a terminal. */
static void defuse(struct fault *f)
{
    for (char *c = f->text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
    }
}

status fault_set(struct fault *f, status s, const char *format, ...)
{
    assert(s.code != E_OK);
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
    if (len < 0) f->text[0] = '\0';
    defuse(f);
    return s;
}

status fault_within(struct fault *f, status s, const char *prefix)
{
    assert(s.code != E_OK);
    const struct fault inner = *f;
    const int len = snprintf(f->text, sizeof f->text, "%.200s: %s", prefix, inner.text);
    if (len < 0) *f = inner;
    defuse(f);
    return s;
}
