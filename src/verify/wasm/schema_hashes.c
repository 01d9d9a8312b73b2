/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_hashes: a program of the build. Prints the hash of every schema row, as schema_own.c
 * includes them.
 */
#include <stdio.h>
#include "base/sha256.h"
#include "record/schema_row.h"
#include "base/banned.h"

int main(void)
{
    uint8_t text[SCHEMA_ROW_BYTES_MAX];
    for (unsigned kind = 0; kind <= KIND_LAST; kind++) {
        const struct schema *s = schema_of((uint8_t)kind);
        struct writer w = writer_of(text, sizeof text);
        if (s == NULL) continue;
        if (schema_row_format(s, &w).code != E_OK) return 1;
        const hash h = sha256(writer_slice(&w));
        printf("[%u] = {", kind);
        for (size_t i = 0; i < sizeof h.bytes; i++)
            printf(" %u,", h.bytes[i]);
        printf(" },\n");
    }
    return 0;
}
