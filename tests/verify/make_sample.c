/* SPDX-License-Identifier: Apache-2.0 */
/* make_sample DIR: writes the files of sample.h into DIR, which must exist. */
#include <stdio.h>
#include "tests/cm.h"
#include "tests/verify/sample.h"

static int put(const char *folder, const char *name, slice bytes)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    if (out == NULL) return 1;
    const size_t written = fwrite(bytes.at, 1, bytes.len, out);
    return fclose(out) != 0 || written != bytes.len;
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    const struct sample s = sample_make();
    const struct {
        const char *name;
        slice bytes;
    } files[] = {
        { "log.vkey", s.log_key },
        { "w1.vkey", s.witness_keys[0] },
        { "w2.vkey", s.witness_keys[1] },
        { "w3.vkey", s.witness_keys[2] },
        { "policy", s.policy },
        { "strict-policy", s.strict_policy },
        { "checkpoint", s.checkpoint },
        { "old-checkpoint", s.old_checkpoint },
        { "entry", s.entry },
        { "other-entry", s.other_entry },
        { "inclusion", s.inclusion },
        { "consistency", s.consistency },
        { "bundle", s.bundle },
        { "wide-bundle", s.wide_bundle },
        { "text-note", s.text_note },
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (put(argv[1], files[i].name, files[i].bytes) != 0) return 3;
    }
    return 0;
}
