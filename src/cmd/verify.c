/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: the command of candor and, linked alone, the whole of candor-verify.
 */
#include "cmd/verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "lib/ed25519.h"
#include "verify/verify.h"
#include "base/banned.h"

enum { EXIT_INPUT = 2, EXIT_SYSTEM = 3, PATH_BYTES_MAX = 4096 };

static const struct option verify_options[] = {
    { "--vkey", "KEY", "a key to trust, as \"candor init\" prints it: NAME+ID+BASE64", true },
    { "--policy", "FILE", "logs, witnesses and quorum to trust (c2sp.org/tlog-policy)", false },
    { "--entry", "FILE", "the raw entry that an inclusion proof is about", false },
    { "--old", "FILE", "the checkpoint that you kept, which a consistency proof must extend",
      false },
    { "--segment", "OUT", "hold a count proof against one segment of the entries in OUT", false },
    { "--recount", "OUT",
      "count all entries in OUT anew; OUT is as \"candor log export\" writes it", false },
    {},
};

struct file {
    const char *path;
    uint8_t *bytes; /* owned; NULL: not read */
    slice content;
};

static void file_done(struct file *f)
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

/* Reads the file whose path an option gives, if it does. 0, or the exit status after an error. */
static int file_read(struct file *f)
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

/* A folder of published files. */
struct folder {
    const char *path;
    uint8_t *bytes; /* owned: the file read last */
};

static status folder_read(void *self, const char *path, slice *ret_bytes, struct fault *fault)
{
    struct folder *d = self;
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

/* Whom the arguments say to trust. */
static status trust_of(const struct invocation *inv, const struct file *policy,
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

/* With every file read: whom to trust, then what the file proves. */
static int verify_read(const struct invocation *inv, const struct file *files)
{
    static struct trust trust; /* too large for a stack */
    struct fault fault = {};
    struct folder folder = { .path = invocation_value(inv, "--segment", NULL) };
    struct published log = { .self = &folder, .read = folder_read };
    const char *all = invocation_value(inv, "--recount", NULL);
    if (folder.path != NULL && all != NULL) {
        return command_fail(EXIT_INPUT, "--segment or --recount, not both");
    }
    if (all != NULL) folder.path = all;
    status s = trust_of(inv, &files[1], &trust, &fault);
    if (s.code != E_OK) return command_fail(status_exit(s), "%s", fault.text);
    const struct verify_input in = {
        .file = files[0].content,
        .entry = files[2].path == NULL ? NULL : &files[2].content,
        .old = files[3].path == NULL ? NULL : &files[3].content,
        .log = &log,
        .whole = all != NULL,
        .recount = folder.path == NULL ? NULL : recounting_check,
        .trust = &trust,
    };
    struct answer answer = answer_of();
    s = verify_file(&in, &answer, &fault);
    const int exit_status =
        s.code == E_OK ? print_answer(inv, &answer) : print_failure(inv, files[0].path, s, &fault);
    answer_done(&answer);
    free(folder.bytes);
    return exit_status;
}

static int verify(const struct invocation *inv)
{
    struct file files[] = {
        { .path = inv->arguments[0] },
        { .path = invocation_value(inv, "--policy", NULL) },
        { .path = invocation_value(inv, "--entry", NULL) },
        { .path = invocation_value(inv, "--old", NULL) },
    };
    int exit_status = 0;
    for (size_t i = 0; i < COUNT_OF(files) && exit_status == 0; i++) {
        exit_status = file_read(&files[i]);
    }
    if (exit_status == 0) exit_status = verify_read(inv, files);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        file_done(&files[i]);
    return exit_status;
}

const struct command verify_commands[] = {
    { .name = "verify",
      .arguments = "FILE",
      .summary = "Check a checkpoint, a proof or a bundle, offline",
      .details =
          "FILE is what candor hands out: a checkpoint or other signed note, an inclusion proof "
          "(with\n--entry), a consistency proof (with --old, if you kept a checkpoint), a "
          "disclosed "
          "record or a\ncount proof; - is standard input. The answer says what was proven and what "
          "was not.\n\nA count proof says \"claimed\". With the public entries of the log in a "
          "folder "
          "it is held against\nthem: --recount counts all of them and says \"recounted\"; "
          "--segment counts those of one segment,\nfrom the counters that the log committed to "
          "before it. A false figure is refuted: the counter\nthat is wrong, what the log said, "
          "and what its entries give.\n\n"
          "share/candor/candor-verify.html is the same for a browser without a connection, but "
          "for\n"
          "--segment and --recount. docs/verify.md checks a log without this program.\n\nExit "
          "status: 0 verified, 1 does not verify or is refuted, "
          "2 malformed file or missing argument,\n3 the system failed.\n\n"
          "  candor verify proof.txt --vkey example.com/log+1a2b3c4d+AZ... --entry entry.bin\n"
          "  candor verify count.txt --vkey example.com/log+1a2b3c4d+AZ... --recount ./public",
      .options = verify_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = verify },
    {},
};
