/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program in the place of the front: it has the front's descriptors and its confinement, and does
 * what CANDOR_HOSTILE says, one attack for each run. tests/cmd/hostile.py starts the node and looks
 * at what is left. What an attack got is told on standard error.
 */
#include "serve/front.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/bytes.h"
#include "os/clock.h"
#include "os/frame.h"
#include "record/draft.h"
#include "record/wire.h"
#include "serve/finding_record.h"
#include "serve/link_item.h"
#include "serve/query.h"
#include "serve/replay.h"
#include "base/banned.h"

enum { ROOM = 64 * 1024, SLOTS_TAKEN = 64 };

/* The conversation as it is when an attack begins. */
struct hostile {
    const struct front_options *options;
    struct frame_input in, reader;
    uint64_t next_number; /* as the hello said */
    struct fault fault;
};

static void say(uint16_t type, slice payload, struct hostile *h)
{
    ignore(frame_send(h->options->scribe_fd, (struct frame){ type, payload }, &h->fault),
           "the node may have ended");
}

static void greet(struct hostile *h)
{
    struct frame frame = {};
    struct link_hello hello = {};
    ignore(frame_input_init(&h->in, LINK_PAYLOAD_MAX), "its use fails then");
    ignore(frame_input_init(&h->reader, QUERY_ANSWER_BYTES_MAX), "its use fails then");
    do {
        if (frame_receive(&h->in, h->options->scribe_fd, &frame, &h->fault).code != E_OK) exit(9);
        if (frame.type == LINK_HELLO && link_hello_parse(frame.payload, &hello).code != E_OK)
            exit(9);
    } while (frame.type != LINK_ACCOUNTS);
    h->next_number = hello.next_number;
}

/* ---- batches ---- */

/* What a batch claims; what is not set is as it should be. */
struct lie {
    uint8_t kind; /* of the second record; 0: an event */
    const char *source;
    uint64_t id, sequence, claimed; /* numbered if id is not 0; claimed: in the record */
    uint16_t findings;
    uint64_t position; /* that a finding names */
    struct link_batch batch;
    bool has_batch;
};

static void put_event(const struct lie *lie, struct writer *w)
{
    struct draft d = {};
    struct record r = {};
    struct fault f = {};
    const struct link_item item = { lie->id != 0, lie->findings, lie->id, lie->sequence };
    draft_start(&d, KIND_event, (uint64_t)(clock_real_ns() / CLOCK_NS_PER_S));
    draft_column(&d, COLUMN_event_source_class, VALUE_source_class_other);
    draft_column(&d, COLUMN_event_trust, VALUE_trust_token);
    draft_time(&d, FIELD_event_time, clock_real_ns());
    draft_time(&d, FIELD_event_arrived, clock_real_ns());
    draft_text(&d, FIELD_event_source, slice_text(lie->source == NULL ? "shop" : lie->source));
    if (lie->id != 0) draft_u64(&d, FIELD_event_sequence, lie->claimed);
    draft_raw(&d, FIELD_event_raw, slice_text("{\"forged\":1}"));
    if (draft_end(&d, NULL, &r, &f).code != E_OK) exit(9);
    link_item_write(&item, w);
    ignore(wire_put(&r, w), "there is room");
}

static void put_other(const struct lie *lie, struct writer *w)
{
    static const struct link_item item = {};
    uint8_t evidence[10] = {};
    struct draft d = {};
    struct record r = {};
    struct fault f = {};
    hash bundle = {};
    put_u64(evidence, lie->position);
    draft_start(&d, lie->kind, (uint64_t)(clock_real_ns() / CLOCK_NS_PER_S));
    if (lie->kind == KIND_finding) {
        draft_column(&d, COLUMN_finding_judge, VALUE_judge_sigma);
        draft_time(&d, FIELD_finding_time, clock_real_ns());
        draft_text(&d, FIELD_finding_rule, slice_text("forged"));
        draft_hash(&d, FIELD_finding_bundle, &bundle);
        draft_bytes(&d, FIELD_finding_evidence, (slice){ evidence, sizeof evidence });
    } else if (lie->kind == KIND_gap) {
        draft_column(&d, COLUMN_gap_cause, VALUE_gap_cause_silence);
        draft_time(&d, FIELD_gap_time, clock_real_ns());
        draft_text(&d, FIELD_gap_source, slice_text("shop"));
    } else {
        draft_column(&d, COLUMN_oversight_action, VALUE_oversight_action_rules_changed);
        draft_time(&d, FIELD_oversight_time, clock_real_ns());
        draft_text(&d, FIELD_oversight_actor, slice_text("root"));
    }
    if (draft_end(&d, NULL, &r, &f).code != E_OK) exit(9);
    link_item_write(&item, w);
    ignore(wire_put(&r, w), "there is room");
}

/* Sends an event and maybe another record, with what the lie claims of them. */
static void send_batch(struct hostile *h, const struct lie *lie)
{
    uint8_t room[64];
    struct writer frame = writer_of(room, sizeof room);
    struct writer w = writer_of(h->options->slots.bytes, LINK_SLOT_BYTES);
    put_event(lie, &w);
    if (lie->kind != 0) put_other(lie, &w);
    struct link_batch m = { .bytes = (uint32_t)w.len,
                            .records = 1 + (lie->kind != 0),
                            .first_number = h->next_number };
    if (lie->has_batch) {
        const uint32_t bytes = lie->batch.bytes == 0 ? m.bytes : lie->batch.bytes;
        const uint32_t records = lie->batch.records == 0 ? m.records : lie->batch.records;
        m = lie->batch;
        m.bytes = bytes;
        m.records = records;
        m.first_number += h->next_number;
    }
    link_batch_write(&m, &frame);
    say(LINK_BATCH, writer_slice(&frame), h);
}

static const struct {
    const char *name;
    struct lie lie;
} lies[] = {
    { "honest", {} },
    { "kind-gap", { .kind = KIND_gap } },
    { "kind-oversight", { .kind = KIND_oversight } },
    { "source-unknown", { .source = "nobody" } },
    { "source-other", { .id = 99, .sequence = 1, .claimed = 1 } },
    { "two-numbers", { .id = 1, .sequence = 1, .claimed = 2 } },
    { "findings-missing", { .findings = 3 } },
    { "findings-huge", { .findings = UINT16_MAX } },
    { "finding-future", { .kind = KIND_finding, .position = UINT64_MAX, .findings = 1 } },
    { "slot-outside", { .has_batch = true, .batch = { .slot = 4000000 } } },
    { "bytes-huge", { .has_batch = true, .batch = { .bytes = UINT32_MAX } } },
    { "bytes-short", { .has_batch = true, .batch = { .bytes = 7 } } },
    { "records-huge", { .has_batch = true, .batch = { .records = UINT32_MAX } } },
    { "records-many", { .has_batch = true, .batch = { .records = LINK_RECORDS_MAX } } },
    { "number-ahead", { .has_batch = true, .batch = { .first_number = 1000 } } },
    { "batch-ahead", { .has_batch = true, .batch = { .batch = 77 } } },
};

/* The slot changes all the time while the scribe takes it. */
static void attack_race(struct hostile *h)
{
    static const struct lie honest = {};
    uint64_t chance = 88172645463325252ULL;
    const int64_t end_ns = clock_mono_ns() + CLOCK_NS_PER_S / 2;
    send_batch(h, &honest);
    while (clock_mono_ns() < end_ns) {
        chance = chance * 6364136223846793005ULL + 1442695040888963407ULL;
        h->options->slots.bytes[chance >> 33 & 255] = (uint8_t)(chance >> 50);
    }
}

/* ---- frames ---- */

static void attack_frame_huge(struct hostile *h)
{
    static const uint8_t head[FRAME_HEADER_BYTES] = { 0xff, 0xff, 0xff, 0xff, 0, LINK_BATCH };
    if (send(h->options->scribe_fd, head, sizeof head, 0) < 0) exit(9);
}

static void attack_ready_twice(struct hostile *h)
{
    say(LINK_READY, slice_text("once more"), h);
}

static void attack_idle(struct hostile *h)
{
    say(LINK_IDLE, slice_none(), h);
}

static void attack_activated(struct hostile *h)
{
    uint8_t room[128];
    struct writer w = writer_of(room, sizeof room);
    const struct link_activated m = { .rules = 1, .why = slice_none() };
    link_activated_write(&m, &w);
    say(LINK_ACTIVATED, writer_slice(&w), h);
}

static void attack_replay(struct hostile *h)
{
    uint8_t room[8];
    struct writer w = writer_of(room, sizeof room);
    replay_ask_write(UINT64_MAX, &w);
    say(LINK_REPLAY_ASK, writer_slice(&w), h);
}

static void attack_hook(struct hostile *h)
{
    static const uint8_t bytes[64] = { 0xff, 0xff, 0xff };
    say(LINK_HOOK_AT, (slice){ bytes, 17 }, h);
}

static void attack_cosigned(struct hostile *h)
{
    say(LINK_COSIGNED, slice_text("log.example.com/senders\n1\nAAAA\n\n\xe2\x80\x94 w AAAA\n"), h);
}

static void attack_unknown(struct hostile *h)
{
    say(0xfffe, slice_text("?"), h);
}

static void attack_stored(struct hostile *h) /* what only the scribe may say */
{
    say(LINK_STORED, slice_text("12345678"), h);
}

/* ---- the reader ---- */

/* The reader's next frame; its socket does not block. */
static status hear(struct hostile *h, struct frame *ret_frame)
{
    struct pollfd wait = { .fd = h->options->reader_fd, .events = POLLIN };
    status s = FAIL(E_BUSY);
    while (s.code == E_BUSY) {
        if (poll(&wait, 1, -1) < 0) return FAIL(E_IO);
        s = frame_receive(&h->reader, h->options->reader_fd, ret_frame, &h->fault);
    }
    return s;
}

/* Asks, and tells the status of the answer. */
static void ask(struct hostile *h, const struct query_ask *m)
{
    uint8_t room[ROOM];
    struct writer w = writer_of(room, sizeof room);
    struct frame frame = {};
    struct query_answer answer = {};
    query_ask_write(m, &w);
    ignore(
        frame_send(h->options->reader_fd, (struct frame){ QUERY_ASK, writer_slice(&w) }, &h->fault),
        "it is seen below");
    if (hear(h, &frame).code != E_OK || query_answer_parse(frame.payload, &answer).code != E_OK) {
        fprintf(stderr, "hostile: no answer\n");
        return;
    }
    fprintf(stderr, "hostile: answer %u of %zu bytes\n", answer.status, answer.body.len);
}

static void attack_paths(struct hostile *h)
{
    static const char *const paths[] = { "tile/../keys/root", "tile/entries/../../signer/key",
                                         "/etc/passwd", "tile/0/000/../../../accounts",
                                         "tile/entries/000" };
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        const struct query_ask m = { .question = QUERY_TILE,
                                     .who = slice_none(),
                                     .text = slice_text(paths[i]) };
        ask(h, &m);
    }
}

static void attack_nameless(struct hostile *h)
{
    static const uint8_t questions[] = { QUERY_LIST, QUERY_RECORD, QUERY_SEARCH, QUERY_STREAM,
                                         QUERY_HOOK, QUERY_OPEN,   QUERY_CHANGE };
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        const struct query_ask m = { .question = questions[i],
                                     .who = slice_none(),
                                     .index = questions[i] == QUERY_LIST ? INT64_MAX : 0,
                                     .kind = KIND_event,
                                     .limit = 10,
                                     .expect = QUERY_EXPECT_ANY,
                                     .text = slice_text("a=b") };
        ask(h, &m);
    }
}

static void attack_question(struct hostile *h)
{
    const struct frame broken = { QUERY_ASK, slice_text("what?") };
    ignore(frame_send(h->options->reader_fd, broken, &h->fault), "it may be gone");
    struct frame frame = {};
    if (hear(h, &frame).code != E_OK) {
        fprintf(stderr, "hostile: no answer\n");
    }
}

/* ---- the system ---- */

static void attack_files(struct hostile *h)
{
    static const char *const names[] = {
        "keys/root",      "signer/key",      "signer/state", "accounts", "log/0000000000.seg",
        "log/checkpoint", "view/records.db", "candor.yaml",  "heard",    "lock"
    };
    char path[FRONT_PATH_BYTES_MAX + 64];
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        for (int flags = O_RDONLY; flags <= O_RDWR; flags++) {
            snprintf(path, sizeof path, "%s/%s", h->options->dir, names[i]);
            if (open(path, flags | O_CLOEXEC) >= 0)
                fprintf(stderr, "hostile: opened %s\n", names[i]);
        }
    }
    snprintf(path, sizeof path, "%s/rules/forged", h->options->dir);
    if (open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
        fprintf(stderr, "hostile: made it\n");
    for (int back = 1; back < 4; back++) { /* its siblings were started before it */
        snprintf(path, sizeof path, "/proc/%d/mem", getpid() - back);
        if (open(path, O_RDWR | O_CLOEXEC) >= 0) fprintf(stderr, "hostile: opened %s\n", path);
    }
    for (int fd = SLOTS_TAKEN; fd > h->options->reader_fd; fd--) {
        struct frame frame = { 2, slice_text("sign this") }; /* a request to the signer */
        if (fcntl(fd, F_GETFD) >= 0 && frame_send(fd, frame, &h->fault).code == E_OK)
            fprintf(stderr, "hostile: talked to descriptor %d\n", fd);
    }
}

static void attack_socket(struct hostile *h)
{
    (void)h;
    if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0) fprintf(stderr, "hostile: a socket\n");
}

static void attack_kill(struct hostile *h)
{
    (void)h;
    if (syscall(SYS_kill, getpid() - 1, SIGKILL) == 0) fprintf(stderr, "hostile: killed it\n");
}

static void attack_ptrace(struct hostile *h)
{
    (void)h;
    if (ptrace(PTRACE_ATTACH, getpid() - 1, NULL, NULL) == 0) fprintf(stderr, "hostile: traces\n");
}

static void attack_exec(struct hostile *h)
{
    (void)h;
    char *const arguments[] = { (char[]){ "sh" }, NULL };
    char *const environment[] = { NULL };
    execve("/bin/sh", arguments, environment);
    fprintf(stderr, "hostile: exec came back\n");
}

static void attack_code(struct hostile *h)
{
    (void)h;
    if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
        MAP_FAILED) {
        fprintf(stderr, "hostile: memory for code\n");
    }
}

static void attack_remove(struct hostile *h)
{
    char path[FRONT_PATH_BYTES_MAX + 64];
    snprintf(path, sizeof path, "%s/log/checkpoint", h->options->dir);
    if (unlink(path) == 0) fprintf(stderr, "hostile: removed it\n");
}

static const struct {
    const char *name;
    void (*run)(struct hostile *h);
} attacks[] = {
    { "race", attack_race },
    { "frame-huge", attack_frame_huge },
    { "ready-twice", attack_ready_twice },
    { "idle", attack_idle },
    { "activated", attack_activated },
    { "replay", attack_replay },
    { "hook", attack_hook },
    { "cosigned", attack_cosigned },
    { "unknown", attack_unknown },
    { "stored", attack_stored },
    { "paths", attack_paths },
    { "nameless", attack_nameless },
    { "question", attack_question },
    { "files", attack_files },
    { "socket", attack_socket },
    { "kill", attack_kill },
    { "ptrace", attack_ptrace },
    { "exec", attack_exec },
    { "code", attack_code },
    { "remove", attack_remove },
};

static void attack(struct hostile *h, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        if (strcmp(lies[i].name, name) == 0) send_batch(h, &lies[i].lie);
    }
    for (size_t i = 0; i < COUNT_OF(attacks); i++) {
        if (strcmp(attacks[i].name, name) == 0) attacks[i].run(h);
    }
    fprintf(stderr, "hostile: done\n");
}

/* In the place of the front's own (serve/front.c). Without a name it says what it can do. */
status front_run(const struct front_options *options, struct fault *f)
{
    struct hostile h = { .options = options };
    struct frame frame = {};
    const char *name = getenv("CANDOR_HOSTILE");
    greet(&h);
    TRY(options->confine(options->dir, f));
    if (name != NULL && strcmp(name, "escape") == 0) {
        say(LINK_READY, slice_text("\x1b]0;forged\x07"), &h);
    } else {
        say(LINK_READY, slice_text("nowhere"), &h);
    }
    if (name != NULL) attack(&h, name);
    const int flags = fcntl(options->scribe_fd, F_GETFL);
    if (flags < 0) return FAIL(E_IO);
    while (frame_receive(&h.in, options->scribe_fd, &frame, f).code == E_OK) {
        if (frame.type == LINK_STOP) say(LINK_IDLE, slice_none(), &h);
        if (frame.type == LINK_STOP) return OK;
    }
    return FAIL(E_CLOSED);
}
