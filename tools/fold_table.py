#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/judge/sigma/fold_table.c: Unicode simple case folding (CaseFolding, status C and S).

Derived from Python's own Unicode data: where str.casefold() gives one code point, that is the
simple folding; where it gives several (status F), the simple folding, if there is one, is the
single-character lower case. Runs of equal distance and equal stride become one row.

usage: tools/fold_table.py > src/judge/sigma/fold_table.c
"""
import sys
import unicodedata


def simple_fold(code_point):
    char = chr(code_point)
    folded = char.casefold()
    if len(folded) > 1:
        folded = char.lower()
    return ord(folded) if len(folded) == 1 else code_point


def rows():
    result = []
    for code_point in range(0x80, 0x110000):
        if 0xD800 <= code_point <= 0xDFFF:
            continue
        folded = simple_fold(code_point)
        if folded == code_point:
            continue
        distance = folded - code_point
        if result:
            row = result[-1]
            gap = code_point - row[1]
            if row[3] == distance and gap in (1, 2) and (row[0] == row[1] or row[2] == gap):
                row[1], row[2] = code_point, gap
                continue
        result.append([code_point, code_point, 1, distance])
    return result


def main():
    table = rows()
    out = sys.stdout.write
    out("/* SPDX-License-Identifier: Apache-2.0 */\n")
    out("/*\n * Made by tools/fold_table.py from Unicode %s. Each row: first and last\n"
        % unicodedata.unidata_version)
    out(" * code point, the stride between them, and the distance to the folded one.\n */\n")
    out('#include "judge/sigma/fold_table.h"\n\n#include "base/banned.h"\n\n')
    out("/* clang-format off */\nconst struct fold_row fold_rows[] = {\n")
    for first, last, stride, distance in table:
        out("    { 0x%04x, 0x%04x, %d, %d },\n" % (first, last, stride, distance))
    out("};\n/* clang-format on */\n")
    out("const uint32_t fold_row_count = sizeof fold_rows / sizeof *fold_rows;\n")


main()
