/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "lib/ed25519.h"
#include "verify/verify.h"
#include "base/banned.h"

enum { EXIT_INPUT = 2, EXIT_SYSTEM = 3, PATH_BYTES_MAX = 4096 };

void named_file_done(struct named_file *f)
{
    free(f->bytes);
}

/* The bytes of a whole open file, growing; NULL and the reason if it fails or is too long. */
static uint8_t *read_all(FILE *in, size_t *ret_len, const char **ret_why)
{
    size_t cap = 64 * 1024;
    size_t len = 0;
    uint8_t *bytes = malloc(cap);
    while (bytes != NULL) {
        len += fread(bytes + len, 1, cap - len, in);
        if (len < cap) break;
        uint8_t *more = cap > VERIFY_FILE_BYTES_MAX ? NULL : realloc(bytes, 2 * cap);
        *ret_why = cap > VERIFY_FILE_BYTES_MAX ? "too large" : "out of memory";
        if (more == NULL) free(bytes);
        bytes = more;
        cap *= 2;
    }
    *ret_len = len;
    return bytes;
}

int named_file_read(struct named_file *f)
{
    const char *why = "out of memory";
    if (f->path == NULL) return 0;
    const bool from_stdin = strcmp(f->path, "-") == 0;
    FILE *in = from_stdin ? stdin : fopen(f->path, "rb");
    if (in == NULL) {
        const int reason = errno;
        return command_fail(reason == ENOENT || reason == ENOTDIR ? EXIT_INPUT : EXIT_SYSTEM,
                            "%s: %s", f->path, strerror(reason));
    }
    f->bytes = read_all(in, &f->content.len, &why);
    const bool failed = ferror(in) != 0;
    const int reason = errno;
    if (!from_stdin) fclose(in);
    if (failed) return command_fail(EXIT_SYSTEM, "%s: %s", f->path, strerror(reason));
    if (f->bytes == NULL) return command_fail(EXIT_INPUT, "%s: %s", f->path, why);
    f->content.at = f->bytes;
    return 0;
}

status named_folder_read(void *self, const char *path, slice *ret_bytes, struct fault *fault)
{
    struct named_folder *d = self;
    char name[PATH_BYTES_MAX];
    const char *why = "out of memory";
    size_t len = 0;
    const int wrote = snprintf(name, sizeof name, "%s/%s", d->path, path);
    if (wrote < 0 || (size_t)wrote >= sizeof name) {
        return fault_set(fault, FAIL(E_LIMIT), "%.200s: path too long", d->path);
    }
    FILE *in = fopen(name, "rb");
    if (in == NULL) {
        const int reason = errno;
        return fault_set(fault, FAIL(reason == ENOENT ? E_NOT_FOUND : E_IO), "%s: %s", name,
                         strerror(reason));
    }
    free(d->bytes);
    d->bytes = read_all(in, &len, &why);
    const bool failed = ferror(in) != 0;
    const int reason = errno;
    fclose(in);
    if (failed) return fault_set(fault, FAIL(E_IO), "%s: %s", name, strerror(reason));
    if (d->bytes == NULL) return fault_set(fault, FAIL(E_LIMIT), "%s: %s", name, why);
    *ret_bytes = (slice){ d->bytes, len };
    return OK;
}

static int print_failure(const struct invocation *inv, const char *path, status s,
                         const struct fault *fault)
{
    const int exit_status = status_exit(s);
    if (inv->json) {
        uint8_t bytes[4096];
        struct writer w = writer_of(bytes, sizeof bytes - 1);
        answer_write_failure(s.code == E_REFUTED, fault->text, &w);
        fwrite(bytes, 1, w.len, stdout);
    }
    if (s.code == E_USAGE) return command_fail(exit_status, "%s: %s", path, fault->text);
    const bool unverified = exit_status == 1 && s.code != E_REFUTED;
    return command_fail(exit_status, "%s: %s: %s", path,
                        unverified ? "does not verify" : status_text(s), fault->text);
}

static int print_answer(const struct invocation *inv, const struct answer *answer)
{
    const size_t room = answer_room(answer);
    uint8_t *bytes = malloc(room);
    if (bytes == NULL) return command_fail(EXIT_SYSTEM, "out of memory");
    struct writer w = writer_of(bytes, room);
    if (inv->json) {
        answer_write_json(answer, &w);
    } else {
        answer_write_text(answer, &w);
    }
    const bool written = fwrite(bytes, 1, w.len, stdout) == w.len && fflush(stdout) == 0;
    free(bytes);
    return written ? 0 : command_fail(EXIT_SYSTEM, "standard output: %s", strerror(errno));
}

status verify_trust(const struct invocation *inv, const struct named_file *policy,
                    struct trust *ret_trust, struct fault *fault)
{
    slice keys[TRUST_GIVEN_MAX + 1];
    size_t key_count = 0;
    for (; key_count < COUNT_OF(keys); key_count++) {
        const char *text = invocation_nth(inv, "--vkey", key_count);
        if (text == NULL) break;
        keys[key_count] = slice_text(text);
    }
    return trust_read(keys, key_count, policy->path == NULL ? NULL : &policy->content,
                      ed25519_verify, ret_trust, fault);
}

int verify_end(const struct invocation *inv, const char *path, status s, struct answer *answer,
               const struct fault *fault)
{
    const int exit_status =
        s.code == E_OK ? print_answer(inv, answer) : print_failure(inv, path, s, fault);
    answer_done(answer);
    return exit_status;
}
