/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/witness/cosigned.h"

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/num.h"
#include "ledger/merkle.h"
#include "base/banned.h"

enum { SHOWN_BYTES_MAX = 120 /* of what a witness says */ };

void cosigned_request_write(uint64_t old_size, slice path, slice note, struct writer *w)
{
    writer_text(w, "old ");
    writer_dec(w, old_size);
    writer_text(w, "\n");
    writer_bytes(w, path);
    writer_text(w, "\n");
    writer_bytes(w, note);
}

static bool is_of(const struct note_signature *s, const struct note_key *key)
{
    return s->key_id == key->key_id && slice_equal(s->name, key->name);
}

/* Appends the signature lines of key. */
static size_t copy_lines(const struct note *n, const struct note_key *key, struct writer *w)
{
    size_t count = 0;
    for (size_t i = 0; i < n->count; i++) {
        if (!is_of(&n->signatures[i], key)) continue;
        note_copy_signature(w, &n->signatures[i]);
        count++;
    }
    return count;
}

/* The lines of the answer, held against the text that was to be cosigned. */
static status verify_lines(slice body, slice note, const struct note_key *witness,
                           ed25519_check verify, struct note_seen *ret_seen, struct writer *line,
                           struct fault *f)
{
    static _Thread_local struct note parsed; /* large */
    static _Thread_local uint8_t room[COSIGNED_ANSWER_BYTES_MAX + COSIGNED_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    TRY(note_parse(note, &parsed, f));
    writer_bytes(&w, parsed.text);
    writer_text(&w, "\n");
    writer_bytes(&w, body);
    TRY(writer_end(&w));
    TRY(note_parse(writer_slice(&w), &parsed, f));
    TRY(note_verify(&parsed, witness, 1, verify, ret_seen, f));
    /*= tlog-witness: the timestamp of a checkpoint's cosignature is not zero */
    if (ret_seen->time == 0) return fault_set(f, FAIL(E_INVALID), "it has no time");
    copy_lines(&parsed, witness, line);
    return writer_end(line);
}

static size_t shown(slice text)
{
    size_t len = 0;
    while (len < text.len && len < SHOWN_BYTES_MAX && text.at[len] >= 0x20 && text.at[len] < 0x7f)
        len++;
    return len;
}

static struct cosigned_answer refusal(unsigned code, slice body, struct fault *f)
{
    static const struct {
        unsigned code;
        const char *meaning;
    } meanings[] = {
        { 400, "it takes the request for malformed" },
        { 403, "it does not take this log's signature" },
        { 404, "it does not know this log" },
        { 422, "it saw another history of this log" },
        { 503, "it cannot cosign now" },
    };
    const char *meaning = "it gave an unexpected answer";
    for (size_t i = 0; i < COUNT_OF(meanings); i++) {
        if (meanings[i].code == code) meaning = meanings[i].meaning;
    }
    ignore(fault_set(f, FAIL(E_REFUSED), "%s: %u %.*s", meaning, code, (int)shown(body), body.at),
           "the outcome says it");
    return (struct cosigned_answer){ .outcome =
                                         code == 422 ? COSIGNED_CONTRADICTED : COSIGNED_FAILED };
}

/*= tlog-witness: 409 has the size of the latest cosigned checkpoint in decimal, and a newline */
static struct cosigned_answer other_size(slice body, struct fault *f)
{
    struct cosigned_answer a = { .outcome = COSIGNED_OTHER_SIZE };
    struct cursor c = cursor_of(body);
    slice line = {};
    const bool fits = cursor_line(&c, &line).code == E_OK && cursor_left(&c) == 0 &&
                      num_parse_u64(line, &a.size).code == E_OK && a.size <= MERKLE_SIZE_MAX;
    return fits ? a : refusal(409, body, f);
}

struct cosigned_answer cosigned_answer_read(unsigned code, slice body, slice note,
                                            const struct note_key *witness, ed25519_check verify,
                                            struct writer *line, struct fault *f)
{
    struct note_seen seen = {};
    if (code == 409) return other_size(body, f);
    if (code != 200) return refusal(code, body, f);
    if (verify_lines(body, note, witness, verify, &seen, line, f).code == E_OK) {
        return (struct cosigned_answer){ .outcome = COSIGNED_GOOD, .time = seen.time };
    }
    ignore(fault_within(f, FAIL(E_INVALID), "its cosignature"), "the outcome says it");
    return (struct cosigned_answer){ .outcome = COSIGNED_FAILED };
}

status cosigned_merge(slice note, slice more, const struct note_key *key, struct writer *w,
                      struct fault *f)
{
    static _Thread_local struct note base; /* large */
    static _Thread_local struct note added;
    TRY(note_parse(note, &base, f));
    TRY(note_parse(more, &added, f));
    if (!slice_equal(base.text, added.text)) {
        return fault_set(f, FAIL(E_VALUE), "not signatures of the same text");
    }
    writer_bytes(w, base.text);
    writer_text(w, "\n");
    for (size_t i = 0; i < base.count; i++) {
        if (!is_of(&base.signatures[i], key)) note_copy_signature(w, &base.signatures[i]);
    }
    copy_lines(&added, key, w);
    const status s = writer_end(w);
    return s.code == E_OK ? OK : fault_set(f, s, "too many signatures");
}
